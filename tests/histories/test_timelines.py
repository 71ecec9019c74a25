"""What replay does not notice: when a timer fires, what an activity is told, how long it may take, what is planned.

Each life has its timeline in `timelines/`. It is what the present workflow commands in the newest recording, and what
it commands when the life is played again on real servers. A change that is meant: `python -m tests.histories.record`,
then read the difference.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.workflow import ContinueAsNewVersioningBehavior

from renewals import plan
from renewals.commands import Name
from renewals.facts import Phase
from renewals.plan import Do
from renewals.windows import charge_at
from tests.histories import lives
from tests.histories.cast import LIVES
from tests.histories.comparing import same
from tests.histories.patience import all_patience
from tests.histories.playing import (
    OPTIONS,
    TIMELINES,
    Live,
    commands_of,
    kept,
    lines_of,
    play,
    read,
    recorded_of,
    timeline_of,
)
from tests.scenarios.theatre import Theatre
from worker import WORKFLOWS
from workflows import contract, options, subscription
from workflows.steps import PERFORMERS, Performer

NAMES = [live.__name__ for live in LIVES]
TEXTS = {name: file.read_text(encoding="utf-8") if (file := kept(name)).is_file() else "" for name in NAMES}
EVERY_LINE = "\n".join(TEXTS.values())
each_life = pytest.mark.parametrize("live", LIVES, ids=lambda live: live.__name__)


async def _of_the_newest_recording(name: str) -> str:
    recordings = recorded_of(name)
    return await timeline_of(read(recordings[-1])) if recordings else ""


@each_life
async def test_the_newest_recording_has_the_timeline_that_is_kept(live: Live) -> None:
    same(await _of_the_newest_recording(live.__name__), lines_of(TEXTS[live.__name__]), kept(live.__name__))


@each_life
async def test_played_again_a_life_has_the_timeline_that_is_kept(theatre: Theatre, live: Live) -> None:
    text, _ = await play(theatre, live)
    same(text, TEXTS[live.__name__], kept(live.__name__))


def test_the_options_are_those_that_are_kept() -> None:
    same(all_patience(), OPTIONS.read_text(encoding="utf-8"), OPTIONS)


def test_every_timeline_is_that_of_a_life() -> None:
    assert {file.stem for file in TIMELINES.iterdir()} == TEXTS.keys() | {"options"}


@pytest.mark.parametrize("name", Name)
def test_every_command_is_given_in_a_life(name: Name) -> None:
    assert any(name in commands_of(text) for text in TEXTS.values())


@pytest.mark.parametrize("lives_once", WORKFLOWS, ids=lambda each: each.__name__)
def test_every_workflow_of_a_worker_is_lived_through(lives_once: type) -> None:
    assert any(text.partition("\n\n")[2].startswith(f"run 1: {lives_once.__name__}(") for text in TEXTS.values())


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_is_lived_through(phase: Phase) -> None:
    assert f"Phase {phase}, " in EVERY_LINE


@pytest.mark.parametrize(
    "message",
    [
        f"signal {contract.CANCEL_SIGNAL}",
        f"signal {contract.RESUME_SIGNAL}",
        f"signal {contract.WAKE_SIGNAL}",
        f"update {contract.APPLY_UPDATE}",
    ],
)
def test_every_message_is_sent_in_a_life(message: str) -> None:
    assert f"<- {message}(" in EVERY_LINE


@pytest.mark.parametrize("performer", PERFORMERS.values(), ids=PERFORMERS)
def test_every_step_is_taken_in_a_life(performer: Performer) -> None:
    assert f"activity {performer.activity.__name__}(" in EVERY_LINE


@pytest.mark.parametrize("named", ["PLANNING_LOCALLY", "DATABASE", "GATEWAY", "MAIL", "WATCHING"])
def test_no_activity_is_given_options_without_a_name(named: str) -> None:
    assert f") {named}" in EVERY_LINE
    assert ") [" not in EVERY_LINE


async def _first_difference() -> str:
    with pytest.raises(AssertionError) as failure:
        same(await _of_the_newest_recording("a_year"), lines_of(TEXTS["a_year"]), kept("a_year"))
    return str(failure.value)


async def test_a_timer_that_is_a_day_longer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_condition = workflow.wait_condition

    def wait_longer(fn: Callable[[], bool], *, timeout: timedelta | None = None, **options: Any) -> Awaitable[None]:
        return wait_condition(fn, timeout=timeout and timeout + timedelta(days=1), **options)

    monkeypatch.setattr(workflow, "wait_condition", wait_longer)
    assert (
        """
  - 2026-12-29 23:00  timer until 2026-12-30 23:00: become renewable on 2026-12-30
  + 2026-12-29 23:00  timer until 2026-12-31 23:00: become renewable on 2026-12-30
"""
        in await _first_difference()
    )


async def test_an_activity_that_is_told_something_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = replace(PERFORMERS[Do.SEND_NOTICE], argument=lambda step: step.notices)
    monkeypatch.setitem(PERFORMERS, Do.SEND_NOTICE, mail)
    assert 'send_notice("S-23561", [{"kind": "window_open", "occasion": "90"}])' in await _first_difference()


async def test_an_activity_with_other_options_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PERFORMERS, Do.CHARGE, replace(PERFORMERS[Do.CHARGE], options=options.MAIL))
    assert '+ 2027-03-31 04:00  activity charge("S-23561") MAIL: charge' in await _first_difference()


async def test_options_without_a_name_are_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    once = {"start_to_close_timeout": timedelta(minutes=2), "retry_policy": RetryPolicy(maximum_attempts=1)}
    monkeypatch.setitem(PERFORMERS, Do.CHARGE, replace(PERFORMERS[Do.CHARGE], options=once))
    assert "[start to close 0:02:00, tried once]" in await _first_difference()


async def test_a_timer_with_another_summary_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "in_words", lambda step: step.do.value)
    assert "+ 2026-12-29 23:00  timer until 2026-12-30 23:00: enter_phase" in await _first_difference()


async def test_another_search_attribute_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    upsert, buyer = workflow.upsert_search_attributes, SearchAttributeKey.for_keyword("PerennialBuyer")
    monkeypatch.setattr(
        workflow, "upsert_search_attributes", lambda updates: upsert([*updates, buyer.value_set("C-S-23561")])
    )
    assert "AutoRenew True, Buyer C-S-23561, Customer C-S-23561, Phase renewable" in await _first_difference()


async def test_a_next_run_on_the_old_version_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    behaviour = SimpleNamespace(AUTO_UPGRADE=ContinueAsNewVersioningBehavior.UNSPECIFIED)
    monkeypatch.setattr(subscription, "ContinueAsNewVersioningBehavior", behaviour)
    assert "}), versioning UNSPECIFIED" in await _first_difference()


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        pytest.param("AFTER_A_FAILURE", timedelta(minutes=1), "+ AFTER_A_FAILURE: 0:01:00", id="how long a step waits"),
        pytest.param(
            "MAIL",
            options.MAIL | {"start_to_close_timeout": timedelta(minutes=4)},
            "+ MAIL: start to close 0:04:00, tried again after 0:00:01",
            id="a timeout",
        ),
        pytest.param(
            "PLANNING_LOCALLY",
            options.PLANNING_LOCALLY | {"retry_policy": RetryPolicy(maximum_attempts=2)},
            "+ PLANNING_LOCALLY: schedule to close 0:00:03, tried again 2 times at most",
            id="a retry policy",
        ),
        pytest.param(
            "DATABASE",
            options.DATABASE | {"retry_policy": replace(options.PATIENT, non_retryable_error_types=["ValueError"])},
            "but not after ValueError\n",
            id="what is hopeless",
        ),
    ],
)
def test_another_value_behind_a_name_is_noticed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, line: str
) -> None:
    monkeypatch.setattr(options, name, value)
    with pytest.raises(AssertionError) as failure:
        same(all_patience(), OPTIONS.read_text(encoding="utf-8"), OPTIONS)
    assert line in str(failure.value)


async def test_another_plan_is_noticed_when_the_life_is_played(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "charge_at", lambda sub: charge_at(sub) + timedelta(hours=1))
    text, _ = await play(theatre, lives.in_doubt)
    with pytest.raises(AssertionError, match="timer until 2027-03-31 05:00: charge"):
        same(text, TEXTS["in_doubt"], kept("in_doubt"))


def test_a_timeline_that_ends_too_soon_is_noticed() -> None:
    with pytest.raises(AssertionError, match=r"[+] the end\nIf this is meant: python -m tests.histories.record"):
        same("one\n", "one\ntwo\n", kept("a_year"))
