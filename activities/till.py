"""The till: an attempt that is written down is paid at the gateway, and what that says is recorded.

The gateway is called outside any transaction, under the attempt's id. An attempt that was begun is resumed, never
replaced, so a crash anywhere between the steps costs nothing but time.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.answers import record_answer, record_no_answer, record_not_made, record_unreachable
from activities.late_money import record_given_up
from activities.ordered import fellows_of
from activities.questions import asked
from gateways.port import Answer, Charge, Gateway, NoAnswer, NotReceived, Paid, Unreachable
from models.engine import Sessions
from models.parties import PaymentMethodRow
from models.payments import AttemptRow
from models.store import Stored, load_all
from renewals.money import Money
from renewals.payments import ENDED_UNPAID, Attempt, AttemptState, MethodKind, Way
from renewals.plan import still_wanted
from workflows.contract import TermPlan

NOTHING_TO_PAY = "nothing to pay"
"""Recorded in place of a gateway's reference where the amount is zero, and no gateway was asked."""

NOT_RECEIVED = "not_received"
"""Why an attempt is in doubt that the gateway has not received: somebody else may be calling for it."""


class Till:
    """The one place that asks a gateway for money."""

    def __init__(self, sessions: Sessions, gateway: Gateway) -> None:
        self._sessions, self._gateway = sessions, gateway

    async def pay(self, stored: Stored, charge: Charge, wall_now: datetime, *, seen: AttemptState) -> TermPlan | None:
        """Call the gateway, then record what it said. `seen` is the attempt's state when it was read.

        What costs nothing is settled here: no gateway takes a charge of nothing. The plan that follows, if it was made
        with what was recorded.
        """
        number = charge.subscription
        if charge.amount.minor == 0:
            free = await record_answer(self._sessions, number, charge.key, Paid(NOTHING_TO_PAY), wall_now)
            return free.plan
        try:
            answer = await self._gateway.charge(charge, stored.now)
        except Unreachable:
            await record_unreachable(self._sessions, number, charge.key, wall_now, seen=seen)
        except NoAnswer as lost:
            await record_no_answer(self._sessions, number, charge.key, str(lost), wall_now, seen=seen)
        except Exception:  # money may have moved: ask later, and let the step fail
            await record_no_answer(self._sessions, number, charge.key, "error", wall_now, seen=seen)
            raise
        else:
            return await self._record(charge, answer, stored.now, wall_now)
        return None

    async def resume(self, stored: Stored, attempt: Attempt, charge: Charge, wall_now: datetime) -> None:
        """Go on with an attempt that has no final answer: ask what became of it, or make it, if it is still wanted."""
        in_time = charge.voucher_expires_at is None or stored.now < charge.voucher_expires_at
        if attempt.unwanted and in_time:
            await self._give_up(charge, stored.now, wall_now)
            return
        unsent = attempt.next_at is not None or charge.amount.minor == 0  # it never reached the gateway
        if attempt.state is AttemptState.OPEN and unsent:
            await self._make(stored, attempt, charge, wall_now, in_time=in_time)
            return
        number = stored.row.number
        try:
            question = self._gateway.look_up(charge.key, stored.now)
            found: Answer | NotReceived = await asked(
                self._sessions, number, charge.key, question, stored.now, wall_now
            )
        except (Unreachable, NoAnswer) as lost:
            await record_no_answer(self._sessions, number, charge.key, str(lost), wall_now, seen=attempt.state)
            return
        if isinstance(found, NotReceived):
            await self._make(stored, attempt, charge, wall_now, in_time=in_time)
            return
        await self._record(charge, found, stored.now, wall_now)

    async def _record(self, charge: Charge, answer: Answer, now: datetime, wall_now: datetime) -> TermPlan | None:
        """Record it; a code that came when nobody wanted it any more is given up where it can be paid."""
        recorded = await record_answer(self._sessions, charge.subscription, charge.key, answer, wall_now)
        if recorded.unwanted:
            await self._give_up(charge, now, wall_now)
        return recorded.plan

    async def _give_up(self, charge: Charge, now: datetime, wall_now: datetime) -> None:
        """Tell the provider that nobody wants the code. Where it does not answer the plan tells it again."""
        try:
            question = self._gateway.give_up(charge.key, now)
            said = await asked(self._sessions, charge.subscription, charge.key, question, now, wall_now)
        except (Unreachable, NoAnswer):
            said = None
        await record_given_up(self._sessions, charge.subscription, charge.key, said, wall_now)

    async def _make(
        self, stored: Stored, attempt: Attempt, charge: Charge, wall_now: datetime, *, in_time: bool
    ) -> None:
        """Make it under its key, or give it up; an automatic one that may not be made now waits until it may."""
        number, seen = charge.subscription, attempt.state
        if in_time and await self._begins_if_wanted(stored, attempt, wall_now):
            await self.pay(stored, charge, wall_now, seen=seen)
        elif attempt.way is Way.AUTOMATIC and seen not in ENDED_UNPAID:
            await record_unreachable(self._sessions, number, charge.key, wall_now, seen=seen)
        elif charge.amount.minor and _may_be_called_elsewhere(attempt):
            await record_no_answer(self._sessions, number, charge.key, NOT_RECEIVED, wall_now, seen=seen)
        else:
            await record_not_made(self._sessions, number, charge.key, wall_now, seen=seen)

    async def _begins_if_wanted(self, stored: Stored, attempt: Attempt, wall_now: datetime) -> bool:
        """May it be made now, for each subscription that the order is for? Then a call is under way from here on.

        Read again: while the gateway was asked somebody may have cancelled, who was told that it is done.
        """
        async with self._sessions.begin() as session:
            of_many = attempt.way.may_be_of_many
            numbers = await fellows_of(session, stored.row.number) if of_many else [stored.row.number]
            bought = await load_all(session, numbers, wall_now, lock=True)
            row = await session.get_one(AttemptRow, UUID(attempt.id), with_for_update=True)
            now = replace(attempt, called_off=row.called_off_at is not None)
            if row.state != attempt.state or not all(still_wanted(each.facts, now, each.now) for each in bought):
                return False
            row.next_at = None
            return True


def _may_be_called_elsewhere(attempt: Attempt) -> bool:
    """May the gateway receive it yet, as another subscription of the order, or its basket, is calling for it?

    Given up meanwhile it would be paid for nothing; two who make it under one key make it once.
    """
    return attempt.way.may_be_of_many and attempt.next_at is None and attempt.state not in ENDED_UNPAID


async def charge_of(session: AsyncSession, stored: Stored, attempt_id: str) -> Charge:
    """What the gateway is asked for, or about."""
    attempt = await session.get_one(AttemptRow, UUID(attempt_id))
    method = await session.get_one(PaymentMethodRow, attempt.method_id)
    return Charge(
        key=str(attempt.id),
        amount=Money(attempt.amount, attempt.currency),
        subscription=stored.row.number,
        method_id=str(method.id),
        method_kind=MethodKind(method.kind),
        token=method.token,
        voucher_expires_at=attempt.expires_at,
    )
