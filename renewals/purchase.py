"""What is paid with one method, and which kinds of method can pay it (domain.md 3 and 5).

What the forms of the account and the API offer follows from here. Whether a command is allowed with the method that was
chosen then is for eligibility.py to say, by the same rules of checkout.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from renewals.checkout import currency_not_taken, not_accepted, not_offered
from renewals.commands import Name
from renewals.facts import Subscription
from renewals.money import Money
from renewals.payments import MethodKind, PaymentMethod
from renewals.pricing import NotPriced, checkout_line

CURED_BY_A_METHOD = frozenset({"method_cannot_auto_charge", "method_not_accepted"})
"""The refusals that another method may cure."""


class Bar(StrEnum):
    """Why a kind of method cannot pay: the policy, the currency, the sum, or that nobody waits for its money."""

    POLICY = "policy"
    CURRENCY = "currency"
    SUM = "sum"
    AT_ONCE = "at_once"


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is to be paid with one method: for these subscriptions, in orders of these sums, as far as they are known.

    `at_once`: it takes a method that is charged there and then.
    """

    subs: tuple[Subscription, ...]
    sums: tuple[Money, ...] = ()
    at_once: bool = False

    def bar(self, kind: MethodKind) -> Bar | None:
        """Why a method of this kind cannot pay all of it, if so."""
        if any(not_offered(sub, kind) for sub in self.subs):
            return Bar.POLICY
        if any(currency_not_taken(sub.currency, kind) for sub in self.subs):
            return Bar.CURRENCY
        if any(not_accepted(each, kind) for each in self.sums):
            return Bar.SUM
        return Bar.AT_ONCE if self.at_once and not kind.charges_automatically else None

    @property
    def kinds(self) -> tuple[MethodKind, ...]:
        """The kinds of method that can pay all of it."""
        return tuple(kind for kind in MethodKind if self.bar(kind) is None)

    def stand_in(self, at: datetime) -> PaymentMethod:
        """What stands for a method that is chosen later: of the kind that can pay all of it, or else the most.

        Of several it is one that is charged by itself: that has no sum that it does not take.
        """
        alone = [Purchase((sub,), at_once=self.at_once) for sub in self.subs]

        def can_pay(kind: MethodKind) -> tuple[bool, int, bool]:
            return self.bar(kind) is None, sum(each.bar(kind) is None for each in alone), kind.charges_automatically

        return PaymentMethod("", max(MethodKind, key=can_pay), at)


def renewal_of(subs: Iterable[Subscription]) -> Purchase:
    """The next terms of subscriptions of one customer: one order for each channel and currency (domain.md 8)."""
    bought, sums = tuple(subs), dict[tuple[str, str], int]()
    for sub in bought:
        try:
            minor = checkout_line(sub).amount
        except NotPriced:
            continue
        order = sub.channel, sub.currency
        sums[order] = sums.get(order, 0) + minor
    return Purchase(bought, tuple(Money(minor, currency) for (_, currency), minor in sums.items()))


def purchase_of(name: Name, sub: Subscription) -> Purchase | None:
    """What a method that is named in that command has to pay, as far as it is known; None: it names none."""
    match name:
        case Name.RENEW:
            return renewal_of((sub,))
        case Name.ADD_SEATS:
            return Purchase((sub,), at_once=True)
        case Name.SET_PAYMENT_METHOD | Name.ACCEPT_QUOTE:
            return Purchase((sub,))
    return None
