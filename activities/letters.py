"""From the stored facts to the values of one letter; the words are the mail room's."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from mail.letter import Letter, Paid
from models.parties import PaymentMethodRow
from models.payments import AttemptRow, OrderRow
from models.reading import line_of
from models.store import Stored
from models.subscriptions import RenewalRow
from renewals.calendar import local_date, term_end
from renewals.facts import (
    AttemptState,
    DeclineClass,
    Kind,
    MethodKind,
    OfferingKind,
    OfferingStatus,
    Phase,
    Subscription,
    Term,
)
from renewals.money import Money
from renewals.plan import next_charge_at
from renewals.pricing import Line, NotPriced, next_line
from renewals.renewing import last_paid_term
from renewals.windows import charge_at, late_window_last_day


async def letter_of(session: AsyncSession, stored: Stored, kind: Kind, facts: dict[str, Any]) -> Letter:
    """The letter of that kind as it must be sent now; `facts` are those its cause left with the queued notice."""
    sub, now = stored.facts, stored.now
    ahead = last_paid_term(sub)
    line = _next_line(ahead)
    method = sub.method
    return Letter(
        kind=kind,
        locale=stored.customer.locale,
        number=sub.number,
        product=stored.offering.name,
        customer=stored.customer.name,
        buyer_name=stored.buyer.name,
        channel=sub.channel,
        automatic=sub.renews_automatically,
        seats=sub.seats,
        term=sub.term,
        starts_on=sub.starts_on,
        renews_on=sub.renews_on,
        next_seats=ahead.next_seats,
        next_term=ahead.next_term,
        next_starts_on=ahead.renews_on,
        next_renews_on=term_end(ahead.renews_on, ahead.next_term, ahead.anchor_day),
        today=local_date(now, sub.time_zone),
        charge_on=_charge_on(ahead),
        price=line.total if line else None,
        unit_price=Money(line.unit_price, line.currency) if line else None,
        list_amount=Money(line.list_price * line.seats, line.currency) if line else None,
        method=method.kind if method else None,
        method_valid_through=method.valid_through if method else None,
        access_ends_on=local_date(stored.access_until, sub.time_zone),
        late_window_last_day=late_window_last_day(ahead),
        retry_on=_retry_on(sub, now),
        decline_code=await _decline_code(session, facts),
        paid=await _paid(session, facts),
        what=facts.get("what"),
        too_late_for_this_term=bool(facts.get("too_late_for_this_term")),
        self_service=_self_service(sub),
    )


def _next_line(ahead: Subscription) -> Line | None:
    try:
        return next_line(ahead)
    except NotPriced:
        return None


def _charge_on(ahead: Subscription) -> date | None:
    """The day of the next automatic charge, if there will be one."""
    if not ahead.renews_automatically or ahead.phase in (Phase.EXPIRED, Phase.LAPSED):
        return None
    return local_date(charge_at(ahead), ahead.time_zone)


def _retry_on(sub: Subscription, now: datetime) -> date | None:
    """The day of the next automatic try after a decline, if one comes by itself; a pause is expected to be over."""
    at = next_charge_at(sub, now) if sub.last_decline else None
    return local_date(at, sub.time_zone) if at else None


def _self_service(sub: Subscription) -> bool:
    return sub.offering_kind is OfferingKind.SUBSCRIPTION and sub.offering_status is OfferingStatus.ACTIVE


async def _decline_code(session: AsyncSession, facts: dict[str, Any]) -> str | None:
    """The code of the declined attempt, unless it is one whose reason may not be named."""
    if "attempt" not in facts:
        return None
    attempt = await session.get_one(AttemptRow, UUID(facts["attempt"]))
    return None if attempt.decline_class == DeclineClass.HARD else attempt.code


async def _paid(session: AsyncSession, facts: dict[str, Any]) -> Paid | None:
    """The term of the order that the receipt is for."""
    if "order" not in facts:
        return None
    order = await session.get_one(OrderRow, UUID(facts["order"]))
    renewal = await session.get_one(RenewalRow, UUID(facts["renewal"]))
    line = await line_of(session, order.id, renewal.id)
    return Paid(
        amount=Money(line.amount, order.currency),
        starts_on=renewal.term_starts_on,
        renews_on=datetime.fromisoformat(line.receipt["renews_on"]).date(),
        seats=line.seats,
        term=Term(line.term),
        reference=order.reference,
        method=await _method_paid_with(session, order.id),
    )


async def _method_paid_with(session: AsyncSession, order_id: UUID) -> MethodKind | None:
    query = (
        select(col(PaymentMethodRow.kind))
        .join(AttemptRow, col(AttemptRow.method_id) == col(PaymentMethodRow.id))
        .where(col(AttemptRow.order_id) == order_id, col(AttemptRow.state) == AttemptState.PAID)
    )
    kind = (await session.execute(query)).scalar_one_or_none()
    return MethodKind(kind) if kind else None
