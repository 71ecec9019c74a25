"""The mail sink as a process of its own, as a mail server is: `python -m cli.stack_sink FOLDER` prints its port.

It takes mails until its standard input ends, and so ends with whoever started it, however that ends.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cli.stack_process import StackFailed
from mail.sink import Sink

_OUR_CODE = Path(__file__).parents[1]
"""Where it runs: `-m` looks for modules where it runs first, and somebody's folder may hold a `cli.py` of their own."""


@asynccontextmanager
async def passing_sink(mails: Path) -> AsyncIterator[int]:
    """A sink that keeps its mails in the folder (absolute), on any free port: that port. Raises StackFailed."""
    command = (sys.executable, "-m", "cli.stack_sink", str(mails))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, cwd=_OUR_CODE, start_new_session=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = await process.stdout.readline()
        if not said:
            raise StackFailed("The mail sink did not start; what went wrong stands above.")
        yield int(said)
    finally:
        process.stdin.close()
        await process.wait()


async def _take_mails(mails: Path) -> None:
    """Take mails until standard input ends."""
    async with Sink(mails) as sink:
        sys.stdout.write(f"{sink.port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_take_mails(Path(sys.argv[1])))
