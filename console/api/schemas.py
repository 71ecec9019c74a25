"""What goes over the wire: amounts in minor units of their currency, instants in UTC, dates the customer's own."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from models.history import in_utc
from renewals.commands import Name
from renewals.facts import Channel, MethodKind, Phase, Purpose, Term, Way
from renewals.options import Contact
from renewals.quoting import MOST_LINES, QuoteState

NUMBER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

Instant = Annotated[
    AwareDatetime,
    PlainSerializer(in_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2027-03-31T13:12:05.123Z"]}),
]


class Resource(BaseModel):
    """What every answer has in common: nothing beyond its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True, use_attribute_docstrings=True)


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: Literal["about:blank"]
    title: str
    status: int
    code: str
    """What programs decide by; refusals have the codes of docs/reference.md."""
    detail: str
    """One sentence: what is wrong and what to do."""
    hint: str | None = None
    """Of a refusal: what to do instead."""
    possible_on: date | None = None
    """The first day on which a refusal of now will be none."""
    errors: list[dict[str, str]] | None = None
    """Of an invalid request: `where` and `what`, for each fault."""


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
    way_of_renewal: Literal["automatic", "by_hand"]
    """`automatic`: auto-renew is on, with a method that can be charged, in a direct channel."""
    payment_method: Method | None
    pending: Pending
    next_term: NextTerm | None
    """None where the next term has no price, or nothing can be renewed any more."""
    early_window_from: date
    late_window_to: date
    held: bool
    """An open order, quote or voucher holds the next term."""
    held_until: Instant | None
    """When the hold ends by itself; None also where it ends with an answer."""
    held_by_quote: str | None
    """The reference of the open quote that holds it."""
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
    ask: Ask | None = None
    """Who can help where the buyer cannot."""


class Options(Resource):
    items: list[Option]


class Coming(Resource):
    """A mail, a charge or a change of phase to come."""

    at: Instant
    what: str
    detail: str
    amount: int | None
    currency: str | None


class Forecast(Resource):
    """What is coming up to the end of the day `until`, if every charge is paid and nobody gives a command."""

    until: date
    items: list[Coming]


class Event(Resource):
    """One thing that happened; further fields are those of the event, as docs/reference.md lists them."""

    model_config = ConfigDict(extra="allow")

    at: str
    local: str | None = None
    subscription: str
    event: str


class History(Resource):
    items: list[Event]


class Entry(Resource):
    """One entry of the ledger."""

    at: Instant
    entry: Literal["order", "attempt", "settlement"]
    subscription: str
    customer: str
    term_starts_on: date
    purpose: Purpose
    order: str
    way: Way
    state: str
    amount: int
    currency: str
    seats: int
    unit_price: int
    attempt: int | None
    code: str | None
    key: str | None
    reference: str | None
    by: str


class Ledger(Resource):
    items: list[Entry]


class Access(Resource):
    """For products: must it lock, and if not, when would it?"""

    number: str
    access_until: Instant
    locked: bool


class Line(Resource):
    """What is bought: `receipt` has every input from which `amount` can be computed again."""

    purpose: Purpose
    term: Term
    starts_on: date
    renews_on: date
    seats: int
    unit_price: int
    amount: int
    currency: str
    basis: str
    list_price: int
    days: int | None
    term_days: int | None
    receipt: dict[str, Any]


class Longer(Resource):
    """What a longer term costs, and how much less than its months cost at the length of the next one."""

    term: Term
    amount: int
    saved: int
    currency: str


class Preview(Resource):
    """What a command would charge now. It binds by its token; without, the price is that of the command's moment."""

    lines: list[Line]
    amount: int
    currency: str
    renews_on: date
    """The renewal date after it; renewing never moves it, seats share it."""
    token: str | None
    """The argument `preview` of the command: the prices shown bind, or it is refused as `preview_stale`."""
    binds_until: Instant | None
    payment_method: Method | None
    pending: Pending
    """Changes that apply at the next renewal: a preview of it has them in its line already."""
    longer_terms: list[Longer]


class CommandRequest(BaseModel):
    """A command; its arguments are those of docs/api.md."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    command: Name
    args: dict[str, Any] = Field(default_factory=dict, max_length=20)


class Command(Resource):
    """A command as it was given. Until it is decided it has no outcome."""

    id: UUID
    subscription: str
    command: str
    by: str
    received_at: Instant
    decided_at: Instant | None
    outcome: Literal["done", "refused"] | None
    code: str | None
    hint: str | None
    """What to do instead of what is refused, or what is still awaited of what is done."""
    possible_on: date | None


class QuoteWish(BaseModel):
    """What a quote is asked for, of one subscription; what is left out stays as the next renewal has it."""

    model_config = ConfigDict(extra="forbid")

    subscription: Annotated[str, Field(pattern=NUMBER_PATTERN, examples=["S-1001"])]
    seats: Annotated[int | None, Field(examples=[9])] = None
    term: Term | None = None


class QuoteRequest(BaseModel):
    """One quote for subscriptions of one customer and purchase mode."""

    model_config = ConfigDict(extra="forbid")

    lines: Annotated[list[QuoteWish], Field(min_length=1, max_length=MOST_LINES)]


class Acceptance(BaseModel):
    """By purchase order, or with a payment method: a stored one, a new one, or else the subscription's own."""

    model_config = ConfigDict(extra="forbid")

    purchase_order: Annotated[str | None, Field(max_length=500, examples=["PO-4711"])] = None
    method: UUID | None = None
    kind: MethodKind | None = None
    token: Annotated[str | None, Field(max_length=500, repr=False)] = None
    expires: Annotated[str | None, Field(max_length=7, examples=["2030-05"])] = None


class QuoteLine(Resource):
    """One subscription in a quote. Before it is issued, only what was asked for is known."""

    subscription: str
    product: str
    term_starts_on: date
    asked_seats: int | None
    asked_term: Term | None
    term: Term | None
    seats: int | None
    unit_price: int | None
    amount: int | None
    receipt: dict[str, Any]
    """Every input from which `amount` can be computed again."""


class Quote(Resource):
    """A quote. It can be issued, then accepted, until `expires_at`."""

    quote: Annotated[str, Field(examples=["Q-1001"])]
    customer: str
    customer_name: str
    buyer: str
    currency: str
    channel: Channel
    subscription: str
    state: QuoteState
    asked_at: Instant
    issued_at: Instant | None
    expires_on: date
    expires_at: Instant
    ended_at: Instant | None
    invoice: bool
    """A purchase order will do."""
    order: UUID | None
    """The order by which it was accepted."""
    amount: int | None
    lines: list[QuoteLine]


class Quotes(Resource):
    """A part of a list, newest first. `next` is the address of the following one; without it this is the last."""

    items: list[Quote]
    next: str | None


class Methods(Resource):
    items: list[Method]


class NewMethod(BaseModel):
    """A payment method to store: a token of the payment provider, never the number of a card."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "card", "token": "tok_1PqR", "expires": "2030-05"}]},
    )

    kind: MethodKind
    token: Annotated[str, Field(min_length=1, max_length=500, repr=False)]
    expires: Annotated[str | None, Field(examples=["2030-05"])] = None
