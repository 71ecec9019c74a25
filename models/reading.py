"""The parts of subscriptions' facts, each read with the rows that it belongs to.

What nearly every subscription has is a column of JSON beside them: one statement reads all. What hardly any has is read
by a query of its own, for those of which a column says that there is some. Attempts and notices have rooms of their
own (attempts.py, term_notices.py), alike.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.attempts import has_an_earlier_line
from models.columns import among
from models.parties import PaymentMethodRow
from models.payments import OrderLineRow, OrderRow, RefundRow
from models.quotes import reference_of
from models.records import AlarmRow
from models.subscriptions import ClaimRow, RenewalRow, SubscriptionRow
from renewals.facts import PaidAhead, Term
from renewals.payments import Hold, MethodKind, OwedBack, PaymentMethod, Purpose

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
    .where(has_an_earlier_line(_HELD))
    .correlate(ClaimRow)
)
"""A column of claims: does the plan of this subscription end the hold? Not if the order has an earlier line."""


def hold_of(claim: ClaimRow, *, seen_to_here: bool) -> Hold:
    quote = reference_of(claim.quote_id) if claim.quote_id else None
    return Hold(str(claim.id), claim.ends_at, seen_to_here=seen_to_here, quote=quote, again_until=claim.again_until)


def fact_of_method(method: PaymentMethodRow, set_at: datetime) -> PaymentMethod:
    """The method as the core knows it, chosen at `set_at`; the token stays behind."""
    return PaymentMethod(str(method.id), MethodKind(method.kind), set_at, method.valid_through)


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


SETTLED_BY = and_(
    col(OrderLineRow.order_id) == col(RenewalRow.order_id), col(OrderLineRow.renewal_id) == col(RenewalRow.id)
)
"""A renewal, and the line of the order that paid it."""

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
    .join(RenewalRow, SETTLED_BY)
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
