"""The watchdog's starts, against bare `start_workflow` calls; and many starts, interrupted and taken up again."""

import asyncio
import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path
from time import perf_counter

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import ActivityEnvironment

from activities.watch import Watch
from benchmarks.databases import databases, import_into
from benchmarks.figures import Bound, Figure
from benchmarks.portfolios import write_portfolio
from benchmarks.renewal_day import start_all
from cli.rehearsal import HOST
from cli.stack_ports import free_port
from cli.stack_temporal import passing_temporal
from models.engine import Sessions, create_engine, sessions_of
from workflows.client import DATA_CONVERTER
from workflows.contract import SUBSCRIPTION_WORKFLOW, TASK_QUEUE, Start, workflow_id

COUNT = 2_000
MANY = 10_000
RENEWS_ON = [date(2027, 1, 1)]
"""One day for all: they are started in the order of their numbers, so that half of them are when that one is."""


async def measure(count: int = COUNT, many: int = MANY) -> list[Figure]:
    """Starts per second. No worker runs, so that nothing but the starts takes time."""
    async with databases("few", "many") as (few, more):
        with tempfile.TemporaryDirectory() as place:
            address = f"{HOST}:{free_port(HOST)}"
            async with passing_temporal(Path(place) / "temporal.log", address=address):
                client = await Client.connect(address, data_converter=DATA_CONVERTER)
                ours = await _by_the_watchdog(few, client, count)
                bare = await _bare(client, count)
            async with passing_temporal(Path(place) / "another.log", address=address):
                client = await Client.connect(address, data_converter=DATA_CONVERTER)
                interrupted = await _interrupted(more, client, many)
    return [
        Figure(
            "watchdog: starts per second",
            ours / bare,
            "bare `start_workflow` calls, as many at a time",
            f"{ours:.0f}/s against {bare:.0f}/s, {count:,} starts",
            Bound.AT_LEAST,
            0.8,
        ),
        interrupted,
    ]


async def _by_the_watchdog(url: str, client: Client, count: int) -> float:
    engine = create_engine(url)
    try:
        await _import(url, count)
        started = perf_counter()
        await _look(sessions_of(engine), client)
        return count / (perf_counter() - started)
    finally:
        await engine.dispose()


async def _bare(client: Client, count: int) -> float:
    started = perf_counter()
    await start_all(client, SUBSCRIPTION_WORKFLOW, [Start(f"N-{n}") for n in range(count)], TASK_QUEUE)
    return count / (perf_counter() - started)


async def _interrupted(url: str, client: Client, many: int) -> Figure:
    """Cut a look short when about half has been started, look again, and count what runs."""
    engine = create_engine(url)
    try:
        await _import(url, many)
        look = asyncio.create_task(_look(sessions_of(engine), client))
        while not await _started(client, many // 2):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.2)
        look.cancel()
        with suppress(asyncio.CancelledError):
            await look
        cut_off = many if await _started(client, many - 1) else many // 2
        await _look(sessions_of(engine), client)
        running = sum([await _started(client, n) for n in range(many)])
    finally:
        await engine.dispose()
    return Figure(
        f"watchdog: {many:,} starts, interrupted after {cut_off:,}: running after the next look",
        running,
        parts="each once: the workflow's id is the subscription's number",
        bound=Bound.AT_LEAST,
        limit=many,
    )


async def _started(client: Client, n: int) -> bool:
    try:
        await client.get_workflow_handle(workflow_id(f"B-{n:07}")).describe()
    except RPCError:
        return False
    return True


async def _import(url: str, count: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        write_portfolio(Path(place), count, RENEWS_ON)
        await import_into(url, Path(place))


async def _look(sessions: Sessions, client: Client) -> None:
    await ActivityEnvironment().run(Watch(sessions, client).look)
