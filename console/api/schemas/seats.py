"""Who has a seat, and how much the seats are used."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from console.api.schemas.wire import Resource

_USER = r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,100}$"


class UnusedSeats(Resource):
    """A word for the buyer before the next term is paid: of so many `seats`, `used` had a user in the last `days`."""

    seats: int
    used: int
    days: int
    told_on: date


class Usage(Resource):
    """How much a subscription is used, as of the day `on`."""

    subscription: str
    on: date
    seats: int
    assigned: int
    """Users with a seat on that day; more than there are seats is an oddity that somebody must see to."""
    active_30: int
    """Of them, who used it in the 30 days that end with `on`."""
    active_90: int
    told_on: date | None
    """The day up to which use was told; null: never, and then the two counts say nothing."""
    days_30: int | None
    """On how many of the 30 days each user with a seat used it, summed up; null where that is unknown of any."""
    days_90: int | None
    unused_seats: UnusedSeats | None
    """Null where nothing is worth saying: `told_on` too long ago, all seats used, or the buyer has decided."""


class ProductUsage(Resource):
    """The same of all subscriptions of a customer to one product."""

    sku: str
    product: str
    subscriptions: int
    seats: int
    assigned: int
    active_30: int
    active_90: int
    days_30: int | None
    days_90: int | None
    told_on: date | None
    """The oldest of their days."""
    untold: int
    """Subscriptions of which use was never told."""


class ProductUsages(Resource):
    items: list[ProductUsage]
    next: str | None


class Assignment(Resource):
    """A user with a seat, from `assigned_on` up to, not including, `unassigned_on`."""

    user: str
    assigned_on: date
    unassigned_on: date | None
    last_used_on: date | None
    days_30: int | None
    """On how many of the 30 days that end with `on` it was used; null where nobody listed the days of use."""
    days_90: int | None


class Assignments(Resource):
    items: list[Assignment]
    next: str | None


class AssignmentTold(BaseModel):
    """An assignment as another system knows it. `user` is a mail address; capital letters make no other user."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    user: Annotated[str, Field(pattern=_USER, repr=False, examples=["ben@northwind.example"])]
    assigned_on: date
    unassigned_on: date | None = None
    """The first day without the seat."""
    last_used_on: date | None = None
    used_on: Annotated[list[date], Field(max_length=800)] = []
    """Every day of use since `used_since`."""
    used_since: date | None = None
    """Without it nobody can tell how often the seat was used, for there may have been other days."""


class AssignmentsTold(BaseModel):
    """What is told of users of one subscription. Who is not named stays as stored."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    as_of: date | None = None
    """The day up to which use is told; today if left out."""
    items: Annotated[list[AssignmentTold], Field(min_length=1, max_length=400)]


class UsageTold(Resource):
    """What came of it. The same told again changes nothing."""

    added: int
    changed: int
    unchanged: int
    days_of_use: int
    """Days of use that were not known."""
    usage: Usage
