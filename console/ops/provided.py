"""The pages of signing in by the identity provider: away to it, and back with its answer."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from console.ops.desk import Desk, InDesk, agent_of, see_other, wall_now
from console.ops.entering import begin
from console.ops.guard import begin_session, forget, keep, provider_cookie, session_cookie
from console.ops.provider import ANSWER, Identity, IdentityProvider, ProviderAway, ProviderFailed
from console.ops.rooms import HOME
from console.ops.signing_in import SIGNING_IN, wanted
from models.audit import audit
from models.staff import NotAdmitted, admit
from models.tokens import new_token

_AWAY_SECONDS = 15 * 60
"""How long somebody may take at the provider."""
_APART = "~"

_log = logging.getLogger(__name__)

routes = APIRouter()


async def _provider(request: Request) -> IdentityProvider:
    provider: IdentityProvider = request.app.state.provider
    return provider


AtProvider = Annotated[IdentityProvider, Depends(_provider)]


@routes.get("/provider", dependencies=[SIGNING_IN])
async def away(request: Request, desk: InDesk, provider: AtProvider) -> Response:
    """To the provider. The cookie remembers the secret of this sign-in, and which page was wanted."""
    secret = new_token()
    try:
        address = await provider.address(secret)
    except ProviderAway as fault:
        return _failed(request, desk, "provider_away", fault)
    response = RedirectResponse(address, 303)
    leads_to = wanted(request.query_params.get("next", HOME))
    keep(
        response,
        provider_cookie(desk.settings),
        f"{secret}{_APART}{leads_to}",
        desk.settings,
        seconds=_AWAY_SECONDS,
    )
    return response


@routes.get(ANSWER, dependencies=[SIGNING_IN])
async def back(request: Request, desk: InDesk, provider: AtProvider) -> Response:
    """Whoever comes with a good answer is signed in, once: the secret is forgotten."""
    secret, _, leads_to = request.cookies.get(provider_cookie(desk.settings), "").partition(_APART)
    try:
        identity = await provider.identity(request.query_params, secret)
    except ProviderFailed as fault:
        return _failed(request, desk, "provider_failed", fault)
    except ProviderAway as fault:
        return _failed(request, desk, "provider_away", fault)
    response = await _admitted(request, desk, identity, wanted(leads_to))
    forget(response, provider_cookie(desk.settings), desk.settings)
    return response


async def _admitted(request: Request, desk: Desk, who: Identity, leads_to: str) -> Response:
    now, roles = wall_now(), desk.settings.role_of_group
    role = next((role for group, role in roles.items() if group in who.groups), None)
    async with desk.sessions.begin() as session:
        found = await admit(session, who.issuer, who.subject, who.name, who.email, role, now)
        if isinstance(found, NotAdmitted):
            audit(session, now, "unknown", "sign_in.refused", who.subject, data={"code": found.code})
            return desk.page(request, "message.html", None, status=403, about=found.code)
        before = request.cookies.get(session_cookie(desk.settings), "")
        token = await begin(session, found.name, "provider", now, desk.settings, before=before, agent=agent_of(request))
    response = see_other(leads_to)
    begin_session(response, token, desk.settings)
    return response


def _failed(request: Request, desk: Desk, about: str, fault: Exception) -> Response:
    _log.warning("a sign-in by the identity provider failed: %s", fault)
    response = desk.page(request, "message.html", None, status=502 if about == "provider_away" else 403, about=about)
    forget(response, provider_cookie(desk.settings), desk.settings)
    return response
