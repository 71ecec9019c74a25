"""Payment methods of a customer."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from console.api.schemas.commands import Command
from console.api.schemas.subscriptions import Method
from console.api.schemas.wire import Resource
from renewals.payments import MethodKind


class NamedMethod(Method):
    """A stored payment method with the name that a buyer gave it, if any."""

    label: str | None


class Methods(Resource):
    items: list[NamedMethod]


class NewMethod(BaseModel):
    """A payment method to store: a token of the payment provider, never the number of a card."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "card", "token": "tok_1PqR", "expires": "2030-05"}]},
    )

    kind: MethodKind
    token: Annotated[str, Field(min_length=1, max_length=500, repr=False)]
    expires: Annotated[str | None, Field(examples=["2030-05"])] = None


class MethodName(BaseModel):
    """What a buyer calls a stored method: up to 40 characters, never a card number. Null takes the name away."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[str | None, Field(max_length=200, repr=False, examples=["Office card"])]


class Replacement(BaseModel):
    """What is used in a method's place: a stored one by its id; store it first if it is new."""

    model_config = ConfigDict(extra="forbid")

    method: UUID


class Replaced(Resource):
    """The command `set-payment-method` of each subscription that used the method, with its outcome so far."""

    items: list[Command]
