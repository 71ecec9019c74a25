"""Real PostgreSQL and real Temporal for every test that asks: one server of each per run, a database per test.

Hypothesis tries the same examples on every run, and keeps none.
"""

import gc
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner

from cli.stack_postgres import running_postgres
from cli.stack_temporal import temporal_binary
from models.engine import Sessions, sessions_of
from tests.databases import Databases
from workflows.contract import SEARCH_ATTRIBUTES

settings.register_profile(
    "suite",
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """The modules and tests stay until the end: let the garbage collector look at them no more, and more seldom.

    What nobody closed is found as before: pytest collects all garbage at the end of a session.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)  # new objects, instead of 700: some 15 MB more


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[str]:
    """The address of a server of this run.

    Not in pytest's own directory: the next session of root's pytest closes that to PostgreSQL, which runs as `nobody`.
    """
    with tempfile.TemporaryDirectory(prefix="perennial-tests-") as place:
        async with running_postgres(Path(place) / "data", Path(place) / "log", throw_away=True) as (url, _):
            yield url


@pytest.fixture(scope="session")
async def databases(server: str) -> AsyncIterator[Databases]:
    """The databases of that server, one of them `template` to copy from."""
    databases = Databases(server)
    await databases.prepare()
    yield databases
    await databases.close()


@pytest.fixture(scope="session")
async def postgres(server: str, databases: Databases) -> str:
    """The address of a server with a migrated database `template`."""
    return server


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """The address of a migrated database, this test's alone."""
    url = await databases.lend()
    yield url
    await databases.take_back(url)


@pytest.fixture
def engine(database_url: str, databases: Databases) -> AsyncEngine:
    return databases.engine(database_url)


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


@pytest.fixture
def workflow_runner() -> WorkflowRunner:
    """As in earnest; where workflows are guarded, tests/sandbox.py has another."""
    return UnsandboxedWorkflowRunner()
