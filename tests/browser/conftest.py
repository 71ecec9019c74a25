"""Debian's chromium before the real console, served on loopback, with real PostgreSQL, Temporal, SMTP and a worker."""

import socket
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from cli.stack_servers import running_console
from mail.sink import Sink
from models.engine import Sessions
from settings import Settings
from tests.scenarios.theatre import SIGNING_KEY, gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def program() -> Path:
    assert CHROMIUM.exists(), "The tests in a browser need Debian's chromium: apt-get install chromium-headless-shell."
    return CHROMIUM


@pytest.fixture(scope="session")
async def chromium(program: Path) -> AsyncIterator[Browser]:
    """One browser for all tests; each person has a context of their own in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=QUIET.split())
        yield browser
        await browser.close()


@pytest.fixture
async def home(tmp_path: Path, sessions: Sessions, temporal: WorkflowEnvironment, sink: Sink) -> AsyncIterator[str]:
    """The address of the account, served as in earnest."""
    with closing(socket.create_server(("127.0.0.1", 0))) as web:
        address = f"http://localhost:{web.getsockname()[1]}/account"
        settings = Settings(
            data_dir=tmp_path,
            local_stack=True,
            account_url=address,
            smtp_host=sink.host,
            smtp_port=sink.port,
            smtp_tls="none",
            signing_key=SecretStr(SIGNING_KEY.decode()),
        )
        async with running_console(settings, sessions, temporal.client, web):
            yield address
