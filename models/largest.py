"""The largest renewals at risk: of each currency those that would cost most to lose, with what stands in their way.

A cause that threatens hundreds hides the one that matters; these few are worth a call today.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.at_risk import Cause, at_stake, threatens
from models.parties import CustomerRow
from models.pipeline import next_amount, prices_in_force, with_prices
from models.subscriptions import SubscriptionRow

MOST = 5
"""So many of each currency: amounts of two currencies have no order."""


@dataclass(frozen=True, slots=True)
class Large:
    """A renewal at risk: its currency, what it would cost (minor units), and every cause that threatens it."""

    number: str
    currency: str
    amount: int
    causes: tuple[Cause, ...]


async def largest(session: AsyncSession, today: date, now: datetime) -> list[Large]:
    """By currency, the largest first. What is among them by all causes is so by each of its own."""
    prices, number, currency = prices_in_force(now), col(SubscriptionRow.number), col(CustomerRow.currency)
    amount = next_amount(prices)
    place = func.row_number().over(partition_by=currency, order_by=(amount.desc(), number))
    parts = [
        with_prices(
            select(
                literal(cause.value).label("cause"),
                currency.label("currency"),
                number.label("number"),
                amount.label("amount"),
                place.label("place"),
            ),
            prices,
        ).where(at_stake(today), threatens(cause, now))
        for cause in Cause
    ]
    each = union_all(*parts).subquery().c
    query = select(each.currency, each.amount, each.number, each.cause).where(each.place <= MOST, each.amount > 0)
    threatened: defaultdict[tuple[str, int, str], set[Cause]] = defaultdict(set)
    for money, minor, its, cause in await session.execute(query):
        threatened[money, -int(minor), its].add(Cause(cause))
    found: defaultdict[str, list[Large]] = defaultdict(list)
    for money, minor, its in sorted(threatened):
        causes = threatened[money, minor, its]
        found[money].append(Large(its, money, -minor, tuple(cause for cause in Cause if cause in causes)))
    return [large for money in sorted(found) for large in found[money][:MOST]]
