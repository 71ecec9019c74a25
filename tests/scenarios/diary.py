"""What happened to a subscription, as lines of a diary: local time to the minute, and a few words."""

import re
from datetime import datetime
from typing import Any

from models.engine import Sessions
from models.history import events_of
from renewals.calendar import at_local, zone

Diary = list[tuple[str, str]]

_DAYS = re.compile(r"\d{1,3}(:\d{4}-\d\d-\d\d)?")


def instant(local: str, zone_name: str) -> datetime:
    """`2027-03-31`, `2027-03-31 06:00` or `2027-03-31 06:00:10` on the customer's wall clock, as a UTC instant."""
    moment = datetime.fromisoformat(local)
    return at_local(moment.date(), moment.time(), zone_name)


def written(text: str) -> Diary:
    """A diary as it stands in a test: one line for each thing that happened, its local time first."""
    lines = [line.strip() for line in text.splitlines()]
    return [(line[:16], line[17:]) for line in lines if line]


async def diary_of(sessions: Sessions, number: str, zone_name: str) -> Diary:
    """Everything recorded of the subscription, in order of time."""
    async with sessions() as session:
        return [(_local(event["at"], zone_name), _words(event)) async for event in events_of(session, number)]


def _local(at: str, zone_name: str) -> str:
    return datetime.fromisoformat(at).astimezone(zone(zone_name)).strftime("%Y-%m-%d %H:%M")


def _words(event: dict[str, Any]) -> str:
    match event["event"]:
        case "phase":
            return f"{event['from']} > {event['to']}" if event["from"] else f"imported {event['to']}"
        case "notice":
            days = f" {event['occasion']}" if _DAYS.fullmatch(event["occasion"]) else ""
            return f"{event['outcome']} {event['kind']}{days}"
        case "payment":
            money = f"{event['currency']} {event['amount']}"
            said = " ".join(filter(None, [event["outcome"], event["code"]]))
            return f"payment {event['attempt']} of {money} {said}"
        case "term":
            return (
                f"term {event['starts_on']} to {event['renews_on']}: {event['term']}, "
                f"{event['seats']} x {event['unit_price']}"
            )
        case "command":
            said = " ".join(filter(None, [event["outcome"], event["code"]]))
            return f"{event['name']} {said}{' already' if event['repeat'] else ''}"
        case "voucher":
            return f"voucher {event['outcome']}"
        case "quote":
            return f"quote {event['state']}"
        case "late_window":
            return f"late window to {event['last_day']}"
        case "seats":
            return f"seats {event['seats']}"
        case "alarm":
            return f"alarm {event['kind']}"
        case other:
            return str(other).replace("_", " ")
