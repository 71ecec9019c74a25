"""The watchdog's eyes: subscriptions that should be running and are not, commands without an answer, misses.

This is the one place that starts subscription workflows. An import only writes rows.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col
from temporalio import activity
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.service import RPCError

from activities.alarming import alarm_together
from activities.clock import started_at
from activities.delivery import deliver
from activities.forgetting import forget_days_of_use, forget_deliveries, forget_sign_ins
from activities.missed import alarm_missed
from activities.overlooked import note_look
from activities.planning import NEVER
from activities.starting import AT_ONCE, STARTABLE, Startable, follow, start_bulk_checkout, start_or_wake
from models.baskets import BasketRow
from models.engine import Sessions
from models.quotes import QuoteRow, reference_of
from models.records import CommandRow
from models.rules import rulebook_now
from models.second_person import expire_requests
from models.staff import free_alarms
from models.subscriptions import SubscriptionRow

_log = logging.getLogger(__name__)

OVERDUE_AFTER = timedelta(minutes=2)
"""A step this late was not taken by its workflow; a command this old got no answer."""

SIGN_INS_KEPT = timedelta(days=30)
"""How long a sign-in that is over is kept unless a setting says otherwise."""

DAYS_OF_USE_KEPT = timedelta(days=400)
"""How long a day of use of a seat is kept unless a setting says otherwise."""

TRIES_KEPT = timedelta(days=30)
"""How long it is kept what became of events that were sent to other systems, unless a setting says otherwise."""

PER_ITEM = timedelta(seconds=20)
"""How long one start or redelivery may take; it must not keep the others waiting."""

NOT_NOW = (RPCError, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError, TimeoutError, ValueError)
"""How one item fails by itself. The client's own error comes in place of `TimeoutError` where an update hangs."""

PER_LOOK = 20_000
"""How many subscriptions one look wakes at most; what is woken and planned makes room for the rest at the next."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look did; `woken` counts subscriptions and quotes."""

    woken: int
    redelivered: int
    alarms: int
    forgotten: int = 0


class Watch:
    """Looks over all subscriptions."""

    def __init__(
        self,
        sessions: Sessions,
        client: Client,
        *,
        sign_ins_kept: timedelta = SIGN_INS_KEPT,
        days_of_use_kept: timedelta = DAYS_OF_USE_KEPT,
        tries_kept: timedelta = TRIES_KEPT,
    ) -> None:
        self._sessions, self._client = sessions, client
        self._sign_ins_kept, self._days_of_use_kept = sign_ins_kept, days_of_use_kept
        self._tries_kept = tries_kept

    @activity.defn
    async def look(self) -> Watched:
        """One look over everything.

        What may be missed is told first: Temporal in trouble, or a command that hangs, silences none of it. What is
        found by comparing takes longer: that comes once everybody is awake.
        """
        now, began = started_at(), time.monotonic()
        alarms = await alarm_missed(self._sessions, now, activity.heartbeat)
        woken = await self._each(await self._overdue(now), self._wake)
        redelivered = await self._each(await self._undecided(now), self._redeliver)
        woken += await self._each(await self._unwatched_quotes(now), self._follow)
        redelivered += await self._each(await self._open_baskets(now), self._start_basket)
        activity.heartbeat()
        alarms += await alarm_together(self._sessions, now, activity.heartbeat)
        await self._tidy(now)
        watched = Watched(woken, redelivered, alarms, await self._forget(now))
        await note_look(self._sessions, now, timedelta(seconds=time.monotonic() - began), asdict(watched))
        return watched

    async def _tidy(self, now: datetime) -> None:
        """End what waits for somebody who did not answer, and let others take what somebody can see to no more."""
        async with self._sessions.begin() as session:
            await expire_requests(session, now)
            await free_alarms(session, now)

    async def _forget(self, now: datetime) -> int:
        async with self._sessions.begin() as session:
            signed_in = await forget_sign_ins(session, now - self._sign_ins_kept)
            told = await forget_deliveries(session, now - self._tries_kept)
            return signed_in + told + await forget_days_of_use(session, (now - self._days_of_use_kept).date(), now)

    async def _overdue(self, now: datetime) -> list[Startable]:
        """Never planned, what is due first before all; planned under other rules, or with a step that is long due."""
        next_step_at = col(SubscriptionRow.next_step_at)
        async with self._sessions() as session:
            rulebook = await rulebook_now(session)
            query = (
                STARTABLE.where(next_step_at.is_distinct_from(NEVER))
                .where(
                    or_(
                        next_step_at.is_(None),
                        next_step_at < now - OVERDUE_AFTER,
                        col(SubscriptionRow.planned_under) != rulebook.in_effect(now),
                    )
                )
                .order_by(next_step_at.nulls_first(), col(SubscriptionRow.renews_on), col(SubscriptionRow.number))
                .limit(PER_LOOK)
            )
            return [Startable.of(row) for row in (await session.execute(query)).all()]

    async def _wake(self, it: Startable) -> None:
        await start_or_wake(self._client, it)

    async def _unwatched_quotes(self, now: datetime) -> Sequence[str]:
        """Quotes that something has happened to, or whose workflow did not act in time."""
        next_step_at = col(QuoteRow.next_step_at)
        query = (
            select(col(QuoteRow.id))
            .where(or_(next_step_at.is_(None), next_step_at < now - OVERDUE_AFTER))
            .order_by(next_step_at.nulls_first(), col(QuoteRow.id))
            .limit(PER_LOOK)
        )
        async with self._sessions() as session:
            return [reference_of(each) for each in (await session.execute(query)).scalars()]

    async def _follow(self, reference: str) -> None:
        await follow(self._client, reference)

    async def _open_baskets(self, now: datetime) -> Sequence[UUID]:
        """Bulk checkouts that should have been through by now."""
        query = (
            select(col(BasketRow.id))
            .where(col(BasketRow.closed_at).is_(None), col(BasketRow.received_at) < now - OVERDUE_AFTER)
            .order_by(col(BasketRow.received_at))
            .limit(PER_LOOK)
        )
        async with self._sessions() as session:
            return (await session.execute(query)).scalars().all()

    async def _start_basket(self, basket_id: UUID) -> None:
        await start_bulk_checkout(self._client, basket_id)

    async def _undecided(self, now: datetime) -> Sequence[UUID]:
        query = (
            select(col(CommandRow.id))
            .where(col(CommandRow.outcome).is_(None), col(CommandRow.stored_at) < now - OVERDUE_AFTER)
            .order_by(col(CommandRow.stored_at))
            .limit(PER_LOOK)
        )
        async with self._sessions() as session:
            return (await session.execute(query)).scalars().all()

    async def _redeliver(self, command_id: UUID) -> None:
        await deliver(self._client, self._sessions, command_id, started_at())

    async def _each(self, items: Sequence[Item], work: Callable[[Item], Awaitable[None]]) -> int:
        """Do the work for each item, a few at a time, telling Temporal that we live; for how many it was done.

        One that fails keeps no other waiting: the next look tries it again.
        """
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(item: Item) -> bool:
            async with gate:
                try:
                    await asyncio.wait_for(work(item), PER_ITEM.total_seconds())
                except NOT_NOW as error:
                    _log.warning("the watchdog could not see to %s: %s", item, type(error).__name__)
                    return False
                finally:
                    activity.heartbeat()
                return True

        return sum(await asyncio.gather(*(one(item) for item in items)))
