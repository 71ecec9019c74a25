"""The automatic order of a renewal, its line, its attempts, and the claim that an attempt holds while it is open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.journal import SYSTEM
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.reading import automatic_order, line_of
from models.store import Stored
from models.subscriptions import ClaimRow, RenewalRow
from renewals.payments import AttemptState, Purpose, Way
from renewals.pricing import Line, automatic_line


async def renewal_of(session: AsyncSession, stored: Stored) -> RenewalRow:
    """The one record of the right to the next term, written when it is first needed."""
    if stored.renewal is None:
        stored.renewal = RenewalRow(subscription=stored.row.number, term_starts_on=stored.facts.renews_on)
        session.add(stored.renewal)
        await session.flush()
    return stored.renewal


async def new_order(
    session: AsyncSession, stored: Stored, lines: Sequence[Line], *, way: Way, by: str, reference: str | None = None
) -> OrderRow:
    """An order of these lines of one subscription: the next term, or more seats."""
    order = await _open_order(session, stored, way, by, stored.now, reference)
    for line in lines:
        renewal = await renewal_of(session, stored) if line.purpose is Purpose.RENEWAL else None
        session.add(_line_row(order, line, renewal))
    await session.flush()
    return order


async def new_large_order(
    session: AsyncSession, bought: Sequence[tuple[Stored, Line]], *, by: str, now: datetime
) -> tuple[OrderRow, list[RenewalRow]]:
    """An order of the next terms of many subscriptions of one customer, and their renewals."""
    order = await _open_order(session, bought[0][0], Way.BULK, by, now)
    for stored, _ in bought:
        if stored.renewal is None:
            stored.renewal = RenewalRow(subscription=stored.row.number, term_starts_on=stored.facts.renews_on)
            session.add(stored.renewal)
    await session.flush()
    session.add_all(_line_row(order, line, stored.renewal) for stored, line in bought)
    await session.flush()
    return order, [stored.renewal for stored, _ in bought if stored.renewal]


async def _open_order(
    session: AsyncSession, stored: Stored, way: Way, by: str, now: datetime, reference: str | None = None
) -> OrderRow:
    order = OrderRow(
        id=uuid4(),
        csn=stored.customer.csn,
        currency=stored.facts.currency,
        way=way,
        state="open",
        reference=reference,
        ordered_by=by,
        ordered_at=now,
    )
    session.add(order)
    await session.flush()
    return order


def _line_row(order: OrderRow, line: Line, renewal: RenewalRow | None) -> OrderLineRow:
    return OrderLineRow(
        order_id=order.id,
        subscription=line.number,
        term_starts_on=line.starts_on,
        renewal_id=renewal.id if renewal else None,
        **_priced(line),
    )


def _priced(line: Line) -> dict[str, Any]:
    return {
        "purpose": line.purpose,
        "term": line.term,
        "seats": line.seats,
        "unit_price": line.unit_price,
        "amount": line.amount,
        "days": line.days,
        "term_days": line.term_days,
        "receipt": line.receipt(),
    }


async def begin_attempt(session: AsyncSession, stored: Stored) -> AttemptRow:
    """The attempt to make now: the open one that never reached the gateway, or the next of the automatic order.

    Seats, term, price and method are read again at each attempt. The caller holds the subscription's lock.
    """
    line, method = automatic_line(stored.facts), stored.method
    if method is None:
        raise ValueError(f"{stored.row.number} has no method to charge")
    is_new = stored.renewal is None
    renewal = await renewal_of(session, stored)
    order = None if is_new else await automatic_order(session, renewal.id)
    attempts: Sequence[AttemptRow] = ()
    if order is None:
        order = await new_order(session, stored, [line], way=Way.AUTOMATIC, by=SYSTEM)
    else:
        ordered = await line_of(session, order.id, renewal.id)
        for name, value in _priced(line).items():
            setattr(ordered, name, value)
        attempts = await _attempts(session, order.id)
    attempt = next((each for each in attempts if each.state == AttemptState.OPEN), None)
    if attempt is None:
        attempt = AttemptRow(
            order_id=order.id,
            n=max((each.n for each in attempts), default=0) + 1,
            method_id=method.id,
            amount=line.amount,
            currency=line.currency,
            called_at=stored.now,
        )
    attempt.method_id, attempt.amount, attempt.called_at, attempt.next_at = method.id, line.amount, stored.now, None
    session.add(attempt)
    await _claim(session, renewal.id, order.id, stored)
    await session.flush()
    return attempt


async def _attempts(session: AsyncSession, order_id: UUID) -> Sequence[AttemptRow]:
    query = select(AttemptRow).where(col(AttemptRow.order_id) == order_id)
    return (await session.execute(query)).scalars().all()


async def _claim(session: AsyncSession, renewal_id: UUID, order_id: UUID, stored: Stored) -> None:
    """Claim the renewal while the attempt is open; the unique index refuses a second holder."""
    claimed = await session.execute(
        insert(ClaimRow)
        .values(id=uuid4(), renewal_id=renewal_id, holder="automatic", order_id=order_id, opened_at=stored.now)
        .on_conflict_do_nothing(
            index_elements=["renewal_id"],
            index_where=col(ClaimRow.released_at).is_(None),
        )
        .returning(col(ClaimRow.id))
    )
    if claimed.first() is not None:
        return
    query = select(col(ClaimRow.order_id)).where(
        col(ClaimRow.renewal_id) == renewal_id, col(ClaimRow.released_at).is_(None)
    )
    if (await session.execute(query)).scalar_one() != order_id:
        raise ValueError(f"{stored.row.number}: another order is paying the next term")


async def release_claim(session: AsyncSession, now: datetime, order_id: UUID) -> None:
    """An order stops claiming its renewals: they may be paid otherwise, the automatic one's between two retries."""
    await session.execute(
        update(ClaimRow)
        .where(col(ClaimRow.order_id) == order_id, col(ClaimRow.released_at).is_(None))
        .values(released_at=now)
    )


async def abandon_unsent(session: AsyncSession, stored: Stored) -> None:
    """Give up the open attempt that never reached the gateway, and its claim."""
    attempt = stored.facts.open_attempt
    if attempt is None or attempt.may_move_money:
        return
    given_up = (
        update(AttemptRow)
        .where(col(AttemptRow.id) == UUID(attempt.id), col(AttemptRow.state) == AttemptState.OPEN)
        .values(state=AttemptState.ABANDONED, next_at=None)
        .returning(col(AttemptRow.order_id))
    )
    for order_id in (await session.execute(given_up)).scalars():
        await release_claim(session, stored.now, order_id)


async def call_off(session: AsyncSession, stored: Stored) -> None:
    """The buyer cancels: an attempt of his own to pay the next term that was not made is never made."""
    doubt = stored.facts.in_doubt
    if doubt and doubt.way is not Way.AUTOMATIC:
        attempt = await session.get_one(AttemptRow, UUID(doubt.id))
        attempt.called_off_at = stored.now


async def void_automatic_order(session: AsyncSession, stored: Stored) -> None:
    """The automatic order will be tried no more: the subscription has expired."""
    if stored.renewal is None:
        return
    order = await automatic_order(session, stored.renewal.id)
    if order is not None:
        order.state = "void"
