"""Commands as they are given, and what came of them."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from console.api.schemas.wire import Instant, Resource
from renewals.commands import Name


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
