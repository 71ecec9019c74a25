"""Money that came too late goes back by itself, once, and its buyer is told."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from activities.outbox import queue
from gateways.port import Charge, Gateway, NoAnswer, Unreachable
from models.engine import Sessions
from models.journal import raise_alarm, record
from models.payments import AttemptRow
from models.store import Stored, load
from renewals.declines import call_again_at
from renewals.facts import Kind

MOST_TRIES = 100
"""How often a refund is tried that the gateway does not answer: for most of a day."""


async def send_back(sessions: Sessions, gateway: Gateway, number: str, charge: Charge, wall_now: datetime) -> None:
    """Refund a voucher that was paid after it had expired, once: it is asked about until the refund is recorded."""
    async with sessions() as session:
        stored = await load(session, number, wall_now)
    if stored is None:
        return
    try:
        reference = await gateway.refund(charge.key, charge.amount, refund_key(charge), stored.now)
    except (Unreachable, NoAnswer):
        reference = None
    async with sessions.begin() as session:
        stored = await load(session, number, wall_now, lock=True)
        if stored is None:
            return
        attempt = await session.get_one(AttemptRow, UUID(charge.key), populate_existing=True)
        if attempt.next_at is None:
            return
        if reference is None:
            await _try_later(session, stored, attempt)
            return
        attempt.next_at = None
        data = {
            "amount": attempt.amount,
            "currency": attempt.currency,
            "reference": reference,
            "because": "paid_late",
        }
        record(session, number, stored.now, "refund", data)
        await queue(
            session,
            stored,
            Kind.REFUND,
            f"attempt:{attempt.id}",
            "a voucher was paid after it had expired",
            at=stored.now,
            attempt=str(attempt.id),
            refund=reference,
            because="paid_late",
        )


async def _try_later(session: AsyncSession, stored: Stored, attempt: AttemptRow) -> None:
    """The same refund again under its key, with patience; in the end an operator's to do."""
    attempt.calls += 1
    attempt.next_at = call_again_at(stored.now, attempt.calls)
    if attempt.calls >= MOST_TRIES:
        attempt.next_at = None
        detail = f"Attempt {attempt.n} was paid after its voucher had expired; refund {attempt.id} by hand."
        await raise_alarm(session, stored.row.number, "paid_after_all", detail, stored.now, subject=str(attempt.id))


def refund_key(charge: Charge) -> str:
    """The key of the one refund of a charge: asking again sends nothing twice."""
    return str(uuid5(NAMESPACE_URL, f"refund:{charge.key}"))
