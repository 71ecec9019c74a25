"""The room of forecasts: tomorrow as the system keeps it, other days as asked, and what became of each line."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from temporalio.client import Client

from activities.foreseeing import Foreseeing
from models.engine import Sessions
from models.pauses import Pausable, pause, resume
from renewals.roles import Role
from tests.activities.desk import run_at
from tests.activities.test_watchdog import Doorbell
from tests.console.ops.ahead import SOON, change, fill, rows, sent, walk
from tests.console.ops.staff import People, Person, acts, now, words
from tests.scenarios.portfolios import PUNCTUAL, SECOND

FORECAST = "/ops/forecast"
DAYS = {"from": now().date().isoformat(), "to": (SOON + timedelta(days=1)).isoformat()}


@pytest.fixture
async def mira(people: People, sessions: Sessions, tmp_path: Path) -> Person:
    await fill(sessions, tmp_path)
    return await people.signed_in("mira", Role.VIEWER)


async def test_days_are_foreseen_by_currency_and_kind(mira: Person, sessions: Sessions) -> None:
    place = await sent(mira, await mira.page(FORECAST), "/ops/forecast", sessions, **DAYS)
    page = await mira.page(place)
    said = words(page).replace("\xa0", " ")
    assert "EUR 5,832.00" in said
    assert "JPY 772,200" in said
    assert f"/ops/subscriptions/{PUNCTUAL}" in page
    assert "Automatic charge" in said
    assert "Mail: receipt for the renewal" in said
    assert "Mail: receipt" not in words((await mira.page(f"{place}?what=charge")).partition('id="lines"')[2])
    told = [(by, action) for by, action, _, _ in await acts(sessions) if action.startswith("forecast")]
    assert told == [("operator:mira", "forecast.ask")]
    assert "operator:mira" in words(await mira.page(FORECAST))


async def test_what_became_of_each_line_is_named_and_leads_to_its_subscription(
    mira: Person, sessions: Sessions
) -> None:
    """As if those days were over, and nothing had happened."""
    place = await sent(mira, await mira.page(FORECAST), "/ops/forecast", sessions, **DAYS)
    await change(
        sessions,
        "UPDATE forecasts SET since_at = since_at - interval '10 days', until_at = until_at - interval '10 days',"
        " asked_at = asked_at - interval '10 days'",
        "UPDATE forecast_lines SET at = at - interval '10 days'",
    )
    answer = await mira.send(await mira.page(place), "/compare")
    assert answer.headers["location"] == place
    await walk(sessions, place)
    page = await mira.page(f"{place}?verdict=not_happened")
    assert "no cause found, look at it" in words(page)
    assert f"/ops/subscriptions/{PUNCTUAL}" in page
    assert "There are no such lines." in await mira.page(f"{place}?verdict=not_happened&cause=parked")
    lines = list(csv.DictReader(io.StringIO((await mira.get(f"{place}.csv")).text.removeprefix("\ufeff"))))
    assert {line["subscription"] for line in lines} == {PUNCTUAL, SECOND}
    charge = next(line for line in lines if line["what"] == "charge" and line["subscription"] == PUNCTUAL)
    assert (charge["amount"], charge["currency"]) == ("5832.00", "EUR")
    assert (charge["verdict"], charge["cause"]) == ("not_happened", "unknown")
    told = [(by, action) for by, action, *_ in await acts(sessions)]
    assert told[-2:] == [("operator:mira", "forecast.compare"), ("operator:mira", "forecast.export")]


async def test_a_year_stands_by_month_and_each_leads_to_its_lines(mira: Person, sessions: Sessions) -> None:
    first, last = (now() + timedelta(days=365) * n for n in (0, 1))
    days = {"from": first.date().isoformat(), "to": last.date().isoformat()}
    place = await sent(mira, await mira.page(FORECAST), "/ops/forecast", sessions, **days)
    page = await mira.page(place)
    figures = page.partition('id="figures"')[2].partition("</section>")[0]
    months, days_ = (
        re.findall(r'<th scope="row"><a href="([^"]+)">([^<]+)</a>', each) for each in figures.split("<details", 1)
    )
    assert f"{SOON:%b %Y}" in [name for _, name in months]
    assert 1 < len(months) < len(days_)
    lines = (await mira.page(months[-1][0])).partition('id="lines"')[2]
    whole = page.partition('id="lines"')[2]
    assert lines.count("/ops/subscriptions/") < whole.count("/ops/subscriptions/")
    assert "First page" in lines


async def test_tomorrow_stands_first_once_the_watchdog_has_foreseen_it(mira: Person, sessions: Sessions) -> None:
    assert "Not foreseen yet." in await mira.page(FORECAST)
    bell = Doorbell()
    await run_at(now(), Foreseeing(sessions, cast("Client", bell)).look_ahead)
    await walk(sessions, "/ops/" + bell.rung[0].replace("forecast-", "forecast/", 1))
    page = await mira.page(FORECAST)
    assert "Not foreseen yet." not in page
    assert "the system itself" in words(page)


async def test_a_pause_is_told_where_what_is_paused_is_not_foreseen(mira: Person, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="operator:ana", reason="odd", now=now())
    assert "none of them is foreseen" in await mira.page(FORECAST)
    await sent(mira, await mira.page(FORECAST), "/ops/forecast", sessions, **DAYS)
    assert await rows(sessions, "SELECT 1 FROM forecast_lines WHERE what = 'charge'") == []


async def test_a_page_says_what_was_paused_when_it_was_walked_also_afterwards(mira: Person, sessions: Sessions) -> None:
    said = "All charges were paused while this was walked"
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="operator:ana", reason="odd", now=now() - timedelta(hours=2))
    during = await sent(mira, await mira.page(FORECAST), "/ops/forecast", sessions, **DAYS)
    assert said in await mira.page(during)
    async with sessions.begin() as session:
        await resume(session, Pausable.CHARGES, by="operator:ana", reason="well", now=now())
    after = await sent(mira, await mira.page(FORECAST), "/ops/forecast", sessions, **DAYS)
    assert said in await mira.page(during)
    assert said not in await mira.page(after)


async def test_one_person_has_three_that_are_walked_and_all_have_ten(
    mira: Person, people: People, sessions: Sessions
) -> None:
    async def asks(person: Person, day: int) -> str:
        fields: dict[str, Any] = {"from": (now() + timedelta(days=day)).date().isoformat(), "to": ""}
        answer = await person.send(await person.page(FORECAST), "/ops/forecast", **fields)
        return "" if answer.status_code == 303 else words(answer.text)

    assert [await asks(mira, day) for day in range(3)] == ["", "", ""]
    assert "Three of your forecasts and what-ifs are still walked" in await asks(mira, 3)
    assert await asks(mira, 2) == "", "the same question is the one that is walked"
    for name in ("nils", "olga"):
        other = await people.signed_in(name, Role.VIEWER)
        assert [await asks(other, day) for day in range(3)] == ["", "", ""]
    last = await people.signed_in("otto", Role.VIEWER)
    assert await asks(last, 0) == ""
    assert "Ten forecasts and what-ifs are still walked" in await asks(last, 1)
    await change(sessions, "UPDATE forecasts SET walked_at = now()")
    assert await asks(last, 1) == ""


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param("tomorrow", "", id="no date"),
        pytest.param("2020-01-01", "2020-01-01", id="past"),
        pytest.param(DAYS["to"], DAYS["from"], id="backwards"),
        pytest.param(DAYS["from"], (now() + timedelta(days=366)).date().isoformat(), id="too many"),
        pytest.param("2999-01-01", "2999-01-02", id="too far"),
    ],
)
async def test_days_that_cannot_be_foreseen_are_refused_in_a_sentence(
    mira: Person, sessions: Sessions, first: str, last: str
) -> None:
    fields: dict[str, Any] = {"from": first, "to": last}
    answer = await mira.send(await mira.page(FORECAST), "/ops/forecast", **fields)
    assert answer.status_code == 422
    assert "at most a year" in answer.text
    assert await rows(sessions, "SELECT 1 FROM forecasts") == []


async def test_the_same_question_that_is_under_way_is_asked_once(mira: Person, sessions: Sessions) -> None:
    page = await mira.page(FORECAST)
    places = {(await mira.send(page, "/ops/forecast", **DAYS)).headers["location"] for _ in range(2)}
    assert len(places) == 1
    assert "/compare" not in await mira.page(places.pop())


@pytest.mark.parametrize(
    "asked",
    ["?what=nonsense", "?verdict=nonsense", "?cause=nonsense", "?after=x", "?after=2027-01-01T00:00:00,1", "?after=,"],
)
async def test_an_address_that_means_nothing_is_refused(mira: Person, sessions: Sessions, asked: str) -> None:
    place = await sent(mira, await mira.page(FORECAST), "/ops/forecast", sessions, **DAYS)
    assert (await mira.get(place + asked)).status_code == 422


async def test_a_forecast_that_there_is_not_is_not_found(mira: Person) -> None:
    missing = f"{FORECAST}/00000000-0000-0000-0000-000000000000"
    assert (await mira.get(missing)).status_code == 404
    assert (await mira.get(f"{missing}.csv")).status_code == 404
