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
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col
from temporalio.client import Client

from cli.stack_ports import free_port
from cli.stack_postgres import running_postgres
from cli.stack_sink import passing_sink
from cli.stack_temporal import passing_temporal
from cli.stage import Stage
from mail.letter import Contacts
from models.engine import Sessions, create_engine, sessions_of
from models.parties import CustomerRow
from models.subscriptions import SubscriptionRow
from portfolio.commands_file import ScheduledCommand
from renewals.calendar import days_after, midnight
from renewals.refunding import one_is_enough
from workflows.client import DATA_CONVERTER

BY = "operator:rehearsal"
HOST = "127.0.0.1"
CONTACTS = Contacts(
    account_url="https://account.example",
    support="support@perennial.example",
    sales="sales@perennial.example",
    partner="partners@perennial.example",
)
SENDER = "renewals@perennial.example"
AT_ONCE = 12
"""How many subscriptions are played at the same time; the servers, not the clocks, set the pace."""

DEV_SERVER_OPTIONS = ("--dynamic-config-value", 'history.workflowIdReuseMinimalInterval="0s"')
"""Terms pass in less than the second that a server normally leaves between two runs of one workflow."""


@dataclass(frozen=True, slots=True)
class Servers:
    """What a rehearsal runs on; `database_url` is PostgreSQL's address."""

    client: Client
    sessions: Sessions
    database_url: str


@asynccontextmanager
async def throw_away_servers(**worker_options: Any) -> AsyncIterator[Servers]:
    """PostgreSQL, Temporal, a mail sink and a worker of their own, gone without a trace afterwards."""
    from mail.sender import Mailer  # loaded here, so that other commands answer sooner
    from models import schema
    from worker import build_worker

    with tempfile.TemporaryDirectory(prefix="perennial-rehearsal-") as place:
        directory, temporal_address = Path(place), f"{HOST}:{free_port(HOST)}"
        async with (
            running_postgres(directory / "postgres", directory / "postgres.log", throw_away=True) as (url, _),
            passing_temporal(directory / "temporal.log", address=temporal_address, options=DEV_SERVER_OPTIONS),
            passing_sink(directory / "mails") as smtp_port,
        ):
            await schema.upgrade(url)
            client = await Client.connect(temporal_address, data_converter=DATA_CONVERTER)
            engine = create_engine(url, connections=20, pre_ping=False)
            mailer = Mailer(HOST, smtp_port, tls="none")
            try:
                sessions = sessions_of(engine)
                options = {"refund_takes_two": one_is_enough, **worker_options}
                async with build_worker(client, sessions, mailer, CONTACTS, SENDER, **options):
                    yield Servers(client, sessions, url)
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
            await _play_one(Stage(servers.client, servers.sessions, played.number), played, start)
        done += 1
        progress(done, len(cast))

    async with asyncio.TaskGroup() as group:
        for played in cast:
            group.create_task(one(played))


async def zones_of(sessions: Sessions) -> Mapping[str, str]:
    """The time zone of every subscription, by number."""
    query = (
        select(col(SubscriptionRow.number), col(CustomerRow.time_zone))
        .join(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
        .order_by(col(SubscriptionRow.number))
    )
    async with sessions() as session:
        return dict((await session.execute(query)).all())


async def _cast(sessions: Sessions, until: date, commands: Sequence[ScheduledCommand]) -> list[Played]:
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


async def _play_one(stage: Stage, played: Played, start: datetime) -> None:
    """One subscription's life: its commands at their instants, its steps between them."""
    await stage.go_live(start, by=BY, reason="rehearsal")
    for at, command in played.commands:
        if at >= played.ends_at:
            break
        await stage.advance_until(at)
        await stage.give(command.command, command.args, by=command.by, key=f"commands.csv:{command.line}", at=at)
        await stage.catch_up()
    await stage.advance_until(played.ends_at)
