"""The API over real data: PostgreSQL, Temporal, and where a test asks for the theatre also the worker."""

from collections.abc import Awaitable, Callable

import pytest
from temporalio.testing import WorkflowEnvironment

from models.engine import Sessions
from tests.console.api.calling import Api, console_of, example, new_key
from tests.scenarios.theatre import gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]

Callers = Callable[..., Awaitable[Api]]


@pytest.fixture
async def portfolio(sessions: Sessions) -> None:
    await example(sessions)


@pytest.fixture
async def api(sessions: Sessions, temporal: WorkflowEnvironment) -> Api:
    """A caller that may do everything."""
    return Api(console_of(sessions, temporal.client), await new_key(sessions))
