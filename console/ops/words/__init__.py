"""What the operators' pages say, in English and French, a module per language and room. All have the same keys.

A new room brings two modules of its own, and a line in each of the tuples below.
"""

from collections.abc import Mapping
from types import MappingProxyType

from console.ops.words import (
    english,
    english_ahead,
    english_alarm_details,
    english_alarms,
    english_audit,
    english_calendar,
    english_charges,
    english_commands,
    english_compliance,
    english_customers,
    english_golive,
    english_letters,
    english_list,
    english_overview,
    english_plan,
    english_results,
    english_rules,
    english_second,
    english_sessions,
    english_sources,
    english_subscription,
    english_telling,
    english_troubles,
    french,
    french_ahead,
    french_alarm_details,
    french_alarms,
    french_audit,
    french_calendar,
    french_charges,
    french_commands,
    french_compliance,
    french_customers,
    french_golive,
    french_letters,
    french_list,
    french_overview,
    french_plan,
    french_results,
    french_rules,
    french_second,
    french_sessions,
    french_sources,
    french_subscription,
    french_telling,
    french_troubles,
)
from console.words import together, unbroken

_ENGLISH = (
    english,
    english_overview,
    english_list,
    english_subscription,
    english_plan,
    english_commands,
    english_alarms,
    english_alarm_details,
    english_audit,
    english_letters,
    english_compliance,
    english_sources,
    english_customers,
    english_charges,
    english_calendar,
    english_ahead,
    english_rules,
    english_telling,
    english_golive,
    english_results,
    english_troubles,
    english_second,
    english_sessions,
)
_FRENCH = (
    french,
    french_overview,
    french_list,
    french_subscription,
    french_plan,
    french_commands,
    french_alarms,
    french_alarm_details,
    french_audit,
    french_letters,
    french_compliance,
    french_sources,
    french_customers,
    french_charges,
    french_calendar,
    french_ahead,
    french_rules,
    french_telling,
    french_golive,
    french_results,
    french_troubles,
    french_second,
    french_sessions,
)

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": together(*(room.WORDS for room in _ENGLISH)),
        "fr": {key: unbroken(text) for key, text in together(*(room.WORDS for room in _FRENCH)).items()},
    }
)
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "fr": "Français"})
"""Each language by its own name."""
