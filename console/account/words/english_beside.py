"""The account in English: the pages beside that of a subscription."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "yes": "yes",
        "no": "no",
        "usage": "Use of seats",
        "usage.text": "Who has a seat, and who used it in the last 30 and 90 days.",
        "usage.by_product": "By product",
        "usage.by_subscription": "By subscription",
        "usage.by_user": "By user",
        "usage.assigned": "Users with a seat",
        "usage.active_30": "Used in 30 days",
        "usage.active_90": "Used in 90 days",
        "usage.told_on": "Told up to",
        "usage.never_told": "never told",
        "usage.some_untold": "{day}; {count} never told",
        "usage.user": "User",
        "usage.assigned_on": "Seat since",
        "usage.used_on": "Used last",
        "usage.never_used": "never",
        "usage.nobody": "Nobody is known to have a seat.",
        "usage.none": "There is no subscription to report on.",
        "usage.exceeds": "More users than seats: {assigned} users, {seats}. Unassign somebody, or add seats.",
        "usage.of": "Use of seats of {product}",
        "usage.link": "Users and use of seats",
        "usage.unused": "{seats}, {used} used in the {days} days up to {told_on}.",
    }
)
