"""What a command needs to reach the facts and the workflows, opened and closed around it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import typer
from sqlalchemy.exc import DBAPIError
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.service import RPCError

from cli.output import fail, warn
from cli.stack_process import StackFailed
from models.engine import Sessions, create_engine, sessions_of
from models.inbox import KeyReused
from settings import BadSettings, Settings, load
from workflows.client import connect

Result = TypeVar("Result")


class Interrupted(asyncio.CancelledError):
    """A command was told to stop; its text says what has become of its work."""


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
    except Exception as error:
        sentence = _in_words(_first_of(error))
        if sentence is None:
            raise
        fail(*sentence.splitlines())


def _first_of(error: Exception) -> Exception:
    """What went wrong first where several things were done at the same time, and all were given up."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _in_words(error: Exception) -> str | None:
    """What went wrong in the outside world and what to do; None of an error of our own."""
    match error:
        case BadSettings() | StackFailed() | KeyReused():
            return str(error)
        case DBAPIError():
            said = str(error.orig).strip().partition("\n")[0].rstrip(".")
            return f"The database answered: {said}. Check PERENNIAL_DATABASE_URL and `perennial migrate`."
        case WorkflowUpdateFailedError():
            return str(error.cause)
        case RPCError():
            said = error.message.rstrip(".")
            return f"Temporal answered: {said}. Look at it with `temporal operator cluster health`."
        case RPCTimeoutOrCancelledError():
            return "Temporal did not answer in time. Look at it with `temporal operator cluster health`."
        case RuntimeError() if str(error).startswith("Failed client connect"):
            return "Temporal cannot be reached. Look at it with `temporal operator cluster health`."
    return None


async def _until_told_to_stop(work: Coroutine[Any, Any, Result]) -> Result:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    told: list[int] = []

    def stop(number: int) -> None:
        told.append(number)
        task.cancel()

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop, each)
    try:
        return await task
    except (asyncio.CancelledError, Exception) as ended:
        loop.set_exception_handler(lambda *_: None)  # calls that are cut off now have nothing to add
        if not told:
            raise
        if told[0] == signal.SIGINT:
            warn(f"Interrupted; {ended}." if isinstance(ended, Interrupted) else "Interrupted.")
        raise typer.Exit(128 + told[0]) from None


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
