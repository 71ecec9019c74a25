"""How terms and seats are paid: methods, the attempts to pay with them, and what an order holds meanwhile.

Instants end in `_at` and are UTC; amounts are minor units. Words are those of domain.md 1, 5 and 6.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class MethodKind(StrEnum):
    CARD = "card"
    PAYPAL = "paypal"
    DIRECT_DEBIT = "direct_debit"
    KONBINI = "konbini"
    BANK_TRANSFER = "bank_transfer"

    @property
    def charges_automatically(self) -> bool:
        """Konbini and ATM bank transfer need the buyer at every payment."""
        return self not in (MethodKind.KONBINI, MethodKind.BANK_TRANSFER)


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A stored method, without its token. `valid_through` is the last day of a card; `set_at` when it was chosen."""

    id: str
    kind: MethodKind
    set_at: datetime
    valid_through: date | None = None


class AttemptState(StrEnum):
    """One try to pay. `unknown`: no answer came. `issued`: a voucher waits for its buyer to pay it.

    `paid`, `declined`, `expired` (a voucher that nobody paid in time) and `abandoned` (it never reached the gateway and
    never will) are final.
    """

    OPEN = "open"
    UNKNOWN = "unknown"
    PENDING = "pending"
    ISSUED = "issued"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"
    ABANDONED = "abandoned"


ENDED_UNPAID = (AttemptState.EXPIRED, AttemptState.DECLINED)
"""How a code may have ended whose provider is still asked whether money comes all the same."""


class DeclineClass(StrEnum):
    """What follows from a decline (domain.md 6)."""

    SOFT = "soft"
    CUSTOMER_ACTS = "customer_acts"
    HARD = "hard"


class Way(StrEnum):
    """How an order came about: by the calendar, by its buyer for the next term, more seats or a quote, or elsewhere.

    `bulk` is an order of a bulk checkout: the next terms of many subscriptions, paid at once.
    """

    AUTOMATIC = "automatic"
    CHECKOUT = "checkout"
    BULK = "bulk"
    SEATS = "seats"
    QUOTE = "quote"
    RECORDED = "recorded"

    @property
    def may_be_of_many(self) -> bool:
        """May an order be for several subscriptions, and carried out by any of them, or by its basket?"""
        return self in (Way.BULK, Way.QUOTE)


class Purpose(StrEnum):
    """What an order line buys: the next term, more seats for the rest of the running one, or for the next, paid one."""

    RENEWAL = "renewal"
    SEATS = "seats"
    NEXT_SEATS = "next_seats"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to pay an order.

    `called_at` is the instant of the charge, `answered_at` that of its final answer. `next_at` is when to call again
    (open, and known not to have reached the gateway) or to ask what became of it (unknown, pending, issued); None while
    a call is under way. `called_off`: the buyer cancelled after it was begun; if it was not made it never is.
    `seen_to_here`: this subscription's plan asks about it. Of an order of many lines only the first one's does.
    `expires_at`: until when a voucher can be paid; `received`, how much of its `amount` has come (minor units).
    `unwanted`: its provider is told at `next_at` that nobody wants its code, rather than asked.
    """

    id: str
    n: int
    state: AttemptState
    method_id: str
    called_at: datetime
    next_at: datetime | None = None
    answered_at: datetime | None = None
    decline_class: DeclineClass | None = None
    way: Way = Way.AUTOMATIC
    called_off: bool = False
    seen_to_here: bool = True
    expires_at: datetime | None = None
    amount: int = 0
    received: int = 0
    unwanted: bool = False

    @property
    def was_never_sent(self) -> bool:
        """Does it wait to be called again, as nobody was there, so that no call is under way?"""
        return self.state is AttemptState.OPEN and self.next_at is not None

    @property
    def may_move_money(self) -> bool:
        """May money be moving? A buyer's own order is called again until it is answered; nobody else pays meanwhile."""
        if self.state is AttemptState.OPEN:
            return self.next_at is None or self.way is not Way.AUTOMATIC
        return self.state in (AttemptState.UNKNOWN, AttemptState.PENDING)


@dataclass(frozen=True, slots=True)
class Hold:
    """An open order, quote or voucher on the next term; while it stands nothing is charged automatically.

    `seen_to_here` as of an attempt: this subscription's plan ends it.
    `quote` is the reference of the quote that holds it. `again_until`: it is a code that pays a quote, which holds the
    term again once the code is over, until then.
    """

    id: str
    ends_at: datetime | None
    seen_to_here: bool = True
    quote: str | None = None
    again_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwedBack:
    """Money that bought nothing and goes back to its buyer, in minor units; `next_at` is when to send it."""

    id: str
    next_at: datetime
    amount: int
    currency: str
