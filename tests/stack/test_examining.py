"""What `perennial doctor` says of a database or a Temporal that is there, and not as it must be."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment

from cli import checks, checks_temporal, clocks
from cli.desk import cure_of
from cli.findings import Health
from cli.stack_postgres import database_named, plain_address
from docs.source import ROOT
from mail.sink import Sink
from models.grants import DELETED_FROM
from settings import Settings
from tests.stack.test_commands import Terminal
from tests.stack.test_outside_world import finding

APP = "handbook_app"
TO_GRANT = "Grant its role what docs/operations.md grants, or name another role in PERENNIAL_DATABASE_URL."


def grants_of_the_handbook() -> str:
    """What its owner grants in a migrated database."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    block = text.partition("connected to `perennial` as `perennial_owner`:\n\n```sql\n")[2].partition("```")[0]
    assert "GRANT DELETE" in block
    return block.replace("perennial_app", APP)


def sql(url: str, *statements: str) -> None:
    with psycopg.connect(plain_address(url), autocommit=True) as connection:
        for each in statements:
            connection.execute(each.encode())


@pytest.fixture
def terminal(
    database_url: str, temporal: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    address = temporal.client.service_client.config.target_host
    return Terminal({"PERENNIAL_DATABASE_URL": database_url, "PERENNIAL_TEMPORAL_ADDRESS": address})


@pytest.fixture
def app_url(database_url: str) -> Iterator[str]:
    """The database as the role that the handbook makes for worker, console and commands."""
    sql(database_url, f"CREATE ROLE {APP} LOGIN", grants_of_the_handbook())
    yield make_url(database_url).set(username=APP).render_as_string(hide_password=False)
    sql(database_url, f"DROP OWNED BY {APP}", f"DROP ROLE {APP}")


def test_what_the_handbook_grants_is_enough(terminal: Terminal, app_url: str) -> None:
    said = terminal("doctor", "--json", PERENNIAL_DATABASE_URL=app_url)
    assert finding(said, "writing") == ("ok", f"{APP} may, and there is room for it", "")
    with psycopg.connect(plain_address(app_url)) as connection:
        tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        deletable = connection.execute(f"{tables} AND has_table_privilege(oid, 'DELETE')".encode())
        assert {name for (name,) in deletable} == DELETED_FROM


@pytest.mark.parametrize(
    ("revoked", "lacks"),
    [
        pytest.param(f"INSERT ON orders FROM {APP}", "insert on orders", id="insert"),
        pytest.param(f"UPDATE ON subscriptions FROM {APP}", "update on subscriptions", id="update"),
        pytest.param(f"DELETE ON saved_views FROM {APP}", "delete on saved_views", id="delete"),
        pytest.param(f"USAGE ON SCHEMA sandbox FROM {APP}", "select on sandbox.charges, ", id="schema"),
    ],
)
def test_a_role_that_lacks_a_grant_is_told_which(
    terminal: Terminal, database_url: str, app_url: str, revoked: str, lacks: str
) -> None:
    sql(database_url, f"REVOKE {revoked}")
    said = terminal("doctor", "--json", PERENNIAL_DATABASE_URL=app_url)
    health, seen, cure = finding(said, "writing")
    assert (said.status, health, cure) == (1, "wrong", TO_GRANT)
    assert seen.startswith(f"{APP} lacks {lacks}")


def test_a_role_that_may_make_no_temporary_table_could_not_import(
    terminal: Terminal, database_url: str, app_url: str
) -> None:
    name = make_url(database_url).database
    sql(database_url, f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
    seen = finding(terminal("doctor", "--json", PERENNIAL_DATABASE_URL=app_url), "writing")[1]
    sql(database_url, f"GRANT TEMPORARY ON DATABASE {name} TO PUBLIC")
    assert seen == f"{APP} lacks temporary on the database"


def test_a_full_disk_is_told_before_anything_is_lost(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    full = "RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file: No space left on device'"
    monkeypatch.setattr(checks, "ONE_MEGABYTE", f"DO $$ BEGIN {full}; END $$")
    said = terminal("doctor", "--json")
    assert (said.status, finding(said, "writing")) == (
        1, ("wrong", "could not extend file: No space left on device", "Make room on its disk, then try again."),
    )  # fmt: skip


def test_a_disk_too_full_for_a_connection_is_told_as_such() -> None:
    refused = psycopg.OperationalError("connection failed: FATAL:  could not write init file: No space left on device")
    assert cure_of(OperationalError("", {}, refused), "Start it.") == "Make room on its disk, then try again."


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_would_lose_letters_is_refused_before_anything_is_written(
    terminal: Terminal, postgres: str, encoding: str
) -> None:
    url = database_named(postgres, "other_letters")
    made = f"CREATE DATABASE other_letters ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    sql(postgres, "DROP DATABASE IF EXISTS other_letters WITH (FORCE)", made)
    health, seen, cure = finding(terminal("doctor", "--json", PERENNIAL_DATABASE_URL=url), "database")
    assert (health, seen.endswith(f"keeps texts in {encoding}"), cure) == ("wrong", True, "Move to a database in UTF8.")
    said = terminal("migrate", PERENNIAL_DATABASE_URL=url)
    assert (said.status, said.out, said.err) == (
        1, "", f"The database keeps texts in {encoding}, which lacks letters of names: create one by CREATE DATABASE … "
        "ENCODING 'UTF8' TEMPLATE template0.\n",
    )  # fmt: skip
    with psycopg.connect(plain_address(url), client_encoding="UTF8") as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert found.fetchone() == (0,)


@pytest.mark.parametrize(
    ("apart", "seen"),
    [
        pytest.param(timedelta(hours=1), "1:00:00 ahead of the database's", id="ahead"),
        pytest.param(timedelta(days=-400), "400 days, 0:00:00 behind the database's", id="behind"),
    ],
)
def test_a_clock_that_is_wrong_is_told_by_how_much_and_which_way(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, apart: timedelta, seen: str
) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return super().now(tz) + apart

    monkeypatch.setattr(clocks, "datetime", Wrong)
    assert finding(terminal("doctor", "--json"), "clock")[:2] == ("wrong", seen)


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        pytest.param("TEMPORAL_TLS_CLIENT_CERT_PATH", "/nowhere.pem", "No such file or directory", id="no certificate"),
        pytest.param("TEMPORAL_PROFILE", "elsewhere", "Profile 'elsewhere' not found", id="no profile"),
        pytest.param("TEMPORAL_CONFIG_FILE", "profile.toml", "TOML parse error at line 2", id="odd profile"),
    ],
)
def test_settings_of_temporals_own_that_cannot_be_read_are_one_sentence_without_a_secret(
    terminal: Terminal, tmp_path: Path, variable: str, value: str, told: str
) -> None:
    (tmp_path / "profile.toml").write_text('[profile.default]\napi_key = "s3cret" or not\n')
    said = terminal("doctor", "--json", **{variable: value})
    health, seen, cure = finding(said, "temporal")
    assert (said.status, health, "s3cret" in said.out) == (1, "wrong", False)
    assert seen.startswith("Temporal's own settings cannot be read (")
    assert told in seen
    assert cure == "Correct the TEMPORAL_… variables, or the profile and the files that they name."
    said = terminal("worker", **{variable: value})
    assert (said.status, said.err.count("\n"), "s3cret" in said.err) == (1, 1, False)


def test_what_is_to_be_run_at_temporal_goes_to_the_server_and_namespace_of_the_settings(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks_temporal, "SEARCH_ATTRIBUTES", (SearchAttributeKey.for_keyword("PerennialNever"),))
    address = terminal.environment["PERENNIAL_TEMPORAL_ADDRESS"]
    assert finding(terminal("doctor", "--json"), "search attributes")[2] == (
        f"Run: export TEMPORAL_ADDRESS={address} TEMPORAL_NAMESPACE=default && "
        "temporal operator search-attribute create --name PerennialNever --type Keyword"
    )


async def test_a_password_without_its_user_is_told(
    database_url: str, engine: AsyncEngine, temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with Sink(tmp_path) as sink:
        settings = Settings(
            database_url=database_url,
            smtp_host=sink.host,
            smtp_port=sink.port,
            smtp_tls="none",
            smtp_password=SecretStr("s3cret"),
            temporal_address=temporal.client.service_client.config.target_host,
        )
        found = await checks.examine(settings, engine)
    (mail,) = [each for each in found if each.part == "mail server"]
    assert (mail.health, mail.cure) == (
        Health.WARN, "Set PERENNIAL_SMTP_USERNAME: a password alone logs nobody in.",
    )  # fmt: skip
