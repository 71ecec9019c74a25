"""Who has a seat, and when it was used last, from a file: good lines, bad ones, and the same again."""

import os
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.seat_use import usage_of, users_of
from portfolio.usage_import import import_usage
from portfolio.usage_report import Oddity, UsageReport
from renewals.usage import Usage
from tests.portfolio.folders import Folder
from tests.portfolio.imports import NOW, content, one, rows, run

EXAMPLE = Path(__file__).parents[2] / "examples" / "usage.csv"
HEADER = "subscription,user,assigned_on,last_used_on,unassigned_on"
LISTING = f"{HEADER},used_on,used_since"
TODAY = date(2026, 11, 22)


@pytest.fixture
async def stored(connection: AsyncConnection, folder: Folder) -> AsyncConnection:
    """The example portfolio."""
    await run(connection, folder)
    return connection


def _write(file: Path, lines: Sequence[str], header: str) -> None:
    file.write_text("\n".join([header, *lines, ""]))


async def tell(
    connection: AsyncConnection, file: Path, *lines: str, now: datetime = NOW, header: str = HEADER, **options: Any
) -> UsageReport:
    if lines:
        _write(file, lines, header)
    return await import_usage(connection, file, now=now, imported_by="operator:ana", **options)


async def test_the_example_says_who_has_a_seat_and_who_used_it(stored: AsyncConnection) -> None:
    report = await tell(stored, EXAMPLE)
    assert (report.written, report.assigned, report.days, report.subscriptions) == (True, 17, 31, 3)
    assert report.listed == 9
    assert report.oddities == (Oddity("S-1002", 3, 4),)
    assert str(report.oddities[0]) == "S-1002 has 4 users assigned to 3 seats."
    async with AsyncSession(stored) as session:
        found = await usage_of(session, ["S-1001", "S-1004"], TODAY)
        assert found == {"S-1001": Usage(9, 5, 7, TODAY, days_30=13, days_90=23), "S-1004": Usage()}
        later = await usage_of(session, ["S-1001"], date(2027, 1, 18))
        assert later["S-1001"] == Usage(9, 0, 5, TODAY, days_30=0, days_90=13)
        before = await usage_of(session, ["S-1001"], date(2026, 6, 30))
        assert before["S-1001"] == Usage(10, 1, 1, TODAY)
        users = await users_of(session, ["S-1001"], TODAY)
    assert [(each.user.partition("@")[0], each.days_30, each.days_90) for each in users] == [
        ("ada", 5, 10),
        ("ben", 3, 4),
        ("cleo", 3, 3),
        ("dina", 1, 1),
        ("emil", 1, 2),
        ("fay", 0, 1),
        ("gus", 0, 2),
        ("hana", 0, 0),
        ("ivo", 0, 0),
    ]


async def test_more_subscriptions_than_a_query_has_room_for_are_counted(stored: AsyncConnection) -> None:
    await tell(stored, EXAMPLE)
    numbers = ["S-1001", *(f"X-{n}" for n in range(70_000))]
    async with AsyncSession(stored) as session:
        assert (await usage_of(session, numbers, TODAY))["S-1001"].assigned == 9
        assert len(await users_of(session, numbers, TODAY)) == 9


async def test_the_import_of_a_portfolio_does_not_read_it(stored: AsyncConnection) -> None:
    assert await rows(stored, "seat_assignments") == []


async def test_importing_again_changes_nothing(stored: AsyncConnection) -> None:
    await tell(stored, EXAMPLE)
    before, told = await content(stored), await rows(stored, "usage_told")
    again = await tell(stored, EXAMPLE, now=datetime(2027, 1, 5, tzinfo=UTC))
    assert (again.written, again.import_id) == (False, None)
    assert (await content(stored), await rows(stored, "usage_told")) == (before, told)


async def test_the_same_content_told_of_a_later_day_is_fresher(stored: AsyncConnection) -> None:
    await tell(stored, EXAMPLE)
    report = await tell(stored, EXAMPLE, told_on=date(2026, 12, 24))
    assert (report.written, report.assigned, report.days, report.changed) == (True, 0, 0, 0)
    assert (await one(stored, "usage_told", "subscription = 'S-1001'"))["told_on"] == date(2026, 12, 24)


async def test_a_seat_is_given_up_and_taken_by_somebody_else(stored: AsyncConnection, tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    await tell(stored, file, "S-1001,Ada@Northwind.example,2026-04-01,2026-11-01,")
    report = await tell(
        stored,
        file,
        "S-1001,ada@northwind.example,2026-10-01,2026-11-20,",
        "S-1001,ada@northwind.example,2026-04-01,,2026-10-01",
        now=datetime(2026, 11, 25, tzinfo=UTC),
    )
    assert (report.assigned, report.changed, report.days) == (1, 1, 1)
    events = await rows(stored, "events", "event = 'assignments'")
    assert [each["data"] for each in events] == [{"begun": 1, "changed": 0}, {"begun": 1, "changed": 1}]
    assert {each["caused_by"] for each in events} == {"operator:ana"}
    assert "ada" not in str([each["data"] for each in events])


async def days_of_ada(connection: AsyncConnection, on: date) -> tuple[int | None, int | None]:
    async with AsyncSession(connection) as session:
        (ada,) = await users_of(session, ["S-1001"], on)
    return ada.days_30, ada.days_90


async def test_a_file_without_days_says_who_used_a_seat_and_not_how_often(
    stored: AsyncConnection, tmp_path: Path
) -> None:
    for day in ("2026-11-18", "2026-11-20"):
        report = await tell(stored, tmp_path / "usage.csv", f"S-1001,ada@x.example,2026-04-01,{day},")
        assert (report.written, report.days, report.listed) == (True, 1, 0)
    assert await days_of_ada(stored, TODAY) == (None, None)
    async with AsyncSession(stored) as session:
        assert (await usage_of(session, ["S-1001"], TODAY))["S-1001"] == Usage(1, 1, 1, TODAY)


async def test_how_often_is_known_of_the_days_that_were_listed_and_lists_without_a_gap_are_one(
    stored: AsyncConnection, tmp_path: Path
) -> None:
    ada = "S-1001,ada@x.example,2026-04-01,,,"

    async def list_days(line: str, told_on: date) -> UsageReport:
        return await tell(stored, tmp_path / "usage.csv", ada + line, told_on=told_on, header=LISTING)

    report = await list_days("2026-10-02 2026-10-05,2026-10-01", date(2026, 10, 31))
    assert (report.days, report.listed) == (2, 1)
    assert await days_of_ada(stored, date(2026, 10, 31)) == (2, None)
    await list_days("2026-11-05,2026-11-01", date(2026, 11, 22))
    assert await days_of_ada(stored, TODAY) == (1, None)
    await list_days("2026-08-30,2026-08-01", date(2026, 9, 30))
    assert await days_of_ada(stored, TODAY) == (1, 4)
    again = await list_days("2026-11-05,2026-11-01", date(2026, 11, 22))
    assert (again.days, again.listed) == (0, 0)
    await list_days("2027-01-12,2027-01-01", date(2027, 1, 31))
    assert await days_of_ada(stored, date(2027, 1, 31)) == (1, None)
    assert await days_of_ada(stored, date(2027, 1, 29)) == (None, None)


async def test_how_often_is_not_said_once_the_list_is_older_than_a_week(
    stored: AsyncConnection, tmp_path: Path
) -> None:
    ada, file = "S-1001,ada@x.example,2026-04-01,", tmp_path / "usage.csv"
    await tell(stored, file, f"{ada},,2026-11-05,2026-10-01", header=LISTING, told_on=date(2026, 11, 10))
    await tell(stored, file, f"{ada}2026-11-16,", told_on=date(2026, 11, 17))
    assert (await days_of_ada(stored, date(2026, 11, 17)))[0] == 2
    await tell(stored, file, f"{ada}2026-11-18,", told_on=date(2026, 11, 18))
    assert await days_of_ada(stored, date(2026, 11, 18)) == (None, None)


async def test_a_user_who_came_lately_needs_no_list_from_before(stored: AsyncConnection, tmp_path: Path) -> None:
    line = "S-1001,ada@x.example,2026-11-02,,,2026-11-03 2026-11-04,2026-11-02"
    await tell(stored, tmp_path / "usage.csv", line, header=LISTING)
    assert await days_of_ada(stored, TODAY) == (2, 2)


async def test_a_list_of_one_assignment_says_nothing_of_another(stored: AsyncConnection, tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    ended = "S-1001,ada@x.example,2026-04-01,,2026-09-01,2026-08-03,2026-06-01"
    await tell(stored, file, ended, "S-1001,ada@x.example,2026-10-01,2026-11-20,,,", header=LISTING)
    assert await days_of_ada(stored, TODAY) == (None, None)
    again = await tell(stored, file, ended, header=LISTING)
    assert (again.listed, await days_of_ada(stored, TODAY)) == (0, (None, None))
    await tell(stored, file, "S-1001,ada@x.example,2026-10-01,,,2026-11-20,2026-08-01", header=LISTING)
    assert await days_of_ada(stored, TODAY) == (1, None)


BAD_LISTS = [
    pytest.param("2026-11-01,", "used_since: is blank, but used_on lists days", id="since when"),
    pytest.param("2026-11-01,2026-11-02", "used_on: lists 2026-11-01, before used_since", id="before the list"),
    pytest.param("2026-03-01,2026-03-01", "used_on: lists 2026-03-01, before assigned_on", id="before the seat"),
    pytest.param("2026-11-24,2026-11-01", "used_on: lists 2026-11-24, but the file tells", id="not yet"),
    pytest.param(",2026-11-23", "used_since: is 2026-11-23, but the file tells", id="since a day to come"),
    pytest.param(
        "2026-11-01;2026-11-02,2026-11-01",
        "used_on: is a text with many digits; it must list dates",
        id="semicolon",
    ),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LISTS)
async def test_a_list_that_cannot_be_is_named(stored: AsyncConnection, tmp_path: Path, line: str, reason: str) -> None:
    report = await tell(stored, tmp_path / "u.csv", f"S-1001,a@x.example,2026-04-01,,,{line}", header=LISTING)
    assert (report.written, report.problem_count) == (False, 1)
    assert str(report.problems[0]).startswith(f"u.csv:2: {reason}"), report.problems


BAD = [
    pytest.param("S-9999,a@x.example,2026-04-01,,", "subscription: is S-9999, which is no stored", id="no such"),
    pytest.param("S-1001,ada,2026-04-01,,", "user: is 'ada'; it must be a mail address", id="no address"),
    pytest.param("S-1001,,2026-04-01,,", "user: is blank; fill it in.", id="blank"),
    pytest.param("S-1001,a@x.example,1.4.2026,,", "assigned_on: is '1.4.2026'; it must be a date", id="no date"),
    pytest.param("S-1001,a@x.example,2026-04-01,2026-03-31,", "last_used_on: is 2026-03-31, before", id="used before"),
    pytest.param("S-1001,a@x.example,2026-04-01,2026-11-24,", "last_used_on: is 2026-11-24, but the file", id="future"),
    pytest.param("S-1001,a@x.example,2026-04-01,,2026-04-01", "unassigned_on: is 2026-04-01, not after", id="empty"),
    pytest.param("S-1001,a@x.example,2026-04-01,2026-06-02,2026-06-01", "last_used_on: is 2026-06-02, af", id="after"),
    pytest.param("S-1001,GOOD@x.example,2026-04-01,,", "user: the same assignment stands in line 2", id="twice"),
    pytest.param("S-1001,good@x.example,2026-05-01,,", "assigned_on: lies before the end of this", id="two seats"),
    pytest.param("S-1001,old@x.example,2026-05-01,,", "assigned_on: overlaps with this user's stored", id="stored"),
]


@pytest.mark.parametrize(("line", "reason"), BAD)
async def test_a_bad_line_is_named_and_nothing_is_written(
    stored: AsyncConnection, tmp_path: Path, line: str, reason: str
) -> None:
    file = tmp_path / "seats.csv"
    await tell(stored, file, "S-1001,old@x.example,2026-03-31,,")
    before = await content(stored)
    report = await tell(stored, file, "S-1001,good@x.example,2026-04-01,2026-11-01,", line)
    assert (report.written, report.problem_count) == (False, 1)
    assert str(report.problems[0]).startswith(f"seats.csv:3: {reason}"), report.problems
    assert await content(stored) == before
    skipped = await tell(stored, file, skip_bad=True)
    assert (skipped.written, skipped.assigned, skipped.skipped) == (True, 1, 1)


async def test_many_bad_lines_are_counted_and_the_first_hundred_told(stored: AsyncConnection, tmp_path: Path) -> None:
    lines = [f"S-{number},a@x.example,2026-04-01,," for number in range(5000, 5150)]
    report = await tell(stored, tmp_path / "usage.csv", *lines)
    assert (report.written, report.problem_count, len(report.problems)) == (False, 150, 100)


async def test_a_dry_run_writes_nothing_and_tells_what_it_would(stored: AsyncConnection) -> None:
    before = await content(stored)
    report = await tell(stored, EXAMPLE, dry_run=True)
    assert (report.written, report.assigned, report.oddity_count) == (False, 17, 1)
    assert await content(stored) == before


async def test_a_file_that_is_not_there_is_said(stored: AsyncConnection, tmp_path: Path) -> None:
    report = await tell(stored, tmp_path / "none.csv")
    assert "there is no such file" in str(report.problems[0])


async def test_a_file_that_is_not_in_this_very_folder_is_said_with_its_name(
    stored: AsyncConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = await tell(stored, Path("none.csv"))
    assert [str(each) for each in report.problems] == [f"none.csv: there is no such file in {tmp_path}."]


async def test_a_pipe_is_refused_and_not_waited_for(stored: AsyncConnection, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    waited = threading.Event()

    def let_go() -> None:
        waited.set()
        pipe.write_text("")

    writer = threading.Timer(5.0, let_go)
    writer.start()
    report = await tell(stored, pipe)
    writer.cancel()
    assert [str(each) for each in report.problems] == ["pipe.csv: is not a file; put the CSV file itself there."]
    assert not waited.is_set()


async def test_progress_is_told(stored: AsyncConnection) -> None:
    told: list[tuple[int, int]] = []
    await tell(stored, EXAMPLE, progress=lambda done, total: told.append((done, total)))
    assert told == [(17, 17)]


async def test_who_imported_it_and_why_stands_on_the_audit(stored: AsyncConnection) -> None:
    await tell(stored, EXAMPLE, dry_run=True)
    report = await tell(stored, EXAMPLE)
    await tell(stored, EXAMPLE, told_on=date(2026, 11, 23), reason="asked for by the sales")
    acts = await rows(stored, "audit", "action = 'usage.import' ORDER BY id")
    assert [(act["done_by"], act["reason"]) for act in acts] == [
        ("operator:ana", "import of usage.csv"),
        ("operator:ana", "asked for by the sales"),
    ]
    assert acts[0]["about"] == str(report.import_id)
    counts = {"assigned": 17, "changed": 0, "days": 31, "skipped": 0, "told_on": "2026-11-22"}
    assert acts[0]["data"] == counts
