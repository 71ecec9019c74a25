"""Renewal dates as iCalendar, of a subscription or a customer: what the account's own calendars hold, over the API."""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.ics import calendar_of
from console.account.speech import speech_of
from console.api.problems import Problem
from console.api.reading import names_tag
from console.api.room import Csn, InRoom, Number, Reading, Room, found, wall_now
from models.parties import CustomerRow
from models.subscriptions import SubscriptionRow

routes = APIRouter(tags=["calendars"])

_ICS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The calendar.",
        "content": {"text/calendar": {"schema": {"type": "string"}}},
    },
    304: {"description": "Not changed."},
}
Known = Annotated[str | None, Header(alias="If-None-Match", description="Tags that are known.")]


@routes.get("/subscriptions/{number}/calendar.ics", response_class=Response, responses=_ICS)
async def calendar_of_subscription(
    session: Reading, room: InRoom, number: Number, if_none_match: Known = None
) -> Response:
    """The dates of a subscription's next renewal, in its customer's language; none of one that has lapsed."""
    stored = await found(session, number)
    mine = select(col(SubscriptionRow.number)).where(col(SubscriptionRow.number) == number)
    return await _as_calendar(session, room, mine, stored.customer.locale, number, if_none_match)


@routes.get("/customers/{csn}/calendar.ics", response_class=Response, responses=_ICS)
async def calendar_of_customer(session: Reading, room: InRoom, csn: Csn, if_none_match: Known = None) -> Response:
    """The same for all subscriptions of a customer."""
    customer = await session.get(CustomerRow, csn)
    if customer is None:
        raise Problem(404, "not_found", "There is no such customer.")
    theirs = select(col(SubscriptionRow.number)).where(col(SubscriptionRow.csn) == csn)
    return await _as_calendar(session, room, theirs, customer.locale, csn, if_none_match)


async def _as_calendar(
    session: AsyncSession, room: Room, numbers: Select[str], locale: str, name: str, known: str | None
) -> Response:
    """The same facts are the same bytes, and so the same tag."""
    body = await calendar_of(session, numbers, speech_of(locale), room.settings, wall_now())
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"'}
    if known is not None and names_tag(known, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)
