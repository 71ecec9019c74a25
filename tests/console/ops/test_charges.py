"""Every attempt to take money as a list, and the figures of today: each leads to exactly those that it counts."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from console.ops import charges as pages
from console.ops import files
from models.charges import Wanted, charges_page
from models.engine import Sessions
from models.keyset import Beside
from portfolio.importing import import_portfolio
from renewals.calendar import local_date, midnight
from renewals.payments import AttemptState
from renewals.roles import Role
from settings import Settings
from tests.console.ops.plans import assert_by_index, assert_in_order, heard
from tests.console.ops.staff import People, Person, acts, now, words
from tests.console.ops.test_letters import notice

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
CHARGES = "/ops/charges"
NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
ZONE = "Asia/Tokyo"

ATTEMPT = sa.text("""
    WITH placed AS (
        INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
        SELECT gen_random_uuid(), csn, 'USD', 'checkout', 'open', 'system', :at FROM subscriptions
        WHERE number = :number RETURNING id
    ), line AS (
        INSERT INTO order_lines (order_id, subscription, term_starts_on, purpose, days, term_days, term, seats,
            unit_price, amount, receipt)
        SELECT placed.id, number, renews_on, 'seats', 365, 365, term, 1, 21000, 21000, '{}'
        FROM subscriptions, placed WHERE number = :number
    )
    INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, answered_at, calls,
        questions, received, code, decline_class)
    SELECT :id, placed.id, 1, (SELECT id FROM payment_methods LIMIT 1), 21000, 'USD', CAST(:state AS text), :at,
        CASE WHEN :state IN ('paid', 'declined') THEN CAST(:at AS timestamptz) END, 0, 0, 0,
        CASE WHEN :state = 'declined' THEN 'lost_card' END, CASE WHEN :state = 'declined' THEN 'hard' END FROM placed
""")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The operations team sits far from Greenwich."""
    return Settings(data_dir=tmp_path, local_stack=True, ops_time_zone=ZONE)


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER)


async def attempts(sessions: Sessions, *made: tuple[str, AttemptState, datetime]) -> None:
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=NOON, imported_by="operator:ana")
        for n, (number, state, at) in enumerate(made, start=1):
            values: dict[str, Any] = {"id": UUID(int=n), "number": number, "state": state.value, "at": at}
            await session.execute(ATTEMPT, values)


@pytest.fixture
async def _charges(sessions: Sessions) -> None:
    await attempts(
        sessions,
        ("S-1001", AttemptState.PAID, NOON),
        ("S-1002", AttemptState.DECLINED, NOON + timedelta(hours=1)),
        ("S-1003", AttemptState.UNKNOWN, NOON + timedelta(hours=5)),
    )


def listed(page: str) -> list[str]:
    """The subscriptions that a list names, one of each row."""
    return re.findall(r'<a href="/ops/subscriptions/(S-\d+)">', page.partition('id="list"')[2])


@pytest.mark.usefixtures("_charges")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", "1003 1002 1001", id="all, the newest first"),
        pytest.param("state=declined", "1002", id="state"),
        pytest.param("currency=usd&until=2027-02-01", "1002 1001", id="a day of the operators"),
        pytest.param("from=2027-02-02", "1003", id="from a day on"),
        pytest.param("currency=EUR", "", id="another currency"),
    ],
)
async def test_each_filter_finds_what_it_says(mira: Person, query: str, found: str) -> None:
    page = await mira.page(f"{CHARGES}?{query}")
    assert listed(page) == [f"S-{each}" for each in found.split()]
    assert ("Nothing matches." in page) == (not found)


@pytest.mark.usefixtures("_charges")
async def test_a_line_says_whose_how_much_and_why_not(mira: Person) -> None:
    page = words(await mira.page(f"{CHARGES}?state=declined")).replace("\xa0", " ")
    for said in ("USD 210.00", "declined", "lost_card : hard decline: never again with this method", "checkout"):
        assert said in page
    french = words((await mira.client.get(CHARGES, headers={"accept-language": "fr-FR"})).text)
    assert "Chaque tentative de prélèvement" in french


@pytest.mark.parametrize("query", ["state=lost", "from=x", "after=x", f"after={NOON:%Y-%m-%d},1"])
async def test_an_address_that_means_nothing_is_refused(mira: Person, query: str) -> None:
    assert (await mira.get(f"{CHARGES}?{query}")).status_code == 422


@pytest.mark.usefixtures("_charges")
async def test_pages_are_walked_by_their_links(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    later = re.search(r'href="([^"]+)" rel="next"', await mira.page(CHARGES))
    assert later
    assert listed(await mira.page(later[1].replace("&amp;", "&"))) == ["S-1001"]


@pytest.mark.usefixtures("_charges")
async def test_the_list_is_a_file_that_stands_on_record(
    mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PER_BATCH", 2)
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE customers SET name = '=1+1'"))
    answer = await mira.get(f"{CHARGES}.csv")
    found = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [line["subscriptions"] for line in found] == ["S-1003", "S-1002", "S-1001"]
    declined = found[1]
    assert (declined["amount"], declined["currency"], declined["code"]) == ("210.00", "USD", "lost_card")
    assert declined["customer"] == "'=1+1"
    assert ("operator:mira", "charges.export", None, None) in await acts(sessions)


async def test_each_figure_of_today_leads_to_a_list_of_as_many(mira: Person, sessions: Sessions) -> None:
    """Its day is that of the operators: what is a minute beside it is neither counted nor listed."""
    begins = midnight(local_date(now(), ZONE), ZONE)
    eve, first, last, next_day = (
        begins + timedelta(minutes=each) for each in (-1, 0, 24 * 60 - 1, 24 * 60)
    )  # fmt: skip
    await attempts(
        sessions,
        *(("S-1001", AttemptState.PAID, at) for at in (eve, first, last, next_day)),
        ("S-1002", AttemptState.DECLINED, first),
    )
    tried: dict[str, Any] = {"sent_at": None, "outcome": "failed"}
    waits: dict[str, Any] = {"sent_at": None, "outcome": None}
    beside: dict[str, Any] = {"planned_for": eve}
    mails = [
        *(notice(n, planned_for=eve, sent_at=at) for n, at in enumerate((eve, first, last, next_day))),
        notice(10, "S-1003", planned_for=first, sent_at=first, outcome="bounced"),
        notice(11, "S-1004", planned_for=last, **tried),
        notice(12, "S-1004", **tried, **beside),
        notice(13, "S-1005", **waits, **beside),
    ]
    async with sessions.begin() as session:
        session.add_all(mails)
    page = (await mira.page("/ops/")).partition('id="today"')[2].partition("</section>")[0]
    figures = re.findall(
        r'<a href="([^"]+)">([^<]+)</a></(?:th|dt)><(?:td class="end" data-label="Charges"|dd)>([\d,]+)<', page
    )
    assert {label: int(count) for _, label, count in figures} == {
        "paid": 2,
        "declined": 1,
        "sent": 3,
        "failed": 2,
        "waiting": 1,
    }
    for address, label, count in figures:
        assert len(listed(await mira.page(address.replace("&amp;", "&")))) == int(count), label


@pytest.mark.usefixtures("_charges")
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        pytest.param(Wanted(), "ix_attempts_called_at", id="all"),
        pytest.param(Wanted(since=NOON, until=NOON + timedelta(days=1)), "ix_attempts_called_at", id="days"),
        pytest.param(Wanted(state=AttemptState.DECLINED), "ix_attempts_by_state", id="state"),
    ],
)
async def test_each_page_is_read_in_the_order_of_an_index(
    sessions: Sessions, engine: AsyncEngine, wanted: Wanted, index: str
) -> None:
    async with sessions() as session, heard(engine) as asked:
        await charges_page(session, wanted, 3, Beside(after=(NOON + timedelta(hours=4), UUID(int=9))))
    await assert_by_index(engine, asked, ["attempts", "orders", "order_lines", "customers"])
    await assert_in_order(engine, asked, "attempts", index)
