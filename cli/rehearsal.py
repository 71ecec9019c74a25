"""A rehearsal: a portfolio lives its life through the real workflow, on throw-away servers, on clocks that run ahead.

Each subscription's own clock is moved from one thing that happens to the next, and everything due there happens before
it moves on. Nothing is simulated: the same worker, database, mail server protocol and Temporal as in earnest, with the
sandbox as gateway.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlmodel import col
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.testing import WorkflowEnvironment

from activities.delivery import deliver
from activities.planning import NEVER
from cli.stack_postgres import running_postgres
from cli.stack_temporal import temporal_binary
from mail.letter import Contacts
from mail.sender import Mailer
from mail.sink import Sink
from models import schema
from models.engine import Sessions, create_engine, sessions_of
from models.inbox import store_command
from models.parties import CustomerRow
from models.subscriptions import SubscriptionRow
from portfolio.commands_file import ScheduledCommand
from portfolio.golive import go_live
from renewals.calendar import days_after, midnight
from renewals.facts import Phase
from worker import build_worker
from workflows import contract
from workflows.client import DATA_CONVERTER
from workflows.contract import CaughtUp, Start, workflow_id

BY = "operator:rehearsal"
AT_ONCE = 12
"""How many subscriptions are played at the same time; the servers, not the clocks, set the pace."""

DEV_SERVER_OPTIONS = ("--dynamic-config-value", 'history.workflowIdReuseMinimalInterval="0s"')
"""Terms pass in less than the second that a server normally leaves between two runs of one workflow."""


@dataclass(frozen=True, slots=True)
class Servers:
    """What a rehearsal runs on."""

    client: Client
    sessions: Sessions


@asynccontextmanager
async def throw_away_servers() -> AsyncIterator[Servers]:
    """PostgreSQL, Temporal, a mail sink and a worker of their own, gone without a trace afterwards."""
    with tempfile.TemporaryDirectory(prefix="perennial-rehearsal-") as place:
        directory = Path(place)
        async with (
            running_postgres(directory / "postgres", directory / "postgres.log", throw_away=True) as (url, _),
            await WorkflowEnvironment.start_local(
                dev_server_existing_path=temporal_binary(),
                dev_server_extra_args=DEV_SERVER_OPTIONS,
                dev_server_log_level="never",
                search_attributes=contract.SEARCH_ATTRIBUTES,
                data_converter=DATA_CONVERTER,
            ) as temporal,
        ):
            await schema.upgrade(url)
            engine = create_engine(url, connections=20)
            async with Sink(directory / "mails") as sink:
                mailer = Mailer("127.0.0.1", sink.port, tls="none")
                contacts = Contacts(account_url="https://account.example", support="support", sales="sales")
                try:
                    async with build_worker(
                        temporal.client, sessions_of(engine), mailer, contacts, "renewals@perennial.example"
                    ):
                        yield Servers(temporal.client, sessions_of(engine))
                finally:
                    await mailer.close()
                    await engine.dispose()


@dataclass(frozen=True, slots=True)
class Played:
    """A subscription on stage: its zone, the first instant that is not played, its commands in order."""

    number: str
    ends_at: datetime
    commands: Sequence[tuple[datetime, ScheduledCommand]]


async def play(
    servers: Servers,
    *,
    start: datetime,
    until: date,
    commands: Sequence[ScheduledCommand],
    progress: Callable[[int, int], None],
) -> None:
    """Let every imported subscription go live at `start` and live until the end of its local day `until`."""
    cast = await _cast(servers.sessions, until, commands)
    gate, done = asyncio.Semaphore(AT_ONCE), 0

    async def one(played: Played) -> None:
        nonlocal done
        async with gate:
            await _Stage(servers, played).run(start)
        done += 1
        progress(done, len(cast))

    async with asyncio.TaskGroup() as group:
        for played in cast:
            group.create_task(one(played))


def _wall_now() -> datetime:
    return datetime.now(UTC)


async def zones_of(sessions: Sessions) -> Mapping[str, str]:
    """The time zone of every subscription, by number."""
    query = (
        select(col(SubscriptionRow.number), col(CustomerRow.time_zone))
        .join(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
        .order_by(col(SubscriptionRow.number))
    )
    async with sessions() as session:
        return dict((await session.execute(query)).tuples().all())


async def _cast(
    sessions: Sessions, until: date, commands: Sequence[ScheduledCommand]
) -> list[Played]:
    zones = await zones_of(sessions)
    scripts: dict[str, list[tuple[datetime, ScheduledCommand]]] = {number: [] for number in zones}
    for command in commands:
        at = command.at(zones.get(command.subscription))
        scripts.setdefault(command.subscription, []).append((at, command))
    return [
        Played(
            number,
            midnight(days_after(until, 1), zones.get(number, "UTC")),
            sorted(script, key=lambda scheduled: scheduled[0]),
        )
        for number, script in scripts.items()
    ]


class _Stage:
    """Plays one subscription."""

    def __init__(self, servers: Servers, played: Played) -> None:
        self._client, self._sessions = servers.client, servers.sessions
        self._played, self._script = played, list(played.commands)

    async def run(self, start: datetime) -> None:
        await self._go_live(start)
        await self._catch_up()
        while True:
            step_at = await self._next_step_at()
            command_at = self._script[0][0] if self._script else None
            moment = min((at for at in (step_at, command_at) if at is not None), default=None)
            if moment is None or moment >= self._played.ends_at:
                return
            await self._move_clock(moment)
            if moment == command_at:
                await self._give(self._script.pop(0)[1], moment)
            else:
                await self._catch_up()

    async def _go_live(self, start: datetime) -> None:
        number = self._played.number
        async with self._sessions.begin() as session:
            await session.execute(
                update(SubscriptionRow)
                .where(col(SubscriptionRow.number) == number)
                .values(shift=start - _wall_now())
            )
            await go_live(session, wall_now=_wall_now(), by=BY, reason="rehearsal", numbers=[number])

    async def _row(self) -> SubscriptionRow | None:
        async with self._sessions() as session:
            return await session.get(SubscriptionRow, self._played.number)

    async def _next_step_at(self) -> datetime | None:
        """When the next step is due, in the subscription's own time."""
        row = await self._row()
        if row is None or row.next_step_at is None or row.next_step_at == NEVER:
            return None
        return row.next_step_at + row.shift

    async def _move_clock(self, to: datetime) -> None:
        """Let the subscription's own clock run ahead until it shows `to`; it never goes back."""
        ahead = to - _wall_now()
        async with self._sessions.begin() as session:
            await session.execute(
                update(SubscriptionRow)
                .where(col(SubscriptionRow.number) == self._played.number, col(SubscriptionRow.shift) < ahead)
                .values(shift=ahead)
            )

    async def _catch_up(self) -> None:
        """Let everything that is due happen."""
        while True:
            row = await self._row()
            if row is None or (row.phase == Phase.LAPSED and row.next_step_at == NEVER):
                return
            start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                contract.SUBSCRIPTION_WORKFLOW,
                Start(self._played.number),
                id=workflow_id(self._played.number),
                task_queue=contract.TASK_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
            answer = await self._client.execute_update_with_start_workflow(
                contract.CATCH_UP_UPDATE, start_workflow_operation=start, id=str(uuid4()), result_type=CaughtUp
            )
            if answer.resting:
                return

    async def _give(self, scheduled: ScheduledCommand, at: datetime) -> None:
        """Give a command at its instant: of a step and a command at the same instant the command comes first."""
        known = await self._row()
        async with self._sessions.begin() as session:
            command_id = await store_command(
                session,
                client_key=f"commands.csv:{scheduled.line}",
                subscription=scheduled.subscription,
                name=scheduled.command,
                args=scheduled.args,
                by=scheduled.by,
                wall_now=_wall_now() if known else at,
            )
        await deliver(self._client, self._sessions, command_id, _wall_now() if known else at)
