"""The labels and phrases that templates and tables share, a module per language; every language has the same keys."""

from collections.abc import Mapping
from types import MappingProxyType

from mail.words import english, french, japanese

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"en": english.WORDS, "fr": french.WORDS, "ja": japanese.WORDS}
)
