"""An import of many subscriptions, against PostgreSQL's COPY of the rows that it writes."""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import psycopg
from psycopg import sql

from benchmarks.databases import databases, import_into
from benchmarks.figures import Bound, Figure
from benchmarks.portfolios import write_portfolio

COUNT = 100_000
TABLES = "offerings prices customers imports contacts payment_methods subscriptions terms events".split()
"""What an import fills, in an order that foreign keys allow."""


async def measure(count: int = COUNT) -> list[Figure]:
    """How many times as long the import takes, into a database that is empty like the other's."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_portfolio(folder, count, [date(2026, 1, 1) + timedelta(days=day) for day in range(365)])
        async with databases("imported", "copied") as (imported, copied):
            started = perf_counter()
            await import_into(imported, folder)
            ours = perf_counter() - started
            rows = {table: await _rows(imported, table) for table in TABLES}
            started = perf_counter()
            await _copy(copied, rows)
            bare = perf_counter() - started
    return [
        Figure(
            f"import of {count:,} subscriptions: time",
            ours / bare,
            "PostgreSQL's COPY of the same rows",
            f"{ours:.1f} s against {bare:.1f} s",
            Bound.AT_MOST,
            6,
        )
    ]


async def _rows(url: str, table: str) -> bytes:
    """Every row of the table, as COPY writes it."""
    statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    async with await _connect(url) as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join([bytes(block) async for block in copy])


async def _copy(url: str, rows: dict[str, bytes]) -> None:
    """The rows into tables that are empty, in one transaction."""
    async with await _connect(url) as connection, connection.cursor() as cursor:
        for table, block in rows.items():
            async with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                await copy.write(block)


async def _connect(url: str) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(url.replace("postgresql+psycopg://", "postgresql://"))
