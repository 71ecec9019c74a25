"""Who asks, and whether a form is ours: the cookie, the form's token, the headers that browsers add by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Request, Response

from console import own_forms
from console.account.entering import SESSION_LIVES, signed_in
from console.own_forms import LONGEST_FORM, MOST_FIELDS
from models.engine import Sessions
from models.tokens import form_token, new_token
from settings import Settings

SESSION_COOKIE = "perennial_account"
FORM_COOKIE = "perennial_form"
"""The second holds a secret for the forms of whoever is not signed in yet."""

_SCOPE = "/account"


class SignInFirst(Exception):
    """Nobody is signed in."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, and what their forms must bring back."""

    email: str
    form_token: str


async def visitor(request: Request, sessions: Sessions) -> Visitor:
    """Who asks. Raises `SignInFirst`."""
    token = request.cookies.get(SESSION_COOKIE, "")
    async with sessions() as session:
        email = await signed_in(session, token, datetime.now(UTC)) if token else None
    if email is None:
        raise SignInFirst
    return Visitor(email, form_token(token))


async def form_of(
    request: Request, settings: Settings, secret_token: str, *, longest: int = LONGEST_FORM, most: int = MOST_FIELDS
) -> Mapping[str, str]:
    """The fields of a form of the account. Raises `NotOurForm`."""
    return await own_forms.form_of(request, settings.account_url, secret_token, longest=longest, most=most)


def form_secret(request: Request) -> str:
    """The secret of the forms of whoever is not signed in: the one in the cookie, or a new one."""
    return request.cookies.get(FORM_COOKIE) or new_token()


def keep_form_secret(response: Response, secret: str, settings: Settings) -> None:
    _set(response, FORM_COOKIE, secret, settings, seconds=60 * 60)


def begin_session(response: Response, token: str, settings: Settings) -> None:
    _set(response, SESSION_COOKIE, token, settings, seconds=int(SESSION_LIVES.total_seconds()))


def end_session(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, path=_SCOPE)


def _set(response: Response, name: str, value: str, settings: Settings, *, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=_SCOPE,
        secure=not settings.local_stack,
        httponly=True,
        samesite="lax",
    )
