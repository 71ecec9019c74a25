"""Payments and refunds that something is odd about: taken twice, without an answer, owed and taken by nobody."""

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, exists, func, literal_column, null, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.columns import fixed
from models.journal import PAID_AFTER_ALL, REFUND_REFUSED
from models.payments import BY_OPERATOR, LATE, AttemptRow, OrderLineRow, OrderRow, RefundRow
from models.records import AlarmRow, CommandRow
from renewals.payments import AttemptState


def paid_twice(since: datetime) -> Select[*tuple[Any, ...]]:
    """Renewals for which money came since then, and which another order or attempt has paid as well.

    What was sent back, or is about to be, is no longer there twice. That is asked of those few alone: asked of every
    payment it would take minutes where there are millions.
    """
    attempt, again, other_order = AttemptRow, aliased(AttemptRow), aliased(OrderRow)
    line, other = OrderLineRow, aliased(OrderLineRow)
    its: tuple[Any, ...] = (
        col(line.subscription).label("subscription"),
        col(line.renewal_id).label("renewal_id"),
        col(line.term_starts_on).label("term_starts_on"),
        col(line.order_id).label("order_id"),
        col(line.amount).label("amount"),
    )
    waited: ColumnElement[Any] = col(attempt.answered_at) - col(attempt.called_at)
    late = and_(col(attempt.answered_at) >= since, waited > literal_column(LATE))
    taken: Select[Any] = (
        select(*its)
        .join(attempt, col(attempt.order_id) == col(line.order_id))
        .where(or_(col(attempt.called_at) >= since, late), col(attempt.state) == fixed(AttemptState.PAID.value))
        .where(col(line.renewal_id).is_not(None))
    )
    elsewhere = (
        taken.add_columns(
            col(other.subscription).label("other_subscription"),
            col(other.order_id).label("other_order_id"),
            col(other.amount).label("other_amount"),
        )
        .join(other, col(other.renewal_id) == col(line.renewal_id))
        .join(other_order, col(other_order.id) == col(other.order_id))
        .where(col(other.order_id) != col(line.order_id), col(other_order.state) == "paid")
    )
    in_one_order = (
        taken.add_columns(null(), null(), null())
        .join(again, col(again.order_id) == col(attempt.order_id))
        .where(col(again.id) != col(attempt.id), col(again.state) == fixed(AttemptState.PAID.value))
    )
    twice = union_all(elsewhere, in_one_order).cte("twice").prefix_with("MATERIALIZED", dialect="postgresql")
    found = twice.c
    kept = ~_gone_back(twice, found.order_id, found.subscription, found.amount)
    other_kept = ~_gone_back(twice, found.other_order_id, found.other_subscription, found.other_amount)
    return (
        select(found.subscription, found.renewal_id, found.term_starts_on)
        .where(kept, or_(found.other_order_id.is_(None), other_kept))
        .distinct()
    )


def _gone_back(of: CTE, order_id: Any, subscription: Any, amount: Any) -> ColumnElement[bool]:
    """Does as much go back as the line cost, or the whole order? A smaller sum is another matter.

    A line's is what was given for its subscription, whichever sends it. What goes back by itself is no part of a price.
    """
    its, beside = aliased(AttemptRow), aliased(OrderLineRow)
    back = (
        select(func.coalesce(func.sum(col(RefundRow.amount)), 0))
        .join(its, col(its.id) == col(RefundRow.attempt_id))
        .where(col(its.order_id) == order_id, col(its.state) == fixed(AttemptState.PAID.value))
        .where(col(RefundRow.because) == BY_OPERATOR, col(RefundRow.refused_at).is_(None))
        .correlate(of)
    )
    of_line = back.join(CommandRow, col(CommandRow.id) == col(RefundRow.id)).where(
        col(CommandRow.subscription) == subscription
    )
    whole = select(func.sum(col(beside.amount))).where(col(beside.order_id) == order_id).correlate(of)
    return or_(of_line.scalar_subquery() >= amount, back.scalar_subquery() >= whole.scalar_subquery())


def refunds_owed(since: datetime) -> Any:
    """Still tried, and owed before then; or left to an operator, who has not yet ended the alarm that says so."""
    its = and_(col(AlarmRow.kind).in_((PAID_AFTER_ALL, REFUND_REFUSED)), col(AlarmRow.cleared_at).is_(None))
    left = and_(its, col(AlarmRow.subject) == func.text(col(RefundRow.id)))
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
