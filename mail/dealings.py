"""What a letter may be about beside a subscription: a payment, a voucher, more seats, an order, a quote, a refund.

Plain frozen values, as in `letter`. Dates are local to the customer.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from renewals.facts import Term
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import MethodKind

RefundCause = Literal["paid_late", "paid_in_part", "paid_too_much", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """The term that was just paid or recorded. `reference` is that of the order; `method`, what it was paid with."""

    amount: Money
    starts_on: date
    renews_on: date
    seats: int
    term: Term
    reference: str | None = None
    method: MethodKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One subscription in an order or quote, with the term that it buys."""

    number: str
    product: str
    seats: int
    term: Term
    starts_on: date
    renews_on: date
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """What a term can be paid with by hand: a store payment code or a transfer reference, and the term it pays for.

    `lines` are the terms of several subscriptions where it pays for an order of many. Payable until 23:59 of
    `expires_on`. If nobody pays it, the `quote` that was accepted with it is open again until the end of `quote_until`.
    Of its amount `received` has come so far, `part` of that just now; nothing where they are None. Raises `ValueError`
    for a method that needs no voucher.
    """

    kind: MethodKind
    code: str
    amount: Money
    expires_on: date
    starts_on: date
    renews_on: date
    seats: int
    term: Term
    lines: tuple[OrderLine, ...] = ()
    received: Money | None = None
    part: Money | None = None
    quote: str | None = None
    quote_until: date | None = None

    @property
    def total(self) -> Money:
        return self.amount

    @property
    def remaining(self) -> Money:
        """What is still to be paid."""
        return Money(self.amount.minor - (self.received.minor if self.received else 0), self.amount.currency)

    def __post_init__(self) -> None:
        if self.kind.charges_automatically:
            raise ValueError(f"nothing is paid by voucher with {self.kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsAdded:
    """`count` seats that were bought within a term, which now has `seats`.

    `list_price` is that of one seat for the whole term of `term_days`, of which `days` remain, today counted.
    `next_amount` is the amount of the next term, the new seats included.
    """

    count: int
    seats: int
    amount: Money
    list_price: Money
    days: int
    term_days: int
    method: MethodKind
    next_amount: Money | None
    reference: str

    @property
    def prorated(self) -> Money:
        """What the new seats cost for the rest of this term, rounded half up (domain.md 7)."""
        share = self.list_price * (self.count * self.days)
        return Money((2 * share.minor + self.term_days) // (2 * self.term_days), share.currency)

    @property
    def adds_up(self) -> bool:
        """Can the amount be told as that share, and what lies beyond it?"""
        return self.amount.minor >= self.prorated.minor

    @property
    def for_next_term(self) -> Money | None:
        """What was paid beyond that: the price of the new seats for a next term that was already paid."""
        beyond = self.amount.minor - self.prorated.minor
        return Money(beyond, self.amount.currency) if beyond > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One payment for up to 100 subscriptions; on invoice it has no `method`."""

    reference: str
    total: Money
    method: MethodKind | None
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An offer that can be accepted until the end of `expires_on`; as a `document`, it comes with the letter as PDF."""

    reference: str
    total: Money
    expires_on: date
    lines: tuple[OrderLine, ...]
    document: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money on its way back, of an order that cost `price`; `lines` are its terms where it was for many subscriptions.

    `paid_late`: a voucher was paid after it had run out, and nothing was bought with it; `paid_in_part`: it was not
    paid in full in time; `paid_too_much`: by more than its price, and this is the rest. `renewable`: the term that it
    was to buy can still be bought.
    """

    amount: Money
    method: MethodKind
    reference: str
    because: RefundCause
    price: Money
    lines: tuple[OrderLine, ...] = ()
    renewable: bool = False

    @property
    def total(self) -> Money:
        return self.price


ABOUT = {
    Kind.RENEWED: "paid",
    Kind.VOUCHER_ISSUED: "voucher",
    Kind.VOUCHER_PART_RECEIVED: "voucher",
    Kind.VOUCHER_EXPIRED: "voucher",
    Kind.SEATS_ADDED: "seats_added",
    Kind.ORDER_CONFIRMATION: "order",
    Kind.QUOTE_ISSUED: "quote",
    Kind.QUOTE_EXPIRING: "quote",
    Kind.REFUND: "refund",
}
"""What a letter of that kind is about; without it, it has nothing to say."""
