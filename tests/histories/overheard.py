"""What the present workflow commands when it lives a recorded history again.

Replay compares kinds of commands only. Heard here is all of each command, as the workflow gives it to Temporal: how
long a timer is, what an activity is told, how long it may take.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails
from temporalio.workflow import Info

from worker import WORKFLOWS
from workflows.client import DATA_CONVERTER


@dataclass(frozen=True, slots=True)
class Turn:
    """What a workflow was told at a moment (microseconds since 1970, in the world's time), and what it commanded."""

    at: int
    told: Sequence[WorkflowActivationJob]
    commands: Sequence[WorkflowCommand]


async def turns_of(history: WorkflowHistory) -> list[Turn]:
    """Every turn of one run. Raises what `Replayer` raises if the commands are not those of the history."""
    runner = _Overhearing()
    replayer = Replayer(
        workflows=WORKFLOWS,
        workflow_runner=runner,
        data_converter=DATA_CONVERTER,
    )
    await replayer.replay_workflow(history)
    return runner.turns


class _Overhearing(UnsandboxedWorkflowRunner):
    """Without the sandbox, which costs half a second a run and changes no command."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = list[Turn]()

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Overheard(super().create_instance(det), self.turns)


class _Overheard(WorkflowInstance):
    def __init__(self, inner: WorkflowInstance, turns: list[Turn]) -> None:
        self._inner, self._turns = inner, turns

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = self._inner.activate(act)
        if completion.HasField("successful"):
            self._turns.append(Turn(act.timestamp.ToMicroseconds(), act.jobs, completion.successful.commands))
        return completion

    def get_serialization_context(self, command_info: Any) -> Any:
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()
