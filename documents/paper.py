"""All that a paper may say, as plain frozen values. Dates are local to the customer, terms half-open."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import add

from mail.address import texts_without_controls
from renewals.facts import Term
from renewals.money import Money, prorated
from renewals.payments import MethodKind, Purpose, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """What is offered or bought of one subscription, with the factors of its amount.

    `basis` names the rule of the unit price (pricing.py). Seats for the rest of a term are paid for `days` of
    `term_days`. Raises `ValueError` for an amount that does not follow from its factors.
    """

    number: str
    product: str
    purpose: Purpose
    term: Term
    starts_on: date
    renews_on: date
    seats: int
    unit_price: Money
    amount: Money
    basis: str
    days: int | None = None
    term_days: int | None = None

    def __post_init__(self) -> None:
        whole = self.unit_price * self.seats
        part = self.days is not None and self.term_days is not None
        minor = prorated(whole.minor, self.days or 1, self.term_days or 1) if part else whole.minor
        if self.amount != Money(minor, whole.currency):
            raise ValueError(f"the amount of {self.number} is not that of its factors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What every paper says: for whom, of what, and since when it is so. `made_at` is written into the file."""

    reference: str
    locale: str
    vendor: str
    customer: str
    csn: str
    buyer: str
    made_at: datetime
    dated_on: date
    lines: tuple[PaperLine, ...]

    @property
    def total(self) -> Money:
        """The sum of the lines. Raises `ValueError` for more than one currency."""
        return reduce(add, (line.amount for line in self.lines))

    def without_controls(self) -> "Paper":
        """The same with control characters in its texts made spaces."""
        safe: Paper = texts_without_controls(self)
        return safe


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotePaper(Paper):
    """An offer that can be accepted until the end of `expires_on`; by purchase order if it is sold on `invoice`.

    What is sold `by_partner` is accepted by purchase order only.
    """

    expires_on: date
    invoice: bool
    by_partner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPaper(Paper):
    """An order that is settled: paid with a method, or ordered under a number of the customer's or partner's own.

    `voucher` is the code that was paid with, `quote` the offer that was accepted. `refunds` are what of it went back
    since, and on which days.
    """

    way: Way
    method: MethodKind | None = None
    ordered_as: str | None = None
    voucher: str | None = None
    quote: str | None = None
    refunds: tuple[tuple[Money, date], ...] = ()
