"""Who asks, and whether a form is ours: the cookie, the form's token, the headers that browsers add by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request, Response

from console.account.entering import SESSION_LIVES, signed_in
from console.account.tokens import form_token, new_token, same
from models.engine import Sessions
from renewals.characters import control_character
from settings import Settings

SESSION_COOKIE = "perennial_account"
FORM_COOKIE = "perennial_form"
"""The second holds a secret for the forms of whoever is not signed in yet."""

LONGEST_FORM = 20_000
MOST_FIELDS = 40
_SCOPE = "/account"


class SignInFirst(Exception):
    """Nobody is signed in."""


class NotOurForm(Exception):
    """A form that was not made for this session, or not sent from our own page."""


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
    """The fields of a form that was sent by our own page of this session. Raises `NotOurForm`."""
    if not _sent_from_here(request, settings):
        raise NotOurForm
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > longest:
            raise NotOurForm
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=most, errors="strict"))
    except ValueError:
        raise NotOurForm from None
    if any(map(control_character, fields.values())) or not same(fields.get("csrf", ""), secret_token):
        raise NotOurForm
    return fields


def _sent_from_here(request: Request, settings: Settings) -> bool:
    """What browsers say about where a form comes from. One that says nothing still needs the form's token."""
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin"):
        return False
    origin = request.headers.get("origin")
    account = urlsplit(settings.account_url)
    ours = (f"{account.scheme}://{account.netloc}", f"{request.url.scheme}://{request.url.netloc}")
    return origin is None or origin in ours


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
