"""What is given with a command as JSON: each argument asked for by name, checked for shape, refused in one sentence."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from uuid import UUID

from renewals.addresses import is_address
from renewals.cards import holds_card_number, may_be_card_number, month_end
from renewals.characters import control_character
from renewals.commands import BadArguments, MethodChoice, Name, NewMethod, StoredMethod, Wish
from renewals.facts import MOST_SEATS, Term
from renewals.money import MOST_MINOR_UNITS
from renewals.payments import MethodKind

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOCALE = re.compile(r"(en|fr|ja)(-[A-Z]{2})?")
"""Languages that letters are written in; formats are those of the country."""


class Given:
    """The arguments as given, read one by one; it remembers which were asked for. Each raises `BadArguments`."""

    def __init__(self, command: Name, raw: Mapping[str, object]) -> None:
        self._command, self._raw, self._read = command, raw, set[str]()

    def has(self, key: str) -> bool:
        self._read.add(key)
        return self._raw.get(key) is not None

    def _bad(self, key: str, wanted: str) -> BadArguments:
        found = "" if self.has(key) else ", and is missing"
        return BadArguments(f'{self._command}: "{key}" must be {wanted}{found}.')

    def text(self, key: str, *, required: bool = True) -> str:
        if not self.has(key) and not required:
            return ""
        value = self._raw.get(key)
        if not isinstance(value, str) or (required and not value.strip()) or len(value) > 500 or not _storable(value):
            raise self._bad(key, "a text of 1 to 500 characters, without line ends and other control characters")
        if key != "token" and holds_card_number(value):
            raise BadArguments(f'{self._command}: "{key}" must not hold a card number; they are never stored.')
        return value.strip()

    def optional(self, key: str) -> str | None:
        return self.text(key) if self.has(key) else None

    def count(self, key: str, *, at_least: int | None = None) -> int:
        value = self._raw.get(key) if self.has(key) else None
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not isinstance(value, int) or not whole or abs(value) > MOST_SEATS or value < (at_least or value):
            bounds = f"from {at_least} up to {MOST_SEATS:,}" if at_least else f"up to {MOST_SEATS:,}"
            raise self._bad(key, f"a whole number of seats {bounds}")
        return value

    def method_choice(self) -> MethodChoice:
        """A stored method by its id, or a new one by kind, token and expiry; None when none is named."""
        if self.has("method"):
            value = self._raw["method"]
            with suppress(ValueError):
                if isinstance(value, str):
                    return StoredMethod(UUID(value))
            raise self._bad("method", "the id of a stored payment method")
        if not self.has("kind"):
            return None
        return NewMethod(
            MethodKind(self.choice("kind", list(MethodKind))), self.token("token"), self.month_end("expires")
        )

    def id(self, key: str) -> UUID:
        value = self._raw.get(key) if self.has(key) else None
        with suppress(ValueError):
            if isinstance(value, str):
                return UUID(value)
        raise self._bad(key, "an id such as 0198c1a2-7b1e-7c3d-9a50-3f1de4b0c9aa")

    def minor_units(self, key: str, *, at_least: int = 1) -> int | None:
        """An amount of money; None when none is named."""
        value = self._raw[key] if self.has(key) else None
        if value is not None and (type(value) is not int or not at_least <= value <= MOST_MINOR_UNITS):
            raise self._bad(key, f"whole minor units of the currency, from {at_least} up")
        return value

    def address(self, key: str) -> str:
        value = self.text(key)
        if not is_address(value):
            raise self._bad(key, "one plain mail address")
        return value

    def locale(self, key: str) -> str | None:
        """A language as letters know it, with its country if that matters; None when none is named."""
        value = self.optional(key)
        if value is not None and not _LOCALE.fullmatch(value):
            raise self._bad(key, "a language such as fr or fr-CA")
        return value

    def choice(self, key: str, values: list[str]) -> str:
        value = self._raw.get(key) if self.has(key) else None
        if not isinstance(value, str) or value not in values:
            raise self._bad(key, f"one of {', '.join(values)}")
        return value

    def day(self, key: str) -> date | None:
        if not self.has(key):
            return None
        value = self._raw[key]
        if isinstance(value, str) and _DAY.fullmatch(value):
            with suppress(ValueError):
                return date.fromisoformat(value)
        raise self._bad(key, "a date such as 2027-03-31")

    def named_day(self, key: str) -> date:
        """A day that must be given."""
        day = self.day(key)
        if day is None:
            raise self._bad(key, "a date such as 2027-03-31")
        return day

    def month_end(self, key: str) -> date | None:
        if not self.has(key) or self._raw[key] == "":
            return None
        value = self._raw[key]
        if not isinstance(value, str):
            raise self._bad(key, "a month such as 2029-08")
        try:
            return month_end(value)
        except ValueError:
            raise self._bad(key, "a month such as 2029-08") from None

    def token(self, key: str) -> str:
        value = self.text(key)
        if may_be_card_number(value):
            raise BadArguments(
                f'{self._command}: "{key}" must be the provider\'s token; card numbers are never stored.'
            )
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._raw[key] if self.has(key) else default
        if not isinstance(value, bool):
            raise self._bad(key, "true or false")
        return value

    def prices(self, key: str) -> tuple[tuple[str, int], ...]:
        """Amounts in minor units by subscription."""
        value = self._raw[key] if self.has(key) else {}
        if not isinstance(value, Mapping):
            raise self._bad(key, "an object of prices by subscription")
        for number, price in value.items():
            if not isinstance(number, str) or type(price) is not int or not 0 < price <= MOST_MINOR_UNITS:
                raise self._bad(key, "whole minor units of the currency by subscription, from 1 up")
        return tuple(sorted(value.items()))

    def wishes(self, key: str) -> tuple[Wish, ...]:
        """What a quote is asked for: one object per subscription, in the order of their numbers."""
        value = self._raw.get(key) if self.has(key) else None
        if not isinstance(value, list) or not value or not all(isinstance(each, Mapping) for each in value):
            raise self._bad(key, "a list of objects, each with a subscription")
        wishes = [self._wish(each) for each in value]
        if len({wish.subscription for wish in wishes}) < len(wishes):
            raise self._bad(key, "a list that names each subscription once")
        return tuple(sorted(wishes, key=lambda wish: wish.subscription))

    def _wish(self, raw: Mapping[str, object]) -> Wish:
        line = Given(self._command, raw)
        seats = line.count("seats") if line.has("seats") else None
        term = Term(line.choice("term", list(Term))) if line.has("term") else None
        wish = Wish(line.text("subscription"), seats, term)
        line.refuse_the_rest()
        return wish

    def refuse_the_rest(self) -> None:
        unknown = sorted(set(self._raw) - self._read)
        if unknown:
            raise BadArguments(f"{self._command} has no argument {quoted(unknown[0])}.")


def quoted(name: object) -> str:
    """A name as a sentence may quote it."""
    text = str(name)
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def _storable(text: str) -> bool:
    """Can a database keep it, and a screen show it? No control character, no half of a surrogate pair."""
    return not control_character(text) and not any("\ud800" <= character <= "\udfff" for character in text)
