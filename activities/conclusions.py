"""What follows once an attempt is paid or declined: its order settles or is void, its buyer is told, phases move."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.orders import release_claim
from activities.outbox import queue
from activities.outcomes import conclude_order
from activities.phases import store_phase
from activities.settling import settle
from models.catalog import DeclineCodeRow
from models.journal import SYSTEM, VOUCHER_IN_DOUBT, clear_alarm, record
from models.payments import AttemptRow, OrderRow
from models.reading import attempts_of
from models.store import Stored
from models.subscriptions import ClaimRow
from renewals.decisions import Refused
from renewals.declines import decline_class
from renewals.facts import AttemptState, DeclineClass, Kind, Subscription, Way
from renewals.renewing import in_phase_unless_charged_first


async def with_attempts_so_far(session: AsyncSession, stored: Stored) -> Subscription:
    """The facts, with the attempts and the hold as this transaction has left them."""
    await session.flush()
    if stored.renewal is None:
        return stored.facts
    attempts = await attempts_of(session, [stored.renewal.id])
    hold = stored.facts.hold
    claim = await session.get(ClaimRow, UUID(hold.id), populate_existing=True) if hold else None
    return replace(
        stored.facts,
        attempts=attempts.get(stored.renewal.id, ()),
        hold=hold if claim and claim.released_at is None else None,
    )


def record_payment(
    session: AsyncSession,
    stored: Stored,
    attempt: AttemptRow,
    order: OrderRow,
    outcome: str,
    code: str | None,
    by: str | None = None,
) -> None:
    data = {
        "purpose": "seats" if order.way == Way.SEATS else "renewal",
        "amount": attempt.amount,
        "currency": attempt.currency,
        "outcome": outcome,
        "code": code,
        "attempt": attempt.n,
    }
    at = stored.now if attempt.voucher_code else attempt.called_at
    record(session, stored.row.number, at, "payment", data, by=by or order.ordered_by)


async def settle_paid(
    session: AsyncSession,
    stored: Stored,
    attempt: AttemptRow,
    order: OrderRow,
    wall_now: datetime,
    *,
    by: str | None = None,
    reason: str | None = None,
) -> None:
    """The attempt is paid: settle its order."""
    attempt.state, attempt.code = AttemptState.PAID, None
    attempt.answered_at, attempt.next_at = stored.now, None
    record_payment(session, stored, attempt, order, AttemptState.PAID, None, by)
    if attempt.voucher_code:
        await clear_alarm(session, stored.row.number, VOUCHER_IN_DOUBT, stored.now)
    with session.no_autoflush:  # written at once, when the caller commits
        await settle(session, order, wall_now, known=stored, reason=reason)
    await conclude_order(session, order, stored.now)


async def settle_declined(
    session: AsyncSession,
    stored: Stored,
    attempt: AttemptRow,
    order: OrderRow,
    code: str | None,
    *,
    by: str | None = None,
    reason: str | None = None,
) -> None:
    """The attempt is declined: release the claim, tell the buyer once, enter the phase that follows."""
    what_follows = decline_class(code, await _classes(session))
    attempt.state, attempt.code, attempt.decline_class = AttemptState.DECLINED, code, what_follows
    attempt.answered_at, attempt.next_at = stored.now, None
    record_payment(session, stored, attempt, order, AttemptState.DECLINED, code, by)
    await release_claim(session, stored, order.id)
    told = False
    if order.way != Way.AUTOMATIC:
        order.state = "void"
        told = await conclude_order(session, order, stored.now, refused=_declined(what_follows))
    if not told:
        await _tell_of_the_decline(session, stored, attempt, order, what_follows)
    after = in_phase_unless_charged_first(await with_attempts_so_far(session, stored), stored.now)
    await store_phase(session, stored, after, by=by or SYSTEM, reason=reason, at_once=True)


async def give_up_unmade(session: AsyncSession, stored: Stored, attempt: AttemptRow, order: OrderRow) -> None:
    """An attempt that never reached the gateway never will: no money moved, and a buyer's own order is void."""
    attempt.state, attempt.next_at = AttemptState.ABANDONED, None
    await release_claim(session, stored, order.id)
    if order.way != Way.AUTOMATIC:
        order.state = "void"
        told = await conclude_order(session, order, stored.now, refused=_declined(DeclineClass.SOFT))
        if not told and attempt.called_off_at is None:
            await _tell_of_the_decline(session, stored, attempt, order, DeclineClass.SOFT)
    after = in_phase_unless_charged_first(await with_attempts_so_far(session, stored), stored.now)
    await store_phase(session, stored, after, at_once=True)


def _declined(what_follows: DeclineClass) -> Refused:
    """What the buyer who waits for the answer is told; a hard decline's reason is never named."""
    again = "try again later or " if what_follows is DeclineClass.SOFT else ""
    return Refused("payment_declined", f"The payment was declined; {again}choose another payment method.")


async def _tell_of_the_decline(
    session: AsyncSession, stored: Stored, attempt: AttemptRow, order: OrderRow, what_follows: DeclineClass
) -> None:
    """Tell the buyer what follows; of an order of his own, that nothing does."""
    soft = what_follows is DeclineClass.SOFT or order.way != Way.AUTOMATIC
    own: dict[str, object] = {}
    if order.way != Way.AUTOMATIC:
        own["own_order"] = {"minor": attempt.amount, "currency": attempt.currency}
        own["what"] = "seats" if order.way == Way.SEATS else "term"
    await queue(
        session,
        stored,
        Kind.PAYMENT_FAILED if soft else Kind.ACTION_REQUIRED,
        f"attempt:{attempt.id}",
        f"attempt {attempt.n} was declined",
        at=stored.now,
        attempt=str(attempt.id),
        **own,
    )


async def _classes(session: AsyncSession) -> Mapping[str, DeclineClass]:
    rows = (await session.execute(select(DeclineCodeRow))).scalars()
    return {row.code: DeclineClass(row.decline_class) for row in rows}
