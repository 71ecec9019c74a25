"""A migrated database and the tables in code are the same, and the database refuses what domain.md 10 forbids."""

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateSchema

from cli.stack_postgres import database_named, plain_address, run_sql
from models import schema
from models.tables import METADATA
from renewals.declines import DEFAULT_CLASSES

DEFINITIONS = """
    SELECT n.nspname, c.relname, conname, pg_get_constraintdef(k.oid)
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('public', 'sandbox') AND c.relname <> 'alembic_version'
    UNION ALL
    SELECT schemaname, tablename, indexname, indexdef FROM pg_indexes
     WHERE schemaname IN ('public', 'sandbox') AND tablename <> 'alembic_version'
    UNION ALL
    SELECT table_schema, table_name, column_name, concat(data_type, is_nullable, is_identity, column_default)
      FROM information_schema.columns
     WHERE table_schema IN ('public', 'sandbox') AND table_name <> 'alembic_version'
"""


@pytest.fixture
async def empty_url(postgres: str) -> str:
    await run_sql(postgres, "DROP DATABASE IF EXISTS empty WITH (FORCE)")
    await run_sql(postgres, "CREATE DATABASE empty")
    return database_named(postgres, "empty")


async def definitions(engine: AsyncEngine) -> set[tuple[str, ...]]:
    async with engine.connect() as connection:
        return {tuple(row) for row in await connection.execute(sa.text(DEFINITIONS))}


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """Not what the tests themselves remember in a database (databases.py)."""
    return kind != "schema" or name != "as_migrated"


def differences(connection: sa.Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True, "include_schemas": True, "include_name": _is_ours}
    context = MigrationContext.configure(connection, opts=options)
    found: list[object] = compare_metadata(context, METADATA)
    return found


async def test_the_tables_in_code_are_those_of_the_migrations(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_constraints_indexes_and_columns_are_those_that_the_tables_in_code_would_make(
    engine: AsyncEngine, empty_url: str
) -> None:
    made_by_code = create_async_engine(empty_url)
    async with made_by_code.begin() as connection:
        await connection.execute(CreateSchema("sandbox"))
        await connection.execute(sa.text("CREATE EXTENSION pg_trgm"))
        await connection.run_sync(METADATA.create_all)
    wanted = await definitions(made_by_code)
    await made_by_code.dispose()
    assert len(wanted) > 200
    assert await definitions(engine) == wanted


async def test_a_database_is_empty_then_current(empty_url: str) -> None:
    assert await schema.state(empty_url) == "empty"
    await schema.upgrade(empty_url)
    assert await schema.state(empty_url) == "current"
    await schema.upgrade(empty_url)


async def test_a_database_of_a_newer_version_is_named_as_such_and_left_alone(database_url: str) -> None:
    await run_sql(database_url, "UPDATE alembic_version SET version_num = '9999'")
    assert await schema.state(database_url) == "newer"
    with pytest.raises(schema.NewerSchema, match="newer version of Perennial"):
        await schema.upgrade(database_url)


@pytest.mark.parametrize("of_whom", ["another program", "a backup that is not whole"])
async def test_a_database_of_somebody_else_is_left_alone(empty_url: str, of_whom: str) -> None:
    if of_whom == "another program":
        await run_sql(empty_url, "CREATE TABLE orders (id int)")
    else:
        await schema.upgrade(empty_url)
        await run_sql(empty_url, "DELETE FROM alembic_version")
    assert await schema.state(empty_url) == "foreign"
    with pytest.raises(schema.ForeignTables, match="name an empty one in PERENNIAL_DATABASE_URL"):
        await schema.upgrade(empty_url)


async def test_tables_of_an_extension_are_nobody_elses(empty_url: str) -> None:
    await run_sql(empty_url, "CREATE EXTENSION pg_trgm")
    await run_sql(empty_url, "CREATE TABLE spatial_ref_sys (id int)")
    await run_sql(empty_url, "ALTER EXTENSION pg_trgm ADD TABLE spatial_ref_sys")
    assert await schema.state(empty_url) == "empty"


@pytest.mark.parametrize(
    "change",
    ["UPDATE events SET reason = 'another'", "DELETE FROM events", "TRUNCATE events"],
    ids=["update", "delete", "truncate"],
)
async def test_what_happened_is_never_changed(database_url: str, change: str) -> None:
    await run_sql(
        database_url,
        "INSERT INTO events (subscription, at, event, data, caused_by)"
        " VALUES ('S-1', '2026-03-01T00:00Z', 'phase', '{}', 'system')",
    )
    with pytest.raises(psycopg.errors.RestrictViolation, match="only ever added"):
        await run_sql(database_url, change)


async def test_a_new_installation_knows_the_classes_of_decline_codes(database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(plain_address(database_url)) as connection:
        rows = await (await connection.execute("SELECT code, decline_class FROM decline_codes")).fetchall()
    assert dict(rows) == {code: kind.value for code, kind in DEFAULT_CLASSES.items()}
