"""What a session leaves behind in which nothing is committed."""

import asyncio
from datetime import UTC, datetime
from typing import NoReturn

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from models.engine import create_engine, sessions_of
from models.journal import record
from tests.activities.desk import Desk

TIMES = 6
"""psycopg has the server prepare a statement when it comes for the sixth time."""


async def test_the_server_keeps_what_it_has_prepared_when_sessions_only_read(database_url: str) -> None:
    engine = create_engine(database_url, connections=1)
    sessions = sessions_of(engine)
    try:
        for _ in range(TIMES):
            async with sessions() as session:
                await session.execute(text("SELECT 'often'"))
        async with sessions() as session:
            prepared = await session.scalars(text("SELECT statement FROM pg_prepared_statements"))
            assert "SELECT 'often'" in prepared.all()
    finally:
        await engine.dispose()


async def test_what_is_not_committed_is_not_written(desk: Desk) -> None:
    async with desk.sessions() as session:
        record(session, None, datetime(2027, 3, 31, tzinfo=UTC), "unheard", {})
    assert await desk.rows("SELECT id FROM events WHERE event = 'unheard'") == []


async def test_a_session_ends_though_its_last_statement_failed_and_was_let_pass(desk: Desk) -> None:
    async with desk.sessions() as session:
        with pytest.raises(DataError):
            await session.execute(text("SELECT 1/0"))
    assert await desk.rows("SELECT 1 AS one") == [{"one": 1}]


async def test_a_session_gives_its_connection_back_though_its_end_goes_wrong(database_url: str) -> None:
    engine = create_engine(database_url, connections=1)
    session = sessions_of(engine)()
    event.listen(session.sync_session, "before_commit", _is_cancelled)
    try:
        await session.execute(text("SELECT 1"))
        with pytest.raises(asyncio.CancelledError):
            await session.__aexit__(None, None, None)
        assert "Checked out connections: 0" in engine.pool.status()
    finally:
        await engine.dispose()


def _is_cancelled(_session: Session) -> NoReturn:
    raise asyncio.CancelledError
