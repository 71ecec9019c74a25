"""Waking the workflows of subscriptions whose facts have changed; one that does not run is started."""

import asyncio
from collections.abc import Sequence

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from workflows import contract
from workflows.contract import Start, workflow_id

AT_ONCE = 20
"""How many starts are under way at the same time."""


async def wake(client: Client, number: str) -> None:
    """Let the subscription's workflow plan again. Raises `RPCError`."""
    await client.start_workflow(
        contract.SUBSCRIPTION_WORKFLOW,
        Start(number),
        id=workflow_id(number),
        task_queue=contract.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=contract.WAKE_SIGNAL,
        static_summary=f"Renewals of {number}",
    )


async def wake_all(client: Client, numbers: Sequence[str]) -> None:
    """The same for many, a few at a time. Raises `RPCError` of the first that could not be woken."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> None:
        async with gate:
            await wake(client, number)

    await asyncio.gather(*(one(number) for number in numbers))
