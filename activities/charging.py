"""The automatic charge: an attempt is written, the gateway called, the answer recorded. Three steps, in that order.

The attempt's id is the gateway's key. An attempt that was begun is resumed, never replaced, so a crash anywhere between
the steps costs nothing but time.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.answers import record_answer, record_no_answer, record_unreachable
from activities.clock import started_at
from activities.orders import begin_attempt
from activities.planning import plan_of
from gateways.port import Answer, Charge, Gateway, NoAnswer, NotReceived, Unreachable
from models.engine import Sessions
from models.parties import PaymentMethodRow
from models.payments import AttemptRow
from models.store import Stored, load
from renewals.facts import AttemptState, MethodKind
from renewals.money import Money
from renewals.plan import next_charge_at
from workflows.contract import TermPlan


class Charging:
    """Charges the next term, and asks what became of charges that got no answer."""

    def __init__(self, sessions: Sessions, gateway: Gateway) -> None:
        self._sessions, self._gateway = sessions, gateway

    @activity.defn
    async def charge(self, number: str) -> TermPlan:
        """Charge the next term if, read again, the plan still says so; answers with the plan that follows."""
        wall_now = started_at()
        begun = await self._begin(number, wall_now)
        if begun:
            await self._call(*begun, wall_now, seen=AttemptState.OPEN)
        return await plan_of(self._sessions, number, wall_now)

    async def _begin(self, number: str, wall_now: datetime) -> tuple[Stored, Charge] | None:
        """Write or resume the attempt; None when nothing is due."""
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            if stored is None:
                return None
            doubt = stored.facts.in_doubt
            if (doubt and doubt.state is not AttemptState.OPEN) or not _is_wanted(stored):
                return None
            attempt = (
                await session.get_one(AttemptRow, UUID(doubt.id)) if doubt else await begin_attempt(session, stored)
            )
            return stored, await _charge_of(session, stored, attempt)

    async def _call(self, stored: Stored, charge: Charge, wall_now: datetime, *, seen: AttemptState) -> None:
        """Call the gateway outside any transaction, then record what it said."""
        number = charge.subscription
        try:
            answer = await self._gateway.charge(charge, stored.now)
        except Unreachable:
            await record_unreachable(self._sessions, number, charge.key, wall_now, seen=seen)
        except NoAnswer as lost:
            await record_no_answer(self._sessions, number, charge.key, str(lost), wall_now, seen=seen)
        else:
            await record_answer(self._sessions, number, charge.key, answer, wall_now)

    @activity.defn
    async def ask_gateway(self, number: str) -> TermPlan:
        """Ask what became of the attempt in doubt. One that the gateway never saw is made again under the same key."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            attempt = stored.facts.in_doubt if stored else None
            charge = None
            if stored and attempt and (attempt.next_at or stored.now) <= stored.now:
                charge = await _charge_of(session, stored, await session.get_one(AttemptRow, UUID(attempt.id)))
        if stored and attempt and charge:
            await self._look_up(stored, charge, wall_now, seen=attempt.state)
        return await plan_of(self._sessions, number, wall_now)

    async def _look_up(self, stored: Stored, charge: Charge, wall_now: datetime, *, seen: AttemptState) -> None:
        number = stored.row.number
        try:
            found: Answer | NotReceived = await self._gateway.look_up(charge.key, stored.now)
        except (Unreachable, NoAnswer) as lost:
            await record_no_answer(self._sessions, number, charge.key, str(lost), wall_now, seen=seen)
            return
        if not isinstance(found, NotReceived):
            await record_answer(self._sessions, number, charge.key, found, wall_now)
        elif _is_wanted(stored):
            await self._call(stored, charge, wall_now, seen=seen)
        else:
            await record_unreachable(self._sessions, number, charge.key, wall_now, seen=seen)


def _is_wanted(stored: Stored) -> bool:
    """Is a charge due now, whether or not one was begun and cut off? What is not wanted is only asked after."""
    sub = replace(stored.facts, attempts=tuple(a for a in stored.facts.attempts if not a.may_move_money))
    due_at = next_charge_at(sub, stored.now) if sub.may_be_charged else None
    return due_at is not None and due_at <= stored.now


async def _charge_of(session: AsyncSession, stored: Stored, attempt: AttemptRow) -> Charge:
    method = await session.get_one(PaymentMethodRow, attempt.method_id)
    return Charge(
        key=str(attempt.id),
        amount=Money(attempt.amount, attempt.currency),
        subscription=stored.row.number,
        method_id=str(method.id),
        method_kind=MethodKind(method.kind),
        token=method.token,
    )
