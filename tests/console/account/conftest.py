"""The account in a browser, beside a worker that carries out what its forms ask."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from console.app import create_app
from mail.sender import Mailer
from mail.sink import Sink
from models.engine import Sessions
from settings import Settings
from tests.console.account.browser import Browser
from tests.scenarios.theatre import SIGNING_KEY, gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, local_stack=True, signing_key=SecretStr(SIGNING_KEY.decode()))


@pytest.fixture
async def browser(
    settings: Settings, sessions: Sessions, temporal: WorkflowEnvironment, mailer: Mailer, sink: Sink
) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(create_app(settings, sessions, temporal.client, mailer))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield Browser(client, sink)
