"""Which texts may stand in a letter or a header: made safe here, because the libraries cut silently."""

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any

_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION_MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NO_CHARACTERS = "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
_UNWANTED = frozenset(_DIRECTION_MARKS + _NO_CHARACTERS + "".join(map(chr, range(0xFDD0, 0xFDF0))))


def without_controls(text: str) -> str:
    """The text with control characters, line ends, marks that turn the reading direction and what is no
    character made spaces.

    >>> without_controls("Ada\\r\\nBcc: x")
    'Ada Bcc: x'
    """
    broken = "".join(" " if unicodedata.category(char) in _BREAKING or char in _UNWANTED else char for char in text)
    return re.sub(r" {2,}", " ", broken).strip()


def texts_without_controls(value: Any) -> Any:
    """The value with each text in it made safe, however deep: a text, a tuple, a dataclass, or what holds none."""
    if type(value) is str:  # not a StrEnum, whose values are our own
        return without_controls(value)
    if isinstance(value, tuple):
        return tuple(map(texts_without_controls, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return replace(value, **{each.name: texts_without_controls(getattr(value, each.name)) for each in fields(value)})
