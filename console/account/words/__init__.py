"""What the account says: two modules per language, of its pages and of what is on record; all have the same keys."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from console.account.words import english, english_record, french, french_record, japanese, japanese_record


def _unbroken(text: str) -> str:
    """French as it is set: no line begins with a sign that has a space before it."""
    return re.sub(" (?=[:;?!÷×])", "\u00a0", text)


WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {**english.WORDS, **english_record.WORDS},
        "fr": {key: _unbroken(text) for key, text in {**french.WORDS, **french_record.WORDS}.items()},
        "ja": {**japanese.WORDS, **japanese_record.WORDS},
    }
)
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "fr": "Français", "ja": "日本語"})
"""Each language by its own name."""
