"""Payments and refunds that something is odd about: taken twice, without an answer, owed and taken by nobody."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.columns import fixed
from models.payments import AttemptRow, OrderLineRow, OrderRow, RefundRow
from models.records import AlarmRow
from renewals.payments import AttemptState


def paid_twice(since: datetime) -> Select[*tuple[Any, ...]]:
    """Renewals for which money came by an attempt since then, and which another order or attempt has paid as well.

    What was sent back, or is about to be, is no longer there twice.
    """
    attempt, other = AttemptRow, aliased(AttemptRow)
    line, other_line, other_order = OrderLineRow, aliased(OrderLineRow), aliased(OrderRow)
    elsewhere = (
        exists()
        .where(col(other_line.renewal_id) == col(line.renewal_id), col(other_line.order_id) != col(line.order_id))
        .where(col(other_order.id) == col(other_line.order_id), col(other_order.state) == "paid")
        .where(~_gone_back(other_line))
    )
    in_one_order = exists().where(
        col(other.order_id) == col(attempt.order_id),
        col(other.id) != col(attempt.id),
        col(other.state) == AttemptState.PAID.value,
    )
    return (
        select(col(line.subscription), col(line.renewal_id), col(line.term_starts_on))
        .join(attempt, col(attempt.order_id) == col(line.order_id))
        .where(col(attempt.called_at) >= since, col(attempt.state) == AttemptState.PAID.value)
        .where(col(line.renewal_id).is_not(None), or_(elsewhere, in_one_order), ~_gone_back(line))
        .distinct()
    )


def _gone_back(line: Any) -> ColumnElement[bool]:
    """Does as much go back as the line cost, or the whole order? A smaller sum is another matter."""
    its, beside = aliased(AttemptRow), aliased(OrderLineRow)
    back = (
        select(func.coalesce(func.sum(col(RefundRow.amount)), 0))
        .join(its, col(its.id) == col(RefundRow.attempt_id))
        .where(col(its.order_id) == line.order_id)
        .correlate(line)
    )
    of_line = back.where(col(RefundRow.subscription) == line.subscription)
    whole = select(func.sum(col(beside.amount))).where(col(beside.order_id) == line.order_id).correlate(line)
    return or_(
        of_line.scalar_subquery() >= line.amount,
        back.scalar_subquery() >= whole.scalar_subquery(),
    )


def refunds_owed(since: datetime) -> Any:
    """Still tried, and owed before then; or left to an operator, who has not yet ended the alarm that says so."""
    left = and_(
        col(AlarmRow.subject) == func.text(col(RefundRow.attempt_id)),
        col(AlarmRow.kind) == "paid_after_all",
        col(AlarmRow.cleared_at).is_(None),
    )
    tried = and_(col(RefundRow.next_at).is_not(None), col(RefundRow.owed_at) < since)
    return select(col(RefundRow.subscription)).where(
        col(RefundRow.sent_at).is_(None), or_(tried, and_(col(RefundRow.next_at).is_(None), exists().where(left)))
    )


def attempted(such: ColumnElement[bool]) -> Any:
    """The subscriptions of the orders with such an attempt."""
    return (
        select(col(OrderLineRow.subscription))
        .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
        .where(such)
    )


def in_doubt(since: datetime, pending_since: datetime) -> ColumnElement[bool]:
    """Without an answer for longer than since then; that their payment is under way may be said for longer."""
    unknown = [fixed(each.value) for each in (AttemptState.OPEN, AttemptState.UNKNOWN)]
    return or_(
        and_(col(AttemptRow.state).in_(unknown), col(AttemptRow.called_at) < since),
        and_(col(AttemptRow.state) == fixed(AttemptState.PENDING.value), col(AttemptRow.called_at) < pending_since),
    )


def ends_paid_in_part(until: datetime) -> ColumnElement[bool]:
    """A voucher that can be paid until then at the latest, and of which not all has come."""
    part = and_(col(AttemptRow.received) > 0, col(AttemptRow.received) < col(AttemptRow.amount))
    return and_(col(AttemptRow.state) == fixed(AttemptState.ISSUED.value), part, col(AttemptRow.expires_at) < until)
