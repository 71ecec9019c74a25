"""What waits for an endpoint, is sent to it again, and became of each event: read from the record and its deliveries.

Who reads the record may read no further than `models/settled.py` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.audit import audit
from models.columns import fixed
from models.journal import clear_alarm
from models.records import EventRow
from models.webhooks import GIVEN_UP, DeliveryRow, DeliveryState, EndpointRow, EndpointState, TryRow, is_waiting
from renewals.published import events_behind, type_of

MOST_REPLAYED = 10_000
"""How many events of the record one replay goes through at most."""

AWAY_FOR = timedelta(hours=1)
"""An endpoint that has taken nothing for so long is no passing fault: whoever runs it may not know."""


@dataclass(frozen=True, slots=True)
class Away:
    """An endpoint that takes nothing, and since when its oldest event waits."""

    id: UUID
    host: str
    since: datetime


def matching(row: EventRow, endpoint: EndpointRow) -> str | None:
    """The type of the event, if the endpoint wants to hear of it."""
    found = type_of(row.event, row.data)
    return found if found and endpoint.wants(found) else None


async def events_for(
    session: AsyncSession, endpoint: EndpointRow, after: int, up_to: int, limit: int
) -> Sequence[EventRow]:
    """Events of the record, in order, that may concern the endpoint."""
    row = EventRow
    query = select(row).where(col(row.id) > after, col(row.id) <= up_to).order_by(col(row.id)).limit(limit)
    if endpoint.types:
        query = query.where(col(row.event).in_(sorted(events_behind(endpoint.types))))
    return (await session.scalars(query)).all()


def waiting_for(endpoint: EndpointRow, row: EventRow, type_: str, now: datetime) -> dict[str, Any]:
    """The values of a delivery that is to be tried now."""
    return {
        "endpoint_id": endpoint.id,
        "event_id": row.id,
        "subject": row.subscription or row.customer or "",
        "type": type_,
        "state": DeliveryState.WAITING.value,
        "tries": 0,
        "since": now,
        "next_at": now,
    }


async def replay_range(
    session: AsyncSession, endpoint: EndpointRow, first: int, last: int, *, by: str, reason: str, now: datetime
) -> int:
    """Send again what is recorded between these two events, both included; how many that are.

    The caller sees to it that they are at most `MOST_REPLAYED`.
    """
    settled = min(last, endpoint.position)
    rows = await events_for(session, endpoint, first - 1, settled, MOST_REPLAYED)
    values = [waiting_for(endpoint, row, type_, now) for row in rows if (type_ := matching(row, endpoint))]
    again = {"state": DeliveryState.WAITING.value, "since": now, "next_at": now, "done_at": None}
    for at in range(0, len(values), 1000):
        statement = insert(DeliveryRow).values(values[at : at + 1000])
        await session.execute(statement.on_conflict_do_update(index_elements=["endpoint_id", "event_id"], set_=again))
    await _call_again(session, endpoint)
    data = {"from": first, "to": last, "events": len(values)}
    audit(session, now, by, "webhook.replay", str(endpoint.id), reason=reason, data=data)
    return len(values)


async def replay_failed(session: AsyncSession, endpoint: EndpointRow, *, by: str, reason: str, now: datetime) -> int:
    """Send again what was given up, and at once what waits to be tried again; how many that are."""
    row = DeliveryRow
    failed = (
        update(row)
        .where(col(row.endpoint_id) == endpoint.id)
        .where(
            (col(row.state) == fixed(DeliveryState.GIVEN_UP.value)) | (is_waiting() & (col(row.tries) > 0)),
            col(row.state) != fixed(DeliveryState.DELIVERED.value),
        )
        .values(state=DeliveryState.WAITING.value, since=now, next_at=now, done_at=None)
        .returning(col(row.event_id))
    )
    count = len((await session.execute(failed)).all())
    await _call_again(session, endpoint)
    await clear_alarm(session, None, GIVEN_UP, now, subject=str(endpoint.id))
    audit(session, now, by, "webhook.replay", str(endpoint.id), reason=reason, data={"failed": count})
    return count


async def _call_again(session: AsyncSession, endpoint: EndpointRow) -> None:
    """Leave it alone no longer."""
    row = EndpointRow
    await session.execute(update(row).where(col(row.id) == endpoint.id).values(failures=0, held_until=None))


async def standing(session: AsyncSession) -> dict[UUID, dict[str, int]]:
    """By endpoint: how many deliveries wait or were given up."""
    row = DeliveryRow
    query = (
        select(col(row.endpoint_id), col(row.state), func.count())
        .where(col(row.state) != fixed(DeliveryState.DELIVERED.value))
        .group_by(col(row.endpoint_id), col(row.state))
    )
    found: dict[UUID, dict[str, int]] = {}
    for endpoint, state, count in await session.execute(query):
        found.setdefault(endpoint, {})[state] = int(count)
    return found


async def away(session: AsyncSession, now: datetime) -> list[Away]:
    """The endpoints that are on and have taken nothing for long, though their events are tried."""
    row, first = EndpointRow, DeliveryRow
    oldest = (
        select(col(first.since))
        .where(col(first.endpoint_id) == col(row.id), is_waiting())
        .order_by(col(first.event_id))
        .limit(1)
        .correlate(row)
        .scalar_subquery()
    )
    query = select(row, oldest).where(col(row.state) == EndpointState.ON, col(row.failures) > 0)
    found = await session.execute(query.where(oldest < now - AWAY_FOR).order_by(oldest))
    return [Away(endpoint.id, endpoint.host, since) for endpoint, since in found]


async def deliveries_of(
    session: AsyncSession, endpoint: UUID, state: DeliveryState | None, *, before: int | None, limit: int
) -> tuple[Sequence[DeliveryRow], int | None]:
    """Up to `limit` deliveries, the newest event first; and before which event the next page begins."""
    row = DeliveryRow
    query = select(row).where(col(row.endpoint_id) == endpoint).order_by(col(row.event_id).desc()).limit(limit + 1)
    if state is not None:
        query = query.where(col(row.state) == state)
    if before is not None:
        query = query.where(col(row.event_id) < before)
    rows = (await session.scalars(query)).all()
    return rows[:limit], rows[limit - 1].event_id if len(rows) > limit else None


async def tries_of(session: AsyncSession, endpoint: UUID, event_id: int) -> Sequence[TryRow]:
    """Every try to deliver that event, the oldest first."""
    row = TryRow
    query = select(row).where(col(row.endpoint_id) == endpoint, col(row.event_id) == event_id).order_by(col(row.id))
    return (await session.scalars(query.limit(200))).all()
