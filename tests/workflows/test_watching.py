"""The watchdog's schedule: a Temporal that lost its data gets it again from a worker that never stopped."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from worker import _keep_watching
from workflows.contract import WATCHDOG_SCHEDULE


async def test_a_schedule_that_is_gone_comes_back_while_the_worker_runs(temporal: WorkflowEnvironment) -> None:
    stop, schedule = asyncio.Event(), temporal.client.get_schedule_handle(WATCHDOG_SCHEDULE)
    working = asyncio.create_task(_keep_watching(temporal.client, timedelta(seconds=1), stop))
    try:
        async with asyncio.timeout(30):
            for _ in range(2):
                while not await is_there(temporal):  # noqa: ASYNC110 - another process keeps it
                    await asyncio.sleep(0.05)
                await schedule.delete()
            stop.set()
            await working
    finally:
        working.cancel()
        with suppress(RPCError):
            await schedule.delete()


async def is_there(temporal: WorkflowEnvironment) -> bool:
    try:
        await temporal.client.get_schedule_handle(WATCHDOG_SCHEDULE).describe()
    except RPCError:
        return False
    return True
