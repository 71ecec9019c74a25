"""From the stored facts to the values of one letter; the words are the mail room's."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.dealings import order_of, paid_of, quote_of, refund_of, seats_added_of, voucher_of
from mail.letter import Letter
from models.payments import AttemptRow
from models.seat_use import unused_of
from models.store import Stored
from renewals import commands as c
from renewals.actors import Person
from renewals.calendar import local_date, term_end
from renewals.decisions import Refused
from renewals.facts import OfferingKind, OfferingStatus, Phase, Subscription
from renewals.letters import Kind
from renewals.money import Money
from renewals.options import options
from renewals.payments import DeclineClass
from renewals.plan import next_charge_at
from renewals.pricing import Line, NotPriced, next_line
from renewals.renewing import last_paid_term
from renewals.windows import charge_at, late_window_last_day

BEFORE_THE_RENEWAL = frozenset({Kind.WINDOW_OPEN, Kind.REMINDER, Kind.ADVANCE_CHARGE_NOTICE})
"""The letters in which a word on seats that hardly anybody uses comes in time."""


async def letter_of(session: AsyncSession, stored: Stored, kind: Kind, facts: dict[str, Any]) -> Letter:
    """The letter of that kind as it must be sent now; `facts` are those its cause left with the queued notice."""
    sub, now = stored.facts, stored.now
    ahead = last_paid_term(sub)
    line = _next_line(ahead)
    method = sub.method
    unused = await unused_of(session, stored) if kind in BEFORE_THE_RENEWAL else None
    return Letter(
        kind=kind,
        locale=stored.locale,
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
        paid=await paid_of(session, facts),
        what=facts.get("what"),
        own_order=Money(**facts["own_order"]) if "own_order" in facts else None,
        own_lines=facts.get("lines", 1),
        code_open=sub.voucher is not None,
        too_late_for_this_term=bool(facts.get("too_late_for_this_term")),
        self_service=_self_service(sub),
        voucher=await voucher_of(session, kind, facts, sub.time_zone),
        seats_added=await seats_added_of(session, kind, facts, sub, line),
        refund=await refund_of(session, kind, facts, ahead),
        unused=unused,
        may_reduce_seats=unused is not None and _may_reduce_seats(stored),
        order=await order_of(session, kind, facts),
        quote=await quote_of(session, kind, facts),
    )


def _may_reduce_seats(stored: Stored) -> bool:
    answers = options(stored.facts, Person(stored.buyer.email), is_buyer=True, at=stored.now)
    return not isinstance(answers[c.Name.REDUCE_SEATS], Refused)


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
