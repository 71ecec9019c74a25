"""What is wrong with an input file, as values: where it stands, and one sentence on what to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field

LISTED = 100  # a file with a wrong delimiter has as many problems as lines; the first hundred tell the story

_FILES = ("catalog.csv", "customers.csv", "subscriptions.csv")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `line` is None when it is the whole file, `column` None when it is the whole line.

    >>> print(Problem("subscriptions.csv", 12, "renews_on", "is blank; give a date such as 2027-03-31."))
    subscriptions.csv:12: renews_on: is blank; give a date such as 2027-03-31.
    """

    file: str
    line: int | None
    column: str | None
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.reason}" if self.column is None else f"{place}: {self.column}: {self.reason}"


@dataclass(slots=True)
class Problems:
    """The first problems found, in the order of finding, and how many there were in all."""

    listed: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.listed) < LISTED:
            self.listed.append(problem)


def in_file_order(found: Iterable[Problems]) -> tuple[Problem, ...]:
    """The first problems of several findings, as a reader meets them in the files."""
    problems = [problem for each in found for problem in each.listed]
    problems.sort(key=lambda problem: (_rank(problem.file), problem.line or 0))
    return tuple(problems[:LISTED])


def _rank(file: str) -> int:
    return _FILES.index(file) if file in _FILES else len(_FILES)
