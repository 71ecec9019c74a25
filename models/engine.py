"""The connection to PostgreSQL: one engine per process, sessions whose objects outlive their commit."""

from contextlib import suppress
from types import TracebackType
from typing import Any

import psycopg
from sqlalchemy import ExceptionContext, event, make_url, text
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

Sessions = async_sessionmaker[AsyncSession]

SHARED = "shared"
"""In a session's `info`: a dictionary that all sessions of one `sessions_of` share."""


def create_engine(url: str, *, connections: int = 10, pre_ping: bool = True) -> AsyncEngine:
    """An engine for `postgresql://…`: instants in UTC and texts in UTF-8, whatever server, host or address ask for.

    `pre_ping` asks a connection whether it is alive before each use; who tries again anyway saves that. The connection
    that was used last is used next: the server has prepared on it what is asked.

    Parameters and the values of rows are hidden from error messages: those end in logs and Temporal histories, where no
    name or address may.
    """
    address = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
    options = *address.normalized_query.get("options", ()), "-c timezone=UTC"
    engine = create_async_engine(
        address,
        pool_size=connections,
        max_overflow=connections,
        pool_use_lifo=True,
        pool_pre_ping=pre_ping,
        hide_parameters=True,
        connect_args={"options": " ".join(options), "client_encoding": "UTF8"},
    )
    event.listen(engine.sync_engine, "handle_error", _hide_values)
    event.listen(engine.sync_engine, "do_execute", _leave_unprepared)
    return engine


def lacks_grant(error: DBAPIError) -> bool:
    """Did PostgreSQL refuse because the role may not?"""
    return isinstance(error.orig, psycopg.errors.InsufficientPrivilege)


def is_full(error: DBAPIError) -> bool:
    """Did PostgreSQL find no room on its disk? A connection that it refuses for that has no code, only words."""
    return isinstance(error.orig, psycopg.errors.DiskFull) or "No space left on device" in str(error.orig)


def is_on_its_way(error: DBAPIError) -> bool:
    """Does PostgreSQL start, stop or recover? A connection that it refuses then has no code, only words."""
    return "the database system is " in str(error.orig)


async def limit_statements(session: AsyncSession, milliseconds: int | None) -> None:
    """Let no statement of this transaction take longer from now on; None: as long as they may elsewhere.

    One that does ends with an error (`took_too_long`).
    """
    value = "DEFAULT" if milliseconds is None else int(milliseconds)
    await session.execute(text(f"SET LOCAL statement_timeout TO {value}"))


def took_too_long(error: DBAPIError) -> bool:
    """Did PostgreSQL end a statement because its time was up?"""
    return isinstance(error.orig, psycopg.errors.QueryCanceled)


FOR_THESE_VALUES = {"for_these_values": True}
"""The execution options of a statement that PostgreSQL plans each time, for the very values that it comes with.

A plan of what is prepared serves all values. It finds nothing by how it begins, as no index helps with a pattern that
is not known, and a LIMIT makes reading a whole table look cheap: lists that people search and filter are asked so.
"""


def _leave_unprepared(cursor: Any, statement: str, values: Any, context: ExecutionContext) -> bool:
    """Execute such a statement as it stands; says whether it did, else SQLAlchemy executes it."""
    if not context.execution_options.get("for_these_values"):
        return False
    connection = context.root_connection.connection.driver_connection
    assert isinstance(connection, psycopg.AsyncConnection)
    usual, connection.prepare_threshold = connection.prepare_threshold, None
    try:
        cursor.execute(statement, values)
    finally:
        connection.prepare_threshold = usual
    return True


def _hide_values(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL quotes the row or key that it refuses."""
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        said, error.args = str(error), (error.diag.message_primary,)
        if wrapped is not None:
            wrapped.args = (str(wrapped.args[0]).replace(said, error.diag.message_primary),)


class _Session(AsyncSession):
    """A session in which one only read ends by COMMIT, where SQLAlchemy's ends by ROLLBACK.

    After a ROLLBACK psycopg lets the server forget all that it has prepared on the connection, and PostgreSQL plans
    each statement anew, which takes longer than most reads.
    """

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self.in_transaction():
                self.expunge_all()  # what nobody committed is not written now
                with suppress(SQLAlchemyError):  # a read has nothing to lose
                    await self.commit()
        finally:
            await super().__aexit__(kind, error, trace)


def sessions_of(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, class_=_Session, expire_on_commit=False, info={SHARED: {}})
