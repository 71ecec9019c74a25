"""Reading the record of what happened, as the objects that `perennial rehearse` and `perennial show` print."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.parties import CustomerRow
from models.records import EventRow, NoticeRow
from models.subscriptions import SubscriptionRow
from renewals.calendar import zone


async def last_event(session: AsyncSession) -> int:
    """The id of the last event that was recorded; 0 before the first."""
    return (await session.execute(select(func.max(col(EventRow.id))))).scalar_one() or 0


async def events_of(
    session: AsyncSession, number: str | None = None, *, after: int = 0
) -> AsyncIterator[dict[str, Any]]:
    """What happened, in order of time: of one subscription, or of all; with `after`, what was recorded since then.

    `at` is the instant in UTC, `local` the same in the customer's zone.
    """
    query = _query(number).where(col(EventRow.id) > after)
    rows = await session.stream(query.execution_options(yield_per=1000))
    async for event, recipient, time_zone in rows:
        yield _told(event, recipient, time_zone)


class NoSuchPlace(Exception):
    """No page of the record begins there."""


async def page_of_events(
    session: AsyncSession, number: str, *, beyond: int | None, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Up to `limit` events of a subscription after the one of that id; the id of the last, if more follow.

    Raises `NoSuchPlace` where it has no such event.
    """
    query = _query(number).limit(limit + 1)
    if beyond is not None:
        at, id_ = col(EventRow.at), col(EventRow.id)
        place = select(at).where(id_ == beyond, col(EventRow.subscription) == number)
        begins_at = (await session.execute(place)).scalar_one_or_none()
        if begins_at is None:
            raise NoSuchPlace
        query = query.where(or_(at > begins_at, and_(at == begins_at, id_ > beyond)))
    rows = (await session.execute(query)).all()
    last = rows[limit - 1][0].id if len(rows) > limit else None
    return [_told(*row) for row in rows[:limit]], last


def _query(number: str | None) -> Select[EventRow, str, str]:
    """Events with the recipient of the mail and the zone of the customer, in order of time."""
    query = (
        select(EventRow, col(NoticeRow.recipient), col(CustomerRow.time_zone))
        .outerjoin(NoticeRow, col(NoticeRow.id) == col(EventRow.notice_id))
        .outerjoin(SubscriptionRow, col(SubscriptionRow.number) == col(EventRow.subscription))
        .outerjoin(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
        .order_by(col(EventRow.at), col(EventRow.id))
    )
    of = col(EventRow.subscription)
    return query.where(of.is_not(None) if number is None else of == number)


def _told(event: EventRow, recipient: str | None, time_zone: str | None) -> dict[str, Any]:
    happened = {"at": in_utc(event.at), "subscription": event.subscription, "event": event.event}
    if time_zone is not None:
        happened["local"] = event.at.astimezone(zone(time_zone)).isoformat(timespec="seconds")
    return happened | _details(event, recipient)


def _details(event: EventRow, recipient: str | None) -> dict[str, Any]:
    details = dict(event.data)
    if recipient is not None:
        details["to"] = recipient
    if event.event != "command":
        details["by"] = event.caused_by
    if event.reason is not None:
        details["reason"] = event.reason
    return details


def in_utc(at: datetime) -> str:
    """An instant as `2027-03-31T13:12:05.123Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
