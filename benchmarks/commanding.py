"""How long a buyer waits for the answer to a command, against an update of Temporal that does nothing.

The command goes the whole way: over HTTP to the API, into PostgreSQL, decided there in a transaction, to the workflow,
which is woken, and back. One after the other, on the same servers; compared are the medians.
"""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from secrets import token_hex
from statistics import median
from time import perf_counter

import httpx
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from benchmarks.figures import Bound, Figure
from benchmarks.portfolios import at_rest, write_portfolio
from benchmarks.shapes import Answering
from cli.rehearsal import BY, Servers, throw_away_servers
from console.api.app import create_api
from models.api_keys import Scope, create_key
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from settings import Settings
from worker import watch

COUNT = 100
LONGEST_RATIO = 3


async def measure(many: int = COUNT) -> list[Figure]:
    """The median seconds of both, and the ratio."""
    async with throw_away_servers() as servers:
        numbers = await _open(servers, many)
        ours = await _through_the_api(servers, numbers)
        bare = await _bare(servers.client, many)
    return [
        Figure(
            "a command, from the request to the API to its answer: time",
            ours / bare,
            "an update of Temporal that does nothing",
            f"{ours * 1000:.0f} ms against {bare * 1000:.0f} ms, medians of {many}",
            Bound.AT_MOST,
            LONGEST_RATIO,
        )
    ]


async def _open(servers: Servers, many: int) -> list[str]:
    """Subscriptions that renew automatically half a year from now; each workflow rests."""
    with tempfile.TemporaryDirectory() as place:
        write_portfolio(Path(place), many, [(datetime.now(UTC) - timedelta(days=180)).date()])
        async with servers.sessions.begin() as session:
            await import_portfolio(session, Path(place), now=datetime.now(UTC), imported_by=BY)
    async with servers.sessions.begin() as session:
        await go_live(session, wall_now=datetime.now(UTC), by=BY, reason="commands")
    await watch(servers.client, timedelta(hours=1))
    numbers = [f"B-{n:07}" for n in range(many)]
    await at_rest(servers, numbers)
    return numbers


async def _through_the_api(servers: Servers, numbers: Sequence[str]) -> float:
    settings = Settings(signing_key=SecretStr(token_hex()))
    async with servers.sessions.begin() as session:
        _, key = await create_key(
            session,
            name="benchmark",
            scopes=[Scope.WRITE, Scope.OPERATE],
            by=BY,
            reason="benchmark",
            now=datetime.now(UTC),
        )
    unlimited = map(float, count(step=60))  # a minute passes between any two requests
    api = create_api(settings, servers.sessions, servers.client, clock=lambda: next(unlimited))
    headers, seconds = {"Authorization": f"Bearer {key}", "Perennial-Actor": BY}, []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://localhost") as http:
        for number in numbers:
            started = perf_counter()
            answer = await http.post(
                f"/subscriptions/{number}/commands",
                headers=headers | {"Idempotency-Key": number},
                json={"command": "cancel-auto-renew", "args": {"reason": "benchmark"}},
            )
            seconds.append(perf_counter() - started)
            if answer.status_code != httpx.codes.OK or answer.json()["outcome"] != "done":
                raise RuntimeError(f"{number}: {answer.status_code} {answer.text}")
            await at_rest(servers, [number], 0.2)  # its confirmation is mailed: no work of before disturbs the next
    return median(seconds)


async def _bare(client: Client, many: int) -> float:
    seconds = []
    async with Worker(
        client, task_queue="answering", workflows=[Answering], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        handles = [
            await client.start_workflow(Answering.run, id=f"answering-{n}", task_queue="answering") for n in range(many)
        ]
        for handle in handles:
            started = perf_counter()
            await handle.execute_update(Answering.answer, "done")
            seconds.append(perf_counter() - started)
    return median(seconds)
