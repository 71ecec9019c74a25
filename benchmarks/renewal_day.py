"""Renewal day: a thousand subscriptions due at the same moment.

Against the same workflow with empty activities, run as Temporal's SDK runs workflows unless told otherwise, in its
sandbox, and then as we do; and against the leanest that could be: one timer, two activities.
Each crowd is set up first and waits for one instant; measured is from that instant to the last confirmation mail.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import text
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.starting import AT_ONCE
from benchmarks.counting import Completed
from benchmarks.figures import Bound, Figure
from benchmarks.portfolios import write_portfolio
from benchmarks.shapes import Leanest, charge_nothing, mail_nothing
from cli.rehearsal import BY, Servers, throw_away_servers
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.facts import Phase
from renewals.letters import Kind
from renewals.plan import Do, NoticeRef, Step
from worker import watch
from workflows.contract import SUBSCRIPTION_WORKFLOW, Start, TermPlan, workflow_id
from workflows.subscription import SubscriptionWorkflow

COUNT = 1_000
SETUP_SECONDS_EACH, START_SECONDS_EACH = 0.18, 0.04
"""How long before the instant the crowd is set up, for each of it: ours plan and send the mails of a late start too."""

RENEWAL_DAY = date(2027, 3, 31)
CHARGE_TIME = datetime(2027, 3, 31, 6, tzinfo=UTC)


async def measure(count: int = COUNT) -> list[Figure]:
    """Renewals per second of all three, and the ratios."""
    completed = Completed()
    async with throw_away_servers(interceptors=[completed]) as servers:
        ours = await _ours(servers, completed, count)
        sandboxed = await _same_shape(servers.client, count, "sandboxed", SANDBOXED)
        plain = await _same_shape(servers.client, count, "plain", UnsandboxedWorkflowRunner())
        lean = await _leanest(servers.client, count)
    what, same = f"renewal day, {count:,} at once: renewals per second", "the same workflow with empty activities"
    return [
        Figure(what, ours / sandboxed, f"{same}, in a sandbox", _rates(ours, sandboxed), Bound.AT_LEAST, 0.8),
        Figure(what, ours / plain, f"{same}, without", _rates(ours, plain)),
        Figure(what, ours / lean, "the leanest workflow: one timer, two empty activities", _rates(ours, lean)),
    ]


SANDBOXED = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules("renewals"))


def _rates(ours: float, other: float) -> str:
    return f"{ours:.1f}/s against {other:.1f}/s"


async def _ours(servers: Servers, completed: Completed, count: int) -> float:
    due_at = _due_at(count, SETUP_SECONDS_EACH)
    await _import(servers, count, due_at)
    await watch(servers.client, timedelta(minutes=1))
    await completed.until("send_notice", count)  # what a late start has to tell
    completed.counts.clear()
    return await _rate(count, due_at, lambda: completed.until("send_queued", count))


async def _import(servers: Servers, count: int, due_at: datetime) -> None:
    """A portfolio whose charges are all due at `due_at`, live."""
    with tempfile.TemporaryDirectory() as place:
        write_portfolio(Path(place), count, [RENEWAL_DAY.replace(year=2026)])
        async with servers.sessions.begin() as session:
            await import_portfolio(session, Path(place), now=CHARGE_TIME - timedelta(days=90), imported_by=BY)
            await session.execute(text(_CHARGE_ALL_AT_ONCE))
            await session.execute(text("UPDATE subscriptions SET shift = :ahead"), {"ahead": CHARGE_TIME - due_at})
    async with servers.sessions.begin() as session:
        await go_live(session, wall_now=datetime.now(UTC), by=BY, reason="renewal day")


_CHARGE_ALL_AT_ONCE = """
    INSERT INTO policies (id, version, effective_on, values, set_by, reason, set_at)
    VALUES (gen_random_uuid(), 1, '2020-01-01', jsonb_build_object('charge_spread_seconds', 1), 'operator:bench',
            'renewal day', '2020-01-01')
"""


def _due_at(count: int, seconds_each: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=10 + count * seconds_each)


async def _rate(count: int, due_at: datetime, all_done: Callable[[], Awaitable[None]]) -> float:
    """How many of the crowd a second, from the instant on."""
    left = (due_at - datetime.now(UTC)).total_seconds()
    if left <= 0:
        raise RuntimeError("the crowd was not set up in time: raise the seconds each in benchmarks/renewal_day.py")
    await asyncio.sleep(left)
    started = perf_counter()
    await all_done()
    return count / (perf_counter() - started)


class Empty:
    """Activities as the workflow calls them, which do nothing but answer with a plan as long as a real one."""

    def __init__(self, due_at: datetime) -> None:
        self._due_at = due_at

    def _plan(self, number: str, year: int, first: Step | None) -> TermPlan:
        later = (Step(datetime(2099, 1, 1 + day, tzinfo=UTC), Do.SEND_NOTICE, notices=(_REMINDER,)) for day in range(6))
        return TermPlan(
            number=number,
            customer="5200000000",
            phase=Phase.RENEWABLE if first else Phase.ACTIVE,
            starts_on=date(year, 3, 31),
            renews_on=date(year + 1, 3, 31),
            renews_at=datetime(year + 1, 3, 31, tzinfo=UTC),
            auto_renew=True,
            clock_ahead_seconds=0,
            steps=(*((first,) if first else ()), *later),
            over=False,
        )

    @activity.defn
    async def plan_term(self, number: str, wall_now: datetime | None = None) -> TermPlan:
        return self._plan(number, 2026, Step(self._due_at, Do.CHARGE, amount=48_600, currency="USD"))

    @activity.defn
    async def charge(self, number: str) -> TermPlan:
        return self._plan(number, 2027, Step(self._due_at, Do.SEND_QUEUED, notices=(_RENEWED,), subject="mail"))

    @activity.defn
    async def send_queued(self, number: str, notice_id: str) -> TermPlan:
        return self._plan(number, 2027, None)


_REMINDER, _RENEWED = NoticeRef(Kind.REMINDER, "30"), NoticeRef(Kind.RENEWED, "order")


async def _same_shape(client: Client, count: int, queue: str, runner: WorkflowRunner) -> float:
    completed, due_at = Completed(), _due_at(count, START_SECONDS_EACH)
    empty = Empty(due_at)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[SubscriptionWorkflow],
        activities=[empty.plan_term, empty.charge, empty.send_queued],
        workflow_runner=runner,
        interceptors=[completed],
    ):
        await start_all(client, SUBSCRIPTION_WORKFLOW, [Start(f"E-{n}") for n in range(count)], queue)
        return await _rate(count, due_at, lambda: completed.until("send_queued", count))


async def _leanest(client: Client, count: int) -> float:
    completed, due_at, queue = Completed(), _due_at(count, START_SECONDS_EACH), "leanest"
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Leanest],
        activities=[charge_nothing, mail_nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[completed],
    ):
        await start_all(client, "Leanest", [due_at] * count, queue)
        return await _rate(count, due_at, lambda: completed.until("mail_nothing", count))


async def start_all(
    client: Client, workflow_type: str, arguments: Sequence[object], queue: str, *, first: int = 0, **options: Any
) -> None:
    """Start a workflow for each of the arguments, as many at a time as the watchdog does; numbered from `first` on."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(n: int, argument: object) -> None:
        async with gate:
            name = f"{queue}-{workflow_id(str(n))}"
            await client.start_workflow(workflow_type, argument, id=name, task_queue=queue, **options)

    await asyncio.gather(*(one(n, argument) for n, argument in enumerate(arguments, first)))
