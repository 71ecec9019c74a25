"""What the status page shows, read from the database in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.pauses import PauseRow, paused_now
from models.tables import AlarmRow, CustomerRow, EventRow, SubscriptionRow
from renewals.facts import Phase

NEXT_STEPS = 20
LAST_EVENTS = 20


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A subscription whose next step comes soon. `next_step_at` is in its own time, `due_in` from now on."""

    number: str
    customer: str
    time_zone: str
    phase: Phase
    renews_on: date
    next_step: str
    next_step_at: datetime
    due_in: timedelta
    ahead: timedelta


@dataclass(frozen=True, slots=True)
class Alarm:
    """An open alarm."""

    subscription: str
    kind: str
    detail: str
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, on the subscription's own clock."""

    at: datetime
    subscription: str
    event: str
    data: dict[str, Any]
    caused_by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page. `phases` has every phase, zeros too; `not_live` and `parked` are those that are only watched."""

    phases: dict[Phase, int]
    not_live: int
    parked: int
    unplanned: int
    pauses: Sequence[PauseRow]
    upcoming: list[Upcoming]
    alarms: list[Alarm]
    events: list[Event]

    @property
    def total(self) -> int:
        return sum(self.phases.values())


async def read_overview(session: AsyncSession, now: datetime) -> Overview:
    """The state of all subscriptions at the instant `now`."""
    row = SubscriptionRow
    lapsed = col(row.phase) == Phase.LAPSED.value
    counts = await session.execute(sa.select(col(row.phase), sa.func.count()).group_by(col(row.phase)))
    found = {Phase(phase): int(count) for phase, count in counts}
    aside = await session.execute(
        sa.select(
            sa.func.count().filter(col(row.live_at).is_(None)),
            sa.func.count().filter(col(row.parked_at).is_not(None)),
            sa.func.count().filter(col(row.next_step_at).is_(None), col(row.parked_at).is_(None), ~lapsed),
        )
    )
    not_live, parked, unplanned = aside.one()
    return Overview(
        phases={phase: found.get(phase, 0) for phase in Phase},
        not_live=not_live,
        parked=parked,
        unplanned=unplanned,
        pauses=await paused_now(session),
        upcoming=await _upcoming(session, now),
        alarms=await _alarms(session),
        events=await _events(session),
    )


async def _upcoming(session: AsyncSession, now: datetime) -> list[Upcoming]:
    row = SubscriptionRow
    query = (
        sa.select(row, CustomerRow)
        .join(CustomerRow, col(CustomerRow.csn) == col(row.csn))
        .where(col(row.next_step).is_not(None), col(row.phase) != Phase.LAPSED.value)
        .order_by(col(row.next_step_at), col(row.number))
        .limit(NEXT_STEPS)
    )
    return [
        Upcoming(
            number=subscription.number,
            customer=customer.name,
            time_zone=customer.time_zone,
            phase=Phase(subscription.phase),
            renews_on=subscription.renews_on,
            next_step=subscription.next_step,
            next_step_at=subscription.next_step_at + subscription.shift,
            due_in=subscription.next_step_at - now,
            ahead=subscription.shift,
        )
        for subscription, customer in await session.execute(query)
        if subscription.next_step and subscription.next_step_at
    ]


async def _alarms(session: AsyncSession) -> list[Alarm]:
    query = sa.select(AlarmRow).where(col(AlarmRow.cleared_at).is_(None)).order_by(col(AlarmRow.raised_at).desc())
    return [Alarm(row.subscription, row.kind, row.detail, row.raised_at) for row in await session.scalars(query)]


async def _events(session: AsyncSession) -> list[Event]:
    query = sa.select(EventRow).order_by(col(EventRow.id).desc()).limit(LAST_EVENTS)
    return [
        Event(row.at, row.subscription or f"customer {row.customer}", row.event, row.data, row.caused_by, row.reason)
        for row in await session.scalars(query)
    ]
