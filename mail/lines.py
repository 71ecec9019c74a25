"""Plain text in columns: how wide it stands on a screen, and where a line of it may end.

Chinese, Japanese and Korean characters are two columns wide and are written without spaces, so a line of them may end
after almost any character. What may not begin or end a line (kinsoku, JIS X 4051) is listed here.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

_NEVER_FIRST = frozenset(
    "、。，．・：；！？」』】〕〉》）］｝〜～…‥ー々ゝヽぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ" + ",.:;!?)]}’”%"
)
_NEVER_LAST = frozenset("「『【〔〈《（［｛￥" + "([{‘“")


@cache
def is_wide(char: str) -> bool:
    """Does the character take two columns?"""
    return unicodedata.east_asian_width(char) in ("W", "F")


def width(text: str) -> int:
    """The columns that a text takes on a screen.

    >>> width("更新日"), width("Renewal date")
    (6, 12)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


@cache
def _columns(char: str) -> int:
    return 0 if unicodedata.combining(char) else 1 + is_wide(char)


def padded(text: str, columns: int) -> str:
    """The text with spaces after it, up to that many columns."""
    return text + " " * (columns - width(text))


def unfolded(paragraph: str, *, spaced: bool) -> str:
    """The paragraph on one line. Unless words are `spaced`, a line end beside a wide character is nothing.

    No-break spaces are not touched, nor is a space that stands in a line.

    >>> unfolded("The renewal\\n date", spaced=True), unfolded("更新日は、\\n3月31日です。", spaced=False)
    ('The renewal date', '更新日は、3月31日です。')
    """
    lines = [re.sub(r"[ \t\r]+", " ", line).strip(" ") for line in paragraph.split("\n")]
    line, *rest = [line for line in lines if line] or [""]
    for following in rest:
        joined = not spaced and (is_wide(line[-1]) or is_wide(following[0]))
        line += following if joined else f" {following}"
    return line


def fill(paragraph: str, columns: int) -> str:
    """The paragraph in lines of at most that many columns; a word or an address that is wider stands alone.

    >>> print(fill("更新日は、3月31日です。", 14))
    更新日は、
    3月31日です。
    """
    lines, taken = [""], 0
    for piece in _pieces(paragraph):
        if lines[-1] and taken + width(piece.rstrip(" ")) > columns:
            lines.append("")
            taken = 0
        lines[-1] += piece
        taken += width(piece)
    return "\n".join(line.rstrip(" ") for line in lines)


def _pieces(paragraph: str) -> Iterator[str]:
    """The parts of a paragraph that no line may divide, each with the spaces that follow it."""
    begin, last = 0, ""
    for end in range(1, len(paragraph)):
        spaced, first = paragraph[end - 1] == " ", paragraph[end]
        last = last if spaced else paragraph[end - 1]
        if first != " " and _may_end(last, first, spaced=spaced):
            yield paragraph[begin:end]
            begin = end
    yield paragraph[begin:]


def _may_end(last: str, first: str, *, spaced: bool) -> bool:
    """May a line end between these two characters, or where a space was between them? Narrow ones need that space."""
    if spaced:
        return not ((is_wide(last) and last in _NEVER_LAST) or (is_wide(first) and first in _NEVER_FIRST))
    if first in _NEVER_FIRST or last in _NEVER_LAST:
        return False
    return (is_wide(last) or is_wide(first)) and not _belong_together(last, first)


def _belong_together(last: str, first: str) -> bool:
    """Keeps `12シート`, `2027年3月31日` and `23時59分` whole, and words in katakana, which are read as one."""
    number_and_unit = last.isdecimal() or (last in "年月時" and first.isdecimal())
    return number_and_unit or (_is_katakana(last) and _is_katakana(first))


def _is_katakana(char: str) -> bool:
    return "\u30a1" <= char <= "\u30fc"
