"""Where somebody is signed in: everybody sees their own sessions and ends them, an admin ends all of a person."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from console.ops.desk import InDesk, see_other, there, wall_now
from console.ops.entering import end_one, end_others, sessions_of
from console.ops.guard import Governs, Reads
from models import staff
from models.operators import OperatorRow

SESSIONS = "/ops/sessions"

routes = APIRouter()


@routes.get("/sessions")
async def own(request: Request, desk: InDesk, who: Reads) -> Response:
    """The sessions of whoever looks, this one first."""
    async with desk.sessions() as session:
        found = await sessions_of(session, who.name, wall_now(), desk.settings, this=who.session_token)
    return desk.page(request, "sessions.html", who, found=found)


@routes.post("/sessions/{id_}/end")
async def end(desk: InDesk, who: Reads, id_: UUID) -> Response:
    """End one of one's own; what is over already stays so."""
    async with desk.sessions.begin() as session:
        await end_one(session, who.name, id_, wall_now())
    return see_other(SESSIONS)


@routes.post("/sessions/end-others")
async def end_all_others(desk: InDesk, who: Reads) -> Response:
    async with desk.sessions.begin() as session:
        await end_others(session, who.name, who.session_token, wall_now())
    return see_other(SESSIONS)


@routes.get("/people/{name}/sessions")
async def of_somebody(request: Request, desk: InDesk, who: Governs, name: str) -> Response:
    async with desk.sessions() as session:
        row = there(await session.get(OperatorRow, name))
        found = await sessions_of(session, row.name, wall_now(), desk.settings, this=who.session_token)
    return desk.page(request, "sessions_of.html", who, row=row, found=found)


@routes.post("/people/{name}/sessions/end")
async def end_all_of_somebody(desk: InDesk, who: Governs, name: str) -> Response:
    """Sign the person out everywhere; links that were made for them open nothing any more."""
    reason = who.reason
    async with desk.sessions.begin() as session:
        await staff.sign_out(session, name, by=who.by, reason=reason, now=wall_now())
    return see_other(f"/ops/people/{name}/sessions")
