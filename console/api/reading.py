"""From facts to what goes over the wire: a subscription, its tag, and what its buyer may do."""

import hashlib
from uuid import UUID

from console.api import schemas as s
from models.parties import PaymentMethodRow
from models.store import Stored
from renewals import commands as c
from renewals.actors import Person
from renewals.calendar import term_end
from renewals.decisions import AlreadyTrue, Decision, Refused
from renewals.facts import Phase, Subscription
from renewals.options import last_day, options, whom_to_ask
from renewals.permission import BUYER_MAY
from renewals.pricing import NotPriced, next_line
from renewals.purchase import CURED_BY_A_METHOD, purchase_of
from renewals.windows import late_window_last_day, window_opens_on
from settings import Settings


def subscription_of(stored: Stored) -> s.Subscription:
    """The subscription as the API tells it; nothing in it moves by itself but with its facts."""
    sub = stored.facts
    return s.Subscription(
        number=sub.number,
        customer=stored.customer.csn,
        buyer=stored.buyer.email,
        product=s.Product(sku=sub.sku, name=stored.offering.name),
        channel=sub.channel,
        phase=sub.phase,
        live=sub.live_at is not None,
        parked=sub.parked,
        seats=sub.seats,
        term=sub.term,
        starts_on=sub.starts_on,
        renews_on=sub.renews_on,
        access_until=stored.access_until,
        auto_renew=sub.auto_renew,
        way_of_renewal="automatic" if sub.is_charged_by_itself else "by_hand",
        payment_method=method_of(stored.method),
        pending=pending_of(sub),
        next_term=_next_term(sub),
        early_window_from=window_opens_on(sub),
        late_window_to=late_window_last_day(sub),
        held=sub.hold is not None,
        hold=UUID(sub.hold.id) if sub.hold else None,
        held_until=sub.hold.ends_at if sub.hold else None,
        held_by_quote=sub.hold.quote if sub.hold else None,
        voucher=_voucher(sub),
        time_zone=sub.time_zone,
    )


def _voucher(sub: Subscription) -> s.OpenVoucher | None:
    paid_with = sub.voucher
    if paid_with is None:
        return None
    return s.OpenVoucher(
        amount=paid_with.amount,
        received=paid_with.received,
        remaining=paid_with.amount - paid_with.received,
        currency=sub.currency,
        pay_until=paid_with.expires_at,
    )


def tag_of(subscription: s.Subscription) -> str:
    """The strong entity tag: another one as soon as anything that is told has changed."""
    return f'"{hashlib.sha256(subscription.model_dump_json().encode()).hexdigest()[:32]}"'


def names_tag(header: str, tag: str) -> bool:
    """Does the value of If-Match or If-None-Match name this tag? A weak one is never the same."""
    return header.strip() == "*" or tag in (each.strip() for each in header.split(","))


def method_of(row: PaymentMethodRow | None) -> s.Method | None:
    return s.Method.model_validate(row, extra="ignore") if row else None


def pending_of(sub: Subscription) -> s.Pending:
    return s.Pending(seats=sub.pending_seats, term=sub.pending_term)


def _next_term(sub: Subscription) -> s.NextTerm | None:
    paid = sub.paid_ahead
    if paid:
        return s.NextTerm(
            starts_on=sub.renews_on,
            renews_on=term_end(sub.renews_on, paid.term, sub.anchor_day),
            term=paid.term,
            seats=paid.seats,
            unit_price=paid.unit_price,
            amount=paid.unit_price * paid.seats,
            currency=sub.currency,
            paid=True,
        )
    if sub.phase is Phase.LAPSED:
        return None
    try:
        line = next_line(sub)
    except NotPriced:
        return None
    return s.NextTerm(
        starts_on=line.starts_on,
        renews_on=line.renews_on,
        term=line.term,
        seats=line.seats,
        unit_price=line.unit_price,
        amount=line.amount,
        currency=line.currency,
        paid=False,
    )


def options_of(stored: Stored, settings: Settings) -> s.Options:
    """The answer to each command of buyers, were this one's buyer to give it now; what `perennial explain` says."""
    answers = options(stored.facts, Person(stored.buyer.email), is_buyer=True, at=stored.now)
    return s.Options(items=[_option(name, answers[name], stored, settings) for name in c.Name if name in BUYER_MAY])


def _option(name: c.Name, decision: Decision, stored: Stored, settings: Settings) -> s.Option:
    sub, purchase = stored.facts, purchase_of(name, stored.as_found)
    curable = not isinstance(decision, Refused) or decision.code in CURED_BY_A_METHOD
    kinds = list(purchase.kinds) if purchase and curable else None
    if not isinstance(decision, Refused):
        if isinstance(decision, AlreadyTrue):
            return s.Option(command=name, answer="already_so", payment_kinds=kinds)
        return s.Option(command=name, answer="allowed", until=last_day(sub, name), payment_kinds=kinds)
    who = whom_to_ask(name, decision.code, sub.channel)
    return s.Option(
        command=name,
        answer="refused",
        code=decision.code,
        hint=decision.hint,
        possible_on=decision.possible_on,
        ask=s.Ask(who=who, contact=settings.reached_at(who)) if who else None,
        payment_kinds=kinds,
    )
