"""Go-live: from this moment on a watched subscription charges and mails. A late start for all that is overdue."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.engine import Sessions
from models.journal import record
from models.store import load_all, write
from models.subscriptions import SubscriptionRow
from renewals.commands import GoLive
from renewals.effects import after_command
from renewals.facts import Phase

_BATCH = 100
"""How many go live in one transaction: what is locked for it is wanted by workflows too."""


async def waiting(
    session: AsyncSession,
    *,
    numbers: Iterable[str] | None = None,
    customer: str | None = None,
    import_id: UUID | None = None,
) -> Sequence[str]:
    """The watched subscriptions that are not live yet: of those named, of a customer, of an import, or all."""
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
    return (await session.execute(query)).scalars().all()


async def go_live(
    session: AsyncSession, *, wall_now: datetime, by: str, reason: str, numbers: Iterable[str] | None = None
) -> int:
    """Let those named go live, or all, as far as they wait for it, in the caller's transaction. How many did.

    What another has let go live while this one waited for its row is left as it is. The workflows are not told here:
    a plan that must be made anew is what the watchdog looks for.
    """
    found = await waiting(session, numbers=numbers)
    waited_for = await load_all(session, found, wall_now, lock=True)
    still = [stored for stored in waited_for if stored.row.live_at is None]
    for stored in still:
        write(session, stored, after_command(stored.facts, GoLive(), at=stored.now), by=by, reason=reason)
        stored.row.next_step_at = None
        record(session, stored.row.number, stored.now, "go_live", {}, by=by, reason=reason)
    return len(still)


async def go_live_in_batches(
    sessions: Sessions,
    numbers: Sequence[str],
    *,
    by: str,
    reason: str,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], None],
) -> int:
    """Let those named go live, a transaction for each hundred. Interrupted, it goes on where it was with the next."""
    done = 0
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH]
        async with sessions.begin() as session:
            done += await go_live(session, wall_now=clock(), by=by, reason=reason, numbers=batch)
        progress(start + len(batch), len(numbers))
    return done
