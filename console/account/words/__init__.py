"""What the account says: two modules per language, of its pages and of what is on record; all have the same keys."""

from collections.abc import Mapping
from types import MappingProxyType

from console.account.words import english, english_record, french, french_record, japanese, japanese_record

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {**english.WORDS, **english_record.WORDS},
        "fr": {**french.WORDS, **french_record.WORDS},
        "ja": {**japanese.WORDS, **japanese_record.WORDS},
    }
)
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "fr": "Français", "ja": "日本語"})
"""Each language by its own name."""
