"""What everything that goes over the wire has in common."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from models.history import in_utc

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
