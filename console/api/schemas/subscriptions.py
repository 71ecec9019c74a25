"""A subscription as it stands, and what its buyer may do."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from console.api.schemas.wire import Instant, Resource
from renewals.commands import Name
from renewals.facts import Channel, Phase, Term
from renewals.options import Contact
from renewals.payments import MethodKind


class Method(Resource):
    """A stored payment method. Its token never leaves."""

    id: UUID
    kind: MethodKind
    valid_through: date | None


class Product(Resource):
    sku: str
    name: str


class Pending(Resource):
    """Changes that apply at the next renewal."""

    seats: int | None
    term: Term | None


class NextTerm(Resource):
    """The term that the next renewal buys, at the price of now; or has bought, if it is `paid`."""

    starts_on: date
    renews_on: date
    term: Term
    seats: int
    unit_price: int
    amount: int
    currency: str
    paid: bool


class OpenVoucher(Resource):
    """A store code or transfer reference that waits to be paid, in one part or in several."""

    amount: int
    received: int
    """What has come so far."""
    remaining: int
    currency: str
    pay_until: Instant | None


class Subscription(Resource):
    """A subscription as it stands."""

    number: Annotated[str, Field(examples=["S-1001"])]
    customer: str
    buyer: str
    product: Product
    channel: Channel
    phase: Phase
    live: bool
    """Before go-live nothing is charged or mailed."""
    parked: bool
    """An operator has stopped notices and charges."""
    seats: int
    term: Term
    starts_on: date
    renews_on: date
    access_until: Instant
    """When the product must lock if nothing more happens."""
    auto_renew: bool
    """Whether it is switched on; whether anything is charged says `way_of_renewal`."""
    way_of_renewal: Literal["automatic", "by_hand"]
    """`automatic`: auto-renew is on, with a method that can be charged, in a direct channel, and not parked or over."""
    payment_method: Method | None
    pending: Pending
    next_term: NextTerm | None
    """None where the next term has no price, or nothing can be renewed any more."""
    early_window_from: date
    late_window_to: date
    held: bool
    """An open order, quote or voucher holds the next term."""
    hold: UUID | None
    """Its id: the argument `hold` of `release-hold`, which is refused once something else holds the next term."""
    held_until: Instant | None
    """When the hold ends by itself; None also where it ends with an answer."""
    held_by_quote: str | None
    """The reference of the open quote that holds it."""
    voucher: OpenVoucher | None
    """The voucher by which an order of the next term is being paid; of a bulk checkout, that of the whole order."""
    time_zone: str


class Page(Resource):
    """A part of a list. `next` is the address of the following one; without it this is the last."""

    items: list[Subscription]
    next: str | None


class Ask(Resource):
    who: Contact
    contact: str


class Option(Resource):
    """May the buyer do this now? Asked with the arguments that ask for least."""

    command: Name
    answer: Literal["allowed", "already_so", "refused"]
    code: str | None = None
    hint: str | None = None
    possible_on: date | None = None
    until: date | None = None
    """The last day on which what is allowed stays so, on the customer's calendar; none where no day ends it."""
    ask: Ask | None = None
    """Who can help where the buyer cannot."""
    payment_kinds: list[MethodKind] | None = None
    """The kinds of payment method that the command can name now; null where it names none, or none would do."""


class Options(Resource):
    items: list[Option]


class Access(Resource):
    """For products: must it lock, and if not, when would it?"""

    number: str
    access_until: Instant
    locked: bool
