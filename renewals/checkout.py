"""What a buyer pays for at once: the next term, or more seats (domain.md 5 and 7).

Who may buy at all stands in eligibility.py, what it costs in pricing.py; here is whether now, and with which method.
"""

from datetime import date, datetime, time, timedelta

from renewals.calendar import at_local, days_after
from renewals.commands import When
from renewals.decisions import Refused
from renewals.facts import Phase, Subscription
from renewals.money import Money
from renewals.payments import MethodKind, PaymentMethod
from renewals.pricing import NotPriced, checkout_line, seats_lines
from renewals.renewing import last_paid_term
from renewals.windows import late_window_closes_at, today, window_opens_on

KONBINI_TAKES = Money(120, "JPY"), Money(300_000, "JPY")
"""The smallest and the largest amount that a store takes (rules.md C)."""

_LAST_SECOND = time(23, 59, 59)


def may_add_seats(
    sub: Subscription, at: datetime, method: PaymentMethod | None, *, handled_at: datetime | None = None
) -> Refused | None:
    """Why no seats can be added to the running term at `at`, if so.

    `handled_at` is when the order is placed, if that is later: of a term that is over by then nothing is left to sell,
    and what its seats would cost in the one that runs nobody has been shown.
    """
    ordered_on, day = today(sub, at), today(sub, handled_at or at)
    still_runs = sub.starts_on <= ordered_on and day < sub.renews_on
    next_runs = any(ordered_on < term.starts_on <= day < term.renews_on for term in (sub, last_paid_term(sub)))
    if sub.phase in (Phase.PAST_DUE, Phase.EXPIRED) or not (still_runs or next_runs):
        return Refused("term_not_paid", "No paid term is running; seats can be added once one is.")
    if not still_runs:
        return Refused("too_late", "The term that these seats were for is over; order them for the one that runs.")
    if method is None or not method.kind.charges_automatically:
        return Refused("method_cannot_auto_charge", "Seats are paid at once; choose a card, PayPal or direct debit.")
    try:
        seats_lines(sub, 1, day)
    except NotPriced:
        return Refused("term_not_offered", f"Seats of {sub.sku} are not sold for {sub.term} in {sub.currency}.")
    return not_offered(sub, method.kind)


def may_renew(
    sub: Subscription,
    at: datetime,
    method: PaymentMethod | None,
    when: When,
    *,
    alone: bool = True,
    meant: date | None = None,
    handled_at: datetime | None = None,
) -> Refused | None:
    """Why the next term cannot be bought at `at` with that method, if so.

    Where it is not bought `alone`, whether the method takes the amount is a question of the order's sum. `meant` is the
    renewal date that the buyer had in mind: where that term was paid meanwhile, he did not mean the one after it.
    `handled_at` is when the order is placed, if that is later than `at`, when it was received.
    """
    day, opens_on, starts_on = today(sub, at), window_opens_on(sub), meant or sub.renews_on
    if sub.paid_ahead or starts_on != sub.renews_on:
        return Refused("already_renewed", f"The term from {starts_on} is paid; nothing is left to pay.")
    if day < opens_on:
        return Refused("window_not_open", f"It can be renewed from {opens_on} on; come back then.")
    if at >= late_window_closes_at(sub):
        return Refused("too_late", "The late window has closed; ask support.")
    if when is When.ON_RENEWAL_DATE and day >= sub.renews_on:
        return Refused("too_late", "The renewal date has come; renew now instead.")
    if method is None:
        return Refused("method_cannot_auto_charge", "Choose a payment method: the subscription has none.")
    if when is When.NOW and handled_at and (over := voucher_over(sub, method.kind, at, handled_at)):
        return over
    if when is When.ON_RENEWAL_DATE and not method.kind.charges_automatically:
        return Refused("method_cannot_auto_charge", "This method cannot be charged by itself; renew now instead.")
    try:
        amount = checkout_line(sub).total
    except NotPriced:
        return Refused("term_not_offered", f"{sub.sku} is not sold for {sub.next_term} in {sub.currency}.")
    return (not_accepted(amount, method.kind) if alone else None) or not_offered(sub, method.kind)


def not_offered(sub: Subscription, kind: MethodKind) -> Refused | None:
    """Why this kind of method is not taken for this offering, country and channel, if the policy says so."""
    if kind in sub.policy.methods:
        return None
    offered = ", ".join(each.replace("_", " ") for each in sub.policy.methods)
    return Refused("method_not_accepted", f"This method is not offered here; choose another ({offered}).")


def not_accepted(amount: Money, kind: MethodKind) -> Refused | None:
    """Why a method of this kind does not take the amount of an order, if so."""
    smallest, largest = KONBINI_TAKES
    if other := currency_not_taken(amount.currency, kind):
        return other
    if kind is MethodKind.KONBINI and not smallest.minor <= amount.minor <= largest.minor:
        span = f"from {smallest} to {largest}"
        return Refused("method_not_accepted", f"Stores take {span}, this is {amount}; choose another payment method.")
    return None


def currency_not_taken(currency: str, kind: MethodKind) -> Refused | None:
    """Why a method of this kind does not take any amount in that currency, if so."""
    _, largest = KONBINI_TAKES
    if kind is not MethodKind.KONBINI or currency == largest.currency:
        return None
    return Refused("method_not_accepted", f"Stores take {largest.currency} only; choose another payment method.")


def voucher_over(sub: Subscription, kind: MethodKind, at: datetime, handled_at: datetime) -> Refused | None:
    """Why no voucher can be issued at `handled_at` for an order that was received at `at`: nobody could pay it."""
    if kind.charges_automatically or handled_at < voucher_expires_at(sub, kind, at):
        return None
    if handled_at >= late_window_closes_at(sub):
        return Refused("too_late", "The late window has closed before a code could be issued; ask support.")
    return Refused("too_late", "The code would have run out before it was issued; order again.")


def voucher_expires_at(sub: Subscription, kind: MethodKind, at: datetime) -> datetime:
    """Until when a voucher that is issued at `at` can be paid: the end of a local day, never after the late window.

    >>> from datetime import UTC
    >>> _end_of(date(2027, 4, 23), "Asia/Tokyo").isoformat()
    '2027-04-23T14:59:59+00:00'
    """
    day = days_after(today(sub, at), sub.policy.voucher_days[kind])
    return min(_end_of(day, sub.time_zone), late_window_closes_at(sub) - timedelta(seconds=1))


def _end_of(day: date, zone_name: str) -> datetime:
    return at_local(day, _LAST_SECOND, zone_name)
