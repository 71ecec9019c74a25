"""The automatic charge, and the questions about every attempt that has no answer yet."""

from datetime import datetime
from uuid import UUID

from temporalio import activity

from activities.breaker import Breaker
from activities.clock import started_at
from activities.orders import begin_attempt
from activities.planning import plan_of
from activities.till import Till, charge_of
from activities.waiting import decide_waiting
from gateways.port import Charge, Gateway
from models.engine import Sessions
from models.payments import AttemptRow
from models.store import Stored, load
from renewals.payments import Attempt, AttemptState, Way
from renewals.plan import ask_about_it_at, asked_about, charge_is_due
from workflows.contract import TermPlan


class Charging:
    """Charges the next term, and asks what became of attempts that got no answer."""

    def __init__(
        self, sessions: Sessions, gateway: Gateway, signing_key: bytes, breaker: Breaker | None = None
    ) -> None:
        """`signing_key` is that of previews. Without a breaker charges go on: a rehearsal has no usual hour."""
        self._sessions, self._till = sessions, Till(sessions, gateway)
        self._signing_key, self._breaker = signing_key, breaker

    @activity.defn
    async def charge(self, number: str) -> TermPlan:
        """Charge the next term if, read again, the plan still says so; answers with the plan that follows."""
        wall_now = started_at()
        if self._breaker:
            await self._breaker.check(wall_now)
        begun = await self._begin(number, wall_now)
        planned = await self._till.pay(*begun, wall_now, seen=AttemptState.OPEN) if begun else None
        return planned or await plan_of(self._sessions, number, wall_now)

    async def _begin(self, number: str, wall_now: datetime) -> tuple[Stored, Charge] | None:
        """Write or resume the attempt; None when nothing is due, once what came before is decided."""
        async with self._sessions.begin() as session:
            await decide_waiting(session, number, wall_now, self._signing_key)
            stored = await load(session, number, wall_now, lock=True)
            if stored is None:
                return None
            doubt = stored.facts.in_doubt
            resumed = doubt is not None and doubt.state is AttemptState.OPEN and doubt.way is Way.AUTOMATIC
            if (doubt and not resumed) or not charge_is_due(stored.facts, stored.now):
                return None
            if doubt:
                return stored, await charge_of(session, stored, doubt.id)
            attempt = await begin_attempt(session, stored)
            return stored, await charge_of(session, stored, str(attempt.id))

    @activity.defn
    async def ask_gateway(self, number: str) -> TermPlan:
        """Ask what became of the attempts that it is time to ask about."""
        wall_now = started_at()
        for attempt_id in await self._due(number, wall_now):
            await self._ask(number, attempt_id, wall_now)
        return await plan_of(self._sessions, number, wall_now)

    async def _due(self, number: str, wall_now: datetime) -> list[str]:
        async with self._sessions() as session:
            stored = await load(session, number, wall_now)
        return [attempt.id for attempt in _to_ask(stored)] if stored else []

    async def _ask(self, number: str, attempt_id: str, wall_now: datetime) -> None:
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            attempt = next((each for each in _to_ask(stored) if each.id == attempt_id), None) if stored else None
            charge = await charge_of(session, stored, attempt_id) if stored and attempt else None
            if attempt and attempt.was_never_sent:  # from now on a call is under way
                (await session.get_one(AttemptRow, UUID(attempt_id))).next_at = None
        if stored and attempt and charge:
            await self._till.resume(stored, attempt, charge, wall_now)


def _to_ask(stored: Stored) -> list[Attempt]:
    """What it is time to ask about."""
    return [each for each in asked_about(stored.facts) if (ask_about_it_at(each) or stored.now) <= stored.now]
