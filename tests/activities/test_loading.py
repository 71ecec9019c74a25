"""What is read of a subscription is as the last transaction left it: rows that were waited for, rules just added."""

import asyncio

import pytest
from sqlalchemy import text

from models.store import Stored, load
from tests.activities.desk import Desk, utc

NOW = utc("2027-02-01T12:00")
NEW_METHOD = """
    WITH method AS (
        INSERT INTO payment_methods (id, csn, kind, token, created_at)
        SELECT gen_random_uuid(), csn, 'card', 'ok', '2027-02-01' FROM subscriptions WHERE number = :number
        RETURNING id
    )
    UPDATE subscriptions SET method_id = (SELECT id FROM method) WHERE number = :number
"""
DEARER = """
    INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at)
    SELECT gen_random_uuid(), sku, term, currency, 2, status, list_price, 99900, '2027-01-15'
    FROM prices WHERE term = 'year' AND currency = 'EUR'
"""


async def loaded(desk: Desk) -> Stored:
    async with desk.sessions() as session:
        stored = await load(session, desk.number, NOW)
    assert stored is not None
    return stored


async def test_a_row_that_was_waited_for_is_read_with_what_the_other_joined_to_it(desk: Desk) -> None:
    await desk.open()
    before = (await loaded(desk)).facts.method
    assert before is not None

    async def load_locked() -> Stored | None:
        async with desk.sessions.begin() as session:
            return await load(session, desk.number, NOW, lock=True)

    async with desk.sessions.begin() as session:
        await session.execute(text(NEW_METHOD), {"number": desk.number})
        waiting = asyncio.create_task(load_locked())
        async with desk.sessions() as observer:
            while not (await observer.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted"))).first():
                await observer.rollback()
    stored = await waiting
    assert stored is not None
    assert stored.facts.method is not None
    assert stored.facts.method.id != before.id


async def price(desk: Desk) -> int:
    facts = (await loaded(desk)).facts
    return facts.prices[facts.term].renewal_price


async def test_a_rule_is_known_from_its_commit_on_and_one_that_was_rolled_back_never(desk: Desk) -> None:
    await desk.open()
    assert await price(desk) == 48600
    async with desk.sessions() as session:
        await session.execute(text(DEARER))
        within = await load(session, desk.number, NOW)
        assert within is not None
        assert within.facts.prices[within.facts.term].renewal_price == 99900
        assert await price(desk) == 48600
        await session.rollback()
    assert await price(desk) == 48600
    await desk.change(DEARER)
    assert await price(desk) == 99900


@pytest.mark.parametrize("what", ["charges", "mails"])
async def test_a_pause_is_known_from_its_commit_on(desk: Desk, what: str) -> None:
    await desk.open()
    assert not (await loaded(desk)).facts.charges_paused
    await desk.change(
        "INSERT INTO pauses (id, what, began_at, began_by, began_because) "
        "VALUES (gen_random_uuid(), :what, '2027-01-15', 'operator:ana', 'test')",
        what=what,
    )
    facts = (await loaded(desk)).facts
    assert (facts.charges_paused, facts.mails_paused) == (what == "charges", what == "mails")


OFTEN = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE generic_plans + custom_plans > 10"


async def test_all_facts_come_by_one_statement_behind_the_lock_and_the_server_plans_both_once(desk: Desk) -> None:
    await desk.open()
    async with desk.sessions() as session:
        for _ in range(20):
            stored = await load(session, desk.number, NOW, lock=True)
            assert stored is not None
        often = (await session.execute(text(OFTEN))).all()
    assert len(often) == 2
    assert all(generic > custom for generic, custom in often)
