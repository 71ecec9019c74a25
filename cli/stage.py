"""Moving one subscription's own clock, and letting everything happen that is due on the way.

The world's clock is left alone: the subscription's `shift` is raised to the next thing that happens, its workflow is
asked to catch up, and so on. Rehearsals, tests and the local time machine all move time this way.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, case, func, literal, not_, update
from sqlmodel import col
from temporalio.client import Client

from activities.delivery import deliver
from activities.outcomes import answer_of
from activities.planning import NEVER
from activities.starting import STARTABLE, Startable, ask_quote, ask_subscription
from cli.stack_process import StackFailed
from models.engine import Sessions
from models.inbox import store_command
from models.quotes import open_quotes_for
from models.subscriptions import SubscriptionRow
from portfolio.golive import go_live
from renewals.facts import Phase
from workflows import contract
from workflows.contract import Answer, CaughtUp

TRIES = 3
"""How often a step that stays due is tried again."""


class Stuck(StackFailed):
    """A step fails for good; its text is one sentence."""


class Stage:
    """One subscription, or a number that nobody has."""

    def __init__(self, client: Client, sessions: Sessions, number: str) -> None:
        self._client, self._sessions, self._number = client, sessions, number

    async def go_live(self, at: datetime, *, by: str, reason: str) -> None:
        """Set the clock to `at`, go live then, and let what is overdue happen."""
        async with self._sessions.begin() as session:
            await session.execute(
                update(SubscriptionRow)
                .where(col(SubscriptionRow.number) == self._number)
                .values(shift=at - _wall_now())
            )
            await go_live(session, wall_now=_wall_now(), by=by, reason=reason, numbers=[self._number])
        await self.catch_up()

    async def advance_until(self, end: datetime) -> None:
        """Let everything happen that is due before `end`; the clock stops at the last of it."""
        async for _ in self.advance(end):
            pass

    async def advance(self, end: datetime) -> AsyncIterator[datetime]:
        """The same, giving each instant at which something happened once it has. Raises `Stuck`."""
        before, again = None, 0
        while True:
            step_at = await self.next_step_at()
            if step_at is None or step_at >= end:
                return
            before, again = step_at, again + 1 if step_at == before else 0
            if again > TRIES:
                raise Stuck(
                    f"{self._number} cannot take its next step; its alarms say why: perennial show {self._number}."
                )
            await self.show(step_at)
            await self.catch_up()
            yield step_at

    async def give(self, name: str, args: Mapping[str, Any], *, by: str, key: str, at: datetime) -> Answer:
        """Give a command as received at `at`: of a step and a command at the same instant the command comes first."""
        await self.show(at)
        row = await self._row()
        wall_now = at - row.shift if row else at
        async with self._sessions.begin() as session:
            command_id = await store_command(
                session, client_key=key, subscription=self._number, name=name, args=args, by=by, wall_now=wall_now
            )
        return answer_of(await deliver(self._client, self._sessions, command_id, wall_now))

    async def next_step_at(self) -> datetime | None:
        """When the next step is due, in the subscription's own time; None when nothing is."""
        row = await self._row()
        if row is None:
            return None
        async with self._sessions() as session:
            quotes = [quote.next_step_at for quote in await open_quotes_for(session, self._number)]
        steps = [at for at in (row.next_step_at, *quotes) if at is not None and at != NEVER]
        return min(steps) + row.shift if steps else None

    async def catch_up(self) -> None:
        """Let everything that is due happen, to open quotes for the subscription first."""
        for reference in await self._quotes():
            await ask_quote(self._client, reference, contract.CATCH_UP_UPDATE)
        while found := await self._alive():
            answer = await ask_subscription(self._client, found, contract.CATCH_UP_UPDATE, result=CaughtUp)
            if answer.resting:
                return

    async def _quotes(self) -> list[str]:
        async with self._sessions() as session:
            return [quote.reference for quote in await open_quotes_for(session, self._number)]

    async def _alive(self) -> Startable | None:
        """None once it has lapsed and nothing is left to do."""
        row = SubscriptionRow
        over = and_(col(row.phase) == Phase.LAPSED, func.coalesce(col(row.next_step_at) == NEVER, False))
        async with self._sessions() as session:
            found = (await session.execute(STARTABLE.where(col(row.number) == self._number, not_(over)))).one_or_none()
        return Startable.of(found) if found else None

    async def _row(self) -> SubscriptionRow | None:
        async with self._sessions() as session:
            return await session.get(SubscriptionRow, self._number)

    async def show(self, to: datetime) -> None:
        """Let the subscription's own clock run ahead until it shows `to`; it never goes back.

        Its next step comes as much sooner in the world's time.
        """
        ahead, row = to - _wall_now(), SubscriptionRow
        sooner = case(
            (col(row.next_step_at) == NEVER, NEVER), else_=col(row.next_step_at) - (literal(ahead) - col(row.shift))
        )
        async with self._sessions.begin() as session:
            moved = (
                update(row)
                .where(col(row.number) == self._number, col(row.shift) < ahead)
                .values(shift=ahead, next_step_at=sooner)
                .returning(col(row.number))
            )
            stored = await session.get(row, self._number)
            before = stored.shift if stored else ahead
            if (await session.execute(moved)).first() is None:
                return
            for quote in await open_quotes_for(session, self._number):
                if quote.next_step_at is not None:
                    quote.next_step_at -= ahead - before


def _wall_now() -> datetime:
    return datetime.now(UTC)
