"""A term as Temporal sees it: real timers under skipped time, few events, and words that a person can read."""

from benchmarks.year import ACTIONS, EVENTS, a_year, actions_of
from tests.sandbox import SANDBOXED
from tests.workflows.telling import activities_of, summaries_of


async def test_a_year_without_incident_costs_few_events_and_reads_as_the_business() -> None:
    year = await a_year(workflow_runner=SANDBOXED)
    assert len(year) <= EVENTS
    assert actions_of(year).total() <= ACTIONS
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
    assert summaries_of(year, "ACTIVITY_TASK_SCHEDULED")[-1] == "charge USD 486.00"
    assert timers[-1] == "charge USD 486.00 on 2028-03-31"
