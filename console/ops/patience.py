"""Questions to the database that may read through much: they end in time, with a page that says how to ask for less."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from console.ops.desk import Desk
from console.ops.fields import Wrong
from models.engine import limit_statements, took_too_long

PATIENCE_MS = 8_000
"""A statement that takes longer is given up."""


@asynccontextmanager
async def reading(desk: Desk) -> AsyncIterator[AsyncSession]:
    """A transaction that sees one state of things. Raises `Wrong` when a statement takes too long."""
    async with _patient(), desk.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await limit_statements(session, PATIENCE_MS)
        yield session


@asynccontextmanager
async def keeping_note(desk: Desk) -> AsyncIterator[AsyncSession]:
    """A transaction that writes down what it found. Raises `Wrong` when a statement takes too long."""
    async with _patient(), desk.sessions.begin() as session:
        await limit_statements(session, PATIENCE_MS)
        yield session


@asynccontextmanager
async def _patient() -> AsyncIterator[None]:
    try:
        yield
    except DBAPIError as error:
        if took_too_long(error):
            raise Wrong("view", "wrong.too_slow") from None
        raise
