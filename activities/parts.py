"""What comes of a voucher, in one part or in several: each is counted and told once; what buys nothing is owed back.

All of it happens in the transaction of its cause; the money itself is sent back by `refunds.py`.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.ordered import Ordered
from activities.outbox import queue
from gateways.port import Answer, GivenUp, Issued, Paid
from models.history import in_utc
from models.journal import record
from models.payments import BY_OPERATOR, COUNTS_AS_GONE, PartRow, RefundRow
from renewals.causes import Cause
from renewals.letters import Kind
from renewals.parts import added, to_send_back
from renewals.payments import ENDED_UNPAID, AttemptState


def come_in_all(answer: Answer | GivenUp, amount: int) -> int:
    """What a gateway says has come of a voucher of that amount, in minor units."""
    match answer:
        case Paid(_, received):
            return amount if received is None else received
        case Issued() | GivenUp():
            return answer.received
    return 0


def count_part(session: AsyncSession, ordered: Ordered, total: int) -> int:
    """Write down that `total` has come; what that adds, which is nothing where the news is old."""
    attempt = ordered.attempt
    came = added(attempt.received, total)
    if came:
        in_one = attempt.received == 0 and total == attempt.amount
        attempt.received = total
        if not in_one or attempt.state in ENDED_UNPAID:
            session.add(PartRow(attempt_id=attempt.id, total=total, amount=came, came_at=ordered.now))
    return came


async def take_part(session: AsyncSession, ordered: Ordered, total: int) -> None:
    """Count a part of a voucher that stays open, and tell its buyer what has come and what remains."""
    attempt = ordered.attempt
    came = count_part(session, ordered, total)
    if not came:
        return
    data = {
        "outcome": "part_received",
        "currency": attempt.currency,
        "received": attempt.received,
        "remaining": attempt.amount - attempt.received,
        "expires_at": in_utc(attempt.expires_at) if attempt.expires_at else None,
    }
    for stored, share in ordered.shares_of(came):
        record(session, stored.row.number, stored.now, "voucher", data | {"amount": share}, by=ordered.order.ordered_by)
    await queue(
        session,
        ordered.first,
        Kind.VOUCHER_PART_RECEIVED,
        f"voucher:{attempt.id}:{total}",
        Cause("voucher_part"),
        at=ordered.first.now,
        attempt=str(attempt.id),
        part=came,
        received=total,
    )


async def owe_back(session: AsyncSession, ordered: Ordered, because: str) -> None:
    """Let what has come and buys nothing go back, unless it is on its way already.

    What an operator sends back of a term that was bought is part of its price; of one that was not, it is this money.
    """
    attempt = ordered.attempt
    bought = attempt.state == AttemptState.PAID
    await session.flush()
    query = select(func.coalesce(func.sum(col(RefundRow.amount)), 0))
    query = query.where(col(RefundRow.attempt_id) == attempt.id, COUNTS_AS_GONE)
    if bought:
        query = query.where(col(RefundRow.because) != BY_OPERATOR)
    sent_back = int((await session.execute(query)).scalar_one())
    owed = to_send_back(attempt.amount, attempt.received, sent_back, bought=bought)
    if owed:
        session.add(
            RefundRow(
                attempt_id=attempt.id,
                subscription=ordered.first.row.number,
                amount=owed,
                currency=attempt.currency,
                because=because,
                owed_at=ordered.now,
                next_at=ordered.first.now,
            )
        )
