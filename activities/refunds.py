"""Money goes back, once, and its buyer is told. It was written down with its cause (`parts.py`, `giving_back.py`).

The row's id is the gateway's key: asking again after a crash, or because nobody answered, sends nothing twice.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity

from activities.clock import started_at
from activities.ordered import Ordered, locked
from activities.outbox import queue
from activities.planning import plan_of
from gateways.port import Gateway, NoAnswer, Unreachable
from models.engine import Sessions
from models.journal import PAID_AFTER_ALL, SYSTEM, clear_alarm, raise_alarm, record
from models.payments import RefundRow
from models.records import CommandRow
from models.store import Stored, load
from renewals.causes import Cause
from renewals.declines import call_again_at
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import AttemptState
from workflows.contract import TermPlan

MOST_TRIES = 100
"""How often a refund is tried that the gateway does not answer: for most of a day."""


class Refunds:
    """Sends money back."""

    def __init__(self, sessions: Sessions, gateway: Gateway) -> None:
        self._sessions, self._gateway = sessions, gateway

    @activity.defn
    async def send_back(self, number: str, refund_id: str) -> TermPlan:
        """Send back what is owed, if its time has come and it was not sent yet."""
        wall_now = started_at()
        async with self._sessions() as session:
            stored = await load(session, number, wall_now)
            row = await session.get(RefundRow, UUID(refund_id))
        if stored and row and _waits(row, stored):
            reference = await self._sent(row, stored.now)
            async with self._sessions.begin() as session:
                await _record(session, number, row, reference, wall_now)
        return await plan_of(self._sessions, number, wall_now)

    async def _sent(self, row: RefundRow, now: datetime) -> str | None:
        """The gateway's reference; None where it does not answer."""
        money = Money(row.amount, row.currency)
        try:
            return await self._gateway.refund(str(row.attempt_id), money, str(row.id), now)
        except (Unreachable, NoAnswer):
            return None


def _waits(row: RefundRow, stored: Stored) -> bool:
    return row.next_at is not None and row.next_at <= stored.now


async def _record(
    session: AsyncSession, number: str, tried: RefundRow, reference: str | None, wall_now: datetime
) -> None:
    """Write down that it was sent, with each subscription that the order was for; or when to try again."""
    ordered = await locked(session, number, str(tried.attempt_id), wall_now)
    row = await session.get_one(RefundRow, tried.id, populate_existing=True)
    if row.next_at is None:
        return
    if reference is None:
        await _try_later(session, ordered, row)
        return
    row.next_at, row.sent_at, row.reference = None, ordered.now, reference
    command = await session.get(CommandRow, row.id)
    by, reason = (command.given_by, command.reason) if command else (SYSTEM, None)
    for stored, share in ordered.shares_of(row.amount):
        data = {"amount": share, "currency": row.currency, "reference": reference, "because": row.because}
        record(session, stored.row.number, stored.now, "refund", data, by=by, reason=reason)
    await queue(
        session,
        ordered.first,
        Kind.REFUND,
        f"refund:{row.id}",
        _cause(row),
        at=ordered.first.now,
        refund=str(row.id),
    )
    await _end_alarm_if_all_is_back(session, ordered)


async def _end_alarm_if_all_is_back(session: AsyncSession, ordered: Ordered) -> None:
    """The alarm of money that an attempt took after it had ended unpaid is over once all of that has gone back."""
    attempt = ordered.attempt
    if attempt.state == AttemptState.PAID:
        return
    await session.flush()
    of_it = (col(RefundRow.attempt_id) == attempt.id, col(RefundRow.sent_at).is_not(None))
    sent = (await session.execute(select(func.coalesce(func.sum(col(RefundRow.amount)), 0)).where(*of_it))).scalar_one()
    if int(sent) >= max(attempt.taken, attempt.received):
        number, subject = ordered.first.row.number, str(attempt.id)
        await clear_alarm(session, number, PAID_AFTER_ALL, ordered.first.now, subject=subject)


async def _try_later(session: AsyncSession, ordered: Ordered, row: RefundRow) -> None:
    """The same refund again under its key, with patience; in the end an operator's to do."""
    row.calls += 1
    row.next_at = call_again_at(ordered.first.now, row.calls)
    if row.calls >= MOST_TRIES:
        row.next_at = None
        money = Money(row.amount, row.currency)
        detail = f"{money} of attempt {row.attempt_id} could not be sent back ({_cause(row)}); refund it by hand."
        number, subject = ordered.first.row.number, str(row.attempt_id)
        facts = {"attempt": subject, "amount": row.amount, "currency": row.currency, "because": row.because}
        await raise_alarm(session, number, PAID_AFTER_ALL, detail, ordered.first.now, subject=subject, facts=facts)


def _cause(row: RefundRow) -> Cause:
    return Cause(f"refund_{row.because}")
