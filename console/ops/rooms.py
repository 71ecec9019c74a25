"""The menu of the operations console: each room with its group and the right it takes. A new room is a line here."""

from dataclasses import dataclass
from enum import StrEnum

from renewals.roles import May, Role, may
from settings import Settings

HOME = "/ops/"


class Group(StrEnum):
    """What the rooms are gathered under, in the order of the menu; its words have the key `group.GROUP`."""

    NOW = "now"
    SUBSCRIPTIONS = "subscriptions"
    AHEAD = "ahead"
    LETTERS = "letters"
    HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Room:
    """An entry of the menu; its words have the key `room.KEY`."""

    group: Group
    key: str
    address: str
    right: May
    local_only: bool = False

    def mark(self, path: str) -> str:
        """How it is marked on the page of that path: `page` is this room, `true` a page inside it, empty elsewhere."""
        if path == self.address:
            return "page"
        return "true" if path.startswith(f"{self.address.rstrip('/')}/") and self.address != HOME else ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A group as somebody finds it in the menu; the one that is open has the page, else the first."""

    group: Group
    rooms: tuple[Room, ...]
    is_open: bool


ROOMS = (
    Room(Group.NOW, "overview", HOME, May.READ),
    Room(Group.NOW, "alarms", "/ops/alarms", May.READ),
    Room(Group.NOW, "pauses", "/ops/pauses", May.READ),
    Room(Group.NOW, "results", "/ops/results", May.READ),
    Room(Group.SUBSCRIPTIONS, "list", "/ops/subscriptions", May.READ),
    Room(Group.SUBSCRIPTIONS, "customers", "/ops/customers", May.READ),
    Room(Group.SUBSCRIPTIONS, "charges", "/ops/charges", May.READ),
    Room(Group.SUBSCRIPTIONS, "calendar", "/ops/calendar", May.READ),
    Room(Group.SUBSCRIPTIONS, "bulk", "/ops/bulk", May.READ),
    Room(Group.AHEAD, "golive", "/ops/go-live", May.READ),
    Room(Group.AHEAD, "forecast", "/ops/forecast", May.READ),
    Room(Group.AHEAD, "what_if", "/ops/what-if", May.READ),
    Room(Group.AHEAD, "offerings", "/ops/offerings", May.READ),
    Room(Group.AHEAD, "policies", "/ops/policies", May.READ),
    Room(Group.LETTERS, "letters", "/ops/letters", May.READ),
    Room(Group.LETTERS, "compliance", "/ops/compliance", May.READ),
    Room(Group.HOUSE, "second", "/ops/second-person", May.READ),
    Room(Group.HOUSE, "audit", "/ops/audit", May.READ),
    Room(Group.HOUSE, "people", "/ops/people", May.GOVERN),
    Room(Group.HOUSE, "keys", "/ops/keys", May.GOVERN),
    Room(Group.HOUSE, "webhooks", "/ops/webhooks", May.GOVERN),
    Room(Group.HOUSE, "letters_to_me", "/ops/letters-to-me", May.READ),
    Room(Group.HOUSE, "mails", "/ops/mails", May.READ, local_only=True),
)


def rooms_for(role: Role, settings: Settings) -> list[Room]:
    """What that role finds in the menu."""
    return [room for room in ROOMS if may(role, room.right) and (settings.local_stack or not room.local_only)]


def menu_for(role: Role, settings: Settings, path: str) -> list[Heading]:
    """The menu of that role on the page of that path. A group in which there is nothing for it is not there."""
    found = rooms_for(role, settings)
    here = next((room.group for room in found if room.mark(path)), Group.NOW)
    grouped = [(group, tuple(room for room in found if room.group is group)) for group in Group]
    return [Heading(group, rooms, group is here) for group, rooms in grouped if rooms]
