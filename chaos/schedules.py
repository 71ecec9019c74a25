"""Random fault schedules: real worker, real PostgreSQL, real Temporal, real SMTP; clocks that run ahead; drawn faults.

A schedule is its seed: two or three of the 65 subscriptions, and what happens to each of them. 25 schedules, on all
of them, live at the same time. The measure is how the same 65 live when nothing happens to them.
"""

import asyncio
import contextlib
import logging
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from temporalio.client import Client, RPCTimeoutOrCancelledError
from temporalio.service import RPCError

import worker
from chaos.cast import BUYER, Role, large_cast, write_portfolio
from chaos.evidence import Evidence, Row, gather
from chaos.faults import Faults, FaultyGateway, FaultyMailer, drawn, faulty_sessions
from chaos.haste import haste
from chaos.judge import Story, judge, story_of
from cli.rehearsal import AT_ONCE, CONTACTS, DEV_SERVER_OPTIONS, SENDER
from cli.stack_ports import free_port
from cli.stack_postgres import database_named, run_sql, running_postgres
from cli.stack_temporal import passing_temporal
from cli.stage import Stage
from gateways.sandbox import SandboxGateway
from mail.sink import Sink
from models import schema
from models.engine import Sessions, create_engine, sessions_of
from portfolio.importing import import_portfolio
from renewals.calendar import at_local, days_after
from renewals.refunding import one_is_enough
from workflows.client import DATA_CONVERTER
from workflows.contract import workflow_id

HOST = "127.0.0.1"
PER_BATCH = 25
NOON = time(12)
PATIENCE_SECONDS = 240
"""Only a batch that hangs reaches it."""
ASKED_AGAIN = 10
"""How often a command is given again whose answer the machine has no time for."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was run, and every violation with the seed of its schedule."""

    schedules: int
    subscriptions: int
    lives: int
    faults: Counter[str]
    seconds: float
    violations: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Servers:
    """What all batches share: a PostgreSQL with a migrated database to copy from, and a Temporal."""

    postgres: str
    client: Client
    directory: Path


@dataclass(frozen=True, slots=True)
class Schedule:
    """Who lives, and what happens to them; all of it follows from the seed."""

    seed: int
    cast: tuple[Role, ...]
    faults: dict[tuple[str, str, int], str]


def schedule(seed: int) -> Schedule:
    """The schedule of that seed. 25 seeds in a row share no subscription."""
    random, cast = Random(seed), large_cast()[seed % PER_BATCH :: PER_BATCH]
    faults = [fault for role in cast for fault in drawn(random, role.number)]
    return Schedule(seed, cast, {(fault.workflow, fault.point, fault.nth): fault.kind for fault in faults})


async def run_schedules(seed: int, number: int) -> Report:
    """Run the schedules of `number` seeds from `seed` on."""
    before, names = monotonic(), count(1)
    fired, violations, lives = Counter[str](), list[tuple[int, str]](), 0
    async with contextlib.AsyncExitStack() as parts:
        parts.enter_context(haste(times=4))
        parts.enter_context(_quiet())
        servers = await parts.enter_async_context(_servers())
        chosen = [schedule(each) for each in range(seed, seed + number)]
        cast = {role.number: role for each in chosen for role in each.cast}
        calm, _ = await _live(servers, f"batch_{next(names)}", [Schedule(seed, tuple(cast.values()), {})])
        violations += [(seed, f"with no faults: {each}") for each in judge(calm).violations]
        story = story_of(calm)
        for start in range(0, number, PER_BATCH):
            batch = chosen[start : start + PER_BATCH]
            evidence, faults = await _live(servers, f"batch_{next(names)}", batch)
            violations += [(each.seed, said) for each in batch for said in _judged(each, evidence, faults, story)]
            fired.update(f"{fault.point}: {fault.kind}" for fault in faults.fired)
            lives += sum(len(each.cast) for each in batch)
    return Report(number, len(cast), lives, fired, monotonic() - before, tuple(violations))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without this each fault would be told with its traceback."""
    told = logging.getLogger("temporalio")
    before = told.level
    told.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        told.setLevel(before)


def _judged(schedule: Schedule, evidence: Evidence, faults: Faults, calm: Story) -> tuple[str, ...]:
    """The verdict on the subscriptions of one schedule."""
    numbers = {role.number for role in schedule.cast}
    told = {number: lines for number, lines in calm.items() if number in numbers}
    may_double = sum(faults.may_double[workflow_id(number)] for number in numbers)
    return judge(_about(evidence, numbers), calm=told, may_double=may_double).violations


def _about(evidence: Evidence, numbers: set[str]) -> Evidence:
    """The part of the evidence that is about these subscriptions."""

    def of(rows: Sequence[Row], name: str, among: set[object]) -> tuple[Row, ...]:
        return tuple(row for row in rows if row[name] in among)

    about = set[object](numbers)
    renewals = of(evidence.renewals, "subscription", about)
    lines = of(evidence.order_lines, "subscription", about)
    orders = {row["order_id"] for row in lines}
    notices = of(evidence.notices, "subscription", about)
    theirs = {row["message_id"] for row in evidence.notices} - {row["message_id"] for row in notices}
    return replace(
        evidence,
        subscriptions=of(evidence.subscriptions, "number", about),
        charges=of(evidence.charges, "subscription", about),
        mails=tuple(mail for mail in evidence.mails if mail.message_id not in theirs),
        terms=of(evidence.terms, "subscription", about),
        renewals=renewals,
        orders=of(evidence.orders, "id", orders),
        order_lines=lines,
        attempts=of(evidence.attempts, "order_id", orders),
        claims=of(evidence.claims, "renewal_id", {row["id"] for row in renewals}),
        notices=notices,
        commands=of(evidence.commands, "subscription", about),
    )


@contextlib.asynccontextmanager
async def _servers() -> AsyncIterator[Servers]:
    with tempfile.TemporaryDirectory(prefix="perennial-chaos-") as place:
        directory, address = Path(place), f"{HOST}:{free_port(HOST)}"
        async with (
            running_postgres(directory / "postgres", directory / "postgres.log", throw_away=True) as (postgres, _),
            passing_temporal(directory / "temporal.log", address=address, options=DEV_SERVER_OPTIONS),
        ):
            await run_sql(postgres, "CREATE DATABASE template")
            await schema.upgrade(database_named(postgres, "template"))
            yield Servers(postgres, await Client.connect(address, data_converter=DATA_CONVERTER), directory)


async def _live(servers: Servers, name: str, batch: Sequence[Schedule]) -> tuple[Evidence, Faults]:
    """Let the casts of some schedules live, in a database of their own, with their faults."""
    await run_sql(servers.postgres, f"CREATE DATABASE {name} TEMPLATE template")
    url, restart = database_named(servers.postgres, name), asyncio.Event()
    faults = Faults({key: kind for each in batch for key, kind in each.faults.items()}, restart.set)
    cast = [role for each in batch for role in each.cast]
    engine = create_engine(url, connections=20)
    async with Sink(servers.directory / name) as sink:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await _import(sessions_of(engine), servers.directory / f"{name}-files", cast)
                mailer = FaultyMailer(HOST, sink.port, faults)
                sessions = faulty_sessions(engine, faults)
                gateway = FaultyGateway(SandboxGateway(sessions_of(engine)), faults)
                stop = asyncio.create_task(_work(servers.client, sessions, mailer, gateway, restart))
                try:
                    await _all_live(servers.client, sessions_of(engine), cast)
                finally:
                    stop.cancel()
                    await asyncio.gather(stop, return_exceptions=True)
                    await mailer.close()
            return await gather(url, sink.directory), faults
        finally:
            await engine.dispose()
            await _end_workflows(servers.client, cast)


async def _work(
    client: Client, sessions: Sessions, mailer: FaultyMailer, gateway: FaultyGateway, restart: asyncio.Event
) -> None:
    """A worker, until cancelled; a new one, which remembers nothing, whenever a fault says so."""
    while True:
        async with worker.build_worker(
            client, sessions, mailer, CONTACTS, SENDER, gateway=gateway, refund_takes_two=one_is_enough
        ):
            await restart.wait()
            restart.clear()


async def _import(sessions: Sessions, folder: Path, cast: Sequence[Role]) -> None:
    write_portfolio(folder, cast)
    async with sessions.begin() as session:
        now = min(role.lives_from for role in cast)
        report = await import_portfolio(session, folder, now=now, imported_by="operator:chaos")
    assert not report.problems, report.problems


async def _all_live(client: Client, sessions: Sessions, cast: Sequence[Role]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(role: Role) -> None:
        async with gate:
            await _one_lives(Stage(client, sessions, role.number), role)

    async with asyncio.TaskGroup() as group:
        for role in cast:
            group.create_task(one(role))


async def _one_lives(stage: Stage, role: Role) -> None:
    await stage.go_live(role.lives_from, by="operator:chaos", reason="chaos")
    for days, name, args in role.commands:
        at = at_local(days_after(role.renews_on, days), NOON, role.time_zone)
        await stage.advance_until(at)
        await _give(stage, name, args, key=f"{role.number} {days}", at=at)
        await stage.catch_up()
    await stage.advance_until(role.lives_until)


async def _give(stage: Stage, name: str, args: Mapping[str, Any], *, key: str, at: datetime) -> None:
    """As who calls us does: what has no answer in time is given again under its key."""
    for _ in range(ASKED_AGAIN):
        with contextlib.suppress(RPCTimeoutOrCancelledError):
            await stage.give(name, args, by=BUYER, key=key, at=at)
            return
    raise TimeoutError(f"{name} had no answer in {ASKED_AGAIN} tries: {key}")


async def _end_workflows(client: Client, cast: Sequence[Role]) -> None:
    """Leave nothing behind for the next batch, which has the same subscriptions."""
    for role in cast:
        with contextlib.suppress(RPCError):
            await client.get_workflow_handle(workflow_id(role.number)).terminate("the batch is over")
