"""How often one may call: counted by key, and without a good one by network address."""

from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment

from console.api.app import Below, create_api
from console.limits import RateLimits
from models.api_keys import revoke_key
from models.engine import Sessions
from settings import Settings
from tests.console.api.calling import Api, codes, console_of, new_key

pytestmark = pytest.mark.usefixtures("portfolio")
NOWHERE: Any = None


async def ask_from(api: Api, address: str, path: str = "/subscriptions", key: str | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(api.app, client=(address, 1234))
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(f"/api/v1{path}", headers=headers)


async def revoke(sessions: Sessions, key: str) -> None:
    async with sessions.begin() as session:
        await revoke_key(session, key.split("_")[1], by="operator:ana", reason="a test", now=datetime.now(UTC))


async def test_strangers_are_limited_by_address_and_holders_of_keys_are_not_held_up_by_them(
    sessions: Sessions, temporal: WorkflowEnvironment
) -> None:
    api = Api(console_of(sessions, temporal.client, api_requests_per_minute=1, api_burst=3), None)
    keys = (None, "pk_wrong", None, None)
    answers = [await ask_from(api, "192.0.2.1", key=key) for key in keys]
    assert codes(answers) == [(401, "no_key")] * 3 + [(429, "too_many_requests")]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert codes([await ask_from(api, "192.0.2.1", "/openapi.json")]) == [(429, "too_many_requests")]
    assert codes([await ask_from(api, "192.0.2.2")]) == [(401, "no_key")]
    assert (await ask_from(api, "192.0.2.1", key=await new_key(sessions))).status_code == 200


async def test_wrong_keys_are_not_looked_up_once_strangers_have_spent_their_limit(
    sessions: Sessions, engine: AsyncEngine, temporal: WorkflowEnvironment
) -> None:
    now, looked_up = 0.0, list[str]()
    settings = Settings(api_requests_per_minute=1, api_burst=3)
    served = Below(NOWHERE, api=create_api(settings, sessions, temporal.client, clock=lambda: now))
    api = Api(cast("FastAPI", served), None)
    key = await new_key(sessions)

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "api_keys" in statement:
            looked_up.append(statement)

    wrong = [f"pk_{'a' * 8}_{n:043}" for n in range(20)]
    answers = [await ask_from(api, "192.0.2.1", key=each) for each in wrong]
    assert codes(answers) == [(401, "no_key")] * 3 + [(429, "too_many_requests")] * 17
    assert len(looked_up) == 3 + 1  # those within the limit, and one reading of all the good ones
    assert (await ask_from(api, "192.0.2.1", key=key)).status_code == 200
    new = await new_key(sessions)
    now += 1
    assert (await ask_from(api, "192.0.2.1", key=new)).status_code == 200
    await revoke(sessions, key)
    assert codes([await ask_from(api, "192.0.2.1", key=key)]) == [(429, "too_many_requests")]
    now += 60
    assert codes([await ask_from(api, "192.0.2.1", key=each) for each in wrong[:2]]) == [
        (401, "no_key"),
        (429, "too_many_requests"),
    ]


def test_whether_a_limit_is_spent_can_be_asked_without_counting() -> None:
    limits = RateLimits(60, 2, lambda: 0.0)
    assert [limits.is_spent("a") for _ in range(3)] == [False] * 3
    assert [limits.seconds_to_wait("a") for _ in range(2)] == [0, 0]
    assert (limits.is_spent("a"), limits.is_spent("b")) == (True, False)


def test_whoever_comes_once_is_forgotten_so_that_memory_stays_bounded() -> None:
    now = 0.0
    limits = RateLimits(60, 10, lambda: now)
    for address in range(30_000):
        now += 0.01
        assert limits.seconds_to_wait(address) == 0
    assert len(limits._buckets) <= 20_000
