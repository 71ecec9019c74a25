"""What an operator looks into beside alarms: money taken twice, access locked though paid, steps that are not taken.

Each trouble is a condition on `subscriptions`, for counting here and for listing elsewhere: both show the same. Each
is sought from where it is rare, by an index, so that a portfolio without troubles costs little to look over.
Thresholds are so wide that ordinary days have none.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Select,
    Time,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.baskets import BasketLineRow, BasketRow
from models.catalog import PriceRow
from models.columns import fixed
from models.parties import CustomerRow, PaymentMethodRow
from models.pauses import resumed_since
from models.payments import AttemptRow, OrderLineRow, OrderRow, RefundRow
from models.pipeline import (
    DAYS_AFTER,
    DUE_ON,
    LIVES,
    RENEWS_AUTOMATICALLY,
    next_seat_price,
    prices_in_force,
    with_prices,
)
from models.records import AlarmRow, CommandRow, NoticeRow
from models.seat_use import SeatAssignmentRow, holds_seat
from models.subscriptions import SubscriptionRow
from renewals.facts import OfferingStatus, Phase
from renewals.payments import AttemptState

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
EARLIEST_ZONE = timedelta(hours=14)
"""So long before midnight UTC a day begins where it begins first."""
LEAP = 2
"""A price this many times, or this small a part of, what was paid last is looked at before it is charged."""

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
    MORE_USERS = "more_users"
    PARKED_LONG = "parked_long"
    DECLINED_LATELY = "declined_lately"


ORDINARY = (Trouble.DECLINED_LATELY,)
"""Every day has some of these: they can be listed, and are no trouble by themselves."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many subscriptions are in a trouble."""

    trouble: Trouble
    count: int


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
            return and_(_due(today, NEAR, NEAR), _planned_elsewhere())
        case Trouble.CARD_ENDED:
            return and_(_due(today, 0, SOON), col(_S.phase) != Phase.EXPIRED.value, _card_ended(today))
        case Trouble.MORE_USERS:
            return and_(_due(today, 0, WITHIN_A_MONTH), _users(today) > _next_seats())
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
            return _refunds_owed(now)
        case Trouble.IN_DOUBT:
            return _attempted(_in_doubt(now))
        case Trouble.VOUCHER_ENDS:
            part = and_(col(AttemptRow.received) > 0, col(AttemptRow.received) < col(AttemptRow.amount))
            ends = col(AttemptRow.expires_at) < now + A_DAY
            return _attempted(and_(col(AttemptRow.state) == fixed(AttemptState.ISSUED.value), part, ends))
        case Trouble.UNANSWERED:
            return _unanswered(now)
        case Trouble.LETTER_WAITS:
            waits = and_(col(NoticeRow.outcome).is_(None), col(NoticeRow.planned_for) < now - WAITS)
            return select(col(NoticeRow.subscription)).where(waits)
    lately = col(AttemptRow.called_at).between(now - A_DAY, now)
    return _attempted(and_(col(AttemptRow.state) == AttemptState.DECLINED.value, lately))


def _unlapsed() -> ColumnElement[bool]:
    return col(_S.phase) != fixed(Phase.LAPSED.value)


def _due(today: date, before: int, after: int) -> ColumnElement[bool]:
    """Is the next term unpaid, its date from so many days before today to so many after, and nobody keeps it back?"""
    span = DUE_ON.between(today - timedelta(days=before), today + timedelta(days=after))
    return and_(span, LIVES, col(_S.phase) != Phase.RENEWED.value, col(_S.parked_at).is_(None))


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
    ended = and_(col(PaymentMethodRow.id) == col(_S.method_id), col(PaymentMethodRow.valid_through) < today)
    return and_(col(_S.auto_renew), exists().where(ended).correlate(_S))


def _next_seats() -> ColumnElement[int]:
    return func.coalesce(col(_S.pending_seats), col(_S.seats))


def _users(today: date) -> ColumnElement[int]:
    held = select(func.count()).where(col(SeatAssignmentRow.subscription) == col(_S.number), holds_seat(today))
    return held.correlate(_S).scalar_subquery()


def paid_twice(since: datetime) -> Select[*tuple[Any, ...]]:
    """Renewals for which money came by an attempt since then, and which another order or attempt has paid as well.

    What was sent back, or is about to be, is no longer there twice.
    """
    attempt, other = AttemptRow, aliased(AttemptRow)
    line, other_line, other_order = OrderLineRow, aliased(OrderLineRow), aliased(OrderRow)
    elsewhere = (
        exists()
        .where(col(other_line.renewal_id) == col(line.renewal_id), col(other_line.order_id) != col(line.order_id))
        .where(col(other_order.id) == col(other_line.order_id), col(other_order.state) == "paid")
        .where(~_gone_back(other_line))
    )
    in_one_order = exists().where(
        col(other.order_id) == col(attempt.order_id),
        col(other.id) != col(attempt.id),
        col(other.state) == AttemptState.PAID.value,
    )
    return (
        select(col(line.subscription), col(line.renewal_id), col(line.term_starts_on))
        .join(attempt, col(attempt.order_id) == col(line.order_id))
        .where(col(attempt.called_at) >= since, col(attempt.state) == AttemptState.PAID.value)
        .where(col(line.renewal_id).is_not(None), or_(elsewhere, in_one_order), ~_gone_back(line))
        .distinct()
    )


def _gone_back(line: Any) -> ColumnElement[bool]:
    """Does as much go back as the line cost, or the whole order? A smaller sum is another matter."""
    its, beside = aliased(AttemptRow), aliased(OrderLineRow)
    back = (
        select(func.coalesce(func.sum(col(RefundRow.amount)), 0))
        .join(its, col(its.id) == col(RefundRow.attempt_id))
        .where(col(its.order_id) == line.order_id)
        .correlate(line)
    )
    of_line = back.where(col(RefundRow.subscription) == line.subscription)
    whole = select(func.sum(col(beside.amount))).where(col(beside.order_id) == line.order_id).correlate(line)
    return or_(
        of_line.scalar_subquery() >= line.amount,
        back.scalar_subquery() >= whole.scalar_subquery(),
    )


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
    return with_prices(chosen, prices).where(_due(today, DAYS_AFTER, days), such(prices)).correlate(None)


def price_leaps(prices: CTE) -> ColumnElement[bool]:
    """Is a seat charged at many times, or a small part, of what it cost last?

    Of a term that was imported nobody knows what it cost: the version of the price before the one in force stands in.
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
    paid = case((prices.c.term == col(_S.term), col(_S.unit_price)))
    last, next_ = func.coalesce(paid, before), next_seat_price(prices)
    return and_(RENEWS_AUTOMATICALLY, next_ != last, or_(next_ >= last * LEAP, next_ * LEAP <= last))


def is_not_sold(prices: CTE) -> ColumnElement[bool]:
    """Without a price nothing can be planned; what was chosen before it was retired is still renewed as chosen."""
    retired = and_(col(_S.pending_term).is_not(None), prices.c.status == OfferingStatus.RETIRED.value)
    return or_(prices.c.sku.is_(None), retired)


def _refunds_owed(now: datetime) -> Any:
    """Still tried after an hour; or left to an operator, who has not yet ended the alarm that says so."""
    left = and_(
        col(AlarmRow.subject) == func.text(col(RefundRow.attempt_id)),
        col(AlarmRow.kind) == "paid_after_all",
        col(AlarmRow.cleared_at).is_(None),
    )
    tried = and_(col(RefundRow.next_at).is_not(None), col(RefundRow.owed_at) < now - WAITS)
    return select(col(RefundRow.subscription)).where(
        col(RefundRow.sent_at).is_(None), or_(tried, and_(col(RefundRow.next_at).is_(None), exists().where(left)))
    )


def _attempted(such: ColumnElement[bool]) -> Any:
    """The subscriptions of the orders with such an attempt."""
    return (
        select(col(OrderLineRow.subscription))
        .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
        .where(such)
    )


def _in_doubt(now: datetime) -> ColumnElement[bool]:
    unknown = [fixed(each.value) for each in (AttemptState.OPEN, AttemptState.UNKNOWN)]
    return or_(
        and_(col(AttemptRow.state).in_(unknown), col(AttemptRow.called_at) < now - A_DAY),
        and_(
            col(AttemptRow.state) == fixed(AttemptState.PENDING.value), col(AttemptRow.called_at) < now - LONG_PENDING
        ),
    )


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
    """Those that there are, the gravest first."""
    parts = [
        select(literal(each.value), func.count()).select_from(_S).where(is_in(each, today, now))
        for each in wanted
        if each not in ORDINARY
    ]
    found = {name: count for name, count in await session.execute(union_all(*parts)) if count}
    return [Found(each, int(found[each.value])) for each in Trouble if each.value in found]
