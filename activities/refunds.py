"""Money goes back, once, and its buyer is told. It was written down with its cause (`parts.py`, `giving_back.py`).

The row's id is the gateway's key: asking again after a crash, or because nobody answered, sends nothing twice. A call
is counted before it is made, and no more once it is answered: one that still counts may have gone, though its process
died. What the provider refuses is not asked again; an operator is told in the provider's words.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity

from activities.clock import started_at
from activities.ordered import Ordered, locked
from activities.outbox import queue
from activities.planning import plan_of
from gateways.port import Gateway, NoAnswer, Refunded, RefundRefused, Unreachable
from models.engine import Sessions
from models.journal import PAID_AFTER_ALL, REFUND_REFUSED, SYSTEM, clear_alarm, raise_alarm, record
from models.payments import RefundRow
from models.records import CommandRow
from models.sent_back import sent_before
from models.store import Stored, load
from renewals.causes import Cause
from renewals.declines import call_again_at
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import AttemptState
from workflows.contract import TermPlan

MOST_TRIES = 100
"""How often a refund is tried that the gateway does not answer: for most of a day."""
LONGEST_REFUSAL = 200
"""Characters of a provider's words that are kept."""


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
        if stored and row and _waits(row, stored) and await self._counted(row):
            await self._send(number, row, stored.now, wall_now)
        return await plan_of(self._sessions, number, wall_now)

    async def _counted(self, row: RefundRow) -> bool:
        """Count the call that is about to be made; False where another has closed the refund meanwhile."""
        one_more = {"calls": col(RefundRow.calls) + 1}
        waits = col(RefundRow.id) == row.id, col(RefundRow.next_at).is_not(None)
        query = update(RefundRow).where(*waits).values(one_more).returning(col(RefundRow.id))
        async with self._sessions.begin() as session:
            return await session.scalar(query) is not None

    async def _send(self, number: str, row: RefundRow, now: datetime, wall_now: datetime) -> None:
        """Call the gateway, then record what it said."""
        money = Money(row.amount, row.currency)
        try:
            answer = await self._gateway.refund(str(row.attempt_id), money, str(row.id), now)
        except (Unreachable, NoAnswer):
            await _record(self._sessions, number, row, None, wall_now)
        except Exception:  # it may have gone: ask again with patience, and let the step fail
            await _record(self._sessions, number, row, None, wall_now)
            raise
        else:
            await _record(self._sessions, number, row, answer, wall_now)


def _waits(row: RefundRow, stored: Stored) -> bool:
    return row.next_at is not None and row.next_at <= stored.now


async def _record(
    sessions: Sessions, number: str, tried: RefundRow, answer: Refunded | RefundRefused | None, wall_now: datetime
) -> None:
    """Write down that it was sent, or refused, or when to try again, in one transaction."""
    async with sessions.begin() as session:
        ordered = await locked(session, number, str(tried.attempt_id), wall_now)
        row = await session.get_one(RefundRow, tried.id, populate_existing=True)
        if row.next_at is None:
            return
        if answer:
            row.calls -= 1
        match answer:
            case Refunded(reference):
                await _close_as_sent(session, ordered, row, reference)
            case RefundRefused(says):
                await _close_as_refused(session, ordered, row, says)
            case None:
                await _try_later(session, ordered, row)


async def _close_as_sent(session: AsyncSession, ordered: Ordered, row: RefundRow, reference: str) -> None:
    """It goes on the record of each subscription that the order was for, and the buyer is told."""
    before = await sent_before(session, row)
    row.next_at, row.sent_at, row.reference = None, ordered.now, reference
    by, reason = await _who_and_why(session, row)
    for stored, share in ordered.shares_of(row.amount, after=before):
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


async def _close_as_refused(session: AsyncSession, ordered: Ordered, row: RefundRow, says: str) -> None:
    """Asking again would not move it: an operator looks at the provider's book, more so where a call got no answer."""
    row.next_at, row.refused_at, row.refusal = None, ordered.now, _in_short(says)
    by, reason = await _who_and_why(session, row)
    for stored, share in ordered.shares_of(row.amount):
        data = {"amount": share, "currency": row.currency, "because": row.because}
        record(session, stored.row.number, stored.now, "refund_refused", data, by=by, reason=reason)
    became = "may have gone all the same, as a call got no answer" if row.calls else "were not sent back"
    detail = f"{Money(row.amount, row.currency)} of attempt {row.attempt_id} {became} ({_cause(row)}): "
    detail += f"the provider says “{row.refusal}”."
    number, subject = ordered.first.row.number, str(row.id)
    facts = {"attempt": str(row.attempt_id), "amount": row.amount, "currency": row.currency, "says": row.refusal}
    facts |= {"unheard": row.calls} if row.calls else {}
    await raise_alarm(session, number, REFUND_REFUSED, detail, ordered.first.now, subject=subject, facts=facts)


def _in_short(says: str) -> str:
    """A provider's words as they can be stored and shown: in one line, none that cannot be printed."""
    plain = "".join(each if each.isprintable() else " " for each in says)
    return " ".join(plain.split())[:LONGEST_REFUSAL] or "refused"


async def _who_and_why(session: AsyncSession, row: RefundRow) -> tuple[str, str | None]:
    """Who wanted it to go back, and the reason that they gave."""
    command = await session.get(CommandRow, row.id)
    return (command.given_by, command.reason) if command else (SYSTEM, None)


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
    row.next_at = call_again_at(ordered.first.now, row.calls)
    if row.calls >= MOST_TRIES:
        row.next_at = None
        money = Money(row.amount, row.currency)
        detail = (
            f"{money} of attempt {row.attempt_id} could not be sent back ({_cause(row)}): nobody answered, and it may "
        )
        detail += "have gone. Look in the provider's book, and refund it there unless it is."
        number, subject = ordered.first.row.number, str(row.id)
        facts = {"attempt": str(row.attempt_id), "amount": row.amount, "currency": row.currency, "because": row.because}
        await raise_alarm(session, number, PAID_AFTER_ALL, detail, ordered.first.now, subject=subject, facts=facts)


def _cause(row: RefundRow) -> Cause:
    return Cause(f"refund_{row.because}")
