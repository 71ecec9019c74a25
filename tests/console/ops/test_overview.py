"""The overview as an operator reads it: alarms first, the pipeline, what is at risk, today."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.engine import Sessions
from models.journal import raise_alarm, record
from models.pauses import Pausable, pause
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.roles import Role
from tests.console.ops.staff import People, Person, words

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER)


@pytest.fixture
async def _example(sessions: Sessions) -> None:
    """Live, every renewal date ten days from today."""
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=now, imported_by="operator:ana")
        await go_live(session, wall_now=now, by="operator:ana", reason="a test")
        change = "UPDATE subscriptions SET phase = 'renewable', starts_on = current_date - 355, renews_on = :day"
        await session.execute(sa.text(change), {"day": (now + timedelta(days=10)).date()})


def row(page: str, label: str) -> str:
    """The line of a table that begins so, in words."""
    found = [words(each) for each in re.findall(r"<tr.*?</tr>", page, re.S)]
    (its,) = [each.strip() for each in found if each.strip().startswith(label)]
    return its


async def test_an_empty_installation_says_what_to_do(mira: Person) -> None:
    page = words(await mira.page("/ops/"))
    for sentence in (
        "No alarm is open.",
        "There are no subscriptions yet.",
        "Nothing has been charged today.",
        "Nothing is planned.",
        "Nothing has happened yet.",
    ):
        assert sentence in page


@pytest.mark.usefixtures("_example")
async def test_the_pipeline_is_charted_and_has_its_table(mira: Person) -> None:
    page = await mira.page("/ops/")
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg"') == 2
    assert 'role="img" aria-label="Stacked columns of renewals by renewal date' in page
    assert "<style" not in page
    assert "<script" not in page.replace('<script src="/static/live.js" defer></script>', "")
    assert " style=" not in page
    assert row(page, "Total").startswith("Total 12 ")
    assert row(page, "Open, automatic")
    assert "12 subscriptions" in words(page)


@pytest.mark.usefixtures("_example")
async def test_the_chart_counts_money_and_days_as_well(mira: Person) -> None:
    page = await mira.page("/ops/?of=USD&per=day")
    assert "counted as USD per day" in page
    assert page.count('<g class="bar">') >= 2
    assert len(re.findall(r"<tr><th scope=.row.>[^<]* 20\d\d</th>", page)) == 136
    assert "counted as renewals per week" in await mira.page("/ops/?of=XXX&per=year")


@pytest.mark.usefixtures("_example")
async def test_each_cause_leads_to_its_list_and_none_says_so_quietly(mira: Person, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(
            sa.text("UPDATE subscriptions SET parked_at = now(), parked_because = 'x' WHERE number = 'S-1001'")
        )
    page = await mira.page("/ops/")
    assert '<a href="/ops/subscriptions?cause=parked">Parked for an operator</a>' in page
    assert row(page, "Parked for an operator").startswith("Parked for an operator 1 ")
    assert 'href="/ops/subscriptions?cause=hold_ends"' not in page
    listed = words(await mira.page("/ops/subscriptions?cause=parked"))
    assert "S-1001" in listed
    assert "What to do: Each says why it was parked." in listed


@pytest.mark.usefixtures("_example")
async def test_what_somebody_has_at_hand_is_found_from_there(mira: Person) -> None:
    page = await mira.page("/ops/")
    (form,) = re.findall(r'<form method="get" action="/ops/subscriptions".*?</form>', page, re.S)
    assert 'name="q"' in form
    assert "Find by number, CSN, name or mail address" in words(form)
    found = await mira.page("/ops/subscriptions?q=northwind")
    assert 'href="/ops/subscriptions/S-1001"' in found


@pytest.mark.usefixtures("_example")
async def test_alarms_pauses_and_events_stand_there_in_words(mira: Person, sessions: Sessions) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        await raise_alarm(session, "S-1002", "parked", "Never tried in time: <look>.", now)
        await pause(session, Pausable.CHARGES, by="operator:ana", reason="moving <house>", now=now)
        record(session, "S-1001", now, "phase", {"from": "renewable", "to": "past_due"}, reason="budget")
        record(session, "S-1001", now, "payment", {"outcome": "declined", "amount": 50500, "currency": "USD"})
    page = await mira.page("/ops/")
    assert "Never tried in time: &lt;look&gt;." in page
    assert "moving &lt;house&gt;" in page
    assert "All charges are paused" in page
    assert "<title>(1) Overview · Perennial</title>" in page
    assert page.index('id="alarms"') < page.index('id="pipeline"') < page.index('id="at-risk"')
    assert "renewable → past due" in page
    assert "charge of USD\u00a0505.00: declined" in page


@pytest.mark.usefixtures("_example")
async def test_it_speaks_french(mira: Person) -> None:
    page = words((await mira.client.get("/ops/", headers={"accept-language": "fr-FR"})).text)
    assert "Renouvellements en cours" in page
    assert "12 abonnements" in page


@pytest.mark.usefixtures("_example")
async def test_each_row_of_the_pipeline_leads_to_a_list_of_as_many(mira: Person, sessions: Sessions) -> None:
    page = await mira.page("/ops/")
    table = page.partition('id="pipeline"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r'<a href="([^"]+)">.*?<td class="end"[^>]*>(\d+)</td>', table, re.S)
    assert len(rows) > 1
    for address, count in rows:
        listed = await mira.page(address.replace("&amp;", "&"))
        assert "from=" in address
        assert re.search(rf"\b{count} subscriptions?\b", words(listed))


@pytest.mark.usefixtures("_example")
async def test_where_the_list_would_have_more_they_lead_to_the_month(mira: Person, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE subscriptions SET live_at = NULL WHERE number = 'S-1001'"))
    page = await mira.page("/ops/")
    table = page.partition('id="pipeline"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    assert set(re.findall(r'<a href="([^"?]+)', table)) == {"/ops/calendar"}
