"""Where the legal rules that come with the product come from, in English: as they are entered."""

from collections.abc import Mapping
from types import MappingProxyType

from renewals.legal import DEFAULT_RULES

WORDS: Mapping[str, str] = MappingProxyType({f"legal.source_of.{rule.id}": rule.source for rule in DEFAULT_RULES})
