"""What the address of a list asks for, read part by part: a filter that is not there asks for nothing.

A part that means nothing is refused by `Wrong`, so that nobody takes another list for the one that was meant.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from console.ops.fields import Wrong
from models.keyset import Beside, Found, Place
from renewals.calendar import days_after, midnight
from renewals.characters import control_character

LONGEST_TEXT = 200
_LONGEST_INTEGER = 18

Known = TypeVar("Known", bound=StrEnum)
Read = TypeVar("Read")


def said_in(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parts that say something, without spaces around them. Raises `Wrong`."""
    given = {name: value.strip() for name, value in fields if value.strip()}
    if any(control_character(value) for value in given.values()):
        raise Wrong("view", "wrong.view")
    return given


def text(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name, "")
    if len(value) > LONGEST_TEXT:
        raise Wrong(name, "wrong.view")
    return value


def known(values: type[Known], fields: Mapping[str, str], name: str) -> Known | None:
    return read(values, fields, name)


def day(fields: Mapping[str, str], name: str) -> date | None:
    return read(date.fromisoformat, fields, name)


def days(fields: Mapping[str, str], first: str, last: str, zone: str) -> tuple[datetime | None, datetime | None]:
    """From the beginning of the first local day to the end of the last one."""
    since, until = day(fields, first), day(fields, last)
    return midnight(since, zone) if since else None, midnight(days_after(until, 1), zone) if until else None


def yes_or_no(fields: Mapping[str, str], name: str) -> bool | None:
    return read({"yes": True, "no": False}.__getitem__, fields, name)


def read(reader: Callable[[str], Read], fields: Mapping[str, str], name: str) -> Read | None:
    if name not in fields:
        return None
    try:
        return reader(fields[name])
    except (ValueError, KeyError):
        raise Wrong(name, "wrong.view") from None


def instant(text: str) -> datetime:
    """An instant as `isoformat` writes it. Raises ValueError without an offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def integer(text: str) -> int:
    """A number that fits a key of the database. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_INTEGER):
        raise ValueError(text)
    return int(text)


@dataclass(frozen=True, slots=True)
class Places:
    """How the places of a list are written in an address: a reader for each key, the last takes all that is left."""

    readers: tuple[Callable[[str], Any], ...]

    def beside(self, fields: Mapping[str, str]) -> Beside:
        """Where the page begins. Raises `Wrong`."""
        return Beside(*(read(self._place, fields, name) for name in ("after", "before")))

    def _place(self, text: str) -> Place:
        parts = text.split(",", len(self.readers) - 1)
        return tuple(reader(part) for reader, part in zip(self.readers, parts, strict=True))


def place_text(place: Place | None) -> str:
    """A place as an address names it."""
    return ",".join(part.isoformat() if isinstance(part, date) else str(part) for part in place or ())


@dataclass(frozen=True, slots=True)
class Where:
    """A list at its address: `said` are the parts that its filters say, in the order of the form."""

    path: str
    said: Mapping[str, str]

    def address(self, **more: str | None) -> str:
        """The same list with other parts; one that is None is left out."""
        query = urlencode({name: value for name, value in {**self.said, **more}.items() if value})
        return f"{self.path}?{query}" if query else self.path

    @property
    def query(self) -> str:
        return urlencode(self.said)

    def pages(self, found: Found) -> dict[str, Any]:
        """Where the neighbours of a page are."""
        return {
            "earlier": self.address(before=place_text(found.first)) if found.earlier and found.first else None,
            "later": self.address(after=place_text(found.last)) if found.later and found.last else None,
        }


def where(path: str, fields: Mapping[str, str], names: Iterable[str]) -> Where:
    """The list at that path, with those of the parts that have these names."""
    return Where(path, {name: fields[name] for name in names if name in fields})


def uuid(text: str) -> UUID:
    """An id in its usual form. Raises ValueError."""
    return UUID(text)


def is_plain(text: str) -> bool:
    """Can it be a number or a name at all? The database takes no control characters."""
    return not control_character(text)
