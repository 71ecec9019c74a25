"""Proof that questions go by indexes: what PostgreSQL would do if the tables were too large to read through."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

Asked = list[tuple[str, Any]]
_ABOUT_THE_TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET")


@asynccontextmanager
async def heard(engine: AsyncEngine) -> AsyncIterator[Asked]:
    """Every question that is asked meanwhile, with its parameters."""
    asked: Asked = []

    def hear(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.partition(" ")[0] not in _ABOUT_THE_TRANSACTION:
            asked.append((statement, parameters))

    sa.event.listen(engine.sync_engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        sa.event.remove(engine.sync_engine, "before_cursor_execute", hear)


async def plan_of(engine: AsyncEngine, statement: str, parameters: Any, *off: str) -> list[str]:
    """How PostgreSQL would answer with these ways switched off."""
    async with engine.connect() as connection:
        for way in off:
            await connection.exec_driver_sql(f"SET enable_{way} = off")
        return [line for (line,) in await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


async def assert_by_index(engine: AsyncEngine, asked: Asked, tables: Sequence[str]) -> None:
    """None of these tables is read through."""
    assert asked
    for statement, parameters in asked:
        plan = await plan_of(engine, statement, parameters, "seqscan")
        assert not [line for line in plan if any(f"Seq Scan on {table}" in line for table in tables)], statement


async def assert_in_order(engine: AsyncEngine, asked: Asked, table: str, index: str) -> None:
    """The page is read from that index in its order, from its place on, and not sorted."""
    (statement, parameters) = next(each for each in asked if f"FROM {table}" in each[0] and "LIMIT" in each[0])
    plan = await plan_of(engine, statement, parameters, "seqscan", "bitmapscan", "sort", "incremental_sort")
    assert not any("Sort" in line for line in plan), plan
    assert any(index in line for line in plan), plan
