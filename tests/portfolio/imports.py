"""Importing in a test, and looking at what it wrote."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import METADATA
from portfolio.importing import ImportReport, import_portfolio
from tests.portfolio.folders import Folder

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
CATALOG, CUSTOMERS, SUBSCRIPTIONS = "catalog.csv", "customers.csv", "subscriptions.csv"


async def run(connection: AsyncConnection, folder: Folder, now: datetime = NOW, **options: Any) -> ImportReport:
    return await import_portfolio(connection, folder.path, now=now, imported_by="operator:ana", **options)


async def rows(connection: AsyncConnection, table: str, where: str = "true") -> list[RowMapping]:
    return list((await connection.execute(text(f"SELECT * FROM {table} WHERE {where}"))).mappings())  # noqa: S608


async def one(connection: AsyncConnection, table: str, where: str) -> RowMapping:
    (row,) = await rows(connection, table, where)
    return row


async def content(connection: AsyncConnection) -> dict[str, int]:
    tables = METADATA.sorted_tables
    return {each.name: await connection.scalar(select(func.count()).select_from(each)) or 0 for each in tables}


async def refused(connection: AsyncConnection, folder: Folder) -> ImportReport:
    """Import what is bad: nothing may be written."""
    before = await content(connection)
    assert before["subscriptions"] == before["imports"] == 0
    report = await run(connection, folder)
    assert (report.written, report.import_id) == (False, None)
    assert await content(connection) == before
    return report
