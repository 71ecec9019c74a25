"""Subscriptions that live through the real workflow: PostgreSQL, Temporal, SMTP and the worker, on clocks we move.

Fixtures for the `conftest.py` of this folder and its neighbours.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import RowMapping, text
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import WorkflowRunner

from cli.rehearsal import DEV_SERVER_OPTIONS
from cli.stack_temporal import temporal_binary
from cli.stage import Stage
from gateways.port import Gateway
from gateways.sandbox import SandboxGateway
from mail.letter import Contacts
from mail.sender import Mailer
from mail.sink import Sink, SinkMail, list_mails
from models.engine import Sessions
from renewals.calendar import zone
from renewals.refunding import one_is_enough
from tests.scenarios.diary import Diary, diary_of, instant
from tests.scenarios.portfolios import BUYER, CUSTOMER, PUNCTUAL, import_one
from worker import build_worker
from workflows import contract
from workflows.client import DATA_CONVERTER

CONTACTS = Contacts(account_url="https://account.example", support="support", sales="sales", partner="partners")
SENDER = "renewals@perennial.example"
SIGNING_KEY = b"a key for tests, of 32 characters"
PATIENCE = 60
"""Seconds after which a workflow that does not come to rest fails its test; no test measures time."""


@dataclass(frozen=True)
class Life:
    """One subscription on its own clock. Times are those of the customer's wall clock."""

    number: str
    zone: str
    stage: Stage
    client: Client
    sessions: Sessions

    async def until(self, local: str) -> None:
        """Let everything happen that is due before that local time."""
        async with asyncio.timeout(PATIENCE):
            await self.stage.advance_until(instant(local, self.zone))

    async def command(self, at: str, name: str, /, *, by: str = BUYER, key: str | None = None, **args: Any) -> str:
        """Live until `at`, give a command then, and let happen what it causes; `done`, or `refused CODE`."""
        await self.until(at)
        key = key or str(uuid4())
        async with asyncio.timeout(PATIENCE):
            answer = await self.stage.give(name, args, by=by, key=key, at=instant(at, self.zone))
            await self.stage.catch_up()
        return f"{answer.outcome} {answer.code}" if answer.code else answer.outcome

    async def signal_at(self, at: str, signal: str, *arguments: Any) -> None:
        """Live until `at`, send a signal then, and let happen what it causes."""
        await self.move_to(at)
        await self.handle.signal(signal, args=arguments)
        await self.catch_up()

    async def catch_up(self) -> None:
        """Let happen what is due at this moment."""
        async with asyncio.timeout(PATIENCE):
            await self.stage.catch_up()

    async def move_to(self, at: str) -> None:
        """Live until `at`, and set the clock to it; what is due at that very minute has not happened yet."""
        await self.until(at)
        await self.stage.show(instant(at, self.zone))

    async def diary(self, since: str = "") -> Diary:
        """What was recorded from that local time on."""
        return [line for line in await diary_of(self.sessions, self.number, self.zone) if line[0] >= since]

    async def payments(self) -> list[str]:
        return [words for _, words in await self.diary() if words.startswith("payment")]

    async def rows(self, query: str, **values: Any) -> list[RowMapping]:
        """What a query finds; `:number` is this subscription's."""
        async with self.sessions() as session:
            return list((await session.execute(text(query), {"number": self.number} | values)).mappings())

    async def row(self) -> RowMapping:
        (row,) = await self.rows("SELECT * FROM subscriptions WHERE number = :number")
        return row

    async def phase(self) -> str:
        return str((await self.row())["phase"])

    async def access_ends(self) -> str:
        """When the product locks, as local time to the minute."""
        until: datetime = (await self.row())["access_until"]
        return until.astimezone(zone(self.zone)).strftime("%Y-%m-%d %H:%M")

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(contract.workflow_id(self.number))


class Theatre:
    """Puts subscriptions on stage."""

    def __init__(self, client: Client, sessions: Sessions, folder: Path, sink: Sink) -> None:
        self.client, self.sessions, self.sink = client, sessions, sink
        self._folder, self._numbers = folder, set[str]()

    async def subscription(
        self,
        number: str = PUNCTUAL,
        *,
        live: str | None = "2027-01-01",
        imported: str | None = None,
        prices: Mapping[str, str] | None = None,
        **columns: str,
    ) -> Life:
        """Import one (columns of portfolios.py) and go live at that local time, or only import it (`live=None`)."""
        zone = columns.get("time_zone", CUSTOMER["time_zone"])
        at = instant(imported or live or "2027-01-01", zone)
        await import_one(self.sessions, self._folder, number, at, dict(prices or {}), **columns)
        self._numbers.add(number)
        life = Life(number, zone, Stage(self.client, self.sessions, number), self.client, self.sessions)
        if live is not None:
            await life.stage.go_live(instant(live, zone), by="operator:ana", reason="first season")
        return life

    def mails(self) -> list[SinkMail]:
        """Every mail that the mail server took."""
        return list_mails(self.sink.directory)

    async def close(self) -> None:
        """Leave no workflow behind for the worker of the next test; no worker may run that could start one again."""
        async with self.sessions() as session:
            quotes = [f"Q-{id_}" for id_ in (await session.execute(text("SELECT id FROM quotes"))).scalars()]
        for id_ in (*map(contract.workflow_id, self._numbers), *map(contract.quote_workflow_id, quotes)):
            with suppress(RPCError):
                await self.client.get_workflow_handle(id_).terminate("the test is over")


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's development server, on which terms may pass in less than a second."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_binary(),
        dev_server_extra_args=DEV_SERVER_OPTIONS,
        dev_server_log_level="never",
        search_attributes=contract.SEARCH_ATTRIBUTES,
        data_converter=DATA_CONVERTER,
        identity="perennial",
    ) as environment:
        yield environment


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[Sink]:
    async with Sink(tmp_path / "mails") as sink:
        yield sink


@pytest.fixture
async def mailer(sink: Sink) -> AsyncIterator[Mailer]:
    mailer = Mailer(sink.host, sink.port, tls="none", local_hostname="perennial.example")
    yield mailer
    await mailer.close()


@pytest.fixture
def gateway(sessions: Sessions) -> Gateway:
    """The sandbox; modules that need another say so by a fixture of this name."""
    return SandboxGateway(sessions)


@pytest.fixture
async def theatre(
    temporal: WorkflowEnvironment,
    sessions: Sessions,
    sink: Sink,
    mailer: Mailer,
    gateway: Gateway,
    tmp_path: Path,
    workflow_runner: WorkflowRunner,
) -> AsyncIterator[Theatre]:
    async with build_worker(
        temporal.client,
        sessions,
        mailer,
        CONTACTS,
        SENDER,
        refund_takes_two=one_is_enough,
        gateway=gateway,
        signing_key=SIGNING_KEY,
        identity="perennial",
        workflow_runner=workflow_runner,
    ):
        theatre = Theatre(temporal.client, sessions, tmp_path / "portfolio", sink)
        yield theatre
    await theatre.close()
