"""Alarms on the command line: listed, taken, given, acknowledged and ended, by number and kind."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from models import staff
from models.engine import Sessions
from models.journal import raise_alarm
from portfolio.importing import import_portfolio
from renewals.roles import Role

EXAMPLE = Path(__file__).parents[2] / "examples" / "portfolio"
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
WHY = ["--by", "operator:mira", "--reason", "told by phone"]
Run = Callable[..., Result]


@pytest.fixture
async def run(sessions: Sessions, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A terminal before a database with two alarms."""
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", database_url)
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=NOW, imported_by="operator:ana")
        await raise_alarm(session, "S-1001", "mail_rejected", "550 no such user", NOW)
        await raise_alarm(session, "S-1001", "parked", "Never tried.", NOW)
        await raise_alarm(session, "S-1002", "paid_after_all", "attempt 7", NOW)
        why = {"by": "operator:ana", "reason": "a test"}
        await staff.add_operator(session, "nils", "nils@vendor.example", Role.FINANCE, **why, now=NOW)
        await staff.add_operator(session, "vera", "vera@vendor.example", Role.VIEWER, **why, now=NOW)

    def given(*args: str) -> Result:
        return CliRunner().invoke(app, ["alarms", *args])

    return given


def kinds(run: Run, *args: str) -> list[str]:
    return [row["kind"] for row in json.loads(run("list", "--json", *args).output)]


def test_alarms_are_seen_to_on_the_command_line(run: Run) -> None:
    assert kinds(run)[0] == "paid_after_all"
    assert "550 no such user" in run("list").output
    assert run("take", "S-1001", "--by", "operator:mira").exit_code == 0
    assert kinds(run, "--owner", "nobody") == ["paid_after_all"]
    given = run("give", "S-1001", "--kind", "parked", "--to", "operator:nils", "--by", "operator:mira")
    assert given.exit_code == 0
    assert kinds(run, "--owner", "operator:nils") == ["parked"]
    assert run("acknowledge", "S-1001", *WHY).exit_code == 0
    assert sorted(kinds(run, "--state", "acknowledged")) == ["mail_rejected", "parked"]
    assert run("end", "S-1001", "--kind", "mail_rejected", *WHY).exit_code == 0
    assert kinds(run, "--state", "ended") == ["mail_rejected"]


@pytest.mark.parametrize(
    ("args", "status", "says"),
    [
        pytest.param(["end", "S-1001", "--kind", "parked", *WHY], 1, "ends when its cause is gone", id="ends itself"),
        pytest.param(["take", "S-1009", "--by", "operator:mira"], 1, "has no such open alarm", id="none"),
        pytest.param(["take", "S-1001", "--by", "ada@northwind.example"], 2, "operator:NAME", id="no operator"),
        pytest.param(["list", "--kind", "boredom"], 2, "mail_rejected", id="no kind"),
        pytest.param(
            ["give", "S-1001", "--to", "operator:vera", "--by", "operator:mira"],
            1,
            "who may see to alarms",
            id="viewer",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run: Run, args: list[str], status: int, says: str) -> None:
    result = run(*args)
    assert (result.exit_code, says in result.output) == (status, True), result.output
