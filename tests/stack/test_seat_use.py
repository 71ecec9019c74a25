"""`perennial usage`: the example's use of seats, imported and reported, on a database of the test's own."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.stack.conftest import ROOT

EXAMPLE = ROOT / "examples" / "usage.csv"
DAY = ("--as-of", "2026-11-22")


class Terminal:
    def __init__(self, database_url: str, data: Path) -> None:
        self._environment = {"PERENNIAL_DATABASE_URL": database_url, "PERENNIAL_DATA_DIR": str(data)}

    def __call__(self, *words: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, words, env=self._environment)
        assert done.exit_code == status, (done.exception, done.output)
        return done.output

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Terminal:
    terminal = Terminal(database_url, tmp_path)
    terminal("import", str(ROOT / "examples" / "portfolio"))
    return terminal


def test_the_example_is_imported_and_reported(terminal: Terminal) -> None:
    said = terminal("usage", "import", str(EXAMPLE), *DAY)
    assert "S-1002 has 4 users assigned to 3 seats. Unassign somebody, or add seats." in said
    assert "17 assignments and 31 days of use were added" in said
    assert "Of 9 users it is now known on how many days they used it." in said
    assert "Nothing new" in terminal("usage", "import", str(EXAMPLE))
    assert "it is blank" in terminal("usage", "import", str(EXAMPLE), "--reason", " ", status=2)

    table = terminal("usage", "report", "--customer", "5100000001", *DAY)
    assert "Draft Standard" in table
    products = terminal.json("usage", "report", "--subscription", "S-1001", *DAY)
    assert products == [
        {
            "csn": "5100000001",
            "customer": "Northwind Surveying LLC",
            "sku": "DRAFT-STD",
            "product": "Draft Standard",
            "subscriptions": 1,
            "seats": 12,
            "assigned": 9,
            "active_30": 5,
            "active_90": 7,
            "days_30": 13,
            "days_90": 23,
            "told_on": "2026-11-22",
            "untold": 0,
        }
    ]
    users = terminal.json("usage", "report", "--subscription", "S-1001", "--by", "user", *DAY)
    assert [(each["user"].partition("@")[0], each["active_30"], each["active_90"]) for each in users] == [
        *((name, True, True) for name in ("ada", "ben", "cleo", "dina", "emil")),
        *((name, False, True) for name in ("fay", "gus")),
        *((name, False, False) for name in ("hana", "ivo")),
    ]
    assert "ivo@northwind.example" in terminal("usage", "report", "--by", "user", *DAY)
    lines = terminal("usage", "report", "--by", "user", "--format", "csv", *DAY).splitlines()
    assert lines[0].endswith(",active_30,active_90,days_30,days_90")
    assert lines[1] == "S-1001,Draft Standard,ada@northwind.example,2026-03-31,2026-11-20,True,True,5,10"
    assert lines[-1] == "S-1003,Draft 3D,nina@bellerive.example,2026-03-15,,False,False,,"
    table = terminal("usage", "report", "--format", "csv", "--customer", "5100000001", *DAY)
    assert "5100000001,Northwind Surveying LLC,DRAFT-STD,Draft Standard," in table


def test_a_bad_line_ends_with_status_1_and_writes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "seats.csv"
    file.write_text("subscription,user,assigned_on,last_used_on\nS-1001,ada,2026-03-31,\n")
    said = terminal("usage", "import", str(file), status=1)
    assert "seats.csv:2: user: is 'ada'; it must be a mail address such as ada@northwind.example." in said
    assert terminal.json("usage", "report", "--by", "user") == []
    assert "Nobody has a seat" in terminal("usage", "report", "--by", "user")


def test_whoever_is_not_there_is_said(terminal: Terminal) -> None:
    assert "There is no customer 1;" in terminal("usage", "report", "--customer", "1", status=1)
    assert "There is no subscription S-1;" in terminal("usage", "report", "--subscription", "S-1", status=1)
