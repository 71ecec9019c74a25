"""What the account says: by language modules of its pages, of what is on record, of quotes, and of the pages beside.

All languages have the same keys.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from console.account.words import (
    english,
    english_beside,
    english_quotes,
    english_record,
    french,
    french_beside,
    french_quotes,
    french_record,
    japanese,
    japanese_beside,
    japanese_quotes,
    japanese_record,
)


def _unbroken(text: str) -> str:
    """French as it is set: no line begins with a sign that has a space before it."""
    return re.sub(" (?=[:;?!÷×])", "\u00a0", text)


_FRENCH = {**french.WORDS, **french_record.WORDS, **french_beside.WORDS, **french_quotes.WORDS}
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {**english.WORDS, **english_record.WORDS, **english_beside.WORDS, **english_quotes.WORDS},
        "fr": {key: _unbroken(text) for key, text in _FRENCH.items()},
        "ja": {**japanese.WORDS, **japanese_record.WORDS, **japanese_beside.WORDS, **japanese_quotes.WORDS},
    }
)
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "fr": "Français", "ja": "日本語"})
"""Each language by its own name."""
