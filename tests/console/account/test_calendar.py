"""The calendar of a person: an address that can be ended, and events that a calendar program can read."""

import logging
import re
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from console.account.calendar import AT_ONCE
from models.engine import Sessions
from tests.console.account.browser import SUBSCRIPTIONS, Browser, form, words
from tests.scenarios.portfolios import PUNCTUAL, SECOND
from tests.scenarios.theatre import Life, Theatre

PAGE = "/account/calendar"


async def begin(theatre: Theatre, **columns: Any) -> Life:
    life = await theatre.subscription(**columns)
    await life.move_to("2027-02-01 10:00")
    return life


async def make_address(browser: Browser) -> str:
    """The path of a new address, as the page shows it once."""
    answer = await browser.send(form(await browser.page(PAGE), "/calendar/address"))
    found = re.search(r"<code[^>]*>http://localhost:8080(/account/calendar/[A-Za-z0-9_-]{43}\.ics)</code>", answer.text)
    assert found, words(answer.text)
    return found[1]


async def read(browser: Browser, path: str) -> httpx.Response:
    """As a calendar program does, without a cookie."""
    browser.client.cookies.clear()
    return await browser.get(path)


def events(answer: httpx.Response) -> dict[str, dict[str, object]]:
    """By uid, without its end: what a program reads."""
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    found = {}
    for event in calendar.walk("VEVENT"):
        day, end = event.decoded("dtstart"), event.decoded("dtend")
        assert isinstance(day, date)
        assert not isinstance(day, datetime)
        assert (end - day).days == 1
        found[str(event["uid"]).removesuffix("@perennial")] = {
            "on": day,
            "summary": str(event["summary"]),
            "description": str(event["description"]),
            "sequence": event["sequence"],
            "stamp": event.decoded("dtstamp"),
            "url": str(event["url"]),
        }
    return found


async def test_the_three_days_of_a_renewal_stand_in_it(theatre: Theatre, browser: Browser) -> None:
    await begin(theatre)
    await browser.sign_in()
    found = events(await read(browser, await make_address(browser)))
    assert {uid: (event["on"], event["summary"]) for uid, event in found.items()} == {
        f"window_opens-{PUNCTUAL}-20270331": (date(2026, 12, 31), f"Draft Standard ({PUNCTUAL}): renewal opens"),
        f"renews-{PUNCTUAL}-20270331": (date(2027, 3, 31), f"Draft Standard ({PUNCTUAL}) renews"),
        f"late_window_ends-{PUNCTUAL}-20270331": (
            date(2027, 5, 15),
            f"Draft Standard ({PUNCTUAL}): last day to renew late",
        ),
    }
    renewal = found[f"renews-{PUNCTUAL}-20270331"]
    assert "On 31 March 2027 we charge EUR\u00a05,832.00 (card) for 12 seats" in str(renewal["description"])
    assert renewal["url"] == f"http://localhost:8080{SUBSCRIPTIONS}/{PUNCTUAL}"


async def test_the_same_facts_are_the_same_bytes_and_a_change_raises_the_sequence(
    theatre: Theatre, browser: Browser
) -> None:
    life = await begin(theatre)
    await browser.sign_in()
    address = await make_address(browser)
    first = await read(browser, address)
    assert (await browser.get(address)).content == first.content
    not_changed = await browser.get(address, **{"If-None-Match": first.headers["etag"]})
    assert (not_changed.status_code, not_changed.content) == (304, b"")
    assert first.headers["cache-control"] == "private, max-age=3600"
    await life.command("2027-02-02 12:00", "cancel-auto-renew")
    changed = events(await browser.get(address))
    expires = changed[f"expires-{PUNCTUAL}-20270331"]
    opens, before = (each[f"window_opens-{PUNCTUAL}-20270331"] for each in (changed, events(first)))
    assert expires["summary"] == f"Draft Standard ({PUNCTUAL}) expires"
    assert int(str(opens["sequence"])) > int(str(before["sequence"]))
    assert opens["stamp"] == datetime(2027, 2, 2, 11, tzinfo=UTC)


async def test_lines_are_folded_and_texts_escaped_as_rfc_5545_wants(theatre: Theatre, browser: Browser) -> None:
    await begin(theatre, locale="ja-JP")
    await browser.sign_in()
    raw = (await read(browser, await make_address(browser))).content
    lines = raw.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no character is cut in two
    assert any(line.startswith(b" ") for line in lines)
    assert "更新日" in raw.replace(b"\r\n ", b"").decode()


@pytest.mark.parametrize(
    ("locale", "summary", "name"),
    [("fr-FR", "se renouvelle", "Renouvellements"), ("ja-JP", "更新日", "サブスクリプションの更新")],
)
async def test_it_speaks_the_customers_language(
    theatre: Theatre, browser: Browser, locale: str, summary: str, name: str
) -> None:
    await begin(theatre, locale=locale)
    await browser.sign_in()
    answer = await read(browser, await make_address(browser))
    assert summary in str(events(answer)[f"renews-{PUNCTUAL}-20270331"]["summary"])
    assert str(Calendar.from_ical(answer.content)["name"]) == name


async def test_a_new_address_ends_the_old_one_and_ending_ends_it(theatre: Theatre, browser: Browser) -> None:
    await begin(theatre)
    await browser.sign_in()
    assert "You have no calendar address yet." in words(await browser.page(PAGE))
    first = await make_address(browser)
    second = await make_address(browser)
    assert "You have had a calendar address since" in words(await browser.page(PAGE))
    assert first not in await browser.page(PAGE)
    assert [(await browser.get(each)).status_code for each in (first, second)] == [404, 200]
    assert (await browser.send(form(await browser.page(PAGE), "/calendar/end"))).status_code == 303
    assert (await browser.get(second)).status_code == 404


async def test_nobody_elses_subscriptions_stand_in_it(theatre: Theatre, browser: Browser) -> None:
    await begin(theatre)
    await theatre.subscription(number=SECOND, csn="7700", buyer_email="eve@elsewhere.example", live=None)
    await browser.sign_in("eve@elsewhere.example")
    body = (await read(browser, await make_address(browser))).text
    assert SECOND in body
    assert PUNCTUAL not in body
    assert "@northwind" not in body


async def test_an_address_that_does_not_work_is_not_found_and_guessing_is_slowed(
    theatre: Theatre, browser: Browser
) -> None:
    await theatre.subscription(live=None)
    answers = [await browser.get(f"/account/calendar/{n:043}.ics") for n in range(AT_ONCE + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {404}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_only_a_digest_of_the_token_is_stored_and_none_is_logged(
    theatre: Theatre, browser: Browser, sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    life = await begin(theatre)
    caplog.set_level(logging.DEBUG, "console")
    await browser.sign_in()
    address = await make_address(browser)
    await read(browser, address)
    token = address.rpartition("/")[2].removesuffix(".ics")
    rows = await life.rows("SELECT * FROM calendar_feeds")
    assert len(rows) == 1
    assert token not in str(rows) + caplog.text


async def test_the_forms_are_guarded(theatre: Theatre, browser: Browser) -> None:
    await begin(theatre)
    await browser.sign_in()
    for action in ("address", "end"):
        assert (await browser.client.post(f"{PAGE}/{action}", data={"csrf": "x"})).status_code == 403
    browser.client.cookies.clear()
    assert (await browser.get(PAGE)).status_code == 303
