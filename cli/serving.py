"""Commands that run until they are stopped, and the one that prepares their database."""

import asyncio
import contextlib
import logging
import signal
import socket
from pathlib import Path
from typing import Annotated

import typer

from cli import desk
from cli.output import fail, print_json, say
from settings import BadSettings, Settings
from settings.sources import load

EXAMPLE = Path(__file__).parent.parent / "examples" / "portfolio"


def up() -> None:
    """Start everything on this machine: databases, Temporal, mail sink, worker, console. Ctrl-C stops it all."""
    from cli.stack import run_up  # no other command needs to load all the servers

    try:
        settings = load(from_stack=False)
    except BadSettings as bad:
        fail(str(bad))
    raise typer.Exit(run_up(settings, example=EXAMPLE))


def worker() -> None:
    """Run a worker until it is told to stop (SIGTERM, Ctrl-C)."""
    desk.run(_work(desk.settings_or_fail()))


async def _work(settings: Settings) -> None:
    from worker import run

    _log(settings)
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    await run(settings, stop)


def _log(settings: Settings) -> None:
    """Log to stderr. No log names people."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=settings.log_level.upper())
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # every address that is called, with what is secret in it


def web(
    host: Annotated[
        str, typer.Option(help="Address to listen on; a proxy that ends TLS stands before any but this one.")
    ] = ("127.0.0.1"),
) -> None:
    """Serve the console until it is told to stop (SIGTERM, Ctrl-C)."""
    desk.run(_serve(desk.settings_or_fail(), host))


async def _serve(settings: Settings, host: str) -> None:
    import uvicorn

    from console.app import create_app
    from worker import mailer_of

    _log(settings)
    async with desk.facts(settings) as sessions, mailer_of(settings) as mailer:
        app = create_app(settings, sessions, await desk.temporal(settings), mailer)
        config = uvicorn.Config(app, access_log=False, server_header=False, lifespan="off", timeout_graceful_shutdown=5)
        with contextlib.closing(_listening(host, settings.http_port)) as listener:
            say(f"Console on http://{f'[{host}]' if ':' in host else host}:{settings.http_port}")
            await uvicorn.Server(config).serve([listener])


def _listening(host: str, port: int) -> socket.socket:
    """The socket of the console; uvicorn's own would end the process without a sentence."""
    try:
        family, *_, address = min(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        return socket.create_server(address, family=family)
    except (OSError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or "no such host"
        fail(
            f"The console cannot listen on {host}, port {port} ({said}): name another address with --host, or another "
            "port in PERENNIAL_HTTP_PORT."
        )


def migrate(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Bring the database up to this version."""
    before = desk.run(_migrate(desk.settings_or_fail()))
    if as_json:
        print_json({"before": before, "after": "current"})
    else:
        say("The database is up to date." if before == "current" else f"The database was {before}; now it is current.")


async def _migrate(settings: Settings) -> str:
    from models import schema

    try:
        before = await schema.state(settings.database)
        await schema.upgrade(settings.database)
    except schema.UnfitDatabase as unfit:
        fail(str(unfit))
    return before
