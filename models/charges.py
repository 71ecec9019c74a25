"""Every attempt to take money: found by how it stands, its currency and its day, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.columns import among, fixed
from models.keyset import Beside, Found, Keyset, page_of
from models.parties import CustomerRow
from models.payments import AttemptRow, OrderLineRow, OrderRow
from renewals.payments import AttemptState

_ROW = AttemptRow
ORDER = Keyset((col(_ROW.called_at), col(_ROW.id)), falling=True)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice among the attempts; None or empty: whichever. Instants are those at which they were made."""

    state: AttemptState | None = None
    currency: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """An attempt: what its order is of, whose, and for which subscriptions, by number."""

    row: AttemptRow
    order: OrderRow
    customer: str
    numbers: Sequence[str]


async def charges_page(session: AsyncSession, wanted: Wanted, limit: int, beside: Beside) -> Found:
    """The attempts that are wanted, each row one `Charge`."""
    columns: tuple[Any, ...] = (AttemptRow, OrderRow, col(CustomerRow.name))
    query: Select[Any] = (
        select(*columns)
        .join(OrderRow, col(OrderRow.id) == col(_ROW.order_id))
        .join(CustomerRow, col(CustomerRow.csn) == col(OrderRow.csn))
        .where(*_conditions(wanted))
    )
    found = await page_of(session, query, ORDER, limit, beside)
    numbers = await _numbers(session, [order.id for _, order, _ in found.rows])
    charges = [Charge(row, order, customer, numbers.get(order.id, ())) for row, order, customer in found.rows]
    return Found(charges, found.first, found.last, found.earlier, found.later)


async def _numbers(session: AsyncSession, orders: Sequence[UUID]) -> dict[UUID, Sequence[str]]:
    """The subscriptions of each of these orders."""
    order_id, number = col(OrderLineRow.order_id), col(OrderLineRow.subscription)
    query = select(order_id, func.array_agg(number.distinct())).where(among(order_id, "orders")).group_by(order_id)
    return {id_: sorted(found) for id_, found in await session.execute(query, {"orders": list(orders)})}


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = list[ColumnElement[bool]]()
    if wanted.state:
        found.append(col(_ROW.state) == fixed(wanted.state.value))
    if wanted.currency:
        found.append(col(_ROW.currency) == wanted.currency)
    if wanted.since is not None:
        found.append(col(_ROW.called_at) >= wanted.since)
    if wanted.until is not None:
        found.append(col(_ROW.called_at) < wanted.until)
    return found
