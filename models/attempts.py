"""Attempts to pay as facts hold them: those of a renewal, and the few others that a subscription's plan asks about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.columns import among
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.subscriptions import RenewalRow, SubscriptionRow
from renewals.payments import ENDED_UNPAID, Attempt, AttemptState, DeclineClass, Purpose, Way


def has_an_earlier_line(line: type[OrderLineRow]) -> ColumnElement[bool]:
    """Has the order a line of a subscription with a smaller number? Then that one sees to it."""
    earlier = aliased(OrderLineRow)
    return (
        exists()
        .where(col(earlier.order_id) == col(line.order_id), col(earlier.subscription) < col(line.subscription))
        .correlate(line)
    )


_SEEN_TO_HERE = not_(has_an_earlier_line(OrderLineRow))
"""Of an order of many lines the first one sees to its payment: nobody asks a hundred times at the same moment."""

_ATTEMPT = (
    col(AttemptRow.id),
    col(AttemptRow.n),
    col(AttemptRow.state),
    col(AttemptRow.method_id),
    col(AttemptRow.called_at),
    col(AttemptRow.next_at),
    col(AttemptRow.answered_at),
    col(AttemptRow.decline_class),
    col(OrderRow.way),
    col(AttemptRow.called_off_at).is_not(None),
    col(AttemptRow.expires_at),
    col(AttemptRow.amount),
    col(AttemptRow.received),
    col(AttemptRow.unwanted),
)
ATTEMPTS = (
    select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(*_ATTEMPT, _SEEN_TO_HERE), col(AttemptRow.n))))
    .select_from(OrderLineRow)
    .join(OrderRow, col(OrderRow.id) == col(OrderLineRow.order_id))
    .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
    .where(col(OrderLineRow.renewal_id) == col(RenewalRow.id))
    .correlate(RenewalRow)
    .scalar_subquery()
)
"""A column of renewals: every attempt to pay it, by n."""

_ATTEMPTS = select(col(RenewalRow.id), ATTEMPTS).where(among(col(RenewalRow.id), "renewals"))


async def attempts_of(session: AsyncSession, renewals: Sequence[UUID]) -> dict[UUID, tuple[Attempt, ...]]:
    """By renewal: every attempt to pay it, by n."""
    found = (await session.execute(_ATTEMPTS, {"renewals": renewals})).all()
    return {renewal: attempts(told) for renewal, told in found}


def attempts(told: Sequence[Sequence[Any]] | None) -> tuple[Attempt, ...]:
    """What the column of attempts tells."""
    return tuple(_attempt(*each) for each in told or ())


_UNANSWERED = or_(
    *(col(AttemptRow.state) == each for each in (AttemptState.OPEN, AttemptState.UNKNOWN, AttemptState.PENDING))
)
_WATCHED = or_(
    and_(col(OrderLineRow.purpose) == Purpose.SEATS, _UNANSWERED),
    and_(col(AttemptRow.state).in_(ENDED_UNPAID), col(AttemptRow.next_at).is_not(None), _SEEN_TO_HERE),
)
IS_WATCHED = (
    exists()
    .where(col(OrderLineRow.subscription) == col(SubscriptionRow.number))
    .where(col(AttemptRow.order_id) == col(OrderLineRow.order_id), _WATCHED)
    .correlate(SubscriptionRow)
)
"""A column of subscriptions: is an attempt watched that is none to pay the next term? Hardly ever, and none is read."""

_WATCHED_ATTEMPTS = (
    select(col(OrderLineRow.subscription), func.jsonb_build_array(*_ATTEMPT, true()))
    .join(OrderRow, col(OrderRow.id) == col(OrderLineRow.order_id))
    .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
    .where(among(col(OrderLineRow.subscription), "numbers"), _WATCHED)
    .order_by(col(OrderLineRow.subscription), col(AttemptRow.called_at))
)


async def watched_attempts_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, list[Attempt]]:
    """By number: the attempt to pay more seats that has no answer yet, and vouchers that ran out a short while ago."""
    found: dict[str, list[Attempt]] = {}
    for number, told in (await session.execute(_WATCHED_ATTEMPTS, {"numbers": numbers})).all():
        found.setdefault(number, []).append(_attempt(*told))
    return found


def _attempt(
    id: str,
    n: int,
    state: str,
    method_id: str,
    called_at: str,
    next_at: str | None,
    answered_at: str | None,
    decline_class: str | None,
    way: str,
    called_off: bool,
    expires_at: str | None,
    amount: int,
    received: int,
    unwanted: bool,
    seen_to_here: bool,
) -> Attempt:
    """An attempt from JSON, whose instants are in ISO 8601."""
    return Attempt(
        id=id,
        n=n,
        state=AttemptState(state),
        method_id=method_id,
        called_at=datetime.fromisoformat(called_at),
        next_at=_instant(next_at),
        answered_at=_instant(answered_at),
        decline_class=DeclineClass(decline_class) if decline_class else None,
        way=Way(way),
        called_off=called_off,
        seen_to_here=seen_to_here,
        expires_at=_instant(expires_at),
        amount=amount,
        received=received,
        unwanted=unwanted,
    )


def _instant(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
