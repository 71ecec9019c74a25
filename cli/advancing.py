"""`perennial advance`: the time machine of the local stack."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from cli import desk
from cli.days import AS_WRITTEN, day, within_reach
from cli.output import fail, print_diary, print_json, progress_bar, say, warn
from cli.stage import Stage
from models.history import events_of, last_event
from models.store import load
from renewals.calendar import days_after, local_date, midnight

AN_EVENING = timedelta(hours=1)
"""How long before midnight the clock stops: time flows on, and commands that are given next are still of that day."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a diary.")]


def advance(
    number: Annotated[str, typer.Argument(help="Subscription number, such as S-1001.")],
    to: Annotated[date, typer.Option(parser=day, metavar=AS_WRITTEN, help="Local day at whose end the clock stops.")],
    as_json: Json = False,
) -> None:
    """Let one subscription's own clock run ahead, and everything happen that is due on the way. Local stack only."""
    with progress_bar(f"{number}: days") as progress:
        began, happened = desk.run(_advance(number, to, progress))
    if as_json:
        print_json(happened)
        return
    shows = f"The clock of {number} shows {to} already" if began == to else f"The clock of {number} ran to {to}"
    print_diary(f"{number} to {to}", happened, empty=f"{shows}; nothing happened on the way.")
    say("", f"Its clock now shows the evening of {to}; `perennial show {number}` tells what is coming.")


async def _advance(number: str, to: date, progress: Callable[[int, int], None]) -> tuple[date, list[dict[str, Any]]]:
    """The local day on which the clock stood, and everything that happened on the way, in order of time."""
    settings = desk.settings_or_fail()
    if not settings.local_stack:
        fail("Only a local stack has a time machine: start `perennial up`, and unset PERENNIAL_DATABASE_URL.")
    async with desk.facts(settings) as sessions:
        async with sessions() as session:
            stored = await load(session, number, desk.wall_now())
            before = await last_event(session)
        if stored is None:
            desk.no_such_subscription(number)
        zone = stored.facts.time_zone
        today = local_date(stored.now, zone)
        if to < today:
            fail(f"The clock of {number} already shows {today}, and never runs back: name that day or a later one.")
        within_reach(to, today, "--to")
        warn(f"{number} goes from {today} to {to} …")
        stage = Stage(await desk.temporal(settings), sessions, number)
        await stage.catch_up()
        async for at in stage.advance(midnight(days_after(to, 1), zone)):
            progress((local_date(at, zone) - today).days, (to - today).days)
        await stage.show(midnight(days_after(to, 1), zone) - AN_EVENING)
        async with sessions() as session:
            return today, [event async for event in events_of(session, number, after=before)]
