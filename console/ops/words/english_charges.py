"""The charges in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.charges": "Charges",
        "charges.text": "Every attempt to take money and how it stands now, the newest first.",
        "charges.from": "Made from",
        "charges.more": "and {count} more",
        "charges.none": "Nothing has been charged yet.",
        "act.charges.export": "list of charges downloaded",
    }
)
