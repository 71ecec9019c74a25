"""Prices before they are paid."""

from datetime import date
from typing import Any

from console.api.schemas.seats import UnusedSeats
from console.api.schemas.subscriptions import Method, Pending
from console.api.schemas.wire import Instant, Resource
from renewals.facts import Term
from renewals.payments import MethodKind, Purpose


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
    """That of the subscription."""
    payment_kinds: list[MethodKind] | None
    """The kinds of payment method that can pay this; null of a change of term, with which nothing is paid."""
    pending: Pending
    """Changes that apply at the next renewal: a preview of it has them in its line already."""
    longer_terms: list[Longer]
    charged_at: Instant | None
    """When that is charged by itself, of a change of term; None: the command charges it, or its buyer pays by hand."""
    unused_seats: UnusedSeats | None
    """What is worth saying of the seats that the next term is to have."""
