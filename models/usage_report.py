"""How much is used, of many subscriptions: per subscription, per product, per user."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.catalog import OfferingRow
from models.parties import CustomerRow
from models.seat_use import UserOfSeat, usage_of, users_of
from models.subscriptions import SubscriptionRow
from renewals.calendar import local_date
from renewals.facts import Phase
from renewals.usage import LONG_DAYS, SHORT_DAYS, Usage


@dataclass(frozen=True, slots=True)
class SubscriptionUse:
    """The seats of one subscription and their use on the day `on`, its own today unless another was asked for."""

    number: str
    csn: str
    customer: str
    sku: str
    product: str
    seats: int
    on: date
    usage: Usage


@dataclass(frozen=True, slots=True)
class ProductUse:
    """The same of all subscriptions of a customer to a product.

    `told_on` is the oldest day up to which one of them was told; `untold` of them never were, and count as unused.
    `days_30` and `days_90` sum up on how many days each user used it; None where that is not known of every user.
    """

    csn: str
    customer: str
    sku: str
    product: str
    subscriptions: int
    seats: int
    assigned: int
    active_30: int
    active_90: int
    days_30: int | None
    days_90: int | None
    told_on: date | None
    untold: int


@dataclass(frozen=True, slots=True)
class UserUse:
    """A user of a subscription. `user` is a mail address, and personal.

    `days_30` and `days_90` are on how many days it was used; None where that is not known.
    """

    subscription: str
    product: str
    user: str
    assigned_on: date
    last_used_on: date | None
    active_30: bool
    active_90: bool
    days_30: int | None
    days_90: int | None


def chosen(customer: str | None, subscription: str | None) -> ColumnElement[bool]:
    """Of subscriptions that have not lapsed: those of a customer, or one by its number, or all."""
    if subscription is not None:
        return col(SubscriptionRow.number) == subscription
    alive = col(SubscriptionRow.phase) != Phase.LAPSED
    return alive & (col(SubscriptionRow.csn) == customer if customer is not None else true())


async def use_of(
    session: AsyncSession, which: ColumnElement[bool], wall_now: datetime, as_of: date | None = None
) -> list[SubscriptionUse]:
    """The use of the subscriptions, in order of customer, product and number."""
    query = (
        select(SubscriptionRow, CustomerRow, OfferingRow)
        .join(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
        .join(OfferingRow, col(OfferingRow.sku) == col(SubscriptionRow.sku))
        .where(which)
        .order_by(col(SubscriptionRow.csn), col(SubscriptionRow.sku), col(SubscriptionRow.number))
    )
    rows = (await session.execute(query)).all()
    days = {row.number: as_of or local_date(wall_now + row.shift, customer.time_zone) for row, customer, _ in rows}
    usages: dict[str, Usage] = {}
    for on in sorted(set(days.values())):
        usages |= await usage_of(session, [number for number, day in days.items() if day == on], on)
    return [
        SubscriptionUse(
            number=row.number,
            csn=row.csn,
            customer=customer.name,
            sku=row.sku,
            product=offering.name,
            seats=row.seats,
            on=days[row.number],
            usage=usages[row.number],
        )
        for row, customer, offering in rows
    ]


def by_product(uses: Iterable[SubscriptionUse]) -> list[ProductUse]:
    """Summed up by customer and product; the uses come in that order."""
    return [_sum(list(group)) for _, group in groupby(uses, key=lambda each: (each.csn, each.sku))]


def _sum(uses: Sequence[SubscriptionUse]) -> ProductUse:
    first, told = uses[0], [each.usage.told_on for each in uses if each.usage.told_on]
    return ProductUse(
        csn=first.csn,
        customer=first.customer,
        sku=first.sku,
        product=first.product,
        subscriptions=len(uses),
        seats=sum(each.seats for each in uses),
        assigned=sum(each.usage.assigned for each in uses),
        active_30=sum(each.usage.active_30 for each in uses),
        active_90=sum(each.usage.active_90 for each in uses),
        days_30=_days(each.usage.days_30 for each in uses if each.usage.told_on),
        days_90=_days(each.usage.days_90 for each in uses if each.usage.told_on),
        told_on=min(told, default=None),
        untold=len(uses) - len(told),
    )


def _days(counts: Iterable[int | None]) -> int | None:
    """The sum, if there is one of each that was told, and any."""
    known = list(counts)
    return sum(each or 0 for each in known) if known and None not in known else None


async def by_user(session: AsyncSession, uses: Iterable[SubscriptionUse]) -> list[UserUse]:
    """Every user with a seat of the subscriptions, in order of number and address."""
    uses = list(uses)
    of = {each.number: each for each in uses}
    found: list[UserOfSeat] = []
    for on in sorted({each.on for each in uses}):
        found += await users_of(session, [each.number for each in uses if each.on == on], on)
    found.sort(key=lambda each: (each.subscription, each.user))
    return [_user_use(each, of[each.subscription].product, of[each.subscription].on) for each in found]


def _user_use(seat: UserOfSeat, product: str, on: date) -> UserUse:
    """What is known of one user on a day."""
    return UserUse(
        subscription=seat.subscription,
        product=product,
        user=seat.user,
        assigned_on=seat.assigned_on,
        last_used_on=seat.last_used_on,
        active_30=seat.was_active(on, SHORT_DAYS),
        active_90=seat.was_active(on, LONG_DAYS),
        days_30=seat.days_30,
        days_90=seat.days_90,
    )
