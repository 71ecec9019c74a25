"""The paid orders of a subscription, with what was paid for each and what of it went back.

So is the money of an attempt that had ended unpaid when the gateway was heard to have taken it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.payments import BY_OPERATOR, COUNTS_AS_GONE, AttemptRow, OrderLineRow, OrderRow, RefundRow
from models.records import CommandRow
from renewals.commands import Refund
from renewals.money import Money
from renewals.payments import AttemptState
from renewals.refunding import Refundable, TakesTwo, may_refund


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An order that was paid by that attempt, which is what goes back; `bought`: it counts as paid, too."""

    id: UUID
    attempt_id: UUID
    ordered_at: datetime
    refundable: Refundable
    bought: bool


_BOUGHT = col(AttemptRow.state) == AttemptState.PAID


def _paid(number: str) -> Select[Any]:
    """The newest first."""
    row = AttemptRow
    gone = select(func.coalesce(func.sum(col(RefundRow.amount)), 0))
    gone = gone.where(col(RefundRow.attempt_id) == col(row.id), COUNTS_AS_GONE)
    mine = select(col(OrderLineRow.order_id)).where(col(OrderLineRow.subscription) == number)
    return (
        select(
            col(OrderRow.id),
            col(row.id),
            col(OrderRow.ordered_at),
            case((_BOUGHT, func.greatest(col(row.amount), col(row.received))), else_=col(row.taken)),
            gone.correlate(row).scalar_subquery(),
            col(row.currency),
            _BOUGHT,
        )
        .join(row, col(row.order_id) == col(OrderRow.id))
        .where(col(OrderRow.id).in_(mine), or_(_BOUGHT, col(row.taken) > 0))
        .order_by(col(OrderRow.ordered_at).desc(), col(OrderRow.id), col(row.n).desc())
    )


async def paid_orders(session: AsyncSession, number: str, limit: int) -> list[PaidOrder]:
    """Orders of the subscription that were paid here, the newest first."""
    return [_order(row) for row in (await session.execute(_paid(number).limit(limit))).all()]


async def paid_order(
    session: AsyncSession, number: str, order_id: UUID, attempt_id: UUID | None = None
) -> PaidOrder | None:
    """That order, if it is one of the subscription and was paid here, by that attempt if one is named.

    Else by the last that paid it: there is one, unless it was paid twice, which is told of as such.
    """
    which = col(AttemptRow.id) == attempt_id if attempt_id else _BOUGHT
    row = (await session.execute(_paid(number).where(col(OrderRow.id) == order_id, which))).first()
    return _order(row) if row else None


def _order(row: Sequence[Any]) -> PaidOrder:
    order, attempt, ordered_at, paid, gone, currency, bought = row
    return PaidOrder(order, attempt, ordered_at, Refundable(paid, int(gone), currency), bought)


async def has_order(session: AsyncSession, number: str, order_id: UUID) -> bool:
    """Is it an order of the subscription, however it was paid?"""
    query = select(col(OrderLineRow.order_id)).where(
        col(OrderLineRow.order_id) == order_id, col(OrderLineRow.subscription) == number
    )
    return (await session.execute(query.limit(1))).first() is not None


async def numbers_ordered(session: AsyncSession, order_id: UUID) -> Sequence[str]:
    """The subscriptions that an order is about."""
    query = select(col(OrderLineRow.subscription)).where(col(OrderLineRow.order_id) == order_id).distinct()
    return sorted((await session.execute(query)).scalars())


async def large_refund(
    session: AsyncSession, number: str, command: Refund, client_key: str, takes_two: TakesTwo
) -> PaidOrder | None:
    """The order, where with this refund so much of it has gone back that it takes two people; else None.

    Whoever is about to give one asks, to turn to a second person first; it is asked again where the refund is decided
    about, for more may have gone back by then. None also of what is refused in any case, and of what was given under
    that key already.
    """
    given = select(col(CommandRow.id)).where(col(CommandRow.client_key) == client_key)
    order = await paid_order(session, number, command.order, command.attempt)
    if order is None or may_refund(order.refundable, command.amount, command.seen) or await session.scalar(given):
        return None
    return order if await is_large(session, order, command.amount, takes_two) else None


async def is_large(session: AsyncSession, order: PaidOrder, amount: int | None, takes_two: TakesTwo) -> bool:
    """With that much of it more, or all that is left, has so much of the order gone back that it takes two people?

    What went back before counts, of other attempts too where an operator sent it: parts are no way around.
    """
    its = order.refundable
    gone = its.gone_back + await _given_of_others(session, order) + (amount or its.left)
    return takes_two(Money(gone, its.currency))


async def _given_of_others(session: AsyncSession, order: PaidOrder) -> int:
    """Minor units of the order's other attempts that operators sent back: each had its own money, by one bound."""
    query = (
        select(func.coalesce(func.sum(col(RefundRow.amount)), 0))
        .join(AttemptRow, col(AttemptRow.id) == col(RefundRow.attempt_id))
        .where(col(AttemptRow.order_id) == order.id, col(AttemptRow.id) != order.attempt_id)
        .where(col(RefundRow.because) == BY_OPERATOR, COUNTS_AS_GONE)
    )
    return int((await session.execute(query)).scalar_one())
