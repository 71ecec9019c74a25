"""Renewal dates as an iCalendar object (RFC 5545): all-day events on the customer's own dates.

It is made from facts alone, so that the same facts are the same bytes: DTSTAMP is when the subscription last changed,
SEQUENCE how often it did.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from icalendar import Calendar, Event
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.speech import Speech, speech_of
from console.account.standing import renewal_sentences
from models.records import EventRow
from models.store import Stored, load_all
from models.subscriptions import SubscriptionRow
from renewals.agenda import Entry, agenda
from renewals.facts import Phase
from settings import Settings

READ_AGAIN = timedelta(hours=12)
"""How often a calendar program is asked to look."""

_CHANGES = ("phase", "term", "command", "payment", "seats", "go_live", "parked", "released", "refund", "hold_ended")
"""The events of the record after which an entry may say something else."""

_BATCH = 200


@dataclass(frozen=True, slots=True)
class _Changed:
    """How often a subscription changed, and when it did last (UTC)."""

    times: int
    last_at: datetime


async def calendar_of(
    session: AsyncSession, numbers: Select[str], t: Speech, settings: Settings, wall_now: datetime
) -> bytes:
    """The calendar of those of the subscriptions that have not lapsed; `numbers` selects them from their table."""
    calendar = Calendar()
    calendar.add("prodid", "-//Perennial//Renewals//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", t("calendar.name"))
    calendar.add("x-wr-calname", t("calendar.name"))
    calendar.add("refresh-interval", READ_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    async for found, changes in _subscriptions(session, numbers, wall_now):
        for stored in found:
            for entry in agenda(stored.facts):
                calendar.add_component(_event(stored, entry, changes[stored.facts.number], settings))
    return bytes(calendar.to_ical())


async def _subscriptions(
    session: AsyncSession, chosen: Select[str], wall_now: datetime
) -> AsyncIterator[tuple[Sequence[Stored], Mapping[str, _Changed]]]:
    alive = chosen.where(col(SubscriptionRow.phase) != Phase.LAPSED)
    numbers = (await session.execute(alive.order_by(col(SubscriptionRow.number)))).scalars().all()
    for begin in range(0, len(numbers), _BATCH):
        batch = numbers[begin : begin + _BATCH]
        yield await load_all(session, batch, wall_now), await _changes(session, batch)


async def _changes(session: AsyncSession, numbers: Sequence[str]) -> dict[str, _Changed]:
    """By number; every subscription has at least the event of its first phase."""
    query = (
        select(col(EventRow.subscription), func.count(), func.max(col(EventRow.at)))
        .where(col(EventRow.subscription).in_(numbers), col(EventRow.event).in_(_CHANGES))
        .group_by(col(EventRow.subscription))
    )
    return {str(row[0]): _Changed(row[1], row[2]) for row in (await session.execute(query)).all()}


def _event(stored: Stored, entry: Entry, changed: _Changed, settings: Settings) -> Event:
    sub, t = stored.facts, speech_of(stored.customer.locale)
    address = f"{settings.account_url}/subscriptions/{quote(sub.number, safe='')}"
    event = Event()
    event.add("uid", f"{entry.day}-{sub.number}-{entry.renewal:%Y%m%d}@perennial")
    event.add("dtstamp", changed.last_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", changed.last_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", changed.times)
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", t(f"calendar.{entry.day}", product=stored.offering.name, number=sub.number))
    event.add("description", "\n\n".join([*renewal_sentences(stored, t), address]))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
