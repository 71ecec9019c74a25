"""Setting up a local account: password and second factor, once, by whoever came through a one-time link."""

from fastapi import APIRouter, Request, Response
from segno import make
from sqlalchemy import select, update
from sqlmodel import col

from console.ops.desk import InDesk, see_other, wall_now
from console.ops.entering import begin
from console.ops.factors import address_of, give_recovery_codes, good_password, hash_of, new_secret, step_of
from console.ops.fields import Wrong
from console.ops.guard import NotSetUpYet, begin_session
from console.ops.rooms import HOME
from console.ops.staff import Staff
from models.audit import audit
from models.operators import OperatorRow, OperatorSessionRow
from models.staff import end_sessions
from models.tokens import digest

SET_UP = "/ops/set-up"

routes = APIRouter()


@routes.get("/set-up")
async def shown(request: Request, desk: InDesk, who: NotSetUpYet) -> Response:
    return see_other(HOME) if who.set_up else await _page(request, desk, who)


@routes.post("/set-up")
async def done(request: Request, desk: InDesk, who: NotSetUpYet) -> Response:
    """Sets both at once. The session begins anew, and every other one of the person is over."""
    if who.set_up:
        return see_other(HOME)
    secret, now, password = await _offered(desk, who), wall_now(), who.form.get("password", "")
    try:
        step = _checked(who, password, secret)
    except Wrong as wrong:
        return await _page(request, desk, who, wrong=wrong)
    password_hash = await hash_of(password)
    async with desk.sessions.begin() as session:
        row = await session.get_one(OperatorRow, who.name, with_for_update=True)
        if row.is_set_up:
            return see_other(HOME)
        row.password_hash, row.totp_secret, row.totp_step = password_hash, secret, step
        codes = await give_recovery_codes(session, who.name, now)
        audit(session, now, who.by, "operator.set_up", who.name)
        await end_sessions(session, who.name, now)
        token = await begin(session, who.name, "password", now, desk.settings)
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


async def _offered(desk: InDesk, who: Staff) -> str:
    """The secret that this session offers for the second factor, made when it is first asked for."""
    row = OperatorSessionRow
    its = col(row.token_hash) == digest(who.session_token)
    async with desk.sessions.begin() as session:
        offer = update(row).where(its, col(row.totp_offered).is_(None)).values(totp_offered=new_secret())
        await session.execute(offer)
        return str(await session.scalar(select(col(row.totp_offered)).where(its)))


async def _page(request: Request, desk: InDesk, who: Staff, *, wrong: Wrong | None = None) -> Response:
    secret = await _offered(desk, who)
    picture = make(address_of(secret, who.name), micro=False).svg_inline(scale=4, border=4, omitsize=True)
    spelt = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    values = {"picture": picture, "secret": spelt, "wrong": wrong}
    return desk.page(request, "set_up.html", who, status=422 if wrong else 200, **values)
