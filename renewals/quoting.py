"""Quotes: who may ask for one, what it offers, until when it can be accepted, and what happens to it by itself.

A quote is asked for by the buyer of its subscriptions, issued by an operator or by the partner who sold them, and then
binds until the end of its last day (domain.md 5). Whether a person may give a command at all stands in eligibility.py,
what a seat costs in pricing.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from renewals.calendar import at_local, days_after, midnight, term_end
from renewals.checkout import not_accepted, not_offered, voucher_expires_at
from renewals.decisions import Refused
from renewals.facts import Channel, Subscription, Term
from renewals.money import Money
from renewals.payments import MethodKind, PaymentMethod
from renewals.pricing import Line, NotPriced, quote_line
from renewals.windows import late_window_last_day, today, window_opens_on

MOST_LINES = 100


class QuoteState(StrEnum):
    """Where a quote stands. `void`: one of its terms was paid or ordered otherwise. All but the first two are final."""

    ASKED = "asked"
    ISSUED = "issued"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class QuoteTerms:
    """A quote as far as one of its subscriptions is concerned.

    `starts_on` is the first day of the term that it offers. It can be issued, then accepted, before `ends_at`; by
    purchase order if it may be paid on `invoice`. `total` is what all its subscriptions cost; None before it is issued.
    """

    reference: str
    state: QuoteState
    starts_on: date
    ends_at: datetime
    invoice: bool = True
    total: Money | None = None


def quote_window_last_day(sub: Subscription, term: Term | None = None) -> date:
    """The last local day on which a quote for the next term can be accepted: that many days after the renewal date.

    Never beyond the late window, nor beyond the last day of the term that would be bought.
    """
    lost_term_end = term_end(sub.renews_on, term or sub.next_term, sub.anchor_day)
    by_policy = days_after(sub.renews_on, sub.policy.quote_late_days)
    return min(by_policy, late_window_last_day(sub), days_after(lost_term_end, -1))


def may_ask(
    sub: Subscription, seats: int | None, term: Term | None, at: datetime, meant: date | None = None
) -> Refused | None:
    """Why no quote for the next term can be had at `at`, if so. None for seats or term: those of the next renewal.

    `meant` is the renewal date that the buyer had in mind: where that term was paid meanwhile, he did not mean the one
    after it.
    """
    day, opens_on, last_day = today(sub, at), window_opens_on(sub), quote_window_last_day(sub, term)
    starts_on = meant or sub.renews_on
    if sub.paid_ahead or starts_on != sub.renews_on:
        return Refused("already_renewed", f"The term from {starts_on} is paid; nothing is left to pay.")
    if day < opens_on:
        return Refused("window_not_open", f"A quote can be had from {opens_on} on; come back then.")
    if day > last_day:
        return Refused("too_late", f"Quotes could be had until {last_day}; renew by checkout or ask sales.")
    try:
        quote_line(sub, term, seats if seats and seats > 0 else None)
    except NotPriced:
        return Refused("term_not_offered", f"{sub.sku} is not sold for {term or sub.next_term} in {sub.currency}.")
    if seats is not None and seats < 1:
        return Refused("below_one_seat", "A quote needs at least one seat of each subscription.")
    return None


def may_issue(
    sub: Subscription, quote: QuoteTerms | None, seats: int | None, term: Term | None, at: datetime
) -> Refused | None:
    """Why a quote that was asked for cannot be issued at `at`, if so."""
    return _moved_on(sub, quote) or may_ask(sub, seats, term, at) or not_open(quote, at, QuoteState.ASKED)


def may_accept(
    sub: Subscription,
    quote: QuoteTerms | None,
    at: datetime,
    method: PaymentMethod | None,
    *,
    on_invoice: bool,
    handled_at: datetime | None = None,
) -> Refused | None:
    """Why a quote cannot be accepted at `at`, by purchase order or by paying with that method, if so.

    `handled_at` is when the order is placed, if that is later than `at`, when the acceptance was received.
    """
    return (
        _moved_on(sub, quote)
        or (None if on_invoice else _partner_invoices(sub))
        or (_no_invoice(quote) if on_invoice else _no_payment(sub, quote, at, method, handled_at or at))
        or not_open(quote, at, QuoteState.ISSUED)
    )


def _moved_on(sub: Subscription, quote: QuoteTerms | None) -> Refused | None:
    if quote and (sub.paid_ahead or sub.renews_on != quote.starts_on):
        return Refused("already_renewed", f"The term from {quote.starts_on} is paid; nothing is left to pay.")
    return None


def _partner_invoices(sub: Subscription) -> Refused | None:
    if sub.channel is Channel.PARTNER:
        hint = "The partner who sold this invoices it; accept the quote by a purchase order."
        return Refused("method_not_accepted", hint)
    return None


def _no_invoice(quote: QuoteTerms | None) -> Refused | None:
    if quote and not quote.invoice:
        return Refused("method_not_accepted", "This quote is not sold on invoice; accept it by paying it.")
    return None


def _no_payment(
    sub: Subscription, quote: QuoteTerms | None, at: datetime, method: PaymentMethod | None, handled_at: datetime
) -> Refused | None:
    """A code can be paid for as long as the quote binds; once that is over none is issued any more."""
    if method is None:
        hint = "Choose a payment method, or name a purchase order: the subscription has no method."
        return Refused("method_cannot_auto_charge", hint)
    issued = quote if quote and quote.state is QuoteState.ISSUED and at < quote.ends_at else None
    by_code = not method.kind.charges_automatically
    if by_code and issued and handled_at >= code_expires_at(sub, issued, method.kind, at):
        return Refused("too_late", "The code would have run out before it was issued; ask for a new quote.")
    too_much = not_accepted(quote.total, method.kind) if quote and quote.total else None
    return too_much or not_offered(sub, method.kind)


def code_expires_at(sub: Subscription, quote: QuoteTerms, kind: MethodKind, at: datetime) -> datetime:
    """Until when a code can be paid that is issued for a quote accepted at `at`: never longer than the quote binds."""
    return min(voucher_expires_at(sub, kind, at), quote.ends_at - timedelta(seconds=1))


def not_open(quote: QuoteTerms | None, at: datetime, *wanted: QuoteState) -> Refused | None:
    """Why a quote is in none of the states wanted, or over, if so."""
    if quote is None:
        return Refused("quote_not_open", "There is no such quote for this subscription; ask for one.")
    if quote.state is QuoteState.EXPIRED or (quote.state in wanted and at >= quote.ends_at):
        return Refused("quote_expired", f"The quote {quote.reference} has run out; ask for a new one.")
    if quote.state in wanted:
        return None
    if quote.state is QuoteState.ASKED:
        return Refused("quote_not_open", f"The quote {quote.reference} is not issued yet; wait for the mail with it.")
    return Refused("quote_not_open", f"The quote {quote.reference} is {quote.state}; ask for a new one.")


class PriceOutOfBounds(ValueError):
    """A price that may not be quoted; the text says between which it must lie."""


def quoted_line(sub: Subscription, seats: int | None, term: Term | None, unit_price: int | None) -> Line:
    """What a quote offers of one subscription, at the price of now or at another one per seat for the whole term.

    Another price is never dearer than the list price, nor cheaper than the policy's part of the renewal price. Raises
    `PriceOutOfBounds`, and `pricing.NotPriced`.
    """
    line = quote_line(sub, term, seats)
    if unit_price is None or unit_price == line.unit_price:
        return line
    price = sub.prices[line.term]
    lowest = -(-price.renewal_price * sub.policy.quote_lowest_percent // 100)
    if not lowest <= unit_price <= price.list_price:
        low, high = Money(lowest, sub.currency), Money(price.list_price, sub.currency)
        raise PriceOutOfBounds(f"The price of a seat of {sub.number} must lie between {low} and {high}.")
    return quote_line(sub, term, seats, unit_price)


def last_day_to_accept(lines: Iterable[tuple[Subscription, Term | None]], issued_on: date) -> date:
    """The last day of a quote that is issued on a local date: after the policy's days, inside every line's window."""
    found = list(lines)
    days = min(sub.policy.quote_days for sub, _ in found)
    return min(days_after(issued_on, days), *(quote_window_last_day(sub, term) for sub, term in found))


def ends_after(day: date, zone_name: str) -> datetime:
    """00:00 local of the day after the last one."""
    return midnight(days_after(day, 1), zone_name)


class QuoteDo(StrEnum):
    """What happens to a quote by itself."""

    REMIND = "remind"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class QuoteStep:
    """`at` is in the quote's own time; in the past: due at once."""

    at: datetime
    do: QuoteDo


@dataclass(frozen=True, slots=True)
class QuoteLife:
    """What its calendar depends on. `reminds_days` before its last day a quote reminds, at the notice time."""

    state: QuoteState
    last_day: date
    issued_at: datetime | None
    reminded: bool
    reminds_days: int
    notice_time: time
    time_zone: str


def quote_steps(life: QuoteLife) -> tuple[QuoteStep, ...]:
    """The steps that remain of a quote, in order of time; none once it is over.

    A quote that was issued so late that the reminder's day had come has none: the mail that brought it says as much.
    """
    if life.state not in (QuoteState.ASKED, QuoteState.ISSUED):
        return ()
    expires = QuoteStep(ends_after(life.last_day, life.time_zone), QuoteDo.EXPIRE)
    if life.state is QuoteState.ASKED or life.reminded or life.issued_at is None:
        return (expires,)
    reminds_at = at_local(days_after(life.last_day, -life.reminds_days), life.notice_time, life.time_zone)
    if reminds_at <= life.issued_at:
        return (expires,)
    return QuoteStep(reminds_at, QuoteDo.REMIND), expires
