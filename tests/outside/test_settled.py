"""Who reads the record on misses nothing: ids are drawn in order, and committed in any."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from models.engine import Sessions
from models.journal import record
from models.settled import Settled

NOW = datetime(2027, 3, 31, 6, tzinfo=UTC)


async def add(session: AsyncSession) -> None:
    record(session, "S-1", NOW, "released", {})
    await session.flush()


async def test_an_event_that_commits_late_is_waited_for(sessions: Sessions) -> None:
    settled = Settled()
    async with sessions.begin() as early, sessions.begin() as late:
        await add(early)  # 1
        await add(late)  # 2
        await late.commit()
        assert await settled.up_to(sessions) == 0  # who went by the highest id would read 2, and never 1
        async with sessions.begin() as third:
            await add(third)  # 3
        assert await settled.up_to(sessions) == 0
    assert await settled.up_to(sessions) == 2  # the candidate of then
    assert await settled.up_to(sessions) == 3


async def test_a_transaction_that_began_earlier_and_draws_its_id_later_is_waited_for(sessions: Sessions) -> None:
    """Its transaction id is the smaller one, its event's id the greater one: neither order alone would do."""
    settled = Settled()
    async with sessions.begin() as first, sessions.begin() as second:
        await first.execute(sa.text("SELECT pg_current_xact_id()"))
        await add(second)  # 1
        await add(first)  # 2
        await first.commit()
        assert await settled.up_to(sessions) == 0
    assert await settled.up_to(sessions) == 2


async def test_what_was_called_off_holds_nobody_up(sessions: Sessions) -> None:
    settled = Settled()
    async with sessions() as session:
        await add(session)
        await session.rollback()
    async with sessions.begin() as session:
        await add(session)  # 2; there will never be a 1
    assert await settled.up_to(sessions) == 2


async def test_whoever_adds_an_event_is_counted_before_its_id_is_drawn(sessions: Sessions) -> None:
    async with sessions() as session:
        when = sa.text("SELECT tgname FROM pg_trigger WHERE tgrelid = 'events'::regclass AND tgname LIKE '%counted'")
        assert (await session.scalars(when)).all() == ["events_are_counted"]
        assert await session.scalar(sa.text("SELECT pg_current_xact_id_if_assigned()::text")) is None
        await session.execute(
            sa.text("INSERT INTO events (event, at, data, caused_by) SELECT event, at, data, event FROM events")
        )
        assert await session.scalar(sa.text("SELECT pg_current_xact_id_if_assigned()::text")) is not None


async def test_another_database_behind_the_same_address_begins_anew(sessions: Sessions) -> None:
    settled = Settled()
    async with sessions.begin() as session:
        await add(session)
    assert await settled.up_to(sessions) == 1
    async with sessions.begin() as session:
        await session.execute(sa.text("ALTER TABLE events DISABLE TRIGGER events_only_grow"))
        await session.execute(sa.text("DELETE FROM events"))
    assert await settled.up_to(sessions) == 0
