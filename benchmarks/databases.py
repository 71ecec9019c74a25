"""PostgreSQL servers that are gone afterwards, and what a benchmark does with them."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from cli.stack_postgres import database_named, run_sql, running_postgres
from models import schema
from models.engine import create_engine, sessions_of
from portfolio.importing import ImportReport, import_portfolio

NOW = datetime(2026, 12, 1, tzinfo=UTC)
BY = "operator:bench"


@asynccontextmanager
async def databases(*names: str) -> AsyncIterator[list[str]]:
    """The addresses of migrated, empty databases of those names, on one server."""
    with tempfile.TemporaryDirectory(prefix="perennial-bench-") as place:
        async with running_postgres(Path(place) / "data", Path(place) / "log", throw_away=True) as (url, _):
            await run_sql(url, "CREATE DATABASE template")
            await schema.upgrade(database_named(url, "template"))
            for name in names:
                await run_sql(url, f"CREATE DATABASE {name} TEMPLATE template")
            yield [database_named(url, name) for name in names]


async def import_into(url: str, folder: Path) -> ImportReport:
    """Import the portfolio, in a transaction of its own. Raises `RuntimeError` when it is not taken."""
    engine = create_engine(url)
    try:
        async with sessions_of(engine).begin() as session:
            report = await import_portfolio(session, folder, now=NOW, imported_by=BY)
    finally:
        await engine.dispose()
    if report.problems:
        raise RuntimeError(str(report.problems[0]))
    return report
