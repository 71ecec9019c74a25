"""Payment methods of a customer."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from console.api.schemas.subscriptions import Method
from console.api.schemas.wire import Resource
from renewals.payments import MethodKind


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
