"""A world of its own for each scenario: real PostgreSQL, real Temporal on its file, a mail server, real workers.

Every part can be stopped as a pulled plug stops it, and started again on what it left behind.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from chaos.cast import Role, write_portfolio
from cli.stack_database import migrated_database
from cli.stack_ports import free_port
from cli.stack_postgres import plain_address, running_postgres
from cli.stack_process import Child
from cli.stack_temporal import running_temporal, temporal_lock
from mail.sink import Sink
from models.engine import Sessions, create_engine, sessions_of
from workflows.client import DATA_CONVERTER

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[1]
_MIGRATING = asyncio.Lock()
"""Alembic keeps what it works on in one place per process, and several worlds may begin at once."""


class World:
    """One stack. `steady` is held by whoever needs PostgreSQL to be there, and by whoever takes it away."""

    def __init__(self, directory: Path, cast: Sequence[Role], *, patient: bool = False) -> None:
        self.directory, self.cast, self.patient = directory, cast, patient
        self.steady = asyncio.Lock()
        self.sink = Sink(directory / "mails")
        self.workers: list[Child] = []
        self.url = ""
        self._temporal_address = f"{HOST}:{free_port(HOST)}"
        self._ui_port = free_port(HOST)
        self._parts = contextlib.AsyncExitStack()
        self._postgres, self._temporal = contextlib.AsyncExitStack(), contextlib.AsyncExitStack()
        self._postgres_child: Child | None = None
        self._temporal_child: Child | None = None
        self._lock = -1
        self._engine: AsyncEngine | None = None
        self._client: Client | None = None

    async def __aenter__(self) -> Self:
        self._lock = await self._parts.enter_async_context(temporal_lock(self.directory))
        await self._parts.enter_async_context(self.sink)
        try:
            await asyncio.gather(self._start_database(), self.start_temporal())
        except BaseException:
            await self._close()
            raise
        self._client = await Client.connect(self._temporal_address, data_converter=DATA_CONVERTER)
        self._engine = create_engine(self.url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        for worker in self.workers:
            _signal(worker, signal.SIGKILL)
            await worker.process.wait()
        if self._engine is not None:
            await self._engine.dispose()
        await self._temporal.aclose()
        await self._postgres.aclose()
        await self._parts.aclose()

    @property
    def sessions(self) -> Sessions:
        """Our own way to the facts, beside the workers'."""
        assert self._engine is not None
        return sessions_of(self._engine)

    @property
    def client(self) -> Client:
        assert self._client is not None
        return self._client

    async def _start_database(self) -> None:
        server = await self.start_postgres()
        async with _MIGRATING:
            self.url, _ = await migrated_database(server)

    async def start_postgres(self) -> str:
        """Start it on its data; the server's address."""
        server, self._postgres_child = await self._postgres.enter_async_context(
            running_postgres(self.directory / "postgres", self.directory / "postgres.log")
        )
        return server

    async def kill_postgres(self) -> None:
        """Every process of it at once."""
        _signal(_there(self._postgres_child), signal.SIGKILL)
        await _there(self._postgres_child).process.wait()
        await self._postgres.aclose()

    def freeze_postgres(self) -> None:
        """It keeps its connections and answers nobody."""
        _signal(_there(self._postgres_child), signal.SIGSTOP)

    def thaw_postgres(self) -> None:
        _signal(_there(self._postgres_child), signal.SIGCONT)

    async def start_temporal(self) -> None:
        self._temporal_child = await self._temporal.enter_async_context(
            running_temporal(self.directory, self._lock, address=self._temporal_address, ui_port=self._ui_port)
        )

    async def kill_temporal(self) -> None:
        _signal(_there(self._temporal_child), signal.SIGKILL)
        await _there(self._temporal_child).process.wait()
        await self._temporal.aclose()

    def delete_temporal_data(self) -> None:
        """Every workflow, timer and schedule, while it does not run."""
        for file in self.directory.glob("temporal.db*"):
            file.unlink()

    async def start_worker(self, *plug: str) -> Child:
        """A `perennial worker`; `plug` are arguments of `chaos.perennial`."""
        worker = await self._run(f"worker-{len(self.workers) + 1}", *plug, "worker")
        self.workers.append(worker)
        return worker

    async def import_portfolio(self, *plug: str) -> Child:
        """A `perennial import` of the cast, ended."""
        folder = self.directory / "portfolio"
        write_portfolio(folder, self.cast)
        importing = await self._run("import", *plug, "import", str(folder))
        await importing.process.wait()
        return importing

    async def _run(self, name: str, *arguments: str) -> Child:
        patience = ["--patient"] if self.patient else []
        command = [sys.executable, "-m", "chaos.perennial", *patience, *arguments]
        return await Child.start(name, command, self.directory / f"{name}.log", env=self._environment(), cwd=ROOT)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PERENNIAL_", "TEMPORAL_"))}
        return kept | {
            "PERENNIAL_DATABASE_URL": self.url,
            "PERENNIAL_DATA_DIR": str(self.directory),
            "PERENNIAL_TEMPORAL_ADDRESS": self._temporal_address,
            "PERENNIAL_SMTP_HOST": HOST,
            "PERENNIAL_SMTP_PORT": str(self.sink.port),
            "PERENNIAL_SMTP_TLS": "none",
            "PERENNIAL_WATCH_EVERY_SECONDS": "1",
        }

    async def counted(self, query: str) -> int:
        """A number from the database, over a connection of its own."""
        async with self.steady, await psycopg.AsyncConnection.connect(plain_address(self.url)) as connection:
            found = await (await connection.execute(query.encode())).fetchone()
        return int(found[0]) if found else 0


def _there(child: Child | None) -> Child:
    assert child is not None
    return child


def _signal(child: Child, number: signal.Signals) -> None:
    """Signal the child and all that it started: each is a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)
