"""`perennial pause`, `resume`, `pauses`: all charges or all mails stop, and go on."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy import select
from sqlmodel import col

from cli import desk
from cli.output import print_json, print_table, say, warn
from cli.portfolios import By, Reason, operator, tell_watchdog, why
from models import pauses as store
from models.history import in_utc
from models.pauses import Pausable, PauseRow
from settings import Settings

What = Annotated[Pausable, typer.Argument(help="All charges, or all mails.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def pause(what: What, by: By, reason: Reason, as_json: Json = False) -> None:
    """Stop all charges or all mails, of every subscription, until they are resumed. What is under way ends."""
    began = desk.run(_pause(what, operator(by), why(reason)))
    _answer(what, "paused", began, as_json, f"All {what} are paused; `perennial resume {what}` lets them go on.")


async def _pause(what: Pausable, by: str, reason: str) -> bool:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        return await store.pause(session, what, by=by, reason=reason, now=desk.wall_now())


def resume(what: What, by: By, reason: Reason, as_json: Json = False) -> None:
    """Let charges or mails go on. Overdue charges are made now; of overdue mails each term's latest is sent."""
    ended = desk.run(_resume(what, operator(by), why(reason)))
    _answer(what, "resumed", ended, as_json, f"All {what} go on; every plan is being made anew.")


async def _resume(what: Pausable, by: str, reason: str) -> bool:
    settings = desk.settings_or_fail()
    async with desk.facts(settings) as sessions, sessions.begin() as session:
        ended = await store.resume(session, what, by=by, reason=reason, now=desk.wall_now())
    if ended:
        await tell_watchdog(settings)
    return ended


def _answer(what: Pausable, done: str, changed: bool, as_json: bool, sentence: str) -> None:
    if as_json:
        print_json({"what": what, "outcome": "done", "changed": changed})
    else:
        say(sentence if changed else f"All {what} were {done} already.")


def pauses(as_json: Json = False) -> None:
    """Every pause there was: who began it and why, who ended it and why."""
    rows = desk.run(_all(desk.settings_or_fail()))
    if as_json:
        print_json([row.model_dump() for row in rows])
        return
    cells = (
        (
            row.what,
            in_utc(row.began_at)[:16],
            f"{row.began_by}: {row.began_because}",
            in_utc(row.ended_at)[:16] if row.ended_at else "still paused",
            f"{row.ended_by}: {row.ended_because}" if row.ended_by else "",
        )
        for row in rows
    )
    columns = ("what", "from (UTC)", "by whom and why", "until (UTC)", "by whom and why")
    print_table("pauses", columns, cells, empty="Nothing was ever paused.")


async def _all(settings: Settings) -> Sequence[PauseRow]:
    async with desk.facts(settings) as sessions, sessions() as session:
        query = select(PauseRow).order_by(col(PauseRow.began_at).desc())
        return (await session.execute(query)).scalars().all()


def say_what_is_paused(rows: Sequence[PauseRow]) -> None:
    """A warning on stderr for each open pause: what is shown would otherwise mislead."""
    for row in rows:
        since = desk.wall_now() - row.began_at
        warn(
            f"ALL {row.what.upper()} ARE PAUSED for {timedelta(seconds=int(since.total_seconds()))} "
            f"by {row.began_by}: {row.began_because}",
            style="bold",
        )
