"""What follows from one try to hand an event over: it is taken, tried again, or given up after three days."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from gateways.outbound import Posted
from models.columns import fixed
from models.journal import clear_alarm, raise_alarm
from models.webhooks import GIVEN_UP, DeliveryRow, DeliveryState, EndpointRow, TryRow

GIVEN_UP_AFTER = timedelta(days=3)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=4)


def wait_after(tries: int) -> timedelta:
    """How long after so many failed tries the next one comes: three times as long as the one before.

    >>> [str(wait_after(tries)) for tries in (1, 2, 3, 4, 5, 6, 7, 8, 20)]
    ['0:00:10', '0:00:30', '0:01:30', '0:04:30', '0:13:30', '0:40:30', '2:01:30', '4:00:00', '4:00:00']
    """
    return min(FIRST_WAIT * int(3 ** min(tries - 1, 10)), LONGEST_WAIT)


async def record_try(session: AsyncSession, tried: DeliveryRow, posted: Posted, now: datetime) -> None:
    """Write down a try, and what follows: it is over, or comes again, or is given up and operators are told."""
    key = (tried.endpoint_id, tried.event_id)
    row = await session.get_one(DeliveryRow, key, with_for_update=True, populate_existing=True)
    session.add(
        TryRow(
            endpoint_id=row.endpoint_id,
            event_id=row.event_id,
            tried_at=now,
            took_ms=posted.took_ms,
            status=posted.status,
            error=posted.error,
            answer=posted.answer,
        )
    )
    row.tries += 1
    if row.state != DeliveryState.WAITING or row.since > now:  # meanwhile another worker, or a replay
        return
    if posted.taken:
        row.state, row.next_at, row.done_at = DeliveryState.DELIVERED.value, None, now
        if row.tries > 1:
            await _all_is_well(session, row, now)
    elif now - row.since >= GIVEN_UP_AFTER:
        row.state, row.next_at, row.done_at = DeliveryState.GIVEN_UP.value, None, now
        await _alarm(session, row, posted, now)
    else:
        row.next_at = now + wait_after(await _tries_since(session, row))


async def _all_is_well(session: AsyncSession, row: DeliveryRow, now: datetime) -> None:
    """Clear the alarm once nothing is given up any more."""
    await session.flush()
    given_up = select(col(DeliveryRow.event_id)).where(
        col(DeliveryRow.endpoint_id) == row.endpoint_id,
        col(DeliveryRow.state) == fixed(DeliveryState.GIVEN_UP.value),
    )
    if (await session.execute(given_up.limit(1))).first() is None:
        await clear_alarm(session, None, GIVEN_UP, now, subject=str(row.endpoint_id))


async def _alarm(session: AsyncSession, row: DeliveryRow, posted: Posted, now: datetime) -> None:
    endpoint = await session.get_one(EndpointRow, row.endpoint_id)
    said = f"status {posted.status}" if posted.status else posted.error
    detail = f"{endpoint.host} took no event for three days (last: {said}); replay it when it does."
    facts = {"host": endpoint.host, "said": said}
    await raise_alarm(session, None, GIVEN_UP, detail, now, subject=str(endpoint.id), facts=facts)


async def _tries_since(session: AsyncSession, row: DeliveryRow) -> int:
    """How often it was tried since it was first to be sent, or to be sent again; this time too."""
    await session.flush()
    query = select(func.count()).where(
        col(TryRow.endpoint_id) == row.endpoint_id,
        col(TryRow.event_id) == row.event_id,
        col(TryRow.tried_at) >= row.since,
    )
    return await session.scalar(query) or 1
