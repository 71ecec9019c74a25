"""What is going on: today's charges and mails, open alarms, the next steps, the last events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.alarms import Counted, Wanted, alarms_page, counts
from models.columns import fixed
from models.keyset import Beside
from models.parties import CustomerRow
from models.payments import AttemptRow
from models.records import AlarmRow, EventRow, NoticeRow
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase
from renewals.payments import AttemptState


@dataclass(frozen=True, slots=True)
class Charged:
    """How many attempts of today stand so, and for how much (minor units)."""

    state: AttemptState
    currency: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Mailed:
    """Today's letters: sent, refused or bounced; and how many wait, whenever they were due."""

    sent: int
    failed: int
    waiting: int


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
class Alarms:
    """Those that are open: how many of each kind, the gravest first; and the first ones to see to."""

    kinds: Sequence[Counted]
    first: Sequence[AlarmRow]

    @property
    def total(self) -> int:
        return sum(each.open for each in self.kinds)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, on the subscription's own clock. `subject` is its number, the customer's, or empty."""

    at: datetime
    subject: str
    of_customer: bool
    event: str
    data: dict[str, Any]
    caused_by: str
    reason: str | None


async def charged(session: AsyncSession, since: datetime, until: datetime) -> list[Charged]:
    """The attempts that were made in that time."""
    row = AttemptRow
    keys = (col(row.state), col(row.currency))
    query = (
        select(*keys, func.count(), func.sum(col(row.amount)))
        .where(col(row.called_at) >= since, col(row.called_at) < until)
        .group_by(*keys)
        .order_by(*keys)
    )
    return [
        Charged(AttemptState(state), currency, count, int(amount))
        for state, currency, count, amount in await session.execute(query)
    ]


async def mailed(session: AsyncSession, since: datetime, until: datetime) -> Mailed:
    """The letters of that time; three counts, each by an index of its own."""
    row = NoticeRow
    sent = select(func.count()).where(col(row.sent_at) >= since, col(row.sent_at) < until)
    failed = select(func.count()).where(
        col(row.outcome).in_([fixed("failed"), fixed("bounced")]),
        col(row.planned_for) >= since,
        col(row.planned_for) < until,
    )
    waiting = select(func.count()).where(col(row.outcome).is_(None))
    columns = (sent.scalar_subquery(), failed.scalar_subquery(), waiting.scalar_subquery())
    return Mailed(*(await session.execute(select(*columns))).one())


async def open_alarms(session: AsyncSession, most: int) -> Alarms:
    """What an operator must look at."""
    return Alarms(await counts(session), (await alarms_page(session, Wanted(), most, Beside())).rows)


async def upcoming(session: AsyncSession, now: datetime, most: int) -> list[Upcoming]:
    """The steps that are due next, those that are overdue first."""
    row = SubscriptionRow
    query = (
        select(row, CustomerRow)
        .join(CustomerRow, col(CustomerRow.csn) == col(row.csn))
        .where(col(row.next_step).is_not(None), col(row.next_step_at).is_not(None))
        .where(col(row.phase) != fixed(Phase.LAPSED.value))
        .order_by(col(row.next_step_at), col(row.number))
        .limit(most)
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


async def last_events(session: AsyncSession, most: int) -> list[Event]:
    """What was recorded last, the newest first."""
    query = select(EventRow).order_by(col(EventRow.id).desc()).limit(most)
    return [
        Event(
            at=row.at,
            subject=row.subscription or row.customer or "",
            of_customer=row.subscription is None,
            event=row.event,
            data=row.data,
            caused_by=row.caused_by,
            reason=row.reason,
        )
        for row in await session.scalars(query)
    ]
