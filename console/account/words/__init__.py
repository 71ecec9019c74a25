"""What the account says: by language modules of its pages, on record, quotes, bulk checkouts, contracts,
payment methods and the pages beside.

All languages have the same keys.
"""

from collections.abc import Mapping
from types import MappingProxyType

from console.account.words import (
    english,
    english_beside,
    english_bulk,
    english_contracts,
    english_methods,
    english_quotes,
    english_record,
    french,
    french_beside,
    french_bulk,
    french_contracts,
    french_methods,
    french_quotes,
    french_record,
    japanese,
    japanese_beside,
    japanese_bulk,
    japanese_contracts,
    japanese_methods,
    japanese_quotes,
    japanese_record,
)
from console.words import together, unbroken

_ENGLISH = (english, english_record, english_beside, english_quotes, english_bulk, english_contracts, english_methods)
_FRENCH = (french, french_record, french_beside, french_quotes, french_bulk, french_contracts, french_methods)
_JAPANESE = (
    japanese,
    japanese_record,
    japanese_beside,
    japanese_quotes,
    japanese_bulk,
    japanese_contracts,
    japanese_methods,
)
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": together(*(room.WORDS for room in _ENGLISH)),
        "fr": {key: unbroken(text) for key, text in together(*(room.WORDS for room in _FRENCH)).items()},
        "ja": together(*(room.WORDS for room in _JAPANESE)),
    }
)
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "fr": "Français", "ja": "日本語"})
"""Each language by its own name."""
