"""The script of a rehearsal: what is bad input, and what is left to be refused when it is played."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from portfolio.commands_file import CommandsFile, read_commands
from tests.portfolio.folders import EXAMPLE

HEADER = "at,subscription,command,by,args\n"


def read(place: Path, *lines: str) -> CommandsFile:
    path = place / "commands.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return read_commands(path)


@pytest.mark.parametrize(("name", "lines"), [("commands.csv", 4), ("commands-buyers.csv", 9)])
def test_the_commands_of_the_example_are_read(name: str, lines: int) -> None:
    found = read_commands(EXAMPLE / name)
    assert (len(found.commands), found.problems) == (lines, ())
    first = found.commands[0]
    assert (first.line, first.at_local) == (2, datetime(2026, 11, 30, 10))  # noqa: DTZ001 local time
    assert (first.subscription, first.command) == ("S-1001", "reduce-seats")
    assert (first.by, first.args) == ("ada@northwind.example", {"to": 9})


def test_blank_arguments_are_an_empty_object(tmp_path: Path) -> None:
    assert read(tmp_path, "2026-11-30T10:00,S-1,renew,ada@x.example,").commands[0].args == {}


def test_arguments_may_run_over_several_lines_and_later_lines_keep_their_numbers(tmp_path: Path) -> None:
    line = '2026-11-30T10:00,S-1,reduce-seats,ada@x.example,"{\n  ""to"": 9\n}"'
    found = read(tmp_path, line, line)
    assert [(each.line, each.args) for each in found.commands] == [(2, {"to": 9}), (5, {"to": 9})]


def test_nobody_unknown_numbers_and_unknown_commands_are_played_and_refused_later(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-11-30T10:00:30,S-404,dance,nobody at all,{}", "2026-11-30T10:00,,,,")
    assert (len(found.commands), found.problems) == (2, ())


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        pytest.param("2026-11-30,S-1,renew,a@x.example,", "at", "a local date and time", id="no-time"),
        pytest.param("2026-11-30T10:00Z,S-1,renew,a@x.example,", "at", "a local date and time", id="with-zone"),
        pytest.param("2026-11-30 10:00,S-1,renew,a@x.example,", "at", "a local date and time", id="space-for-T"),
        pytest.param("2026-02-30T10:00,S-1,renew,a@x.example,", "at", "a local date and time", id="no-such-day"),
        pytest.param("2026-11-30T24:30,S-1,renew,a@x.example,", "at", "a local date and time", id="no-such-time"),
        pytest.param("9999-11-30T10:00,S-1,renew,a@x.example,", "at", "a local date and time", id="far-year"),
        pytest.param(",S-1,renew,a@x.example,", "at", "a local date and time", id="blank-at"),
        pytest.param("2026-11-30T10:00,S-1,renew,a@x.example,[]", "args", "not a JSON object", id="list"),
        pytest.param("2026-11-30T10:00,S-1,renew,a@x.example,9", "args", "not a JSON object", id="number"),
        pytest.param("2026-11-30T10:00,S-1,renew,a@x.example,null", "args", "not a JSON object", id="null"),
        pytest.param("2026-11-30T10:00,S-1,renew,a@x.example,{to: 9}", "args", "not valid JSON", id="no-json"),
        pytest.param('2026-11-30T10:00,S-1,renew,a@x.example,{"to": NaN}', "args", "not valid JSON", id="nan"),
        pytest.param('2026-11-30T10:00,S-1,renew,a@x.example,{"to": 1e999}', "args", "not valid JSON", id="infinite"),
        pytest.param(f"2026-11-30T10:00,S-1,renew,a@x.example,{'[' * 9_000}", "args", "not valid JSON", id="deep"),
        pytest.param(r'2026-11-30T10:00,S-1,renew,a@x.example,{"a": "\u0000"}', "args", "NUL character", id="nul"),
        pytest.param(r'2026-11-30T10:00,S-1,renew,a@x.example,{"a": "\ud800"}', "args", "not valid JSON", id="half"),
        pytest.param(f"2026-11-30T10:00,{'S' * 400},renew,a@x.example,", "subscription", "400 characters", id="long"),
        pytest.param(f"2026-11-30T10:00,S-1,renew,a@x.example,{'x' * 1_000_000}", "args", "longer than", id="huge"),
        pytest.param("2026-11-30T10:00,S-1,renew", None, "has 3 fields", id="too-few-fields"),
    ],
)
def test_what_cannot_be_played_is_a_problem(tmp_path: Path, line: str, column: str | None, reason: str) -> None:
    found = read(tmp_path, "2026-11-30T10:00,S-1,renew,a@x.example,", line)
    (problem,) = found.problems
    assert (problem.file, problem.line, problem.column) == ("commands.csv", 3, column)
    assert reason in problem.reason
    assert (len(found.commands), found.problem_count) == (1, 1)


def test_a_backslash_before_u0000_is_no_nul(tmp_path: Path) -> None:
    found = read(tmp_path, r'2026-11-30T10:00,S-1,renew,a@x.example,{"reason": "\\u0000"}')
    assert found.commands[0].args == {"reason": "\\u0000"}


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    found = read_commands(tmp_path / "commands.csv")
    assert [str(each) for each in found.problems] == [f"commands.csv: there is no such file in {tmp_path}."]


@pytest.mark.parametrize(
    ("at", "zone", "instant"),
    [
        pytest.param("2027-03-27T23:59", "Europe/Paris", "2027-03-27T22:59+00:00", id="eve-of-the-renewal"),
        pytest.param("2027-03-28T02:30", "Europe/Paris", "2027-03-28T01:00+00:00", id="time-that-does-not-exist"),
        pytest.param("2027-10-31T02:30", "Europe/Paris", "2027-10-31T00:30+00:00", id="time-that-exists-twice"),
        pytest.param("2027-03-27T23:59", None, "2027-03-27T23:59+00:00", id="unknown-subscription"),
    ],
)
def test_the_instant_is_that_of_the_customers_clock(tmp_path: Path, at: str, zone: str | None, instant: str) -> None:
    (command,) = read(tmp_path, f"{at},S-1,renew,a@x.example,").commands
    assert command.at(zone) == datetime.fromisoformat(instant)


def test_lines_before_the_start_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-11-30T10:00,S-1,renew,a@x.example,", "2026-11-30T10:00,S-2,renew,a@x.example,")
    early = found.too_early({"S-1": "Asia/Tokyo"}, datetime(2026, 11, 30, 10, tzinfo=UTC))
    assert [(each.line, each.column) for each in early] == [(2, "at")]
    assert "before the start of the rehearsal (2026-11-30 10:00 UTC)" in early[0].reason
