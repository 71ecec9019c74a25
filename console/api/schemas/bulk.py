"""What goes over the wire of bulk checkouts."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from console.api.room import NUMBER
from console.api.schemas.buying import Line
from console.api.schemas.wire import Instant, Resource
from models.checkouts import ALL_OTHERS
from renewals.basket import Outcome
from renewals.facts import Channel
from renewals.payments import AttemptState, MethodKind

_Name = Annotated[str, StringConstraints(pattern=NUMBER)]


class Choice(BaseModel):
    """What orders are paid with: `method`, the id of a stored one, or `kind` and `token` of a new one."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    method: UUID | None = None
    kind: MethodKind | None = None
    token: Annotated[str | None, Field(min_length=1, max_length=500, repr=False)] = None
    expires: Annotated[str | None, Field(max_length=20, examples=["2030-05"])] = None


class BulkRequest(BaseModel):
    """Subscriptions to renew together. Unless something is chosen, the method that most lines have pays an order."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"subscriptions": ["S-1001", "S-1002"]}]},
    )

    subscriptions: Annotated[list[_Name], Field(min_length=1)]
    """At most a hundred; more are refused as `bulk_over_100`."""
    method: Choice | None = None
    """What all orders are paid with whose customer `methods` does not name."""
    methods: Annotated[dict[_Name, Choice], Field(default_factory=dict, max_length=100)]
    """By customer number: methods belong to a customer."""

    @property
    def chosen(self) -> dict[str, Any]:
        """The choices as they are stored."""
        every = {**self.methods, **({ALL_OTHERS: self.method} if self.method else {})}
        return {customer: choice.model_dump(mode="json", exclude_none=True) for customer, choice in every.items()}


class BulkOrder(BulkRequest):
    """The same, with the token of the preview that was shown."""

    preview: Annotated[str | None, Field(min_length=1, max_length=30_000)] = None
    """Of `POST /bulk-checkouts/preview`: the prices bind; a line that has changed is refused as `preview_stale`."""
    reason: Annotated[str | None, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")] = None


class RefusedLine(Resource):
    """A subscription that is left out, and why."""

    subscription: str
    code: str
    hint: str
    possible_on: date | None


class PreviewLine(Line):
    subscription: str


class PreviewOrder(Resource):
    """What would be paid at once. `method` is the id of a stored method, or null for the one that was named."""

    customer: str
    channel: Channel
    amount: int
    currency: str
    kind: MethodKind
    method: UUID | None
    payment_kinds: list[MethodKind]
    """The kinds of payment method that can pay all of it."""
    lines: list[PreviewLine]


class BulkPreview(Resource):
    """What a bulk checkout would be now. It binds by its token; without, prices are those of the order's moment."""

    orders: list[PreviewOrder]
    refused: list[RefusedLine]
    token: str | None
    binds_until: Instant | None


class CheckedOutLine(Resource):
    """One line and its outcome; `amount` is null of what is in no order."""

    subscription: str
    outcome: Outcome
    code: str | None
    hint: str | None
    possible_on: date | None
    order: UUID | None
    amount: int | None
    currency: str | None


class CheckedOutOrder(Resource):
    """One order with its payment. A voucher is paid with its code until `pay_until`; `received` has come so far."""

    id: UUID
    customer: str
    state: Literal["open", "paid", "void"]
    amount: int
    currency: str
    payment: AttemptState
    kind: MethodKind
    decline_code: str | None
    voucher_code: str | None
    pay_until: Instant | None
    received: int


class BulkCheckout(Resource):
    """A bulk checkout as it stands. `settled`: every line has its final outcome."""

    id: UUID
    by: str
    received_at: Instant
    settled: bool
    lines: list[CheckedOutLine]
    orders: list[CheckedOutOrder]
