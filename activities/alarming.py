"""Alarms that nobody's own step would raise: what only shows when many rows are held beside each other.

The watchdog asks at each look. Each question reads what is new, or where there is little, by an index. What is to be
ended by hand is told once for its subject, whether or not it goes on.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Date, and_, cast, exists, func, literal_column, not_, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.types import String
from sqlmodel import col

from models.catalog import PolicyRow, PriceRow
from models.columns import fixed
from models.engine import Sessions
from models.journal import clear_alarm, raise_alarm
from models.parties import CustomerRow
from models.payments import AttemptRow
from models.pipeline import DUE_ON, next_seat_price, prices_in_force
from models.records import BY_STAFF, DEED, AlarmRow, CommandRow, EventRow
from models.subscriptions import SubscriptionRow
from models.troubles import A_DAY, LEAP, NEAR, locked_though_paid, paid_twice, price_leaps, priced
from renewals.commands import Name
from renewals.money import Money
from renewals.payments import AttemptState

MOST_AT_ONCE = 1_000
PATIENCE_MS = 10_000
"""How long a question may take: the watchdog is believed dead when it is silent for two minutes."""

PAID_TWICE = "paid_twice"
LOCKED = "locked_though_paid"
PRICE_LEAPS = "price_leaps"
MANY_DECLINES = "many_declines"
MANY_REFUNDS = "many_refunds"
CANCELLED_TOGETHER = "cancelled_together"
POLICY_DATE_ODD = "policy_date_odd"

LOOKED_BACK = timedelta(days=2)
"""Payments of so long are compared at each look: more than an outage of the watchdog usually takes."""
USUAL_DAYS = 28
LEAST_DECLINES, TIMES_USUAL = 20, 3
"""So many first charges declined with one code in a day, and so many times its usual share, are a wave."""
LEAST_USUAL, ONE_IN = 50, 5
"""Fewer first charges in four weeks say nothing of what is usual: then this part of a day's is a wave."""
LEAST_REFUNDS, WITHIN = 20, timedelta(hours=1)
"""So many refunds by one operator in so short a time are looked at."""
LEAST_CANCELS = 10
"""So many subscriptions of one customer that are cancelled in a day are looked at."""
FAR_AHEAD = timedelta(days=400)
"""Policies are made for the coming year: a later day is more likely another year than meant."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Noticed:
    """What there is to tell; without a subscription it is about the installation as a whole."""

    kind: str
    detail: str
    subject: str
    subscription: str | None = None
    counted: "Counted | None" = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Of whom or what something was counted, and over how long: one wave is still counted on the day after."""

    of: str
    over: timedelta


Question = Callable[[AsyncSession, datetime], AsyncIterator[Noticed]]


async def alarm_together(sessions: Sessions, now: datetime) -> int:
    """Raise what is new, and clear what is in order again; how many were raised.

    Each question has a transaction and little time of its own: one that fails silences no other, nor keeps the watchdog
    from waking renewals after it.
    """
    compared: list[Callable[[AsyncSession, datetime], Awaitable[int]]] = [_locked]
    compared += [partial(_tell, question) for question in QUESTIONS]
    raised = 0
    for compare in compared:
        try:
            async with sessions.begin() as session:
                await session.execute(text(f"SET LOCAL statement_timeout = {PATIENCE_MS}"))
                raised += await compare(session, now)
        except DBAPIError as error:
            _log.warning("the watchdog could not compare, and tries again: %s", type(error.orig).__name__)
    return raised


async def _tell(question: Question, session: AsyncSession, now: datetime) -> int:
    raised = 0
    async for each in question(session, now):
        if not await _was_told(session, each, now):
            raised += await raise_alarm(session, each.subscription, each.kind, each.detail, now, subject=each.subject)
    return raised


async def _was_told(session: AsyncSession, noticed: Noticed, now: datetime) -> bool:
    """Under its subject; or, of what is counted, under that of a day before, so lately that it is still the same."""
    row = AlarmRow
    same = col(row.subject) == noticed.subject
    if noticed.counted:
        earlier = [_of_day(noticed.counted.of, now - A_DAY * days) for days in (1, 2)]
        lately = col(row.raised_at) > now - 2 * noticed.counted.over
        same = or_(same, and_(col(row.subject).in_(earlier), lately))
    told = select(col(row.id)).where(col(row.kind) == noticed.kind, same)
    return (await session.execute(told.limit(1))).first() is not None


def _counted(kind: str, detail: str, of: str, over: timedelta, now: datetime) -> Noticed:
    return Noticed(kind, detail, _of_day(of, now), counted=Counted(of, over))


def _of_day(what: str, at: datetime) -> str:
    return f"{what} {at.date()}"


async def _locked(session: AsyncSession, now: datetime) -> int:
    row, raised = SubscriptionRow, 0
    open_ones = select(col(AlarmRow.subscription)).where(
        col(AlarmRow.kind) == LOCKED, col(AlarmRow.cleared_at).is_(None)
    )
    locked = locked_though_paid(now)
    for well in await session.scalars(select(row).where(col(row.number).in_(open_ones), not_(locked))):
        await clear_alarm(session, well.number, LOCKED, now + well.shift)
    for each in await session.scalars(select(row).where(locked).limit(MOST_AT_ONCE)):
        since = each.suspended_at or each.access_until
        detail = f"{each.phase}, paid up to {each.renews_on}, and without access since {since.date()}"
        raised += await raise_alarm(session, each.number, LOCKED, detail, now + each.shift)
    return raised


async def _paid_twice(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    for number, renewal, starts_on in await session.execute(paid_twice(now - LOOKED_BACK)):
        detail = f"The term from {starts_on} was paid more than once; see the orders for which, and refund one of them."
        yield Noticed(PAID_TWICE, detail, str(renewal), number)


async def _price_leaps(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """Versions of prices that leap, once somebody is about to be charged by them. Seldom is there one to ask about."""
    earlier = aliased(PriceRow)
    prices = prices_in_force(now)
    other = col(earlier.renewal_price)
    before = (
        exists()
        .where(col(earlier.sku) == prices.c.sku, col(earlier.term) == prices.c.term)
        .where(col(earlier.currency) == prices.c.currency, col(earlier.version) < prices.c.version)
        .where(prices.c.renewal_price != other)
        .where(or_(prices.c.renewal_price >= other * LEAP, prices.c.renewal_price * LEAP <= other))
    )
    leaping = (await session.scalars(select(prices.c.id).where(before))).all()
    if not leaping:
        return
    for sku, term, currency, price, count, first in await session.execute(_by_price(now, leaping)):
        detail = (
            f"{sku}, {term}: {Money(price, currency)} a seat, against what was paid last; "
            f"{count} are charged by it within {NEAR} days, the first on {first}."
        )
        yield Noticed(PRICE_LEAPS, detail, f"{sku}/{term}/{currency}/{price}")


def _by_price(now: datetime, leaping: Sequence[UUID]) -> Any:
    def version_leaps(prices: CTE) -> ColumnElement[bool]:
        return and_(prices.c.id.in_(leaping), price_leaps(prices))

    def columns(prices: CTE) -> tuple[Any, ...]:
        of_price = col(SubscriptionRow.sku), prices.c.term, col(CustomerRow.currency), next_seat_price(prices)
        return *of_price, func.count(), func.min(DUE_ON)

    found = priced(now.date(), now, NEAR, version_leaps, columns)
    return found.group_by(text("1, 2, 3, 4")).order_by(text("1, 2, 3, 4"))


async def _many_declines(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """By code: the share of a day's first charges that it declined, against that of the four weeks before."""
    today = await _first_charges(session, now - A_DAY, now)
    answered = sum(today.values())
    many = {code: count for code, count in today.items() if code and count >= LEAST_DECLINES}
    if not many:
        return
    usual = await _first_charges(session, now - A_DAY * (USUAL_DAYS + 1), now - A_DAY)
    usually = sum(usual.values())
    for code, count in many.items():
        before = usual.get(code, 0)
        unusual = count * usually > before * answered * TIMES_USUAL
        if unusual if usually >= LEAST_USUAL else count * ONE_IN > answered:
            detail = (
                f"{count} of {answered} first charges of a day were declined with {code}; "
                f"in the four weeks before, {before} of {usually}."
            )
            yield _counted(MANY_DECLINES, detail, code, A_DAY, now)


async def _first_charges(session: AsyncSession, since: datetime, until: datetime) -> dict[str, int]:
    """First charges that were answered, by the code of their decline; paid ones have none."""
    row = AttemptRow
    code = func.coalesce(col(row.code), "").label("code")
    answered = (AttemptState.PAID.value, AttemptState.DECLINED.value)
    query = (
        select(code, func.count())
        .where(col(row.called_at) >= since, col(row.called_at) < until)
        .where(col(row.n) == 1, col(row.state).in_(answered))
        .group_by(code)
    )
    return {found: int(count) for found, count in await session.execute(query)}


async def _many_refunds(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    row = EventRow
    query = (
        select(col(row.caused_by), func.count())
        .where(text(BY_STAFF), literal_column(DEED, String) == Name.REFUND.value)
        .where(col(row.data)["outcome"].astext == "done", col(row.at) >= now - WITHIN, col(row.at) < now)
        .group_by(col(row.caused_by))
        .having(func.count() >= LEAST_REFUNDS)
    )
    for by, count in await session.execute(query):
        yield _counted(MANY_REFUNDS, f"{by} gave {count} refunds within an hour.", by, WITHIN, now)


async def _cancelled_together(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    row, csn = CommandRow, col(SubscriptionRow.csn)
    numbers = func.count(col(SubscriptionRow.number).distinct())
    query = (
        select(csn, numbers)
        .select_from(row)
        .join(SubscriptionRow, col(SubscriptionRow.number) == col(row.subscription))
        .where(col(row.name) == fixed(Name.CANCEL_AUTO_RENEW.value), col(row.outcome) == "done")
        .where(col(row.stored_at) >= now - A_DAY, col(row.stored_at) < now)
        .group_by(csn)
        .having(numbers >= LEAST_CANCELS)
    )
    for customer, count in await session.execute(query):
        detail = f"{count} subscriptions of {customer} were cancelled within a day."
        yield _counted(CANCELLED_TOGETHER, detail, customer, A_DAY, now)


async def _odd_policies(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """New versions that began before they were made, or begin so late that the year looks wrong."""
    row = PolicyRow
    made_on: Any = cast(func.timezone("UTC", col(row.set_at)), Date)
    odd = or_(col(row.effective_on) < made_on - 1, col(row.effective_on) > made_on + FAR_AHEAD.days)
    for each in await session.scalars(select(row).where(col(row.set_at) >= now - LOOKED_BACK, odd)):
        detail = f"Version {each.version} of {_scope(each)} is dated {_said(each.effective_on, each.set_at.date())}."
        yield Noticed(POLICY_DATE_ODD, detail, str(each.id))


def _scope(row: PolicyRow) -> str:
    return "the policy for " + (", ".join(each for each in (row.sku, row.country, row.channel) if each) or "all")


def _said(effective_on: date, made_on: date) -> str:
    return f"{effective_on}, {'before' if effective_on < made_on else 'long after'} the day it was made"


QUESTIONS: tuple[Question, ...] = (
    _paid_twice,
    _price_leaps,
    _many_declines,
    _many_refunds,
    _cancelled_together,
    _odd_policies,
)
