"""Recording what a gateway said, by compare-and-set: what is final never changes, so a late answer changes nothing.

But for one: an attempt that ended without a code has run out once its code comes all the same (`late_money.py`).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from activities.conclusions import give_up_unmade, record_payment, settle_declined, settle_paid
from activities.late_money import run_out_at_once, sooner, take_late_money
from activities.ordered import Ordered, locked, plan_again, with_attempts_so_far
from activities.orders import release_claim
from activities.outbox import queue
from activities.outcomes import conclude_order
from activities.parts import come_in_all, count_part, owe_back, take_part
from activities.planning import plan_after
from gateways.port import Answer, Declined, Issued, Paid, Pending
from models.engine import Sessions
from models.history import in_utc
from models.journal import PAID_AFTER_ALL, VOUCHER_IN_DOUBT, raise_alarm, record
from models.store import write
from renewals.causes import Cause
from renewals.declines import ask_at, ask_late_at, call_again_at
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import ENDED_UNPAID, AttemptState, Way
from workflows.contract import TermPlan

FINAL = (AttemptState.PAID, AttemptState.DECLINED, AttemptState.EXPIRED, AttemptState.ABANDONED)


class Recorded(NamedTuple):
    """`unwanted`: a code came when nobody wanted it any more, of which the gateway is to be told. `plan`: if made."""

    unwanted: bool
    plan: TermPlan | None


async def record_answer(sessions: Sessions, number: str, key: str, answer: Answer, wall_now: datetime) -> Recorded:
    """Record what the gateway said of an attempt, with all that follows from it, and plan, in one transaction."""
    async with sessions.begin() as session:
        ordered = await locked(session, number, key, wall_now)
        unwanted = await _record(session, ordered, answer, wall_now)
        waits = unwanted or ordered.may_be_of_many
        return Recorded(unwanted, None if waits else await plan_after(session, number, wall_now))


async def _record(session: AsyncSession, ordered: Ordered, answer: Answer, wall_now: datetime) -> bool:
    """Says whether it is a code that nobody wants."""
    if ordered.attempt.state in FINAL:
        return await _after_the_end(session, ordered, answer, wall_now)
    ordered.attempt.gateway_reference = answer.reference
    received = come_in_all(answer, ordered.attempt.amount)
    match answer:
        case Paid():
            await settle_paid(session, ordered, wall_now, received=received)
        case Issued() if received >= ordered.attempt.amount:  # all of it is in, whatever its provider calls that
            await settle_paid(session, ordered, wall_now, received=received)
        case Declined(code):
            await settle_declined(session, ordered, wall_now, code)
        case Pending():
            await _wait(session, ordered, wall_now, AttemptState.PENDING, None)
        case Issued():
            await _issue(session, ordered, wall_now, answer)
    return False


async def _after_the_end(session: AsyncSession, ordered: Ordered, answer: Answer, wall_now: datetime) -> bool:
    """What is final stays so; but money that moved against it must go back. Says what `_record` does.

    A voucher that has run out is asked about for a while, as is one of which an operator said that it was not paid; its
    late money goes back by itself (refunds.py), as does what comes of a paid one beyond its amount. Of all else an
    operator decides, for another attempt may have paid the term.
    """
    attempt = ordered.attempt
    ended_unseen = attempt.state in (AttemptState.ABANDONED, AttemptState.DECLINED) and attempt.voucher_code is None
    is_asked_about = attempt.state == AttemptState.DECLINED and attempt.next_at is not None
    if attempt.expires_at and ended_unseen and isinstance(answer, Issued):
        await run_out_at_once(session, ordered, answer, wall_now)
        return True
    if attempt.expires_at and attempt.state == AttemptState.PAID:
        if count_part(session, ordered, come_in_all(answer, attempt.amount)):
            await owe_back(session, ordered, "paid_too_much")
    elif attempt.expires_at and (attempt.state == AttemptState.EXPIRED or is_asked_about):
        await take_late_money(session, ordered, answer)
    elif attempt.state != AttemptState.PAID:
        await _alarm_of_money(session, ordered, come_in_all(answer, attempt.amount))
    return False


async def _alarm_of_money(session: AsyncSession, ordered: Ordered, total: int) -> None:
    """Money has come of an attempt that ended unpaid: an operator sends back what is not on its way back already.

    Parts of a voucher that had come before it ended are (`parts.owe_back`); news that is old tells nothing.
    """
    attempt = ordered.attempt
    if total <= max(attempt.taken, attempt.received):
        return
    attempt.taken = total
    money = Money(total - attempt.received, attempt.currency)
    detail = (
        f"Attempt {attempt.n} of order {attempt.order_id} counts as {attempt.state}, but the gateway took {money}: "
        f"refund attempt {attempt.id}."
    )
    number, subject = ordered.first.row.number, str(attempt.id)
    facts = {"n": attempt.n, "order": str(attempt.order_id), "state": attempt.state, "attempt": subject}
    facts |= {"amount": money.minor, "currency": money.currency}
    await raise_alarm(session, number, PAID_AFTER_ALL, detail, ordered.now, subject=subject, facts=facts)


async def record_no_answer(
    sessions: Sessions, number: str, key: str, code: str, wall_now: datetime, *, seen: AttemptState
) -> None:
    """The charge, or a question about it, got no answer: ask later. Not a decline, and no retry is used up.

    `seen` is the attempt's state when the gateway was called: who has learned less than another changes nothing.
    """
    async with sessions.begin() as session:
        ordered = await locked(session, number, key, wall_now)
        attempt = ordered.attempt
        if attempt.state == seen and seen in ENDED_UNPAID:
            attempt.questions += 1
            attempt.next_at = ask_late_at(ordered.now, attempt.questions, attempt.expires_at)
        elif attempt.state == seen:
            state = AttemptState.UNKNOWN if seen is AttemptState.OPEN else seen
            await _wait(session, ordered, wall_now, state, code)


async def record_unreachable(
    sessions: Sessions, number: str, key: str, wall_now: datetime, *, seen: AttemptState
) -> None:
    """Nothing was sent: call again later, unless the charge is no longer wanted. `seen` as in `record_no_answer`."""
    async with sessions.begin() as session:
        ordered = await locked(session, number, key, wall_now)
        attempt, order = ordered.attempt, ordered.order
        if attempt.state != seen:
            return
        attempt.state = AttemptState.OPEN
        attempt.calls += 1
        attempt.next_at = call_again_at(ordered.now, attempt.calls)
        if order.way == Way.AUTOMATIC and not ordered.first.facts.renews_automatically:
            attempt.state, attempt.next_at = AttemptState.ABANDONED, None
            await release_claim(session, ordered.now, order.id)
        await conclude_order(session, order, ordered.now, hint=AWAITED)
        await _store_access(session, ordered)
        if attempt.calls == 1:
            plan_again(ordered, wall_now)


async def record_not_made(sessions: Sessions, number: str, key: str, wall_now: datetime, *, seen: AttemptState) -> None:
    """The gateway never saw the attempt, and it is not wanted any more: give it up, and what waits for it."""
    async with sessions.begin() as session:
        ordered = await locked(session, number, key, wall_now)
        if ordered.attempt.state != seen:
            return
        if seen in ENDED_UNPAID:
            ordered.attempt.next_at = None
        else:
            await give_up_unmade(session, ordered, wall_now)


AWAITED = "The payment has no answer yet; a mail tells once it has."
BY_VOUCHER = "A mail brings the code to pay with, and says until when."


async def _wait(
    session: AsyncSession, ordered: Ordered, wall_now: datetime, state: AttemptState, code: str | None
) -> None:
    """The truth comes later; the first time, say so."""
    attempt = ordered.attempt
    if attempt.state == AttemptState.OPEN:
        record_payment(session, ordered, state, code)
        attempt.code = code
        await conclude_order(session, ordered.order, ordered.now, hint=AWAITED)
        plan_again(ordered, wall_now)
    else:
        attempt.questions += 1
    if attempt.voucher_code:
        await _wait_for_voucher(session, ordered, state)
    attempt.state = state
    attempt.next_at = ask_at(attempt.called_at, ordered.now, attempt.questions)
    await _store_access(session, ordered)


async def _wait_for_voucher(session: AsyncSession, ordered: Ordered, state: AttemptState) -> None:
    """The payment of a voucher is under way: said once, and after some days an operator is to ask the provider."""
    attempt, first = ordered.attempt, ordered.first
    if state is AttemptState.PENDING and attempt.state != state:
        record_payment(session, ordered, state, None)
    patience = timedelta(days=first.facts.policy.voucher_pending_days)
    if attempt.expires_at and ordered.now - attempt.expires_at >= patience:
        detail = f"The payment of voucher {attempt.id} is under way for {patience.days} days; ask the provider."
        number, subject = first.row.number, str(attempt.id)
        facts = {"attempt": subject, "days": patience.days}
        await raise_alarm(session, number, VOUCHER_IN_DOUBT, detail, ordered.now, subject=subject, facts=facts)


async def _issue(session: AsyncSession, ordered: Ordered, wall_now: datetime, voucher: Issued) -> None:
    """A voucher was issued, or is still unpaid: its buyer is told the code once, and it is asked after later."""
    attempt, order, first = ordered.attempt, ordered.order, ordered.first
    if attempt.voucher_code:
        attempt.questions += 1
    else:
        attempt.voucher_code = voucher.code
        expires_at = in_utc(attempt.expires_at) if attempt.expires_at else None
        for stored in ordered.subscriptions:
            data = {"outcome": "issued", "amount": ordered.amount_of(stored), "currency": attempt.currency}
            data["expires_at"] = expires_at
            record(session, stored.row.number, attempt.called_at, "voucher", data, by=order.ordered_by)
        await queue(
            session,
            first,
            Kind.VOUCHER_ISSUED,
            f"voucher:{attempt.id}",
            Cause("voucher", {"on": first.facts.renews_on.isoformat()}),
            at=first.now,
            attempt=str(attempt.id),
        )
        await conclude_order(session, order, ordered.now, hint=BY_VOUCHER)
        plan_again(ordered, wall_now)
    await take_part(session, ordered, voucher.received)
    attempt.state = AttemptState.ISSUED
    attempt.next_at = sooner(ordered.now, ask_at(attempt.called_at, ordered.now, attempt.questions), voucher)


async def _store_access(session: AsyncSession, ordered: Ordered) -> None:
    """A payment in doubt keeps access: store until when."""
    facts = await with_attempts_so_far(session, ordered.subscriptions)
    for stored, sub in zip(ordered.subscriptions, facts, strict=True):
        write(session, stored, sub)
