"""The commands: what each says (domain.md 7).

How their arguments are read stands in arguments.py; who may give one, in permission.py; whether it is allowed for a
subscription at a moment, in eligibility.py.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from renewals.facts import Term
from renewals.payments import MethodKind


class Name(StrEnum):
    """A command's name as operators type it."""

    CANCEL_AUTO_RENEW = "cancel-auto-renew"
    RESUME_AUTO_RENEW = "resume-auto-renew"
    REDUCE_SEATS = "reduce-seats"
    CHANGE_TERM = "change-term"
    WITHDRAW_PENDING = "withdraw-pending"
    SET_PAYMENT_METHOD = "set-payment-method"
    ADD_SEATS = "add-seats"
    RENEW = "renew"
    RELEASE_HOLD = "release-hold"
    HAND_OVER_ADMIN = "hand-over-admin"
    ASK_FOR_QUOTE = "ask-for-quote"
    ACCEPT_QUOTE = "accept-quote"
    DECLINE_QUOTE = "decline-quote"
    ISSUE_QUOTE = "issue-quote"
    WITHDRAW_QUOTE = "withdraw-quote"
    RECORD_RENEWAL = "record-renewal"
    PARK = "park"
    RELEASE = "release"
    GO_LIVE = "go-live"
    RESOLVE_PAYMENT = "resolve-payment"
    EXTEND_LATE_WINDOW = "extend-late-window"
    REFUND = "refund"
    REINSTATE = "reinstate"
    CHANGE_BUYER = "change-buyer"
    CHANGE_CONTACT = "change-contact"
    RE_PLAN = "re-plan"


ABOUT_QUOTES = frozenset(
    {Name.ASK_FOR_QUOTE, Name.ACCEPT_QUOTE, Name.DECLINE_QUOTE, Name.ISSUE_QUOTE, Name.WITHDRAW_QUOTE}
)
"""Commands that may concern several subscriptions; each is given for one of them."""

BEARS_ON_THE_CHARGE = frozenset(
    {
        Name.CANCEL_AUTO_RENEW,
        Name.RESUME_AUTO_RENEW,
        Name.REDUCE_SEATS,
        Name.CHANGE_TERM,
        Name.WITHDRAW_PENDING,
        Name.SET_PAYMENT_METHOD,
        Name.RECORD_RENEWAL,
        Name.PARK,
        Name.RELEASE,
    }
)
"""Commands that say whether, for how much and with what the next term is charged, and charge nothing themselves.

To renew on the renewal date is one of them, too.
"""


@dataclass(frozen=True, slots=True)
class Cancel:
    renewal: date | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    renewal: date | None = None


@dataclass(frozen=True, slots=True)
class ReduceSeats:
    to: int


@dataclass(frozen=True, slots=True)
class ChangeTerm:
    """`preview` is the token of the price that the buyer has seen for that term; None: that which is now in force."""

    term: Term
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawPending:
    what: str


@dataclass(frozen=True, slots=True)
class SetPaymentMethod:
    """`valid_through` is the last day of a card's month of expiry."""

    kind: MethodKind
    token: str
    valid_through: date | None


@dataclass(frozen=True, slots=True)
class ChooseMethod:
    """Pay with a method that the customer has stored before, by its id."""

    id: UUID


@dataclass(frozen=True, slots=True)
class NewMethod:
    """A method that is named in the command itself. `valid_through` is the last day of a card's month of expiry."""

    kind: MethodKind
    token: str
    valid_through: date | None


@dataclass(frozen=True, slots=True)
class StoredMethod:
    """A method that the customer has stored before, by its id."""

    id: UUID


MethodChoice = NewMethod | StoredMethod | None
"""What an order is paid with; None: the method that the subscription has."""


class When(StrEnum):
    NOW = "now"
    ON_RENEWAL_DATE = "on-renewal-date"


@dataclass(frozen=True, slots=True)
class AddSeats:
    """`preview` is the token of the prices that the buyer has seen (preview.py); None: those now in force."""

    seats: int
    method: MethodChoice = None
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class Renew:
    """Pay the next term now, or have it charged on the renewal date with that method; `preview` as in `AddSeats`."""

    method: MethodChoice = None
    when: When = When.NOW
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """Give up what holds the next term: an open order, a voucher or a quote.

    `hold` is the id of the one that was shown; None: the order or voucher that stood when the command was received.
    """

    hold: str | None = None


@dataclass(frozen=True, slots=True)
class HandOverAdmin:
    """Make another contact of the organisation the primary admin; the buyer stays buyer."""

    to: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a quote is asked for, of one subscription. None for seats or term: those of its next renewal."""

    subscription: str
    seats: int | None = None
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class AskForQuote:
    """Ask for one quote for the next terms of one or more subscriptions, each named once."""

    lines: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class AcceptQuote:
    """Accept what a quote offers: by purchase order, or by paying it at once with a method as in `Renew`."""

    quote: str
    purchase_order: str | None = None
    method: MethodChoice = None


@dataclass(frozen=True, slots=True)
class DeclineQuote:
    """The buyer does not want what was asked for, or is offered, any more."""

    quote: str


@dataclass(frozen=True, slots=True)
class IssueQuote:
    """Offer what was asked for. `prices` are those agreed on, by subscription: minor units per seat and whole term.

    `expires_on` is the last day to accept it, `invoice`, whether a purchase order will do.
    """

    quote: str
    prices: tuple[tuple[str, int], ...] = ()
    expires_on: date | None = None
    invoice: bool = True


@dataclass(frozen=True, slots=True)
class WithdrawQuote:
    """Take back what was asked for or offered."""

    quote: str


@dataclass(frozen=True, slots=True)
class RecordRenewal:
    reference: str
    seats: int | None = None
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Park:
    pass


@dataclass(frozen=True, slots=True)
class Release:
    pass


@dataclass(frozen=True, slots=True)
class GoLive:
    pass


@dataclass(frozen=True, slots=True)
class ResolvePayment:
    paid: bool


@dataclass(frozen=True, slots=True)
class ExtendLateWindow:
    """Let this subscription be renewed late through a local day; the policy's own day takes that back."""

    to: date


@dataclass(frozen=True, slots=True)
class Refund:
    """Send back what was paid for an order, in full or in part; the term stays. `amount` in minor units, None: all.

    `seen`: how much of it had gone back when whoever asks looked; None: they do not say. `attempt`: one that ended
    unpaid, and whose money the gateway took after all; None: the one that paid.
    """

    order: UUID
    amount: int | None = None
    seen: int | None = None
    attempt: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reinstate:
    """Bring one that lapsed wrongly back into its late window, which then is open through that local day."""

    to: date


@dataclass(frozen=True, slots=True)
class ChangeBuyer:
    """Make another person of the organisation the buyer; a name is needed for one who is no contact yet."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeContact:
    """Correct what is kept of a contact, known by the present address; None stays as it is."""

    contact: str
    email: str | None = None
    name: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class RePlan:
    """Plan again from the facts, and wake the workflow; nothing else."""


Command = (
    Cancel
    | Resume
    | ReduceSeats
    | ChangeTerm
    | WithdrawPending
    | SetPaymentMethod
    | ChooseMethod
    | AddSeats
    | Renew
    | ReleaseHold
    | HandOverAdmin
    | AskForQuote
    | AcceptQuote
    | DeclineQuote
    | IssueQuote
    | WithdrawQuote
    | RecordRenewal
    | Park
    | Release
    | GoLive
    | ResolvePayment
    | ExtendLateWindow
    | Refund
    | Reinstate
    | ChangeBuyer
    | ChangeContact
    | RePlan
)


QuoteCommand = AskForQuote | AcceptQuote | DeclineQuote | IssueQuote | WithdrawQuote


class BadArguments(ValueError):
    """The command is malformed; the text is one sentence that says what is wrong and what to do."""
