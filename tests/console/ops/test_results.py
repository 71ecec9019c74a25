"""Renewal rate and recovered revenue: the terms of each month, by what became of them; and kept where they are many."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from console.ops import keeping
from models.engine import Sessions
from models.pipeline import Path as Way
from models.results import Ended, first_month, results
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.roles import Role
from tests.console.ops.plans import assert_by_index, heard
from tests.console.ops.staff import People, Person, acts, words
from tests.console.ops.test_figures import run

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
RESULTS = "/ops/results"
TODAY = date(2027, 2, 20)

RENEWED = """
    WITH placed AS (
        INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
        SELECT gen_random_uuid(), csn, 'USD', '{way}', 'paid', 'system', now()
        FROM subscriptions WHERE number = '{number}' RETURNING id
    ), renewed AS (
        INSERT INTO renewals (id, subscription, term_starts_on, settled_at, order_id)
        SELECT gen_random_uuid(), subscription, renews_on, now(), placed.id
        FROM terms, placed WHERE subscription = '{number}' RETURNING id, order_id, subscription, term_starts_on
    )
    INSERT INTO order_lines (order_id, subscription, term_starts_on, renewal_id, purpose, term, seats, unit_price,
        amount, receipt)
    SELECT order_id, subscription, term_starts_on, id, 'renewal', 'year', 2, 500, 1000, '{{}}' FROM renewed
"""
DECLINED = """
    INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, answered_at, calls,
        questions, received, code, decline_class)
    SELECT gen_random_uuid(), order_id, 1, (SELECT id FROM payment_methods LIMIT 1), 1000, 'USD', 'declined', now(),
        now(), 0, 0, 0, 'insufficient_funds', 'soft' FROM order_lines WHERE subscription = '{number}'
"""


def due(number: str, on: str) -> tuple[str, ...]:
    """The running term of a subscription ends on that day."""
    dates = f"starts_on = date '{on}' - 365, renews_on = '{on}'"
    return (
        f"UPDATE terms SET {dates} WHERE subscription = '{number}'",  # noqa: S608  # literals of this module
        f"UPDATE subscriptions SET {dates} WHERE number = '{number}'",  # noqa: S608  # the same
    )


@pytest.fixture
async def _portfolio(sessions: Sessions) -> None:
    """The example, live; nothing of it ended lately but four terms."""
    async with sessions.begin() as session:
        early = datetime(2026, 1, 20, 12, tzinfo=UTC)
        await import_portfolio(session, EXAMPLE, now=early, imported_by="operator:ana")
        await go_live(session, wall_now=early, by="operator:ana", reason="a test")
    await run(
        sessions,
        "UPDATE terms SET starts_on = '2027-01-01', renews_on = '2028-01-01'",
        *due("S-1001", "2027-01-31"),
        *due("S-1002", "2027-01-01"),
        *due("S-1003", "2027-02-20"),
        *due("S-1004", "2027-02-21"),
        RENEWED.format(number="S-1001", way="automatic"),
        RENEWED.format(number="S-1003", way="checkout"),
        DECLINED.format(number="S-1003"),
        "UPDATE subscriptions SET channel = 'direct_online'",
    )


async def found(sessions: Sessions, today: date = TODAY, *, ahead: bool = False) -> list[Ended]:
    async with sessions() as session:
        return await results(session, today, clocks_may_run_ahead=ahead)


JANUARY, FEBRUARY = date(2027, 1, 1), date(2027, 2, 1)
RENEWED_IN_JANUARY = Ended(JANUARY, Way.AUTOMATIC, "USD", 1, 0, 0)
NOT_IN_JANUARY = Ended(JANUARY, None, None, 1, 0, 0)
RECOVERED = Ended(FEBRUARY, Way.BY_HAND, "USD", 1, 1, 1000)


@pytest.mark.usefixtures("_portfolio")
async def test_the_terms_of_a_month_are_renewed_by_a_way_or_not_and_recovered(sessions: Sessions) -> None:
    assert await found(sessions) == [RENEWED_IN_JANUARY, NOT_IN_JANUARY, RECOVERED]
    assert await found(sessions, date(2027, 2, 19)) == [RENEWED_IN_JANUARY, NOT_IN_JANUARY]
    await run(sessions, "UPDATE subscriptions SET channel = 'partner' WHERE number = 'S-1003'")
    assert Ended(FEBRUARY, Way.PARTNER, "USD", 1, 1, 1000) in await found(sessions)
    await run(sessions, "UPDATE renewals SET settled_at = NULL, order_id = NULL WHERE subscription = 'S-1003'")
    assert Ended(FEBRUARY, None, None, 1, 0, 0) in await found(sessions)


@pytest.mark.usefixtures("_portfolio")
async def test_twelve_months_are_told_with_the_present_one(sessions: Sessions) -> None:
    assert first_month(date(2027, 2, 20)) == date(2026, 3, 1)
    assert first_month(date(2027, 12, 1)) == date(2027, 1, 1)
    await run(sessions, *due("S-1002", "2026-03-01"))
    assert Ended(date(2026, 3, 1), None, None, 1, 0, 0) in await found(sessions)
    await run(sessions, *due("S-1002", "2026-02-28"))
    assert await found(sessions) == [RENEWED_IN_JANUARY, RECOVERED]


@pytest.mark.usefixtures("_portfolio")
async def test_what_is_not_live_is_not_told_and_a_clock_ahead_is_taken_back(sessions: Sessions) -> None:
    await run(sessions, "UPDATE subscriptions SET live_at = NULL WHERE number = 'S-1002'")
    assert NOT_IN_JANUARY not in await found(sessions)
    await run(sessions, *due("S-1005", "2028-01-31"))
    await run(sessions, "UPDATE subscriptions SET shift = '365 days' WHERE number = 'S-1005'")
    assert NOT_IN_JANUARY not in await found(sessions)
    assert NOT_IN_JANUARY in await found(sessions, ahead=True)


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER)


def recent(number: str) -> tuple[str, ...]:
    return due(number, (datetime.now(UTC).date() - timedelta(days=40)).isoformat())


@pytest.mark.usefixtures("_portfolio")
async def test_the_page_tells_rate_and_money_and_is_found_from_the_overview(mira: Person, sessions: Sessions) -> None:
    await run(sessions, "DELETE FROM attempts", "DELETE FROM order_lines", "DELETE FROM renewals", "DELETE FROM orders")
    await run(sessions, "UPDATE terms SET starts_on = '2036-01-01', renews_on = '2037-01-01'")
    assert "No renewal date of a live subscription" in await mira.page(RESULTS)
    await run(sessions, *(each for number in ("S-1001", "S-1002", "S-1003", "S-1004") for each in recent(number)))
    await run(sessions, RENEWED.format(number="S-1001", way="checkout"), DECLINED.format(number="S-1001"))
    page = await mira.page(RESULTS)
    assert "25.0%" in words(page)
    assert "USD 10.00" in words(page)
    assert 'class="series not_renewed"' in page
    assert f'href="{RESULTS}"' in await mira.page("/ops/")


@pytest.mark.usefixtures("_portfolio")
async def test_the_months_are_a_file_with_a_line_each_and_taking_it_stands_on_record(
    mira: Person, sessions: Sessions
) -> None:
    await run(sessions, "DELETE FROM attempts", "DELETE FROM order_lines", "DELETE FROM renewals", "DELETE FROM orders")
    await run(sessions, "UPDATE terms SET starts_on = '2036-01-01', renews_on = '2037-01-01'")
    await run(sessions, *(each for number in ("S-1001", "S-1002") for each in recent(number)))
    await run(sessions, RENEWED.format(number="S-1001", way="checkout"), DECLINED.format(number="S-1001"))
    assert f'href="{RESULTS}.csv"' in await mira.page(RESULTS)
    file = await mira.get(f"{RESULTS}.csv")
    lines = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert len(lines) == 12
    assert [line["month"] for line in lines] == sorted(line["month"] for line in lines)
    line = next(line for line in lines if line["month"] == f"{datetime.now(UTC).date() - timedelta(days=40):%Y-%m}")
    assert (line["ended"], line["by_hand"], line["not_renewed"]) == ("2", "1", "1")
    assert (line["recovered"], line["recovered_USD"]) == ("1", "10.00")
    assert ("operator:mira", "results.export", None, None) in await acts(sessions)


@pytest.mark.usefixtures("_portfolio")
async def test_figures_over_many_are_kept_for_an_hour(
    mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "FEW", 0)
    await run(sessions, *recent("S-1002"))
    before = words(await mira.page(RESULTS))
    await run(sessions, "UPDATE subscriptions SET live_at = NULL")
    assert words(await mira.page(RESULTS)).split("as of")[0] == before.split("as of")[0]
    assert "No renewal date" not in await mira.page(RESULTS)
    file = csv.DictReader(io.StringIO((await mira.get(f"{RESULTS}.csv")).text.removeprefix("\ufeff")))
    assert {line["ended"] for line in file} == {"0"}, "a file is of now"
    await run(sessions, "UPDATE snapshots SET taken_at = taken_at - interval '61 minutes'")
    assert "No renewal date" not in await mira.page(RESULTS)
    assert "No renewal date" in await mira.page(RESULTS)


@pytest.mark.usefixtures("_portfolio")
async def test_the_months_are_read_by_index(sessions: Sessions, engine: AsyncEngine) -> None:
    async with heard(engine) as asked:
        await found(sessions)
    await assert_by_index(engine, asked, ["terms", "renewals", "subscriptions"])
    async with sessions() as session:
        assert await session.scalar(sa.text("SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_terms_renews_on'"))
