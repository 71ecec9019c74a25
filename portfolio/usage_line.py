"""A line of a usage file as a value."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class UsageLine:
    """A user, by mail address, has a seat from `assigned_on` up to, not including, `unassigned_on`.

    `used_on` are all days of use since `used_since`; None there: nobody says on which other days it was used.
    """

    line: int
    subscription: str
    user: str = field(repr=False)
    assigned_on: date
    unassigned_on: date | None
    last_used_on: date | None
    used_on: tuple[date, ...] = ()
    used_since: date | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.subscription, self.user, self.assigned_on.isoformat()

    @property
    def days(self) -> list[date]:
        """Every day of use that it names, each once."""
        return sorted({*self.used_on, *([self.last_used_on] if self.last_used_on else [])})
