"""The overview's figures are those of the core, by indexes, and kept where they take long."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import BackgroundTasks
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from console.ops import keeping
from console.ops.desk import Desk
from console.ops.figures import FIGURES, Figures
from models.at_risk import Cause, at_stake, risks, threatens
from models.engine import Sessions
from models.journal import raise_alarm
from models.largest import MOST, largest
from models.pipeline import PAID, Cell, counts, pipeline
from models.pipeline import Path as Way
from models.reading import LEGAL_NOTICE_MISSING
from models.store import load_all
from models.subscriptions import SubscriptionRow
from models.today import charged, last_events, mailed, open_alarms, upcoming
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.facts import Channel, Phase
from renewals.pricing import next_line
from settings import Settings

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
TODAY = date(2027, 2, 1)
NOBODY: Any = None

SETTLED = """
    WITH placed AS (
        INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
        SELECT gen_random_uuid(), csn, 'USD', 'automatic', 'paid', 'system', '2027-01-20T12:00Z'
        FROM subscriptions WHERE number = 'S-1001' RETURNING id
    ), renewed AS (
        INSERT INTO renewals (id, subscription, term_starts_on, settled_at, order_id)
        SELECT gen_random_uuid(), 'S-1001', '2027-01-20', '2027-01-20T12:00Z', id FROM placed RETURNING id, order_id
    )
    INSERT INTO order_lines (order_id, subscription, term_starts_on, renewal_id, purpose, term, seats, unit_price,
        amount, receipt)
    SELECT order_id, 'S-1001', '2027-01-20', id, 'renewal', 'year', 2, 50500, 101000, '{}' FROM renewed
"""

ATTEMPT = """
    WITH placed AS (
        INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
        SELECT gen_random_uuid(), csn, 'USD', 'automatic', 'open', 'system', '2027-02-01T11:00Z'
        FROM subscriptions WHERE number = 'S-1002' RETURNING id
    ), open_one AS (
        INSERT INTO renewals (id, subscription, term_starts_on)
        SELECT gen_random_uuid(), number, renews_on FROM subscriptions WHERE number = 'S-1002' RETURNING id
    ), line AS (
        INSERT INTO order_lines (order_id, subscription, term_starts_on, renewal_id, purpose, term, seats, unit_price,
            amount, receipt)
        SELECT placed.id, number, renews_on, open_one.id, 'renewal', term, seats, 7000, 7000 * seats, '{}'
        FROM subscriptions, placed, open_one WHERE number = 'S-1002'
    )
    INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, answered_at, calls,
        questions, received, code, decline_class)
    SELECT gen_random_uuid(), placed.id, 1, (SELECT id FROM payment_methods LIMIT 1), 21000, 'USD', 'declined',
        '2027-02-01T11:00Z', '2027-02-01T11:00Z', 0, 0, 0, CODE, 'soft' FROM placed
"""


async def run(sessions: Sessions, *statements: str) -> None:
    async with sessions.begin() as session:
        for statement in statements:
            await session.execute(sa.text(statement))


@pytest.fixture
async def _portfolio(sessions: Sessions) -> None:
    """The example, live, its renewal dates around 1 February 2027, with a bit of everything."""
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=NOW - timedelta(days=60), imported_by="operator:ana")
        await go_live(session, wall_now=NOW - timedelta(days=60), by="operator:ana", reason="a test")
    await run(
        sessions,
        "UPDATE subscriptions SET phase = 'renewable', starts_on = date '2025-01-01' + substr(number, 5)::int,"
        " renews_on = date '2027-02-01' + 5 * substr(number, 5)::int",
        "UPDATE subscriptions SET phase = 'past_due', renews_on = '2027-01-25' WHERE number = 'S-1002'",
        "UPDATE subscriptions SET phase = 'expired', renews_on = '2027-01-10' WHERE number = 'S-1003'",
        "UPDATE subscriptions SET pending_seats = 2, announced_term = term, announced_unit_price = 100"
        " WHERE number = 'S-1001'",
        "UPDATE subscriptions SET renews_on = '2029-02-20', shift = interval '730 days' WHERE number = 'S-1005'",
        "UPDATE subscriptions SET renews_on = '2027-09-01' WHERE number = 'S-1006'",
    )


def _as_the_core_has_it(facts: Any) -> tuple[str, str]:
    way = Way.BY_HAND
    if facts.renews_automatically:
        way = Way.AUTOMATIC
    elif facts.channel in (Channel.PARTNER, Channel.LEGACY):
        way = Way(facts.channel.value)
    return way.value, facts.phase.value


@pytest.mark.usefixtures("_portfolio")
async def test_way_phase_and_money_are_those_of_the_core(sessions: Sessions) -> None:
    async with sessions() as session:
        numbers = (await session.scalars(sa.select(col(SubscriptionRow.number)))).all()
        stored = await load_all(session, numbers, NOW)
        cells = await pipeline(session, TODAY, NOW)
    wanted: Counter[tuple[object, ...]] = Counter()
    for each in stored:
        due_on = each.facts.renews_on - each.row.shift
        if TODAY - timedelta(days=45) <= due_on <= TODAY + timedelta(days=90):
            line = next_line(each.facts)
            wanted[(due_on, line.currency, *_as_the_core_has_it(each.facts), line.amount)] += 1
    assert len(wanted) >= 10
    assert len({key[2] for key in wanted}) >= 3
    assert sum(cell.count for cell in cells) == sum(wanted.values())
    assert {(c.due_on, c.currency, c.path.value, c.phase): c.amount for c in cells if c.count == 1} == {
        key[:4]: key[4] for key in wanted
    }
    assert date(2027, 2, 21) in {cell.due_on for cell in cells}


@pytest.mark.usefixtures("_portfolio")
async def test_what_was_paid_stays_in_the_pipeline_under_its_renewal_date(sessions: Sessions) -> None:
    await run(sessions, SETTLED)
    async with sessions() as session:
        cells = await pipeline(session, TODAY, NOW)
    paid = [cell for cell in cells if cell.phase == PAID]
    assert paid == [Cell(date(2027, 1, 20), "USD", Way.AUTOMATIC, PAID, 1, 101000)]


CAUSES = {
    Cause.DECLINED: [ATTEMPT.replace("CODE", "'insufficient_funds'")],
    Cause.AUTHENTICATION: [ATTEMPT.replace("CODE", "'authentication_required'")],
    Cause.NO_METHOD: ["UPDATE subscriptions SET method_id = NULL, auto_renew = true WHERE number = 'S-1001'"],
    Cause.CARD_ENDS: [
        "UPDATE payment_methods SET valid_through = '2027-01-31', kind = 'card'"
        " WHERE id = (SELECT method_id FROM subscriptions WHERE number = 'S-1001')"
    ],
    Cause.HOLD_ENDS: [
        "INSERT INTO renewals (id, subscription, term_starts_on) SELECT gen_random_uuid(), number, renews_on"
        " FROM subscriptions WHERE number = 'S-1001'",
        "INSERT INTO claims (id, renewal_id, holder, opened_at, ends_at) SELECT gen_random_uuid(), id, 'voucher',"
        " '2027-02-01', '2027-02-04' FROM renewals",
    ],
    Cause.AUTO_RENEW_OFF: ["UPDATE subscriptions SET auto_renew = false WHERE number = 'S-1001'"],
    Cause.PARKED: ["UPDATE subscriptions SET parked_at = now(), parked_because = 'x' WHERE number = 'S-1001'"],
    Cause.MAIL_FAILED: [
        "INSERT INTO notices (id, subscription, term_starts_on, kind, occasion, recipient, dated, why, facts,"
        " planned_for, tries, outcome) SELECT gen_random_uuid(), number, starts_on, 'reminder', '7', 'x', true, 'x',"
        " '{}', '2027-01-30', 1, 'failed' FROM subscriptions WHERE number = 'S-1001'"
    ],
    Cause.LEGAL_NOTICE: [],
    Cause.EXPIRED: ["UPDATE subscriptions SET phase = 'expired', renews_on = '2027-01-10' WHERE number = 'S-1001'"],
}


async def threatened(sessions: Sessions, cause: Cause) -> set[str]:
    """The numbers that the condition of the cause lists."""
    query = sa.select(col(SubscriptionRow.number)).where(at_stake(TODAY), threatens(cause, NOW))
    async with sessions() as session:
        return set((await session.scalars(query)).all())


@pytest.mark.usefixtures("_portfolio")
@pytest.mark.parametrize("cause", list(Cause))
async def test_each_cause_is_found_counted_and_listed_alike(sessions: Sessions, cause: Cause) -> None:
    number = "S-1002" if cause in (Cause.DECLINED, Cause.AUTHENTICATION) else "S-1001"
    assert number not in await threatened(sessions, cause)
    await run(sessions, *CAUSES[cause])
    if cause is Cause.LEGAL_NOTICE:
        async with sessions.begin() as session:
            await raise_alarm(session, number, LEGAL_NOTICE_MISSING, "none was sent", NOW)
    found = await threatened(sessions, cause)
    assert number in found
    async with sessions() as session:
        counted = [risk for risk in await risks(session, TODAY, NOW) if risk.cause is cause]
    assert sum(risk.count for risk in counted) == len(found)
    assert all(risk.amount > 0 for risk in counted)


@pytest.mark.usefixtures("_portfolio")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE subscriptions SET phase = 'renewed' WHERE number = 'S-1001'",
        "UPDATE subscriptions SET phase = 'lapsed' WHERE number = 'S-1001'",
        "UPDATE subscriptions SET renews_on = '2027-09-01' WHERE number = 'S-1001'",
        "UPDATE subscriptions SET live_at = NULL WHERE number = 'S-1001'",
    ],
    ids=["renewed", "lapsed", "far away", "not live"],
)
async def test_what_is_paid_over_far_or_not_live_is_not_at_stake(sessions: Sessions, change: str) -> None:
    await run(sessions, *CAUSES[Cause.PARKED])
    assert await threatened(sessions, Cause.PARKED) == {"S-1001"}
    await run(sessions, change)
    assert await threatened(sessions, Cause.PARKED) == set()


@pytest.mark.usefixtures("_portfolio")
async def test_the_largest_at_risk_come_first_in_their_currency_with_all_that_threatens_them(
    sessions: Sessions,
) -> None:
    large = "UPDATE subscriptions SET seats = {seats}, pending_seats = NULL WHERE number = '{number}'"
    await run(
        sessions,
        *CAUSES[Cause.NO_METHOD],
        *CAUSES[Cause.MAIL_FAILED],
        large.format(seats=90_000, number="S-1001"),
        large.format(seats=8_000, number="S-1009"),
        large.format(seats=99_000, number="S-1005"),
    )
    async with sessions() as session:
        found = await largest(session, TODAY, NOW)
        (core,) = await load_all(session, ["S-1001"], NOW)
        risky = {number for cause in Cause for number in await threatened(sessions, cause)}
    assert {each.number for each in found} <= risky
    assert "S-1005" not in risky
    assert [each.currency for each in found] == sorted(each.currency for each in found)
    of_dollars = [each for each in found if each.currency == "USD"]
    assert [(each.number, each.causes) for each in of_dollars[:2]] == [
        ("S-1001", (Cause.NO_METHOD, Cause.MAIL_FAILED)),
        ("S-1009", (Cause.CARD_ENDS,)),
    ]
    assert [each.amount for each in of_dollars] == sorted((each.amount for each in of_dollars), reverse=True)
    assert len(of_dollars) <= MOST
    assert of_dollars[0].amount == next_line(core.facts).amount


@pytest.mark.usefixtures("_portfolio")
async def test_of_the_largest_those_that_cost_the_same_take_one_place(sessions: Sessions) -> None:
    copies = """
        INSERT INTO subscriptions SELECT (jsonb_populate_record(s, jsonb_build_object('number', 'S-1001-' || n))).*
        FROM subscriptions s, generate_series(1, 30) n WHERE number = 'S-1001'
    """
    await run(
        sessions,
        *CAUSES[Cause.NO_METHOD],
        "UPDATE subscriptions SET seats = 90000, pending_seats = NULL WHERE number = 'S-1001'",
        copies,
        "UPDATE subscriptions SET auto_renew = false WHERE number = 'S-1001-7'",
        "UPDATE subscriptions SET seats = 8000, pending_seats = NULL WHERE number = 'S-1009'",
    )
    async with sessions() as session:
        of_dollars = [each for each in await largest(session, TODAY, NOW) if each.currency == "USD"]
    assert [(each.number, each.more) for each in of_dollars[:2]] == [("S-1001", 30), ("S-1009", 0)]
    assert len({each.amount for each in of_dollars}) == len(of_dollars) <= MOST


@pytest.mark.usefixtures("_portfolio")
async def test_today_is_the_operations_teams_day(sessions: Sessions) -> None:
    await run(sessions, ATTEMPT.replace("CODE", "'insufficient_funds'"), *CAUSES[Cause.MAIL_FAILED])
    since = datetime(2027, 2, 1, tzinfo=UTC)
    async with sessions() as session:
        (found,) = await charged(session, since, since + timedelta(days=1))
        assert (found.state, found.currency, found.count, found.amount) == ("declined", "USD", 1, 21000)
        assert await charged(session, since - timedelta(days=1), since) == []
        assert (await mailed(session, since - timedelta(days=2), since)).failed == 1
        assert (await mailed(session, since, since + timedelta(days=1))).failed == 0


@pytest.mark.usefixtures("_portfolio")
async def test_what_is_not_live_parked_or_without_a_plan_is_counted(sessions: Sessions) -> None:
    await run(
        sessions,
        "UPDATE subscriptions SET next_step_at = now() WHERE number <> 'S-1003'",
        "UPDATE subscriptions SET live_at = NULL WHERE number IN ('S-1001', 'S-1002')",
        "UPDATE subscriptions SET parked_at = now(), parked_because = 'x', next_step_at = NULL WHERE number = 'S-1002'",
        "UPDATE subscriptions SET phase = 'lapsed', next_step_at = NULL WHERE number = 'S-1004'",
    )
    async with sessions() as session:
        found = await counts(session)
    assert (found.not_live, found.parked, found.unplanned, found.total) == (2, 1, 1, 12)
    assert found.phases[Phase.LAPSED] == 1


BIG = ("subscriptions", "attempts", "notices", "events", "alarms", "claims", "renewals", "order_lines", "orders")


@pytest.mark.usefixtures("_portfolio")
async def test_every_query_goes_by_an_index(sessions: Sessions, engine: AsyncEngine) -> None:
    """As PostgreSQL would, if the tables were too large to read through."""
    once = [cause for cause in Cause if cause is not Cause.AUTHENTICATION]
    await run(sessions, SETTLED, *(each for cause in once for each in CAUSES[cause]))
    asked: list[tuple[str, Any]] = []

    def hear(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(engine.sync_engine, "before_cursor_execute", hear)
    async with sessions() as session:
        await counts(session)
        await pipeline(session, TODAY, NOW)
        await risks(session, TODAY, NOW)
        await largest(session, TODAY, NOW)
        await charged(session, NOW, NOW + timedelta(days=1))
        await mailed(session, NOW, NOW + timedelta(days=1))
        await open_alarms(session, 6)
        await upcoming(session, NOW, 10)
        await last_events(session, 10)
    sa.event.remove(engine.sync_engine, "before_cursor_execute", hear)
    assert len(asked) == 11
    async with engine.connect() as connection:
        await connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in asked:
            plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            read_through = [line for (line,) in plan if any(f"Seq Scan on {table} " in line for table in BIG)]
            assert read_through == [], statement


@pytest.fixture
def desk(sessions: Sessions) -> Desk:
    return Desk(Settings(), sessions, NOBODY, NOBODY)


async def told(desk: Desk, now: datetime) -> tuple[Figures, bool]:
    """What a page shows, and whether others are taken after it."""
    tasks = BackgroundTasks()
    as_of, found = await FIGURES.known(desk, now, tasks)
    assert as_of == found.as_of
    return found, bool(tasks.tasks)


@pytest.mark.usefixtures("_portfolio")
async def test_figures_over_few_are_always_those_of_now(desk: Desk, sessions: Sessions) -> None:
    found, _ = await told(desk, NOW)
    assert found.counts.phases[Phase.EXPIRED] == 1
    await run(sessions, "UPDATE subscriptions SET phase = 'expired'")
    found, renews = await told(desk, NOW + timedelta(seconds=1))
    assert found.counts.phases[Phase.EXPIRED] == 12
    assert not renews


@pytest.mark.usefixtures("_portfolio")
async def test_figures_over_many_are_kept_for_a_minute_then_renewed_after_the_page(
    desk: Desk, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "FEW", 11)
    first, _ = await told(desk, NOW)
    await run(sessions, "UPDATE subscriptions SET phase = 'expired'")
    assert await told(desk, NOW + timedelta(seconds=59)) == (first, False)
    assert await told(desk, NOW + timedelta(seconds=61)) == (first, True)
    await FIGURES.renew(desk, NOW + timedelta(seconds=61))
    renewed, renews = await told(desk, NOW + timedelta(seconds=62))
    assert (renewed.counts.phases[Phase.EXPIRED], renews) == (12, False)
    stale, _ = await told(desk, NOW + timedelta(hours=2))
    assert stale.as_of == NOW + timedelta(hours=2)


@pytest.mark.usefixtures("_portfolio")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            "UPDATE snapshots SET data = jsonb_set(data, '{risks}', '[[\"gone\", \"USD\", 1, 1]]')",
            id="a name that is gone",
        ),
        pytest.param("UPDATE snapshots SET data = data - 'cells'", id="without what came later"),
        pytest.param(
            "UPDATE snapshots SET data = jsonb_set(data, '{mailed}', '[1, 2, 3, 4]')", id="more than is known"
        ),
    ],
)
async def test_what_another_version_kept_is_taken_anew(
    desk: Desk, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(keeping, "FEW", 11)
    await told(desk, NOW)
    await run(sessions, change)
    later = NOW + timedelta(seconds=1)
    anew, _ = await told(desk, later)
    assert anew.as_of == later
    assert (await told(desk, NOW + timedelta(seconds=2)))[0] == anew
