"""A child process of the local stack: its own session, its output in a log file, an end that leaves nothing behind."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_SECONDS = 30.0
STOP_SECONDS = 20.0
_POLL_SECONDS = 0.05
_TAIL_LINES = 15


class StackFailed(Exception):
    """The local stack cannot start or go on; its text is one sentence, and perhaps the end of a log."""


async def until_ready(
    name: str, is_ready: Callable[[], Awaitable[bool]], ended: Coroutine[Any, Any, None], tail: Callable[[], str]
) -> None:
    """Wait until a part answers, at most 30 s; `ended` is what raises when it ends first. Raises StackFailed."""
    ending = asyncio.create_task(ended)
    try:
        async with asyncio.timeout(READY_SECONDS):
            while not await is_ready():
                done, _ = await asyncio.wait([ending], timeout=_POLL_SECONDS)
                if done:
                    ending.result()
    except TimeoutError:
        raise StackFailed(f"{name} did not answer within {READY_SECONDS:.0f} s.{tail()}") from None
    finally:
        ending.cancel()


@dataclass
class Child:
    """A running child. It does not see the terminal's Ctrl-C: only `stop` ends it, with the signal it likes best."""

    name: str
    process: asyncio.subprocess.Process
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], log: Path, *, stop_signal: signal.Signals = signal.SIGTERM, **popen: Any
    ) -> "Child":
        """Start it. `popen` are further arguments of `subprocess.Popen`."""
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **popen,
            )
        return cls(name, process, log, stop_signal)

    async def ready(self, is_ready: Callable[[], Awaitable[bool]]) -> None:
        """Wait until it answers. Raises StackFailed when it ends first, or does not answer in 30 s."""
        await until_ready(self.name, is_ready, self.ended(), self._tail)

    async def ended(self) -> None:
        """Return never: raise StackFailed once it has ended without having been asked to."""
        await self.process.wait()
        raise self.crashed()

    async def stop(self) -> None:
        """Ask it to end, wait, and kill it when it has not after 20 s."""
        if self.process.returncode is None:
            self.process.send_signal(self.stop_signal)
            try:
                await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()

    def crashed(self) -> StackFailed:
        """What to say about an end that nobody asked for."""
        code = self.process.returncode
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with exit status {code}"
        return StackFailed(f"{self.name} {how}.{self._tail()}")

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        shown = "".join(f"\n  {line}" for line in lines)
        return f" The end of {self.log}:{shown}" if shown else f" Its log, {self.log}, is empty."
