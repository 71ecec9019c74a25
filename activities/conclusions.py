"""What follows once an attempt is paid or declined: its order settles or is void, its buyer is told, phases move."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.offers import offer_again
from activities.ordered import Ordered, plan_again, with_attempts_so_far
from activities.orders import release_claim
from activities.outbox import queue
from activities.outcomes import conclude_order
from activities.parts import count_part, owe_back
from activities.settling import settle
from activities.standing import store_phase
from models.catalog import DeclineCodeRow
from models.journal import GATEWAY_FAILS, SYSTEM, VOUCHER_IN_DOUBT, clear_alarm, record
from models.store import Stored
from renewals.causes import Cause
from renewals.decisions import Refused
from renewals.declines import decline_class
from renewals.letters import Kind
from renewals.payments import AttemptState, DeclineClass, Way
from renewals.renewing import in_phase_unless_charged_first


def record_payment(
    session: AsyncSession, ordered: Ordered, outcome: str, code: str | None, by: str | None = None
) -> None:
    """Record for each subscription what became of the payment, with the part of the amount that is its own."""
    attempt, order = ordered.attempt, ordered.order
    for stored in ordered.subscriptions:
        data = {
            "purpose": "seats" if order.way == Way.SEATS else "renewal",
            "amount": ordered.amount_of(stored),
            "currency": attempt.currency,
            "outcome": outcome,
            "code": code,
            "attempt": attempt.n,
        }
        at = stored.now if attempt.voucher_code else attempt.called_at
        record(session, stored.row.number, at, "payment", data, by=by or order.ordered_by)


async def settle_paid(
    session: AsyncSession,
    ordered: Ordered,
    wall_now: datetime,
    *,
    received: int | None = None,
    by: str | None = None,
    reason: str | None = None,
) -> None:
    """The attempt is paid: settle its order. `received` is what has come of a voucher, if its gateway says so."""
    attempt, order = ordered.attempt, ordered.order
    attempt.state, attempt.code = AttemptState.PAID, None
    attempt.answered_at, attempt.next_at = ordered.now, None
    record_payment(session, ordered, AttemptState.PAID, None, by)
    await _end_doubt(session, ordered)
    if attempt.expires_at and received is not None:
        count_part(session, ordered, received)
        await owe_back(session, ordered, "paid_too_much")
    with session.no_autoflush:  # written at once, when the caller commits
        await settle(session, order, wall_now, known=ordered.subscriptions, reason=reason)
    await conclude_order(session, order, ordered.now)
    plan_again(ordered, wall_now)


async def settle_declined(
    session: AsyncSession,
    ordered: Ordered,
    wall_now: datetime,
    code: str | None,
    *,
    by: str | None = None,
    reason: str | None = None,
) -> None:
    """The attempt is declined: release the claims, tell the buyer once, enter the phase that follows."""
    attempt, order = ordered.attempt, ordered.order
    what_follows = decline_class(code, await _classes(session))
    attempt.state, attempt.code, attempt.decline_class = AttemptState.DECLINED, code, what_follows
    attempt.answered_at, attempt.next_at = ordered.now, None
    record_payment(session, ordered, AttemptState.DECLINED, code, by)
    await release_claim(session, ordered.now, order.id)
    await _end_doubt(session, ordered)
    if attempt.voucher_code:
        await owe_back(session, ordered, "paid_in_part")
    told = False
    if order.way != Way.AUTOMATIC:
        order.state = "void"
        await offer_again(session, order, ordered.now, wall_now)
        told = await conclude_order(session, order, ordered.now, refused=_declined(what_follows))
    if not told:
        await _tell_of_the_decline(session, ordered, what_follows)
    await enter_what_follows(session, ordered.subscriptions, by=by or SYSTEM, reason=reason)
    plan_again(ordered, wall_now)


async def _end_doubt(session: AsyncSession, ordered: Ordered) -> None:
    """What became of the attempt is known: the alarms that nobody says so are over. Few were ever asked about."""
    attempt = ordered.attempt
    if attempt.expires_at or attempt.questions:
        for kind in (VOUCHER_IN_DOUBT, GATEWAY_FAILS):
            await clear_alarm(session, ordered.first.row.number, kind, ordered.now, subject=str(attempt.id))


async def give_up_unmade(session: AsyncSession, ordered: Ordered, wall_now: datetime) -> None:
    """An attempt that never reached the gateway never will: no money moved, and a buyer's own order is void."""
    attempt, order = ordered.attempt, ordered.order
    attempt.state, attempt.next_at = AttemptState.ABANDONED, None
    await release_claim(session, ordered.now, order.id)
    if order.way != Way.AUTOMATIC:
        order.state = "void"
        await offer_again(session, order, ordered.now, wall_now)
        told = await conclude_order(session, order, ordered.now, refused=_declined(DeclineClass.SOFT))
        if not told and attempt.called_off_at is None:
            await _tell_of_the_decline(session, ordered, DeclineClass.SOFT)
    await enter_what_follows(session, ordered.subscriptions)
    plan_again(ordered, wall_now)


async def enter_what_follows(
    session: AsyncSession, subscriptions: Sequence[Stored], *, by: str = SYSTEM, reason: str | None = None
) -> None:
    """Let each enter the phase that the end of an attempt or a hold brings."""
    facts = await with_attempts_so_far(session, subscriptions)
    for stored, sub in zip(subscriptions, facts, strict=True):
        after = in_phase_unless_charged_first(sub, stored.now)
        await store_phase(session, stored, after, by=by, reason=reason, at_once=True)


def _declined(what_follows: DeclineClass) -> Refused:
    """What the buyer who waits for the answer is told; a hard decline's reason is never named."""
    again = "try again later or " if what_follows is DeclineClass.SOFT else ""
    return Refused("payment_declined", f"The payment was declined; {again}choose another payment method.")


async def _tell_of_the_decline(session: AsyncSession, ordered: Ordered, what_follows: DeclineClass) -> None:
    """Tell the buyer what follows; of an order of his own, that nothing does."""
    attempt, order = ordered.attempt, ordered.order
    soft = what_follows is DeclineClass.SOFT or order.way != Way.AUTOMATIC
    own: dict[str, object] = {}
    if order.way != Way.AUTOMATIC:
        own["own_order"] = {"minor": attempt.amount, "currency": attempt.currency}
        own["what"] = "seats" if order.way == Way.SEATS else "term"
    if ordered.is_large:
        own["lines"] = len(ordered.subscriptions)
    await queue(
        session,
        ordered.first,
        Kind.PAYMENT_FAILED if soft else Kind.ACTION_REQUIRED,
        f"attempt:{attempt.id}",
        Cause("declined", {"n": attempt.n}),
        at=ordered.first.now,
        attempt=str(attempt.id),
        **own,
    )


async def _classes(session: AsyncSession) -> Mapping[str, DeclineClass]:
    rows = (await session.execute(select(DeclineCodeRow))).scalars()
    return {row.code: DeclineClass(row.decline_class) for row in rows}
