"""Reads `commands.csv`, the script of a rehearsal: who does what, and when.

Only what cannot be played at all is bad input here. An unknown subscription, an unknown command, a `by` that is nobody:
these are played and refused.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from portfolio import fields
from portfolio.cells import shown
from portfolio.problems import Problem, Problems
from portfolio.records import CsvFile, Record
from renewals.calendar import at_local

COLUMNS = ("at", "subscription", "command", "by", "args")
_LONGEST = 320
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it, not a backslash followed by u0000


@dataclass(frozen=True, slots=True)
class ScheduledCommand:
    """A command of the script. `at_local` is wall-clock time in the customer's zone, without one itself."""

    line: int
    at_local: datetime
    subscription: str
    command: str
    by: str
    args: dict[str, Any]

    def at(self, zone_name: str | None) -> datetime:
        """The instant in UTC; `zone_name` is the customer's zone, None when nobody knows the subscription (UTC)."""
        if zone_name is None:
            return self.at_local.replace(tzinfo=UTC)
        return at_local(self.at_local.date(), self.at_local.time(), zone_name)


@dataclass(frozen=True, slots=True)
class CommandsFile:
    """The commands in the order of the file. `problems` are the first hundred of `problem_count`."""

    name: str
    commands: tuple[ScheduledCommand, ...]
    problems: tuple[Problem, ...]
    problem_count: int

    def too_early(self, zones: Mapping[str, str], start: datetime) -> tuple[Problem, ...]:
        """The lines that lie before the rehearsal's first instant; `zones` by number of subscription."""
        reason = f"lies before the start of the rehearsal ({start:%Y-%m-%d %H:%M} UTC); start earlier or drop the line."
        early = (each for each in self.commands if each.at(zones.get(each.subscription)) < start)
        return tuple(Problem(self.name, each.line, "at", reason) for each in early)


def read_commands(path: Path) -> CommandsFile:
    """Read the file at `path`; every bad line becomes problems."""
    source = CsvFile(path, COLUMNS)
    commands = tuple(_commands(source.records(), path.name, source.problems))
    return CommandsFile(path.name, commands, tuple(source.problems.listed), source.problems.count)


def _commands(records: Iterable[Record], file: str, problems: Problems) -> Iterator[ScheduledCommand]:
    for record in records:
        before, texts = problems.count, record.values
        values: dict[str, Any] = {}
        for column, reader in _READERS.items():
            try:
                values[column] = reader(texts[column])
            except ValueError as error:
                problems.add(Problem(file, record.line, column, str(error)))
        if problems.count == before:
            yield ScheduledCommand(line=record.line, at_local=values.pop("at"), **values)


def _short(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError(f"has {len(text):,} characters; shorten it to {_LONGEST}.")
    return text


def _moment(text: str) -> datetime:
    """A local date and time to the minute or second."""
    found = _MOMENT.fullmatch(text)
    try:
        if found:
            return datetime.combine(fields.day(found[1]), time.fromisoformat(found[2]))
    except ValueError:
        pass
    raise ValueError(f"is {shown(text)}; it must be a local date and time such as 2026-11-30T10:00.")


def _arguments(text: str) -> dict[str, Any]:
    """A JSON object that the database can hold; blank stands for an empty one."""
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
        stored = json.dumps(found, allow_nan=False, ensure_ascii=False)
        stored.encode()
    except (ValueError, RecursionError) as error:
        raise ValueError('is not valid JSON; write an object such as {"to": 9}.') from error
    if not isinstance(found, dict):
        raise ValueError('is not a JSON object; write one such as {"to": 9}.')
    if _NUL.search(stored):
        raise ValueError("contains a NUL character; remove it.")
    return found


_READERS: Mapping[str, Callable[[str], Any]] = {
    "at": _moment,
    "subscription": _short,
    "command": _short,
    "by": _short,
    "args": _arguments,
}
