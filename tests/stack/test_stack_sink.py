"""The mail sink as a process of its own: ours wherever it is started, and gone with whoever started it."""

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from cli.stack_process import StackFailed
from cli.stack_sink import passing_sink

PARENT = """
import asyncio, sys
from pathlib import Path
from cli.stack_sink import passing_sink

async def wait() -> None:
    async with passing_sink(Path(sys.argv[1])) as port:
        print(port, flush=True)
        await asyncio.Event().wait()

asyncio.run(wait())
"""


async def test_somebodys_own_modules_are_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cli.py").write_text("raise SystemExit('not ours')")
    monkeypatch.chdir(tmp_path)
    async with passing_sink(tmp_path / "mails") as port:
        assert _takes_calls(port)


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackFailed, match="did not start"):
        await passing_sink(tmp_path / "file" / "mails").__aenter__()


async def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    port = int(await parent.stdout.readline())
    assert _takes_calls(port)
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(10):
        while _takes_calls(port):  # noqa: ASYNC110 - the end of a stranger's process is no event here
            await asyncio.sleep(0.05)


def _takes_calls(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
