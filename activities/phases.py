"""Steps that change where a subscription stands: phases, access, parking, the start of a paid term."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.clock import started_at
from activities.orders import abandon_unsent, void_automatic_order
from activities.outbox import queue
from activities.planning import plan_of
from activities.settling import is_due, roll_over
from models.engine import Sessions
from models.journal import SYSTEM, clear_alarm, raise_alarm, record
from models.store import Stored, load, write
from renewals.causes import Cause
from renewals.facts import Phase, Subscription
from renewals.letters import Kind
from renewals.plan import Do
from renewals.renewing import in_phase
from renewals.windows import late_window_closes_at
from workflows.contract import TermPlan

UNTRIED = "The late window closed although nobody had tried to charge or told the buyer; decide by hand."


class Phases:
    """The steps of a plan that need no outside world."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn
    async def enter_phase(self, number: str) -> TermPlan:
        """Enter the phase that the facts give now."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            if stored and is_due(stored, Do.ENTER_PHASE):
                await store_phase(session, stored, in_phase(stored.facts, stored.now))
        return await plan_of(self._sessions, number, wall_now)

    @activity.defn
    async def begin_paid_term(self, number: str) -> TermPlan:
        """Begin the term that was paid ahead."""
        wall_now = started_at()
        await roll_over(self._sessions, number, wall_now)
        return await plan_of(self._sessions, number, wall_now)

    @activity.defn
    async def suspend_access(self, number: str) -> TermPlan:
        """Take access away while past due; a payment gives it back."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            if stored and is_due(stored, Do.SUSPEND_ACCESS):
                stored.row.suspended_at = stored.now
                record(session, number, stored.now, "access_suspended", {"phase": stored.facts.phase})
        return await plan_of(self._sessions, number, wall_now)

    @activity.defn
    async def park(self, number: str) -> TermPlan:
        """Park what would lapse without ever having been tried or noticed, and say so."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            if stored and is_due(stored, Do.PARK):
                await abandon_unsent(session, stored)
                await raise_alarm(session, number, "parked", UNTRIED, stored.now, facts={"why": "untried"})
                await set_parked(session, stored, UNTRIED, by=SYSTEM)
        return await plan_of(self._sessions, number, wall_now)


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
