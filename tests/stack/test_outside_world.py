"""What a command says when a part of the outside world is away, or not the one that the settings mean."""

import asyncio
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest
from sqlalchemy import make_url
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from cli import checks_temporal, clocks
from cli.stack_postgres import plain_address, run_sql
from tests.stack.conftest import PATIENCE_SECONDS, ROOT
from tests.stack.test_commands import Said, Terminal

PARK = ("park", "S-1001", "--by", "operator:ana", "--reason", "x")
RE_PLAN = ("re-plan", *PARK[1:])


@pytest.fixture
def terminal(
    database_url: str, temporal: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """A terminal with a database and a Temporal that hold the example, and no worker."""
    monkeypatch.chdir(tmp_path)
    terminal = Terminal(
        {
            "PERENNIAL_DATABASE_URL": database_url,
            "PERENNIAL_TEMPORAL_ADDRESS": temporal.client.service_client.config.target_host,
            "PYTHONPATH": str(ROOT),
        }
    )
    assert terminal("import", str(ROOT / "examples" / "portfolio")).status == 0
    return terminal


@pytest.fixture
async def unread_url(database_url: str) -> str:
    """The same database as a role that may read nothing."""
    await run_sql(database_url, "DROP ROLE IF EXISTS nosy")
    await run_sql(database_url, "CREATE ROLE nosy LOGIN")
    return make_url(database_url).set(username="nosy").render_as_string(hide_password=False)


@pytest.fixture
async def standby_url(database_url: str) -> str:
    """The same database as a standby shows it: it only reads."""
    await run_sql(database_url, "DROP ROLE IF EXISTS reader")
    await run_sql(database_url, "CREATE ROLE reader LOGIN SUPERUSER")
    await run_sql(database_url, "ALTER ROLE reader SET default_transaction_read_only = on")
    return make_url(database_url).set(username="reader").render_as_string(hide_password=False)


def stored_commands(url: str) -> int:
    with psycopg.connect(plain_address(url)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM commands").fetchone() or (0,)
        return int(count)


def finding(said: Said, part: str) -> tuple[str, str, str]:
    (found,) = [each for each in said.json if each["part"] == part]
    return found["health"], found["seen"], found["cure"]


@pytest.mark.parametrize("words", [PARK, ("worker",)], ids=["command", "worker"])
def test_without_temporal_nothing_is_stored_and_one_sentence_says_why(
    terminal: Terminal, database_url: str, words: tuple[str, ...]
) -> None:
    said = terminal(*words, PERENNIAL_TEMPORAL_ADDRESS="127.0.0.1:1")
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert said.err.startswith("Temporal cannot be reached at 127.0.0.1:1: check PERENNIAL_TEMPORAL_ADDRESS")
    assert stored_commands(database_url) == 0


@pytest.mark.parametrize("namespace", ["elsewhere", "x" * 5000], ids=["unknown", "too long"])
@pytest.mark.parametrize("words", [PARK, ("worker",)], ids=["command", "worker"])
def test_in_an_unknown_namespace_nothing_is_stored_and_one_sentence_names_the_setting(
    terminal: Terminal, database_url: str, words: tuple[str, ...], namespace: str
) -> None:
    said = terminal(*words, PERENNIAL_TEMPORAL_NAMESPACE=namespace)
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert f"has no namespace {namespace[:100]}: correct PERENNIAL_TEMPORAL_NAMESPACE" in said.err
    assert stored_commands(database_url) == 0


def test_a_doctor_names_the_setting_of_an_unknown_namespace(terminal: Terminal) -> None:
    said = terminal("doctor", "--json", PERENNIAL_TEMPORAL_NAMESPACE="elsewhere")
    health, seen, cure = finding(said, "temporal")
    assert (health, "has no namespace elsewhere" in seen) == ("wrong", True)
    assert cure.startswith("Correct PERENNIAL_TEMPORAL_NAMESPACE")
    assert "worker" not in {each["part"] for each in said.json}


def test_a_doctor_names_addresses_that_lead_nowhere_and_nobody_to_hear_of_it(terminal: Terminal) -> None:
    """Everything starts well with the values that nobody set; letters would lead to the buyer's own machine."""
    said = terminal("doctor", "--json")
    health, seen, cure = finding(said, "addresses")
    assert (health, "docs/operations.md" in cure) == ("warn", True)
    assert "PERENNIAL_ACCOUNT_URL leads to this machine alone" in seen
    assert "PERENNIAL_MAIL_FROM is an example; PERENNIAL_SUPPORT_CONTACT is an example" in seen
    assert finding(said, "operators")[:2] == ("warn", "there is no admin: nobody lets people in")
    half = {"PERENNIAL_ACCOUNT_URL": "https://my.vendor.example", "PERENNIAL_OPS_URL": "http://ops.vendor.example/ops"}
    assert finding(terminal("doctor", "--json", **half), "addresses")[1].startswith(
        "PERENNIAL_ACCOUNT_URL does not end in /account right behind the host, where the pages are; "
        "PERENNIAL_OPS_URL is not https, so that nobody stays signed in"
    )
    contacts = dict.fromkeys(("SUPPORT_CONTACT", "SALES_CONTACT", "PARTNER_CONTACT", "MAIL_FROM"), "us@vendor.example")
    whole = {f"PERENNIAL_{name}": value for name, value in contacts.items()}
    whole |= {"PERENNIAL_ACCOUNT_URL": "https://my.vendor.example/account/"}
    whole |= {"PERENNIAL_OPS_URL": "https://ops.vendor.example/ops"}
    assert finding(terminal("doctor", "--json", **whole), "addresses")[0] == "ok"
    assert finding(said, "program")[1].startswith("Perennial ")


def test_a_doctor_asks_the_identity_provider_where_there_is_one(terminal: Terminal) -> None:
    assert "identity provider" not in {each["part"] for each in terminal("doctor", "--json").json}
    away = {"PERENNIAL_OIDC_ISSUER": "http://127.0.0.1:9"}
    seen = finding(terminal("doctor", "--json", **away), "identity provider")
    assert (seen[0], "PERENNIAL_OIDC_CLIENT_ID" in seen[2]) == ("wrong", True)
    away |= {"PERENNIAL_OIDC_CLIENT_ID": "perennial", "PERENNIAL_OIDC_CLIENT_SECRET": "s3cret"}
    away |= {"PERENNIAL_OIDC_ROLES": "admins=admin"}
    said = terminal("doctor", "--json", **away)
    assert finding(said, "identity provider") == (
        "wrong", "http://127.0.0.1:9 does not answer as one", "Correct PERENNIAL_OIDC_ISSUER.",
    )  # fmt: skip
    assert (said.status, "s3cret" in said.out) == (1, False)


def test_a_doctor_knows_a_database_that_only_reads(terminal: Terminal, standby_url: str) -> None:
    said = terminal("doctor", "--json", PERENNIAL_DATABASE_URL=standby_url)
    health, seen, cure = finding(said, "database")
    assert (said.status, health, seen.endswith("which only reads")) == (1, "wrong", True)
    assert "primary" in cure


def test_a_doctor_knows_a_search_attribute_of_another_type(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_temporal, "SEARCH_ATTRIBUTES", (SearchAttributeKey.for_int("PerennialPhase"),))
    health, seen, cure = finding(terminal("doctor", "--json"), "search attributes")
    assert (health, seen) == ("wrong", "of another type: PerennialPhase")
    assert cure.endswith("temporal operator search-attribute create --name PerennialPhase --type Int")


def test_a_role_that_may_not_read_is_sent_to_the_grants(terminal: Terminal, unread_url: str) -> None:
    health, seen, cure = finding(terminal("doctor", "--json", PERENNIAL_DATABASE_URL=unread_url), "schema")
    assert (health, seen) == ("wrong", "permission denied for table alembic_version")
    assert cure.startswith("Grant its role what docs/operations.md grants")
    said = terminal("list", PERENNIAL_DATABASE_URL=unread_url)
    assert (said.status, said.err.count("\n")) == (1, 1)
    assert "permission denied" in said.err
    assert "Grant its role what docs/operations.md grants" in said.err


def test_a_command_of_a_machine_whose_clock_is_wrong_is_not_stored(
    terminal: Terminal, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return super().now(tz) + timedelta(days=3)

    monkeypatch.setattr(clocks, "datetime", Wrong)
    said = terminal(*PARK)
    assert (said.status, said.out, stored_commands(database_url)) == (1, "", 0)
    assert said.err == (
        "This machine's clock is 3 days, 0:00:00 ahead of the database's: set it right, then try again. Nothing was "
        "stored.\n"
    )


async def test_a_command_that_no_worker_answers_says_that_it_is_stored(terminal: Terminal, database_url: str) -> None:
    waiting = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from cli.entry import main; main()", *RE_PLAN),
        env=terminal.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert waiting.stderr is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        first = (await waiting.stderr.readline()).decode()
        assert first == (
            "re-plan of S-1001 is stored; it takes effect once a worker runs (`perennial worker`). Waiting …\n"
        )
        waiting.send_signal(signal.SIGINT)
        output, rest = await waiting.communicate()
    assert (waiting.returncode, output) == (130, b"")
    assert rest.decode() == (
        "re-plan of S-1001 is stored and will be applied; it need not be given again.\nInterrupted.\n"
    )
    assert stored_commands(database_url) == 1


@pytest.mark.parametrize("host", ["999.1.1.1", "a..b", "203.0.113.1"], ids=["no host", "no name", "not ours"])
def test_an_address_that_the_console_cannot_listen_on_is_one_sentence(terminal: Terminal, host: str) -> None:
    said = terminal("web", "--host", host)
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert said.err.startswith(f"The console cannot listen on {host}, port 8080 (")
    assert "PERENNIAL_HTTP_PORT" in said.err
