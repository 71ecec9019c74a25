"""What a year without incident costs in Temporal: history events and billable actions of one automatic term."""

import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from benchmarks.databases import BY, databases
from benchmarks.figures import Bound, Figure
from benchmarks.portfolios import write_portfolio
from cli.rehearsal import CONTACTS, SENDER
from cli.stack_temporal import temporal_binary
from cli.stage import Stage
from mail.sender import Mailer
from mail.sink import Sink
from models.engine import Sessions, create_engine, sessions_of
from portfolio.importing import import_portfolio
from renewals.refunding import one_is_enough
from worker import build_worker
from workflows.client import DATA_CONVERTER
from workflows.contract import SEARCH_ATTRIBUTES, workflow_id

NUMBER = "B-0000000"
LIVE_AT = datetime(2027, 3, 30, tzinfo=UTC)
EVENTS, ACTIONS = 100, 22

_SETTING = "--dynamic-config-value"
SKIPPING_OPTIONS = (
    *(_SETTING, "frontend.WorkflowTimeSkippingEnabled=true"),
    *(_SETTING, 'history.timerProcessorMaxTimeShift="1ms"'),
    *(_SETTING, "history.timerProcessorMaxPollRPS=2000"),
    *(_SETTING, "history.timerProcessorMaxPollHostRPS=5000"),
    *(_SETTING, 'history.workflowIdReuseMinimalInterval="0s"'),
)
"""Without the first it does not skip at all, without the last it leaps at continue-as-new; the rest is speed."""

TIME_SKIPPING_EVENTS = frozenset({"WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED"})
"""Events that only a server which skips time writes."""

ACTIONS_OF = {
    "WORKFLOW_EXECUTION_STARTED": "start",
    "TIMER_STARTED": "timer",
    "ACTIVITY_TASK_SCHEDULED": "activity",
    "MARKER_RECORDED": "local activity",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": "search attributes",
    "WORKFLOW_EXECUTION_SIGNALED": "signal",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": "update",
}
"""What Temporal Cloud bills of a history in which nothing is tried twice. A run that continues is started once."""


async def measure() -> list[Figure]:
    """Events and actions of the second run: from one renewal to the next."""
    events = await a_year()
    actions = actions_of(events)
    parts = ", ".join(f"{count} {what}" for what, count in actions.items())
    what = "automatic year without incident"
    return [
        Figure(f"{what}: history events", len(events), bound=Bound.AT_MOST, limit=EVENTS),
        Figure(f"{what}: billable actions", actions.total(), parts=parts, bound=Bound.AT_MOST, limit=ACTIONS),
    ]


def actions_of(events: Iterable[HistoryEvent]) -> Counter[str]:
    """The billable actions of a history, by what they are."""
    return Counter(ACTIONS_OF[kind_of(event)] for event in events if kind_of(event) in ACTIONS_OF)


async def a_year(**worker_options: Any) -> list[HistoryEvent]:
    """The events of one run, from one renewal to the next, on a server that skips time; nobody moves a clock."""
    with tempfile.TemporaryDirectory() as place:
        async with databases("year") as (url,), skipping_temporal() as server, Sink(Path(place) / "mails") as sink:
            engine, mailer = create_engine(url), Mailer(sink.host, sink.port, tls="none")
            try:
                options = {"refund_takes_two": one_is_enough, **worker_options}
                async with build_worker(server.client, sessions_of(engine), mailer, CONTACTS, SENDER, **options):
                    await _live(server, sessions_of(engine), Path(place) / "portfolio")
                runs = await runs_of(server.client, workflow_id(NUMBER))
            finally:
                await mailer.close()
                await engine.dispose()
    return [event for event in runs[1].events if kind_of(event) not in TIME_SKIPPING_EVENTS]


async def _live(server: WorkflowEnvironment, sessions: Sessions, folder: Path) -> None:
    """Two renewals and the year between them."""
    write_portfolio(folder, 1, [date(2026, 3, 31)])
    async with sessions.begin() as session:
        await import_portfolio(session, folder, now=LIVE_AT, imported_by=BY)
    stage = Stage(server.client, sessions, NUMBER)
    await stage.go_live(LIVE_AT, by=BY, reason="a year")
    await server.fast_forward(server.client.get_workflow_handle(workflow_id(NUMBER)), timedelta(days=370))
    await stage.catch_up()


@asynccontextmanager
async def skipping_temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server on which time flies while nothing is to be done."""
    async with await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_existing_path=temporal_binary(),
        dev_server_extra_args=SKIPPING_OPTIONS,
        dev_server_log_level="never",
        search_attributes=SEARCH_ATTRIBUTES,
        data_converter=DATA_CONVERTER,
    ) as environment:
        yield environment


async def runs_of(client: Client, id_: str) -> list[WorkflowHistory]:
    """The history of every run of a workflow, first to last."""
    histories, run_id = list[WorkflowHistory](), ""
    while True:
        history = await client.get_workflow_handle(id_, run_id=run_id or None).fetch_history()
        histories.insert(0, history)
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return histories


def kind_of(event: HistoryEvent) -> str:
    """`ACTIVITY_TASK_SCHEDULED` and the like."""
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
