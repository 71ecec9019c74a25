"""What an operator looks into beside alarms: money taken twice, access locked though paid, steps that are not taken.

Each trouble is a condition on `subscriptions`, for counting here and for listing elsewhere: both show the same. Each
is sought from where it is rare, by an index, so that a portfolio without troubles costs little to look over.
Thresholds are so wide that ordinary days have none.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Time,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.baskets import BasketLineRow, BasketRow
from models.bought_twice import bought_by_one
from models.columns import fixed
from models.engine import limit_statements, took_too_long
from models.odd_payments import attempted, ends_paid_in_part, in_doubt, paid_twice, refunds_owed
from models.odd_prices import is_not_sold, price_leaps, priced
from models.parties import CustomerRow, PaymentMethodRow
from models.pauses import resumed_since
from models.payments import AttemptRow
from models.pipeline import CHARGEABLE, DIRECT, is_due
from models.records import CommandRow, NoticeRow
from models.seat_use import holds_seat
from models.seats import SeatAssignmentRow
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase
from renewals.payments import AttemptState

_log = logging.getLogger(__name__)

LATE = timedelta(minutes=10)
"""A step, a command or a line of an order that nobody has seen to for so long is left lying."""
WAITS = timedelta(hours=1)
"""A letter or a refund that nobody takes for so long."""
A_DAY = timedelta(days=1)
LONG_PENDING = timedelta(days=10)
"""A direct debit takes days; longer than this it is lost."""
TAKEN_LATELY = timedelta(days=30)
"""Orders are compared with each other as far back as their attempts were made since."""
PARKED_LONG = timedelta(days=30)
SOON, NEAR, WITHIN_A_MONTH = 7, 14, 30
"""Days before a renewal date: what then cannot wait, what can still be mended in peace, what can be asked about."""
SEATS_FALL_TO = 10
"""A change to so small a part of the seats is more likely a slip of the keyboard than meant."""
EARLIEST_ZONE = timedelta(hours=14)
"""So long before midnight UTC a day begins where it begins first."""
TOGETHER_MS, ALONE_MS = 10_000, 3_000
"""How long it may take to count all of them at once, and then, if that took too long, each by itself."""

_S = SubscriptionRow


class Trouble(StrEnum):
    """What is looked into, the gravest first: it has cost money or access, soon will, or waits for nobody."""

    PAID_TWICE = "paid_twice"
    LOCKED = "locked"
    OVERDUE = "overdue"
    PRICE_LEAPS = "price_leaps"
    NO_PRICE = "no_price"
    REFUND_OWED = "refund_owed"
    IN_DOUBT = "in_doubt"
    UNANSWERED = "unanswered"
    VOUCHER_ENDS = "voucher_ends"
    CARD_ENDED = "card_ended"
    NOT_LIVE = "not_live"
    LETTER_WAITS = "letter_waits"
    OTHER_ZONE = "other_zone"
    SAME_BUYER = "same_buyer"
    MORE_USERS = "more_users"
    SEATS_FALL = "seats_fall"
    PARKED_LONG = "parked_long"
    DECLINED_LATELY = "declined_lately"


ORDINARY = (Trouble.DECLINED_LATELY,)
"""Every day has some of these: they can be listed, and are no trouble by themselves."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many subscriptions are in a trouble; None where that could not be counted in time."""

    trouble: Trouble
    count: int | None


def is_in(trouble: Trouble, today: date, now: datetime) -> ColumnElement[bool]:
    """The condition on one subscription. It needs no other table joined."""
    match trouble:
        case Trouble.LOCKED:
            return locked_though_paid(now)
        case Trouble.OVERDUE:
            return _overdue(now)
        case Trouble.NOT_LIVE:
            return and_(col(_S.live_at).is_(None), _unlapsed(), col(_S.renews_on) <= today + timedelta(days=NEAR))
        case Trouble.PARKED_LONG:
            return and_(col(_S.parked_at) < now + col(_S.shift) - PARKED_LONG, _unlapsed())
        case Trouble.OTHER_ZONE:
            return and_(is_due(today, NEAR, NEAR), _planned_elsewhere())
        case Trouble.CARD_ENDED:
            return and_(is_due(today, 0, SOON), col(_S.phase) != Phase.EXPIRED.value, _card_ended(today))
        case Trouble.MORE_USERS:
            return and_(is_due(today, 0, WITHIN_A_MONTH), _users(today) > _next_seats())
        case Trouble.SEATS_FALL:
            return and_(is_due(today, 0, NEAR), _next_seats() * SEATS_FALL_TO <= col(_S.seats))
    return col(_S.number).in_(_numbers(trouble, today, now))


def _numbers(trouble: Trouble, today: date, now: datetime) -> Any:
    """Numbers of those that are found from the rows of another table."""
    match trouble:
        case Trouble.PAID_TWICE:
            return select(paid_twice(now - TAKEN_LATELY).subquery().c.subscription)
        case Trouble.PRICE_LEAPS:
            return priced(today, now, NEAR, price_leaps)
        case Trouble.NO_PRICE:
            return priced(today, now, WITHIN_A_MONTH, is_not_sold)
        case Trouble.REFUND_OWED:
            return refunds_owed(now - WAITS)
        case Trouble.IN_DOUBT:
            return attempted(in_doubt(now - A_DAY, now - LONG_PENDING))
        case Trouble.SAME_BUYER:
            return bought_by_one(today, WITHIN_A_MONTH)
        case Trouble.VOUCHER_ENDS:
            return attempted(ends_paid_in_part(now + A_DAY))
        case Trouble.UNANSWERED:
            return _unanswered(now)
        case Trouble.LETTER_WAITS:
            waits = and_(col(NoticeRow.outcome).is_(None), col(NoticeRow.planned_for) < now - WAITS)
            return select(col(NoticeRow.subscription)).where(waits)
    lately = col(AttemptRow.called_at).between(now - A_DAY, now)
    return attempted(and_(col(AttemptRow.state) == AttemptState.DECLINED.value, lately))


def _unlapsed() -> ColumnElement[bool]:
    return col(_S.phase) != fixed(Phase.LAPSED.value)


def locked_though_paid(now: datetime) -> ColumnElement[bool]:
    """In a paid term, by its own clock, and yet the access has ended or is suspended.

    Where access ends with the term, and only the step that ends the term is late, nothing is locked that is paid.
    """
    paid = col(_S.phase).in_([fixed(each.value) for each in (Phase.ACTIVE, Phase.RENEWABLE, Phase.RENEWED)])
    own = literal(now, DateTime(timezone=True)) + col(_S.shift)
    term_ends = func.timezone("UTC", cast(col(_S.renews_on), DateTime(timezone=False))) - EARLIEST_ZONE
    ended = and_(col(_S.access_until) < now - LATE, col(_S.access_until) < term_ends)
    return and_(
        paid,
        or_(ended, col(_S.suspended_at).is_not(None)),
        col(_S.renews_on) > func.date(own),
        col(_S.parked_at).is_(None),
        col(_S.live_at).is_not(None),
    )


def _overdue(now: datetime) -> ColumnElement[bool]:
    """A step that its workflow did not take, and the watchdog did not get it to; or never planned."""
    waited = and_(col(_S.live_at) < now - WAITS, ~resumed_since(now - WAITS))
    never_planned = and_(col(_S.next_step_at).is_(None), waited)
    return and_(_unlapsed(), col(_S.parked_at).is_(None), or_(col(_S.next_step_at) < now - LATE, never_planned))


def _planned_elsewhere() -> ColumnElement[bool]:
    """Does access end at another time of day than a day begins at, in the customer's zone of now?

    Where clocks go forward at midnight a day begins at one.
    """
    local = cast(func.timezone(col(CustomerRow.time_zone), col(_S.access_until)), Time)
    begins = [literal("00:00:00"), literal("01:00:00")]
    elsewhere = exists().where(col(CustomerRow.csn) == col(_S.csn), local.not_in([cast(each, Time) for each in begins]))
    return and_(col(_S.phase) != Phase.EXPIRED.value, elsewhere.correlate(_S))


def _card_ended(today: date) -> ColumnElement[bool]:
    """Will it be charged by itself (`Subscription.renews_automatically`), to a card that is over?"""
    row = PaymentMethodRow
    ended = and_(col(row.id) == col(_S.method_id), CHARGEABLE, col(row.valid_through) < today)
    return and_(col(_S.auto_renew), DIRECT, exists().where(ended).correlate(_S))


def _next_seats() -> ColumnElement[int]:
    return func.coalesce(col(_S.pending_seats), col(_S.seats))


def _users(today: date) -> ColumnElement[int]:
    held = select(func.count()).where(col(SeatAssignmentRow.subscription) == col(_S.number), holds_seat(today))
    return held.correlate(_S).scalar_subquery()


def _unanswered(now: datetime) -> Any:
    """Commands without an outcome, and lines of a bulk checkout that are in no order and not refused."""
    commands = select(col(CommandRow.subscription)).where(
        col(CommandRow.outcome).is_(None), col(CommandRow.stored_at) < now - LATE
    )
    lines = (
        select(col(BasketLineRow.subscription))
        .join(BasketRow, col(BasketRow.id) == col(BasketLineRow.basket_id))
        .where(col(BasketRow.closed_at).is_(None), col(BasketRow.received_at) < now - LATE)
        .where(col(BasketLineRow.order_id).is_(None), col(BasketLineRow.code).is_(None))
    )
    return union(commands, lines)


async def troubles(
    session: AsyncSession, today: date, now: datetime, wanted: Collection[Trouble] = tuple(Trouble)
) -> list[Found]:
    """Those that there are, the gravest first, and those of which it takes too long to say whether there are.

    One statement counts all of them. Where that takes too long, each is counted by itself: the one that it is due to
    keeps no other from being known.
    """
    asked = [each for each in Trouble if each in wanted and each not in ORDINARY]
    counts: dict[Trouble, int | None] = {}
    counts |= await _counted(session, asked, today, now, TOGETHER_MS)
    for each in asked if not counts else ():
        counts[each] = (await _counted(session, [each], today, now, ALONE_MS)).get(each)
    return [Found(each, counts[each]) for each in asked if counts[each] != 0]


async def _counted(
    session: AsyncSession, asked: Sequence[Trouble], today: date, now: datetime, most_ms: int
) -> dict[Trouble, int]:
    """How many there are in each; nothing where that takes longer."""
    parts = [select(literal(each.value), func.count()).select_from(_S).where(is_in(each, today, now)) for each in asked]
    try:
        async with session.begin_nested():
            await limit_statements(session, most_ms)
            found = (await session.execute(union_all(*parts))).all()
            await limit_statements(session, None)
    except DBAPIError as error:
        if not took_too_long(error):
            raise
        _log.warning("it took too long to count %s", ", ".join(asked))
        return {}
    return {Trouble(name): int(count) for name, count in found}
