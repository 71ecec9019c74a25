"""Go-live at the console: what waits, what is odd, what the first week brings; asked twice, done once, carried on."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from console.ops import going_live as pages
from console.ops.first_week import first_week
from models import going_live as models
from models.engine import Sessions
from models.going_live import Oddity, imported, imports_that_wait, oddities, waiting_page
from models.keyset import Beside
from models.store import load_all
from portfolio import golive
from portfolio.golive import go_live
from renewals.roles import Role
from tests.console.ops.ahead import walk
from tests.console.ops.plans import assert_by_index, heard
from tests.console.ops.staff import People, Person, acts, form, now, words
from tests.console.ops.test_figures import run

GO_LIVE = "/ops/go-live"
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
TODAY = date(2027, 2, 1)


async def live(sessions: Sessions) -> dict[str, list[str]]:
    """Those that are live, by why."""
    query = (
        "SELECT reason, array_agg(subscription ORDER BY subscription) FROM events"
        " WHERE event = 'go_live' GROUP BY reason"
    )
    async with sessions() as session:
        found: Any = await session.execute(sa.text(query))
        return {row.reason: row.array_agg for row in found}


async def odd_ones(sessions: Sessions, its: UUID, odd: Oddity) -> list[str]:
    async with sessions() as session:
        page = await waiting_page(session, its, odd, TODAY, NOW, 100, Beside())
        assert (await oddities(session, its, TODAY, NOW))[odd] == len(page.rows)
    return sorted(number for (number,) in page.rows)


async def test_an_import_says_how_many_came_are_live_and_wait(sessions: Sessions, its: UUID) -> None:
    async with sessions.begin() as session:
        (found,) = await imports_that_wait(session)
        count = found.row.subscriptions
        assert (found.row.id, found.live, found.waiting, found.lapsed) == (its, 0, count, 0)
        await go_live(session, wall_now=NOW, by="operator:ana", reason="a pilot", numbers=["S-1001", "S-1002"])
    await run(sessions, "UPDATE subscriptions SET phase = 'lapsed' WHERE number = 'S-1003'")
    async with sessions() as session:
        (found,) = await imports_that_wait(session)
        assert await imported(session, its) == found
        assert (found.live, found.waiting, found.lapsed) == (2, count - 3, 1)


ODD = {
    Oddity.PAST: "UPDATE subscriptions SET renews_on = '2027-01-31' WHERE number = 'S-1002'",
    Oddity.SOON: "UPDATE subscriptions SET renews_on = '2027-02-08' WHERE number = 'S-1002'",
    Oddity.NO_METHOD: "UPDATE subscriptions SET method_id = NULL, auto_renew = true WHERE number = 'S-1002'",
    Oddity.CARD_ENDS: "UPDATE payment_methods SET kind = 'card', valid_through = '2020-01-31'"
    " WHERE id = (SELECT method_id FROM subscriptions WHERE number = 'S-1002')",
    Oddity.NO_PRICE: "UPDATE subscriptions SET sku = 'DRAFT-3D' WHERE number = 'S-1002'",
    Oddity.PARKED: "UPDATE subscriptions SET parked_at = now(), parked_because = 'x' WHERE number = 'S-1002'",
}


async def test_who_imported_it_and_why_is_told(mira: Person, its: UUID) -> None:
    why = "import of catalog.csv, customers.csv and subscriptions.csv of the folder portfolio"
    for path in (GO_LIVE, f"{GO_LIVE}/{its}"):
        page = words(await mira.page(path))
        page = words(await mira.page(path))
        assert "operator:ana" in page
        assert why in page


@pytest.mark.parametrize("odd", ODD)
async def test_each_oddity_is_counted_and_listed(sessions: Sessions, its: UUID, odd: Oddity) -> None:
    spread = "UPDATE subscriptions SET starts_on = '2026-01-01', renews_on = '2027-06-01', auto_renew = false"
    await run(sessions, spread, "UPDATE subscriptions SET auto_renew = true WHERE number = 'S-1002'")
    assert "S-1002" not in await odd_ones(sessions, its, odd)
    await run(sessions, ODD[odd])
    assert "S-1002" in await odd_ones(sessions, its, odd)


async def test_an_address_that_buys_for_many_customers_is_odd(
    sessions: Sessions, its: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await odd_ones(sessions, its, Oddity.SHARED) == []
    await run(
        sessions,
        "UPDATE contacts SET email = 'Nobody@vendor.example' WHERE id IN (SELECT buyer_id FROM subscriptions"
        " WHERE number IN (SELECT min(number) FROM subscriptions GROUP BY csn))",
    )
    async with sessions() as session:
        customers: Any = await session.scalar(sa.text("SELECT count(DISTINCT csn) FROM subscriptions"))
    monkeypatch.setattr(models, "MANY_CUSTOMERS", customers)
    assert await odd_ones(sessions, its, Oddity.SHARED) == []
    monkeypatch.setattr(models, "MANY_CUSTOMERS", customers - 1)
    assert len(await odd_ones(sessions, its, Oddity.SHARED)) >= customers


async def test_only_the_first_by_renewal_date_are_looked_at(
    sessions: Sessions, its: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "LOOKED_AT", 1)
    await run(sessions, "UPDATE subscriptions SET parked_at = now(), parked_because = 'x'")
    async with sessions() as session:
        first = await session.scalar(sa.text("SELECT number FROM subscriptions ORDER BY renews_on, number LIMIT 1"))
    assert await odd_ones(sessions, its, Oddity.PARKED) == [first]


async def test_the_first_week_is_that_of_the_forecast_as_if_live(sessions: Sessions, its: UUID) -> None:
    await run(
        sessions,
        "UPDATE subscriptions SET starts_on = '2026-02-04', renews_on = '2027-02-04', phase = 'renewable',"
        " anchor_day = 4 WHERE number = 'S-1001'",
    )
    async with sessions() as session:
        (stored,) = await load_all(session, ["S-1001"], NOW)
    week = first_week([stored])
    assert (week.walked, week.unpriced) == (1, 0)
    ((count, money),) = week.money
    assert (count, money.currency) == (1, "USD")
    assert money.minor > 0
    assert week.mails["renewed"] == 1
    assert week.missed > 0
    stored.now -= timedelta(days=60)
    assert first_week([stored]).money == []


RENEWS_IN = (
    "UPDATE subscriptions SET starts_on = current_date + {days} - 365, renews_on = current_date + {days},"
    " anchor_day = extract(day FROM current_date + {days}), phase = 'renewable' WHERE number = '{number}'"
)


async def test_the_month_and_the_quarter_are_foreseen_before_anything_goes_live(
    mira: Person, sessions: Sessions, its: UUID
) -> None:
    far = "UPDATE subscriptions SET renews_on = '2029-06-01', starts_on = '2028-06-01', phase = 'active'"
    near = [RENEWS_IN.format(number=number, days=days) for number, days in (("S-1001", 10), ("S-1012", 60))]
    await run(sessions, far, *near)
    here = f"{GO_LIVE}/{its}"
    place = (await mira.send(await mira.page(here), "/forecast")).headers["location"]
    assert "0 of 12 subscriptions" in words(await mira.page(here))
    assert (await mira.get(place)).headers["refresh"] == "3"
    again = await mira.client.post(f"{here}/forecast", data=form(await mira.page(place), "/sign-out").fields)
    assert again.headers["location"] == place
    await walk(sessions, place)
    for path, expected in (
        (here, ("1", "2")),
        (place, ("1", "2")),
        (f"{here}/preview?tick=S-1001", ("1", "1")),
        (f"{here}/preview?tick=S-1012", ("–", "1")),
        (f"{here}/preview?tick=S-1005", None),
    ):
        page = words((await mira.page(path)).partition("92 days")[2])
        charges = re.search(r"Charges in USD (\S+) (\S+) Together in USD (.+?) USD ([\d,.]+)", page)
        assert (charges and (charges[1], charges[2])) == expected, path
    assert await live(sessions) == {}
    assert place not in await mira.page("/ops/forecast")
    assert "Compare now" not in await mira.page(place)
    asked = [(action, about) for _, action, about, _ in await acts(sessions) if action.startswith("forecast")]
    assert asked == [("forecast.ask", place.rpartition("/")[2])]
    await mira.send(await mira.page(here), "/forecast")
    assert "0 of 12 subscriptions" in words(await mira.page(here))


async def test_what_has_no_price_is_counted_of_the_whole_import_and_said_to_be(
    mira: Person, sessions: Sessions, its: UUID
) -> None:
    here = f"{GO_LIVE}/{its}"
    place = (await mira.send(await mira.page(here), "/forecast")).headers["location"]
    await walk(sessions, place)
    await run(sessions, "UPDATE forecasts SET unpriced = 3")
    assert "92 days" in await mira.page(here)
    said = {
        path: words((await mira.page(path)).partition("92 days")[2]) for path in (here, f"{here}/preview?tick=S-1001")
    }
    assert ["Of the whole import, 3 subscriptions have no price" in each for each in said.values()] == [False, True]
    assert ["3 subscriptions have no price and could not" in each for each in said.values()] == [True, True]


async def test_what_is_foreseen_says_that_it_is_of_others_and_of_other_rules(
    mira: Person, sessions: Sessions, its: UUID
) -> None:
    here = f"{GO_LIVE}/{its}"
    others, rules = (
        "of the 12 that waited then; by now 11 wait",
        "Prices, policies or legal rules have changed since",
    )

    async def told(path: str) -> tuple[bool, bool]:
        page = words(await mira.page(path))
        return others in page, rules in page

    await walk(sessions, (await mira.send(await mira.page(here), "/forecast")).headers["location"])
    assert await told(here) == (False, False)
    async with sessions.begin() as session:
        await go_live(session, wall_now=now(), by="operator:ana", reason="a pilot", numbers=["S-1001"])
    assert await told(here) == (True, False)
    assert await told(f"{here}/preview?tick=S-1002") == (False, False)
    policy = (
        "INSERT INTO policies (id, country, version, effective_on, values, set_by, reason, set_at)"
        " VALUES (gen_random_uuid(), 'FR', 1, '2027-01-01', '{}', 'operator:ana', 'the bank asked', now())"
    )
    await run(sessions, policy)
    assert await told(here) == (True, True)
    assert await told(f"{here}/preview?tick=S-1002") == (False, True)
    await walk(sessions, (await mira.send(await mira.page(here), "/forecast")).headers["location"])
    assert await told(here) == (False, False)


async def test_it_is_previewed_confirmed_and_done_once_under_the_key_of_its_form(
    mira: Person, sessions: Sessions, its: UUID
) -> None:
    here = f"{GO_LIVE}/{its}"
    assert here in await mira.page(GO_LIVE)
    listed = await mira.page(here)
    assert 'value="S-1002"' in listed
    page = await mira.page(f"{here}/preview?tick=S-1001&tick=S-1002&tick=S-0")
    assert "Go live with 2?" in words(page)
    assert await live(sessions) == {}
    unsure = await mira.send(page, here, reason="the pilot")
    assert (unsure.status_code, "Please say that you have looked" in unsure.text) == (422, True)
    silent = await mira.send(page, here, reason=" ", sure="yes")
    assert silent.status_code == 422
    assert await live(sessions) == {}
    place = (await mira.send(page, here, reason="the pilot", sure="yes")).headers["location"]
    again = (await mira.send(page, here, reason="the pilot", sure="yes")).headers["location"]
    assert again == place
    assert await live(sessions) == {"the pilot": ["S-1001", "S-1002"]}
    told = await mira.client.get(place)
    assert "2 are live." in words(told.text)
    assert "refresh" not in told.headers
    given = [each for each in await acts(sessions) if each[1] == "go_live"]
    assert given == [("operator:mira", "go_live", place.rpartition("/")[2], "the pilot")]
    assert "S-1002" not in re.findall(r'name="tick" value="([^"]+)"', await mira.page(here))
    late = await mira.send(await mira.page(f"{here}/preview?tick=S-1001"), "/sign-out")
    assert late.status_code == 303


async def test_all_of_an_import_goes_live_the_most_at_once_first(
    mira: Person, sessions: Sessions, its: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST", 3)
    here = f"{GO_LIVE}/{its}"
    page = await mira.page(f"{here}/preview?all=1")
    await mira.send(page, here, reason="the first", sure="yes")
    async with sessions() as session:
        first = await session.scalars(sa.text("SELECT number FROM subscriptions ORDER BY renews_on, number LIMIT 3"))
        assert await live(sessions) == {"the first": sorted(first)}
    monkeypatch.setattr(pages, "MOST", 1000)
    await mira.send(await mira.page(f"{here}/preview?all=1"), here, reason="the rest", sure="yes")
    assert "Everything is live." in await mira.page(GO_LIVE)
    assert "Everything of this import is live." in await mira.page(here)
    assert "None of these waits any more" in await mira.page(f"{here}/preview?all=1")


async def test_what_a_process_left_half_way_is_shown_and_carried_on(
    mira: Person, sessions: Sessions, its: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"{GO_LIVE}/{its}"

    async def nothing(*_: object) -> None: ...

    with monkeypatch.context() as patch:
        patch.setattr(pages, "take_live", nothing)
        page = await mira.page(f"{here}/preview?tick=S-1001&tick=S-1002")
        place = (await mira.send(page, here, reason="the pilot", sure="yes")).headers["location"]
    told = await mira.client.get(place)
    assert told.headers["refresh"] == "3"
    assert "0 of 2 are live." in told.text
    await run(sessions, "UPDATE go_lives SET given_at = given_at - interval '3 minutes'")
    told = await mira.client.get(place)
    assert "refresh" not in told.headers
    await mira.send(told.text, "/carry-on")
    assert await live(sessions) == {"the pilot": ["S-1001", "S-1002"]}
    assert "2 are live." in words(await mira.page(place))


async def test_a_form_that_cannot_be_meant_does_nothing(mira: Person, sessions: Sessions, its: UUID) -> None:
    here = f"{GO_LIVE}/{its}"
    page = await mira.page(f"{here}/preview?tick=S-1001")
    for fields, said in (
        ({"numbers": ""}, "No subscription is ticked"),
        ({"numbers": " ".join(f"S-{n}" for n in range(1001))}, "More than 1,000"),
        ({"numbers": "S-0"}, "None of these waits for go-live"),
        ({"key": ""}, "The address cannot be read"),
    ):
        answer = await mira.send(page, here, **({"reason": "x", "sure": "yes"} | fields))
        assert (answer.status_code, said in words(answer.text)) == (422, True), fields
    assert await live(sessions) == {}
    for path in (f"{GO_LIVE}/{uuid4()}", f"{GO_LIVE}/{uuid4()}/preview?all=1", f"{GO_LIVE}/runs/{uuid4()}"):
        assert (await mira.get(path)).status_code == 404
    assert (await mira.get(f"{here}?odd=strange")).status_code == 422


@pytest.mark.parametrize("role", [Role.VIEWER, Role.FINANCE])
async def test_who_does_not_steer_sees_and_takes_nothing_live(
    people: People, sessions: Sessions, its: UUID, role: Role
) -> None:
    person, here = await people.signed_in("nils", role), f"{GO_LIVE}/{its}"
    page = await person.page(here)
    assert 'name="tick"' not in page
    assert (await person.get(f"{here}/preview?all=1")).status_code == 403
    data = form(page, "/sign-out").fields | {"numbers": "S-1001", "reason": "x", "key": "1", "sure": "yes"}
    assert (await person.client.post(here, data=data)).status_code == 403
    assert await live(sessions) == {}


@pytest.mark.usefixtures("its")
async def test_what_another_took_live_while_one_waited_is_left_as_it_is(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sessions.begin() as session:
        await go_live(session, wall_now=now(), by="operator:ana", reason="the first", numbers=["S-1001"])

    async def as_before(*_: object, **__: object) -> list[str]:
        return ["S-1001"]

    monkeypatch.setattr(golive, "waiting", as_before)
    async with sessions.begin() as session:
        assert await go_live(session, wall_now=now(), by="operator:ana", reason="the second") == 0
    assert await live(sessions) == {"the first": ["S-1001"]}


async def test_the_pages_read_by_indexes(sessions: Sessions, its: UUID, engine: AsyncEngine) -> None:
    async with heard(engine) as asked, sessions() as session:
        await imports_that_wait(session)
        await imported(session, its)
        await oddities(session, its, TODAY, NOW)
        await waiting_page(session, its, None, TODAY, NOW, 100, Beside())
        await waiting_page(session, its, Oddity.SHARED, TODAY, NOW, 100, Beside())
    await assert_by_index(engine, asked, ["subscriptions", "contacts"])
