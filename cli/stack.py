"""The local stack behind `perennial up`: PostgreSQL, mail sink, Temporal, worker and console, started in this order.

Everything lives in one data directory and is found again by the next start. Ctrl-C or SIGTERM stops all of it in
reverse order; so does the crash of any part.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable
from pathlib import Path
from secrets import token_urlsafe

from pydantic import SecretStr

from cli.stack_admin import link_for_admin
from cli.stack_database import migrated_database
from cli.stack_example import bring_example_to_life
from cli.stack_ports import claim_data_directory, claim_ports
from cli.stack_postgres import running_postgres
from cli.stack_process import StackFailed
from cli.stack_progress import say, step, where_to_look
from cli.stack_servers import running_console, running_mail_sink, running_worker
from cli.stack_temporal import running_temporal, temporal_lock
from models.engine import create_engine, sessions_of
from settings import STACK_FILE, BadSettings, Settings
from workflows.client import connect

HOST = "127.0.0.1"


def run_up(settings: Settings, *, example: Path) -> int:
    """Run the local stack until Ctrl-C or SIGTERM; the exit status: 0 stopped, 1 failed, with the reason on stderr.

    `settings` are those of the environment alone: `settings.sources.load(from_stack=False)`. On the first start the
    portfolio in the folder `example` is imported and goes live.
    """
    try:
        if settings.database_url is not None:
            raise StackFailed(
                "PERENNIAL_DATABASE_URL is set, but `perennial up` runs a PostgreSQL of its own: unset it, or run "
                "`perennial worker` and `perennial web` on that database."
            )
        asyncio.run(_until_asked_to_stop(settings, example))
    except (StackFailed, BadSettings) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


async def _until_asked_to_stop(settings: Settings, example: Path) -> None:
    """Run the stack as a task that the first signal cancels; cancelling it unwinds its parts in order."""
    stack = asyncio.create_task(_run(settings, example))
    asked = asyncio.Event()

    def stop() -> None:
        if not asked.is_set():
            asked.set()
            say("\nStopping …")
            stack.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        await stack
    except asyncio.CancelledError:
        if not asked.is_set():
            raise
        say("Stopped. The next `perennial up` goes on from here.")


async def _run(settings: Settings, example: Path) -> None:
    data = Path(os.path.abspath(settings.data_dir))  # noqa: ASYNC240 - no file is touched
    async with contextlib.AsyncExitStack() as parts:
        parts.enter_context(claim_data_directory(data))
        lock = await parts.enter_async_context(temporal_lock(data))
        web = parts.enter_context(claim_ports(HOST, settings))
        _log_to(data / "perennial.log", settings)
        say(f"Starting Perennial in {settings.data_dir}; Ctrl-C stops it.")
        with step("PostgreSQL"):
            server, postgres = await parts.enter_async_context(
                running_postgres(data / "postgres", data / "postgres.log")
            )
        with step("Database") as done:
            url, done.note = await migrated_database(server)
        settings = _write_down(settings, data, url)
        with step("Mail sink"):
            await parts.enter_async_context(running_mail_sink(settings))
        with step("Temporal"):
            temporal = await parts.enter_async_context(
                running_temporal(data, lock, address=settings.temporal_address, ui_port=settings.temporal_ui_port)
            )
        engine = create_engine(url)
        parts.push_async_callback(engine.dispose)
        sessions, client = sessions_of(engine), await connect(settings)
        with step("Example") as done:
            done.note = await bring_example_to_life(sessions, example)
        with step("Worker"):
            worker = await parts.enter_async_context(running_worker(settings, client))
        with step("Console"):
            console = await parts.enter_async_context(running_console(settings, sessions, client, web))
        say(where_to_look(settings, await link_for_admin(sessions, settings)))
        await _first_to_fail(postgres.ended(), temporal.ended(), worker.ended(), console.ended())


def _write_down(settings: Settings, data: Path, url: str) -> Settings:
    """The settings by which worker, console and a second terminal find this stack, left in the data directory too.

    The key that signs previews is of this run alone, and is not left there.
    """
    own = {
        "database_url": url,
        "temporal_address": f"{HOST}:{settings.temporal_port}",
        "temporal_namespace": "default",
        "smtp_host": HOST,
        "smtp_port": settings.smtp_sink_port,
        "smtp_username": None,
        "smtp_password": None,
        "smtp_tls": "none",
        "account_url": f"http://localhost:{settings.http_port}/account",
        "ops_url": f"http://localhost:{settings.http_port}/ops",
        "local_stack": True,
    }
    ports = settings.model_dump(include={"http_port", "temporal_port", "temporal_ui_port", "smtp_sink_port"})
    unfinished = data / f"{STACK_FILE}.new"
    unfinished.write_text(json.dumps(own | ports, indent=2) + "\n")
    unfinished.replace(data / STACK_FILE)
    key = settings.signing_key or SecretStr(token_urlsafe(32))
    return settings.model_copy(update=own | {"signing_key": key})


def _log_to(path: Path, settings: Settings) -> None:
    """What worker and console log goes to a file: the terminal is for where to look. No log names people."""
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper())
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's: every sender and recipient
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # every address that is called, with what is secret in it


async def _first_to_fail(*endings: Awaitable[None]) -> None:
    """Wait until one part ends that nobody asked to, and raise what it raises."""
    tasks = [asyncio.ensure_future(ending) for ending in endings]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
