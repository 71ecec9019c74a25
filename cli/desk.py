"""What a command needs to reach the facts and the workflows, opened and closed around it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from temporalio.client import Client
from temporalio.service import RPCError

from cli.output import fail
from models import schema
from models.engine import Sessions, create_engine, sessions_of
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
    """Run a command to its end; an unreachable part of the outside world is one sentence, not a traceback."""
    try:
        return asyncio.run(work)
    except BadSettings as bad:
        fail(str(bad))
    except schema.NewerSchema as newer:
        fail(str(newer))
    except DBAPIError as error:
        fail(f"The database answered: {str(error.orig).strip()} Check PERENNIAL_DATABASE_URL and `perennial migrate`.")
    except (RPCError, RuntimeError) as error:
        fail(f"Temporal cannot be reached: {error}. Check PERENNIAL_TEMPORAL_ADDRESS, or start `perennial up`.")


@asynccontextmanager
async def facts(settings: Settings) -> AsyncIterator[Sessions]:
    """The database."""
    engine = create_engine(settings.database, connections=4)
    try:
        yield sessions_of(engine)
    finally:
        await engine.dispose()


async def temporal(settings: Settings) -> Client:
    return await connect(settings)
