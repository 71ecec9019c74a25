"""One cell of a file, whatever it holds: may it be blank, what must not stand in it, how a sentence quotes it.

Each reader takes a text and gives its value, or raises `ValueError` with what is wrong and what to do; what the values
of the columns are stands in fields.py.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from renewals.characters import control_character, is_blank

Value = TypeVar("Value")

_LOST = "\ufffd"


def many_digits(text: str) -> bool:
    """Could it be a card number, or hold one?"""
    return sum(character.isdigit() for character in text) >= 13


def shown(text: str) -> str:
    """The value as a sentence may quote it: short, and never what could be a card number."""
    if many_digits(text):
        return "a text with many digits"
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def plain(text: str) -> str:
    """A text without control characters, without spaces around it, and of which nothing was lost on the way."""
    found = control_character(text)
    if found:
        raise ValueError(f"contains the control character U+{ord(found):04X}; remove it.")
    if _LOST in text:
        raise ValueError("contains U+FFFD, which stands where a conversion lost a letter; export it anew as UTF-8.")
    if text != text.strip():
        raise ValueError("has spaces at its beginning or end; remove them.")
    return text


def required(reader: Callable[[str], Value]) -> Callable[[str], Value]:
    """A field that must not be blank."""

    def read(text: str) -> Value:
        if is_blank(text):
            raise ValueError("is blank; fill it in.")
        return reader(plain(text))

    return read


def optional(reader: Callable[[str], Value]) -> Callable[[str], Value | None]:
    """A field that may be blank."""

    def read(text: str) -> Value | None:
        return reader(plain(text)) if text else None

    return read


def one_of(values: type[StrEnum]) -> Callable[[str], StrEnum]:
    """One of an enumeration's values."""
    known = {str(value): value for value in values}

    def read(text: str) -> StrEnum:
        if text not in known:
            raise ValueError(f"is {shown(text)}; it must be one of {', '.join(known)}.")
        return known[text]

    return read


def shaped(pattern: re.Pattern[str], text: str, wanted: str) -> str:
    """A text that is written like that; `wanted` says how, for the sentence."""
    if not pattern.fullmatch(text):
        raise ValueError(f"is {shown(text)}; it must be {wanted}.")
    return text
