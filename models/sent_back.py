"""What went back of orders, told apart by what each of their subscriptions was paid for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.payments import BY_OPERATOR, TOO_MUCH, AttemptRow, RefundRow
from renewals.money import Money
from renewals.parts import shares_in_turn
from renewals.payments import AttemptState


@dataclass(frozen=True, slots=True)
class SentBack:
    """Money that went back, with the share of each subscription in minor units. `at` is in their own time."""

    money: Money
    at: datetime
    shares: Mapping[str, int]


_IN_TURN = (col(RefundRow.sent_at), col(RefundRow.id))
_IS_BEYOND_THE_PRICE: ColumnElement[bool] = col(RefundRow.because) == TOO_MUCH
"""It is no part of what any of them cost, and leaves that as it was."""


async def sent_before(session: AsyncSession, row: RefundRow) -> Sequence[int]:
    """What went back of the same money before that refund, in minor units."""
    beyond = row.because == TOO_MUCH
    query = select(col(RefundRow.amount)).where(
        col(RefundRow.attempt_id) == row.attempt_id,
        col(RefundRow.sent_at).is_not(None),
        _IS_BEYOND_THE_PRICE if beyond else ~_IS_BEYOND_THE_PRICE,
    )
    return (await session.execute(query.order_by(*_IN_TURN))).scalars().all()


async def sent_back(
    session: AsyncSession, amounts: Mapping[UUID, Mapping[str, int]]
) -> Mapping[UUID, Sequence[SentBack]]:
    """By order: what went back of it, in order of time. `amounts` are, by order and number, what is paid for each."""
    found: dict[UUID, list[SentBack]] = {}
    before: dict[tuple[UUID, bool], list[int]] = {}
    for order, row in (await session.execute(_sent().where(col(AttemptRow.order_id).in_(amounts)))).all():
        assert row.sent_at is not None, "it was sent"
        sums = before.setdefault((row.attempt_id, row.because == TOO_MUCH), [])
        sums.append(row.amount)
        told = shares_in_turn(sums, list(amounts[order].values()))[-1]
        back = SentBack(Money(row.amount, row.currency), row.sent_at, dict(zip(amounts[order], told, strict=True)))
        found.setdefault(order, []).append(back)
    return found


async def refunds_of(session: AsyncSession, order_id: UUID) -> Sequence[tuple[Money, datetime]]:
    """What an operator sent back of the payment that settled an order, and when."""
    query = _sent().where(
        col(AttemptRow.order_id) == order_id,
        col(AttemptRow.state) == AttemptState.PAID,
        col(RefundRow.because) == BY_OPERATOR,
    )
    rows = (await session.execute(query)).all()
    return [(Money(row.amount, row.currency), row.sent_at) for _, row in rows if row.sent_at]


def _sent() -> Select[UUID, RefundRow]:
    return (
        select(col(AttemptRow.order_id), RefundRow)
        .join(AttemptRow, col(AttemptRow.id) == col(RefundRow.attempt_id))
        .where(col(RefundRow.sent_at).is_not(None))
        .order_by(*_IN_TURN)
    )
