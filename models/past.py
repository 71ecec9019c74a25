"""What happened to one subscription, for operators: its record with the mails and attempts behind it, its orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.history import NoSuchPlace
from models.parties import PaymentMethodRow
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.records import AlarmRow, EventRow, NoticeRow


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail that an event tells of. `is_kept`: its bytes can be read. `reply` is what the mail server said, `cause`
    why it was queued."""

    id: UUID
    recipient: str
    is_kept: bool
    reply: str | None
    cause: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt to pay, with the kind of its method."""

    row: AttemptRow
    kind: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the record, with the mail or the attempt that it tells of."""

    id: int
    at: datetime
    event: str
    data: dict[str, Any]
    by: str
    reason: str | None
    mail: Mail | None
    tried: Tried | None


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as far as it concerns the subscription: its lines of it, and every attempt to pay it."""

    row: OrderRow
    lines: Sequence[OrderLineRow]
    tried: Sequence[Tried]

    @property
    def amount(self) -> int:
        """Minor units of the order's currency."""
        return sum(line.amount for line in self.lines)


async def past_of(
    session: AsyncSession, number: str, *, before: int | None, limit: int
) -> tuple[list[Happened], int | None]:
    """Up to `limit` events, newest first, from before the event of that id on; and where the next page begins.

    Raises `NoSuchPlace` where the subscription has no such event.
    """
    at, id_, its = col(EventRow.at), col(EventRow.id), col(EventRow.subscription) == number
    letter = NoticeRow
    mail = (col(letter.id), col(letter.recipient), col(letter.raw).is_not(None), col(letter.reply))
    query = select(EventRow, *mail, col(letter.facts)["cause"])
    query = query.outerjoin(letter, col(letter.id) == col(EventRow.notice_id)).where(its)
    if before is not None:
        begins_at = await session.scalar(select(at).where(its, id_ == before))
        if begins_at is None:
            raise NoSuchPlace
        query = query.where(tuple_(at, id_) < tuple_(begins_at, before))
    rows = (await session.execute(query.order_by(at.desc(), id_.desc()).limit(limit + 1))).all()
    older = rows[limit - 1][0].id if len(rows) > limit else None
    payments = [row[0] for row in rows[:limit] if row[0].event in ("payment", "voucher")]
    tried = await _tried_at(session, number, [event.at for event in payments]) if payments else {}
    found = [
        Happened(
            id=event.id or 0,
            at=event.at,
            event=event.event,
            data=event.data,
            by=event.caused_by,
            reason=event.reason,
            mail=Mail(notice, recipient, is_kept, reply, cause) if notice else None,
            tried=tried.get((event.at, event.data.get("attempt", 1))) if event in payments else None,
        )
        for event, notice, recipient, is_kept, reply, cause in rows[:limit]
    ]
    return found, older


async def _tried_at(
    session: AsyncSession, number: str, instants: Sequence[datetime]
) -> dict[tuple[datetime, int], Tried]:
    """The attempts that were made or answered at these instants, by instant and n."""
    row = AttemptRow
    mine = select(col(OrderLineRow.order_id)).where(col(OrderLineRow.subscription) == number)
    query = (
        select(row, col(PaymentMethodRow.kind))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(row.method_id))
        .where(col(row.order_id).in_(mine), or_(col(row.called_at).in_(instants), col(row.answered_at).in_(instants)))
    )
    found: dict[tuple[datetime, int], Tried] = {}
    for attempt, kind in (await session.execute(query)).all():
        for at in (attempt.answered_at, attempt.called_at):
            if at:
                found[at, attempt.n] = Tried(attempt, kind)
    return found


async def orders_of(session: AsyncSession, number: str, limit: int) -> list[Ordered]:
    """The subscription's orders, the newest first."""
    mine = select(col(OrderLineRow.order_id)).where(col(OrderLineRow.subscription) == number)
    newest = select(OrderRow).where(col(OrderRow.id).in_(mine)).order_by(col(OrderRow.ordered_at).desc()).limit(limit)
    rows = (await session.scalars(newest)).all()
    ids = [row.id for row in rows]
    line, attempt = OrderLineRow, AttemptRow
    its = select(line).where(col(line.order_id).in_(ids), col(line.subscription) == number)
    lines = (await session.scalars(its.order_by(col(line.term_starts_on)))).all()
    tries = (
        select(attempt, col(PaymentMethodRow.kind))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(attempt.method_id))
        .where(col(attempt.order_id).in_(ids))
        .order_by(col(attempt.n))
    )
    tried = [Tried(*each) for each in (await session.execute(tries)).all()]
    return [
        Ordered(
            row,
            [each for each in lines if each.order_id == row.id],
            [each for each in tried if each.row.order_id == row.id],
        )
        for row in rows
    ]


async def alarms_of(session: AsyncSession, number: str) -> Sequence[AlarmRow]:
    """The open alarms of a subscription, the oldest first."""
    query = select(AlarmRow).where(col(AlarmRow.subscription) == number, col(AlarmRow.cleared_at).is_(None))
    return (await session.scalars(query.order_by(col(AlarmRow.raised_at)))).all()


async def notice_of(session: AsyncSession, number: str, id_: UUID) -> NoticeRow | None:
    """A mail of that subscription, with its bytes."""
    row = await session.get(NoticeRow, id_)
    return row if row and row.subscription == number else None


async def order_of(session: AsyncSession, number: str, id_: UUID) -> OrderRow | None:
    """An order with a line of that subscription."""
    line = col(OrderLineRow.order_id) == id_, col(OrderLineRow.subscription) == number
    found = await session.scalar(select(col(OrderLineRow.order_id)).where(*line).limit(1))
    return await session.get(OrderRow, found) if found else None
