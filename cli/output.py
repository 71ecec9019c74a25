"""How answers look: tables for people, JSON for scripts, one sentence on stderr for what went wrong.

Nothing else prints on the terminal: what is stored or was typed is shown as it is written, never obeyed.
"""

import codecs
import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from console.words import event_in_words
from models.history import in_utc
from models.journal import SYSTEM
from renewals.characters import RUNS_AS_FORMULA

_NEVER_FOLDED = 400
"""Width of what goes into a pipe or a file: there a table's lines stay whole."""

_OUT = Console(highlight=False, soft_wrap=True, width=None if sys.stdout and sys.stdout.isatty() else _NEVER_FOLDED)
_ERR = Console(stderr=True, highlight=False, soft_wrap=True)

_OBEYED = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys instead of showing it: control characters, line ends, directions, halves of characters."""


def visible(text: str) -> str:
    r"""The text with all that a terminal would obey spelt out.

    >>> print(visible("red\x1b[31m"))
    red\x1b[31m
    """
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def spell_out_what_stdout_lacks() -> None:
    """From now on letters that the encoding of stdout lacks come out as JSON escapes, whatever is printed."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors=_SPELT_OUT)


def _escapes(failed: UnicodeError) -> tuple[str, int]:
    if not isinstance(failed, UnicodeEncodeError):
        raise failed
    return json.dumps(failed.object[failed.start : failed.end])[1:-1], failed.end


_SPELT_OUT = "perennial-spelt-out"
codecs.register_error(_SPELT_OUT, _escapes)


def say(*lines: str) -> None:
    """Lines on stdout; without any, an empty one."""
    for line in lines or ("",):
        _OUT.print(Text(visible(line)))


def how_many(count: int, one: str, many: str = "") -> str:
    """So many of something; `many` where the plural is not `one` with an s.

    >>> how_many(1, "subscription"), how_many(0, "alarm open", "alarms open")
    ('1 subscription', '0 alarms open')
    """
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def why_not(hint: str | None, possible_on: date | None) -> str:
    """The sentence of a refusal, with the local day from which on time will have cured it, unless it names that itself.

    >>> why_not("Release it or wait for it.", date(2027, 2, 9))
    'Release it or wait for it. Possible from 2027-02-09 on.'
    """
    said = hint or ""
    return said if possible_on is None or str(possible_on) in said else f"{said} Possible from {possible_on} on."


def warn(*lines: str, style: str = "") -> None:
    """Lines on stderr, where they stay apart from what was asked for."""
    for line in lines:
        _ERR.print(Text(visible(line), style))


def fail(*lines: str) -> NoReturn:
    """Say what is wrong on stderr, in one sentence and perhaps the end of a log, and end with status 1."""
    warn(*lines)
    raise typer.Exit(1)


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    typer.echo(json.dumps(_plain(value), ensure_ascii=False, indent=2))


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, datetime):
        return in_utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Path | timedelta):
        return str(value)
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Iterable):
        return [_plain(each) for each in value]
    raise TypeError(f"no JSON for {type(value).__name__}")


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def harmless(value: object) -> object:
    """A cell that no spreadsheet calculates."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUNS_AS_FORMULA) else value


def print_csv(head: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
    """Comma-separated with a header, and with nothing that a spreadsheet takes for a formula."""
    out = csv.writer(sys.stdout)
    out.writerow(head)
    out.writerows([harmless(each) for each in row] for row in rows)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table, or the sentence that stands for an empty one. Columns whose title ends in `#` are numbers.

    On a narrow terminal a column folds between its words, never inside one; the first and numbers stay on one line.
    """
    listed = [["" if cell is None else visible(str(cell)) for cell in row] for row in rows]
    if not listed:
        say(empty)
        return
    table = Table(
        title=Text(visible(title), "table.title") if title else None,
        title_justify="left",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    for place, column in enumerate(columns):
        whole = column.endswith("#") or place == 0
        parts = [part for row in listed for part in ([row[place]] if whole else row[place].split())]
        width = max((cell_len(part) for part in (*parts, *column.rstrip("#").split())), default=1)
        table.add_column(column.rstrip("#"), justify="right" if column.endswith("#") else "left", min_width=width)
    for row in listed:
        table.add_row(*(Text(cell) for cell in row))
    _OUT.print(table)


def print_diary(title: str, events: Iterable[Mapping[str, Any]], *, empty: str = "Nothing has happened yet.") -> None:
    """What happened to one subscription, in words and in its customer's own time."""
    rows = ((_clock(event), event_in_words(event["event"], _data(event)), _who(event)) for event in events)
    print_table(title, ("local time", "what", "who and why"), rows, empty=empty)


def _clock(event: Mapping[str, Any]) -> str:
    return str(event.get("local", event["at"]))[:16].replace("T", " ")


def _data(event: Mapping[str, Any]) -> dict[str, Any]:
    """What `event_in_words` puts into words."""
    apart = {"at", "local", "subscription", "event", "by", "reason", "to", "why", "occasion"}
    hidden = apart - {"to"} if event["event"] == "phase" else apart
    return {key: value for key, value in event.items() if key not in hidden}


def _who(event: Mapping[str, Any]) -> str:
    """Who caused it and why; what happened by itself says nothing."""
    by = event.get("by")
    who = event["to"] if event["event"] == "notice" else "" if by in (None, SYSTEM) else by
    return ", ".join(part for part in (who, event.get("reason") or "") if part)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr, if that is a terminal; the function it gives is told how many of how many."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_ERR, transient=True, disable=not _ERR.is_terminal) as progress:
        task = progress.add_task(visible(what), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
