"""`perennial doctor`: is everything that Perennial needs there and well, and what to do if not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import desk
from cli.output import print_json, print_table, say
from models.engine import create_engine
from settings import Settings

if TYPE_CHECKING:
    from cli.findings import Finding


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False) -> None:
    """Look at every part: what is wrong, and what to do about it. Status 1 if anything is wrong."""
    findings = desk.run(_findings(desk.settings_or_fail()))
    if as_json:
        print_json(findings)
    else:
        rows = ((each.part, each.health, each.seen, each.cure) for each in findings)
        print_table("", ("part", "health", "seen", "what to do"), rows, empty="")
    if any(each.health == "wrong" for each in findings):
        raise typer.Exit(1)
    if not as_json:
        say("", in_short(findings))


def in_short(findings: "Sequence[Finding]") -> str:
    """What it comes to where nothing is wrong."""
    warned = [each.part for each in findings if each.health == "warn"]
    if not warned:
        return "Everything that is needed is there."
    return f"Everything that is needed is there, but somebody should see to: {', '.join(warned)}."


async def _findings(settings: Settings) -> "list[Finding]":
    from cli.checks import examine  # loads the worker, to ask with the worker's own parts

    engine = create_engine(settings.database, connections=2)
    try:
        return await examine(settings, engine)
    finally:
        await engine.dispose()
