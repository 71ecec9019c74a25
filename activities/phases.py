"""Steps that change where a subscription stands: phases, access, parking, the start of a paid term."""

from temporalio import activity

from activities.clock import started_at
from activities.orders import abandon_unsent
from activities.planning import plan_of
from activities.settling import is_due, roll_over
from activities.standing import set_parked, store_phase
from activities.waiting import decide_waiting
from models.engine import Sessions
from models.journal import SYSTEM, raise_alarm, record
from models.store import load
from renewals.plan import Do
from renewals.renewing import in_phase
from workflows.contract import TermPlan

UNTRIED = "The late window closed although nobody had tried to charge or told the buyer; decide by hand."


class Phases:
    """The steps of a plan that need no outside world."""

    def __init__(self, sessions: Sessions, signing_key: bytes) -> None:
        """`signing_key` is that of previews."""
        self._sessions, self._signing_key = sessions, signing_key

    @activity.defn
    async def enter_phase(self, number: str) -> TermPlan:
        """Enter the phase that the facts give now; where a command waited, what it makes due may come before that."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            decided = await decide_waiting(session, number, wall_now, self._signing_key)
            stored = await load(session, number, wall_now, lock=True)
            if stored and not decided and is_due(stored, Do.ENTER_PHASE):
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
