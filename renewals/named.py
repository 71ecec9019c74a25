"""What a command names, held against what the subscription has: a renewal date, a card, a method."""

from datetime import date, datetime

from renewals import commands as c
from renewals.facts import Phase, Subscription
from renewals.payments import MethodKind
from renewals.renewing import last_paid_term
from renewals.windows import today


def check_named_renewal(sub: Subscription, renewal: date | None) -> None:
    """A cancel or resume may name the renewal date it means: the next unpaid one, or the one just paid.

    Raises `commands.BadArguments` for any other date.
    """
    unpaid_on = last_paid_term(sub).renews_on
    if renewal not in (None, unpaid_on) and not just_paid(sub, renewal):
        raise c.BadArguments(f"{renewal} is not a renewal date of {sub.number}; the next one is {unpaid_on}.")


def check_method_not_over(sub: Subscription, name: c.Name, valid_through: date | None, received_at: datetime) -> None:
    """A new card that is over on the day it is named, local date in the customer's zone, is a slip of the pen.

    A stored one whose month ends is tried all the same, as issuers renew cards (domain.md 6). Raises
    `commands.BadArguments`.
    """
    day = today(sub, received_at)
    if valid_through is not None and valid_through < day:
        month = f"{valid_through:%Y-%m}"
        cure = "correct it" if name is c.Name.SET_PAYMENT_METHOD else "correct it or choose another method"
        raise c.BadArguments(f'{name}: "expires" is {month}, which is over on {day}; {cure}.')


def just_paid(sub: Subscription, renewal: date | None) -> bool:
    """Does a cancel name the renewal that has just been paid, so that it comes too late for that one?

    An imported term was paid elsewhere, and one that is over was not paid just now.
    """
    paid = last_paid_term(sub)
    over = sub.phase in (Phase.PAST_DUE, Phase.EXPIRED, Phase.LAPSED)
    return renewal == paid.starts_on and paid.unit_price is not None and not over


def methods_equal(
    stored: tuple[MethodKind, str, date | None] | None, command: c.SetPaymentMethod | c.NewMethod
) -> bool:
    """Is it the same method again (kind, token, expiry)?"""
    return stored == (command.kind, command.token, command.valid_through)
