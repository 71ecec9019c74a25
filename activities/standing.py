"""Writing where a subscription stands: its phase, with the mail of an expiry, and whether it is parked."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from activities.orders import abandon_unsent, void_automatic_order
from activities.outbox import queue
from models.journal import SYSTEM, clear_alarm, record
from models.store import Stored, write
from renewals.causes import Cause
from renewals.facts import Phase, Subscription
from renewals.letters import Kind
from renewals.windows import late_window_closes_at


async def store_phase(
    session: AsyncSession,
    stored: Stored,
    after: Subscription,
    *,
    by: str = SYSTEM,
    reason: str | None = None,
    at_once: bool = False,
) -> None:
    """Write `after`, and tell of an expiry that its phase brings.

    Expiry out of `past_due`, and expiry that a command or an attempt brings (`at_once`), is told at once and begins a
    new plan; a manual renewal's expiry is told by the dated notice of its renewal date, and one that is found after the
    late window has closed is for an operator first.
    """
    before = stored.facts.phase
    in_time = stored.now < late_window_closes_at(after)
    if after.phase is Phase.EXPIRED is not before and (at_once or before is Phase.PAST_DUE) and in_time:
        await queue(session, stored, Kind.EXPIRED, "0", Cause("expired", {"phase": before}), at=stored.now)
        after = replace(after, owes_from=stored.now)
    if after.phase in (Phase.EXPIRED, Phase.LAPSED):
        await abandon_unsent(session, stored)
        await void_automatic_order(session, stored)
    write(session, stored, after, by=by, reason=reason)


async def set_parked(session: AsyncSession, stored: Stored, because: str | None, *, by: str) -> None:
    """Park for a reason, or release (None)."""
    stored.row.parked_at = stored.now if because else None
    stored.row.parked_because = because
    session.add(stored.row)
    if because is None:
        await clear_alarm(session, stored.row.number, "parked", stored.now)
    data = {"because": because} if because else {}
    record(session, stored.row.number, stored.now, "parked" if because else "released", data, by=by, reason=because)
