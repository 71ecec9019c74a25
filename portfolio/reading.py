"""Reads the files of a portfolio into values and checks all that the files alone can tell.

Whether a line fits what is already stored is asked in references.py.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Generic, TypeVar

from portfolio.files import (
    CATALOG,
    CUSTOMERS,
    SUBSCRIPTIONS,
    CatalogLine,
    Complaint,
    CustomerLine,
    Line,
    SubscriptionLine,
    Table,
    person,
)
from portfolio.problems import Problem, Problems
from portfolio.records import CsvFile

Check = Callable[[Line], Iterable[Complaint]]
Numbered = TypeVar("Numbered", CustomerLine, SubscriptionLine)


@dataclass(slots=True)
class Lines(Generic[Line]):
    """The good lines of one file, and what its bad lines were about.

    `bad` are their keys' first parts (the sku, the csn, the number); `unreadable` says that for some not even that is
    known. A reference into either is a consequence, not a fault of its own. `bad_count` counts both.
    """

    good: list[Line] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    bad_count: int = 0
    unreadable: bool = False

    def may_have_said(self, key: str) -> bool:
        """Could a bad line have been about that key?"""
        return self.unreadable or key in self.bad

    def leave_out(self, numbers: Collection[str]) -> list[Line]:
        """Take the lines about these out of the good ones; what is left out counts as bad."""
        left_out = [line for line in self.good if line.key in numbers]
        if left_out:
            self.good = [line for line in self.good if line.key not in numbers]
            self.bad.update(numbers)
            self.bad_count += len(left_out)
        return left_out


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What the three files say. `digest` is the SHA-256 of their content, one after the other."""

    catalog: Lines[CatalogLine]
    customers: Lines[CustomerLine]
    subscriptions: Lines[SubscriptionLine]
    problems: Problems
    digest: str


def read_portfolio(folder: Path) -> Portfolio:
    """Read `catalog.csv`, `customers.csv` and `subscriptions.csv` of a folder; every bad line becomes problems."""
    problems, digest = Problems(), hashlib.sha256()
    catalog = _read(folder, CATALOG, _one_offering_per_sku(), problems, digest)
    customers = _read(folder, CUSTOMERS, _one_spelling(CUSTOMERS), problems, digest)
    subscriptions = _read(folder, SUBSCRIPTIONS, _of_a_subscription(), problems, digest)
    return Portfolio(catalog, customers, subscriptions, problems, digest.hexdigest())


def _read(
    folder: Path, table: Table[Line], check: Check[Line], problems: Problems, digest: "hashlib._Hash"
) -> Lines[Line]:
    """The lines of one file, each key once."""
    source = CsvFile(folder / table.file, table.columns, table.optional, problems, digest)
    lines = Lines[Line]()
    first_lines: dict[str | tuple[str, ...], int] = {}
    for record in source.records():
        found = table.read(record.line, record.values)
        if isinstance(found, list):
            has_key = all(column != table.key[0] for column, _ in found)
            lines.unreadable |= not has_key
        else:
            has_key = True
            first = first_lines.setdefault(found.key, found.line)
            complaints = list(check(found)) if first == found.line else [(table.key[0], _twice(table, found, first))]
            if not complaints:
                lines.good.append(found)
                continue
            found = complaints
        if has_key:
            lines.bad.add(record.values[table.key[0]])
        lines.bad_count += 1
        for column, reason in found:
            problems.add(Problem(table.file, record.line, column, reason))
    lines.unreadable |= source.unreadable > 0
    lines.bad_count += source.unreadable
    return lines


def _twice(table: Table[Line], line: Line, first: int) -> str:
    key = line.key if isinstance(line.key, str) else " ".join(line.key)
    return f"{key} stands in line {first} already ({', '.join(table.key)}); keep one of the two lines."


def other_spelling(number: str, other: str, there: str) -> str:
    """What is wrong with a number that differs from the one `there` by capitals alone. It is never taken for that."""
    return f"is {number}, but {other} {there}: they differ in capitals only; write one number in one way."


def _one_spelling(table: Table[Numbered]) -> Check[Numbered]:
    """A number is always written alike."""
    first_lines: dict[str, Numbered] = {}

    def check(line: Numbered) -> Iterator[Complaint]:
        first = first_lines.setdefault(line.key.lower(), line)
        if first.key != line.key:
            yield table.key[0], other_spelling(line.key, first.key, f"stands in line {first.line}")

    return check


def _of_a_subscription() -> Check[SubscriptionLine]:
    """What a line of a subscription must not say otherwise than those before it."""
    checks = _one_spelling(SUBSCRIPTIONS), _one_name_per_contact()
    return lambda line: chain.from_iterable(check(line) for check in checks)


def _one_offering_per_sku() -> Check[CatalogLine]:
    """All prices of a sku must call it the same and of the same kind."""
    offerings: dict[str, CatalogLine] = {}

    def check(line: CatalogLine) -> Iterator[Complaint]:
        first = offerings.setdefault(line.sku, line)
        if first.name != line.name:
            yield "name", f"differs from the name of {line.sku} in line {first.line}; give a sku one name."
        if first.kind is not line.kind:
            yield "kind", f"is {line.kind}, but {first.kind} in line {first.line}; give a sku one kind."

    return check


def _one_name_per_contact() -> Check[SubscriptionLine]:
    """A mail address of a customer belongs to one person, and is always written alike."""
    names: dict[tuple[str, str], tuple[str, int]] = {}
    addresses: dict[tuple[str, str], tuple[str, int]] = {}

    def check(line: SubscriptionLine) -> Iterator[Complaint]:
        buyer, admin = person(line.csn, line.buyer_email), person(line.csn, line.admin_email)
        said = [("buyer_email", buyer, line.buyer_email)]
        if line.admin_email != line.buyer_email:
            said.append(("admin_email", admin, line.admin_email))
        for column, key, address in said:
            written, first = addresses.setdefault(key, (address, line.line))
            if written != address:
                yield column, f"has other capitals than in line {first}; write the address of one person in one way."
        name, first = names.setdefault(buyer, (line.buyer_name, line.line))
        if name != line.buyer_name:
            yield "buyer_name", f"differs from the name for that address in line {first}; give one person one name."

    return check
