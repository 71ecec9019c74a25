"""How the pages put things: instants, spans, phases and events in plain words, and how books of words are bound."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from renewals.money import Money


def day(on: date) -> str:
    """A date, the same for every reader.

    >>> day(date(2027, 3, 31))
    '31 Mar 2027'
    """
    return f"{on.day} {on:%b %Y}"


def moment(at: datetime, time_zone: str = "UTC") -> str:
    """An instant in a zone, to the minute.

    >>> moment(datetime(2027, 3, 31, 14, 5, tzinfo=UTC), "Asia/Tokyo")
    '31 Mar 2027, 23:05 JST'
    """
    local = at.astimezone(ZoneInfo(time_zone) if time_zone != "UTC" else UTC)
    return f"{day(local)}, {local:%H:%M %Z}"


def span(length: timedelta) -> str:
    """How long until something, roughly; what is overdue says so.

    >>> [span(timedelta(**each)) for each in ({"days": 40}, {"hours": 5}, {"minutes": 3}, {"seconds": -90})]
    ['in 40 days', 'in 5 h', 'in 3 min', 'due']
    """
    if length <= timedelta(0):
        return "due"
    if length < timedelta(hours=1):
        return f"in {length // timedelta(minutes=1)} min"
    if length < timedelta(days=2):
        return f"in {length // timedelta(hours=1)} h"
    return f"in {length.days:,} days"


def plain(name: str) -> str:
    """A name of the code in words.

    >>> plain("past_due"), plain("cancel-auto-renew")
    ('past due', 'cancel auto renew')
    """
    return name.replace("_", " ").replace("-", " ")


def event_in_words(event: str, data: Mapping[str, Any]) -> str:
    """One event of the record as a phrase; one that is not known here is named, with nothing left out.

    >>> event_in_words("phase", {"from": "renewable", "to": "past_due"})
    'renewable → past due'
    >>> event_in_words("payment", {"purpose": "renewal", "amount": 50500, "currency": "USD", "outcome": "paid"})
    'renewal of USD 505.00: paid'
    """
    match event, data:
        case "phase", {"from": None, "to": after}:
            return f"begins as {plain(after)}"
        case "phase", {"from": before, "to": after}:
            return f"{plain(before)} → {plain(after)}"
        case "notice", {"kind": kind, "outcome": outcome}:
            return f"mail {plain(kind)}: {outcome}"
        case "payment", {"purpose": purpose, "amount": amount, "currency": currency, "outcome": outcome}:
            code = f" ({plain(data['code'])})" if data.get("code") else ""
            return f"{purpose} of {Money(amount, currency)}: {outcome}{code}"
        case "term", {"starts_on": starts, "renews_on": ends}:
            return f"new term {day(date.fromisoformat(starts))} to {day(date.fromisoformat(ends))}"
        case "command", {"name": name, "outcome": outcome}:
            code = f" ({plain(data['code'])})" if data.get("code") else ""
            return f"{plain(name)}: {outcome}{code}"
        case "voucher", {"outcome": "part_received", "amount": amount, "currency": currency, "remaining": remaining}:
            return f"{Money(amount, currency)} of a voucher came, {Money(remaining, currency)} to go"
        case "voucher", {"outcome": outcome, "amount": amount, "currency": currency}:
            return f"voucher of {Money(amount, currency)}: {plain(outcome)}"
        case "seats", {"added": added, "seats": seats, "amount": amount, "currency": currency}:
            return f"{added} more seats for {Money(amount, currency)}: {seats} now"
        case "refund", {"amount": amount, "currency": currency}:
            return f"refund of {Money(amount, currency)}"
        case "refund_refused", {"amount": amount, "currency": currency}:
            return f"refund of {Money(amount, currency)}: refused by the provider"
        case "admin", _:
            return "another primary admin"
        case "parked", _:
            return "parked"  # why stands beside it
        case "alarm", {"kind": kind}:
            return f"alarm: {plain(kind)}"
        case "alert", {"kinds": kinds}:
            return f"operators were told of {sum(kinds.values())} grave alarms"
    return ": ".join([plain(event), *(f"{plain(name)} {value}" for name, value in data.items())])


def unbroken(text: str) -> str:
    """French as it is set: no line begins with a sign that has a space before it, or ends after an opening quote.

    The space is narrow before a semicolon, a question mark and an exclamation mark.
    """
    return re.sub("(?<=«) | (?=[:÷×%»])", "\u00a0", re.sub(" (?=[;?!])", "\u202f", text))


def together(*parts: Mapping[str, str]) -> Mapping[str, str]:
    """One book of several. Raises if two have words for the same key."""
    book: dict[str, str] = {}
    for part in parts:
        if twice := book.keys() & part.keys():
            raise ValueError(f"said twice: {', '.join(sorted(twice))}")
        book |= part
    return book
