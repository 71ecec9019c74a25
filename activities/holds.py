"""The end of a hold: its time is up, or its buyer gives it up. A voucher that was paid after all is settled instead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.answers import record_answer
from activities.clock import started_at
from activities.offers import close_quote
from activities.ordered import fellows_of
from activities.planning import plan_of
from activities.questions import asked
from activities.releasing import give_up_unsent, release
from activities.settling import is_due
from activities.till import Till, charge_of
from activities.waiting import decide_about_quotes
from gateways.port import Charge, Gateway, GivenUp, NoAnswer, Paid, Pending, Unreachable
from models.engine import Sessions
from models.journal import SYSTEM, VOUCHER_IN_DOUBT, raise_alarm
from models.payments import AttemptRow, OrderRow
from models.quotes import find_quote, numbers_of
from models.store import Stored, load, load_all, lock_all
from models.subscriptions import ClaimRow
from renewals.actors import Operator, parse_actor
from renewals.payments import AttemptState
from renewals.plan import Do
from renewals.quoting import QuoteState
from workflows.contract import TermPlan

ASK_AGAIN_AFTER = timedelta(minutes=10)
"""How long a hold goes on whose voucher the gateway says nothing about: the money may have come."""


TELL_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ended:
    """Whether the hold is over without payment; `paid`: it turned out to be paid; `under_way`: that may still be."""

    released: bool
    paid: bool = False
    under_way: bool = False


class Holds:
    """Ends holds on the next term."""

    def __init__(self, sessions: Sessions, gateway: Gateway) -> None:
        self._sessions, self._gateway = sessions, gateway
        self._till = Till(sessions, gateway)

    @activity.defn
    async def end_hold(self, number: str) -> TermPlan:
        """Release the hold whose time is up, once what waits about a quote is decided; a charge that waited goes on."""
        wall_now = started_at()
        await decide_about_quotes(self._sessions, [number], wall_now, till=self._till)
        async with self._sessions() as session:
            stored = await load(session, number, wall_now)
        if stored and is_due(stored, Do.END_HOLD):
            await self.end(number, wall_now, by=SYSTEM)
        return await plan_of(self._sessions, number, wall_now)

    async def end(
        self, number: str, wall_now: datetime, *, by: str, reason: str | None = None, meant: str | None = None
    ) -> Ended:
        """Give up what holds the next term: first at the gateway, where it is a voucher, then here.

        `meant` is the hold that a command is about: where another has taken its place, that one stays. A code that the
        gateway issues meanwhile is given up there as well, before it is let go.
        """
        async with self._sessions() as session:
            stored = await load(session, number, wall_now)
            voucher = stored.facts.voucher if stored else None
            charge = await charge_of(session, stored, voucher.id) if stored and voucher else None
            hold, received = stored.facts.hold if stored else None, 0
            if meant and (hold is None or hold.id != meant):
                return Ended(released=True, paid=await _was_settled(session, meant))
        if hold and hold.quote:
            return await self._end_quote(number, hold.quote, wall_now, by, reason)
        if charge and stored:
            said = await self._given_up(charge, stored.now, wall_now)
            if said is None:
                return await self._postpone(number, wall_now, by)
            if isinstance(said, Paid | Pending):
                await record_answer(self._sessions, number, charge.key, said, wall_now)
                return Ended(released=False, paid=isinstance(said, Paid), under_way=isinstance(said, Pending))
            received = said.received
        async with self._sessions.begin() as session:
            held = await load_all(session, await fellows_of(session, number), wall_now, lock=True)
            stored = next((each for each in held if each.row.number == number), None)
            if stored is None or stored.facts.hold is None or hold is None or stored.facts.hold.id != hold.id:
                return Ended(released=True, paid=await _is_paid(session, charge))
            if stored.facts.money_may_move:
                return Ended(released=False)
            if _is_given_up(stored, charge):
                await release(session, number, wall_now, by=by, ran_out=by == SYSTEM, received=received, reason=reason)
                return Ended(released=True)
        return await self.end(number, wall_now, by=by, reason=reason, meant=hold.id)

    async def _end_quote(self, number: str, reference: str, wall_now: datetime, by: str, reason: str | None) -> Ended:
        """A quote that is over lets go of all its subscriptions; its buyer declines it, an operator withdraws it.

        Not while its money moves.

        A payment that never reached the gateway moves none: it is given up with the quote.
        """
        async with self._sessions.begin() as session:
            quote = await find_quote(session, reference)
            if quote and by != SYSTEM:
                await lock_all(session, [number, *await numbers_of(session, quote)])
            stored = await load(session, number, wall_now, lock=True)
            quote = await find_quote(session, reference, lock=True)
            if stored is None or stored.facts.hold is None or stored.facts.hold.quote != reference or quote is None:
                return Ended(released=True)
            if stored.facts.money_may_move or (by == SYSTEM and not is_due(stored, Do.END_HOLD)):
                return Ended(released=False)
            await close_quote(session, quote, _ended_by(by), wall_now, by=by, reason=reason)
            if quote.order_id and by != SYSTEM:
                await give_up_unsent(session, number, quote.order_id, wall_now, by=by, reason=reason)
        return Ended(released=True)

    async def _given_up(self, charge: Charge, now: datetime, wall_now: datetime) -> Paid | Pending | GivenUp | None:
        """What the gateway says; None if nobody knows whether the money came."""
        question = self._gateway.give_up(charge.key, now)
        try:
            return await asked(self._sessions, charge.subscription, charge.key, question, now, wall_now)
        except (Unreachable, NoAnswer):
            return None

    async def _postpone(self, number: str, wall_now: datetime, by: str) -> Ended:
        """Let a hold whose time is up go on for a while; one that its buyer wanted to end goes on as it was."""
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            if by == SYSTEM and stored and stored.facts.hold:
                claim = await session.get_one(ClaimRow, UUID(stored.facts.hold.id))
                claim.ends_at = stored.now + ASK_AGAIN_AFTER
                await _alarm_if_long(session, stored)
        return Ended(released=False)


def _is_given_up(stored: Stored, charge: Charge | None) -> bool:
    """Does the gateway know that the code can be paid no more, if there is one by now?"""
    voucher = stored.facts.voucher
    return voucher is None or (charge is not None and charge.key == voucher.id)


def _ended_by(by: str) -> QuoteState:
    if by == SYSTEM:
        return QuoteState.EXPIRED
    return QuoteState.WITHDRAWN if isinstance(parse_actor(by), Operator) else QuoteState.DECLINED


async def _is_paid(session: AsyncSession, charge: Charge | None) -> bool:
    """Was the voucher paid while it was to be given up?"""
    attempt = await session.get(AttemptRow, UUID(charge.key)) if charge else None
    return attempt is not None and attempt.state == AttemptState.PAID


async def _was_settled(session: AsyncSession, claim_id: str) -> bool:
    """Has the order been paid that held the term by that claim?"""
    claim = await session.get_one(ClaimRow, UUID(claim_id))
    order = await session.get_one(OrderRow, claim.order_id) if claim.order_id else None
    return order is not None and order.state == "paid"


async def _alarm_if_long(session: AsyncSession, stored: Stored) -> None:
    """Nothing can be charged while the provider does not say what became of a voucher: after an hour operators hear."""
    voucher = stored.facts.voucher
    attempt = await session.get(AttemptRow, UUID(voucher.id)) if voucher else None
    if attempt and attempt.expires_at and stored.now - attempt.expires_at > TELL_AFTER:
        detail = f"The gateway does not say whether voucher {attempt.id} was paid; the renewal is held until it does."
        number, subject = stored.row.number, str(attempt.id)
        facts = {"attempt": subject}
        await raise_alarm(session, number, VOUCHER_IN_DOUBT, detail, stored.now, subject=subject, facts=facts)
