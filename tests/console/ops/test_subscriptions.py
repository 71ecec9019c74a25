"""The list as an operator uses it: searched, bookmarked, kept under a name, taken along as a file."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from console.ops import patience
from console.ops import subscriptions as pages
from models.engine import Sessions
from models.saved_views import MOST_VIEWS
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.roles import Role
from tests.console.ops.staff import People, Person, acts, form, words

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
LIST = "/ops/subscriptions"


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER)


@pytest.fixture
async def _example(sessions: Sessions) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=now, imported_by="operator:ana")
        await go_live(session, wall_now=now, by="operator:ana", reason="a test")


def rows(page: str) -> list[str]:
    """The numbers that a page lists."""
    return re.findall(r'<th scope="row">.*?>([A-Z]-\d+)</a>', page, re.S)


async def test_an_empty_installation_says_what_to_do(mira: Person) -> None:
    page = words(await mira.page(LIST))
    assert "There are no subscriptions yet." in page
    assert "0 subscriptions" in page


@pytest.mark.usefixtures("_example")
async def test_a_search_shows_what_it_found_and_how_to_leave_it(mira: Person) -> None:
    page = await mira.page(f"{LIST}?q=northwind&phase=&sort=number")
    assert rows(page) == ["S-1001", "S-1002", "S-1011"]
    said = words(page)
    assert "3 subscriptions" in said
    assert "Filtered by: Search: northwind" in said
    assert 'href="/ops/subscriptions/S-1001"' in page
    assert "No subscription matches." in await mira.page(f"{LIST}?q=nobody-of-this-name")


@pytest.mark.usefixtures("_example")
async def test_what_a_customer_is_called_is_text(mira: Person, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE customers SET name = '<b>&=1' WHERE csn = '5100000006'"))
    page = await mira.page(f"{LIST}?q=%3Cb%3E")
    assert "&lt;b&gt;&amp;=1" in page
    assert "<b>&" not in page


@pytest.mark.usefixtures("_example")
async def test_pages_are_walked_by_their_links(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 5)
    page = await mira.page(f"{LIST}?sort=-renews_on")
    seen = [rows(page)]
    while later := re.search(r'href="([^"]+)" rel="next"', page):
        page = await mira.page(later[1].replace("&amp;", "&"))
        seen.append(rows(page))
    assert [len(each) for each in seen] == [5, 5, 2]
    assert len({number for each in seen for number in each}) == 12
    earlier = re.search(r'href="([^"]+)" rel="prev"', page)
    assert earlier
    assert rows(await mira.page(earlier[1].replace("&amp;", "&"))) == seen[1]
    assert "Nothing lies beyond this place any more." in await mira.page(f"{LIST}?after=Z-9999")


@pytest.mark.usefixtures("_example")
@pytest.mark.parametrize("query", ["phase=gone", "sort=x", "from=31.3.2027", "after=%00", "q=%00"])
async def test_an_address_that_cannot_be_read_says_so(mira: Person, query: str) -> None:
    answer = await mira.get(f"{LIST}?{query}")
    assert answer.status_code == 422
    assert "The address cannot be read" in answer.text


@pytest.mark.usefixtures("_example")
async def test_a_question_that_takes_too_long_is_given_up(
    mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(session: sa.ext.asyncio.AsyncSession, *_: object) -> None:  # type: ignore[name-defined]
        await session.execute(sa.text("SELECT pg_sleep(20)"))

    monkeypatch.setattr(patience, "PATIENCE_MS", 20)
    monkeypatch.setattr(pages, "listed", slow)
    answer = await mira.get(LIST)
    assert answer.status_code == 422
    assert "That takes too long" in answer.text


@pytest.mark.usefixtures("_example")
async def test_chosen_columns_are_shown_and_looking_at_people_stands_on_record(
    mira: Person, sessions: Sessions
) -> None:
    page = await mira.page(f"{LIST}?q=S-1002&col=admin&col=seats")
    assert "it@northwind.example" in page
    assert re.findall(r'data-label="([^"]+)"', page) == ["Next seats", "Primary admin"]
    assert ("operator:mira", "subscriptions.people", None, None) in await acts(sessions)
    before = len(await acts(sessions))
    assert "it@northwind.example" not in await mira.page(f"{LIST}?q=S-1002")
    assert len(await acts(sessions)) == before


@pytest.mark.usefixtures("_example")
async def test_any_view_is_a_file_that_no_spreadsheet_calculates_and_stands_on_record(
    mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PER_BATCH", 5)
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE customers SET name = '=HYPERLINK(\"x\")' WHERE csn = '5100000006'"))
        await session.execute(sa.text("UPDATE customers SET name = '@a, \"b\"' WHERE csn = '5100000005'"))
    page = await mira.page(f"{LIST}?sort=-number&col=customer&col=amount")
    address = re.search(r'href="(/ops/subscriptions\.csv[^"]*)"', page)
    assert address
    answer = await mira.get(address[1].replace("&amp;", "&"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="subscriptions-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"]
    )
    assert answer.text.startswith("\ufeffnumber,customer,amount,currency\r\n")
    found = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [line["number"] for line in found] == [f"S-10{n:02}" for n in range(12, 0, -1)]
    assert found[0]["customer"] == '\'=HYPERLINK("x")'
    assert found[2]["customer"] == '\'@a, "b"'
    assert found[-1] == {
        "number": "S-1001", "customer": "Northwind Surveying LLC", "amount": "6060.00", "currency": "USD",
    }  # fmt: skip
    (exported,) = [each for each in await acts(sessions) if each[1] == "subscriptions.export"]
    assert exported[0] == "operator:mira"


async def test_an_empty_view_is_a_file_with_its_head_alone(mira: Person) -> None:
    assert (await mira.get("/ops/subscriptions.csv?col=csn")).text == "\ufeffnumber,csn\r\n"


@pytest.mark.usefixtures("_example")
async def test_a_view_is_kept_opened_renewed_and_deleted_by_its_owner_alone(
    mira: Person, people: People, sessions: Sessions
) -> None:
    page = await mira.page(f"{LIST}?currency=JPY&after=S-1000")
    answer = await mira.send(page, "/ops/views", name="Yen")
    assert answer.headers["location"] == f"{LIST}?currency=JPY"
    page = await mira.page(LIST)
    assert '<a href="/ops/subscriptions?currency=JPY">Yen</a>' in page
    await mira.send(await mira.page(f"{LIST}?currency=JPY&sort=-number"), "/ops/views", name="Yen")
    page = await mira.page(LIST)
    assert page.count(">Yen</a>") == 1
    assert rows(await mira.page(f"{LIST}?currency=JPY&sort=-number")) == ["S-1008", "S-1007"]
    nils = await people.signed_in("nils", Role.VIEWER)
    theirs = await nils.page(LIST)
    assert "Yen" not in theirs
    its = form(page, "/delete")
    csrf = form(theirs, "/ops/views").fields["csrf"]
    assert (await nils.client.post(its.action, data={"csrf": csrf})).status_code == 303
    assert ">Yen</a>" in await mira.page(LIST)
    await mira.send(page, "/delete")
    assert "Yen" not in await mira.page(LIST)
    kept = [(by, action, about) for by, action, about, _ in await acts(sessions) if action.startswith("view.")]
    assert kept == [
        ("operator:mira", "view.save", "Yen"),
        ("operator:mira", "view.save", "Yen"),
        ("operator:mira", "view.delete", "Yen"),
    ]


async def test_a_view_needs_a_name_and_there_are_only_so_many(mira: Person) -> None:
    page = await mira.page(LIST)
    for name in ("", "x" * 61):
        answer = await mira.send(page, "/ops/views", name=name)
        assert (answer.status_code, "That is no name for a view" in answer.text) == (422, True)
    for n in range(MOST_VIEWS):
        assert (await mira.send(page, "/ops/views", name=f"view {n}")).status_code == 303
    assert "There are fifty views already" in (await mira.send(page, "/ops/views", name="one more")).text
    assert (await mira.send(page, "/ops/views", name="view 7")).status_code == 303


@pytest.mark.usefixtures("_example")
@pytest.mark.parametrize(("role", "sees"), [(Role.VIEWER, False), (Role.FINANCE, False), (Role.OPERATOR, True)])
async def test_bulk_actions_are_offered_to_those_who_steer(people: People, role: Role, sees: bool) -> None:
    person = await people.signed_in("nils", role)
    page = await person.page(LIST)
    assert ('name="tick"' in page) is sees
    assert ("/ops/bulk/preview" in page) is sees
    answer = await person.get("/ops/bulk/preview?command=park&tick=S-1001")
    assert answer.status_code == (200 if sees else 403)


@pytest.mark.usefixtures("_example")
async def test_it_speaks_french(mira: Person) -> None:
    page = words((await mira.client.get(LIST, headers={"accept-language": "fr-FR"})).text)
    assert "12 abonnements" in page
    assert "Télécharger en CSV" in page
