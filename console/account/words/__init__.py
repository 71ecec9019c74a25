"""What the account says: by language modules of its pages, on record, quotes, bulk checkouts and the pages beside.

All languages have the same keys.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from console.account.words import (
    english,
    english_beside,
    english_bulk,
    english_quotes,
    english_record,
    french,
    french_beside,
    french_bulk,
    french_quotes,
    french_record,
    japanese,
    japanese_beside,
    japanese_bulk,
    japanese_quotes,
    japanese_record,
)


def _unbroken(text: str) -> str:
    """French as it is set: no line begins with a sign that has a space before it."""
    return re.sub(" (?=[:;?!÷×])", "\u00a0", text)


def _together(*parts: Mapping[str, str]) -> Mapping[str, str]:
    return {key: text for part in parts for key, text in part.items()}


_ENGLISH = (english, english_record, english_beside, english_quotes, english_bulk)
_FRENCH = (french, french_record, french_beside, french_quotes, french_bulk)
_JAPANESE = (japanese, japanese_record, japanese_beside, japanese_quotes, japanese_bulk)
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": _together(*(room.WORDS for room in _ENGLISH)),
        "fr": {key: _unbroken(text) for key, text in _together(*(room.WORDS for room in _FRENCH)).items()},
        "ja": _together(*(room.WORDS for room in _JAPANESE)),
    }
)
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "fr": "Français", "ja": "日本語"})
"""Each language by its own name."""
