"""The list of subscriptions finds what is asked for, in pages that tile, and by indexes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from console.ops.addresses import place_text
from console.ops.asking import Column, View, place_of, view_in
from console.ops.fields import Wrong
from models.acts import Wanted as Acts
from models.acts import acts_page
from models.at_risk import Cause
from models.customers import Wanted as Customers
from models.customers import customers_page
from models.engine import Sessions, create_engine, sessions_of
from models.keyset import Beside
from models.listed import listed
from models.listing import Asked, Place, Sort, listing
from models.pipeline import Path as Way
from models.searching import meant_by
from models.store import load_all
from models.troubles import Trouble
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.facts import Channel, Phase
from renewals.pricing import next_line

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
TODAY = date(2027, 2, 1)

MANY = """
    INSERT INTO subscriptions SELECT (jsonb_populate_record(s, jsonb_build_object(
        'number', 'T-' || n, 'renews_on', date '2027-02-01' + n % 7,
        'next_step_at', CASE WHEN n % 3 > 0 THEN timestamptz '2027-01-10T00:00Z' + interval '1 hour' * (n % 5) END))).*
    FROM subscriptions s, generate_series(100, 139) AS n WHERE s.number = 'S-1001'
"""


async def run(sessions: Sessions, *statements: str) -> None:
    async with sessions.begin() as session:
        for statement in statements:
            await session.execute(sa.text(statement))


@pytest.fixture
async def _portfolio(sessions: Sessions) -> None:
    """The example, live; one of each that a filter may ask for."""
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=NOW - timedelta(days=60), imported_by="operator:ana")
        await go_live(session, wall_now=NOW - timedelta(days=60), by="operator:ana", reason="a test")
    await run(
        sessions,
        "UPDATE subscriptions SET phase = 'renewable'",
        "UPDATE subscriptions SET phase = 'expired' WHERE number = 'S-1003'",
        "UPDATE subscriptions SET parked_at = now(), parked_because = 'look' WHERE number = 'S-1004'",
        "INSERT INTO renewals (id, subscription, term_starts_on) SELECT gen_random_uuid(), number, renews_on"
        " FROM subscriptions WHERE number IN ('S-1005', 'S-1012')",
        "INSERT INTO claims (id, renewal_id, holder, opened_at) SELECT gen_random_uuid(), id,"
        " CASE subscription WHEN 'S-1005' THEN 'voucher' ELSE 'automatic' END, '2027-02-01' FROM renewals",
    )


async def numbers(sessions: Sessions, asked: Asked) -> list[str]:
    """All that the list finds, on one page, the common beginning left out."""
    async with sessions() as session:
        found = await listing(session, asked, TODAY, NOW)
        page = await found.page(session, 100)
        assert await found.count(session, 1000) == len(page.numbers)
    return [number.removeprefix("S-10") for number in page.numbers]


@pytest.mark.usefixtures("_portfolio")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(Asked(), "01 02 03 04 05 06 07 08 09 10 11 12", id="everything"),
        pytest.param(Asked(descending=True), "12 11 10 09 08 07 06 05 04 03 02 01", id="backwards"),
        pytest.param(Asked(phase=Phase.EXPIRED), "03", id="phase"),
        pytest.param(Asked(path=Way.AUTOMATIC), "01 02 03 05 09 10 12", id="automatic"),
        pytest.param(Asked(path=Way.BY_HAND), "04 07 08", id="by hand"),
        pytest.param(Asked(path=Way.PARTNER), "06", id="with a partner"),
        pytest.param(Asked(channel=Channel.LEGACY), "11", id="channel"),
        pytest.param(Asked(sku="DRAFT-3D"), "03 05", id="offering"),
        pytest.param(Asked(currency="JPY"), "07 08", id="currency"),
        pytest.param(Asked(since=date(2027, 3, 28), until=date(2027, 4, 30)), "01 05 07", id="renewal dates"),
        pytest.param(Asked(parked=True), "04", id="parked"),
        pytest.param(Asked(parked=False, currency="CAD"), "03", id="not parked"),
        pytest.param(Asked(held=True), "05", id="held; the automatic charge holds nothing"),
        pytest.param(Asked(held=False, sku="DRAFT-3D"), "03", id="not held"),
        pytest.param(Asked(auto_renew=False), "04 07 08 11", id="auto-renew off"),
        pytest.param(Asked(cause=Cause.PARKED), "04", id="a cause of risk"),
        pytest.param(Asked(cause=Cause.AUTO_RENEW_OFF), "04 07", id="another cause"),
        pytest.param(Asked(text="s-100", phase=Phase.EXPIRED), "03", id="number and phase"),
        pytest.param(Asked(text="S-1012"), "12", id="a number"),
        pytest.param(Asked(text="5100000003"), "05 06", id="a CSN"),
        pytest.param(Asked(text="510000000"), "01 02 03 04 05 06 07 08 09 10 11 12", id="how a CSN begins"),
        pytest.param(Asked(text="SURVEY"), "01 02 11", id="a part of a name"),
        pytest.param(Asked(text="lumière"), "05 06", id="a part of a name with an accent"),
        pytest.param(Asked(text="at"), "03 04", id="how a name begins, for two letters"),
        pytest.param(Asked(text="Mia@Harbour.example"), "09 10", id="the buyer's address"),
        pytest.param(Asked(text="it@north"), "02", id="an admin's address"),
        pytest.param(Asked(text="%"), "", id="a sign that means something in patterns"),
        pytest.param(Asked(text="S_10"), "", id="another one"),
        pytest.param(Asked(sort=Sort.RENEWS_ON, since=date(2027, 6, 1)), "06 08 10 11", id="by renewal date"),
    ],
)
async def test_each_filter_finds_what_it_says(sessions: Sessions, asked: Asked, found: str) -> None:
    assert await numbers(sessions, asked) == found.split()


@pytest.mark.usefixtures("_portfolio")
@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True], ids=["rising", "falling"])
async def test_pages_tile_forwards_and_back_whatever_is_equal(sessions: Sessions, sort: Sort, descending: bool) -> None:
    await run(sessions, MANY)
    asked = Asked(sort=sort, descending=descending)
    whole = await numbers(sessions, asked)
    assert len(whole) == len(set(whole)) == 52
    async with sessions() as session:
        found = await listing(session, asked, TODAY, NOW)
        pages, after, place = list[Sequence[str]](), None, None
        while True:
            page = await found.page(session, 7, after=after)
            assert page.earlier is (after is not None)
            pages.append(page.numbers)
            if not page.later:
                break
            after = _through_an_address(page.last, asked)
        assert [number.removeprefix("S-10") for each in pages for number in each] == whole
        back, place = [pages[-1]], page.first
        while page.earlier:
            page = await found.page(session, 7, before=_through_an_address(place, asked))
            assert page.later
            back.append(page.numbers)
            place = page.first
    assert back[::-1] == pages


def _through_an_address(place: Place | None, asked: Asked) -> Place | None:
    """As a browser brings it back."""
    return place_of(View(asked), place_text(place))


@pytest.mark.usefixtures("_portfolio")
async def test_what_is_added_or_gone_beside_a_page_moves_no_other(sessions: Sessions) -> None:
    async with sessions() as session:
        found = await listing(session, Asked(), TODAY, NOW)
        first = await found.page(session, 3)
    await run(sessions, MANY.replace("'T-' || n", "'A-' || n"))
    async with sessions() as session:
        page = await found.page(session, 3, after=first.last)
    assert page.numbers == ["S-1004", "S-1005", "S-1006"]


@pytest.mark.usefixtures("_portfolio")
async def test_a_large_list_is_counted_only_so_far(sessions: Sessions) -> None:
    async with sessions() as session:
        assert await (await listing(session, Asked(), TODAY, NOW)).count(session, 5) == 6


@pytest.mark.usefixtures("_portfolio")
async def test_lines_say_what_the_core_says(sessions: Sessions) -> None:
    async with sessions() as session:
        all_numbers = [f"S-10{n:02}" for n in range(12, 0, -1)]
        stored = {each.row.number: each for each in await load_all(session, all_numbers, NOW)}
        lines = await listed(session, all_numbers, NOW)
    assert [line.number for line in lines] == all_numbers
    for line in lines:
        its = stored[line.number]
        assert line.amount == next_line(its.facts).amount
        assert (line.customer, line.currency, line.buyer) == (its.customer.name, its.facts.currency, its.buyer.email)
        assert (line.path == "automatic") is its.facts.renews_automatically


BIG = ("subscriptions", "customers", "contacts", "claims", "renewals", "notices", "attempts", "orders", "order_lines")


@pytest.mark.usefixtures("_portfolio")
async def test_every_question_goes_by_an_index(sessions: Sessions, engine: AsyncEngine) -> None:
    """As PostgreSQL would, if the tables were too large to read through."""
    asked: list[tuple[str, Any]] = []

    def hear(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    questions = [
        *(Asked(sort=sort, descending=down) for sort in Sort for down in (False, True)),
        *(Asked(text=text) for text in ("S-10", "north", "a", "ada@")),
        *(Asked(cause=cause) for cause in Cause),
        Asked(phase=Phase.EXPIRED, sort=Sort.RENEWS_ON),
        Asked(path=Way.AUTOMATIC, channel=Channel.PARTNER, sku="DRAFT-3D", currency="JPY"),
        Asked(since=TODAY, until=TODAY, parked=True, held=True, auto_renew=True),
    ]
    sa.event.listen(engine.sync_engine, "before_cursor_execute", hear)
    async with sessions() as session:
        for question in questions:
            found = await listing(session, question, TODAY, NOW)
            page = await found.page(session, 5)
            await found.count(session, 10)
            if page.last and page.first:
                await found.page(session, 5, after=page.last)
                await found.page(session, 5, before=page.first)
        await listed(session, ["S-1001"], NOW)
    sa.event.remove(engine.sync_engine, "before_cursor_execute", hear)
    assert len(asked) > len(questions) * 2
    async with engine.connect() as connection:
        await connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in asked:
            plan = [line for (line,) in await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
            assert not [line for line in plan if any(f"Seq Scan on {table} " in line for table in BIG)], statement


SERVED = {
    "ix_subscriptions_beginning": "SELECT number FROM subscriptions WHERE lower(number) LIKE 's-10%'",
    "ix_customers_beginning": "SELECT csn FROM customers WHERE lower(csn) LIKE '5100%'",
    "ix_customers_parts": "SELECT csn FROM customers WHERE lower(name) LIKE '%survey%'",
    "ix_contacts_parts": "SELECT id FROM contacts WHERE lower(email) LIKE '%harbour%'",
}


@pytest.mark.usefixtures("_portfolio")
@pytest.mark.parametrize("index", list(SERVED))
async def test_each_search_has_its_index(engine: AsyncEngine, index: str) -> None:
    async with engine.connect() as connection:
        for way in ("seqscan", "indexscan", "indexonlyscan"):  # what is left can only go by a condition on an index
            await connection.exec_driver_sql(f"SET enable_{way} = off")
        plan = [line for (line,) in await connection.exec_driver_sql(f"EXPLAIN {SERVED[index]}".replace("%", "%%"))]
    assert any(index in line for line in plan), plan


@pytest.mark.usefixtures("_portfolio")
@pytest.mark.parametrize("sort", [Sort.RENEWS_ON, Sort.NEXT_STEP])
async def test_a_page_is_read_in_its_order_and_not_sorted(sessions: Sessions, engine: AsyncEngine, sort: Sort) -> None:
    heard: list[tuple[str, Any]] = []
    async with sessions() as session:
        found = await listing(session, Asked(sort=sort), TODAY, NOW)
        first = await found.page(session, 3)
        sa.event.listen(engine.sync_engine, "before_cursor_execute", lambda *each: heard.append((each[2], each[3])))
        await found.page(session, 3, after=first.last)
    (statement, parameters) = heard[0]
    async with engine.connect() as connection:
        await connection.exec_driver_sql("SET enable_seqscan = off")
        await connection.exec_driver_sql("SET enable_bitmapscan = off")
        plan = [line for (line,) in await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
    assert not any("Sort" in line for line in plan), plan
    assert any("Index Cond" in line for line in plan), plan


@pytest.mark.usefixtures("_portfolio")
async def test_a_search_that_means_too_many_says_so(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.searching.MOST", 1)
    async with sessions() as session:
        assert (await meant_by(session, "example")).cut
        assert not (await meant_by(session, "minato")).cut


WORDS = st.text(st.characters(exclude_categories=["C"]), max_size=20).map(str.strip)
VIEWS = st.builds(
    Asked,
    text=WORDS,
    phase=st.none() | st.sampled_from(Phase),
    path=st.none() | st.sampled_from(Way),
    channel=st.none() | st.sampled_from(Channel),
    sku=WORDS,
    currency=WORDS,
    since=st.none() | st.dates(),
    until=st.none() | st.dates(),
    cause=st.none() | st.sampled_from(Cause),
    trouble=st.none() | st.sampled_from(Trouble),
    parked=st.none() | st.booleans(),
    held=st.none() | st.booleans(),
    auto_renew=st.none() | st.booleans(),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
)


@given(VIEWS, st.sets(st.sampled_from(Column), min_size=1))
def test_an_address_says_all_that_a_view_is(asked: Asked, columns: set[Column]) -> None:
    view = View(asked, tuple(column for column in Column if column in columns))
    assert view_in(view.query) == view
    for name, _ in view.filters:
        assert name not in dict(view_in(view.without(name).partition("?")[2]).fields())


@pytest.mark.parametrize(
    "query",
    [
        "phase=gone",
        "from=yesterday",
        "cause=x",
        "trouble=x",
        "parked=maybe",
        "sort=colour",
        "col=token",
        "q=%00",
        f"q={'x' * 201}",
        "&".join(["phase=active"] * 100),
    ],
)
def test_an_address_that_means_nothing_is_refused(query: str) -> None:
    with pytest.raises(Wrong):
        view_in(query)


@pytest.mark.parametrize("place", ["x", "2027-02-01T00:00,S-1", "2027-02-01,S\x00"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    view = View(replace(Asked(), sort=Sort.NEXT_STEP))
    with pytest.raises(Wrong):
        place_of(view, place)


@pytest.mark.usefixtures("_portfolio")
async def test_a_search_is_planned_for_what_it_looks_for_however_often_people_search(database_url: str) -> None:
    """A plan that serves every text reads the whole table for each."""
    engine = create_engine(database_url, connections=1)
    try:
        sessions = sessions_of(engine)
        for _ in range(7):  # psycopg has the server prepare a statement when it comes for the sixth time
            await numbers(sessions, Asked(text="survey"))
            async with sessions() as session:
                await customers_page(session, Customers("survey"), 10, Beside())
                await acts_page(session, Acts(why="survey"), 10, Beside())
        async with sessions() as session:
            prepared = (await session.scalars(sa.text("SELECT statement FROM pg_prepared_statements"))).all()
        assert [each for each in prepared if "LIKE" in each] == []
    finally:
        await engine.dispose()
