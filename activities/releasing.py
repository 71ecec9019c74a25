"""A hold is let go: its order is void, its voucher has run out, and an order that was never sent is never made."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.conclusions import with_attempts_so_far
from activities.outbox import queue
from activities.outcomes import conclude_order
from activities.phases import store_phase
from models.history import in_utc
from models.journal import VOUCHER_IN_DOUBT, clear_alarm, record
from models.payments import AttemptRow, OrderRow
from models.store import Stored
from models.subscriptions import ClaimRow
from renewals.decisions import Refused
from renewals.declines import ask_late_at
from renewals.facts import AttemptState, Kind
from renewals.renewing import in_phase_unless_charged_first

GIVEN_UP = Refused("payment_declined", "The order was given up before it was paid.")


async def release(session: AsyncSession, stored: Stored, *, by: str, ran_out: bool, reason: str | None = None) -> None:
    """Release the claim. A buyer who gives up a voucher knows; of one that `ran_out` he is told."""
    hold = stored.facts.hold
    if hold is None:
        return
    claim = await session.get_one(ClaimRow, UUID(hold.id))
    claim.released_at = stored.now
    record(session, stored.row.number, stored.now, "hold_ended", {"claim": hold.id}, by=by, reason=reason)
    if claim.order_id is None:
        return
    order = await session.get_one(OrderRow, claim.order_id)
    order.state = "void"
    unanswered = col(AttemptRow.state).in_((AttemptState.ISSUED, AttemptState.OPEN))
    query = select(AttemptRow).where(col(AttemptRow.order_id) == order.id, unanswered)
    attempt = (await session.execute(query)).scalar_one_or_none()
    if attempt and attempt.state == AttemptState.ISSUED:
        await _expire(session, stored, attempt, by, ran_out=ran_out)
    elif attempt:
        attempt.state, attempt.next_at = AttemptState.ABANDONED, None
        await conclude_order(session, order, stored.now, refused=GIVEN_UP)
    after = in_phase_unless_charged_first(await with_attempts_so_far(session, stored), stored.now)
    await store_phase(session, stored, after, by=by, reason=reason, at_once=True)


async def _expire(session: AsyncSession, stored: Stored, attempt: AttemptRow, by: str, *, ran_out: bool) -> None:
    await clear_alarm(session, stored.row.number, VOUCHER_IN_DOUBT, stored.now)
    attempt.state, attempt.answered_at = AttemptState.EXPIRED, stored.now
    attempt.next_at = ask_late_at(stored.now, 0)
    attempt.questions = 0
    data = {
        "outcome": "expired" if ran_out else "given_up",
        "amount": attempt.amount,
        "currency": attempt.currency,
        "expires_at": in_utc(attempt.expires_at) if attempt.expires_at else None,
    }
    record(session, stored.row.number, stored.now, "voucher", data, by=by)
    if ran_out:
        why = f"voucher for the term from {stored.facts.renews_on} was not paid"
        await queue(
            session, stored, Kind.VOUCHER_EXPIRED, f"voucher:{attempt.id}", why, at=stored.now, attempt=str(attempt.id)
        )
