"""Recording what a gateway said, by compare-and-set: what is final never changes, so a late answer changes nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.orders import release_claim
from activities.outbox import queue
from activities.phases import store_phase
from activities.settling import settle
from gateways.port import Answer, Declined, Paid, Pending
from models.catalog import DeclineCodeRow
from models.engine import Sessions
from models.journal import SYSTEM, raise_alarm, record
from models.payments import AttemptRow, OrderRow
from models.reading import attempts_of
from models.store import Stored, load, write
from renewals.declines import ask_at, call_again_at, decline_class
from renewals.facts import AttemptState, DeclineClass, Kind, Subscription
from renewals.renewing import in_phase_unless_charged_first

FINAL = (AttemptState.PAID, AttemptState.DECLINED, AttemptState.ABANDONED)


async def record_answer(sessions: Sessions, number: str, key: str, answer: Answer, wall_now: datetime) -> None:
    """Record a paid, declined or pending answer, with all that follows from it, in one transaction."""
    async with sessions.begin() as session:
        stored, attempt = await _locked(session, number, key, wall_now)
        if attempt.state in FINAL:
            await _alarm_if_paid_after_all(session, stored, attempt, answer)
            return
        match answer:
            case Paid(reference):
                attempt.gateway_reference = reference
                await settle_paid(session, stored, attempt, wall_now)
            case Declined(code, reference):
                attempt.gateway_reference = reference
                await settle_declined(session, stored, attempt, code)
            case Pending(reference):
                attempt.gateway_reference = reference
                await _wait(session, stored, attempt, AttemptState.PENDING, None)


async def _alarm_if_paid_after_all(session: AsyncSession, stored: Stored, attempt: AttemptRow, answer: Answer) -> None:
    """What is final stays so; but money that moved against it must go back."""
    if isinstance(answer, Paid) and attempt.state != AttemptState.PAID:
        detail = f"Attempt {attempt.n} counts as {attempt.state}, but the gateway took the money: refund {attempt.id}."
        await raise_alarm(session, stored.row.number, "paid_after_all", detail, stored.now, subject=str(attempt.id))


async def record_no_answer(
    sessions: Sessions, number: str, key: str, code: str, wall_now: datetime, *, seen: AttemptState
) -> None:
    """The charge, or a question about it, got no answer: ask later. Not a decline, and no retry is used up.

    `seen` is the attempt's state when the gateway was called: who has learned less than another changes nothing.
    """
    async with sessions.begin() as session:
        stored, attempt = await _locked(session, number, key, wall_now)
        if attempt.state == seen:
            state = AttemptState.PENDING if seen is AttemptState.PENDING else AttemptState.UNKNOWN
            await _wait(session, stored, attempt, state, code)


async def record_unreachable(
    sessions: Sessions, number: str, key: str, wall_now: datetime, *, seen: AttemptState
) -> None:
    """Nothing was sent: call again later, unless the charge is no longer wanted. `seen` as in `record_no_answer`."""
    async with sessions.begin() as session:
        stored, attempt = await _locked(session, number, key, wall_now)
        if attempt.state != seen:
            return
        attempt.state = AttemptState.OPEN
        attempt.calls += 1
        attempt.next_at = call_again_at(stored.now, attempt.calls)
        if not stored.facts.renews_automatically:
            attempt.state, attempt.next_at = AttemptState.ABANDONED, None
            await release_claim(session, stored)
        await _store_access(session, stored)


async def _locked(session: AsyncSession, number: str, key: str, wall_now: datetime) -> tuple[Stored, AttemptRow]:
    stored = await load(session, number, wall_now, lock=True)
    if stored is None:
        raise LookupError(number)
    return stored, await session.get_one(AttemptRow, UUID(key), populate_existing=True)


async def _wait(
    session: AsyncSession, stored: Stored, attempt: AttemptRow, state: AttemptState, code: str | None
) -> None:
    """The truth comes later; the first time, say so."""
    if attempt.state == AttemptState.OPEN:
        _record_payment(session, stored, attempt, state, code)
        attempt.code = code
    else:
        attempt.questions += 1
    attempt.state = state
    attempt.next_at = ask_at(attempt.called_at, stored.now, attempt.questions)
    await _store_access(session, stored)


async def _store_access(session: AsyncSession, stored: Stored) -> None:
    """A payment in doubt keeps access: store until when."""
    write(session, stored, await _with_attempts_so_far(session, stored))


async def _with_attempts_so_far(session: AsyncSession, stored: Stored) -> Subscription:
    """The facts, with the attempts as this transaction has left them."""
    await session.flush()
    if stored.renewal is None:
        return stored.facts
    attempts = await attempts_of(session, [stored.renewal.id])
    return replace(stored.facts, attempts=attempts.get(stored.renewal.id, ()))


def _record_payment(
    session: AsyncSession, stored: Stored, attempt: AttemptRow, outcome: str, code: str | None, by: str = SYSTEM
) -> None:
    data = {
        "purpose": "renewal",
        "amount": attempt.amount,
        "currency": attempt.currency,
        "outcome": outcome,
        "code": code,
        "attempt": attempt.n,
    }
    record(session, stored.row.number, attempt.called_at, "payment", data, by=by)


async def settle_paid(
    session: AsyncSession,
    stored: Stored,
    attempt: AttemptRow,
    wall_now: datetime,
    *,
    by: str = SYSTEM,
    reason: str | None = None,
) -> None:
    """The attempt is paid: settle its order."""
    attempt.state, attempt.code = AttemptState.PAID, None
    attempt.answered_at, attempt.next_at = stored.now, None
    _record_payment(session, stored, attempt, AttemptState.PAID, None, by)
    order = await session.get_one(OrderRow, attempt.order_id)
    await session.flush()
    await settle(session, order, wall_now, known=stored, reason=reason)


async def settle_declined(
    session: AsyncSession,
    stored: Stored,
    attempt: AttemptRow,
    code: str | None,
    *,
    by: str = SYSTEM,
    reason: str | None = None,
) -> None:
    """The attempt is declined: release the claim, tell the buyer once, enter the phase that follows."""
    what_follows = decline_class(code, await _classes(session))
    attempt.state, attempt.code, attempt.decline_class = AttemptState.DECLINED, code, what_follows
    attempt.answered_at, attempt.next_at = stored.now, None
    _record_payment(session, stored, attempt, AttemptState.DECLINED, code, by)
    await release_claim(session, stored)
    soft = what_follows is DeclineClass.SOFT
    await queue(
        session,
        stored,
        Kind.PAYMENT_FAILED if soft else Kind.ACTION_REQUIRED,
        f"attempt:{attempt.id}",
        f"attempt {attempt.n} was declined",
        at=stored.now,
        attempt=str(attempt.id),
    )
    after = in_phase_unless_charged_first(await _with_attempts_so_far(session, stored), stored.now)
    await store_phase(session, stored, after, by=by, reason=reason, at_once=True)


async def _classes(session: AsyncSession) -> Mapping[str, DeclineClass]:
    rows = (await session.execute(select(DeclineCodeRow))).scalars()
    return {row.code: DeclineClass(row.decline_class) for row in rows}
