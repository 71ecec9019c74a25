"""Prices by which renewals are about to be charged, held beside what was paid last: those that leap, or are missing."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.catalog import PriceRow
from models.payments import OrderLineRow
from models.pipeline import (
    DAYS_AFTER,
    RENEWS_AUTOMATICALLY,
    is_due,
    next_seat_price,
    prices_in_force,
    with_prices,
)
from models.subscriptions import RenewalRow, SubscriptionRow
from renewals.facts import OfferingStatus, Phase

LEAP = 2
"""A price this many times, or this small a part of, what was paid last is looked at before it is charged."""

_S = SubscriptionRow

Such = Callable[[CTE], ColumnElement[bool]]
"""A condition over a left join of subscriptions to the prices in force."""


def _number(_: CTE) -> tuple[Any, ...]:
    return (col(_S.number),)


def priced(
    today: date, now: datetime, days: int, such: Such, columns: Callable[[CTE], tuple[Any, ...]] = _number
) -> Select[Any]:
    """Columns of those that are due within so many days, or late, and whose next price is such."""
    prices = prices_in_force(now, f"in_force_{such.__name__}")
    chosen: Select[Any] = select(*columns(prices))
    return with_prices(chosen, prices).where(is_due(today, DAYS_AFTER, days), such(prices)).correlate(None)


def price_leaps(prices: CTE) -> ColumnElement[bool]:
    """Is a seat charged at many times, or a small part, of what it cost last?

    Of a term that was imported nobody knows what it cost, and one that was bought late cost the list price, by which
    nobody renews in time: the version of the price before the one in force stands in. Once expired nothing is charged.
    """
    earlier = aliased(PriceRow)
    before = (
        select(col(earlier.renewal_price))
        .where(col(earlier.sku) == prices.c.sku, col(earlier.term) == prices.c.term)
        .where(col(earlier.currency) == prices.c.currency, col(earlier.id) != prices.c.id)
        .where(col(earlier.effective_at) <= prices.c.effective_at)
        .order_by(col(earlier.effective_at).desc(), col(earlier.version).desc())
        .limit(1)
        .correlate(prices)
        .scalar_subquery()
    )
    paid = case((and_(prices.c.term == col(_S.term), ~_bought_late()), col(_S.unit_price)))
    last, next_ = func.coalesce(paid, before), next_seat_price(prices)
    charged = and_(RENEWS_AUTOMATICALLY, col(_S.phase) != Phase.EXPIRED.value)
    return and_(charged, next_ != last, or_(next_ >= last * LEAP, next_ * LEAP <= last))


def _bought_late() -> ColumnElement[bool]:
    """Was the running term bought at the list price, once the one before it had expired?"""
    line = OrderLineRow
    at_list_price = col(line.receipt)["basis"].astext == "list_price"
    such = and_(col(line.term_starts_on) == col(_S.starts_on), col(line.renewal_id).is_not(None), at_list_price)
    settled = exists().where(col(RenewalRow.id) == col(line.renewal_id), col(RenewalRow.order_id) == col(line.order_id))
    return exists().where(col(line.subscription) == col(_S.number), such, settled).correlate(_S)


def is_not_sold(prices: CTE) -> ColumnElement[bool]:
    """Without a price nothing can be planned; what was chosen before it was retired is still renewed as chosen."""
    retired = and_(col(_S.pending_term).is_not(None), prices.c.status == OfferingStatus.RETIRED.value)
    return or_(prices.c.sku.is_(None), retired)
