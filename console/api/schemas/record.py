"""What is coming, what happened, and what was ordered and paid."""

from datetime import date
from typing import Literal

from pydantic import ConfigDict

from console.api.schemas.wire import Instant, Resource
from renewals.payments import Purpose, Way


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
    next: str | None
    """The address of the following page; without it this is the last."""


class Entry(Resource):
    """One entry of the ledger."""

    at: Instant
    entry: Literal["order", "attempt", "part", "settlement", "refund"]
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
    next: str | None
