"""What a command needs to reach the facts and the workflows, opened and closed around it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.service import RPCError

from cli.output import fail, warn
from cli.stack_process import StackFailed
from cli.usage import ToldToStop
from models.engine import Sessions, create_engine, is_full, is_on_its_way, lacks_grant, sessions_of
from models.inbox import KeyReused
from models.parties import CustomerRow
from settings import BadSettings, Settings
from settings.sources import load
from workflows.client import NoTemporal, reach

Result = TypeVar("Result")


class Interrupted(asyncio.CancelledError):
    """A command was told to stop; its text says what has become of its work."""


def wall_now() -> datetime:
    return datetime.now(UTC)


def settings_or_fail() -> Settings:
    try:
        return load()
    except BadSettings as bad:
        fail(*str(bad).splitlines())


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command to its end; an unreachable part of the outside world is one sentence, not a traceback.

    Told to stop by Ctrl-C or SIGTERM, it stops what it has started and raises `ToldToStop`, with status 130 or 143.
    """
    try:
        return asyncio.run(_until_told_to_stop(work))
    except Exception as error:
        sentence = _in_words(_first_of(error))
        if sentence is None:
            raise
        fail(*sentence.splitlines())


TO_GRANT = "Grant its role what docs/operations.md grants, or name another role in PERENNIAL_DATABASE_URL."


def cure_of(error: DBAPIError, otherwise: str) -> str:
    """What to do about what the database answered; `otherwise` where that names no cause of its own."""
    if lacks_grant(error):
        return TO_GRANT
    if is_full(error):
        return "Make room on its disk, then try again."
    if is_on_its_way(error):
        return "Try again in a moment."
    return otherwise


def _first_of(error: Exception) -> Exception:
    """What went wrong first where several things were done at the same time, and all were given up."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _in_words(error: Exception) -> str | None:
    """What went wrong in the outside world and what to do; None of an error of our own."""
    match error:
        case BadSettings() | StackFailed() | KeyReused() | NoTemporal():
            return str(error)
        case DBAPIError():
            said = str(error.orig).strip().partition("\n")[0].rstrip(".")
            cure = cure_of(error, "Check PERENNIAL_DATABASE_URL and `perennial migrate`.")
            return f"The database answered: {said}. {cure}"
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
        raise ToldToStop(told[0]) from None


@asynccontextmanager
async def facts(settings: Settings) -> AsyncIterator[Sessions]:
    """The database."""
    engine = create_engine(settings.database, connections=4)
    try:
        yield sessions_of(engine)
    finally:
        await engine.dispose()


def no_such_subscription(number: str) -> NoReturn:
    """Say so. A number that is blank is shown between quotes."""
    shown = number if number.strip() else repr(number)
    fail(f"There is no subscription {shown}; `perennial list` shows those that exist.")


async def known_customer(session: AsyncSession, csn: str | None) -> None:
    """Say so where a customer is named and there is none of that number."""
    if csn is not None and await session.get(CustomerRow, csn) is None:
        shown = csn if csn.strip() else repr(csn)
        fail(f"There is no customer {shown}; `perennial show` names the customer of a subscription.")


async def temporal(settings: Settings) -> Client:
    """Temporal with the namespace that the workflows live in. Raises NoTemporal, which `run` makes one sentence."""
    return await reach(settings)
