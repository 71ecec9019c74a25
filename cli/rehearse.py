"""`perennial rehearse`: check the input, play the portfolio, write what happened."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cli.rehearsal import BY, play, throw_away_servers, zones_of
from models.history import events_of
from portfolio.commands_file import CommandsFile, read_commands
from portfolio.importing import import_portfolio
from portfolio.problems import Problem


class BadInput(Exception):
    """The portfolio or the commands cannot be played; `problems` say what is wrong, file by file."""

    def __init__(self, problems: tuple[Problem, ...], count: int) -> None:
        super().__init__(f"{count} problems")
        self.problems, self.count = problems, count


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What to play: a portfolio from `start` (UTC) to the end of the local day `until`, with commands."""

    folder: Path
    start: datetime
    until: date
    commands: Path | None = None


async def rehearse(
    rehearsal: Rehearsal, progress: Callable[[int, int], None], stage: Callable[[str], None]
) -> AsyncIterator[dict[str, Any]]:
    """Play it, then give everything that happened, in order of time. Raises `BadInput` before anything is played."""
    script = CommandsFile("", (), (), 0) if rehearsal.commands is None else read_commands(rehearsal.commands)
    if script.problem_count:
        raise BadInput(script.problems, script.problem_count)
    stage("starting PostgreSQL, Temporal, mail sink and worker")
    async with throw_away_servers() as servers:
        stage("importing")
        async with servers.sessions.begin() as session:
            report = await import_portfolio(session, rehearsal.folder, now=rehearsal.start, imported_by=BY)
        if report.problem_count:
            raise BadInput(report.problems, report.problem_count)
        early = script.too_early(await zones_of(servers.sessions), rehearsal.start)
        if early:
            raise BadInput(early, len(early))
        stage("playing")
        await play(servers, start=rehearsal.start, until=rehearsal.until, commands=script.commands, progress=progress)
        async with servers.sessions() as session:
            async for event in events_of(session):
                yield event


async def write_events(events: AsyncIterator[dict[str, Any]], out: Path) -> int:
    """Write one JSON object per line; the file appears when it is whole. How many there were."""
    unfinished, count = out.with_name(out.name + ".part"), 0
    with unfinished.open("w", encoding="utf-8") as file:
        async for event in events:
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
            count += 1
    unfinished.replace(out)
    return count
