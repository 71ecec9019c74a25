"""The calendar: what renews on each day of a month, as many and as much as the pipeline has it."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from console.ops import keeping
from models.engine import Sessions
from models.pipeline import pipeline, pipeline_between
from renewals.roles import Role
from tests.console.ops.plans import assert_by_index, heard
from tests.console.ops.staff import People, Person, acts, words
from tests.console.ops.test_figures import BIG, NOW, SETTLED, TODAY, _portfolio, run

__all__ = ["_portfolio"]

CALENDAR = "/ops/calendar"


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER)


def days(page: str) -> dict[str, str]:
    """What each day of the grid says, by its date in the address that it leads to."""
    found = re.findall(r'<a class="day" href="/ops/subscriptions\?from=(\S+?)&amp;to=(\S+?)"(.*?)</td>', page, re.S)
    assert all(first == last for first, last, _ in found)
    return {first: words(rest.partition(">")[2]).strip() for first, _, rest in found}


async def test_a_month_without_renewals_says_so_and_has_its_days(mira: Person) -> None:
    page = await mira.page(f"{CALENDAR}?month=2027-02")
    assert "Nothing renews in this month." in page
    assert page.count('<span class="day">') == 28
    assert "<h1>February 2027</h1>" in page
    assert 'href="/ops/calendar?month=2027-01" rel="prev"' in page
    assert 'href="/ops/calendar?month=2027-03" rel="next"' in page


@pytest.mark.usefixtures("_portfolio")
async def test_each_day_counts_what_renews_for_how_much_and_how(mira: Person) -> None:
    page = await mira.page(f"{CALENDAR}?month=2027-02")
    found = days(page)
    assert found["2027-02-06"].split()[:2] == ["6", "1"] or "1" in found["2027-02-06"]
    assert "USD" in found["2027-02-06"]
    assert "2027-02-21" not in found or "CAD" in found["2027-02-21"] or "JPY" in found["2027-02-21"]
    table = page.partition("The month as a table")[2]
    assert table.count('<th scope="row">') == len(found)


@pytest.mark.usefixtures("_portfolio")
async def test_the_month_and_the_pipeline_agree(sessions: Sessions) -> None:
    await run(sessions, SETTLED)
    first, last = TODAY - timedelta(days=45), TODAY + timedelta(days=90)
    async with sessions() as session:
        whole = await pipeline(session, TODAY, NOW)
        assert await pipeline_between(session, first, last, NOW) == whole
        january = await pipeline_between(session, date(2027, 1, 1), date(2027, 1, 31), NOW)
        strict = await pipeline_between(session, date(2027, 1, 1), date(2027, 1, 31), NOW, clocks_may_run_ahead=False)
    assert january == strict == [cell for cell in whole if date(2027, 1, 1) <= cell.due_on <= date(2027, 1, 31)]
    assert any(cell.phase == "paid" for cell in january)


@pytest.mark.parametrize("month", ["2027-13", "soon", "2027-2", "1999-12", "2101-01", "2027-02-03"])
async def test_a_month_that_is_none_is_refused(mira: Person, month: str) -> None:
    assert (await mira.get(f"{CALENDAR}?month={month}")).status_code == 422


async def test_the_calendar_begins_with_this_month_and_ends_somewhere(mira: Person) -> None:
    page = await mira.page(CALENDAR)
    assert f'href="{CALENDAR}?month=' in page
    assert 'aria-current="date"' in page
    assert 'rel="prev"' not in await mira.page(f"{CALENDAR}?month=2000-01")
    assert 'rel="next"' not in await mira.page(f"{CALENDAR}?month=2100-12")


async def test_weeks_begin_where_the_readers_do_and_it_speaks_french(mira: Person) -> None:
    french = (await mira.client.get(f"{CALENDAR}?month=2027-02", headers={"accept-language": "fr-FR"})).text
    american = (await mira.client.get(f"{CALENDAR}?month=2027-02", headers={"accept-language": "en-US"})).text
    assert re.findall(r'<abbr title="(.*?)"', french)[0] == "lundi"
    assert re.findall(r'<abbr title="(.*?)"', american)[0] == "Sunday"
    assert "février 2027" in french
    assert "Mois précédent" in french


@pytest.mark.usefixtures("_portfolio")
async def test_a_month_goes_by_indexes(sessions: Sessions, engine: AsyncEngine) -> None:
    async with sessions() as session, heard(engine) as asked:
        for ahead in (True, False):
            await pipeline_between(
                session, date(2027, 1, 1), date(2027, 1, 31), datetime.now(UTC), clocks_may_run_ahead=ahead
            )
    await assert_by_index(engine, asked, [each for each in BIG if each != "orders"])


@pytest.mark.usefixtures("_portfolio")
async def test_a_month_of_many_is_kept_for_a_minute_and_says_as_of_when(
    mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{CALENDAR}?month=2027-02"
    of_now = days(await mira.page(address))
    monkeypatch.setattr(keeping, "FEW", 0)
    await run(sessions, "UPDATE snapshots SET taken_at = taken_at - interval '2 hours'")
    page = await mira.page(address)
    assert days(page) == of_now
    assert "as of" in words(page).lower()
    await run(sessions, "UPDATE subscriptions SET live_at = NULL")
    assert days(await mira.page(address)) == of_now
    assert len((await mira.get(f"{CALENDAR}.csv?month=2027-02")).text.splitlines()) == 1, "a file is of now"
    assert days(await mira.page(f"{CALENDAR}?month=2027-03")) == {}
    await run(sessions, "UPDATE snapshots SET taken_at = taken_at - interval '61 seconds'")
    assert days(await mira.page(address)) == of_now
    assert days(await mira.page(address)) == {}


@pytest.mark.usefixtures("_portfolio")
async def test_as_a_file_the_month_adds_up_and_taking_it_stands_on_record(mira: Person, sessions: Sessions) -> None:
    await run(sessions, SETTLED)
    assert 'href="/ops/calendar.csv?month=2027-02"' in await mira.page(f"{CALENDAR}?month=2027-02")
    answer = await mira.get(f"{CALENDAR}.csv?month=2027-02")
    assert answer.headers["content-disposition"] == 'attachment; filename="renewals-2027-02.csv"'
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    async with sessions() as session:
        cells = await pipeline_between(session, date(2027, 2, 1), date(2027, 2, 28), NOW)
    assert sum(int(line["renewals"]) for line in lines) == sum(cell.count for cell in cells) > 0
    assert {line["renews_on"] for line in lines} == {cell.due_on.isoformat() for cell in cells}
    assert ("operator:mira", "calendar.export", None, None) in await acts(sessions)
    assert (await mira.get(f"{CALENDAR}.csv?month=soon")).status_code == 422
