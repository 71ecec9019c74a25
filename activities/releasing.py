"""A hold is let go: its order is void, its voucher has run out, and an order that was never sent is never made."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.conclusions import enter_what_follows
from activities.offers import offer_again
from activities.ordered import Ordered, fellows_of, locked, plan_again
from activities.orders import release_claim
from activities.outbox import queue
from activities.outcomes import conclude_order
from activities.parts import count_part, owe_back
from models.history import in_utc
from models.journal import VOUCHER_IN_DOUBT, clear_alarm, record
from models.payments import AttemptRow, OrderRow
from models.store import load_all
from models.subscriptions import ClaimRow
from renewals.causes import Cause
from renewals.decisions import Refused
from renewals.declines import ask_late_at
from renewals.letters import Kind
from renewals.payments import AttemptState

GIVEN_UP = Refused("payment_declined", "The order was given up before it was paid.")


async def release(
    session: AsyncSession,
    number: str,
    wall_now: datetime,
    *,
    by: str,
    ran_out: bool,
    received: int = 0,
    reason: str | None = None,
) -> None:
    """Release what holds the next term of `number`: all that an order holds are released together.

    The caller has locked them (`fellows_of`). A buyer who gives up a voucher knows; of one that `ran_out` he is told.
    `received` is what the gateway says had come of it: it goes back.
    """
    held = await load_all(session, await fellows_of(session, number), wall_now, lock=True)
    stored = next(each for each in held if each.row.number == number)
    if stored.facts.hold is None:
        return
    claim = await session.get_one(ClaimRow, UUID(stored.facts.hold.id))
    for each in held if claim.order_id else [stored]:
        if each.facts.hold:
            data = {"claim": each.facts.hold.id}
            record(session, each.row.number, each.now, "hold_ended", data, by=by, reason=reason)
    if claim.order_id is None:
        claim.released_at = stored.now
        return
    await release_claim(session, stored.now, claim.order_id)
    order = await session.get_one(OrderRow, claim.order_id)
    order.state = "void"
    of_voucher = and_(col(AttemptRow.state) == AttemptState.PENDING, col(AttemptRow.voucher_code).is_not(None))
    unanswered = or_(col(AttemptRow.state).in_((AttemptState.ISSUED, AttemptState.OPEN)), of_voucher)
    query = select(col(AttemptRow.id)).where(col(AttemptRow.order_id) == order.id, unanswered)
    attempt_id = (await session.execute(query)).scalar_one_or_none()
    if attempt_id:
        ordered = await locked(session, number, str(attempt_id), wall_now)
        if ordered.attempt.voucher_code:
            count_part(session, ordered, received)
        await _end(session, ordered, by, ran_out=ran_out)
        plan_again(ordered, wall_now)
    await offer_again(session, order, stored.now, wall_now)
    await enter_what_follows(session, held, by=by, reason=reason)


async def give_up_unsent(
    session: AsyncSession, number: str, order_id: UUID, wall_now: datetime, *, by: str, reason: str | None = None
) -> None:
    """The payment of a quote that waits to be called again is never made; one whose call may be under way goes on.

    The caller has locked all subscriptions of the order, and has ended what held them.
    """
    unsent = and_(col(AttemptRow.state) == AttemptState.OPEN, col(AttemptRow.next_at).is_not(None))
    query = select(col(AttemptRow.id)).where(col(AttemptRow.order_id) == order_id, unsent)
    attempt_id = (await session.execute(query)).scalar_one_or_none()
    if attempt_id is None:
        return
    ordered = await locked(session, number, str(attempt_id), wall_now)
    ordered.order.state = "void"
    await _end(session, ordered, by, ran_out=False)
    await enter_what_follows(session, ordered.subscriptions, by=by, reason=reason)
    plan_again(ordered, wall_now)


async def _end(session: AsyncSession, ordered: Ordered, by: str, *, ran_out: bool) -> None:
    """The attempt of the order is over: its voucher can be paid no more, or it is never made."""
    if ordered.attempt.voucher_code:
        await expire(session, ordered, by, ran_out=ran_out)
        return
    ordered.attempt.state, ordered.attempt.next_at = AttemptState.ABANDONED, None
    await conclude_order(session, ordered.order, ordered.now, refused=GIVEN_UP)


async def expire(session: AsyncSession, ordered: Ordered, by: str, *, ran_out: bool) -> None:
    """The voucher can be paid no more: what has come goes back, and the gateway is asked whether more comes."""
    attempt, now, first = ordered.attempt, ordered.now, ordered.first
    await clear_alarm(session, first.row.number, VOUCHER_IN_DOUBT, now, subject=str(attempt.id))
    attempt.state, attempt.answered_at = AttemptState.EXPIRED, now
    attempt.next_at = ask_late_at(now, 0, attempt.expires_at)
    attempt.questions = 0
    await owe_back(session, ordered, "paid_in_part")
    for stored in ordered.subscriptions:
        data = {
            "outcome": "expired" if ran_out else "given_up",
            "amount": ordered.amount_of(stored),
            "currency": attempt.currency,
            "expires_at": in_utc(attempt.expires_at) if attempt.expires_at else None,
        }
        record(session, stored.row.number, stored.now, "voucher", data, by=by)
    if ran_out:
        name = "voucher_unpaid_in_full" if attempt.received else "voucher_unpaid"
        await queue(
            session,
            first,
            Kind.VOUCHER_EXPIRED,
            f"voucher:{attempt.id}",
            Cause(name, {"on": first.facts.renews_on.isoformat()}),
            at=first.now,
            attempt=str(attempt.id),
            received=attempt.received,
        )
