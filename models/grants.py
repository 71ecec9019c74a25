"""What the role of worker, console and commands must be allowed, as docs/operations.md grants it."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import METADATA

ONLY_ADDED_TO = frozenset({"events", "prices", "policies", "audit"})
"""Tables whose rows are never changed."""

DELETED_FROM = frozenset(
    {
        *("sign_in_links", "account_sessions", "calendar_feeds"),
        *("operator_sessions", "operator_links", "operator_tries", "recovery_codes", "saved_views"),
        *("forecasts", "forecast_lines", "what_ifs", "what_if_lines"),
        *("webhook_deliveries", "webhook_tries", "operator_letters", "days_of_use", "days_listed"),
    }
)
"""Tables whose rows are deleted when they are over. What is in any other one must be kept."""

_LACKING = """
    SELECT lower(wanted.privilege) || ' on ' || c.oid::regclass
      FROM unnest(CAST(:schemas AS text[]), CAST(:names AS text[]), CAST(:privileges AS text[]))
           WITH ORDINALITY AS wanted(schema, name, privilege, place)
      JOIN pg_namespace n ON n.nspname = wanted.schema
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
     WHERE NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, wanted.privilege))
     ORDER BY wanted.place
"""


async def lacking(connection: AsyncConnection) -> list[str]:
    """What the role of this connection must be allowed and is not, such as `insert on orders`."""
    schemas, names, privileges = zip(*_wanted(), strict=True)
    values = {"schemas": list(schemas), "names": list(names), "privileges": list(privileges)}
    found = list((await connection.execute(text(_LACKING), values)).scalars())
    may_import = text("SELECT has_database_privilege(current_database(), 'TEMPORARY')")
    return found if await connection.scalar(may_import) else [*found, "temporary on the database"]


def _wanted() -> Iterator[tuple[str, str, str]]:
    """Schema, table and privilege."""
    for table in METADATA.sorted_tables:
        yield from ((table.schema or "public", table.name, each) for each in _on(table.name))


def _on(table: str) -> Iterator[str]:
    yield from ("SELECT", "INSERT")
    if table not in ONLY_ADDED_TO:
        yield "UPDATE"
    if table in DELETED_FROM:
        yield "DELETE"
