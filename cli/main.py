"""The `perennial` command. Exit status: 0 done, 1 refused or failed (the reason on stderr), 2 bad usage."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

import worker
from cli import acting, coming, desk, looking, portfolios
from cli.output import OUT, fail, print_json
from models import schema
from settings import BadSettings, load

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.info.help = "Renewals of subscriptions that run by themselves."

EXAMPLE = Path(__file__).parent.parent / "examples" / "portfolio"


@app.command()
def up() -> None:
    """Start everything on this machine: databases, Temporal, mail sink, worker, status page. Ctrl-C stops it all."""
    from cli.stack import run_up  # the console and its servers: no other command needs to load them

    try:
        settings = load(from_stack=False)
    except BadSettings as bad:
        fail(str(bad))
    raise typer.Exit(run_up(settings, example=EXAMPLE))


@app.command(name="worker")
def run_worker() -> None:
    """Run a worker until it is told to stop (SIGTERM, Ctrl-C)."""
    desk.run(_work())


async def _work() -> None:
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    await worker.run(desk.settings_or_fail(), stop)


@app.command()
def migrate(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Bring the database up to this version."""
    before = desk.run(_migrate())
    if as_json:
        print_json({"before": before, "after": "current"})
    else:
        OUT.print(
            "The database is up to date." if before == "current" else f"The database was {before}; now it is current."
        )


async def _migrate() -> str:
    url = desk.settings_or_fail().database
    before = await schema.state(url)
    await schema.upgrade(url)
    return before


app.command(name="import")(portfolios.import_folder)
app.command(name="go-live")(portfolios.take_live)
app.command(name="rehearse")(portfolios.rehearse_folder)
app.command(name="forecast")(coming.show_forecast)
app.command(name="show")(looking.show)
app.command(name="list")(looking.list_subscriptions)
app.command(name="explain")(looking.explain)
for command in acting.ALL:
    app.command(name=command.__name__.replace("_", "-"))(command)


def main() -> None:
    app()
