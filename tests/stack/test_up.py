"""`perennial up` as a process: it starts whole, is found again, ends whole, and says why when it cannot."""

import asyncio
import os
import re
import signal
import socket
import stat
import sys
import time
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client

from cli.stack import run_up
from cli.stack_database import migrated_database
from cli.stack_ports import claim_ports
from cli.stack_postgres import run_sql, running_postgres
from cli.stack_process import StackFailed
from cli.stack_temporal import temporal_lock
from settings import Settings
from tests.console.account.browser import form
from tests.stack.conftest import PATIENCE_SECONDS, Stacks, Up, free_ports
from workflows.contract import workflow_id


async def nothing_is_left_of(up: Up) -> bool:
    """PostgreSQL has gone in good order, Temporal has let go of its data, and no port is listened on."""
    assert not (up.data / "postgres" / "postmaster.pid").exists()
    before = time.monotonic()
    async with temporal_lock(up.data):
        assert time.monotonic() - before < 1
    for port in up.ports.values():
        with socket.socket() as caller:
            assert caller.connect_ex(("127.0.0.1", port)) != 0
    return True


async def until_all_is_planned(up: Up) -> None:
    """Enter by the link that was printed, and wait until the overview tells the next step of the example."""
    async with httpx.AsyncClient(base_url=f"http://localhost:{up.ports['HTTP']}", timeout=PATIENCE_SECONDS) as browser:
        try:
            await enter(browser, up)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not _all_is_planned((await browser.get("/ops/")).text):  # noqa: ASYNC110 - another process plans
                    await asyncio.sleep(0.5)  # so that asking keeps nobody from planning
        except httpx.TransportError:
            raise AssertionError(f"it ended with {await up.ended()}:\n{up.said}") from None
        assert (await browser.get("/readyz")).json() == {"status": "ok"}


async def enter(browser: httpx.AsyncClient, up: Up) -> None:
    (link,) = re.findall(r"/ops/enter/\S+", up.said)
    its = form((await browser.get(link)).text, link)
    assert (await browser.post(its.action, data=its.fields)).headers["location"] == "/ops/"
    assert (await browser.get(link)).status_code == 410


def _all_is_planned(page: str) -> bool:
    return "S-1001" in page and "waiting to be planned" not in page and "Nothing is planned" not in page


async def run_of(up: Up, number: str) -> str | None:
    """The run of the workflow of this subscription."""
    client = await Client.connect(f"127.0.0.1:{up.ports['TEMPORAL']}")
    return (await client.get_workflow_handle(workflow_id(number)).describe()).run_id


async def shown(stacks: Stacks, number: str) -> str:
    """What a second terminal shows of this subscription."""
    show = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from cli.entry import main; main()", "show", number, "--json"),
        env=stacks.environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await show.communicate()
    assert show.returncode == 0
    return output.decode()


async def test_a_stack_is_used_stopped_found_again_and_ends_when_a_part_crashes(stacks: Stacks) -> None:
    up = await (await stacks.start()).running()
    await until_all_is_planned(up)
    assert "Northwind Surveying LLC" in await shown(stacks, "S-1001")
    second = await stacks.start()
    assert await second.ended() == 1
    assert f"Another `perennial up` (process {up.process.pid}) runs in" in second.said
    run = await run_of(up, "S-1001")
    assert await up.stopped() == 0
    assert await nothing_is_left_of(up)

    again = await (await stacks.start()).running()
    assert "imported before" in again.said
    assert await run_of(again, "S-1001") == run
    os.kill(again.temporal_pid(), signal.SIGKILL)
    assert await again.ended() == 1
    assert f"Temporal was killed by signal 9. The end of {again.data / 'temporal.log'}:" in again.said
    assert await nothing_is_left_of(again)


async def test_after_a_stack_was_killed_the_next_one_clears_up_and_runs(stacks: Stacks) -> None:
    killed = await (await stacks.start()).running()
    await until_all_is_planned(killed)  # else what a dead worker was about is waited for
    orphan = killed.temporal_pid()
    killed.process.kill()
    await killed.ended()
    again = await (await stacks.start()).running()
    assert again.temporal_pid() != orphan
    await until_all_is_planned(again)
    assert await again.stopped() == 0
    assert await nothing_is_left_of(again)


async def test_a_server_left_behind_below_a_folder_that_was_closed_is_stopped_first(tmp_path: Path) -> None:
    """Root's PostgreSQL runs as `nobody`, who must be let through to stop it as well."""
    above = tmp_path / "above"
    above.mkdir()
    async with running_postgres(above / "postgres", tmp_path / "log", throw_away=True) as (_, left_behind):
        above.chmod(stat.S_IRWXU)
        async with running_postgres(above / "postgres", tmp_path / "log", throw_away=True) as (url, _):
            with pytest.raises(StackFailed, match="PostgreSQL ended with exit status 0"):
                await asyncio.wait_for(left_behind.ended(), PATIENCE_SECONDS)
            await run_sql(url, "SELECT 1")


async def test_stopping_while_it_starts_leaves_nothing(stacks: Stacks) -> None:
    up = await stacks.start()
    assert up.process.stdout is not None
    while b"Starting" not in await up.process.stdout.readline():
        pass
    up.process.terminate()
    assert await up.ended() == 0
    assert await nothing_is_left_of(up)


async def test_a_database_of_a_newer_version_is_left_alone(stacks: Stacks, tmp_path: Path) -> None:
    stacks.data.mkdir()
    async with running_postgres(stacks.data / "postgres", tmp_path / "log") as (server, _):
        url, _ = await migrated_database(server)
        await run_sql(url, "UPDATE alembic_version SET version_num = '9999'")
    up = await stacks.start()
    assert await up.ended() == 1
    assert up.output[-1].startswith("The database was written by a newer version of Perennial:")
    assert await nothing_is_left_of(up)


async def test_a_port_that_is_taken_is_one_sentence(stacks: Stacks) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", stacks.ports["HTTP"]))
        other.listen()
        up = await stacks.start()
        assert await up.ended() == 1
    assert up.output == [
        f"Port {stacks.ports['HTTP']} for the console cannot be used (Address already in use): stop what listens "
        "there, or set PERENNIAL_HTTP_PORT to another port."
    ]
    assert await nothing_is_left_of(up)


def test_two_ports_that_are_set_alike_are_named() -> None:
    settings = Settings(http_port=8233, temporal_ui_port=8233)
    sentence = "PERENNIAL_HTTP_PORT and PERENNIAL_TEMPORAL_UI_PORT are both 8233: set one of them to another port"
    with pytest.raises(StackFailed, match=sentence), claim_ports("127.0.0.1", settings):
        pass


@pytest.mark.parametrize("setting", ["http_port", "temporal_port", "temporal_ui_port", "smtp_sink_port"])
def test_every_port_of_the_stack_is_looked_at(setting: str) -> None:
    names = ("http_port", "temporal_port", "temporal_ui_port", "smtp_sink_port")
    settings = Settings().model_copy(update=dict(zip(names, free_ports(4), strict=True)))
    with socket.socket() as other:
        other.bind(("127.0.0.1", getattr(settings, setting)))
        other.listen()
        with (
            pytest.raises(StackFailed, match=f"set PERENNIAL_{setting.upper()} to"),
            claim_ports("127.0.0.1", settings),
        ):
            pass


def test_a_database_of_ones_own_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(database_url="postgresql://elsewhere/db", data_dir=tmp_path / "data")
    assert run_up(settings, example=tmp_path) == 1
    assert capsys.readouterr().err.startswith("PERENNIAL_DATABASE_URL is set, but `perennial up` runs a PostgreSQL of")
    assert not settings.data_dir.exists()
