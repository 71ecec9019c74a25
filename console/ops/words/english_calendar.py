"""The calendar in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.calendar": "Calendar",
        "calendar.text": "What renews on each day: how many, for how much, and how it comes about. A day leads to its "
        "subscriptions; those paid for a past date stand in the list under their next one.",
        "calendar.earlier": "Previous month",
        "calendar.later": "Next month",
        "calendar.now": "This month",
        "calendar.in_all": "{count} renewals",
        "calendar.none": "Nothing renews in this month.",
        "calendar.day": "{day}: {count} renewals",
        "calendar.as_table": "The month as a table",
        "calendar.date": "Day",
        "calendar.amounts": "Amounts",
        "calendar.csv_help": "Each day by way, state and currency. It stands on the audit.",
    }
)
