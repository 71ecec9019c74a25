"""The records of one CSV file: where each begins, its fields, and what keeps it from being read.

Only the shape of the file is judged here; what the fields mean stands in files.py and commands_file.py. A file is read
line by line with bounded buffers, so that a runaway quote does not fill the memory; what becomes of its records is kept
by the reader, so a file that is too large for that is refused.
"""

import codecs
import csv
import hashlib
import os
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from portfolio.headers import MOST_COLUMNS, TOO_MANY_COLUMNS, faults_of
from portfolio.problems import Problem, Problems

LONGEST_FIELD = 10_000
_LONGEST_RECORD = 128 * 1024  # bytes; the csv module takes no longer field
_MOST_LINES = 100
LARGEST_FILE = 512 * 1024**2  # bytes
MOST_RECORDS = 500_000  # an import takes 2 kB for a subscription with a customer of its own: about 1 GB in all

_TOO_LONG = f"is longer than {LONGEST_FIELD:,} characters; shorten it."
_NO_NUL = "contains a NUL byte; remove it, or export the file again as plain UTF-8 text."
_NO_UTF8 = "is not valid UTF-8; save the file as UTF-8."
_OTHER_FILES = {
    b"PK\x03\x04": "is not valid UTF-8 but a ZIP archive or a workbook; export it as CSV.",
    b"\x1f\x8b": "is not valid UTF-8 but compressed; unpack it.",
    codecs.BOM_UTF16_LE: "is not valid UTF-8 but UTF-16; save the file as UTF-8.",
    codecs.BOM_UTF16_BE: "is not valid UTF-8 but UTF-16; save the file as UTF-8.",
}
"""By what they begin with: files that are taken for CSV by their name alone."""
_LONE_RETURN = "contains a carriage return that ends no line; save the file with LF or CRLF line ends."
_BAD_QUOTES = (
    "the quotation marks of this line do not match; put the whole field in quotation marks and double those inside it."
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the physical line it starts on and its values by column."""

    line: int
    values: dict[str, str]


@dataclass(slots=True)
class CsvFile:
    """A CSV file with a header line. `columns` must be there, `optional` may; their order is free.

    `unreadable` counts the records that were left out (a whole file as 1): what they would have said is unknown.
    `digest` is fed with every byte that is read. `too_much` says what to do with a file of more than `most_records`
    (None: `MOST_RECORDS`).
    """

    path: Path
    columns: Collection[str]
    optional: Collection[str] = ()
    problems: Problems = field(default_factory=Problems)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    unreadable: int = 0
    most_records: int | None = None
    too_much: str = "split the portfolio into several folders"

    def records(self) -> Iterator[Record]:
        """The records that can be read, one by one; what is wrong with the others is added to `problems`."""
        try:
            if self.path.exists() and not self.path.is_file():
                self._refuse(None, None, "is not a file; put the CSV file itself there.")
                return
            with self.path.open("rb") as source:
                found = os.fstat(source.fileno())
                if found.st_size > LARGEST_FILE:
                    self._refuse(None, None, _too_large(found.st_size, self.too_much))
                    return
                yield from self._read(_Lines(source, self.digest))
                left = os.fstat(source.fileno())
                if (left.st_size, left.st_mtime_ns) != (found.st_size, found.st_mtime_ns):
                    self._refuse(None, None, "changed while it was read; let it be written to its end and try again.")
        except FileNotFoundError:
            self._refuse(None, None, f"there is no such file in {self.path.parent.absolute()}.")
        except OSError as error:
            self._refuse(None, None, f"cannot be read ({error.strerror}); check the file and its permissions.")

    def _refuse(self, line: int | None, column: str | None, reason: str) -> None:
        self.unreadable += 1
        self.problems.add(Problem(self.path.name, line, column, reason))

    def _read(self, lines: "_Lines") -> Iterator[Record]:
        header: list[str] | None = None
        count = blank = 0
        most = self.most_records or MOST_RECORDS
        for first in lines:
            if header is not None and not first.content:
                blank += 1
                if blank > most:
                    self._refuse(None, None, f"has more than {most:,} blank lines; remove them.")
                    return
                continue
            if count > most:
                told = f"has more than {most:,} records, the most that one import takes"
                self._refuse(None, None, f"{told}; {self.too_much}.")
                return
            count += 1
            names = header or []
            fields = self._fields(first, lines, names)
            if header is None:
                if fields is None or not self._header_holds(first.number, fields):
                    return
                header = fields
            elif fields is not None:
                yield Record(first.number, dict(zip(names, fields, strict=True)))
        if header is None:
            self._refuse(None, None, f"is empty; its first line must be {','.join(self.columns)}")

    def _header_holds(self, line: int, header: list[str]) -> bool:
        faults = list(faults_of(header, self.columns, self.optional))
        for column, reason in faults:
            self._refuse(line, column, reason)
        return not faults

    def _fields(self, first: "_Line", lines: "_Lines", header: list[str]) -> list[str] | None:
        """The fields of the record that starts with `first`, or None and a problem."""
        parts = lines.rest_of(first)
        raw = b"\n".join(part.content for part in parts)
        if first.too_long:
            split = _split(raw)
            reason = TOO_MANY_COLUMNS if not header and len(split) > MOST_COLUMNS else _TOO_LONG
            self._refuse(first.number, _long_column(split, header), reason)
            return None
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            known = (told for begin, told in _OTHER_FILES.items() if first.number == 1 and raw.startswith(begin))
            self._refuse(first.number, _column_of(raw[: error.start], header), next(known, _NO_UTF8))
            return None
        if "\0" in text:
            self._refuse(first.number, _column_of(raw[: raw.index(0)], header), _NO_NUL)
            return None
        try:
            fields = next(csv.reader([text], strict=True), [])
        except csv.Error:
            fields = None
        if fields is None or (len(parts) > 1 and len(fields) != len(header)):
            lines.resume_after(parts)
            self._refuse(first.number, None, _LONE_RETURN if "\r" in text else _BAD_QUOTES)
            return None
        return self._of_right_size(first.number, fields, header)

    def _of_right_size(self, line: int, fields: list[str], header: list[str]) -> list[str] | None:
        if header and len(fields) != len(header):
            self._refuse(
                line, None, f"has {len(fields)} fields where the header has {len(header)}; add or remove some."
            )
            return None
        for position, value in enumerate(fields):
            if len(value) > LONGEST_FIELD:
                self._refuse(line, header[position] if header else None, _TOO_LONG)
                return None
        return fields


@dataclass(frozen=True, slots=True)
class _Line:
    """A physical line without its end; `too_long` when only its beginning was kept."""

    number: int
    content: bytes
    too_long: bool = False


class _Lines:
    """The physical lines of a file, of which some may be taken back."""

    def __init__(self, source: BinaryIO, digest: "hashlib._Hash") -> None:
        self._source, self._digest = source, digest
        self._number = 0
        self._again: deque[_Line] = deque()

    def __iter__(self) -> Iterator[_Line]:
        while line := self._next():
            yield line

    def _next(self) -> _Line | None:
        if self._again:
            return self._again.popleft()
        content = self._chunk()
        if not content:
            return None
        self._number += 1
        complete = len(content) < _LONGEST_RECORD or content.endswith(b"\n")
        if self._number == 1:
            content = content.removeprefix(codecs.BOM_UTF8)
        if complete:
            return _Line(self._number, content.removesuffix(b"\n").removesuffix(b"\r"))
        while (more := self._chunk()) and not more.endswith(b"\n"):
            pass
        return _Line(self._number, content, too_long=True)

    def _chunk(self) -> bytes:
        content = self._source.readline(_LONGEST_RECORD)
        self._digest.update(content)
        return content

    def rest_of(self, first: _Line) -> list[_Line]:
        """The lines of a record: further ones as long as a quotation mark is open, within bounds."""
        parts, size = [first], len(first.content)
        is_open = first.content.count(b'"') % 2 == 1 and not first.too_long
        while is_open and len(parts) < _MOST_LINES and size < _LONGEST_RECORD:
            line = self._next()
            if line is None:
                break
            parts.append(line)
            size += len(line.content)
            is_open = line.content.count(b'"') % 2 == 0
        return parts

    def resume_after(self, parts: list[_Line]) -> None:
        """Take back what followed the first line of a record that makes no sense: it may be good by itself."""
        self._again.extendleft(reversed(parts[1:]))


def _too_large(size: int, what_to_do: str) -> str:
    limit = LARGEST_FILE // 1024**2
    told = f"{size / 1024**3:.1f} GB" if size >= 1024**3 else f"{-(-size // 1024**2)} MB"
    return f"is {told}, more than the {limit} MB that one import takes; {what_to_do}."


def _split(start: bytes) -> list[str]:
    """The fields of the beginning of a record, as far as they can be told."""
    limited = start.decode(errors="replace").replace("\0", " ")
    try:
        return next(csv.reader([limited]), [])
    except csv.Error:
        return limited.split(",")


def _column_of(start: bytes, header: list[str]) -> str | None:
    """The column in which the beginning of a record ends."""
    position = max(len(_split(start)) - 1, 0)
    return header[position] if position < len(header) else None


def _long_column(fields: list[str], header: list[str]) -> str | None:
    """The first column whose field is too long, of the fields at the beginning of a record."""
    for position, value in enumerate(fields):
        if len(value) > LONGEST_FIELD:
            return header[position] if position < len(header) else None
    return None
