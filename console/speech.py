"""Speaking one locale: words from a book of them, with the dates, amounts and phrases of the letters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from babel.dates import format_time
from babel.numbers import format_decimal

from mail.wording import Wording
from renewals.calendar import local_date, zone

Book = Mapping[str, Mapping[str, str]]
"""By language: words by key; every language has the same keys."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Says the words of a book. Templates know it as `t`, and its wording as `w`."""

    w: Wording
    book: Book = field(repr=False)

    def __call__(self, key: str, **parts: str) -> str:
        return self._words[key].format(**parts)

    def first(self, *keys: str, **parts: str) -> str:
        """The first of the keys that there are words for; a name without any is said as it is."""
        known = next((key for key in keys if key in self._words), None)
        return self(known, **parts) if known else keys[-1].rpartition(".")[2].replace("_", " ")

    @property
    def _words(self) -> Mapping[str, str]:
        return self.book[self.w.language]

    def listed(self, *parts: str) -> str:
        """Several things in a row, with the comma of the language between them."""
        return (", " if self.w.spaced else "、").join(parts)

    def number(self, count: int) -> str:
        """A count with its thousands apart."""
        return _digits(count, str(self.w.locale))

    def day_of(self, at: datetime, zone_name: str) -> str:
        """The local date of an instant."""
        return self.w.day(local_date(at, zone_name))

    def moment(self, at: datetime, zone_name: str) -> str:
        """An instant on the clock of that zone, to the minute."""
        return self("at_time", day=self.day_of(at, zone_name), time=self.clock(at.astimezone(zone(zone_name))))

    def clock(self, local: datetime) -> str:
        """The time of the day of an instant in its own zone."""
        return str(format_time(local, "short", locale=self.w.locale))


@lru_cache(maxsize=10_000)
def _digits(count: int, locale: str) -> str:
    """A page of figures has hundreds, and the same ones a moment later."""
    return str(format_decimal(count, locale=locale))


def language_wanted(chosen: str | None, accept_language: str, spoken: Iterable[str]) -> str:
    """The locale in which to speak to somebody who is not known yet: as chosen, else as the browser asks, else English.

    `spoken` are the languages that there are words in.
    """
    known = set(spoken)
    wanted = [part.partition(";")[0].strip() for part in accept_language.split(",")]
    for each in (chosen or "", *wanted):
        if each.replace("_", "-").partition("-")[0].lower() in known:
            return each
    return "en"
