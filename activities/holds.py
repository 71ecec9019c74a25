"""The end of a hold: its time is up, or its buyer gives it up. A voucher that was paid after all is settled instead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity

from activities.answers import record_answer
from activities.clock import started_at
from activities.conclusions import with_attempts_so_far
from activities.outbox import queue
from activities.phases import store_phase
from activities.planning import plan_of
from activities.settling import is_due
from activities.till import charge_of
from gateways.port import Charge, Gateway, NoAnswer, Paid, Unreachable
from models.engine import Sessions
from models.history import in_utc
from models.journal import SYSTEM, record
from models.payments import AttemptRow, OrderRow
from models.store import Stored, load
from models.subscriptions import ClaimRow
from renewals.declines import ask_late_at
from renewals.facts import AttemptState, Kind
from renewals.plan import Do
from renewals.renewing import in_phase_unless_charged_first
from workflows.contract import TermPlan

ASK_AGAIN_AFTER = timedelta(minutes=10)
"""How long a hold goes on whose voucher the gateway says nothing about: the money may have come."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Whether the hold is over without payment; `paid`: it turned out to be paid."""

    released: bool
    paid: bool = False


class Holds:
    """Ends holds on the next term."""

    def __init__(self, sessions: Sessions, gateway: Gateway) -> None:
        self._sessions, self._gateway = sessions, gateway

    @activity.defn
    async def end_hold(self, number: str) -> TermPlan:
        """Release the hold whose time is up; the charge that waited for it goes on."""
        wall_now = started_at()
        async with self._sessions() as session:
            stored = await load(session, number, wall_now)
        if stored and is_due(stored, Do.END_HOLD):
            await self.end(number, wall_now, by=SYSTEM)
        return await plan_of(self._sessions, number, wall_now)

    async def end(self, number: str, wall_now: datetime, *, by: str) -> Ended:
        """Give up what holds the next term: first at the gateway, where it is a voucher, then here."""
        async with self._sessions() as session:
            stored = await load(session, number, wall_now)
            voucher = stored.facts.voucher if stored else None
            charge = await charge_of(session, stored, voucher.id) if stored and voucher else None
        if charge and stored:
            paid = await self._paid_meanwhile(charge, stored.now)
            if paid is None:
                return await self._postpone(number, wall_now)
            if isinstance(paid, Paid):
                await record_answer(self._sessions, number, charge.key, paid, wall_now)
                return Ended(released=False, paid=True)
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            if stored and stored.facts.hold:
                await _release(session, stored, by)
        return Ended(released=True)

    async def _paid_meanwhile(self, charge: Charge, now: datetime) -> Paid | bool | None:
        """The payment, if it came; False if it comes no more, None if nobody knows."""
        try:
            found = await self._gateway.give_up(charge.key, now)
        except (Unreachable, NoAnswer):
            return None
        return found if isinstance(found, Paid) else False

    async def _postpone(self, number: str, wall_now: datetime) -> Ended:
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            if stored and stored.facts.hold:
                claim = await session.get_one(ClaimRow, UUID(stored.facts.hold.id))
                claim.ends_at = stored.now + ASK_AGAIN_AFTER
        return Ended(released=False)


async def _release(session: AsyncSession, stored: Stored, by: str) -> None:
    """Release the claim; its order is void, its voucher has run out, and the buyer is told of that."""
    hold = stored.facts.hold
    if hold is None:
        return
    claim = await session.get_one(ClaimRow, UUID(hold.id))
    claim.released_at = stored.now
    record(session, stored.row.number, stored.now, "hold_ended", {"claim": hold.id}, by=by)
    if claim.order_id is None:
        return
    order = await session.get_one(OrderRow, claim.order_id)
    order.state = "void"
    query = select(AttemptRow).where(col(AttemptRow.order_id) == order.id, col(AttemptRow.state) == AttemptState.ISSUED)
    attempt = (await session.execute(query)).scalar_one_or_none()
    if attempt:
        await _expire(session, stored, attempt, by)
    after = in_phase_unless_charged_first(await with_attempts_so_far(session, stored), stored.now)
    await store_phase(session, stored, after, by=by, at_once=True)


async def _expire(session: AsyncSession, stored: Stored, attempt: AttemptRow, by: str) -> None:
    attempt.state, attempt.answered_at = AttemptState.EXPIRED, stored.now
    attempt.next_at = ask_late_at(stored.now, 0)
    attempt.questions = 0
    data = {
        "outcome": "expired" if by == SYSTEM else "given_up",
        "amount": attempt.amount,
        "currency": attempt.currency,
        "expires_at": in_utc(attempt.expires_at) if attempt.expires_at else None,
    }
    record(session, stored.row.number, stored.now, "voucher", data, by=by)
    if by == SYSTEM:
        why = f"voucher for the term from {stored.facts.renews_on} was not paid"
        await queue(
            session, stored, Kind.VOUCHER_EXPIRED, f"voucher:{attempt.id}", why, at=stored.now, attempt=str(attempt.id)
        )
