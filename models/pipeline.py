"""The renewal pipeline: what is due around a day, by renewal date, currency, way and phase, aggregated by PostgreSQL.

It holds every subscription from 90 days before its renewal date to 45 days after it, as the early and the late window
do (domain.md 3), and what was paid for renewal dates that have passed since. Renewal dates are counted in the world's
time: a clock that runs ahead is taken back. The rules of price and way are those of `renewals/`, in SQL; a test holds
both together.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CTE, ColumnElement, Date, Select, and_, case, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.catalog import PriceRow
from models.columns import fixed
from models.parties import CustomerRow, PaymentMethodRow
from models.payments import OrderLineRow, OrderRow
from models.subscriptions import RenewalRow, SubscriptionRow
from renewals.facts import Channel, Phase
from renewals.payments import MethodKind, Way

DAYS_BEFORE, DAYS_AFTER = 90, 45

_S = SubscriptionRow


class Path(StrEnum):
    """By which way a renewal comes about."""

    AUTOMATIC = "automatic"
    BY_HAND = "by_hand"
    PARTNER = "partner"
    LEGACY = "legacy"


PAID = "paid"
"""Stands for the phase where the next term, or the one that began on the renewal date, is paid."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many renewals of one day, currency, way and phase there are, and for how much (minor units)."""

    due_on: date
    currency: str
    path: Path
    phase: str
    count: int
    amount: int


DUE_ON: ColumnElement[date] = cast(col(_S.renews_on) - col(_S.shift), Date)
"""The renewal date in the world's time; the index `ix_subscriptions_due_on` is on this very expression."""

LIVES = and_(col(_S.phase) != fixed(Phase.LAPSED.value), col(_S.live_at).is_not(None))
DIRECT = col(_S.channel).in_([Channel.DIRECT_ONLINE.value, Channel.DIRECT_SALES.value])
CHARGEABLE = col(PaymentMethodRow.kind).in_([kind.value for kind in MethodKind if kind.charges_automatically])
RENEWS_AUTOMATICALLY = and_(col(_S.auto_renew), DIRECT, func.coalesce(CHARGEABLE, False))
"""`Subscription.renews_automatically`, over a left join to the payment method."""
IS_CHARGED_BY_ITSELF = and_(
    RENEWS_AUTOMATICALLY,
    col(_S.parked_at).is_(None),
    col(_S.phase).not_in([Phase.EXPIRED.value, Phase.LAPSED.value]),
)
"""`Subscription.is_charged_by_itself`, likewise."""

_BY_CHANNEL = (
    (col(_S.channel) == Channel.PARTNER.value, Path.PARTNER.value),
    (col(_S.channel) == Channel.LEGACY.value, Path.LEGACY.value),
)
PATH = case((RENEWS_AUTOMATICALLY, Path.AUTOMATIC.value), *_BY_CHANNEL, else_=Path.BY_HAND.value)
"""By which way the next term comes about, over a left join to the payment method."""


def in_window(today: date) -> ColumnElement[bool]:
    """Is the renewal date near enough?"""
    return DUE_ON.between(*_window(today))


def _window(today: date) -> tuple[date, date]:
    return today - timedelta(days=DAYS_AFTER), today + timedelta(days=DAYS_BEFORE)


def is_due(today: date, before: int, after: int) -> ColumnElement[bool]:
    """Is the next term unpaid, its date from so many days before today to so many after, and nobody keeps it back?"""
    span = DUE_ON.between(today - timedelta(days=before), today + timedelta(days=after))
    return and_(span, LIVES, col(_S.phase) != Phase.RENEWED.value, col(_S.parked_at).is_(None))


def prices_in_force(now: datetime, name: str = "in_force") -> CTE:
    """Of each offering, term and currency the last version in effect. Two of them in one statement have two names."""
    price = PriceRow
    return (
        select(price)
        .ext(distinct_on(col(price.sku), col(price.term), col(price.currency)))
        .where(col(price.effective_at) <= now)
        .order_by(*(col(each) for each in (price.sku, price.term, price.currency)))
        .order_by(col(price.effective_at).desc(), col(price.version).desc())
        .cte(name)
    )


def next_seat_price(prices: CTE) -> ColumnElement[int]:
    """What a seat of the next term costs its buyer now, over a left join to `prices`; NULL without a price."""
    announced = and_(RENEWS_AUTOMATICALLY, col(_S.announced_term) == func.coalesce(col(_S.pending_term), col(_S.term)))
    return case(
        (col(_S.phase) == Phase.EXPIRED.value, prices.c.list_price),
        (announced, func.least(prices.c.renewal_price, col(_S.announced_unit_price))),
        else_=prices.c.renewal_price,
    )


def next_amount(prices: CTE) -> ColumnElement[int]:
    """What the next term costs its buyer now (`renewals.pricing.next_line`), over a left join to `prices`."""
    return func.coalesce(next_seat_price(prices) * func.coalesce(col(_S.pending_seats), col(_S.seats)), 0)


def with_prices(query: Select[*tuple[Any, ...]], prices: CTE) -> Select[*tuple[Any, ...]]:
    """The query over subscriptions, joined to what bears on way and price."""
    is_of = and_(
        prices.c.sku == col(_S.sku),
        prices.c.term == func.coalesce(col(_S.pending_term), col(_S.term)),
        prices.c.currency == col(CustomerRow.currency),
    )
    return (
        query.select_from(_S)
        .join(CustomerRow, col(CustomerRow.csn) == col(_S.csn))
        .outerjoin(PaymentMethodRow, col(PaymentMethodRow.id) == col(_S.method_id))
        .outerjoin(prices, is_of)
    )


def _unpaid(first: date, last: date, now: datetime) -> Select[*tuple[Any, ...]]:
    prices = prices_in_force(now)
    columns: tuple[ColumnElement[Any], ...] = (
        DUE_ON.label("due_on"),
        col(CustomerRow.currency).label("currency"),
        PATH.label("path"),
    )
    query = select(*columns, col(_S.phase).label("phase"), next_amount(prices).label("amount"))
    return with_prices(query, prices).where(DUE_ON.between(first, last), LIVES, col(_S.phase) != Phase.RENEWED.value)


def _paid(first: date, last: date, *, clocks_may_run_ahead: bool) -> Select[*tuple[Any, ...]]:
    """Renewals that are settled, by the renewal date that they are for.

    A clock that runs ahead has later dates of its own; where none may, they end with the days that are asked for.
    """
    line, renewal = OrderLineRow, RenewalRow
    due_on = cast(col(renewal.term_starts_on) - col(_S.shift), Date)
    path = case(
        (col(OrderRow.way) == Way.AUTOMATIC.value, Path.AUTOMATIC.value), *_BY_CHANNEL, else_=Path.BY_HAND.value
    )
    columns: tuple[ColumnElement[Any], ...] = (
        due_on.label("due_on"),
        col(OrderRow.currency).label("currency"),
        path.label("path"),
    )
    query = (
        select(*columns, literal(PAID).label("phase"), col(line.amount).label("amount"))
        .select_from(renewal)
        .join(line, and_(col(line.order_id) == col(renewal.order_id), col(line.renewal_id) == col(renewal.id)))
        .join(OrderRow, col(OrderRow.id) == col(line.order_id))
        .join(_S, col(_S.number) == col(renewal.subscription))
        .where(col(renewal.settled_at).is_not(None))
        .where(col(renewal.term_starts_on) >= first, due_on.between(first, last))
    )
    return query if clocks_may_run_ahead else query.where(col(renewal.term_starts_on) <= last)


async def pipeline(session: AsyncSession, today: date, now: datetime) -> list[Cell]:
    """Every cell around a day that is not empty, in order of days."""
    return await pipeline_between(session, *_window(today), now)


async def pipeline_between(
    session: AsyncSession, first: date, last: date, now: datetime, *, clocks_may_run_ahead: bool = True
) -> list[Cell]:
    """Every cell from one day to another that is not empty, in order of days."""
    paid = _paid(first, last, clocks_may_run_ahead=clocks_may_run_ahead)
    each = union_all(_unpaid(first, last, now), paid).subquery().c
    keys = (each.due_on, each.currency, each.path, each.phase)
    query = select(*keys, func.count(), func.sum(each.amount)).group_by(*keys).order_by(*keys)
    return [
        Cell(due_on, currency, Path(path), phase, count, int(amount))
        for due_on, currency, path, phase, count, amount in await session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Counts:
    """The whole portfolio: how many in each phase, not live yet, parked, and live but without a plan."""

    phases: dict[Phase, int]
    not_live: int
    parked: int
    unplanned: int

    @property
    def total(self) -> int:
        return sum(self.phases.values())


async def counts(session: AsyncSession) -> Counts:
    """The portfolio as it stands; four counts, each by an index of its own."""
    by_phase = select(col(_S.phase), func.count()).group_by(col(_S.phase))
    found = {Phase(phase): int(count) for phase, count in await session.execute(by_phase)}
    aside = (
        (col(_S.live_at).is_(None),),
        (col(_S.parked_at).is_not(None),),
        (col(_S.next_step_at).is_(None), col(_S.parked_at).is_(None), col(_S.phase) != fixed(Phase.LAPSED.value)),
    )
    counted = (select(func.count()).select_from(_S).where(*which).scalar_subquery() for which in aside)
    not_live, parked, unplanned = (await session.execute(select(*counted))).one()
    return Counts({phase: found.get(phase, 0) for phase in Phase}, not_live, parked, unplanned)
