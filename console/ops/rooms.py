"""The menu of the operations console: each room with the right that it takes. A new room is a line here."""

from dataclasses import dataclass

from renewals.roles import May, Role, may
from settings import Settings


@dataclass(frozen=True, slots=True)
class Room:
    """An entry of the menu; its words have the key `room.KEY`."""

    key: str
    address: str
    right: May
    local_only: bool = False


ROOMS = (
    Room("overview", "/ops/", May.READ),
    Room("alarms", "/ops/alarms", May.READ),
    Room("list", "/ops/subscriptions", May.READ),
    Room("customers", "/ops/customers", May.READ),
    Room("calendar", "/ops/calendar", May.READ),
    Room("bulk", "/ops/bulk", May.READ),
    Room("golive", "/ops/go-live", May.READ),
    Room("letters", "/ops/letters", May.READ),
    Room("compliance", "/ops/compliance", May.READ),
    Room("forecast", "/ops/forecast", May.READ),
    Room("offerings", "/ops/offerings", May.READ),
    Room("policies", "/ops/policies", May.READ),
    Room("what_if", "/ops/what-if", May.READ),
    Room("second", "/ops/second-person", May.READ),
    Room("pauses", "/ops/pauses", May.READ),
    Room("audit", "/ops/audit", May.READ),
    Room("letters_to_me", "/ops/letters-to-me", May.READ),
    Room("people", "/ops/people", May.GOVERN),
    Room("keys", "/ops/keys", May.GOVERN),
    Room("webhooks", "/ops/webhooks", May.GOVERN),
    Room("mails", "/ops/mails", May.READ, local_only=True),
)


def rooms_for(role: Role, settings: Settings) -> list[Room]:
    """What that role finds in the menu."""
    return [room for room in ROOMS if may(role, room.right) and (settings.local_stack or not room.local_only)]
