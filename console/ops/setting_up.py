"""Setting up a local account: password and second factor, once, by whoever came through a one-time link."""

from fastapi import APIRouter, Request, Response
from segno import make
from sqlalchemy import select
from sqlmodel import col

from console.ops.desk import InDesk, agent_of, see_other, wall_now
from console.ops.entering import begin
from console.ops.factors import address_of, give_recovery_codes, good_password, hash_of, new_secret, step_of
from console.ops.fields import Wrong
from console.ops.guard import NotSetUpYet, begin_session
from console.ops.rooms import HOME
from console.ops.staff import Staff
from models.audit import audit
from models.operators import OperatorRow, OperatorSessionRow
from models.sealing import Seal, seal_of
from models.staff import end_sessions
from models.tokens import digest

SET_UP = "/ops/set-up"

routes = APIRouter()


@routes.get("/set-up")
async def shown(request: Request, desk: InDesk, who: NotSetUpYet) -> Response:
    if who.set_up:
        return see_other(HOME)
    seal = seal_of(desk.settings.sealed_under)
    return await _page(request, desk, who, seal) if seal else _no_key(request, desk, who)


@routes.post("/set-up")
async def done(request: Request, desk: InDesk, who: NotSetUpYet) -> Response:
    """Sets both at once. The session begins anew, and every other one of the person is over."""
    if who.set_up:
        return see_other(HOME)
    seal = seal_of(desk.settings.sealed_under)
    if seal is None:
        return _no_key(request, desk, who)
    secret, now, password = await _offered(desk, who, seal), wall_now(), who.form.get("password", "")
    try:
        step = _checked(who, password, secret)
    except Wrong as wrong:
        return await _page(request, desk, who, seal, wrong=wrong)
    password_hash = await hash_of(password)
    async with desk.sessions.begin() as session:
        row = await session.get_one(OperatorRow, who.name, with_for_update=True)
        if row.is_set_up:
            return see_other(HOME)
        row.password_hash, row.totp_secret, row.totp_step = password_hash, seal.close(secret, who.name), step
        codes = await give_recovery_codes(session, who.name, now)
        audit(session, now, who.by, "operator.set_up", who.name)
        await end_sessions(session, who.name, now)
        token = await begin(session, who.name, "password", now, desk.settings, agent=agent_of(request))
    response = desk.page(request, "recovery.html", None, codes=codes)
    begin_session(response, token, desk.settings)
    return response


def _checked(who: Staff, password: str, secret: str) -> int:
    """The time step of the code. Raises `Wrong`."""
    if not good_password(password, who.name):
        raise Wrong("password")
    if who.form.get("again") != password:
        raise Wrong("again")
    step = step_of(secret, who.form.get("code", "").replace(" ", ""), wall_now())
    if step is None:
        raise Wrong("code")
    return step


async def _offered(desk: InDesk, who: Staff, seal: Seal) -> str:
    """The secret that this session offers for the second factor, made when it is first asked for."""
    its = select(OperatorSessionRow).where(col(OperatorSessionRow.token_hash) == digest(who.session_token))
    async with desk.sessions.begin() as session:
        row = (await session.execute(its.with_for_update())).scalar_one()
        secret = seal.open(row.totp_offered, who.name) if row.totp_offered else None
        if secret is None:
            secret = new_secret()
            row.totp_offered = seal.close(secret, who.name)
        return secret


def _no_key(request: Request, desk: InDesk, who: Staff) -> Response:
    return desk.page(request, "message.html", who, status=503, about="no_factor_key")


async def _page(request: Request, desk: InDesk, who: Staff, seal: Seal, *, wrong: Wrong | None = None) -> Response:
    secret = await _offered(desk, who, seal)
    picture = make(address_of(secret, who.name), micro=False).svg_inline(scale=4, border=4, omitsize=True)
    spelt = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    values = {"picture": picture, "secret": spelt, "wrong": wrong}
    return desk.page(request, "set_up.html", who, status=422 if wrong else 200, **values)
