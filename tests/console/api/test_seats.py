"""Seats and their use over the API: told by another system, told back, and nobody else's."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from models.api_keys import Scope
from models.engine import Sessions
from portfolio.stored import take_turn
from tests.console.api.calling import ADA, Api, codes

pytestmark = pytest.mark.usefixtures("portfolio")

BEN, CLEO = "ben@northwind.example", "cleo@northwind.example"
SEATS = "/subscriptions/S-1001/assignments"


async def tell(api: Api, *items: dict[str, Any], by: str = ADA, **body: Any) -> httpx.Response:
    return await api.ask("PUT", SEATS, json={"items": list(items), **body}, headers={"Perennial-Actor": by})


def seat(user: str, **more: Any) -> dict[str, Any]:
    return {"user": user, "assigned_on": "2026-04-01"} | more


async def test_what_is_told_is_told_back_and_a_repeat_changes_nothing(api: Api) -> None:
    items = [seat("Ben@Northwind.example", last_used_on="2026-11-20"), seat(CLEO, last_used_on="2026-09-30"), seat(ADA)]
    told = (await tell(api, *items)).json()
    assert (told["added"], told["changed"], told["unchanged"], told["days_of_use"]) == (3, 0, 0, 2)
    usage = told["usage"]
    assert (usage["seats"], usage["assigned"], usage["active_30"], usage["active_90"]) == (12, 3, 1, 2)
    assert usage["unused_seats"] == {"seats": 12, "used": 2, "days": 90, "told_on": "2026-11-22"}
    again = (await tell(api, *items)).json()
    assert (again["added"], again["changed"], again["unchanged"], again["days_of_use"]) == (0, 0, 3, 0)
    assert (await api.get("/subscriptions/S-1001/usage")).json() == usage
    history = (await api.get("/subscriptions/S-1001/history")).json()["items"]
    assert [(each["begun"], each["changed"], each["by"]) for each in history if each["event"] == "assignments"] == [
        (3, 0, ADA)
    ]


async def test_how_often_a_seat_was_used_is_told_where_every_day_was_listed(api: Api) -> None:
    listed = {"used_on": ["2026-11-20", "2026-11-02", "2026-09-15"], "used_since": "2026-08-25"}
    await tell(api, seat(BEN, **listed), seat(CLEO, used_since="2026-10-01"))
    ben, cleo = (await api.get(SEATS)).json()["items"]
    assert (ben["last_used_on"], ben["days_30"], ben["days_90"]) == ("2026-11-20", 2, 3)
    assert (cleo["last_used_on"], cleo["days_30"], cleo["days_90"]) == (None, 0, None)
    usage = (await api.get("/subscriptions/S-1001/usage")).json()
    assert (usage["active_90"], usage["days_30"], usage["days_90"]) == (1, 2, None)
    (first, *_) = (await api.get("/customers/5100000001/usage")).json()["items"]
    assert (first["sku"], first["days_30"], first["days_90"]) == ("DRAFT-STD", 2, None)


@pytest.mark.parametrize("path", ["/subscriptions/S-1001/usage", SEATS, "/customers/5100000001/usage"])
@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "9999-12-31"])
async def test_a_day_at_the_end_of_the_calendar_is_a_day(api: Api, path: str, day: str) -> None:
    assert (await api.get(f"{path}?on={day}")).status_code == 200


async def test_users_come_in_pages_whose_addresses_name_nobody(api: Api) -> None:
    await tell(api, *(seat(f"user{n}@northwind.example") for n in range(5)))
    await tell(api, seat("user4@northwind.example", unassigned_on="2026-05-01"))
    page = (await api.get(f"{SEATS}?limit=2")).json()
    found = [each["user"] for each in page["items"]]
    while page["next"]:
        assert "user" not in page["next"].rpartition("after=")[2]
        page = (await api.get(page["next"])).json()
        found += [each["user"] for each in page["items"]]
    assert found == [f"user{n}@northwind.example" for n in range(4)]
    ended = (await api.get(f"{SEATS}?ended=true")).json()["items"]
    assert [each["unassigned_on"] for each in ended] == [None, None, None, None, "2026-05-01"]


async def test_a_preview_says_how_many_seats_are_used(api: Api) -> None:
    preview = "/subscriptions/S-1002/preview/renew"
    assert (await api.get(preview)).json()["unused_seats"] is None
    told = {"items": [seat(BEN, last_used_on="2026-11-20")]}
    await api.ask("PUT", "/subscriptions/S-1002/assignments", json=told, headers={"Perennial-Actor": ADA})
    said = {"seats": 3, "used": 1, "days": 90, "told_on": "2026-11-22"}
    assert (await api.get(preview)).json()["unused_seats"] == said


async def test_a_customers_products_are_summed_up(api: Api) -> None:
    await tell(api, seat(BEN, last_used_on="2026-11-20"))
    page = (await api.get("/customers/5100000001/usage?limit=1")).json()
    (first,) = page["items"]
    assert (first["sku"], first["active_30"], first["told_on"], first["untold"] > 0) == (
        "DRAFT-STD",
        1,
        "2026-11-22",
        True,
    )
    assert codes([await api.get("/customers/1/usage")]) == [(404, "unknown_customer")]


@pytest.mark.parametrize(
    ("item", "where"),
    [
        pytest.param(seat("ben"), "body.items.0.user", id="no address"),
        pytest.param(seat("ben@northwind..example"), "body.items.0.user", id="nearly an address"),
        pytest.param(seat(BEN, last_used_on="2026-03-01"), "body.items.0.last_used_on", id="used before"),
        pytest.param(seat(BEN, last_used_on="2027-03-01"), "body.items.0.last_used_on", id="used in the future"),
        pytest.param(seat(BEN, used_on=["2026-11-02"]), "body.items.0.used_since", id="listed since when"),
        pytest.param(seat(BEN, used_since="2027-03-01"), "body.items.0.used_since", id="listed since a day to come"),
        pytest.param(seat(BEN, unassigned_on="2026-04-01"), "body.items.0.unassigned_on", id="no day long"),
        pytest.param(seat(BEN, number="S-1002"), "body.items.0.number", id="a field that there is not"),
    ],
)
async def test_what_is_wrong_is_named_without_naming_anybody(api: Api, item: dict[str, Any], where: str) -> None:
    answer = await tell(api, item)
    assert codes([answer]) == [(422, "invalid")]
    assert answer.json()["errors"][0]["where"] == where
    assert item["user"] not in answer.text.replace("ada@northwind.example", "")
    assert (await api.get(SEATS)).json()["items"] == []


async def test_assignments_that_overlap_are_a_conflict(api: Api) -> None:
    await tell(api, seat(BEN))
    answers = [
        await tell(api, seat(BEN, assigned_on="2026-06-01")),
        await tell(api, seat(CLEO), seat(CLEO)),
        await tell(api, seat(CLEO), seat(CLEO, assigned_on="2026-06-01")),
    ]
    assert codes(answers) == [(409, "assignments_conflict")] * 3
    assert "in item 0 already" in answers[1].json()["detail"]
    assert len((await api.get(SEATS)).json()["items"]) == 1


async def test_only_the_buyer_the_admin_or_an_operator_may_tell(api: Api) -> None:
    answers = [await tell(api, seat(BEN), by=by) for by in ("ines@lumiere.example", "operator:ana")]
    assert [answer.status_code for answer in answers] == [403, 200]
    admin = {"Perennial-Actor": "it@northwind.example"}
    told = await api.ask("PUT", "/subscriptions/S-1002/assignments", json={"items": [seat(BEN)]}, headers=admin)
    assert told.status_code == 200


async def test_a_key_that_may_only_read_tells_nothing(api: Api, sessions: Sessions) -> None:
    from tests.console.api.calling import new_key

    reader = Api(api.app, await new_key(sessions, Scope.READ))
    assert codes([await tell(reader, seat(BEN))]) == [(403, "scope_missing")]


async def test_the_day_that_is_told_of_is_not_to_come(api: Api) -> None:
    later = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    assert codes([await tell(api, seat(BEN), as_of=later)]) == [(422, "invalid")]


async def test_while_a_file_is_imported_nobody_waits(api: Api, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await take_turn(await session.connection())
        answer = await tell(api, seat(BEN))
    assert (codes([answer]), answer.headers["retry-after"]) == ([(503, "unavailable")], "30")


async def test_nobody_is_named_in_logs(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await tell(api, seat(BEN, last_used_on="2026-11-20"))
    await api.get(SEATS)
    assert "ben@" not in caplog.text
