"""Many rows into a table at once, by PostgreSQL's COPY: about ten times as fast as INSERT."""

from collections.abc import Iterable
from typing import Any

from psycopg import AsyncConnection as DriverConnection
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncConnection


async def copy_rows(connection: AsyncConnection, table: type[Any], rows: list[dict[str, Any]]) -> None:
    """Add the rows to the table within the connection's transaction. All have the columns of the first.

    Values are the driver's (no enumerations); a dict is stored as JSON. Raises psycopg's errors as they are.
    """
    if not rows:
        return
    columns = list(rows[0])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.__tablename__), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver = (await connection.get_raw_connection()).driver_connection
    if not isinstance(driver, DriverConnection):
        raise TypeError(f"rows are copied through psycopg 3, not {type(driver)}")
    async with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            await copy.write_row([Jsonb(row[name]) if isinstance(row[name], dict) else row[name] for name in columns])


async def refresh_statistics(connection: AsyncConnection, tables: Iterable[type[Any]]) -> None:
    """Tell PostgreSQL that the tables are no longer empty; until it knows, it plans joins that take minutes."""
    for table in tables:
        await connection.exec_driver_sql(f"ANALYZE {table.__tablename__}")
