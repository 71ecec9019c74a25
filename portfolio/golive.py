"""Go-live: from this moment on a watched subscription charges and mails. A late start for all that is overdue."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.journal import record
from models.store import load, write
from models.subscriptions import SubscriptionRow
from renewals.commands import GoLive
from renewals.effects import after_command
from renewals.facts import Phase


async def go_live(
    session: AsyncSession,
    *,
    wall_now: datetime,
    by: str,
    reason: str,
    numbers: Iterable[str] | None = None,
    customer: str | None = None,
    import_id: UUID | None = None,
) -> int:
    """Let watched subscriptions go live: those named, of a customer, of an import, or all. How many did.

    The workflows are not told here: a plan that must be made anew is what the watchdog looks for.
    """
    query = (
        select(col(SubscriptionRow.number))
        .where(col(SubscriptionRow.live_at).is_(None), col(SubscriptionRow.phase) != Phase.LAPSED)
        .order_by(col(SubscriptionRow.number))
    )
    if numbers is not None:
        query = query.where(col(SubscriptionRow.number).in_(list(numbers)))
    if customer is not None:
        query = query.where(col(SubscriptionRow.csn) == customer)
    if import_id is not None:
        query = query.where(col(SubscriptionRow.import_id) == import_id)
    waiting = (await session.execute(query)).scalars().all()
    for number in waiting:
        await _one_goes_live(session, number, wall_now, by, reason)
    await session.execute(
        update(SubscriptionRow).where(col(SubscriptionRow.number).in_(waiting)).values(next_step_at=None)
    )
    return len(waiting)


async def _one_goes_live(session: AsyncSession, number: str, wall_now: datetime, by: str, reason: str) -> None:
    stored = await load(session, number, wall_now, lock=True)
    if stored is None:
        raise LookupError(number)
    after = after_command(stored.facts, GoLive(), at=stored.now)
    write(session, stored, after, by=by, reason=reason)
    record(session, number, stored.now, "go_live", {}, by=by, reason=reason)
