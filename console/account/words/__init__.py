"""What the account says: three modules per language, of its pages, of what is on record, of bulk checkouts.

All languages have the same keys.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from console.account.words import (
    english,
    english_bulk,
    english_record,
    french,
    french_bulk,
    french_record,
    japanese,
    japanese_bulk,
    japanese_record,
)


def _unbroken(text: str) -> str:
    """French as it is set: no line begins with a sign that has a space before it."""
    return re.sub(" (?=[:;?!÷×])", "\u00a0", text)


WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {**english.WORDS, **english_record.WORDS, **english_bulk.WORDS},
        "fr": {
            key: _unbroken(text) for key, text in {**french.WORDS, **french_record.WORDS, **french_bulk.WORDS}.items()
        },
        "ja": {**japanese.WORDS, **japanese_record.WORDS, **japanese_bulk.WORDS},
    }
)
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "fr": "Français", "ja": "日本語"})
"""Each language by its own name."""
