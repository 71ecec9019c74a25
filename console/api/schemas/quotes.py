"""Quotes, and what they are asked for and accepted with."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from console.api.schemas.wire import Instant, Resource
from renewals.facts import Channel, Term
from renewals.payments import MethodKind
from renewals.quoting import MOST_LINES, QuoteState

NUMBER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


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


class Reason(BaseModel):
    """Why, for the record."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["as agreed by phone"])]


class Offer(Reason):
    """What a partner offers: prices per seat and whole term, in minor units by subscription; else renewal prices."""

    prices: Annotated[
        dict[Annotated[str, Field(pattern=NUMBER_PATTERN)], Annotated[int, Field(ge=1)]] | None,
        Field(max_length=MOST_LINES, examples=[{"S-1006": 48000}]),
    ] = None
    expires_on: Annotated[date | None, Field(description="The last day to accept it; else the policy's.")] = None


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


class QuoteVoucher(Resource):
    """A code by which an accepted quote can still be paid; of its amount `received` has come so far."""

    kind: MethodKind
    code: str
    amount: int
    received: int
    expires_at: Instant


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
    purchase_order: str | None
    """The number of the buyer's purchase order, if it was accepted by one."""
    voucher: QuoteVoucher | None
    """While it is accepted, and its code waits to be paid; if nobody pays it, the quote can be accepted again."""
    amount: int | None
    lines: list[QuoteLine]


class Quotes(Resource):
    """A part of a list, newest first. `next` is the address of the following one; without it this is the last."""

    items: list[Quote]
    next: str | None
