"""The plugs: what is pulled, when, and when it is put back. Each runs beside the lives that it disturbs."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from chaos.world import World

LOOK_SECONDS = 0.02
ATTEMPTS_BEGUN = "SELECT count(*) FROM attempts"

Plug = Callable[[World], Coroutine[Any, Any, None]]


class NotPulled(Exception):
    """The plug stayed in: the scenario proved nothing."""


def none() -> Plug:
    """Nobody disturbs anything: this story is the measure of the others."""

    async def plug(world: World) -> None:
        await world.start_worker()

    return plug


def worker_dies(point: str, *, nth: int = 2) -> Plug:
    """The worker is killed at a point and started again."""

    async def plug(world: World) -> None:
        dying = await world.start_worker("--die-at", point, "--nth", str(nth))
        await _killed(dying.process, point)
        await world.start_worker()

    return plug


def one_of_two_dies(point: str) -> Plug:
    """Of two workers the one that comes to a point first is killed there, whichever it is; the other goes on."""

    async def plug(world: World) -> None:
        armed = "--die-at", point, "--alone", str(world.directory / "died")
        workers = [await world.start_worker(*armed) for _ in range(2)]
        ends = [asyncio.create_task(_killed(each.process, point)) for each in workers]
        ended, working = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for each in working:
            each.cancel()
        for each in ended:
            each.result()

    return plug


def worker_freezes(point: str, *, nth: int = 2, seconds: float = 12) -> Plug:
    """The worker stops at a point; another does its work; then it goes on as if nothing had happened."""

    async def plug(world: World) -> None:
        frozen = await world.start_worker("--die-at", point, "--nth", str(nth), "--freeze")
        await _until(lambda: _is_stopped(frozen.process.pid))
        await world.start_worker()
        await asyncio.sleep(seconds)
        frozen.process.send_signal(signal.SIGCONT)

    return plug


def killed_inside_data(*, nth: int = 2) -> Plug:
    """The mail server has the whole body; before it says so, the worker dies."""

    async def plug(world: World) -> None:
        dying, asked = await world.start_worker(), 0

        def respond(command: str, _address: str) -> str | None:
            nonlocal asked
            asked += command == "DATA"
            if command == "DATA" and asked == nth:
                dying.process.kill()
            return None

        world.sink.respond = respond
        await _killed(dying.process, "DATA")
        await world.start_worker()

    return plug


def postgres_is_killed(*, seconds: float, with_temporal: bool = False) -> Plug:
    """PostgreSQL (and Temporal) are gone without a goodbye, for a while."""

    async def plug(world: World) -> None:
        await world.start_worker()
        await _renewing(world)
        async with world.steady:
            await world.kill_postgres()
            if with_temporal:
                await world.kill_temporal()
            await asyncio.sleep(seconds)
            await world.start_postgres()
            if with_temporal:
                await world.start_temporal()

    return plug


def postgres_is_killed_by_a_mail(*, seconds: float, nth: int = 2) -> Plug:
    """PostgreSQL dies between the mail server's yes and our record of it."""

    async def plug(world: World) -> None:
        taken, asked = asyncio.Event(), 0

        def respond(command: str, _address: str) -> str | None:
            nonlocal asked
            asked += command == "DATA"
            if command == "DATA" and asked == nth:
                world.freeze_postgres()
                taken.set()
            return None

        world.sink.respond = respond
        await world.start_worker()
        await taken.wait()
        async with world.steady:
            await world.kill_postgres()
            await asyncio.sleep(seconds)
            await world.start_postgres()

    return plug


def postgres_freezes(*, seconds: float) -> Plug:
    """PostgreSQL keeps its connections and answers nobody, for a while."""

    async def plug(world: World) -> None:
        await world.start_worker()
        await _renewing(world)
        async with world.steady:
            world.freeze_postgres()
            await asyncio.sleep(seconds)
            world.thaw_postgres()

    return plug


def temporal_is_killed(*, seconds: float, lose_data: bool = False, worker_too: bool = False) -> Plug:
    """Temporal is gone without a goodbye; it comes back on its file, or with nothing."""

    async def plug(world: World) -> None:
        worker = await world.start_worker()
        await _renewing(world)
        await world.kill_temporal()
        if worker_too:
            worker.process.kill()
            await worker.process.wait()
        await asyncio.sleep(seconds)
        if lose_data:
            world.delete_temporal_data()
        await world.start_temporal()
        if worker_too:
            await world.start_worker()

    return plug


async def _renewing(world: World) -> None:
    """The portfolio is in the middle of its charges."""
    await _until(lambda: _at_least(world, ATTEMPTS_BEGUN, 2))


async def _at_least(world: World, query: str, number: int) -> bool:
    return await world.counted(query) >= number


async def _is_stopped(pid: int) -> bool:
    with open(f"/proc/{pid}/stat") as stat:  # noqa: ASYNC230 - no disk behind it
        return stat.read().rpartition(")")[2].split()[0] == "T"


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    while not await holds():  # noqa: ASYNC110 - what is waited for happens in other processes
        await asyncio.sleep(LOOK_SECONDS)


async def _killed(process: asyncio.subprocess.Process, where: str) -> None:
    if await process.wait() != -signal.SIGKILL:
        raise NotPulled(f"the worker ended with {process.returncode} instead of being killed at {where}")
