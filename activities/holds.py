"""The end of a hold: its time is up, or its buyer gives it up. A voucher that was paid after all is settled instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity

from activities.answers import record_answer
from activities.clock import started_at
from activities.conclusions import enter_what_follows
from activities.offers import close_quote
from activities.ordered import Ordered, fellows_of, locked, plan_again
from activities.orders import release_claim
from activities.outbox import queue
from activities.planning import plan_of
from activities.settling import is_due
from activities.till import charge_of
from gateways.port import Charge, Gateway, NoAnswer, Paid, Unreachable
from models.engine import Sessions
from models.history import in_utc
from models.journal import SYSTEM, raise_alarm, record
from models.payments import AttemptRow, OrderRow
from models.quotes import find_quote
from models.store import Stored, load, load_all
from models.subscriptions import ClaimRow
from renewals.declines import ask_late_at
from renewals.facts import AttemptState, Kind
from renewals.plan import Do
from renewals.quoting import QuoteState
from workflows.contract import TermPlan

ASK_AGAIN_AFTER = timedelta(minutes=10)
"""How long a hold goes on whose voucher the gateway says nothing about: the money may have come."""


TELL_AFTER = timedelta(hours=1)


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
            hold = stored.facts.hold if stored else None
            voucher = stored.facts.voucher if stored else None
            charge = await charge_of(session, stored, voucher.id) if stored and voucher else None
        if hold and hold.quote:
            return await self._end_quote(number, hold.quote, wall_now, by)
        if charge and stored:
            paid = await self._paid_meanwhile(charge, stored.now)
            if paid is None:
                return await self._postpone(number, wall_now, by)
            if isinstance(paid, Paid):
                await record_answer(self._sessions, number, charge.key, paid, wall_now)
                return Ended(released=False, paid=True)
        async with self._sessions.begin() as session:
            held = await load_all(session, await fellows_of(session, number), wall_now, lock=True)
            stored = next((each for each in held if each.row.number == number), None)
            if hold and stored and stored.facts.hold and stored.facts.hold.id == hold.id:
                await _release(session, stored, held, wall_now, by)
        return Ended(released=True)

    async def _end_quote(self, number: str, reference: str, wall_now: datetime, by: str) -> Ended:
        """A quote that is over lets go of all its subscriptions; its buyer declines it. Not while its money moves."""
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            quote = await find_quote(session, reference, lock=True)
            if stored is None or stored.facts.hold is None or stored.facts.hold.quote != reference or quote is None:
                return Ended(released=True)
            if stored.facts.in_doubt or (by == SYSTEM and not is_due(stored, Do.END_HOLD)):
                return Ended(released=False)
            state = QuoteState.EXPIRED if by == SYSTEM else QuoteState.DECLINED
            await close_quote(session, quote, state, wall_now, by=by)
        return Ended(released=True)

    async def _paid_meanwhile(self, charge: Charge, now: datetime) -> Paid | bool | None:
        """The payment, if it came; False if it comes no more, None if nobody knows."""
        try:
            found = await self._gateway.give_up(charge.key, now)
        except (Unreachable, NoAnswer):
            return None
        return found if isinstance(found, Paid) else False

    async def _postpone(self, number: str, wall_now: datetime, by: str) -> Ended:
        """Let a hold whose time is up go on for a while; one that its buyer wanted to end goes on as it was."""
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            if by == SYSTEM and stored and stored.facts.hold:
                claim = await session.get_one(ClaimRow, UUID(stored.facts.hold.id))
                claim.ends_at = stored.now + ASK_AGAIN_AFTER
                await _alarm_if_long(session, stored)
        return Ended(released=False)


async def _alarm_if_long(session: AsyncSession, stored: Stored) -> None:
    """Nothing can be charged while the provider does not say what became of a voucher: after an hour operators hear."""
    voucher = stored.facts.voucher
    attempt = await session.get(AttemptRow, UUID(voucher.id)) if voucher else None
    if attempt and attempt.expires_at and stored.now - attempt.expires_at > TELL_AFTER:
        detail = f"The gateway does not say whether voucher {attempt.id} was paid; the renewal is held until it does."
        await raise_alarm(session, stored.row.number, "voucher_in_doubt", detail, stored.now, subject=str(attempt.id))


async def _release(session: AsyncSession, stored: Stored, held: Sequence[Stored], wall_now: datetime, by: str) -> None:
    """Release the claim; its order is void, its voucher has run out, and the buyer is told of that.

    `held` are locked: all that an order holds are released with the one whose hold ends.
    """
    number = stored.row.number
    if stored.facts.hold is None:
        return
    claim = await session.get_one(ClaimRow, UUID(stored.facts.hold.id))
    if claim.order_id is None:
        claim.released_at = stored.now
        record(session, number, stored.now, "hold_ended", {"claim": str(claim.id)}, by=by)
        return
    for each in held:
        if each.facts.hold:
            record(session, each.row.number, each.now, "hold_ended", {"claim": each.facts.hold.id}, by=by)
    await release_claim(session, stored.now, claim.order_id)
    order = await session.get_one(OrderRow, claim.order_id)
    order.state = "void"
    query = select(col(AttemptRow.id)).where(
        col(AttemptRow.order_id) == order.id, col(AttemptRow.state) == AttemptState.ISSUED
    )
    attempt_id = (await session.execute(query)).scalar_one_or_none()
    if attempt_id:
        ordered = await locked(session, number, str(attempt_id), wall_now)
        await _expire(session, ordered, by)
        plan_again(ordered, wall_now)
    await enter_what_follows(session, held, by=by)


async def _expire(session: AsyncSession, ordered: Ordered, by: str) -> None:
    attempt, now, first = ordered.attempt, ordered.now, ordered.first
    attempt.state, attempt.answered_at = AttemptState.EXPIRED, now
    attempt.next_at = ask_late_at(now, 0)
    attempt.questions = 0
    for stored in ordered.subscriptions:
        data = {
            "outcome": "expired" if by == SYSTEM else "given_up",
            "amount": ordered.amount_of(stored),
            "currency": attempt.currency,
            "expires_at": in_utc(attempt.expires_at) if attempt.expires_at else None,
        }
        record(session, stored.row.number, stored.now, "voucher", data, by=by)
    if by == SYSTEM:
        why = f"voucher for the term from {first.facts.renews_on} was not paid"
        await queue(
            session, first, Kind.VOUCHER_EXPIRED, f"voucher:{attempt.id}", why, at=first.now, attempt=str(attempt.id)
        )
