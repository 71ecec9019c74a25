"""Long lists in pages: every item once, in order, whatever the size of a page; and places that there are not."""

import base64
from typing import Any

import pytest
from sqlalchemy import text

from models.engine import Sessions
from tests.console.api.calling import Api, codes
from tests.scenarios.portfolios import PUNCTUAL
from tests.scenarios.theatre import Theatre


async def pages(api: Api, path: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    address: str | None = f"{path}?limit={limit}"
    while address:
        page = (await api.get(address)).json()
        assert len(page["items"]) == limit or page["next"] is None
        found += page["items"]
        address = page["next"]
    return found


async def test_history_and_orders_come_in_pages_without_gap_or_overlap(api: Api, theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="insufficient_funds*2")
    await life.until("2027-04-10")
    for list_, least in (("history", 12), ("orders", 5)):
        path = f"/subscriptions/{PUNCTUAL}/{list_}"
        whole = (await api.get(f"{path}?limit=200")).json()
        assert (len(whole["items"]) >= least, whole["next"]) == (True, None)
        for limit in (1, 2, 7):
            assert await pages(api, path, limit) == whole["items"]


async def test_events_of_one_instant_are_told_apart(api: Api, theatre: Theatre, sessions: Sessions) -> None:
    await theatre.subscription(live=None)
    many = """
        INSERT INTO events (subscription, at, event, data, caused_by)
        SELECT :number, '2027-01-02 09:00+00', 'released', '{}', 'operator:' || n FROM generate_series(1, 9) n
    """
    async with sessions.begin() as session:
        await session.execute(text(many), {"number": PUNCTUAL})
    found = await pages(api, f"/subscriptions/{PUNCTUAL}/history", 4)
    assert [each["by"] for each in found[1:]] == [f"operator:{n}" for n in range(1, 10)]


PLACES = [
    "~",
    "",
    "x",
    "-1",
    "0",
    "999999",
    "9" * 19,
    "9" * 40,
    "²",
    "1\n2",
    "2027-01-01\nx\n0\n0\n2027-01-01\nrenewal",
]


@pytest.mark.usefixtures("portfolio")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("list_", ["history", "orders", "assignments"])
async def test_what_is_no_place_in_a_list_is_refused(api: Api, place: str, list_: str) -> None:
    after = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=") if place != "~" else place
    answer = await api.get(f"/subscriptions/S-1001/{list_}?after={after}")
    assert codes([answer]) == [(422, "bad_cursor")]
