"""The pages of signing in and out: by password and second factor, by a one-time link."""

import re
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from console.ops.desk import SIGN_IN, Desk, InDesk, agent_of, see_other, speech_for, wall_now
from console.ops.entering import TooMany, begin, count_try, end, link_opens, try_succeeded, use_link
from console.ops.factors import knows_password, use_code
from console.ops.guard import (
    NotSetUpYet,
    Open,
    begin_session,
    forget,
    form_secret,
    form_token_of,
    keep_form_secret,
    session_cookie,
)
from console.ops.rooms import HOME
from console.own_forms import form_of
from models.audit import audit
from models.operators import OperatorRow
from models.tokens import form_token

SIGNING_IN = Depends(Open("Here one signs in."))

routes = APIRouter()

_OURS = re.compile(r"/ops(/(?!\.\.?(/|$|\?))[A-Za-z0-9._~%-]+)*/?(\?[A-Za-z0-9._~%&=+-]*)?")
_LONGEST_WANTED = 500


def wanted(address: str) -> str:
    """Where somebody wanted to go, if that is a page of ours; else the first page. Never an address elsewhere."""
    is_ours = len(address) <= _LONGEST_WANTED and _OURS.fullmatch(address) and not address.startswith(SIGN_IN)
    return address if is_ours else HOME


def sign_in_for(request: Request) -> str:
    """The address of the sign-in that leads back to the page that was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    address = wanted(f"{request.url.path}{query}") if request.method == "GET" else HOME
    return SIGN_IN if address == HOME else f"{SIGN_IN}?{urlencode({'next': address})}"


@routes.get("/sign-in", dependencies=[SIGNING_IN])
async def ask(request: Request, desk: InDesk) -> Response:
    return form(desk, request, "sign_in.html", next=wanted(request.query_params.get("next", HOME)), wrong=None)


@routes.post("/sign-in", dependencies=[SIGNING_IN])
async def asked(request: Request, desk: InDesk) -> Response:
    """Password and code are asked of whatever name, and what was wrong is not told."""
    fields = await form_of(request, desk.settings.ops_url, form_token_of(request, desk.settings))
    name, now = fields.get("name", "").strip()[:100], wall_now()
    leads_to = wanted(fields.get("next", HOME))
    try:
        async with desk.sessions.begin() as session:
            attempt = await count_try(session, name, request.client.host if request.client else "", now)
    except TooMany:
        return form(desk, request, "sign_in.html", status=429, next=leads_to, wrong="wrong.too_many")
    knows = await knows_password(attempt.operator, fields.get("password", ""))
    async with desk.sessions.begin() as session:
        whose = attempt.operator if knows else None
        has = await use_code(session, whose, fields.get("code", ""), now, desk.settings)
        if not (knows and has and attempt.operator):
            if attempt.operator:
                audit(session, now, "unknown", "sign_in.failed", attempt.operator.name)
            return form(desk, request, "sign_in.html", status=422, next=leads_to, wrong="wrong.sign_in")
        await try_succeeded(session, attempt)
        before, agent = request.cookies.get(session_cookie(desk.settings), ""), agent_of(request)
        name = attempt.operator.name
        token = await begin(session, name, "password", now, desk.settings, before=before, agent=agent)
    response = see_other(leads_to)
    begin_session(response, token, desk.settings)
    return response


@routes.get("/enter/{token}", dependencies=[SIGNING_IN])
async def shown(request: Request, desk: InDesk, token: str) -> Response:
    """A button only: programs that look into mails follow links, and must not use this one up."""
    async with desk.sessions() as session:
        opens = await link_opens(session, token, wall_now())
    if not opens:
        return desk.page(request, "message.html", None, status=410, about="link_over")
    return form(desk, request, "enter.html", token=token)


@routes.post("/enter/{token}", dependencies=[SIGNING_IN])
async def entered(request: Request, desk: InDesk, token: str) -> Response:
    await form_of(request, desk.settings.ops_url, form_token_of(request, desk.settings))
    now = wall_now()
    async with desk.sessions.begin() as session:
        name = await use_link(session, token, now)
        operator = await session.get(OperatorRow, name) if name else None
        if operator is None or operator.disabled_at is not None:
            return desk.page(request, "message.html", None, status=410, about="link_over")
        before, agent = request.cookies.get(session_cookie(desk.settings), ""), agent_of(request)
        session_token = await begin(session, operator.name, "link", now, desk.settings, before=before, agent=agent)
    response = see_other(HOME)
    begin_session(response, session_token, desk.settings)
    return response


@routes.post("/sign-out")
async def leave(desk: InDesk, who: NotSetUpYet) -> Response:
    now = wall_now()
    async with desk.sessions.begin() as session:
        await end(session, who.session_token, now)
        audit(session, now, who.by, "sign_out", who.name)
    response = see_other(SIGN_IN)
    forget(response, session_cookie(desk.settings), desk.settings)
    return response


@routes.post("/language")
async def speak(request: Request, desk: InDesk, who: NotSetUpYet) -> Response:
    """From now on the pages speak that language to this person."""
    async with desk.sessions.begin() as session:
        row = await session.get_one(OperatorRow, who.name)
        row.language = speech_for(request, who).w.language
    return see_other(wanted(who.form.get("next", HOME)))


def form(desk: Desk, request: Request, name: str, *, status: int = 200, **values: object) -> Response:
    """A page with a form for somebody who is not signed in."""
    secret = form_secret(request, desk.settings)
    response = desk.page(request, name, None, status=status, csrf=form_token(secret), **values)
    keep_form_secret(response, secret, desk.settings)
    return response
