"""The command line asks a second person to take many live; with few, or where the bound is off, it does it at once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from models.engine import Sessions
from models.operators import OperatorRow
from portfolio.importing import import_portfolio
from renewals.roles import Role

EXAMPLE = Path(__file__).parents[2] / "examples" / "portfolio"
Run = Callable[..., Result]


@pytest.fixture
async def run(sessions: Sessions, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A terminal before a database with the example, not live, and of which no stack of ours knows."""
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", database_url)
    monkeypatch.setenv("PERENNIAL_SECOND_PERSON_GO_LIVE", "2")
    monkeypatch.setenv("PERENNIAL_TEMPORAL_ADDRESS", "127.0.0.1:9")
    early = datetime(2026, 11, 20, 12, tzinfo=UTC)
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=early, imported_by="operator:ana")
        made: dict[str, Any] = {"email": "m@vendor.example", "created_at": early}
        made |= {"created_by": "ana", "created_because": "a test"}
        session.add(OperatorRow(name="mira", role=Role.OPERATOR, **made))

    def given(*args: str, by: str = "operator:mira") -> Result:
        return CliRunner().invoke(app, ["go-live", *args, "--by", by, "--reason", "the pilot"])

    return given


def test_many_are_asked_for_once_and_stay_as_they_are(run: Run) -> None:
    said = run("--all")
    told = "12 subscriptions go live once another operator confirms it within a day, at http://localhost:8080/ops/sec"
    assert (said.exit_code, told in said.output) == (0, True), said.output
    again = run("--all", "--json")
    assert json.loads(again.stdout) == {"outcome": "asked", "changed": False, "live": 0, "subscriptions": 12}
    few = run("S-1001", "S-1002", "--json")
    assert json.loads(few.stdout) == {"live": 2}


def test_only_who_has_an_account_and_the_right_asks(run: Run) -> None:
    said = run("--all", by="operator:nobody")
    assert (said.exit_code, "is nobody who may take them live" in said.output) == (1, True), said.output


def test_where_the_bound_is_off_one_person_is_enough(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERENNIAL_SECOND_PERSON_GO_LIVE", "0")
    assert json.loads(run("--all", "--json").stdout) == {"live": 12}
