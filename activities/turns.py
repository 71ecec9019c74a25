"""What a worker does beside Temporal's work: turn after turn, for as long as it runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

_log = logging.getLogger(__name__)


@asynccontextmanager
async def beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do these meanwhile. They are cut off at the end: what they do may be cut off at any place."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def again_and_again(what: str, turn: Callable[[], Awaitable[object]], every: timedelta) -> None:
    """A turn and a pause, for ever. A turn that fails is told of, once per kind of failure, and tried again."""
    failing = ""
    while True:
        try:
            await turn()
            failing = ""
        except Exception as error:  # the database is away, or odd facts: neither may end the others' work
            if failing != type(error).__name__:
                failing = type(error).__name__
                _log.warning("%s cannot be seen to: %s", what, failing, exc_info=not isinstance(error, DBAPIError))
        await asyncio.sleep(every.total_seconds())
