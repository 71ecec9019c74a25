"""Reading the record of what happened, as the objects that `perennial rehearse` and `perennial show` print."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
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
    query = (
        select(EventRow, col(NoticeRow.recipient), col(CustomerRow.time_zone))
        .outerjoin(NoticeRow, col(NoticeRow.id) == col(EventRow.notice_id))
        .outerjoin(SubscriptionRow, col(SubscriptionRow.number) == col(EventRow.subscription))
        .outerjoin(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
        .where(col(EventRow.id) > after)
        .order_by(col(EventRow.at), col(EventRow.id))
    )
    if number is not None:
        query = query.where(col(EventRow.subscription) == number)
    rows = await session.stream(query.execution_options(yield_per=1000))
    async for event, recipient, time_zone in rows:
        happened = {"at": in_utc(event.at), "subscription": event.subscription, "event": event.event}
        if time_zone is not None:
            happened["local"] = event.at.astimezone(zone(time_zone)).isoformat(timespec="seconds")
        yield happened | _details(event, recipient)


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
