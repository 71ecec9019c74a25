"""Money that came too late goes back by itself, once, and its buyer is told."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from activities.outbox import queue
from gateways.port import Charge, Gateway, NoAnswer, Unreachable
from models.engine import Sessions
from models.journal import raise_alarm, record
from models.payments import AttemptRow
from models.store import load
from renewals.facts import Kind


async def send_back(sessions: Sessions, gateway: Gateway, number: str, charge: Charge, wall_now: datetime) -> None:
    """Refund a voucher that was paid after it had expired. What the gateway does not take is an operator's to do."""
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
        attempt = await session.get_one(AttemptRow, UUID(charge.key))
        if reference is None:
            detail = f"Attempt {attempt.n} was paid after its voucher had expired; refund {attempt.id} by hand."
            await raise_alarm(session, number, "paid_after_all", detail, stored.now, subject=str(attempt.id))
            return
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


def refund_key(charge: Charge) -> str:
    """The key of the one refund of a charge: asking again sends nothing twice."""
    return str(uuid5(NAMESPACE_URL, f"refund:{charge.key}"))
