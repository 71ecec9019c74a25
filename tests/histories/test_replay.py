"""Histories recorded with an earlier version of the workflow command the same when replayed with this one.

What replay does not compare is in test_timelines.py.
"""

import base64
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.workflow import NondeterminismError

from renewals.plan import Step
from tests.histories.cast import LIVES
from tests.histories.playing import RECORDED
from tests.sandbox import SANDBOXED
from tests.scenarios.portfolios import BUYER, BUYER_NAME, CUSTOMER, PUNCTUAL
from worker import WORKFLOWS
from workflows.client import DATA_CONVERTER
from workflows.contract import TermPlan, workflow_id
from workflows.subscription import SubscriptionWorkflow

FILES = sorted(RECORDED.glob("*.json"))


def _history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(workflow_id(PUNCTUAL), file.read_text(encoding="utf-8"))


def _replayer(runner: WorkflowRunner | None = None) -> Replayer:
    """As in earnest, without the sandbox; it changes no command, and every life is played inside it."""
    runner = runner or UnsandboxedWorkflowRunner()
    return Replayer(
        workflows=WORKFLOWS,
        workflow_runner=runner,
        data_converter=DATA_CONVERTER,
    )


def test_every_life_is_recorded() -> None:
    assert {re.split(r"[.-]", file.name)[0] for file in FILES} == {live.__name__ for live in LIVES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_recorded_life_commands_the_same(file: Path) -> None:
    await _replayer().replay_workflow(_history(file))


async def test_a_workflow_that_plans_before_it_acts_does_not_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    perform = SubscriptionWorkflow._perform

    async def plan_first(self: SubscriptionWorkflow, step: Step) -> None:
        await self._plan_anew()
        await perform(self, step)

    monkeypatch.setattr(SubscriptionWorkflow, "_perform", plan_first)
    with pytest.raises(NondeterminismError):
        await _replayer().replay_workflow(_history(RECORDED / "a_year-1.json"))


async def test_a_workflow_that_keeps_its_search_attributes_to_itself_does_not_replay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def adopt(self: SubscriptionWorkflow, plan: TermPlan, handed: TermPlan | None) -> None:
        self._plan, self._term_starts_on = plan, self._term_starts_on or plan.starts_on

    monkeypatch.setattr(SubscriptionWorkflow, "_adopt", adopt)
    with pytest.raises(NondeterminismError):
        await _replayer().replay_workflow(_history(RECORDED / "a_year-1.json"))


async def test_the_workflow_replays_inside_its_sandbox_too() -> None:
    await _replayer(SANDBOXED).replay_workflow(_history(RECORDED / "a_year-1.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recorded_life_holds_nobodys_data(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    told = "\n".join([text, *_payloads(json.loads(text))])
    for word in (BUYER, BUYER_NAME, CUSTOMER["name"], "insufficient_funds", "timeout-then-paid", "/tmp", "/root"):  # noqa: S108
        assert word not in told
    assert "@" not in told
    assert socket.gethostname() not in told


def _payloads(value: Any) -> Iterator[str]:
    """Every payload of a history, in the clear."""
    if isinstance(value, dict):
        if isinstance(value.get("data"), str):
            yield base64.b64decode(value["data"]).decode(errors="replace")
        for inner in value.values():
            yield from _payloads(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _payloads(inner)
