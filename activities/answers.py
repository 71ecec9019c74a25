"""Recording what a gateway said, by compare-and-set: what is final never changes, so a late answer changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.conclusions import give_up_unmade, record_payment, settle_declined, settle_paid, with_attempts_so_far
from activities.orders import release_claim
from activities.outbox import queue
from activities.outcomes import conclude_order
from gateways.port import Answer, Declined, Issued, Paid, Pending
from models.engine import Sessions
from models.history import in_utc
from models.journal import raise_alarm, record
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.quotes import lock_subscriptions
from models.store import Stored, load, write
from renewals.declines import ask_at, ask_late_at, call_again_at
from renewals.facts import AttemptState, Kind, Way

FINAL = (AttemptState.PAID, AttemptState.DECLINED, AttemptState.EXPIRED, AttemptState.ABANDONED)


async def record_answer(sessions: Sessions, number: str, key: str, answer: Answer, wall_now: datetime) -> None:
    """Record what the gateway said of an attempt, with all that follows from it, in one transaction."""
    async with sessions.begin() as session:
        stored, attempt, order = await _locked(session, number, key, wall_now)
        if attempt.state in FINAL:
            await _after_the_end(session, stored, attempt, answer)
            return
        attempt.gateway_reference = answer.reference
        match answer:
            case Paid():
                await settle_paid(session, stored, attempt, order, wall_now)
            case Declined(code):
                await settle_declined(session, stored, attempt, order, code)
            case Pending():
                await _wait(session, stored, attempt, order, AttemptState.PENDING, None)
            case Issued():
                await _issue(session, stored, attempt, order, answer)


async def _after_the_end(session: AsyncSession, stored: Stored, attempt: AttemptRow, answer: Answer) -> None:
    """What is final stays so; but money that moved against it must go back.

    A voucher that has run out is asked about for a while; its late money goes back by itself (refunds.py).
    """
    if attempt.state == AttemptState.EXPIRED:
        if not isinstance(answer, Paid):
            attempt.questions += 1
            attempt.next_at = _sooner(stored, ask_late_at(stored.now, attempt.questions), answer)
    elif isinstance(answer, Paid) and attempt.state != AttemptState.PAID:
        detail = f"Attempt {attempt.n} counts as {attempt.state}, but the gateway took the money: refund {attempt.id}."
        await raise_alarm(session, stored.row.number, "paid_after_all", detail, stored.now, subject=str(attempt.id))


def _sooner(stored: Stored, next_at: datetime | None, answer: Answer) -> datetime | None:
    """When to ask next; sooner if the provider promises news."""
    news_at = answer.news_at if isinstance(answer, Issued) else None
    return min(next_at, news_at) if next_at and news_at and news_at > stored.now else next_at


async def record_no_answer(
    sessions: Sessions, number: str, key: str, code: str, wall_now: datetime, *, seen: AttemptState
) -> None:
    """The charge, or a question about it, got no answer: ask later. Not a decline, and no retry is used up.

    `seen` is the attempt's state when the gateway was called: who has learned less than another changes nothing.
    """
    async with sessions.begin() as session:
        stored, attempt, order = await _locked(session, number, key, wall_now)
        if attempt.state == seen is AttemptState.EXPIRED:
            attempt.questions += 1
            attempt.next_at = ask_late_at(stored.now, attempt.questions)
        elif attempt.state == seen:
            state = AttemptState.UNKNOWN if seen is AttemptState.OPEN else seen
            await _wait(session, stored, attempt, order, state, code)


async def record_unreachable(
    sessions: Sessions, number: str, key: str, wall_now: datetime, *, seen: AttemptState
) -> None:
    """Nothing was sent: call again later, unless the charge is no longer wanted. `seen` as in `record_no_answer`."""
    async with sessions.begin() as session:
        stored, attempt, order = await _locked(session, number, key, wall_now)
        if attempt.state != seen:
            return
        attempt.state = AttemptState.OPEN
        attempt.calls += 1
        attempt.next_at = call_again_at(stored.now, attempt.calls)
        if order.way == Way.AUTOMATIC and not stored.facts.renews_automatically:
            attempt.state, attempt.next_at = AttemptState.ABANDONED, None
            await release_claim(session, stored, order.id)
        await conclude_order(session, order, stored.now, hint=AWAITED)
        await _store_access(session, stored)


async def record_not_made(sessions: Sessions, number: str, key: str, wall_now: datetime, *, seen: AttemptState) -> None:
    """The gateway never saw the attempt, and it is not wanted any more: give it up, and what waits for it."""
    async with sessions.begin() as session:
        stored, attempt, order = await _locked(session, number, key, wall_now)
        if seen is AttemptState.EXPIRED:
            attempt.next_at = None
        elif attempt.state == seen:
            await give_up_unmade(session, stored, attempt, order)


async def _locked(
    session: AsyncSession, number: str, key: str, wall_now: datetime
) -> tuple[Stored, AttemptRow, OrderRow]:
    await lock_subscriptions(session, [number, *await _ordered(session, key)])
    stored = await load(session, number, wall_now, lock=True)
    if stored is None:
        raise LookupError(number)
    query = (
        select(AttemptRow, OrderRow)
        .join(OrderRow, col(OrderRow.id) == col(AttemptRow.order_id))
        .where(col(AttemptRow.id) == UUID(key))
        .execution_options(populate_existing=True)
    )
    attempt, order = (await session.execute(query)).one()
    return stored, attempt, order


async def _ordered(session: AsyncSession, key: str) -> Sequence[str]:
    """The subscriptions that the order of an attempt is about."""
    query = (
        select(col(OrderLineRow.subscription))
        .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
        .where(col(AttemptRow.id) == UUID(key))
    )
    return (await session.execute(query)).scalars().all()


AWAITED = "The payment has no answer yet; a mail tells once it has."
BY_VOUCHER = "A mail brings the code to pay with, and says until when."


async def _wait(
    session: AsyncSession,
    stored: Stored,
    attempt: AttemptRow,
    order: OrderRow,
    state: AttemptState,
    code: str | None,
) -> None:
    """The truth comes later; the first time, say so."""
    if attempt.state == AttemptState.OPEN:
        record_payment(session, stored, attempt, order, state, code)
        attempt.code = code
        await conclude_order(session, order, stored.now, hint=AWAITED)
    else:
        attempt.questions += 1
    attempt.state = state
    attempt.next_at = ask_at(attempt.called_at, stored.now, attempt.questions)
    await _store_access(session, stored)


async def _issue(session: AsyncSession, stored: Stored, attempt: AttemptRow, order: OrderRow, voucher: Issued) -> None:
    """A voucher was issued, or is still unpaid: its buyer is told the code once, and it is asked after later."""
    if attempt.state == AttemptState.ISSUED:
        attempt.questions += 1
    else:
        attempt.voucher_code = voucher.code
        data = {"outcome": "issued", "amount": attempt.amount, "currency": attempt.currency}
        data["expires_at"] = in_utc(attempt.expires_at) if attempt.expires_at else None
        record(session, stored.row.number, attempt.called_at, "voucher", data, by=order.ordered_by)
        why = f"voucher for the term from {stored.facts.renews_on}"
        await queue(
            session,
            stored,
            Kind.VOUCHER_ISSUED,
            f"voucher:{attempt.id}",
            why,
            at=stored.now,
            attempt=str(attempt.id),
        )
        await conclude_order(session, order, stored.now, hint=BY_VOUCHER)
    attempt.state = AttemptState.ISSUED
    attempt.next_at = _sooner(stored, ask_at(attempt.called_at, stored.now, attempt.questions), voucher)


async def _store_access(session: AsyncSession, stored: Stored) -> None:
    """A payment in doubt keeps access: store until when."""
    write(session, stored, await with_attempts_so_far(session, stored))
