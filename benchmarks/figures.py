"""What a benchmark found, and the table of it all."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Bound(StrEnum):
    """On which side of its limit a figure must lie."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. Without a `limit` it is told, not judged; `against` says what it is a ratio to, or of what.

    `parts` are the numbers it was made of.
    """

    what: str
    value: float
    against: str = ""
    parts: str = ""
    bound: Bound | None = None
    limit: float | None = None

    @property
    def holds(self) -> bool:
        """Is the figure within its limit?"""
        if self.bound is None or self.limit is None:
            return True
        return self.value >= self.limit if self.bound is Bound.AT_LEAST else self.value <= self.limit

    @property
    def demand(self) -> str:
        return "" if self.bound is None or self.limit is None else f"{self.bound} {self.limit:g}"


def table(figures: Iterable[Figure]) -> str:
    """A Markdown table of the figures."""
    head = ["| what | measured | against | wanted | holds | made of |", "|---|---:|---|---|---|---|"]
    rows = (
        f"| {each.what} | {number(each.value)} | {each.against} | {each.demand} | {_verdict(each)} | {each.parts} |"
        for each in figures
    )
    return "\n".join([*head, *rows]) + "\n"


def _verdict(figure: Figure) -> str:
    if not figure.demand:
        return ""
    return "yes" if figure.holds else "**no**"


def number(value: float) -> str:
    """As many digits as can mean something.

    >>> number(89), number(0.8312), number(12.34), number(1234.5)
    ('89', '0.83', '12.3', '1,234')
    """
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def machine() -> str:
    """The machine in few words."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
