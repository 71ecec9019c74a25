"""The parts of subscriptions' facts, each read by one query for however many subscriptions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer
from sqlmodel import col

from models.columns import among
from models.payments import AttemptRow, OrderLineRow, OrderRow, RefundRow
from models.quotes import reference_of
from models.records import AlarmRow, NoticeRow
from models.subscriptions import ClaimRow, RenewalRow, SubscriptionRow
from renewals.facts import (
    Attempt,
    AttemptState,
    DeclineClass,
    Hold,
    Kind,
    OwedBack,
    PaidAhead,
    Purpose,
    QueuedNotice,
    Term,
    Way,
)
from renewals.notices import TELLS_OF_THE_END


@dataclass(frozen=True, slots=True)
class TermNotices:
    """The notices of a term as its facts hold them; `queued` are of any term, `advance_sent_at` in UTC."""

    recorded: frozenset[tuple[Kind, str]] = frozenset()
    queued: tuple[QueuedNotice, ...] = ()
    noticed: bool = False
    advance_sent_at: tuple[datetime, ...] = ()


_OF_THIS_TERM = col(NoticeRow.term_starts_on) == col(SubscriptionRow.starts_on)
_NOTICES = (
    select(NoticeRow, _OF_THIS_TERM)
    .options(defer(NoticeRow.raw))  # type: ignore[arg-type]
    .join(SubscriptionRow, col(SubscriptionRow.number) == col(NoticeRow.subscription))
    .where(among(col(NoticeRow.subscription), "numbers"), or_(_OF_THIS_TERM, col(NoticeRow.outcome).is_(None)))
    .order_by(col(NoticeRow.subscription), col(NoticeRow.planned_for), col(NoticeRow.kind) == Kind.EXPIRED)
    .order_by(col(NoticeRow.kind), col(NoticeRow.occasion))
)


async def notices_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, TermNotices]:
    """By number: what became of the notices of the running term, and what is still to be sent.

    What is to be sent at the same instant goes in one order, an end after what caused it.
    """
    found = (await session.execute(_NOTICES, {"numbers": numbers})).all()
    return {
        subscription: _term_notices([(row, current) for row, current in group])
        for subscription, group in groupby(found, key=lambda each: each[0].subscription)
    }


def _term_notices(rows: Collection[tuple[NoticeRow, bool]]) -> TermNotices:
    done = [row for row, _ in rows if row.outcome is not None]
    return TermNotices(
        recorded=frozenset((Kind(row.kind), row.occasion) for row in done),
        queued=tuple(
            QueuedNotice(str(row.id), Kind(row.kind), row.occasion, row.next_at or row.planned_for, row.dated)
            for row, of_this_term in rows
            if row.outcome is None and (of_this_term or not row.dated)
        ),
        noticed=any(row.outcome == "sent" and row.kind in TELLS_OF_THE_END for row in done),
        advance_sent_at=tuple(row.sent_at for row in done if row.sent_at and row.kind == Kind.ADVANCE_CHARGE_NOTICE),
    )


def _has_an_earlier_line(line: type[OrderLineRow]) -> ColumnElement[bool]:
    earlier = aliased(OrderLineRow)
    return (
        exists()
        .where(col(earlier.order_id) == col(line.order_id), col(earlier.subscription) < col(line.subscription))
        .correlate(line)
    )


_SEEN_TO_HERE = not_(_has_an_earlier_line(OrderLineRow))
"""Of an order of many lines the first one sees to its payment: nobody asks a hundred times at the same moment."""

_ATTEMPTS = (
    select(col(OrderLineRow.renewal_id), AttemptRow, col(OrderRow.way), _SEEN_TO_HERE)
    .join(OrderRow, col(OrderRow.id) == col(OrderLineRow.order_id))
    .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
    .where(among(col(OrderLineRow.renewal_id), "renewals"))
    .order_by(col(OrderLineRow.renewal_id), col(AttemptRow.n))
)


async def attempts_of(session: AsyncSession, renewals: Sequence[UUID]) -> dict[UUID, tuple[Attempt, ...]]:
    """By renewal: every attempt to pay it, by n."""
    found = (await session.execute(_ATTEMPTS, {"renewals": renewals})).all()
    return {
        renewal: tuple(_attempt_of(row, way, seen_to_here) for _, row, way, seen_to_here in group)
        for renewal, group in groupby(found, key=lambda each: each[0])
    }


_WATCHED = or_(
    and_(
        col(OrderLineRow.purpose) == Purpose.SEATS,
        col(AttemptRow.state).in_((AttemptState.OPEN, AttemptState.UNKNOWN, AttemptState.PENDING)),
    ),
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
    select(col(OrderLineRow.subscription), AttemptRow, col(OrderRow.way))
    .join(OrderRow, col(OrderRow.id) == col(OrderLineRow.order_id))
    .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
    .where(among(col(OrderLineRow.subscription), "numbers"), _WATCHED)
    .order_by(col(OrderLineRow.subscription), col(AttemptRow.called_at))
)


async def watched_attempts_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, list[Attempt]]:
    """By number: the attempt to pay more seats that has no answer yet, and vouchers that ran out a short while ago."""
    found: dict[str, list[Attempt]] = {}
    for number, row, way in (await session.execute(_WATCHED_ATTEMPTS, {"numbers": numbers})).all():
        found.setdefault(number, []).append(_attempt_of(row, way, True))
    return found


def _attempt_of(row: AttemptRow, way: str, seen_to_here: bool) -> Attempt:
    return Attempt(
        id=str(row.id),
        n=row.n,
        state=AttemptState(row.state),
        method_id=str(row.method_id),
        called_at=row.called_at,
        next_at=row.next_at,
        answered_at=row.answered_at,
        decline_class=DeclineClass(row.decline_class) if row.decline_class else None,
        way=Way(way),
        called_off=row.called_off_at is not None,
        seen_to_here=seen_to_here,
        expires_at=row.expires_at,
        amount=row.amount,
        received=row.received,
    )


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
