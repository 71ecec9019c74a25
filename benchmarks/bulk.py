"""A bulk checkout of a hundred subscriptions against a hundred single ones of the same kind, on the same servers.

Measured is the time from the order until every line is renewed and its confirmation mailed, and what Temporal bills for
it until every workflow has planned anew. The single ones are given twenty at a time, as fast as the server takes them.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID, uuid4

from sqlalchemy import text

from activities.delivery import carry_out, deliver
from activities.starting import AT_ONCE
from benchmarks.counting import Completed
from benchmarks.figures import Bound, Figure
from benchmarks.portfolios import at_rest, write_portfolio
from benchmarks.year import actions_of
from cli.rehearsal import BY, Servers, throw_away_servers
from models.checkouts import basket_told, store_basket
from models.inbox import store_command
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.basket import Outcome
from worker import watch
from workflows.contract import bulk_checkout_id, workflow_id

Work = Callable[[Sequence[str]], Awaitable[list[str]]]
"""Renews these numbers; the ids of the further workflows that it took."""

COUNT = 100
BUYER = "buyer-0@studio.example"


async def measure(count: int = COUNT) -> list[Figure]:
    """Seconds and billable actions, each as a part of what as many single checkouts take."""
    completed = Completed()
    async with throw_away_servers(interceptors=[completed]) as servers:
        numbers = await _open(servers, completed, 2 * count)
        alone, alone_actions = await _measured(servers, numbers[:count], _one_by_one(servers, completed))
        together, together_actions = await _measured(servers, numbers[count:], _all_together(servers, completed))
    what, against = f"bulk checkout of {count}", f"{count} single checkouts, {AT_ONCE} at a time"
    return [
        Figure(
            f"{what}: time", together / alone, against, f"{together:.2f} s against {alone:.2f} s", Bound.AT_MOST, 0.25
        ),
        Figure(
            f"{what}: billable actions",
            together_actions.total() / alone_actions.total(),
            against,
            f"{_told(together_actions)} against {_told(alone_actions)}",
            Bound.AT_MOST,
            0.25,
        ),
    ]


def _told(actions: Counter[str]) -> str:
    parts = ", ".join(f"{count} {what}" for what, count in actions.most_common())
    return f"{actions.total()} ({parts})"


async def _open(servers: Servers, completed: Completed, count: int) -> list[str]:
    """So many subscriptions of one customer, live, whose early window is open; each workflow rests."""
    renews_from = (datetime.now(UTC) - timedelta(days=305)).date()
    with tempfile.TemporaryDirectory() as place:
        write_portfolio(Path(place), count, [renews_from])
        async with servers.sessions.begin() as session:
            await import_portfolio(session, Path(place), now=datetime.now(UTC), imported_by=BY)
            await session.execute(text(_OF_ONE_CUSTOMER))
    async with servers.sessions.begin() as session:
        await go_live(session, wall_now=datetime.now(UTC), by=BY, reason="bulk checkout")
    await watch(servers.client, timedelta(hours=1))
    await completed.until("send_notice", count)  # what a late start has to tell
    numbers = [f"B-{n:07}" for n in range(count)]
    await at_rest(servers, numbers)
    completed.counts.clear()
    return numbers


_OF_ONE_CUSTOMER = """
    UPDATE subscriptions SET csn = first.csn, buyer_id = first.buyer_id, primary_admin_id = first.primary_admin_id,
           method_id = first.method_id FROM subscriptions AS first WHERE first.number = 'B-0000000'
"""


async def _actions(servers: Servers, ids: Sequence[str]) -> Counter[str]:
    """What Temporal bills of these workflows so far."""
    total = Counter[str]()
    for id_ in ids:
        history = await servers.client.get_workflow_handle(id_).fetch_history()
        total += actions_of(history.events)
    return total


async def _measured(servers: Servers, numbers: Sequence[str], work: Work) -> tuple[float, Counter[str]]:
    ids = [workflow_id(number) for number in numbers]
    before = await _actions(servers, ids)
    started = perf_counter()
    further = await work(numbers)
    seconds = perf_counter() - started
    await at_rest(servers, numbers)
    return seconds, await _actions(servers, [*ids, *further]) - before


def _one_by_one(servers: Servers, completed: Completed) -> Work:
    async def work(numbers: Sequence[str]) -> list[str]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: str) -> None:
            async with gate, asyncio.timeout(300):
                now = datetime.now(UTC)
                async with servers.sessions.begin() as session:
                    command_id = await store_command(
                        session,
                        client_key=str(uuid4()),
                        subscription=number,
                        name="renew",
                        args={},
                        by=BUYER,
                        wall_now=now,
                    )
                answer = await deliver(servers.client, servers.sessions, command_id, now)
                if answer.outcome != "done":
                    raise RuntimeError(f"{number}: {answer.code}")

        await asyncio.gather(*(one(number) for number in numbers))
        await completed.until("send_queued", len(numbers))
        completed.counts.clear()
        return []

    return work


def _all_together(servers: Servers, completed: Completed) -> Work:
    async def work(numbers: Sequence[str]) -> list[str]:
        async with servers.sessions.begin() as session:
            basket_id = await store_basket(
                session,
                client_key=str(uuid4()),
                numbers=numbers,
                methods={},
                by=BUYER,
                wall_now=datetime.now(UTC),
            )
        await carry_out(servers.client, basket_id)
        await completed.until("send_queued", 1)
        await _check(servers, basket_id)
        return [bulk_checkout_id(basket_id)]

    return work


async def _check(servers: Servers, basket_id: UUID) -> None:
    async with servers.sessions() as session:
        told = await basket_told(session, basket_id)
    if told is None or any(line.outcome is not Outcome.RENEWED for line in told.lines):
        raise RuntimeError("the bulk checkout did not renew every line")
