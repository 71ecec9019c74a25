"""The example portfolio as files that a test may spoil, and a database that forgets each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cli.stack_postgres import database_named, run_sql
from models.engine import create_engine
from tests.portfolio.folders import EXAMPLE, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    shutil.copytree(EXAMPLE, tmp_path / "portfolio")
    return Folder(tmp_path / "portfolio")


@pytest.fixture(scope="session")
async def imports_engine(postgres: str) -> AsyncIterator[AsyncEngine]:
    await run_sql(postgres, "CREATE DATABASE imports TEMPLATE template")
    engine = create_engine(database_named(postgres, "imports"))
    yield engine
    await engine.dispose()


@pytest.fixture
async def connection(imports_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that is rolled back after the test."""
    async with imports_engine.connect() as connection:
        yield connection
        await connection.rollback()
