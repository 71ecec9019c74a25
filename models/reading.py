"""The parts of subscriptions' facts, each read with the rows that it belongs to.

What nearly every subscription has is a column of JSON beside them: one statement reads all. What hardly any has is read
by a query of its own, for those of which a column says that there is some.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.columns import among
from models.payments import AttemptRow, OrderLineRow, OrderRow, RefundRow
from models.quotes import reference_of
from models.records import AlarmRow, NoticeRow
from models.subscriptions import ClaimRow, RenewalRow, SubscriptionRow
from renewals.facts import PaidAhead, Term
from renewals.letters import Kind, QueuedNotice
from renewals.notices import TELLS_OF_THE_END
from renewals.payments import Attempt, AttemptState, DeclineClass, Hold, OwedBack, Purpose, Way


@dataclass(frozen=True, slots=True)
class TermNotices:
    """The notices of a term as its facts hold them; `queued` are of any term, `advance_sent_at` in UTC."""

    recorded: frozenset[tuple[Kind, str]] = frozenset()
    queued: tuple[QueuedNotice, ...] = ()
    noticed: bool = False
    advance_sent_at: tuple[datetime, ...] = ()


_OF_THIS_TERM = col(NoticeRow.term_starts_on) == col(SubscriptionRow.starts_on)
_NOTICE = func.jsonb_build_array(
    col(NoticeRow.id),
    col(NoticeRow.kind),
    col(NoticeRow.occasion),
    func.coalesce(col(NoticeRow.next_at), col(NoticeRow.planned_for)),
    col(NoticeRow.dated),
    _OF_THIS_TERM,
    col(NoticeRow.outcome),
    col(NoticeRow.sent_at),
)
_IN_ORDER = (
    col(NoticeRow.planned_for),
    col(NoticeRow.kind) == Kind.EXPIRED,
    col(NoticeRow.kind),
    col(NoticeRow.occasion),
)
"""What is to be sent at the same instant goes in one order, an end after what caused it."""

NOTICES = (
    select(func.jsonb_agg(aggregate_order_by(_NOTICE, *_IN_ORDER)))
    .where(col(NoticeRow.subscription) == col(SubscriptionRow.number))
    .where(or_(_OF_THIS_TERM, col(NoticeRow.outcome).is_(None)))
    .correlate(SubscriptionRow)
    .scalar_subquery()
)
"""A column of subscriptions: what became of the notices of the running term, and what is still to be sent."""


def term_notices(told: Sequence[Sequence[Any]] | None) -> TermNotices:
    """What that column tells."""
    notices = [_Notice(*each) for each in told or ()]
    done = [each for each in notices if each.outcome is not None]
    return TermNotices(
        recorded=frozenset((Kind(each.kind), each.occasion) for each in done),
        queued=tuple(
            QueuedNotice(each.id, Kind(each.kind), each.occasion, datetime.fromisoformat(each.next_at), each.dated)
            for each in notices
            if each.outcome is None and (each.of_this_term or not each.dated)
        ),
        noticed=any(each.outcome == "sent" and each.kind in TELLS_OF_THE_END for each in done),
        advance_sent_at=tuple(
            datetime.fromisoformat(each.sent_at)
            for each in done
            if each.sent_at and each.kind == Kind.ADVANCE_CHARGE_NOTICE
        ),
    )


class _Notice(NamedTuple):
    """What is read of a notice; its instants in ISO 8601."""

    id: str
    kind: str
    occasion: str
    next_at: str
    dated: bool
    of_this_term: bool
    outcome: str | None
    sent_at: str | None


def _has_an_earlier_line(line: type[OrderLineRow]) -> ColumnElement[bool]:
    earlier = aliased(OrderLineRow)
    return (
        exists()
        .where(col(earlier.order_id) == col(line.order_id), col(earlier.subscription) < col(line.subscription))
        .correlate(line)
    )


_SEEN_TO_HERE = not_(_has_an_earlier_line(OrderLineRow))
"""Of an order of many lines the first one sees to its payment: nobody asks a hundred times at the same moment."""

_ATTEMPT = (
    col(AttemptRow.id),
    col(AttemptRow.n),
    col(AttemptRow.state),
    col(AttemptRow.method_id),
    col(AttemptRow.called_at),
    col(AttemptRow.next_at),
    col(AttemptRow.answered_at),
    col(AttemptRow.decline_class),
    col(OrderRow.way),
    col(AttemptRow.called_off_at).is_not(None),
    col(AttemptRow.expires_at),
    col(AttemptRow.amount),
    col(AttemptRow.received),
)
ATTEMPTS = (
    select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(*_ATTEMPT, _SEEN_TO_HERE), col(AttemptRow.n))))
    .select_from(OrderLineRow)
    .join(OrderRow, col(OrderRow.id) == col(OrderLineRow.order_id))
    .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
    .where(col(OrderLineRow.renewal_id) == col(RenewalRow.id))
    .correlate(RenewalRow)
    .scalar_subquery()
)
"""A column of renewals: every attempt to pay it, by n."""

_ATTEMPTS = select(col(RenewalRow.id), ATTEMPTS).where(among(col(RenewalRow.id), "renewals"))


async def attempts_of(session: AsyncSession, renewals: Sequence[UUID]) -> dict[UUID, tuple[Attempt, ...]]:
    """By renewal: every attempt to pay it, by n."""
    found = (await session.execute(_ATTEMPTS, {"renewals": renewals})).all()
    return {renewal: attempts(told) for renewal, told in found}


def attempts(told: Sequence[Sequence[Any]] | None) -> tuple[Attempt, ...]:
    """What the column of attempts tells."""
    return tuple(_attempt(*each) for each in told or ())


_UNANSWERED = or_(
    *(col(AttemptRow.state) == each for each in (AttemptState.OPEN, AttemptState.UNKNOWN, AttemptState.PENDING))
)
_WATCHED = or_(
    and_(col(OrderLineRow.purpose) == Purpose.SEATS, _UNANSWERED),
    and_(col(AttemptRow.state) == AttemptState.EXPIRED, col(AttemptRow.next_at).is_not(None), _SEEN_TO_HERE),
)
IS_WATCHED = (
    exists()
    .where(col(OrderLineRow.subscription) == col(SubscriptionRow.number))
    .where(col(AttemptRow.order_id) == col(OrderLineRow.order_id), _WATCHED)
    .correlate(SubscriptionRow)
)
"""A column of subscriptions: is an attempt watched that is none to pay the next term? Hardly ever, and none is read."""

_WATCHED_ATTEMPTS = (
    select(col(OrderLineRow.subscription), func.jsonb_build_array(*_ATTEMPT, true()))
    .join(OrderRow, col(OrderRow.id) == col(OrderLineRow.order_id))
    .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
    .where(among(col(OrderLineRow.subscription), "numbers"), _WATCHED)
    .order_by(col(OrderLineRow.subscription), col(AttemptRow.called_at))
)


async def watched_attempts_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, list[Attempt]]:
    """By number: the attempt to pay more seats that has no answer yet, and vouchers that ran out a short while ago."""
    found: dict[str, list[Attempt]] = {}
    for number, told in (await session.execute(_WATCHED_ATTEMPTS, {"numbers": numbers})).all():
        found.setdefault(number, []).append(_attempt(*told))
    return found


def _attempt(
    id: str,
    n: int,
    state: str,
    method_id: str,
    called_at: str,
    next_at: str | None,
    answered_at: str | None,
    decline_class: str | None,
    way: str,
    called_off: bool,
    expires_at: str | None,
    amount: int,
    received: int,
    seen_to_here: bool,
) -> Attempt:
    """An attempt from JSON, whose instants are in ISO 8601."""
    return Attempt(
        id=id,
        n=n,
        state=AttemptState(state),
        method_id=method_id,
        called_at=datetime.fromisoformat(called_at),
        next_at=_instant(next_at),
        answered_at=_instant(answered_at),
        decline_class=DeclineClass(decline_class) if decline_class else None,
        way=Way(way),
        called_off=called_off,
        seen_to_here=seen_to_here,
        expires_at=_instant(expires_at),
        amount=amount,
        received=received,
    )


def _instant(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


_OWED_BACK = and_(col(RefundRow.subscription) == col(SubscriptionRow.number), col(RefundRow.next_at).is_not(None))
OWES_BACK = exists().where(_OWED_BACK).correlate(SubscriptionRow)
"""A column of subscriptions: does money wait to be sent back? Hardly ever, and none is read."""

_OWED = (
    select(RefundRow)
    .where(among(col(RefundRow.subscription), "numbers"), col(RefundRow.next_at).is_not(None))
    .order_by(col(RefundRow.subscription), col(RefundRow.owed_at), col(RefundRow.id))
)


async def owed_back_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, tuple[OwedBack, ...]]:
    """By number: the money that waits to be sent back."""
    found: dict[str, tuple[OwedBack, ...]] = {}
    for row in (await session.execute(_OWED, {"numbers": numbers})).scalars():
        owed = OwedBack(str(row.id), row.next_at or row.owed_at, row.amount, row.currency)
        found[row.subscription] = (*found.get(row.subscription, ()), owed)
    return found


HOLDS_IT = and_(
    col(ClaimRow.renewal_id) == col(RenewalRow.id),
    col(ClaimRow.released_at).is_(None),
    col(ClaimRow.holder) != "automatic",
)
"""Joins to a renewal the one open claim on it, if anything but the automatic charge has it."""


_HELD = aliased(OrderLineRow)
HOLD_IS_SEEN_TO_HERE = not_(
    exists()
    .where(col(_HELD.order_id) == col(ClaimRow.order_id), col(_HELD.renewal_id) == col(ClaimRow.renewal_id))
    .where(_has_an_earlier_line(_HELD))
    .correlate(ClaimRow)
)
"""A column of claims: does the plan of this subscription end the hold? Not if the order has an earlier line."""


def hold_of(claim: ClaimRow, *, seen_to_here: bool) -> Hold:
    quote = reference_of(claim.quote_id) if claim.quote_id else None
    return Hold(str(claim.id), claim.ends_at, seen_to_here=seen_to_here, quote=quote)


LEGAL_NOTICE_MISSING = "legal_notice_missing"
"""The alarm that nothing that was sent or is planned meets a duty of the coming charge."""

LEGAL_ALARM = (
    select(col(AlarmRow.detail))
    .where(col(AlarmRow.subscription) == col(SubscriptionRow.number))
    .where(col(AlarmRow.kind) == LEGAL_NOTICE_MISSING, col(AlarmRow.cleared_at).is_(None))
    .correlate(SubscriptionRow)
    .scalar_subquery()
)
"""A column of subscriptions: what that alarm says while it is open."""


_SETTLED_BY = and_(
    col(OrderLineRow.order_id) == col(RenewalRow.order_id), col(OrderLineRow.renewal_id) == col(RenewalRow.id)
)
_MORE = aliased(OrderLineRow)
_MORE_SEATS = (
    select(func.coalesce(func.sum(col(_MORE.seats)), 0))
    .join(OrderRow, and_(col(OrderRow.id) == col(_MORE.order_id), col(OrderRow.state) == "paid"))
    .where(col(_MORE.subscription) == col(RenewalRow.subscription), col(_MORE.purpose) == Purpose.NEXT_SEATS)
    .where(col(_MORE.term_starts_on) == col(RenewalRow.term_starts_on))
    .correlate(RenewalRow)
    .scalar_subquery()
)
_PAID_AHEAD = (
    select(OrderLineRow, col(RenewalRow.id), _MORE_SEATS)
    .join(RenewalRow, _SETTLED_BY)
    .where(among(col(RenewalRow.id), "renewals"))
)


async def paid_ahead(session: AsyncSession, renewals: Sequence[UUID]) -> dict[UUID, PaidAhead]:
    """By renewal: the next term, if that renewal is settled, with the seats that were added to it since."""
    found = (await session.execute(_PAID_AHEAD, {"renewals": renewals})).all()
    return {renewal: PaidAhead(Term(line.term), line.seats + more, line.unit_price) for line, renewal, more in found}


async def line_of(session: AsyncSession, order_id: UUID, renewal_id: UUID) -> OrderLineRow:
    query = select(OrderLineRow).where(
        col(OrderLineRow.order_id) == order_id, col(OrderLineRow.renewal_id) == renewal_id
    )
    return (await session.execute(query)).scalar_one()


async def automatic_order(session: AsyncSession, renewal_id: UUID) -> OrderRow | None:
    """The open automatic order on a renewal, between its attempts too."""
    query = (
        select(OrderRow)
        .join(OrderLineRow, col(OrderLineRow.order_id) == col(OrderRow.id))
        .where(col(OrderLineRow.renewal_id) == renewal_id)
        .where(col(OrderRow.way) == "automatic", col(OrderRow.state) == "open")
    )
    return (await session.execute(query)).scalar_one_or_none()
