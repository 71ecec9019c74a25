"""The pages where a second person confirms or rejects what the first has asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.ops.deed import SECOND_PERSON
from console.ops.deeds import DEEDS
from console.ops.desk import InDesk, see_other, wall_now
from console.ops.fields import Wrong
from console.ops.guard import Reads
from console.ops.staff import Staff
from models.pauses import USUAL_FOR
from models.second_person import Decision, OneHand, RequestRow, decide, one_hand, open_request, open_requests
from models.staff import who_may
from renewals.money import Money

routes = APIRouter(prefix="/second-person")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what this person may do about it.

    `holds`: whoever asked may still do it. `one_hand`: that person may be this one.
    """

    row: RequestRow
    own: bool
    may: bool
    holds: bool
    one_hand: OneHand | None


@routes.get("")
async def requests(request: Request, desk: InDesk, who: Reads) -> Response:
    now = wall_now()
    async with desk.sessions() as session:
        shown = [await _asked(session, who, row, now) for row in await open_requests(session, now)]
    values: dict[str, Any] = {"requests": shown, "days": USUAL_FOR.days}
    return desk.page(request, "second_person.html", who, money=Money, instant=datetime.fromisoformat, **values)


@routes.post("/{id_}/confirm")
async def confirm(request: Request, desk: InDesk, who: Reads, tasks: BackgroundTasks, id_: UUID) -> Response:
    """The deed is done in the transaction that confirms it, once. Raises `Wrong` where one of the two may not."""
    reason, now = who.reason, wall_now()
    async with desk.sessions.begin() as session:
        row = await open_request(session, id_, now)
        if row is None or not _may_decide(who, row) or await one_hand(session, row.asked_by, who.by, now):
            return _over(request, desk, who)
        if not await _holds(session, row):
            raise Wrong("second", "wrong.second_asker")
        decide(session, row, Decision.CONFIRMED, by=who.by, reason=reason, now=now)
        begun = await DEEDS[row.what].do(session, row, now)
    if begun.is_long:
        tasks.add_task(begun.rest, desk)
    else:
        await begun.rest(desk)
    response = see_other(begun.address)
    response.background = tasks
    return response


@routes.post("/{id_}/reject")
async def reject(request: Request, desk: InDesk, who: Reads, id_: UUID) -> Response:
    reason, now = who.reason, wall_now()
    async with desk.sessions.begin() as session:
        row = await open_request(session, id_, now)
        if row is None or not _may_decide(who, row):
            return _over(request, desk, who)
        decide(session, row, Decision.REJECTED, by=who.by, reason=reason, now=now)
    return see_other(SECOND_PERSON)


@routes.post("/{id_}/withdraw")
async def withdraw(request: Request, desk: InDesk, who: Reads, id_: UUID) -> Response:
    now = wall_now()
    async with desk.sessions.begin() as session:
        row = await open_request(session, id_, now)
        if row is None or row.asked_by != who.by:
            return _over(request, desk, who)
        decide(session, row, Decision.WITHDRAWN, by=who.by, reason=None, now=now)
    return see_other(SECOND_PERSON)


async def _asked(session: AsyncSession, who: Staff, row: RequestRow, now: datetime) -> Asked:
    own, may = row.asked_by == who.by, _may_decide(who, row)
    same = await one_hand(session, row.asked_by, who.by, now) if may else None
    return Asked(row, own, may, await _holds(session, row), same)


async def _holds(session: AsyncSession, row: RequestRow) -> bool:
    """Is whoever asked still let in, with the right that the deed takes? It is done in that person's name."""
    return row.what in DEEDS and row.asked_by in await who_may(session, DEEDS[row.what].right)


def _may_decide(who: Staff, row: RequestRow) -> bool:
    """Somebody else, with the right that the deed takes."""
    return row.asked_by != who.by and row.what in DEEDS and who.may(DEEDS[row.what].right)


def _over(request: Request, desk: InDesk, who: Staff) -> Response:
    return desk.page(request, "message.html", who, status=409, about="second_over")
