"""Quotes and papers over HTTP: asked for, found, accepted once per key, and as files."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pypdf import PdfReader
from temporalio.testing import WorkflowEnvironment

from models.engine import Sessions
from tests.console.api.calling import ADA, Api, console_of, new_key
from tests.scenarios.portfolios import BUYER, PUNCTUAL, SECOND
from tests.scenarios.theatre import Life, Theatre

ANA: dict[str, Any] = {"by": "operator:ana", "reason": "as agreed"}
AT = "2027-02-01 10:00"


@pytest.fixture
async def life(theatre: Theatre) -> Life:
    """Two subscriptions of one customer on 1 February."""
    lives = [await theatre.subscription(number=number, csn="C-1") for number in (PUNCTUAL, SECOND)]
    for each in lives:
        await each.move_to(AT)
    return lives[0]


async def post(api: Api, path: str, body: Any = None, *, by: str = BUYER, key: str | None = None) -> httpx.Response:
    headers = {"Perennial-Actor": by, "Idempotency-Key": key or str(uuid4())}
    return await api.ask("POST", path, json=body, headers=headers)


async def ask(api: Api, *numbers: str, key: str | None = None, **wish: Any) -> httpx.Response:
    return await post(api, "/quotes", {"lines": [{"subscription": number, **wish} for number in numbers]}, key=key)


async def issued(life: Life, api: Api) -> str:
    reference = (await ask(api, PUNCTUAL, SECOND, seats=9)).json()["quote"]
    assert await life.command("2027-02-01 10:01", "issue-quote", quote=reference, **ANA) == "done"
    return str(reference)


async def test_a_quote_is_asked_for_issued_found_and_accepted(life: Life, api: Api) -> None:
    answer = await ask(api, SECOND, PUNCTUAL, seats=9, key="k")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["amount"], [each["asked_seats"] for each in told["lines"]]) == ("asked", None, [9, 9])
    assert (await ask(api, SECOND, PUNCTUAL, seats=9, key="k")).json()["quote"] == told["quote"]
    assert (await ask(api, SECOND, PUNCTUAL, seats=8, key="k")).json()["code"] == "key_reused"
    command = {"command": "issue-quote", "args": {"quote": told["quote"], "reason": "as agreed"}}
    answer = await post(api, f"/subscriptions/{SECOND}/commands", command, by="operator:ana")
    assert answer.json()["outcome"] == "done"
    told = (await api.get(f"/quotes/{told['quote']}")).json()
    assert (told["state"], told["amount"], told["currency"]) == ("issued", 2 * 9 * 48600, "EUR")
    assert all(each["receipt"]["unit_price"] * each["seats"] == each["amount"] for each in told["lines"])
    shown = (await api.get(f"/subscriptions/{PUNCTUAL}")).json()
    assert (shown["held"], shown["held_by_quote"], shown["held_until"]) == (True, told["quote"], told["expires_at"])
    for _ in range(2):
        answer = await post(api, f"/quotes/{told['quote']}/accept", {"purchase_order": "PO-4711"}, key="a")
        assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
    told = (await api.get(f"/quotes/{told['quote']}")).json()
    assert told["state"] == "accepted"
    receipt = await api.get(f"/orders/{told['order']}/receipt")
    assert receipt.headers["content-type"] == "application/pdf"
    assert "PO-4711" in PdfReader(BytesIO(receipt.content)).pages[0].extract_text()


async def test_its_document_is_a_file_once_it_is_issued(life: Life, api: Api) -> None:
    reference = (await ask(api, PUNCTUAL)).json()["quote"]
    assert (await api.get(f"/quotes/{reference}/document")).json()["code"] == "not_issued"
    assert await life.command("2027-02-01 10:01", "issue-quote", quote=reference, **ANA) == "done"
    answer = await api.get(f"/quotes/{reference}/document")
    assert answer.headers["content-disposition"] == f'attachment; filename="quote-{reference}.pdf"'
    assert reference in PdfReader(BytesIO(answer.content)).pages[0].extract_text()


async def test_what_is_refused_has_the_code_of_the_refusal(life: Life, api: Api) -> None:
    assert (await post(api, "/quotes", {"lines": [{"subscription": "S-0"}]})).json()["code"] == "unknown_subscription"
    answer = await post(api, "/quotes", {"lines": [{"subscription": PUNCTUAL}]}, by="eve@elsewhere.example")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_buyer")
    many = [{"subscription": f"S-{n}"} for n in range(101)]
    assert (await post(api, "/quotes", {"lines": many})).status_code == 422
    assert (await post(api, "/quotes/Q-9999/accept", {})).json()["code"] == "unknown_quote"
    reference = (await ask(api, PUNCTUAL)).json()["quote"]
    assert (await post(api, f"/quotes/{reference}/accept", {})).json()["code"] == "quote_not_open"
    answer = await post(api, f"/quotes/{reference}/accept", {"purchase_order": "PO-1", "kind": "card", "token": "ok"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_arguments")


async def test_it_is_declined_and_paid_with_a_card_over_the_api(life: Life, api: Api) -> None:
    reference = await issued(life, api)
    assert (await post(api, f"/quotes/{reference}/decline")).json()["outcome"] == "done"
    reference = await issued(life, api)
    card = {"kind": "card", "token": "ok", "expires": "2030-05"}
    assert (await post(api, f"/quotes/{reference}/accept", card)).json()["outcome"] == "done"
    assert await life.payments() == [f"payment 1 of EUR {9 * 48600} paid"]
    entries = (await api.get(f"/subscriptions/{SECOND}/orders")).json()["items"]
    assert [each["amount"] for each in entries if each["entry"] == "attempt"] == [2 * 9 * 48600]


async def test_paid_by_a_code_it_says_which_until_when_and_is_open_again_once_that_is_given_up(
    life: Life, api: Api
) -> None:
    reference = await issued(life, api)
    transfer = {"kind": "bank_transfer", "token": "voucher-never-paid"}
    answer = await post(api, f"/quotes/{reference}/accept", transfer)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
    told = (await api.get(f"/quotes/{reference}")).json()
    voucher = told["voucher"]
    assert (told["state"], told["order"], voucher["kind"], voucher["amount"], voucher["received"]) == (
        "issued",
        None,
        "bank_transfer",
        2 * 9 * 48600,
        0,
    )
    assert (bool(voucher["code"]), voucher["expires_at"]) == (True, "2027-02-08T22:59:59.000Z")
    refused = await post(api, f"/quotes/{reference}/accept", {"purchase_order": "PO-1"})
    assert (refused.json()["code"], refused.json()["possible_on"]) == ("hold_open", "2027-02-09")
    released = await post(api, f"/subscriptions/{SECOND}/commands", {"command": "release-hold"})
    assert released.json()["outcome"] == "done"
    assert (await api.get(f"/quotes/{reference}")).json()["voucher"] is None
    accepted = await post(api, f"/quotes/{reference}/accept", {"purchase_order": "PO-1"})
    assert accepted.json()["outcome"] == "done"


async def test_lists_come_in_pages_and_by_state_and_person(life: Life, api: Api) -> None:
    references = [(await ask(api, number)).json()["quote"] for number in (PUNCTUAL, SECOND, PUNCTUAL)]
    await post(api, f"/quotes/{references[0]}/decline")
    first = (await api.get("/quotes", params={"limit": 2})).json()
    assert [each["quote"] for each in first["items"]] == [references[2], references[1]]
    second = (await api.get(first["next"])).json()
    assert ([each["quote"] for each in second["items"]], second["next"]) == ([references[0]], None)
    for params, found in (
        ({"state": "declined"}, [references[0]]),
        ({"subscription": SECOND}, [references[1]]),
        ({"customer": "C-2"}, []),
        ({"buyer": BUYER.upper(), "state": "asked"}, [references[2], references[1]]),
        ({"buyer": "eve@elsewhere.example"}, []),
    ):
        items = (await api.get("/quotes", params=params)).json()["items"]
        assert [each["quote"] for each in items] == found


async def test_without_a_worker_it_is_promised(
    sessions: Sessions, temporal: WorkflowEnvironment, portfolio: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.api.app.PATIENCE_SECONDS", 0.05)
    api = Api(console_of(sessions, temporal.client), await new_key(sessions))
    answer = await post(api, "/quotes", {"lines": [{"subscription": "S-1001"}]}, by=ADA)
    assert (answer.status_code, answer.json()["outcome"]) == (202, None)
    assert (await api.get(answer.headers["location"])).json()["command"] == "ask-for-quote"


async def test_an_order_that_is_not_settled_or_not_there_has_no_receipt(life: Life, api: Api) -> None:
    card = {"kind": "card", "token": "insufficient_funds", "expires": "2030-05"}
    assert await life.command("2027-02-01 10:02", "renew", **card) == "refused payment_declined"
    (order,) = await life.rows("SELECT id FROM orders")
    assert (await api.get(f"/orders/{order['id']}/receipt")).json()["code"] == "not_settled"
    assert (await api.get(f"/orders/{uuid4()}/receipt")).json()["code"] == "not_found"
