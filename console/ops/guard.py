"""Who is let in: ONE dependency, with the right that a route takes. It checks session, role and form, in this order.

Every route of the operators' pages declares it, or `Open` with the reason why anybody may come; `app.py` asks.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, Response

from console.ops.desk import InDesk, wall_now
from console.ops.entering import signed_in
from console.ops.staff import Staff
from console.own_forms import LONGEST_FORM, form_of
from models.tokens import form_token, new_token
from renewals.roles import May
from settings import Settings

_READS = ("GET", "HEAD")
_FORM_SECONDS = 60 * 60
LONGEST_LIST = 100_000
"""Characters of a form that names a thousand subscriptions."""


class SignInFirst(Exception):
    """Nobody is signed in."""


class SetUpFirst(Exception):
    """The person came by a link and has no other way in yet."""


class NotYourRole(Exception):
    """The role of the person lacks the right."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Lets in whoever has the right. `before_set_up`: also whoever has neither password nor second factor yet.

    `longest` is how many characters the form may have.
    """

    right: May
    before_set_up: bool = False
    longest: int = LONGEST_FORM

    async def __call__(self, request: Request, desk: InDesk) -> Staff:
        """Raises `SignInFirst`, `SetUpFirst`, `NotYourRole`, `NotOurForm`."""
        token = request.cookies.get(session_cookie(desk.settings), "")
        async with desk.sessions.begin() as session:
            who = await signed_in(session, token, wall_now(), desk.settings) if token else None
        if who is None:
            raise SignInFirst
        request.state.staff = who
        if not (who.set_up or self.before_set_up or desk.settings.local_stack):
            raise SetUpFirst
        if not who.may(self.right):
            raise NotYourRole
        if request.method in _READS:
            return who
        form = await form_of(request, desk.settings.ops_url, who.form_token, longest=self.longest)
        return replace(who, form=form)


@dataclass(frozen=True, slots=True)
class Open:
    """Lets anybody in, and says why."""

    because: str

    async def __call__(self) -> None:
        return None


Reads = Annotated[Staff, Depends(Needs(May.READ))]
Attends = Annotated[Staff, Depends(Needs(May.ATTEND))]
Steers = Annotated[Staff, Depends(Needs(May.STEER))]
SteersMany = Annotated[Staff, Depends(Needs(May.STEER, longest=LONGEST_LIST))]
MovesMoney = Annotated[Staff, Depends(Needs(May.MONEY))]
Governs = Annotated[Staff, Depends(Needs(May.GOVERN))]
NotSetUpYet = Annotated[Staff, Depends(Needs(May.READ, before_set_up=True))]


def session_cookie(settings: Settings) -> str:
    """The name of the cookie. `__Host-` binds it to this host and to TLS, which a local stack has not."""
    return _named("perennial_ops", settings)


def form_cookie(settings: Settings) -> str:
    """That of the secret for the forms of whoever is not signed in yet."""
    return _named("perennial_ops_form", settings)


def provider_cookie(settings: Settings) -> str:
    """That of the secret of a sign-in by the identity provider that is under way."""
    return _named("perennial_ops_provider", settings)


def _named(name: str, settings: Settings) -> str:
    return name if settings.local_stack else f"__Host-{name}"


def form_secret(request: Request, settings: Settings) -> str:
    """The secret of the forms of whoever is not signed in: the one in the cookie, or a new one."""
    return request.cookies.get(form_cookie(settings)) or new_token()


def form_token_of(request: Request, settings: Settings) -> str:
    """What such a form must bring back."""
    return form_token(form_secret(request, settings))


def keep_form_secret(response: Response, secret: str, settings: Settings) -> None:
    keep(response, form_cookie(settings), secret, settings, seconds=_FORM_SECONDS)


def begin_session(response: Response, token: str, settings: Settings) -> None:
    seconds = settings.operator_session_hours * 60 * 60
    keep(response, session_cookie(settings), token, settings, seconds=seconds)


def forget(response: Response, name: str, settings: Settings) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(name, path="/", secure=not settings.local_stack, httponly=True, samesite="lax")


def keep(response: Response, name: str, value: str, settings: Settings, *, seconds: int) -> None:
    """Have the browser keep a secret: no script reads it, no other site sends it along with a form."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=not settings.local_stack, httponly=True, samesite="lax"
    )
