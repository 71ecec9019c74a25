"""What became of the terms that ended: renewed by which way, or not; and what was declined first and paid later."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, and_, case, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.pipeline import Path
from models.subscriptions import RenewalRow, SubscriptionRow, TermRow
from renewals.facts import Channel
from renewals.payments import AttemptState, Way

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Ended:
    """Terms whose renewal date lies in a month, that came to the same. Amounts are in minor units of `currency`.

    `path` and `currency` are None of those that nobody has renewed. `recovered` of the renewed had been declined first.
    """

    month: date
    path: Path | None
    currency: str | None
    count: int
    recovered: int
    recovered_amount: int


def first_month(today: date) -> date:
    """The first day of the first month: that of `today` is the last."""
    months = today.year * 12 + today.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


async def results(session: AsyncSession, today: date, *, clocks_may_run_ahead: bool) -> list[Ended]:
    """Every live subscription's terms of the last months whose renewal date has come, in order of months.

    Renewal dates are counted in the world's time: a clock that runs ahead is taken back, where one may.
    """
    term, renewal, line, sub = TermRow, RenewalRow, OrderLineRow, SubscriptionRow
    due_on = cast(col(term.renews_on) - col(sub.shift), Date)
    month = cast(func.date_trunc("month", due_on), Date).label("month")
    path = case(
        (col(OrderRow.id).is_(None), None),
        (col(OrderRow.way) == Way.AUTOMATIC.value, Path.AUTOMATIC.value),
        (col(sub.channel) == Channel.PARTNER.value, Path.PARTNER.value),
        (col(sub.channel) == Channel.LEGACY.value, Path.LEGACY.value),
        else_=Path.BY_HAND.value,
    ).label("path")
    tried = OrderLineRow.__table__.alias("tried")  # type: ignore[attr-defined]
    was_declined = (
        exists()
        .where(tried.c.renewal_id == col(renewal.id), col(AttemptRow.order_id) == tried.c.order_id)
        .where(col(AttemptRow.state) == AttemptState.DECLINED.value)
        .correlate(renewal)
    )
    keys: tuple[Any, Any, Any] = (month, path, col(OrderRow.currency).label("currency"))
    recovered = func.coalesce(func.sum(col(line.amount)).filter(was_declined), 0)
    settled = and_(
        col(renewal.subscription) == col(term.subscription),
        col(renewal.term_starts_on) == col(term.renews_on),
        col(renewal.settled_at).is_not(None),
    )
    first = first_month(today)
    query = (
        select(*keys, func.count(), func.count().filter(and_(col(OrderRow.id).is_not(None), was_declined)), recovered)
        .select_from(term)
        .join(sub, col(sub.number) == col(term.subscription))
        .outerjoin(renewal, settled)
        .outerjoin(line, and_(col(line.order_id) == col(renewal.order_id), col(line.renewal_id) == col(renewal.id)))
        .outerjoin(OrderRow, col(OrderRow.id) == col(line.order_id))
        .where(col(sub.live_at).is_not(None), col(term.renews_on) >= first, due_on.between(first, today))
        .group_by(*keys)
        .order_by(*keys)
    )
    if not clocks_may_run_ahead:
        query = query.where(col(term.renews_on) <= today)
    return [
        Ended(on, Path(way) if way else None, currency, count, again, int(amount))
        for on, way, currency, count, again, amount in await session.execute(query)
    ]
