"""A term as Temporal sees it: real timers under skipped time, few events, and words that a person can read."""

import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from cli.stack_temporal import temporal_binary
from mail.sender import Mailer
from mail.sink import Sink
from models.engine import Sessions
from tests.scenarios.theatre import CONTACTS, SENDER, Life, Theatre
from tests.workflows.telling import TIME_SKIPPING_EVENTS, activities_of, kind_of, runs_of, summaries_of
from worker import build_worker
from workflows import contract
from workflows.client import DATA_CONVERTER

_SETTING = "--dynamic-config-value"
SKIPPING_OPTIONS = (
    *(_SETTING, "frontend.WorkflowTimeSkippingEnabled=true"),
    *(_SETTING, 'history.timerProcessorMaxTimeShift="1ms"'),
    *(_SETTING, "history.timerProcessorMaxPollRPS=2000"),
    *(_SETTING, "history.timerProcessorMaxPollHostRPS=5000"),
    *(_SETTING, 'history.workflowIdReuseMinimalInterval="0s"'),
)
"""Without the first it does not skip at all, without the last it leaps at continue-as-new; the rest is speed."""


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server on which time flies while nothing is to be done."""
    async with await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_existing_path=temporal_binary(),
        dev_server_extra_args=SKIPPING_OPTIONS,
        dev_server_log_level="never",
        search_attributes=contract.SEARCH_ATTRIBUTES,
        data_converter=DATA_CONVERTER,
    ) as environment:
        yield environment


@pytest.fixture
async def year(skipping: WorkflowEnvironment, sessions: Sessions, sink: Sink, mailer: Mailer) -> list[HistoryEvent]:
    """The events of a whole term, from one renewal to the next, with nobody moving the clock."""
    with tempfile.TemporaryDirectory() as place:
        async with build_worker(skipping.client, sessions, mailer, CONTACTS, SENDER):
            theatre = Theatre(skipping.client, sessions, Path(place), sink)
            life = await theatre.subscription(live="2027-03-30")
            await skipping.fast_forward(life.handle, timedelta(days=370))
            await _settled(life)
            runs = await runs_of(skipping.client, life.handle.id)
            await theatre.close()
    assert len(runs) == 3
    return [event for event in runs[1].events if kind_of(event) not in TIME_SKIPPING_EVENTS]


async def _settled(life: Life) -> None:
    """The last step of the skipped time has been taken once the next run has planned."""
    await life.catch_up()
    assert (await life.row())["starts_on"].isoformat() == "2028-03-31"


async def test_a_year_without_incident_costs_few_events_and_reads_as_the_business(year: list[HistoryEvent]) -> None:
    assert len(year) <= 100
    assert activities_of(year) == [
        "send_queued",
        "enter_phase",
        "send_notice",
        "send_notice",
        "send_notice",
        "send_notice",
        "charge",
    ]
    timers = summaries_of(year, "TIMER_STARTED")
    assert len(timers) == 6
    for words, timer in zip(["renewable", "window", "advance", "advance", "advance", "charge"], timers, strict=True):
        assert words in timer
    assert summaries_of(year, "ACTIVITY_TASK_SCHEDULED")[-1] == "charge EUR 5,832.00"
    assert timers[-1] == "charge EUR 5,832.00 on 2028-03-31"
