"""Odd facts, each by itself: a term that two orders paid, a price that leaps, a policy that is dated oddly."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Date, and_, cast, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from activities.noticed import Noticed
from models.catalog import PolicyRow, PriceRow
from models.odd_payments import paid_twice
from models.odd_prices import LEAP, price_leaps, priced
from models.parties import CustomerRow
from models.pipeline import DUE_ON, next_seat_price, prices_in_force
from models.subscriptions import SubscriptionRow
from models.troubles import NEAR
from renewals.facts import OfferingStatus
from renewals.money import Money

PAID_TWICE = "paid_twice"
PRICE_LEAPS = "price_leaps"
POLICY_DATE_ODD = "policy_date_odd"

LOOKED_BACK = timedelta(days=2)
"""Payments of so long are compared at each look: more than an outage of the watchdog usually takes."""
FAR_AHEAD = timedelta(days=400)
"""Policies are made for the coming year: a later day is more likely another year than meant."""


async def paid_by_two(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    for number, renewal, starts_on in await session.execute(paid_twice(now - LOOKED_BACK)):
        detail = f"The term from {starts_on} was paid more than once; see the orders for which, and refund one of them."
        yield Noticed(PAID_TWICE, detail, str(renewal), number, {"starts_on": starts_on.isoformat()})


async def leaping_prices(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """Versions of prices that leap: as soon as they are made for a day to come, before a mail names them; else once
    somebody is about to be charged by them. Seldom is there one to ask about.
    """
    async for coming in _leaps_to_come(session, now):
        yield coming
    earlier = aliased(PriceRow)
    prices = prices_in_force(now)
    other = col(earlier.renewal_price)
    before = (
        exists()
        .where(col(earlier.sku) == prices.c.sku, col(earlier.term) == prices.c.term)
        .where(col(earlier.currency) == prices.c.currency, col(earlier.version) < prices.c.version)
        .where(_leaps(prices.c.renewal_price, other))
    )
    leaping = (await session.scalars(select(prices.c.id).where(before))).all()
    if not leaping:
        return
    for version, sku, term, currency, price, count, first in await session.execute(_by_price(now, leaping)):
        detail = (
            f"{sku}, {term}: {Money(price, currency)} a seat, against what was paid last; "
            f"{count} are charged by it within {NEAR} days, the first on {first}."
        )
        facts = {"sku": sku, "term": term, "price": price, "currency": currency, "count": int(count), "days": NEAR}
        facts |= {"first": first.isoformat()}
        yield Noticed(PRICE_LEAPS, detail, _of(sku, term, currency, version, price), facts=facts)


async def _leaps_to_come(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """Versions that come into force later, against the one in force."""
    row, prices = PriceRow, prices_in_force(now, "before_it")
    same = and_(prices.c.sku == col(row.sku), prices.c.term == col(row.term), prices.c.currency == col(row.currency))
    query = select(row, prices.c.renewal_price).join(prices, same)
    query = query.where(col(row.effective_at) > now, col(row.status) == OfferingStatus.ACTIVE.value)
    leaping = query.where(_leaps(col(row.renewal_price), prices.c.renewal_price)).order_by(col(row.effective_at))
    for each, before in await session.execute(leaping):
        on, price = each.effective_at.date().isoformat(), each.renewal_price
        detail = (
            f"{each.sku}, {each.term}: {Money(price, each.currency)} a seat from {on}, "
            f"against {Money(before, each.currency)} now."
        )
        facts = {"sku": each.sku, "term": each.term, "price": price, "before_price": before, "currency": each.currency}
        facts |= {"effective_on": on}
        yield Noticed(PRICE_LEAPS, detail, _of(each.sku, each.term, each.currency, each.version, price), facts=facts)


def _of(sku: str, term: str, currency: str, version: int, price: int) -> str:
    """What is told once: a version, and what by it a seat costs, which is less for whom a lower price was announced."""
    return f"{sku}/{term}/{currency}/{version}: {price}"


def _leaps(price: Any, other: Any) -> ColumnElement[bool]:
    return and_(price != other, or_(price >= other * LEAP, price * LEAP <= other))


def _by_price(now: datetime, leaping: Sequence[UUID]) -> Any:
    def version_leaps(prices: CTE) -> ColumnElement[bool]:
        return and_(prices.c.id.in_(leaping), price_leaps(prices))

    def columns(prices: CTE) -> tuple[Any, ...]:
        of_price = col(SubscriptionRow.sku), prices.c.term, col(CustomerRow.currency), next_seat_price(prices)
        return prices.c.version, *of_price, func.count(), func.min(DUE_ON)

    found = priced(now.date(), now, NEAR, version_leaps, columns)
    return found.group_by(text("1, 2, 3, 4, 5")).order_by(text("2, 3, 4, 5"))


async def odd_policies(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """New versions that began before they were made, or begin so late that the year looks wrong."""
    row = PolicyRow
    made_on: Any = cast(func.timezone("UTC", col(row.set_at)), Date)
    odd = or_(col(row.effective_on) < made_on - 1, col(row.effective_on) > made_on + FAR_AHEAD.days)
    for each in await session.scalars(select(row).where(col(row.set_at) >= now - LOOKED_BACK, odd)):
        detail = f"Version {each.version} of {_scope(each)} is dated {_said(each.effective_on, each.set_at.date())}."
        facts = {"version": each.version, "for": [name for name in (each.sku, each.country, each.channel) if name]}
        facts |= {"effective_on": each.effective_on.isoformat(), "made_on": each.set_at.date().isoformat()}
        yield Noticed(POLICY_DATE_ODD, detail, str(each.id), facts=facts)


def _scope(row: PolicyRow) -> str:
    return "the policy for " + (", ".join(each for each in (row.sku, row.country, row.channel) if each) or "all")


def _said(effective_on: date, made_on: date) -> str:
    return f"{effective_on}, {'before' if effective_on < made_on else 'long after'} the day it was made"
