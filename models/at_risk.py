"""Revenue at risk, by cause: which renewals of the pipeline may not come about, and why.

`threatens` is the condition of a cause on `subscriptions`, for counting here and for listing elsewhere: both show the
same. A renewal may stand under several causes.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.columns import fixed
from models.parties import CustomerRow, PaymentMethodRow
from models.payments import AttemptRow, OrderLineRow
from models.pipeline import CHARGEABLE, DIRECT, LIVES, in_window, next_amount, prices_in_force, with_prices
from models.reading import LEGAL_NOTICE_MISSING
from models.records import AlarmRow, NoticeRow
from models.subscriptions import ClaimRow, RenewalRow, SubscriptionRow
from renewals.facts import Phase
from renewals.payments import AttemptState

ENDS_SOON = timedelta(days=7)
"""A quote or voucher that ends within this time is about to end."""

AUTHENTICATION = "authentication_required"

_S = SubscriptionRow


class Cause(StrEnum):
    """Why a renewal may not come about."""

    DECLINED = "declined"
    AUTHENTICATION = "authentication"
    NO_METHOD = "no_method"
    CARD_ENDS = "card_ends"
    HOLD_ENDS = "hold_ends"
    AUTO_RENEW_OFF = "auto_renew_off"
    PARKED = "parked"
    MAIL_FAILED = "mail_failed"
    LEGAL_NOTICE = "legal_notice"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Risk:
    """How many renewals a cause threatens in one currency, and for how much (minor units)."""

    cause: Cause
    currency: str
    count: int
    amount: int


def at_stake(today: date) -> ColumnElement[bool]:
    """Is the next term unpaid, and its date near? Everything at risk is among these."""
    return and_(in_window(today), LIVES, col(_S.phase) != Phase.RENEWED.value)


def threatens(cause: Cause, now: datetime) -> ColumnElement[bool]:
    """The condition of a cause on one subscription, beside `at_stake`. It needs no other table joined."""
    before = col(_S.phase).in_([Phase.ACTIVE.value, Phase.RENEWABLE.value])
    match cause:
        case Cause.DECLINED:
            return and_(_is_past_due(), _last_decline() != AUTHENTICATION)
        case Cause.AUTHENTICATION:
            return and_(_is_past_due(), _last_decline() == AUTHENTICATION)
        case Cause.NO_METHOD:
            return and_(col(_S.auto_renew), DIRECT, not_(_has_method(CHARGEABLE)))
        case Cause.CARD_ENDS:
            ends = col(PaymentMethodRow.valid_through) < col(_S.renews_on)
            return and_(before, col(_S.auto_renew), DIRECT, _has_method(and_(CHARGEABLE, ends)))
        case Cause.HOLD_ENDS:
            return col(_S.number).in_(_holds_that_end(now))
        case Cause.AUTO_RENEW_OFF:
            return and_(before, not_(col(_S.auto_renew)), DIRECT)
        case Cause.PARKED:
            return col(_S.parked_at).is_not(None)
        case Cause.MAIL_FAILED:
            return _a_mail_failed()
        case Cause.EXPIRED:
            return col(_S.phase) == fixed(Phase.EXPIRED.value)
    open_ones = (col(AlarmRow.kind) == LEGAL_NOTICE_MISSING, col(AlarmRow.cleared_at).is_(None))
    return col(_S.number).in_(select(col(AlarmRow.subscription)).where(*open_ones))


def _is_past_due() -> ColumnElement[bool]:
    return col(_S.phase) == fixed(Phase.PAST_DUE.value)


def _last_decline() -> ColumnElement[str | None]:
    """The code of the last attempt to pay the next term, if that was declined."""
    code = select(func.coalesce(col(AttemptRow.code), literal("")))
    last = (
        select(col(AttemptRow.id))
        .join(OrderLineRow, col(OrderLineRow.order_id) == col(AttemptRow.order_id))
        .join(RenewalRow, col(RenewalRow.id) == col(OrderLineRow.renewal_id))
        .where(col(RenewalRow.subscription) == col(_S.number), col(RenewalRow.term_starts_on) == col(_S.renews_on))
        .order_by(col(AttemptRow.called_at).desc(), col(AttemptRow.n).desc())
        .limit(1)
        .correlate(_S)
        .scalar_subquery()
    )
    declined = col(AttemptRow.state) == AttemptState.DECLINED.value
    return code.where(col(AttemptRow.id) == last, declined).correlate(_S).scalar_subquery()


def _has_method(such: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(col(PaymentMethodRow.id) == col(_S.method_id), such).correlate(_S)


def _holds_that_end(now: datetime) -> Select[str]:
    """Subscriptions of which a quote or voucher is about to end; times of a clock ahead are taken back."""
    its = aliased(_S)
    return (
        select(col(its.number))
        .join(RenewalRow, col(RenewalRow.subscription) == col(its.number))
        .join(ClaimRow, col(ClaimRow.renewal_id) == col(RenewalRow.id))
        .where(col(RenewalRow.term_starts_on) == col(its.renews_on))
        .where(col(ClaimRow.released_at).is_(None), col(ClaimRow.holder).in_(["quote", "voucher"]))
        .where(col(ClaimRow.ends_at) <= now + ENDS_SOON + col(its.shift))
    )


def _a_mail_failed() -> ColumnElement[bool]:
    """Of the running term."""
    return (
        exists()
        .where(col(NoticeRow.subscription) == col(_S.number), col(NoticeRow.term_starts_on) == col(_S.starts_on))
        .where(col(NoticeRow.outcome).in_([fixed("failed"), fixed("bounced")]))
        .correlate(_S)
    )


async def risks(session: AsyncSession, today: date, now: datetime) -> list[Risk]:
    """Every cause that threatens something, with count and money per currency."""
    prices = prices_in_force(now)
    currency = col(CustomerRow.currency)
    parts = [
        with_prices(
            select(
                literal(cause.value).label("cause"),
                currency.label("currency"),
                func.count().label("count"),
                func.sum(next_amount(prices)).label("amount"),
            ),
            prices,
        )
        .where(at_stake(today), threatens(cause, now))
        .group_by(currency)
        for cause in Cause
    ]
    found = (await session.execute(union_all(*parts))).all()
    risks = [Risk(Cause(cause), currency, count, int(amount)) for cause, currency, count, amount in found]
    return sorted(risks, key=lambda risk: (list(Cause).index(risk.cause), risk.currency))
