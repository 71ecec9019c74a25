"""Bulk checkouts in the database: stored first, under their sender's key, and told line by line afterwards.

What is told follows from the orders as they stand, not from the workflow that placed them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.baskets import BasketLineRow, BasketRow
from models.inbox import KeyReused
from models.parties import PaymentMethodRow
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.subscriptions import SubscriptionRow
from renewals.basket import Outcome, asked_once, outcome_of
from renewals.cards import kept
from renewals.money import Money
from renewals.payments import AttemptState, MethodKind

ALL_OTHERS = "*"
"""The key of `BasketRow.methods` for customers that are not named."""


async def store_basket(
    session: AsyncSession,
    *,
    client_key: str,
    numbers: Sequence[str],
    methods: Mapping[str, Any],
    by: str,
    wall_now: datetime,
    preview: str | None = None,
    reason: str | None = None,
) -> UUID:
    """Store a bulk checkout of at most a hundred numbers; a known `client_key` gives the one it has.

    Raises `KeyReused` when that one asks for something else.
    """
    stands = select(col(SubscriptionRow.number), col(SubscriptionRow.renews_on))
    found = (await session.execute(stands.where(col(SubscriptionRow.number).in_(numbers)))).all()
    renews_on = {row.number: row.renews_on for row in found}
    asked = asked_once([number if number in renews_on else kept(number) for number in numbers])
    basket_id = uuid4()
    added = await session.execute(
        insert(BasketRow)
        .values(
            id=basket_id,
            client_key=client_key,
            given_by=by,
            reason=reason,
            methods=dict(methods),
            preview=preview,
            received_at=wall_now,
        )
        .on_conflict_do_nothing(index_elements=["client_key"])
        .returning(col(BasketRow.id))
    )
    if added.first() is not None:
        session.add_all(
            BasketLineRow(basket_id=basket_id, subscription=number, place=place, renews_on=renews_on.get(number))
            for place, number in enumerate(asked, start=1)
        )
        await session.flush()
        return basket_id
    same_methods = col(BasketRow.methods) == literal(dict(methods), JSONB)
    query = select(BasketRow, same_methods).where(col(BasketRow.client_key) == client_key)
    known, is_same = (await session.execute(query)).one()
    lines = select(col(BasketLineRow.subscription)).where(col(BasketLineRow.basket_id) == known.id)
    before = (await session.execute(lines.order_by(col(BasketLineRow.place)))).scalars().all()
    if not is_same or (known.given_by, tuple(before)) != (by, asked):
        raise KeyReused(f"The key {client_key!r} was used for another bulk checkout: use another.")
    known_id: UUID = known.id
    return known_id


@dataclass(frozen=True, slots=True)
class LineTold:
    """One line and what became of it; `amount` is None of what is in no order."""

    number: str
    outcome: Outcome
    code: str | None
    hint: str | None
    possible_on: date | None
    order: UUID | None
    amount: Money | None


@dataclass(frozen=True, slots=True)
class Payment:
    """How an order is paid: `code` is why it was declined; a voucher is paid with its code until `expires_at`.

    Of a voucher `received` has come so far.
    """

    state: AttemptState
    kind: MethodKind
    code: str | None
    decline_class: str | None
    voucher_code: str | None
    expires_at: datetime | None
    received: Money


@dataclass(frozen=True, slots=True)
class OrderTold:
    """One order of a basket."""

    id: UUID
    customer: str
    state: str
    total: Money
    payment: Payment


@dataclass(frozen=True, slots=True)
class BasketTold:
    """A basket as it stands. `settled`: every line has its final outcome. `closed`: its workflow is through with it."""

    id: UUID
    by: str
    received_at: datetime
    closed: bool
    lines: tuple[LineTold, ...]
    orders: tuple[OrderTold, ...]

    @property
    def settled(self) -> bool:
        return all(line.outcome.is_final for line in self.lines)


async def basket_told(session: AsyncSession, basket_id: UUID) -> BasketTold | None:
    """A basket with its orders and lines; None if there is none."""
    row = await session.get(BasketRow, basket_id, populate_existing=True)
    if row is None:
        return None
    orders = await _orders(session, basket_id)
    by_id = {order.id: order for order in orders}
    query = (
        select(BasketLineRow, col(OrderLineRow.amount))
        .outerjoin(
            OrderLineRow,
            (col(OrderLineRow.order_id) == col(BasketLineRow.order_id))
            & (col(OrderLineRow.subscription) == col(BasketLineRow.subscription)),
        )
        .where(col(BasketLineRow.basket_id) == basket_id)
        .order_by(col(BasketLineRow.place))
        .execution_options(populate_existing=True)
    )
    lines = [_line(line, amount, by_id) for line, amount in (await session.execute(query)).all()]
    return BasketTold(row.id, row.given_by, row.received_at, row.closed_at is not None, tuple(lines), tuple(orders))


def _line(line: BasketLineRow, amount: int | None, orders: Mapping[UUID, OrderTold]) -> LineTold:
    order = orders[line.order_id] if line.order_id else None
    return LineTold(
        number=line.subscription,
        outcome=outcome_of(line.code, order.state if order else None, order.payment.state if order else None),
        code=line.code,
        hint=line.hint,
        possible_on=line.possible_on,
        order=line.order_id,
        amount=Money(amount, order.total.currency) if order and amount is not None else None,
    )


async def _orders(session: AsyncSession, basket_id: UUID) -> list[OrderTold]:
    ids = select(col(BasketLineRow.order_id)).where(col(BasketLineRow.basket_id) == basket_id)
    query = (
        select(OrderRow, AttemptRow, col(PaymentMethodRow.kind))
        .join(AttemptRow, col(AttemptRow.order_id) == col(OrderRow.id))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(AttemptRow.method_id))
        .where(col(OrderRow.id).in_(ids))
        .order_by(col(OrderRow.csn), col(OrderRow.ordered_at), col(OrderRow.id))
        .execution_options(populate_existing=True)
    )
    return [
        OrderTold(
            id=order.id,
            customer=order.csn,
            state=order.state,
            total=Money(attempt.amount, attempt.currency),
            payment=Payment(
                state=AttemptState(attempt.state),
                kind=MethodKind(kind),
                code=attempt.code if attempt.state == AttemptState.DECLINED else None,
                decline_class=attempt.decline_class,
                voucher_code=attempt.voucher_code,
                expires_at=attempt.expires_at,
                received=Money(attempt.received, attempt.currency),
            ),
        )
        for order, attempt, kind in (await session.execute(query)).all()
    ]
