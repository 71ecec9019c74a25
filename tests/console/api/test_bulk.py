"""Bulk checkouts over the API: previewed, paid once under the caller's key, told line by line."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.console.api.calling import ADA, Api
from tests.scenarios.bulk import BY_HAND, FIRST, SECOND, THIRD
from tests.scenarios.theatre import Theatre

ASKED = {"subscriptions": [THIRD, FIRST, SECOND]}
ALL = "/bulk-checkouts"


@pytest.fixture
async def three(theatre: Theatre) -> list[str]:
    for number in (FIRST, SECOND, THIRD):
        await theatre.subscription(number, live="2027-02-01", **BY_HAND)
    return [THIRD, FIRST, SECOND]


async def post(api: Api, path: str, body: dict[str, Any], *, by: str = ADA, key: str | None = None) -> httpx.Response:
    headers = {"Perennial-Actor": by, **({} if path.endswith("preview") else {"Idempotency-Key": key or str(uuid4())})}
    return await api.ask("POST", path, json=body, headers=headers)


@pytest.mark.usefixtures("three")
async def test_what_was_previewed_is_paid_once_whatever_is_sent_again(api: Api) -> None:
    shown = (await post(api, f"{ALL}/preview", ASKED)).json()
    (order,) = shown["orders"]
    assert (order["customer"], order["amount"], order["currency"]) == ("C-1", 3 * 583200, "EUR")
    assert order["payment_kinds"] == ["card", "paypal", "direct_debit", "bank_transfer"]
    assert [line["subscription"] for line in order["lines"]] == sorted([FIRST, SECOND, THIRD])
    body = {**ASKED, "preview": shown["token"]}
    first = await post(api, ALL, body, key="order-17")
    again = await post(api, ALL, body, key="order-17")
    assert (first.status_code, first.json()) == (200, again.json())
    told = first.json()
    assert [(line["subscription"], line["outcome"], line["amount"]) for line in told["lines"]] == [
        (number, "renewed", 583200) for number in ASKED["subscriptions"]
    ]
    (paid,) = told["orders"]
    assert (paid["state"], paid["payment"], paid["amount"], told["settled"]) == ("paid", "paid", 3 * 583200, True)
    assert (await api.get(f"{ALL}/{told['id']}")).json() == told
    assert UUID(told["lines"][0]["order"]) == UUID(paid["id"])


@pytest.mark.usefixtures("three")
async def test_what_cannot_be_renewed_is_named_in_preview_and_outcome(api: Api) -> None:
    asked = {"subscriptions": [FIRST, "S-0000"]}
    shown = (await post(api, f"{ALL}/preview", asked)).json()
    assert [(line["subscription"], line["code"]) for line in shown["refused"]] == [("S-0000", "unknown_subscription")]
    told = (await post(api, ALL, asked)).json()
    assert [(line["outcome"], line["code"]) for line in told["lines"]] == [
        ("renewed", None),
        ("refused", "unknown_subscription"),
    ]
    stranger = (await post(api, ALL, {"subscriptions": [SECOND]}, by="eve@elsewhere.example")).json()
    assert [(line["outcome"], line["code"]) for line in stranger["lines"]] == [("refused", "not_buyer")]


@pytest.mark.usefixtures("three")
async def test_a_key_is_good_for_one_order(api: Api) -> None:
    assert (await post(api, ALL, {"subscriptions": [FIRST]}, key="order-1")).status_code == 200
    reused = await post(api, ALL, {"subscriptions": [SECOND]}, key="order-1")
    assert (reused.status_code, reused.json()["code"]) == (409, "key_reused")


@pytest.mark.usefixtures("three")
async def test_a_declined_order_is_told_as_its_lines(api: Api) -> None:
    card = {"kind": "card", "token": "insufficient_funds", "expires": "2030-05"}
    told = (await post(api, ALL, {**ASKED, "method": card})).json()
    assert {line["outcome"] for line in told["lines"]} == {"payment_failed"}
    assert [(order["state"], order["decline_code"]) for order in told["orders"]] == [("void", "insufficient_funds")]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"subscriptions": [f"S-{n}" for n in range(101)]}, 409, "bulk_over_100"),
        ({"subscriptions": []}, 422, "invalid"),
        ({"subscriptions": ["S-1"], "method": {"kind": "card"}}, 422, "bad_arguments"),
        ({"subscriptions": ["S-1"], "method": {"kind": "card", "token": "4242424242424242"}}, 422, "bad_arguments"),
        ({"subscriptions": ["S-1"], "pay": "now"}, 422, "invalid"),
    ],
)
async def test_what_can_be_no_bulk_checkout_is_a_problem(
    api: Api, body: dict[str, Any], status: int, code: str
) -> None:
    for path in (ALL, f"{ALL}/preview"):
        answer = await post(api, path, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_one_that_nobody_gave_is_not_there(api: Api) -> None:
    assert (await api.get(f"{ALL}/{uuid4()}")).status_code == 404
