"""Counting activities as a worker completes them, without asking any server."""

import asyncio
from collections import Counter
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor


class Completed(Interceptor):
    """How many activities of each type have been completed by the worker that this is given to."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._one_more = asyncio.Condition()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Counting(next, self)

    async def until(self, activity_type: str, count: int) -> None:
        """Wait until so many of that type have been completed."""
        async with self._one_more:
            await self._one_more.wait_for(lambda: self.counts[activity_type] >= count)

    async def completed(self, activity_type: str) -> None:
        async with self._one_more:
            self.counts[activity_type] += 1
            self._one_more.notify_all()


class _Counting(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, counter: Completed) -> None:
        super().__init__(following)
        self._counter = counter

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        result = await super().execute_activity(input)
        await self._counter.completed(activity.info().activity_type)
        return result
