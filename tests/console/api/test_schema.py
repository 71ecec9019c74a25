"""Schemathesis tries every operation of the description, with data that fits and data that does not."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    positive_data_acceptance,
    unsupported_method,
)
from temporalio.testing import WorkflowEnvironment

from console.api.openapi import MOUNTED_AT
from models.engine import Sessions
from tests.console.api.calling import console_of, description_of_all, example, new_key, partners_key

EXAMPLES = 15
"""Of each kind for each operation: some 400 requests in all."""

NUMBERS = {"number": [f"S-{number}" for number in range(1001, 1013)], "csn": [f"510000000{n}" for n in range(1, 7)]}

SCHEMA = schemathesis.openapi.from_dict(description_of_all(with_keys=False))
"""Without the keys: Schemathesis would try keys of its own, which tests of ours do better."""

OPERATIONS: list[Any] = [getattr(found, "ok")() for found in SCHEMA.get_all_operations()]  # noqa: B009 - one of two types


@pytest.mark.parametrize("operation", OPERATIONS, ids=[each.label for each in OPERATIONS])
async def test_every_answer_is_what_the_description_says(
    sessions: Sessions, temporal: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch, operation: Any
) -> None:
    monkeypatch.setattr("console.api.app.PATIENCE_SECONDS", 0.05)  # no worker runs: what is stored is promised
    await example(sessions)
    app = console_of(sessions, temporal.client, api_requests_per_minute=1_000_000, api_burst=1_000_000)
    is_partners, loop = operation.path.startswith("/partner/"), asyncio.get_running_loop()
    key = await (partners_key(sessions) if is_partners else new_key(sessions))

    def ask(case: Case[Any]) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(_asked(app, case, key), loop).result(30)

    fits = await asyncio.to_thread(_tried, operation, GenerationMode.POSITIVE, ask)
    fits_not = await asyncio.to_thread(_tried, operation, GenerationMode.NEGATIVE, ask)
    assert min(len(fits), len(fits_not)) >= EXAMPLES / 2
    if operation.method == "get" and not {"{id}", "{quote}"} & set(operation.path.split("/")):
        assert {200, 409} & set(fits), "no request came as far as the facts"


def _tried(operation: Any, mode: GenerationMode, ask: Callable[[Case[Any]], httpx.Response]) -> list[int]:
    """The status of each answer; one that is not as described is an error. Half of what fits names what exists."""
    tried: list[int] = []

    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def try_it(case: Case[Any], data: st.DataObject) -> None:
        if mode is GenerationMode.POSITIVE and data.draw(st.booleans()):
            for name, known in NUMBERS.items():
                if name in case.path_parameters:
                    case.path_parameters[name] = data.draw(st.sampled_from(known))
        answer = ask(case)
        tried.append(answer.status_code)
        case.validate_response(answer, excluded_checks=_beside_the_point(case))

    try_it()
    return tried


def _beside_the_point(case: Case[Any]) -> list[Callable[..., Any]]:
    """Checks that ask for what the description cannot say: places in a list, how far one sees, arguments of commands.

    Those of keys and methods send requests of their own, past this loop; test_conventions.py has both.
    """
    more_to_say = case.method != "GET" or {"after", "until"} & set(case.query or ())
    return [ignored_auth, unsupported_method, *([positive_data_acceptance] if more_to_say else [])]


async def _asked(app: Any, case: Case[Any], key: str) -> httpx.Response:
    """The request as Schemathesis would send it, over ASGI on the loop of the test."""
    sent = case.as_transport_kwargs(base_url=f"http://localhost{MOUNTED_AT}")
    headers = {_bytes(name): _bytes(str(value)) for name, value in sent["headers"].items()}
    content = json.dumps(sent["json"]).encode() if "json" in sent else sent.get("data")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        return await client.request(
            sent["method"],
            sent["url"],
            params=sent["params"],
            headers=headers | {b"Authorization": _bytes(f"Bearer {key}")},
            content=content if isinstance(content, bytes | str | None) else json.dumps(content),
        )


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")
