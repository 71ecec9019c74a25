"""What a command needs to reach the facts and the workflows, opened and closed around it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import typer
from sqlalchemy.exc import DBAPIError
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError

from cli.output import fail
from cli.stack_process import StackFailed
from models.engine import Sessions, create_engine, sessions_of
from models.inbox import KeyReused
from settings import BadSettings, Settings, load
from workflows.client import connect

Result = TypeVar("Result")


def wall_now() -> datetime:
    return datetime.now(UTC)


def settings_or_fail() -> Settings:
    try:
        return load()
    except BadSettings as bad:
        fail(str(bad))


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command to its end; an unreachable part of the outside world is one sentence, not a traceback.

    Told to stop by Ctrl-C or SIGTERM, it stops what it has started and ends with status 130 or 143.
    """
    try:
        return asyncio.run(_until_told_to_stop(work))
    except (BadSettings, StackFailed, KeyReused) as failure:
        fail(*str(failure).splitlines())
    except DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0].rstrip(".")
        fail(f"The database answered: {said}. Check PERENNIAL_DATABASE_URL and `perennial migrate`.")
    except WorkflowUpdateFailedError as failed:
        fail(str(failed.cause))
    except RPCError as error:
        fail(f"Temporal answered: {error.message.rstrip('.')}. Look at it with `temporal operator cluster health`.")


async def _until_told_to_stop(work: Coroutine[Any, Any, Result]) -> Result:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    told: list[int] = []

    def stop(number: int) -> None:
        told.append(number)
        loop.set_exception_handler(lambda *_: None)  # calls that are cut off now have nothing to say
        task.cancel()

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop, each)
    try:
        return await task
    except (asyncio.CancelledError, Exception):
        if told:
            raise typer.Exit(128 + told[0]) from None
        raise


@asynccontextmanager
async def facts(settings: Settings) -> AsyncIterator[Sessions]:
    """The database."""
    engine = create_engine(settings.database, connections=4)
    try:
        yield sessions_of(engine)
    finally:
        await engine.dispose()


async def temporal(settings: Settings) -> Client:
    """Temporal, or one sentence when nobody answers there."""
    try:
        return await connect(settings)
    except RuntimeError:
        fail(
            f"Temporal cannot be reached at {settings.temporal_address}: check PERENNIAL_TEMPORAL_ADDRESS, or start "
            "`perennial up`."
        )
