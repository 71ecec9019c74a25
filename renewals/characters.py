"""Characters that are not seen, and what they may not do in names, reasons and sentences.

Letters of every script, emoji, and the joiners that these need (ZWJ, ZWNJ, marks of direction) are no concern here.
"""

import re
import unicodedata

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
RUNS_AS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell begins with that a spreadsheet calculates; the wide forms where it is set to Japanese."""

_CONTROL = re.compile(
    "[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    + _NONCHARACTERS
    + "]"
)
_INVISIBLE = frozenset({"Cc", "Cf", "Me", "Mn", "Zl", "Zp", "Zs"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol by category, drawn as nothing


def control_character(text: str) -> str | None:
    """The first character that steers a screen or a file instead of being read: line ends, overrides, tags.

    >>> control_character("Zo\\u202ee") == "\\u202e", control_character("نور \\u200f(Noor)")
    (True, None)
    """
    found = None if text.isprintable() else _CONTROL.search(text)
    return found[0] if found else None


def is_blank(text: str) -> bool:
    """Would a reader see nothing?

    >>> [is_blank(text) for text in ("", " \\u200b", "\\u3164", "é")]
    [True, True, True, False]
    """
    return all(each in _FILLERS or unicodedata.category(each) in _INVISIBLE for each in text)


def escaped(text: str) -> str:
    """The text for a sentence: what is not printable as its escape.

    >>> print(escaped("a\\x1b[2J\\u202eb"))
    a\\x1b[2J\\u202eb
    """
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
