"""A history as its reader needs it: one line for each thing that the workflow was told or commanded, with its instant.

Instants are UTC, in the subscription's own time, cut to the minute: a clock that was moved to 06:00:00 has gone on for
as long as the machine took. Ids are masked. Left out is the `catch_up` by which the stage lets things happen, and a
plan that another workflow hands over, which comes before or after what is under way as chance will have it: they are
why a timer is cancelled and the plan asked for where it says so.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import (
    ContinueAsNewWorkflowExecution,
    ScheduleActivity,
    ScheduleLocalActivity,
    UpdateResponse,
    WorkflowCommand,
)
from temporalio.workflow import ContinueAsNewVersioningBehavior

from tests.histories.overheard import Turn
from tests.histories.patience import patience_of
from workflows.contract import CATCH_UP_UPDATE, WAKE_SIGNAL

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000


def timeline(runs: Sequence[Sequence[Turn]]) -> str:
    """The lines of all runs of a workflow, first to last."""
    return "\n\n".join("\n".join(_lines(number, run)) for number, run in enumerate(runs, start=1)) + "\n"


def _lines(number: int, run: Sequence[Turn]) -> Iterator[str]:
    start = run[0].told[0].initialize_workflow
    yield f"run {number}: {start.workflow_type}({_told(start.arguments, run[0].at)})"
    unheard = set[str]()
    for turn, shown, known in zip(run, *_clocks(run), strict=True):
        for job in turn.told:
            if job.do_update.name == CATCH_UP_UPDATE:
                unheard.add(job.do_update.protocol_instance_id)
            elif not _hands_over(job) and (words := _message(job, turn.at)):
                yield _line(turn.at, shown, f"<- {words}")
        for command in turn.commands:
            if command.update_response.protocol_instance_id not in unheard and (words := _words(command, turn, known)):
                yield _line(turn.at, shown, words)


def _clocks(run: Sequence[Turn]) -> tuple[list[int | None], list[int | None]]:
    """For each turn how far the subscription's clock is ahead, in truth and as the workflow knows it; None: no clock.

    A message may come after the clock was moved, which the workflow learns from the next plan.
    """
    found = [_clock_told(turn) for turn in run]
    shown, known, last, asked = list[int | None](), list[int | None](), None, False
    for n, turn in enumerate(run):
        asked = asked or any(_is_message(job) for job in turn.told)
        if found[n] is not None:
            last, asked = found[n], False
        later = next((ahead for ahead in found[n:] if ahead is not None), last)
        shown.append(later if asked else last)
        known.append(last)
    return shown, known


def _clock_told(turn: Turn) -> int | None:
    """In microseconds. An activity answers with the plan that follows; some arguments and answers hold one."""
    for job in turn.told:
        for payload in (job.resolve_activity.result.completed.result, *job.initialize_workflow.arguments):
            told = json.loads(payload.data or "null")
            plan = (told.get("plan") or told) if isinstance(told, dict) else {}
            if "clock_ahead_seconds" in plan:
                return round(float(plan["clock_ahead_seconds"]) * _SECOND)
    return None


def _hands_over(job: WorkflowActivationJob) -> bool:
    return job.signal_workflow.signal_name == WAKE_SIGNAL and len(job.signal_workflow.input) > 0


def _is_message(job: WorkflowActivationJob) -> bool:
    return job.WhichOneof("variant") in ("initialize_workflow", "do_update", "signal_workflow")


def _line(at: int, ahead: int | None, words: str) -> str:
    return f"{_instant(at, ahead):16}  {words}"


def _instant(at: int, ahead: int | None) -> str:
    """To the minute, after the microseconds are rounded away by which plan and clock differ."""
    if ahead is None:
        return ""
    seconds = (at + ahead + _SECOND // 2) // _SECOND
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def _message(job: WorkflowActivationJob, at: int) -> str:
    match job.WhichOneof("variant"):
        case "signal_workflow":
            return f"signal {job.signal_workflow.signal_name}({_told(job.signal_workflow.input, at)})"
        case "do_update":
            return f"update {job.do_update.name}({_told(job.do_update.input, at)})"
        case "fire_timer":
            return "timer fired"
    return ""


def _words(command: WorkflowCommand, turn: Turn, known: int | None) -> str:
    summary = f": {masked(_value(command.user_metadata.summary))}" if command.HasField("user_metadata") else ""
    match kind := command.WhichOneof("variant"):
        case "schedule_activity":
            return f"activity {_activity(command.schedule_activity, turn.at)}{summary}"
        case "schedule_local_activity":
            return f"local activity {_activity(command.schedule_local_activity, turn.at)}{summary}"
        case "start_timer":
            fires_at = turn.at + command.start_timer.start_to_fire_timeout.ToMicroseconds()
            return f"timer until {_instant(fires_at, known)}{summary}"
        case "cancel_timer":
            return "timer cancelled"
        case "upsert_workflow_search_attributes":
            upserted = command.upsert_workflow_search_attributes.search_attributes
            return f"search attributes {_attributes(upserted.indexed_fields)}"
        case "set_patch_marker":
            return f"marks the run: {command.set_patch_marker.patch_id}"
        case "update_response":
            return _answer(command.update_response)
        case "continue_as_new_workflow_execution":
            return _next_run(command.continue_as_new_workflow_execution, turn.at)
        case "complete_workflow_execution":
            return f"completed({_told([command.complete_workflow_execution.result], turn.at)})"
        case "fail_workflow_execution":
            return f"failed: {_reason(command.fail_workflow_execution.failure)}"
    return f"{kind} {masked(' '.join(str(command).split()))}"


def _activity(activity: ScheduleActivity | ScheduleLocalActivity, at: int) -> str:
    return f"{activity.activity_type}({_told(activity.arguments, at)}) {patience_of(activity)}"


def _attributes(fields: Mapping[str, Payload]) -> str:
    return ", ".join(f"{name.removeprefix('Perennial')} {_value(fields[name])}" for name in sorted(fields))


def _answer(response: UpdateResponse) -> str:
    """What an update answers; that it was accepted says nothing more."""
    match response.WhichOneof("response"):
        case "completed":
            answer = json.loads(response.completed.data)
            return f"answer: {' '.join(filter(None, [answer['outcome'], answer['code']]))}"
        case "rejected":
            return f"answer: error {response.rejected.message}"
    return ""


def _reason(failure: Failure) -> str:
    """The type of the innermost error."""
    return _reason(failure.cause) if failure.HasField("cause") else failure.application_failure_info.type


def _next_run(after: ContinueAsNewWorkflowExecution, at: int) -> str:
    behaviour = ContinueAsNewVersioningBehavior(after.initial_versioning_behavior).name
    return f"continue as new({_told(after.arguments, at)}), versioning {behaviour}"


def _told(payloads: Sequence[Payload], at: int) -> str:
    """Arguments as JSON, with `now` for the instant of the turn."""

    def instant(found: re.Match[str]) -> str:
        apart = abs(datetime.fromisoformat(found[0]) - datetime.fromtimestamp(0, UTC) - at * _MICROSECOND)
        return "now" if apart < timedelta(milliseconds=2) else found[0]

    told = ", ".join(json.dumps(_brief(json.loads(payload.data or "null"))) for payload in payloads)
    return _INSTANT.sub(instant, masked(told))


def _brief(value: Any) -> Any:
    """Without what is not given, and of a plan no more than its term and first step: its instants hold seconds."""
    if not isinstance(value, dict):
        return value
    if "clock_ahead_seconds" in value and "steps" in value:
        first = f", {value['steps'][0]['do']} at {value['steps'][0]['at'][:16]}" if value["steps"] else ""
        return f"{value['phase']} {value['starts_on']} to {value['renews_on']}: {len(value['steps'])} steps{first}"
    return {key: _brief(inner) for key, inner in value.items() if inner is not None}


def _value(payload: Payload) -> Any:
    return json.loads(payload.data)


def masked(value: Any) -> str:
    """As text, without ids that differ each time."""
    return _ID.sub("ID", str(value))
