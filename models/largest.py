"""The largest renewals at risk: of each currency those that would cost most to lose, with what stands in their way.

A cause that threatens hundreds hides the one that matters; these few are worth a call today. Hundreds that cost the
same take one place together, so that they hide nothing either.
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
"""So many amounts of each currency: those of two currencies have no order."""


@dataclass(frozen=True, slots=True)
class Large:
    """A renewal at risk: its currency, what it would cost (minor units), and every cause that threatens it.

    `more` others of that currency would cost just as much.
    """

    number: str
    currency: str
    amount: int
    causes: tuple[Cause, ...]
    more: int = 0


async def largest(session: AsyncSession, today: date, now: datetime) -> list[Large]:
    """By currency, the largest first; of those that cost the same the first by its number.

    An amount that is among the largest by all causes is so by each of its own.
    """
    prices, number, currency = prices_in_force(now), col(SubscriptionRow.number), col(CustomerRow.currency)
    amount = next_amount(prices)
    place = func.dense_rank().over(partition_by=currency, order_by=amount.desc())
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
    threatened = (
        select(each.currency, each.amount, each.number, func.array_agg(each.cause).label("causes"))
        .where(each.place <= MOST, each.amount > 0)
        .group_by(each.currency, each.amount, each.number)
        .subquery()
    )
    t, of_one = threatened.c, (threatened.c.currency, threatened.c.amount)
    alike = select(
        *(t.currency, t.amount, t.number, t.causes),
        func.row_number().over(partition_by=of_one, order_by=t.number).label("n"),
        func.count().over(partition_by=of_one).label("count"),
    ).subquery()
    query = select(alike).where(alike.c.n == 1).order_by(alike.c.currency, alike.c.amount.desc())
    found: defaultdict[str, list[Large]] = defaultdict(list)
    for money, minor, its, causes, _, count in await session.execute(query):
        in_order = tuple(cause for cause in Cause if cause in causes)
        found[money].append(Large(its, money, int(minor), in_order, count - 1))
    return [large for its in found.values() for large in its[:MOST]]
