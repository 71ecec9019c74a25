"""Every page of the operators' console goes by indexes: none reads through a table that grows with the portfolio.

The addresses are those that `make bench ONLY=pages` measures over a million subscriptions; a page without an address is
a fault there, so that none is left out here either.
"""

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment

from benchmarks.crowd import fill
from benchmarks.paging import addresses_of
from cli.stack_postgres import plain_address
from console.ops.app import create_ops
from models.engine import Sessions
from renewals.roles import Role
from settings import Settings
from tests.console.ops.plans import heard, plan_of
from tests.console.ops.staff import People

GROW = (
    *("subscriptions", "terms", "renewals", "claims", "orders", "order_lines", "attempts", "parts", "refunds"),
    *("notices", "events", "commands", "audit", "alarms", "customers", "contacts", "payment_methods", "quotes"),
    *("quote_lines", "seat_assignments", "bulk_action_lines", "forecast_lines", "what_if_lines"),
    *("webhook_deliveries", "webhook_tries"),
)
"""Tables that have as many rows as the portfolio has subscriptions, or more with each year."""

COUNT = 400
"""Their addresses name the 321st subscription."""


async def test_no_page_reads_a_large_table_through(
    people: People, sessions: Sessions, engine: AsyncEngine, database_url: str, temporal: WorkflowEnvironment
) -> None:
    async with await psycopg.AsyncConnection.connect(plain_address(database_url), autocommit=True) as connection:
        await connection.execute("SET session_replication_role = replica")
        await fill(connection, COUNT)
        await connection.execute("ANALYZE")
    mira = await people.signed_in("mira", Role.ADMIN)
    read_through = set()
    for address in addresses_of(create_ops(Settings(), sessions, temporal.client)):
        async with heard(engine) as asked:
            answer = await mira.get(f"/ops{address}")
        assert answer.status_code == 200, address
        for statement, parameters in asked:
            plan = await plan_of(engine, statement, parameters, "seqscan")
            tables = {table for table in GROW for line in plan if f"Seq Scan on {table} " in line}
            read_through |= {(address, table, statement) for table in tables}
    assert not read_through
