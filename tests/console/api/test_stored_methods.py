"""Stored methods over the API: on record with who and when, never their token; named, replaced and removed."""

from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from models.engine import Sessions
from tests.console.api.calling import ADA, Api, codes
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Theatre

pytestmark = pytest.mark.usefixtures("portfolio")


async def test_storing_a_method_is_on_record_once(api: Api, sessions: Sessions) -> None:
    path, method = "/customers/5100000001/payment-methods", {"kind": "card", "token": "tok_1PqR", "expires": "2035-05"}
    answers = [
        await api.ask("POST", path, json=method, headers={"Perennial-Actor": by}) for by in (ADA, "operator:ana")
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    async with sessions() as session:
        query = "SELECT customer, subscription, data, caused_by FROM events WHERE event = 'method_stored'"
        events = [tuple(row) for row in await session.execute(sa.text(query))]
    data = {"method": answers[0].json()["id"], "kind": "card", "valid_through": "2035-05-31"}
    assert events == [("5100000001", None, data, ADA)]


PATH = "/customers/5100000001/payment-methods"
INES = "ines@lumiere.example"
NONE = "00000000-0000-4000-8000-000000000000"


async def edit(api: Api, verb: str, path: str, by: str = ADA, **options: Any) -> httpx.Response:
    headers = {"Perennial-Actor": by, "Idempotency-Key": "replace-1"}
    return await api.ask(verb, f"{PATH}/{path}", headers=headers, **options)


async def stored(api: Api, **method: str) -> str:
    answer = await api.ask("POST", PATH, json=method, headers={"Perennial-Actor": ADA})
    assert answer.status_code == 201
    return str(answer.json()["id"])


async def test_a_method_has_the_name_that_its_buyer_gave_it(api: Api) -> None:
    id_ = await stored(api, kind="paypal", token="pp_1")
    named = await edit(api, "PATCH", id_, json={"label": " Office  account "})
    assert (named.status_code, named.json()["label"]) == (200, "Office account")
    listed = {each["id"]: each["label"] for each in (await api.get(PATH)).json()["items"]}
    assert (listed.pop(id_), set(listed.values())) == ("Office account", {None})
    assert (await edit(api, "PATCH", id_, json={"label": None})).json()["label"] is None
    refused = [
        await edit(api, "PATCH", id_, json={"label": "4111 1111 1111 1111"}),
        await edit(api, "PATCH", id_, json={"label": "mine"}, by=INES),
        await edit(api, "PATCH", id_, json={"label": "ours"}, by="operator:ana"),
        await edit(api, "PATCH", NONE, json={"label": "mine"}),
    ]
    assert codes(refused) == [(422, "bad_arguments"), (403, "not_buyer"), (403, "not_buyer"), (404, "unknown_method")]


async def test_a_method_that_nothing_uses_is_removed_once_and_for_all(api: Api) -> None:
    id_ = await stored(api, kind="paypal", token="pp_1")
    used = (await api.get("/subscriptions/S-1001")).json()["payment_method"]["id"]
    refused = [
        await edit(api, "DELETE", used),
        await edit(api, "DELETE", id_, by=INES),
        await edit(api, "DELETE", NONE),
    ]
    assert codes(refused) == [(409, "method_in_use"), (403, "not_buyer"), (404, "unknown_method")]
    assert [(await edit(api, "DELETE", id_)).status_code for _ in range(2)] == [204, 204]
    assert id_ not in (await api.get(PATH)).text
    late = [
        await edit(api, "PATCH", id_, json={"label": "mine"}),
        await edit(api, "POST", f"{used}/replace", json={"method": id_}),
    ]
    assert codes(late) == [(404, "unknown_method"), (422, "bad_arguments")]


async def test_another_method_is_used_instead_by_whatever_used_one(theatre: Theatre, api: Api) -> None:
    one = await theatre.subscription(csn="7700")
    await one.move_to("2027-02-01 10:00")
    path = "/customers/7700/payment-methods"
    buyer = {"Perennial-Actor": BUYER, "Idempotency-Key": "replace-1"}
    old = (await api.get(path)).json()["items"][0]["id"]
    new = (await api.ask("POST", path, json={"kind": "paypal", "token": "pp_1"}, headers=buyer)).json()["id"]
    told = []
    for _ in range(2):
        answer = await api.ask("POST", f"{path}/{old}/replace", json={"method": new}, headers=buyer)
        told.append(answer.json()["items"])
    assert [(each["subscription"], each["command"], each["outcome"]) for each in told[0]] == [
        (one.number, "set-payment-method", "done")
    ]
    assert told[1] == told[0]
    assert str((await one.row())["method_id"]) == new
