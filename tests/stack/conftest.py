"""The local stack as a user has it: `perennial up` as a process, with a data directory and ports of its own."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 180
PORTS = ("HTTP", "TEMPORAL", "TEMPORAL_UI", "SMTP_SINK")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on: all are held until all are found."""
    with contextlib.ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]


@dataclass
class Up:
    """A `perennial up` that was started."""

    process: asyncio.subprocess.Process
    data: Path
    ports: dict[str, int]
    output: list[str] = field(default_factory=list)

    async def running(self) -> "Up":
        """Wait until it says that everything runs."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while line := (await self.process.stdout.readline()).decode():
                self.output.append(line.rstrip())
                if "Terminal" in line:
                    return self
        raise AssertionError("\n".join(self.output))

    async def ended(self) -> int:
        """Wait for its end: the exit status."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            self.output += (await self.process.stdout.read()).decode().splitlines()
            return await self.process.wait()

    async def stopped(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return await self.ended()

    @property
    def said(self) -> str:
        return "\n".join(self.output)

    def temporal_pid(self) -> int:
        return int((self.data / "temporal.pid").read_text())


@dataclass
class Stacks:
    """Starts stacks on one data directory."""

    data: Path
    ports: dict[str, int] = field(default_factory=lambda: dict(zip(PORTS, free_ports(len(PORTS)), strict=True)))
    started: list[Up] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PERENNIAL_", "TEMPORAL_"))}
        ports = {f"PERENNIAL_{name}_PORT": str(port) for name, port in self.ports.items()}
        return kept | ports | {"PERENNIAL_DATA_DIR": str(self.data), "PYTHONPATH": str(ROOT)}

    async def start(self) -> Up:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from cli.entry import main; main()",
            "up",
            cwd=self.data.parent,
            env=self.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        up = Up(process, self.data, self.ports)
        self.started.append(up)
        return up

    async def end_all(self) -> None:
        for up in self.started:
            if up.process.returncode is None:
                await up.stopped()


@pytest.fixture
async def stacks(tmp_path: Path) -> AsyncIterator[Stacks]:
    """Stacks on a new data directory."""
    stacks = Stacks(tmp_path / "data")
    yield stacks
    await stacks.end_all()
