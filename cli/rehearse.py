"""`perennial rehearse`: check the input, play the portfolio, write what happened."""

import errno
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

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


class NoPlace(Exception):
    """The events cannot be written there; its text is one sentence."""


@contextmanager
def place_for_events(out: Path) -> Iterator[TextIO]:
    """The file for the events, which appears when it is whole, or not at all. Raises `NoPlace`, at once if it can.

    A device, a pipe or a link such as /dev/stdout is written to as it stands: put in its place, a file would undo it.
    """
    with _refusals(out):
        as_it_stands = out.is_symlink() or (out.exists() and not out.is_file())
        if out.exists() and not os.access(out, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        unfinished = out if as_it_stands else out.with_name(out.name + ".part")
        file = unfinished.open("w", encoding="utf-8")
    try:
        yield file
        with _refusals(out):
            file.close()
            if not as_it_stands:
                unfinished.replace(out)
    finally:
        with suppress(OSError):
            file.close()
        if not as_it_stands:
            unfinished.unlink(missing_ok=True)


async def write_events(events: AsyncIterator[dict[str, Any]], file: TextIO) -> int:
    """Write one JSON object per line. How many there were. Raises `NoPlace`."""
    count = 0
    async for event in events:
        with _refusals(Path(file.name)):
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
        count += 1
    return count


@contextmanager
def _refusals(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NoPlace(f"The events cannot be written to {out}: {error.strerror}.") from error
