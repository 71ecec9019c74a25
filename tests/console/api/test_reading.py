"""What is read over the API is what the facts say."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from cli import explaining
from models.engine import Sessions
from models.store import load
from models.tables import SubscriptionRow
from renewals.permission import BUYER_MAY
from tests.console.api.calling import ADA, IMPORTED_AT, Api

pytestmark = pytest.mark.usefixtures("portfolio")
NUMBERS = [f"S-{number}" for number in range(1001, 1013)]


@pytest.mark.parametrize("limit", [1, 5, 11, 12, 200])
async def test_pages_tile_without_gap_or_overlap(api: Api, limit: int) -> None:
    address, found = f"/subscriptions?limit={limit}", list[str]()
    while address:
        page = (await api.get(address)).json()
        assert 1 <= len(page["items"]) <= limit
        found += [each["number"] for each in page["items"]]
        address = page["next"]
    assert found == NUMBERS


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        pytest.param("customer=5100000003", ["S-1005", "S-1006"], id="of a customer"),
        pytest.param("buyer=SATO@minato.example", ["S-1007", "S-1008"], id="of a buyer, in any case"),
        pytest.param("customer=5100000003&buyer=ada@northwind.example", [], id="of both"),
        pytest.param("phase=lapsed", [], id="in a phase"),
    ],
)
async def test_the_list_is_filtered_and_its_next_page_too(api: Api, query: str, numbers: list[str]) -> None:
    page = (await api.get(f"/subscriptions?limit=1&{query}")).json()
    found = [each["number"] for each in page["items"]]
    if page["next"]:
        found += [each["number"] for each in (await api.get(page["next"])).json()["items"]]
    assert found == numbers


async def test_a_subscription_is_told_with_its_next_term_and_a_strong_tag(api: Api) -> None:
    answer = await api.get("/subscriptions/S-1001")
    told = answer.json()
    assert (told["buyer"], told["seats"], told["renews_on"]) == (ADA, 12, "2027-03-31")
    assert (told["way_of_renewal"], told["live"]) == ("automatic", True)
    assert told["pending"] == {"seats": None, "term": None}
    assert told["next_term"] == {
        "starts_on": "2027-03-31",
        "renews_on": "2028-03-31",
        "term": "year",
        "seats": 12,
        "unit_price": 50500,
        "amount": 606000,
        "currency": "USD",
        "paid": False,
    }
    assert set(told["payment_method"]) == {"id", "kind", "valid_through"}
    tag = answer.headers["etag"]
    assert tag.startswith('"')
    again = await api.get("/subscriptions/S-1001", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


async def test_the_tag_moves_with_the_facts_alone(api: Api, sessions: Sessions) -> None:
    before = (await api.get("/subscriptions/S-1001")).headers["etag"]
    assert (await api.get("/subscriptions/S-1001")).headers["etag"] == before
    async with sessions.begin() as session:
        change = sa.update(SubscriptionRow).where(col(SubscriptionRow.number) == "S-1001")
        await session.execute(change.values(pending_seats=9))
    assert (await api.get("/subscriptions/S-1001")).headers["etag"] != before


@pytest.mark.parametrize("number", NUMBERS)
async def test_options_are_what_explain_says(
    api: Api, database_url: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", database_url)
    monkeypatch.setattr("cli.desk.facts", lambda settings: nullcontext(sessions))
    options = {each["command"]: each for each in (await api.get(f"/subscriptions/{number}/options")).json()["items"]}
    assert set(options) == BUYER_MAY
    for name in sorted(BUYER_MAY):
        (explained,), told = await explaining.explained(number, name, None), options[name]
        assert told["answer"] == explained["answer"].replace(" ", "_")
        for column in ("code", "hint", "ask"):
            assert told[column] == explained.get(column)
        for column in ("possible_on", "until"):
            day = explained.get(column)
            assert told[column] == (day.isoformat() if day else None)


async def test_whom_to_ask_is_whom_the_hint_names(api: Api) -> None:
    asked = set()
    for number in NUMBERS:
        for each in (await api.get(f"/subscriptions/{number}/options")).json()["items"]:
            hint = (each["hint"] or "").lower()
            named = next((who for who in ("partner", "sales", "support") if f"ask {who}" in hint), None)
            named = "partner" if "ask the partner" in hint else named
            assert named in (None, (each["ask"] or {}).get("who")), each
            asked.add(named)
            if named:
                assert each["ask"]["contact"].endswith("@example.com")
    assert asked == {None, "partner", "sales", "support"}


async def test_what_is_coming_is_the_forecast_up_to_a_day(api: Api) -> None:
    all_of_it = (await api.get("/subscriptions/S-1001/forecast?until=2028-06-01")).json()
    charges = [each for each in all_of_it["items"] if each["what"] == "charge"]
    assert all_of_it["until"] == "2028-06-01"
    assert {(each["amount"], each["currency"]) for each in charges} == {(606000, "USD")}
    assert (await api.get("/subscriptions/S-1001/forecast?until=2020-01-01")).json()["items"] == []
    assert (await api.get("/subscriptions/S-1001/forecast?until=9999-12-31")).status_code == 422


async def test_history_and_orders_are_the_record(api: Api) -> None:
    imported, live = (await api.get("/subscriptions/S-1001/history")).json()["items"]
    assert live["event"] == "go_live"
    assert (imported["event"], imported["to"], imported["at"]) == ("phase", "active", "2026-11-22T12:00:00.000Z")
    assert (await api.get("/subscriptions/S-1001/orders")).json() == {"items": [], "next": None}


async def test_a_product_learns_whether_it_must_lock_and_may_keep_that_for_a_minute(
    api: Api, sessions: Sessions
) -> None:
    async with sessions() as session:
        stored = await load(session, "S-1004", IMPORTED_AT)
        assert stored is not None
        ends_at = stored.access_until
    for seconds_to_go, locked, kept in ((86_400, False, 60), (30, False, 29), (0, True, 60)):
        async with sessions.begin() as session:
            shown = ends_at - timedelta(seconds=seconds_to_go) - datetime.now(UTC)
            change = sa.update(SubscriptionRow).where(col(SubscriptionRow.number) == "S-1004")
            await session.execute(change.values(shift=shown))
        answer = await api.get("/access/S-1004")
        assert answer.json()["locked"] is locked
        rule, _, seconds = answer.headers["cache-control"].partition("=")
        assert rule == "private, max-age"
        assert kept - 20 <= int(seconds) <= kept
    assert answer.json()["access_until"] == "2027-05-01T04:00:00.000Z"
    assert set(answer.json()) == {"number", "access_until", "locked"}


async def test_options_and_previews_tell_which_kinds_of_method_are_taken(api: Api, sessions: Sessions) -> None:
    """Of the first nobody pays in yen; of a policy that takes two kinds no other is told."""
    in_dollars = ["card", "paypal", "direct_debit", "bank_transfer"]

    async def told() -> dict[str, list[str] | None]:
        items = (await api.get("/subscriptions/S-1001/options")).json()["items"]
        return {each["command"]: each["payment_kinds"] for each in items}

    assert {name: each for name, each in (await told()).items() if each} == {
        "set-payment-method": in_dollars,
        "add-seats": in_dollars[:3],
    }
    async with sessions.begin() as session:
        await session.execute(sa.text(PAYPAL_OR_TRANSFER))
    assert (await told())["set-payment-method"] == ["paypal", "bank_transfer"]
    preview = (await api.get("/subscriptions/S-1001/preview/add-seats?seats=1")).json()
    assert preview["payment_kinds"] == ["paypal"]
    assert (await api.get("/subscriptions/S-1001/preview/change-term?term=3-years")).json()["payment_kinds"] is None


PAYPAL_OR_TRANSFER = """
    INSERT INTO policies (id, version, effective_on, values, set_by, reason, set_at)
    VALUES (gen_random_uuid(), 1, '2020-01-01', '{"methods": ["paypal", "bank_transfer"]}', 'operator:ana', 'x', now())
"""
