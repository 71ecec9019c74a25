"""Two who edit what the provider knows by one token do not wait for each other."""

import asyncio
from datetime import UTC, date, datetime

from sqlalchemy import text

from models.engine import Sessions
from models.method_edits import Removal, name_method, remove_method
from models.parties import PaymentMethodRow
from tests.activities.desk import Desk
from tests.scenarios.portfolios import BUYER

NOW = datetime(2027, 2, 1, tzinfo=UTC)


async def _method(sessions: Sessions, expires: date) -> PaymentMethodRow:
    async with sessions.begin() as session:
        row = PaymentMethodRow(
            csn="C-1", kind="card", token="tok", valid_through=expires, created_at=NOW, label="Travel card"
        )
        session.add(row)
    return row


async def _until_waiting(sessions: Sessions, how_many: int) -> None:
    of_ours = "datname = current_database() AND wait_event_type = 'Lock'"
    waiting = text(f"SELECT count(*) FROM pg_stat_activity WHERE {of_ours}")  # noqa: S608
    while True:
        async with sessions.begin() as session:
            if await session.scalar(waiting) == how_many:
                return
        await asyncio.sleep(0.01)


async def test_a_card_is_named_while_its_like_of_another_expiry_is_removed(desk: Desk) -> None:
    await desk.open(csn="C-1")
    kept, removed = [await _method(desk.sessions, date(year, 5, 31)) for year in (2028, 2030)]

    async def name() -> bool:
        async with desk.sessions.begin() as session:
            return await name_method(session, kept, "Office card", by=BUYER, now=NOW)

    async def remove() -> Removal:
        async with desk.sessions.begin() as session:
            return await remove_method(session, removed, by=BUYER, now=NOW)

    async with asyncio.TaskGroup() as group, desk.sessions.begin() as session:
        await session.get_one(PaymentMethodRow, removed.id, with_for_update=True)
        removing = group.create_task(remove())
        await _until_waiting(desk.sessions, 1)
        naming = group.create_task(name())
        await _until_waiting(desk.sessions, 2)
    assert (removing.result(), naming.result()) == (Removal.DONE, True)
    (row,) = await desk.rows("SELECT label FROM payment_methods WHERE token = 'tok'")
    assert row["label"] == "Office card"
