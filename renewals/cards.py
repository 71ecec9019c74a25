"""Payment methods as they are written: a card's month of expiry, a name of one's own, what must never be stored."""

import re
from datetime import date
from itertools import accumulate

from renewals.calendar import add_months, days_after
from renewals.characters import control_character, is_blank

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_CARD_NUMBER = re.compile(r"(?:\d[ -]?){13,19}")
_DIGITS_WITHIN = re.compile(r"(?<![^\W_])\d(?:[ -]?\d){12,}(?![^\W_])")
_MOST_DIGITS_OF_A_CARD = 19
_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ONLY_DIGITS = re.compile(r"[0-9 -]{13,}")  # a mistyped card number; the table refuses these too


def month_end(text: str) -> date:
    """The last day of a month written `2029-08`. Raises `ValueError`."""
    found = _MONTH.fullmatch(text)
    if not found or int(found[1]) < 1 or int(found[1]) > 9998:
        raise ValueError(f"{text!r} is not a month such as 2029-08")
    first = date(int(found[1]), int(found[2]), 1)
    return days_after(add_months(first, 1, anchor_day=1), -1)


LONGEST_LABEL = 40
_MOST_DIGITS = 8


def method_label(text: str) -> str | None:
    """The name that a buyer gives a stored method; None for a blank one, which takes it away. Raises `ValueError`.

    It can hold the last digits of a card, and not its number.
    """
    label = " ".join(text.split())
    if len(label) > LONGEST_LABEL or control_character(label):
        raise ValueError(f"a name has at most {LONGEST_LABEL} characters, on one line")
    if sum(character.isdigit() for character in label) > _MOST_DIGITS:
        raise ValueError("a name must not hold a card number; the last four digits will do")
    return None if is_blank(label) else label


def may_be_card_number(token: str) -> bool:
    """Must this never be stored as a provider's token? A mistyped card number is as bad as a good one."""
    return looks_like_card_number(token) or _ONLY_DIGITS.fullmatch(token) is not None


def holds_card_number(text: str) -> bool:
    """Does a card number stand anywhere in this text? The digits of an id are none.

    >>> [holds_card_number(text) for text in ("she read out 4242 4242 4242 4242 08 29", "order 4500123456")]
    [True, False]
    """
    for run in _DIGITS_WITHIN.findall(_ID.sub("", text)):
        groups = re.split("[ -]", run)
        for first in range(len(groups)):
            parts = accumulate(groups[first : first + _MOST_DIGITS_OF_A_CARD])
            if any(looks_like_card_number(part) for part in parts):
                return True
    return False


NOT_KEPT = "0" * 13
"""Stands for a text that holds what may be a card number, and is refused like one."""


def kept(text: str) -> str:
    """The text as it may be stored.

    >>> kept("S-1001"), kept("4242 4242 4242 4242")
    ('S-1001', '0000000000000')
    """
    return NOT_KEPT if holds_card_number(text) else text


def looks_like_card_number(text: str) -> bool:
    """Is this a card number (13 to 19 digits that pass the Luhn check) and not a token?"""
    if not _CARD_NUMBER.fullmatch(text.strip()):
        return False
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
