"""Customers: found by what people have at hand, and all that belongs to one."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from console.ops import customers as pages
from console.ops import files
from models.customers import Wanted, customer_of, customers_page
from models.engine import Sessions
from models.keyset import Beside, Found
from portfolio.importing import import_portfolio
from renewals.roles import Role
from tests.console.ops.plans import assert_by_index, assert_in_order, heard
from tests.console.ops.staff import People, Person, acts, words
from tests.console.ops.test_figures import SETTLED

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
CUSTOMERS = "/ops/customers"


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER)


@pytest.fixture
async def _example(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        await import_portfolio(session, EXAMPLE, now=now, imported_by="operator:ana")


def rows(page: str) -> list[str]:
    """The last digits of the customers that the page lists."""
    return re.findall(r'<th scope="row"><a href="/ops/customers/510000000(\d)"', page)


async def test_without_customers_the_page_says_what_to_do(mira: Person) -> None:
    assert "perennial import FOLDER" in words(await mira.page(CUSTOMERS))


@pytest.mark.usefixtures("_example")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", "1 2 3 4 5 6", id="all"),
        pytest.param("q=5100000003", "3", id="CSN"),
        pytest.param("q=51000", "1 2 3 4 5 6", id="how a CSN begins"),
        pytest.param("q=LUMIÈRE", "3", id="a part of the name"),
        pytest.param("q=it@north", "1", id="a part of somebody's address"),
        pytest.param("country=us", "1 6", id="country"),
        pytest.param("currency=USD&country=AU", "5", id="currency and country"),
        pytest.param("q=nobody", "", id="nobody"),
    ],
)
async def test_each_search_finds_what_it_says(mira: Person, query: str, found: str) -> None:
    page = await mira.page(f"{CUSTOMERS}?{query}")
    assert rows(page) == found.split()
    assert ("Nothing matches." in page) == (not found)


@pytest.mark.usefixtures("_example")
async def test_pages_are_walked_by_their_links(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 4)
    page = await mira.page(CUSTOMERS)
    later = re.search(r'href="([^"]+)" rel="next"', page)
    assert later
    rest = await mira.page(later[1].replace("&amp;", "&"))
    assert (rows(page), rows(rest)) == (["1", "2", "3", "4"], ["5", "6"])
    earlier = re.search(r'href="([^"]+)" rel="prev"', rest)
    assert earlier
    assert rows(await mira.page(earlier[1].replace("&amp;", "&"))) == rows(page)


@pytest.mark.usefixtures("_example")
async def test_a_customer_has_its_people_methods_subscriptions_and_orders(mira: Person, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(sa.text(SETTLED))
        token = "UPDATE payment_methods SET token = 'tok_live_5f3a9e1c77d24b86' WHERE csn = '5100000001'"
        await session.execute(sa.text(token))
        await session.execute(sa.text("UPDATE customers SET name = '<b>North</b>' WHERE csn = '5100000001'"))
    page = await mira.page(f"{CUSTOMERS}/5100000001")
    said = words(page)
    assert "&lt;b&gt;North&lt;/b&gt;" in said
    assert "America/Los_Angeles" in said
    assert "it@northwind.example" in said
    assert "••••4b86" in said
    assert "tok_live" not in page
    assert 'href="/ops/subscriptions?q=5100000001"' in page
    assert re.search(r"Subscriptions 3\b", said)
    assert "1,010.00" in said
    assert "It has asked for no quote." in said
    assert ("operator:mira", "customer.read", "5100000001", None) in await acts(sessions)


async def test_an_unknown_customer_leads_back(mira: Person, sessions: Sessions) -> None:
    for csn in ("5100000009", "%00"):
        assert (await mira.get(f"{CUSTOMERS}/{csn}")).status_code == 404
    assert "customer.read" not in [act for _, act, *_ in await acts(sessions)]


@pytest.mark.usefixtures("_example")
async def test_it_speaks_french(mira: Person) -> None:
    page = words((await mira.client.get(f"{CUSTOMERS}/5100000003", headers={"accept-language": "fr-FR"})).text)
    assert "Moyens de paiement" in page
    assert "Fuseau horaire" in page


@pytest.mark.usefixtures("_example")
async def test_every_question_goes_by_an_index(sessions: Sessions, engine: AsyncEngine) -> None:
    async with sessions() as session, heard(engine) as asked:
        await customers_page(session, Wanted(), 3, Beside(after=("51",)))
        for wanted in (Wanted(text="north"), Wanted(country="US"), Wanted(currency="USD")):
            await customers_page(session, wanted, 3, Beside())
        await customer_of(session, "5100000001")
    tables = ["customers", "contacts", "subscriptions", "orders", "order_lines", "payment_methods", "quotes"]
    await assert_by_index(engine, asked, tables)
    await assert_in_order(engine, asked, "customers", "pk_customers")


@pytest.mark.usefixtures("_example")
async def test_as_a_file_they_stand_with_how_many_subscriptions_and_taking_it_stands_on_record(
    mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PER_BATCH", 2)
    assert f'href="{CUSTOMERS}.csv?currency=USD"' in await mira.page(f"{CUSTOMERS}?currency=USD")
    answer = await mira.get(f"{CUSTOMERS}.csv?currency=usd")
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(line["csn"], line["subscriptions"]) for line in lines] == [
        ("5100000001", "3"),
        ("5100000005", "2"),
        ("5100000006", "1"),
    ]
    assert ("operator:mira", "customers.export", None, None) in await acts(sessions)


@pytest.mark.usefixtures("_example")
async def test_a_file_of_a_search_that_was_cut_says_so(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cut(*args: Any) -> tuple[Found, bool]:
        return (await customers_page(*args))[0], True

    monkeypatch.setattr(pages, "customers_page", cut)
    assert "only some of them were looked at" in (await mira.get(f"{CUSTOMERS}.csv")).text.splitlines()[-1]
