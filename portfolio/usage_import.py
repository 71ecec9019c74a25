"""`import_usage`: a usage file into the database, in one transaction and in little memory.

The lines go into a temporary table as they are read; whether they fit together and what is stored is asked there. Who
is not named stays as stored: a seat is given up by its `unassigned_on`, never by silence.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col

from models.audit import USAGE_IMPORT, audit_import
from models.seats import DayOfUseRow, SeatAssignmentRow, UsageImportRow
from portfolio import usage_checks
from portfolio.copying import copy_rows, refresh_statistics
from portfolio.problems import Problem, Problems
from portfolio.records import CsvFile
from portfolio.stored import IMPORTS_QUEUE_UP, take_turn
from portfolio.usage_file import USAGE
from portfolio.usage_line import UsageLine
from portfolio.usage_report import UsageReport

MOST_RECORDS = 5_000_000
_BATCH = 5_000
_MANY = 1_000
_A_DAY_AHEAD = timedelta(days=1)
"""East of Greenwich it may be the next day already."""

Progress = Callable[[int, int], None]


class ImportUnderWay(Exception):
    """A file is being imported; what else is told of use comes after it."""


class _Staged:
    """The temporary table that the lines of the file stand in, each with whether it is bad."""

    __tablename__ = "usage_lines"


_COLUMNS = ("line", "subscription", "user", "assigned_on", "unassigned_on", "days", "used_since")
_NO_IMPORT = select(func.pg_try_advisory_xact_lock_shared(IMPORTS_QUEUE_UP))


async def import_usage(
    connection_or_session: AsyncConnection | AsyncSession,
    file: Path,
    *,
    now: datetime,
    imported_by: str,
    reason: str | None = None,
    told_on: date | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> UsageReport:
    """Import a usage file within the caller's transaction, which the caller commits.

    `told_on` is the day up to which the file tells; left out, the day of `now` in UTC, and a file that was imported
    before changes nothing. Who and why stand on the audit; without a `reason` it names the file. With `skip_bad` the
    good lines are written. Raises what the database raises.
    """
    session = connection_or_session
    connection = await session.connection() if isinstance(session, AsyncSession) else session
    await take_turn(connection)
    reader = _Reader(file, told_on or now.date())
    await _stage(connection, reader, progress or (lambda done, total: None))
    bad = await usage_checks.mark_bad(connection, file.name, reader.problems)
    problems = reader.problems
    report = UsageReport(
        told_on=reader.told_on,
        skipped=bad + reader.bad if skip_bad else 0,
        problems=tuple(sorted(problems.listed, key=lambda each: each.line or 0)),
        problem_count=problems.count,
    )
    if problems.count and not skip_bad:
        return report
    digest = reader.digest.hexdigest()
    if told_on is None and await _is_known(connection, digest):
        return report
    report = await usage_checks.compare(connection, report)
    if dry_run or not report.says_something:
        return report
    import_id = uuid4()
    row = {"id": import_id, "imported_at": now, "digest": digest, "told_on": reader.told_on, "imported_by": imported_by}
    await connection.execute(insert(UsageImportRow), row)
    await usage_checks.write(connection, now=now, by=imported_by, told_on=reader.told_on)
    why = reason or f"import of {file.name}"
    await audit_import(connection, now, imported_by, USAGE_IMPORT, import_id, reason=why, data=_figures(report))
    if reader.good >= _MANY:
        await refresh_statistics(connection, (SeatAssignmentRow, DayOfUseRow))
    return replace(report, written=True, import_id=import_id)


def _figures(report: UsageReport) -> dict[str, Any]:
    counts = {"assigned": report.assigned, "changed": report.changed, "days": report.days, "skipped": report.skipped}
    return counts | {"told_on": str(report.told_on)}


async def _is_known(connection: AsyncConnection, digest: str) -> bool:
    query = select(col(UsageImportRow.id)).where(col(UsageImportRow.digest) == digest).limit(1)
    return (await connection.execute(query)).first() is not None


@dataclass(slots=True)
class _Reader:
    """Reads the lines of the file one by one; what is wrong with one goes to `problems`."""

    file: Path
    told_on: date
    problems: Problems = field(default_factory=Problems)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    good: int = 0
    bad: int = 0

    def lines(self) -> Iterator[UsageLine]:
        source = CsvFile(
            self.file,
            USAGE.columns,
            USAGE.optional,
            self.problems,
            self.digest,
            most_records=MOST_RECORDS,
            too_much="split it into several files",
        )
        for record in source.records():
            found = USAGE.read(record.line, record.values)
            complaints = found if isinstance(found, list) else list(self._of_the_day(found))
            for column, reason in complaints:
                self.problems.add(Problem(self.file.name, record.line, column, reason))
            if complaints or isinstance(found, list):
                self.bad += 1
            else:
                self.good += 1
                yield found
        self.bad += source.unreadable

    def _of_the_day(self, line: UsageLine) -> Iterator[tuple[str, str]]:
        cure = f"but the file tells of the time up to {self.told_on}; correct it, or name the day with --as-of."
        if line.last_used_on and line.last_used_on > self.told_on + _A_DAY_AHEAD:
            yield "last_used_on", f"is {line.last_used_on}, {cure}"
        if line.used_on and line.used_on[-1] > self.told_on + _A_DAY_AHEAD:
            yield "used_on", f"lists {line.used_on[-1]}, {cure}"
        if line.used_since and line.used_since > self.told_on:
            yield "used_since", f"is {line.used_since}, {cure}"


async def _stage(connection: AsyncConnection, reader: _Reader, progress: Progress) -> None:
    """Read the file into the temporary table, a batch at a time."""
    for statement in usage_checks.STAGE:
        await connection.execute(text(statement))
    total = await asyncio.to_thread(_lines_of, reader.file)
    lines = reader.lines()
    while batch := await asyncio.to_thread(lambda: list(islice(lines, _BATCH))):
        await copy_rows(connection, _Staged, [_staged(each) for each in batch])
        progress(reader.good + reader.bad, max(total, reader.good + reader.bad))
    await connection.execute(text("ANALYZE usage_lines"))


def _staged(line: UsageLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in _COLUMNS}


async def tell_usage(
    session: AsyncSession, lines: Sequence[UsageLine], *, now: datetime, told_by: str, told_on: date
) -> UsageReport:
    """Write what was told of one subscription's users, whose row the caller has locked; one by one as from a file.

    With problems nothing is written; they call a line an item. Raises `ImportUnderWay`, so that nobody waits for one.
    """
    connection = await session.connection()
    if not (await connection.execute(_NO_IMPORT)).scalar_one():
        raise ImportUnderWay
    for statement in usage_checks.STAGE:
        await connection.execute(text(statement))
    await copy_rows(connection, _Staged, [_staged(each) for each in lines])
    problems = Problems()
    await usage_checks.mark_bad(connection, "", problems, called="item")
    report = UsageReport(told_on=told_on, problems=tuple(problems.listed), problem_count=problems.count)
    if problems.count:
        return report
    report = await usage_checks.compare(connection, report)
    if report.says_something:
        await usage_checks.write(connection, now=now, by=told_by, told_on=told_on)
    return replace(report, written=report.says_something)


def _lines_of(file: Path) -> int:
    """How many lines of data there are about, for the progress bar alone; of a pipe or a device none is read."""
    try:
        if not file.is_file():
            return 0
        with file.open("rb") as source:
            return max(0, sum(part.count(b"\n") for part in iter(lambda: source.read(1 << 20), b"")) - 1)
    except OSError:
        return 0
