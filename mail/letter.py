"""All that a letter may say, as plain frozen values: no rows, no templates, no wording.

Whoever sends a notice fills a `Letter` from the facts; `mail.render` turns it into words. Dates are local to the
customer. A term is half-open, so `renews_on` is both the first day of the next term and the day on which a term that
nothing renews expires.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from mail.address import texts_without_controls
from mail.dealings import ABOUT, Order, Paid, Quote, Refund, SeatsAdded, Voucher
from renewals.facts import Channel, Term
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import MethodKind
from renewals.usage import UnusedSeats

CURABLE_DECLINES = frozenset({"authentication_required", "expired_card", "incorrect_cvc", "card_not_supported"})
"""The declines that the customer can cure; only for these does `action_required` say what went wrong."""

RenewWith = Literal["account", "partner", "sales"]


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
        needed = ABOUT.get(self.kind)
        if needed and getattr(self, needed) is None:
            raise ValueError(f"a letter of kind {self.kind} needs to know its {needed}")

    @property
    def basket(self) -> Order | Quote | Voucher | Refund | None:
        """What the letter is about if that is not one subscription but a list of them."""
        match ABOUT.get(self.kind):
            case "order":
                return self.order
            case "quote":
                return self.quote
            case "voucher" if self.voucher and self.voucher.lines:
                return self.voucher
            case "refund" if self.refund and self.refund.lines:
                return self.refund
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

    `support`, `sales` and `partner` are ways to reach them (`renewals.addresses.ways_to_reach`); `partner` tells a
    customer who their partner is.
    """

    account_url: str
    support: str
    sales: str
    partner: str
    vendor: str = VENDOR
