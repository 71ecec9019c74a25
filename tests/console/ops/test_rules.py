"""Offerings, policies and what-ifs: versions are told, asked about, and made by two people; none is ever changed."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.engine import Sessions
from models.pauses import Pausable, pause
from renewals.roles import Role
from tests.console.ops.ahead import SOON, change, fill, rows, sent
from tests.console.ops.staff import People, Person, acts, now, words
from tests.scenarios.portfolios import PUNCTUAL

TODAY = now().date()
OFFERING, POLICIES, SECOND_PERSON = "/ops/offerings/DRAFT-STD", "/ops/policies", "/ops/second-person"
DEARER = {"price": "year EUR", "list_price": "540.00", "renewal_price": "500.00", "status": "active"}


@pytest.fixture
async def mira(people: People, sessions: Sessions, tmp_path: Path) -> Person:
    await fill(sessions, tmp_path)
    return await people.signed_in("mira", Role.ADMIN)


async def confirmed(other: Person) -> int:
    return (await other.send(await other.page(SECOND_PERSON), "/confirm", reason="I looked too")).status_code


async def test_a_new_price_is_asked_about_and_made_by_two_people(
    mira: Person, people: People, sessions: Sessions
) -> None:
    on = TODAY + timedelta(days=30)
    place = await sent(mira, await mira.page(OFFERING), OFFERING, sessions, **DEARER, effective_on=on.isoformat())
    before = await rows(sessions, "SELECT * FROM prices ORDER BY id")
    assert (await mira.send(await mira.page(place), "/apply", reason="inflation")).headers["location"] == place
    assert "It waits for a second person." in await mira.page(place)
    assert "/confirm" not in await mira.page(SECOND_PERSON)
    other = await people.signed_in("nils", Role.ADMIN)
    assert place in await other.page(SECOND_PERSON)
    assert await rows(sessions, "SELECT * FROM prices ORDER BY id") == before
    assert await confirmed(other) == 303
    (row,) = [row for row in await rows(sessions, "SELECT * FROM prices") if row not in before]
    assert (row["version"], row["renewal_price"], row["effective_at"].date()) == (2, 50000, on)
    assert (row["set_by"], row["reason"]) == ("operator:mira", "inflation")
    assert "The version is made" in words(await mira.page(place))
    history = words(await mira.page(OFFERING))
    assert "to come" in history
    assert "operator:mira" in history
    assert "a new price is to come" in await mira.page("/ops/offerings")
    told = [(by, action, why) for by, action, _, why in await acts(sessions)]
    assert ("operator:mira", "price.version", "inflation") in told
    assert "Nothing waits for a second person." in await other.page(SECOND_PERSON)


async def test_a_price_that_is_in_force_at_once_says_which_charge_costs_otherwise(
    mira: Person, sessions: Sessions
) -> None:
    cheaper = DEARER | {"renewal_price": "400.00", "effective_on": TODAY.isoformat()}
    place = await sent(mira, await mira.page(OFFERING), OFFERING, sessions, **cheaper)
    page = await mira.page(place)
    said = words(page).replace("\xa0", " ")
    assert "Charges: cheaper" in said
    assert "−EUR 1,032.00" in said  # 12 seats at 86.00 less
    assert f"/ops/subscriptions/{PUNCTUAL}" in page
    lines = list(csv.DictReader(io.StringIO((await mira.get(f"{place}.csv")).text.removeprefix("\ufeff"))))
    (charge,) = [line for line in lines if line["what"] == "charge"]
    assert (charge["change"], charge["old_amount"], charge["new_amount"]) == ("cheaper", "5832.00", "4800.00")
    assert f">{PUNCTUAL}<" in await mira.page(f"{place}?what=charge&change=cheaper")
    assert "There are no such lines." in await mira.page(f"{place}?what=notice&change=gone")


async def test_a_dearer_price_that_a_letter_still_names_in_time_is_charged(mira: Person, sessions: Sessions) -> None:
    """They went live an hour ago: the last notice before the charge has not gone out yet."""
    dearer = DEARER | {"effective_on": TODAY.isoformat()}
    place = await sent(mira, await mira.page(OFFERING), OFFERING, sessions, **dearer)
    said = words(await mira.page(place)).replace("\xa0", " ")
    assert "Charges: dearer" in said
    assert "+EUR 168.00" in said  # 12 seats at 14.00 more


async def test_a_policy_is_asked_about_made_and_told_in_words(mira: Person, people: People, sessions: Sessions) -> None:
    form = await mira.page(f"{POLICIES}/new?country=FR")
    assert "60, 30, 14, 7, 1" in form
    fields = {"effective_on": TODAY.isoformat(), "charge_time": "09:30", "late_window_days": "month 20"}
    place = await sent(mira, form, POLICIES, sessions, **fields)
    said = " ".join(words(await mira.page(place)).split())
    assert "Charge time, local: 6:00 AM → 9:30 AM." in said.replace("\u202f", " ")
    assert "Charges: later" in said
    assert "Subscriptions that would live otherwise 1" in said
    assert await rows(sessions, "SELECT 1 FROM policies") == []
    await mira.send(await mira.page(place), "/apply", reason="the bank asked")
    assert await confirmed(await people.signed_in("nils", Role.ADMIN)) == 303
    (row,) = await rows(sessions, "SELECT * FROM policies")
    assert (row["sku"], row["country"], row["channel"], row["version"]) == (None, "FR", None, 1)
    assert row["values"] == {"charge_time": "09:30", "late_window_days": {"month": 20}}
    told = words(await mira.page(POLICIES)).replace("\u202f", " ")
    assert "Charge time, local: 6:00 AM → 9:30 AM." in told
    assert "in force" in told
    assert "the bank asked" in told
    back = {"charge_time": "06:00", "effective_on": (TODAY + timedelta(days=1)).isoformat()}
    later = await sent(mira, await mira.page(f"{POLICIES}/new?country=FR"), POLICIES, sessions, **back)
    assert "9:30 AM → 6:00 AM." in words(await mira.page(later)).replace("\u202f", " ")
    assert "6:00 AM → 9:30 AM." in words(await mira.page(place)).replace("\u202f", " ")


async def test_a_policy_that_closes_late_windows_today_is_warned_of_before_it_is_made(
    mira: Person, sessions: Sessions
) -> None:
    await change(
        sessions, "UPDATE subscriptions SET phase = 'expired', renews_on = current_date - 20, late_until = NULL"
    )
    cut = {"late_window_days": "month 5, year 5"}

    async def asked(on: date) -> str:
        form = await mira.page(f"{POLICIES}/new?country=FR")
        return words(await mira.page(await sent(mira, form, POLICIES, sessions, **cut, effective_on=on.isoformat())))

    assert "Late windows that it closes today: 1." in await asked(TODAY)
    assert "closes today" not in await asked(TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        pytest.param("early_window_days", "ninety", "Write a whole number", id="no number"),
        pytest.param("early_window_days", "-1", "Write a whole number", id="negative"),
        pytest.param("early_window_days", "999999", "Write a whole number", id="out of bounds"),
        pytest.param("reminder_days", "60, x", "such as 60, 30, 14", id="no days"),
        pytest.param("retry_days", "5, 3", "such as 60, 30, 14", id="days out of order"),
        pytest.param("retry_days", "", "such as 60, 30, 14", id="no retry at all"),
        pytest.param("charge_time", "25:00", "Write a time", id="no time"),
        pytest.param("sales_self_service", "maybe", "Choose yes or no", id="neither yes nor no"),
        pytest.param("methods", "card, gold", "Write methods", id="no method"),
        pytest.param("late_window_days", "month", "days for each term", id="half a pair"),
        pytest.param("late_window_days", "decade 3", "days for each term", id="no term"),
        pytest.param("voucher_days", "konbini 61", "from 1 to 60", id="a voucher for too long"),
        pytest.param("effective_on", "2020-01-01", "from today on", id="in the past"),
        pytest.param("effective_on", "2999-01-01", "within a year", id="too far"),
        pytest.param("effective_on", "soon", "from today on", id="no date"),
    ],
)
async def test_a_field_that_cannot_be_read_is_named_with_what_to_write(
    mira: Person, sessions: Sessions, field: str, text: str, sentence: str
) -> None:
    answer = await mira.send(await mira.page(f"{POLICIES}/new"), POLICIES, **{"quote_days": "31", field: text})
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert f'href="#field-{field}"' in answer.text
    assert 'value="31"' in answer.text
    assert await rows(sessions, "SELECT 1 FROM what_ifs") == []


async def test_a_version_that_says_nothing_new_is_not_asked_about(mira: Person, sessions: Sessions) -> None:
    answer = await mira.send(await mira.page(f"{POLICIES}/new"), POLICIES)
    assert answer.status_code == 422
    assert "Nothing is different" in answer.text
    assert await rows(sessions, "SELECT 1 FROM what_ifs") == []


@pytest.mark.parametrize("scope", ["sku=NONE", "country=F1", "channel=pigeon", "sku=%00"])
async def test_a_scope_that_means_nobody_is_refused(mira: Person, scope: str) -> None:
    answer = await mira.get(f"{POLICIES}/new?{scope}")
    assert answer.status_code == 422
    assert "Nobody can be meant by that" in answer.text


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        pytest.param("renewal_price", "500.001", "no more decimals", id="too many decimals"),
        pytest.param("renewal_price", "-5", "Write an amount", id="negative"),
        pytest.param("list_price", "", "Write an amount", id="empty"),
        pytest.param("price", "week EUR", "Choose one of the prices", id="no such price"),
        pytest.param("status", "sold", "Choose one of the states", id="no such state"),
        pytest.param("effective_on", "2020-01-01", "from today on", id="in the past"),
    ],
)
async def test_a_price_that_cannot_be_read_is_named_with_what_to_write(
    mira: Person, sessions: Sessions, field: str, text: str, sentence: str
) -> None:
    fields = DEARER | {"effective_on": TODAY.isoformat(), field: text}
    answer = await mira.send(await mira.page(OFFERING), OFFERING, **fields)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert await rows(sessions, "SELECT 1 FROM what_ifs") == []


async def test_an_answer_that_another_version_has_overtaken_is_not_applied(
    mira: Person, people: People, sessions: Sessions
) -> None:
    page, fields = await mira.page(OFFERING), DEARER | {"effective_on": SOON.isoformat()}
    first, second = [await sent(mira, page, OFFERING, sessions, **fields) for _ in range(2)]
    for place in (first, second):
        await mira.send(await mira.page(place), "/apply", reason="inflation")
    other = await people.signed_in("nils", Role.ADMIN)
    page = await other.page(SECOND_PERSON)
    actions = [part.partition('"')[0] for part in page.split(' action="')]
    confirms = [each for each in actions if each.endswith("/confirm")]
    assert [(await other.send(page, each, reason="yes")).status_code for each in confirms] == [303, 422]
    assert len(await rows(sessions, "SELECT 1 FROM prices WHERE version = 2")) == 1
    assert "It waits for a second person." in await mira.page(second)
    await mira.send(await mira.page(SECOND_PERSON), "/withdraw")
    assert "Overtaken by another version" in await mira.page(second)


async def test_a_version_whose_day_has_passed_is_not_made(mira: Person, people: People, sessions: Sessions) -> None:
    fields = DEARER | {"effective_on": TODAY.isoformat()}
    place = await sent(mira, await mira.page(OFFERING), OFFERING, sessions, **fields)
    await mira.send(await mira.page(place), "/apply", reason="inflation")
    await change(sessions, "UPDATE what_ifs SET effective_on = '2020-01-01'")
    other = await people.signed_in("nils", Role.ADMIN)
    answer = await other.send(await other.page(SECOND_PERSON), "/confirm", reason="yes")
    assert (answer.status_code, "Its date of effect has passed" in answer.text) == (422, True)
    assert await rows(sessions, "SELECT 1 FROM prices WHERE version = 2") == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.FINANCE])
async def test_who_does_not_govern_asks_but_makes_nothing(
    people: People, sessions: Sessions, tmp_path: Path, role: Role
) -> None:
    await fill(sessions, tmp_path)
    person = await people.signed_in("olga", role)
    fields = DEARER | {"effective_on": TODAY.isoformat()}
    place = await sent(person, await person.page(OFFERING), OFFERING, sessions, **fields)
    page = await person.page(place)
    assert "Only an admin can have this version made." in page
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await person.client.post(f"{place}/apply", data={"csrf": csrf, "reason": "x"})
    assert answer.status_code == 403
    assert await rows(sessions, "SELECT 1 FROM second_person_requests") == []


async def test_what_ifs_count_with_forecasts_and_nobody_asks_them_without_limit(
    people: People, sessions: Sessions, tmp_path: Path
) -> None:
    await fill(sessions, tmp_path)
    olga = await people.signed_in("olga", Role.VIEWER)
    fields = DEARER | {"effective_on": TODAY.isoformat()}
    days: dict[str, Any] = {"from": TODAY.isoformat(), "to": ""}
    assert (await olga.send(await olga.page("/ops/forecast"), "/ops/forecast", **days)).status_code == 303
    answers = [(await olga.send(await olga.page(OFFERING), OFFERING, **fields)).status_code for _ in range(3)]
    assert answers == [303, 303, 422]
    assert len(await rows(sessions, "SELECT 1 FROM what_ifs")) == 2


async def test_a_what_if_says_what_was_paused_when_it_was_walked(
    people: People, sessions: Sessions, tmp_path: Path
) -> None:
    await fill(sessions, tmp_path)
    olga = await people.signed_in("olga", Role.VIEWER)
    async with sessions.begin() as session:
        await pause(session, Pausable.MAILS, by="operator:ana", reason="odd", now=now())
    fields = DEARER | {"effective_on": TODAY.isoformat()}
    place = await sent(olga, await olga.page(OFFERING), OFFERING, sessions, **fields)
    assert "All mails were paused while this was walked" in await olga.page(place)
    assert "All charges were paused while this was walked" not in await olga.page(place)


async def test_empty_rooms_say_what_to_do(people: People) -> None:
    mira = await people.signed_in("mira")
    assert "the defaults below hold for everybody" in await mira.page(POLICIES)
    assert "import a catalog first" in await mira.page("/ops/offerings")
    assert "Nobody has asked yet." in await mira.page("/ops/what-if")
    assert (await mira.get("/ops/offerings/NONE")).status_code == 404
    assert (await mira.get("/ops/what-if/00000000-0000-0000-0000-000000000000")).status_code == 404
