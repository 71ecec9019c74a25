"""All that a letter may say, as plain frozen values: no rows, no templates, no wording.

Whoever sends a notice fills a `Letter` from the facts; `mail.render` turns it into words. Dates are local to the
customer. A term is half-open, so `renews_on` is both the first day of the next term and the day on which a term that
nothing renews expires.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from mail.address import texts_without_controls
from renewals.facts import Channel, Term
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import MethodKind
from renewals.usage import UnusedSeats

CURABLE_DECLINES = frozenset({"authentication_required", "expired_card", "incorrect_cvc", "card_not_supported"})
"""The declines that the customer can cure; only for these does `action_required` say what went wrong."""

RefundCause = Literal["paid_late", "paid_in_part", "paid_too_much", "operator"]
RenewWith = Literal["account", "partner", "sales"]


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
    """Money on its way back.

    `paid_late`: a voucher was paid after it had run out, and nothing was bought with it; `paid_in_part`: it was not
    paid in full in time; `paid_too_much`: by more than its amount, which is `price`, and this is the rest.
    """

    amount: Money
    method: MethodKind
    reference: str
    because: RefundCause
    price: Money | None = None


_NEEDS = {
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
"""The fact without which a letter has nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The facts of one letter about one subscription; a confirmation or quote names further ones in its lines.

    `seats`, `term`, `starts_on`, `renews_on` are those of the current term; `next_…` those of the term that the next
    renewal buys, pending changes included. In a letter with `paid`, the next term is the one after the paid one.
    `price` is the amount of the next term at the renewal price, `list_amount` the same at the list price, `unit_price`
    what one seat of `price` costs. `charge_on` is the day of the next automatic charge and `retry_on` that of the next
    automatic try after a decline. Access ends at 00:00 of `access_ends_on`. `late_window_last_day` is still open.
    `decline_code` is None for hard declines, whose reason is never named. `too_late_for_this_term`: the cancellation
    came just after the term had been paid. `unused` are seats that hardly anybody uses, and `may_reduce_seats` whether
    the buyer may have fewer of them: a word beside what the letter has to say. `own_order` is the amount of a declined
    order that the buyer had placed, for more seats or the next term (`what`), and `own_lines` for how many
    subscriptions. `self_service`: the buyer may renew in the account; it only matters for the direct channels. Raises
    `ValueError` when a letter lacks the fact that its kind is about.
    """

    kind: Kind
    locale: str
    number: str
    product: str
    customer: str
    buyer_name: str
    channel: Channel
    automatic: bool
    seats: int
    term: Term
    starts_on: date
    renews_on: date
    next_seats: int
    next_term: Term
    next_starts_on: date
    next_renews_on: date
    today: date
    charge_on: date | None = None
    price: Money | None = None
    unit_price: Money | None = None
    list_amount: Money | None = None
    method: MethodKind | None = None
    method_valid_through: date | None = None
    access_ends_on: date | None = None
    late_window_last_day: date | None = None
    retry_on: date | None = None
    decline_code: str | None = None
    paid: Paid | None = None
    voucher: Voucher | None = None
    seats_added: SeatsAdded | None = None
    order: Order | None = None
    quote: Quote | None = None
    refund: Refund | None = None
    what: Literal["seats", "term"] | None = None
    own_order: Money | None = None
    own_lines: int = 1
    code_open: bool = False
    too_late_for_this_term: bool = False
    self_service: bool = True
    unused: UnusedSeats | None = None
    may_reduce_seats: bool = False

    def __post_init__(self) -> None:
        needed = _NEEDS.get(self.kind)
        if needed and getattr(self, needed) is None:
            raise ValueError(f"a letter of kind {self.kind} needs to know its {needed}")

    @property
    def basket(self) -> Order | Quote | Voucher | None:
        """What the letter is about if that is not one subscription but a list of them."""
        match self.kind:
            case Kind.ORDER_CONFIRMATION:
                return self.order
            case Kind.QUOTE_ISSUED | Kind.QUOTE_EXPIRING:
                return self.quote
            case Kind.VOUCHER_ISSUED | Kind.VOUCHER_PART_RECEIVED | Kind.VOUCHER_EXPIRED if (
                self.voucher and self.voucher.lines
            ):
                return self.voucher
        return None

    @property
    def runs_until(self) -> date:
        """The renewal date of the last term that is paid for: the first day of the one to be bought next."""
        return self.next_starts_on

    @property
    def over(self) -> bool:
        """Has the last paid term ended?"""
        return self.today >= self.runs_until

    @property
    def days_left(self) -> int:
        """Whole days from today to the renewal date."""
        return (self.renews_on - self.today).days

    @property
    def access_gone(self) -> bool:
        return self.access_ends_on is not None and self.access_ends_on <= self.today

    @property
    def renew_with(self) -> RenewWith:
        """Where the buyer renews by hand: in the account, or by asking the partner or our sales team."""
        if self.channel is Channel.PARTNER:
            return "partner"
        direct = self.channel in (Channel.DIRECT_ONLINE, Channel.DIRECT_SALES)
        return "account" if direct and self.self_service else "sales"

    @property
    def by_voucher(self) -> bool:
        """Is the stored method one that needs the buyer at every payment (a store code, a transfer reference)?"""
        return self.method is not None and not self.method.charges_automatically

    @property
    def cure(self) -> str | None:
        """The decline that the customer can cure, if it is one."""
        return self.decline_code if self.decline_code in CURABLE_DECLINES else None

    def without_controls(self) -> "Letter":
        """The same letter with line breaks and other control characters in its texts made spaces."""
        safe: Letter = texts_without_controls(self)
        return safe


VENDOR = "Perennial"
"""Who writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Whom to ask, and where the account is: settings of the installation.

    `support`, `sales` and `partner` are mail addresses or web addresses; `partner` tells a customer who their
    partner is.
    """

    account_url: str
    support: str
    sales: str
    partner: str
    vendor: str = VENDOR
