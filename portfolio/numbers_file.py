"""Reads numbers of subscriptions from a file: plain text or CSV, one in each line, all of them or none.

Of a CSV file the column `subscription` or `number` counts, if its first line names one, else the first column.
"""

import csv
import io
from collections.abc import Collection, Iterator
from typing import BinaryIO

from portfolio import fields
from portfolio.problems import Problem, Problems

_HEADERS = ("subscription", "number")
LARGEST_FILE = 16 * 1024**2  # bytes: a million numbers and more, in ten times as much memory


def content_of(source: BinaryIO) -> bytes:
    """What it holds; of what is too large, or has no end, no more than `read_numbers` needs to say so."""
    return source.read(LARGEST_FILE + 1)


def read_numbers(content: bytes, name: str, problems: Problems) -> dict[str, int]:
    """The numbers with their lines, in the order of the file; every bad line becomes a problem."""
    found: dict[str, int] = {}
    if len(content) > LARGEST_FILE:
        told = f"is larger than {LARGEST_FILE // 1024**2} MB; write one number in each line, and split what is longer."
        problems.add(Problem(name, None, None, told))
        return found
    try:
        for line, text in _cells(content.decode("utf-8-sig")):
            try:
                number = fields.number(text)
            except ValueError as bad:
                problems.add(Problem(name, line, None, str(bad)))
                continue
            if number in found:
                reason = f"{number} stands in line {found[number]} already; keep one of the two lines."
                problems.add(Problem(name, line, None, reason))
            found.setdefault(number, line)
    except UnicodeDecodeError:
        problems.add(Problem(name, None, None, "is not text in UTF-8; save it as UTF-8."))
    except csv.Error:
        problems.add(Problem(name, None, None, "cannot be read as text or CSV; write one number in each line."))
    if not found and not problems.count:
        problems.add(Problem(name, None, None, "holds no number; write one in each line."))
    return found


def _cells(text: str) -> Iterator[tuple[int, str]]:
    """The line and the text of each number; blank lines do not count."""
    rows, column, first = csv.reader(io.StringIO(text), strict=True), 0, True
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        headers = [cell.casefold() for cell in cells]
        named = next((header for header in _HEADERS if header in headers), None) if first else None
        first = False
        if named:
            column = headers.index(named)
        else:
            yield rows.line_num, cells[column] if column < len(cells) else ""


def unknown_among(found: dict[str, int], known: Collection[str], name: str, problems: Problems) -> None:
    """A number that nobody has is a bad line too: it is a slip, and the rest would be renewed without it."""
    for number, line in found.items():
        if number not in known:
            problems.add(Problem(name, line, None, f"there is no subscription {number}; correct it or drop the line."))
