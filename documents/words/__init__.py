"""What papers say beside the words of the letters; all languages have the same keys."""

from collections.abc import Mapping
from types import MappingProxyType

from documents.words import english, french, japanese

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"en": english.WORDS, "fr": french.WORDS, "ja": japanese.WORDS}
)
