"""What an import of usage did, or why it did nothing."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portfolio.problems import Problem


@dataclass(frozen=True, slots=True)
class Oddity:
    """More users than seats. It stays as told: an operator or the buyer unassigns somebody, or adds seats."""

    subscription: str
    seats: int
    assigned: int

    def __str__(self) -> str:
        return f"{self.subscription} has {self.assigned} users assigned to {self.seats} seats."


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What an import of usage did, or, `written` being False, why it did nothing.

    `assigned` assignments and `days` of use were new, `changed` assignments were told otherwise, `unchanged` lines said
    what was stored. Of `listed` users more is known of how often they use a seat. `subscriptions` are those that the
    good lines tell of, up to `told_on`. `oddities` and `problems` are the first hundred of their counts.
    """

    written: bool = False
    import_id: UUID | None = None
    told_on: date | None = None
    subscriptions: int = 0
    assigned: int = 0
    changed: int = 0
    unchanged: int = 0
    days: int = 0
    listed: int = 0
    skipped: int = 0
    oddities: tuple[Oddity, ...] = ()
    oddity_count: int = 0
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0

    @property
    def says_something(self) -> bool:
        """Is anything in it that is not stored?"""
        return bool(self.assigned or self.changed or self.days or self.listed or self.subscriptions)
