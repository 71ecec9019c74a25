"""What is a person's own is found without reading what is not."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from console.account.finding import numbers_of


async def test_the_subscriptions_of_a_person_are_found_by_their_indexes(engine: AsyncEngine) -> None:
    query = numbers_of("ana@northlight.example").compile(engine, compile_kwargs={"literal_binds": True})
    async with engine.connect() as connection:
        await connection.exec_driver_sql("SET enable_seqscan = off")
        plan = "\n".join((await connection.execute(sa.text(f"EXPLAIN {query}"))).scalars())
    assert "Index Cond: (buyer_id = ANY" in plan, plan
    assert "Index Cond: (primary_admin_id = ANY" in plan, plan
