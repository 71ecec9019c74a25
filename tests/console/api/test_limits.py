"""How often one may call: counted by key, and without a good one by network address."""

import httpx
import pytest
from temporalio.testing import WorkflowEnvironment

from console.limits import RateLimits
from models.engine import Sessions
from tests.console.api.calling import Api, codes, console_of, new_key

pytestmark = pytest.mark.usefixtures("portfolio")


async def ask_from(api: Api, address: str, path: str = "/subscriptions", key: str | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(api.app, client=(address, 1234))
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(f"/api/v1{path}", headers=headers)


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


def test_whoever_comes_once_is_forgotten_so_that_memory_stays_bounded() -> None:
    now = 0.0
    limits = RateLimits(60, 10, lambda: now)
    for address in range(30_000):
        now += 0.01
        assert limits.seconds_to_wait(address) == 0
    assert len(limits._buckets) <= 20_000
