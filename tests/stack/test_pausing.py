"""To resume charges takes two people on the command line as well; on a local stack one is enough (test_commands.py)."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import desk
from cli.main import app
from console.ops.deeds import DEEDS
from models.engine import Sessions
from models.operators import OperatorRow
from models.pauses import RESUME_CHARGES, Pausable, pause
from models.second_person import open_requests
from renewals.roles import Role
from settings.sources import load
from tests.console.ops.staff import now

WHY = ["--reason", "the gateway is well"]
Run = Callable[..., Result]


@pytest.fixture
async def run(sessions: Sessions, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A terminal before a database of which charges are paused, and of which no stack of ours knows."""
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", database_url)
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="operator:ana", reason="odd", now=now())
        made: dict[str, Any] = {"email": "m@vendor.example", "created_at": now()}
        made |= {"created_by": "ana", "created_because": "a test"}
        session.add(OperatorRow(name="mira", role=Role.OPERATOR, **made))
        session.add(OperatorRow(name="fay", role=Role.FINANCE, **made))

    def given(*args: str) -> Result:
        return CliRunner().invoke(app, ["resume", "charges", *args, *WHY])

    return given


async def _asked() -> list[tuple[str, str, str]]:
    async with desk.facts(load()) as sessions, sessions() as session:
        return [(row.what, row.asked_by, row.asked_because) for row in await open_requests(session, now())]


async def _confirm() -> None:
    async with desk.facts(load()) as sessions, sessions.begin() as session:
        (row,) = await open_requests(session, now())
        await DEEDS[row.what].do(session, row, now())


def open_pauses() -> list[str]:
    rows = json.loads(CliRunner().invoke(app, ["pauses", "--json"]).output)
    return [row["what"] for row in rows if row["ended_at"] is None]


def test_it_is_asked_for_once_and_done_when_a_second_person_confirms(run: Run) -> None:
    said = run("--by", "operator:mira")
    assert (said.exit_code, "once another operator confirms it within a day" in said.output) == (0, True), said.output
    again = run("--by", "operator:mira", "--json")
    asked = {"what": "charges", "outcome": "asked", "changed": False, "accepts_declines": False}
    assert json.loads(again.output) == asked
    assert open_pauses() == ["charges"]
    assert asyncio.run(_asked()) == [(RESUME_CHARGES, "operator:mira", "the gateway is well")]
    asyncio.run(_confirm())
    assert open_pauses() == []
    assert "resumed already" in run("--by", "operator:mira").output


@pytest.mark.parametrize("by", ["fay", "nobody"])
def test_only_who_may_asks_for_it(run: Run, by: str) -> None:
    said = run("--by", f"operator:{by}")
    assert (said.exit_code, "is nobody who may resume charges" in said.output) == (1, True), said.output
    assert asyncio.run(_asked()) == []
