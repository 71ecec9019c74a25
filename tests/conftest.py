"""Real PostgreSQL and real Temporal for every test that asks: one server of each per run, a fresh database per test."""

import tempfile
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment

from cli.stack_postgres import database_named, run_sql, running_postgres
from cli.stack_temporal import temporal_binary
from models import schema
from models.engine import Sessions, create_engine, sessions_of
from workflows.contract import SEARCH_ATTRIBUTES

_numbers = count(1)


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[str]:
    """The address of a server with a migrated database `template` to copy from.

    Not in pytest's own directory: the next session of root's pytest closes that to PostgreSQL, which runs as `nobody`.
    """
    with tempfile.TemporaryDirectory(prefix="perennial-tests-") as place:
        async with running_postgres(Path(place) / "data", Path(place) / "log", throw_away=True) as (url, _):
            await run_sql(url, "CREATE DATABASE template")
            await schema.upgrade(database_named(url, "template"))
            yield url


@pytest.fixture
async def database_url(postgres: str) -> AsyncIterator[str]:
    """The address of a migrated database of this test's own."""
    name = f"test_{next(_numbers)}"
    await run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE template")
    yield database_named(postgres, name)
    await run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    return sessions_of(engine)


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's development server on the real clock, knowing our search attributes."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_binary(), search_attributes=SEARCH_ATTRIBUTES, dev_server_log_level="never"
    ) as environment:
        yield environment
