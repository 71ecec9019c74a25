"""A line of a usage file as a value."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class UsageLine:
    """A user, by mail address, has a seat from `assigned_on` up to, not including, `unassigned_on`."""

    line: int
    subscription: str
    user: str = field(repr=False)
    assigned_on: date
    unassigned_on: date | None
    last_used_on: date | None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.subscription, self.user, self.assigned_on.isoformat()
