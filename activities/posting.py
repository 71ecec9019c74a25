"""Telling other systems what happened: events go to endpoints, at least once, those of a subject in order.

It needs no Temporal: what is to be done stands in the tables, and every worker may do it. Nobody is called inside a
transaction. One worker at a time is about an endpoint, by a lease; one that dies leaves it to another a moment later,
and what it had sent but not written down is sent again under the same id.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col

from activities.cloud_events import cloud_event, post_event
from activities.posted import record_try, wait_after
from gateways.outbound import Outbound
from models.engine import Sessions
from models.records import EventRow
from models.sealing import Seal
from models.settled import Settled
from models.webhook_deliveries import events_for, matching, waiting_for
from models.webhooks import DeliveryRow, EndpointRow, EndpointState, is_waiting

_log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""How long a worker has an endpoint to itself unless it asks for more: longer than a round of calls takes."""
AT_ONCE = 8
"""How many events are under way to one endpoint at the same time, each of another subject."""
ROUND = timedelta(seconds=60)
"""How long one turn at an endpoint may take; the rest waits for the next."""
LONGEST_HOLD = timedelta(minutes=5)
"""How long an endpoint is left alone at most after a turn in which it took nothing: it is away, and all are spared."""
WINDOW, STRETCH = 500, 20_000
"""How many events, and how long a stretch of the record, are looked at for an endpoint in one transaction."""
MOST_WAITING = 50_000
"""How many deliveries wait for one endpoint at most; further events stay where they are, in the record."""

Clock = Callable[[], datetime]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Due:
    """A delivery to be tried, with its event."""

    delivery: DeliveryRow
    event: EventRow


class Posting:
    """Hands events over. `source` is who we are to others: the address of the installation's console.

    An endpoint whose secret `seal` does not open is told nothing, and nothing is lost: every event is signed.
    """

    def __init__(
        self,
        sessions: Sessions,
        outbound: Outbound,
        source: str,
        seal: Seal | None,
        *,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._sessions, self._outbound, self._source, self._clock = sessions, outbound, source, clock
        self._seal, self._unsigned = seal, set[UUID]()
        self._settled = Settled()

    async def turn(self) -> int:
        """One turn at every endpoint that is on; how many posts were made. Without endpoints this is one query."""
        query = select(EndpointRow).where(col(EndpointRow.state) == EndpointState.ON)
        async with self._sessions() as session:
            endpoints = [endpoint for endpoint in await session.scalars(query) if self._can_sign(endpoint)]
        if not endpoints:
            return 0
        up_to = await self._settled.up_to(self._sessions)
        return sum(await _all(self._at(endpoint, up_to) for endpoint in endpoints))

    def _can_sign(self, endpoint: EndpointRow) -> bool:
        """Does a key of ours open its secret? Where none does the log says so once; `perennial doctor` does, too."""
        if endpoint.secret_by(self._seal) is not None:
            self._unsigned.discard(endpoint.id)
            return True
        if endpoint.id not in self._unsigned:
            self._unsigned.add(endpoint.id)
            _log.error("webhook %s is told nothing: no key of PERENNIAL_SEAL_KEYS opens its secret", endpoint.id)
        return False

    async def _at(self, endpoint: EndpointRow, up_to: int) -> int:
        """One turn at one endpoint, unless another worker is about it."""
        ends = self._clock() + ROUND
        if not await self._lease(endpoint.id):
            return 0
        made, away = 0, False
        try:
            while not away and self._clock() < ends:
                read_on = await self._read_on(endpoint, up_to)
                due = await self._due(endpoint)
                if not due and not read_on:
                    break
                taken = await _all(self._try(endpoint, each) for each in due)
                made += len(taken)
                away = bool(taken) and not any(taken)
                if not await self._lease(endpoint.id, again=True):
                    break
        finally:
            await self._release(endpoint.id, away=away, answers=made > 0)
        return made

    async def _lease(self, id_: UUID, *, again: bool = False) -> bool:
        """Take the endpoint, or ask for more time; False where it is another's, or not on any more."""
        row, now = EndpointRow, self._clock()
        free = and_(
            or_(col(row.leased_until).is_(None), col(row.leased_until) <= now),
            or_(col(row.held_until).is_(None), col(row.held_until) <= now),
        )
        statement = update(row).where(col(row.id) == id_, col(row.state) == EndpointState.ON)
        statement = statement if again else statement.where(free)
        async with self._sessions.begin() as session:
            taken = await session.execute(statement.values(leased_until=now + LEASE).returning(col(row.id)))
            return taken.first() is not None

    async def _release(self, id_: UUID, *, away: bool, answers: bool) -> None:
        """Leave it to others; for a while to nobody, where it took nothing."""
        async with self._sessions.begin() as session:
            row = await session.get_one(EndpointRow, id_, with_for_update=True, populate_existing=True)
            row.leased_until = None
            if away:
                row.failures += 1
                row.held_until = self._clock() + min(wait_after(row.failures), LONGEST_HOLD)
            elif answers:
                row.failures, row.held_until = 0, None

    async def _read_on(self, endpoint: EndpointRow, up_to: int) -> bool:
        """Note what the next stretch of the record has for the endpoint; False where there is nothing to read."""
        async with self._sessions.begin() as session:
            row = await session.get_one(EndpointRow, endpoint.id, with_for_update=True, populate_existing=True)
            if row.position >= up_to or row.state != EndpointState.ON:
                return False
            count = select(func.count()).where(col(DeliveryRow.endpoint_id) == row.id, is_waiting())
            if (await session.scalar(count) or 0) >= MOST_WAITING:
                return False
            end = min(up_to, row.position + STRETCH)
            events = await events_for(session, row, row.position, end, WINDOW)
            now = self._clock()
            values = [waiting_for(row, each, type_, now) for each in events if (type_ := matching(each, row))]
            if values:
                await session.execute(insert(DeliveryRow).values(values).on_conflict_do_nothing())
            row.position = (events[-1].id or end) if len(events) == WINDOW else end
        return True

    async def _due(self, endpoint: EndpointRow) -> Sequence[_Due]:
        """The first waiting delivery of each subject whose time has come."""
        row, before = DeliveryRow, aliased(DeliveryRow)
        an_earlier_one = exists().where(
            col(before.endpoint_id) == col(row.endpoint_id),
            col(before.subject) == col(row.subject),
            is_waiting(before),
            col(before.event_id) < col(row.event_id),
        )
        query = (
            select(row, EventRow)
            .join(EventRow, col(EventRow.id) == col(row.event_id))
            .where(col(row.endpoint_id) == endpoint.id, is_waiting())
            .where(col(row.next_at) <= self._clock(), ~an_earlier_one)
            .order_by(col(row.next_at), col(row.event_id))
            .limit(AT_ONCE)
        )
        async with self._sessions() as session:
            return [_Due(*each) for each in (await session.execute(query)).all()]

    async def _try(self, endpoint: EndpointRow, due: _Due) -> bool:
        """Post it, then write down what came of it; whether it was taken."""
        now = self._clock()
        event = cloud_event(self._source, due.event)
        secret = endpoint.secret_by(self._seal)
        assert secret is not None, "its turn would not have come"
        posted = await post_event(self._outbound, endpoint.url, secret, event, now)
        async with self._sessions.begin() as session:
            await record_try(session, due.delivery, posted, now)
        return posted.taken


async def _all(works: Iterable[Awaitable[Result]]) -> list[Result]:
    """Each to its end, whatever becomes of the others; then what went wrong first is raised."""
    done = await asyncio.gather(*works, return_exceptions=True)
    results: list[Result] = []
    for each in done:
        if isinstance(each, BaseException):
            raise each
        results.append(each)
    return results
