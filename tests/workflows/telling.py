"""What Temporal keeps of a subscription, and how its operators speak to it: the command line of Temporal itself."""

import asyncio
from collections.abc import Iterable

from temporalio.api.history.v1 import HistoryEvent

from benchmarks.year import kind_of
from cli.stack_temporal import temporal_binary
from tests.scenarios.theatre import PATIENCE, Life


async def temporal_cli(life: Life, *arguments: str) -> tuple[int, str]:
    """Run `temporal workflow …` on the subscription's workflow: its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        temporal_binary(),
        "workflow",
        *arguments,
        "--workflow-id",
        life.handle.id,
        "--address",
        life.client.service_client.config.target_host,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def cli_signal(life: Life, at: str, signal: str, *inputs: str) -> None:
    """Live until `at`, send a signal with these JSON inputs, and let happen what it causes."""
    await life.move_to(at)
    given = [argument for text in inputs for argument in ("--input", text)]
    status, output = await temporal_cli(life, "signal", "--name", signal, *given)
    assert status == 0, output
    await life.catch_up()


async def wait_for(life: Life, kind: str, *, after: int = 0) -> None:
    """Until the run has an event of that kind, later than the one of that number."""
    async with asyncio.timeout(PATIENCE):
        async for event in life.handle.fetch_history_events(wait_new_event=True):
            if event.event_id > after and kind_of(event) == kind:
                return


def activities_of(events: Iterable[HistoryEvent]) -> list[str]:
    """The activities that were scheduled, in order."""
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in events
        if kind_of(event) == "ACTIVITY_TASK_SCHEDULED"
    ]


def summaries_of(events: Iterable[HistoryEvent], kind: str) -> list[str]:
    """What the Temporal UI shows beside the events of that kind."""
    return [event.user_metadata.summary.data.decode().strip('"') for event in events if kind_of(event) == kind]
