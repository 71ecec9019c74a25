"""Commands over the API, decided by the real workflow: done once, refused in words, promised when nobody answers."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.testing import WorkflowEnvironment

from models.api_keys import Scope
from models.engine import Sessions
from tests.console.api.calling import ADA, Api, codes, console_of, example, new_key
from tests.scenarios.portfolios import PUNCTUAL
from tests.scenarios.theatre import Life, Theatre

BY_HAND: dict[str, Any] = {"auto_renew": "no"}
EARLY = "2027-02-01 10:00"


async def on_stage(theatre: Theatre, at: str = EARLY, **columns: Any) -> Life:
    life = await theatre.subscription(**columns)
    await life.move_to(at)
    return life


async def test_the_same_key_acts_once_and_answers_the_same(theatre: Theatre, api: Api) -> None:
    life = await on_stage(theatre)
    first = await api.give(PUNCTUAL, "add-seats", {"seats": 2}, key="mine")
    again = await api.give(PUNCTUAL, "add-seats", {"seats": 2}, key="mine")
    assert (first.status_code, first.json()["outcome"]) == (200, "done")
    assert again.json() == first.json()
    assert (await life.row())["seats"] == 14
    other = await api.give(PUNCTUAL, "add-seats", {"seats": 3}, key="mine")
    person = await api.give(PUNCTUAL, "add-seats", {"seats": 2}, key="mine", by="eve@northwind.example")
    assert codes([other, person]) == [(409, "key_reused")] * 2
    told = (await api.get(f"/commands/{first.json()['id']}")).json()
    assert told == first.json()
    assert (told["by"], told["subscription"], told["command"]) == (ADA, PUNCTUAL, "add-seats")


async def test_the_same_command_sent_twice_at_once_acts_once(theatre: Theatre, api: Api) -> None:
    life = await on_stage(theatre)
    one, other = await asyncio.gather(*(api.give(PUNCTUAL, "add-seats", {"seats": 2}, key="both") for _ in range(2)))
    assert one.json() == other.json()
    assert (await life.row())["seats"] == 14


async def test_another_caller_may_use_the_same_key_for_something_else(
    theatre: Theatre, api: Api, sessions: Sessions
) -> None:
    await on_stage(theatre)
    other = Api(api.app, await new_key(sessions, Scope.WRITE))
    answers = [
        await api.give(PUNCTUAL, "reduce-seats", {"to": 9}, key="1"),
        await other.give(PUNCTUAL, "cancel-auto-renew", key="1"),
    ]
    assert [each.json()["outcome"] for each in answers] == ["done", "done"]


async def test_a_command_on_a_subscription_that_has_moved_is_not_given(theatre: Theatre, api: Api) -> None:
    life = await on_stage(theatre)
    tag = (await api.get(f"/subscriptions/{PUNCTUAL}")).headers["etag"]
    first = await api.give(PUNCTUAL, "reduce-seats", {"to": 9}, key="a", If_Match=tag)
    stale = await api.give(PUNCTUAL, "reduce-seats", {"to": 8}, key="b", If_Match=tag)
    repeat = await api.give(PUNCTUAL, "reduce-seats", {"to": 9}, key="a", If_Match=tag)
    assert codes([first, stale, repeat]) == [(200, None), (412, "has_changed"), (200, None)]
    assert (await life.row())["pending_seats"] == 9
    fresh = (await api.get(f"/subscriptions/{PUNCTUAL}")).headers["etag"]
    assert (await api.give(PUNCTUAL, "reduce-seats", {"to": 8}, If_Match=f'"x", {fresh}')).status_code == 200
    assert (await api.give(PUNCTUAL, "reduce-seats", {"to": 7}, If_Match="*")).status_code == 200


async def test_a_refusal_that_time_cures_has_its_day_in_answer_record_and_options(theatre: Theatre, api: Api) -> None:
    """The term from 31 March 2027 is paid; the one after it can be renewed 90 days before 31 March 2028."""
    life = await on_stage(theatre)
    assert await life.command(EARLY, "renew") == "done"
    again = await api.give(PUNCTUAL, "renew")
    assert codes([again]) == [(409, "already_renewed")]
    assert again.json()["possible_on"] == "2028-01-01"
    (row,) = await life.rows("SELECT possible_on FROM commands WHERE subscription = :number AND outcome = 'refused'")
    assert str(row["possible_on"]) == "2028-01-01"
    options = {each["command"]: each for each in (await api.get(f"/subscriptions/{PUNCTUAL}/options")).json()["items"]}
    assert {name: options[name]["possible_on"] for name in ("renew", "ask-for-quote", "accept-quote")} == {
        "renew": "2028-01-01",
        "ask-for-quote": "2028-01-01",
        "accept-quote": None,
    }


async def test_a_refusal_is_a_problem_with_the_code_and_what_to_do_instead(theatre: Theatre, api: Api) -> None:
    await on_stage(theatre, "2027-01-10 10:00", renews_on="2027-04-15")
    soon = await api.give(PUNCTUAL, "renew")
    assert codes([soon]) == [(409, "window_not_open")]
    assert soon.json()["possible_on"] == "2027-01-15"
    assert soon.json()["hint"] == soon.json()["detail"] == "It can be renewed from 2027-01-15 on; come back then."
    answers = [
        await api.give(PUNCTUAL, "cancel-auto-renew", by="mallory@elsewhere.example"),
        await api.give(PUNCTUAL, "park", {"reason": "x"}),
        await api.give(PUNCTUAL, "park", by="operator:ana"),
        await api.give(PUNCTUAL, "reduce-seats", {"to": "nine"}),
        await api.give(PUNCTUAL, "reduce-seats", {"to": 9, "from": 12}),
        await api.give(PUNCTUAL, "cancel-auto-renew", {"renewal": "2031-01-01"}),
        await api.give("S-0000", "cancel-auto-renew"),
    ]
    assert codes(answers) == [
        (403, "not_buyer"),
        (403, "not_operator"),
        (422, "bad_arguments"),
        (422, "bad_arguments"),
        (422, "bad_arguments"),
        (422, "bad_arguments"),
        (404, "unknown_subscription"),
    ]


async def test_a_declined_card_is_a_refusal_and_its_repeat_charges_nothing(theatre: Theatre, api: Api) -> None:
    life = await on_stage(theatre, method_token="insufficient_funds", **BY_HAND)
    answers = [await api.give(PUNCTUAL, "renew", key="once") for _ in range(2)]
    assert codes(answers) == [(409, "payment_declined")] * 2
    assert len(await life.payments()) == 1


async def test_an_operator_gives_commands_with_a_reason(theatre: Theatre, api: Api) -> None:
    life = await on_stage(theatre)
    answer = await api.give(PUNCTUAL, "park", {"reason": "looked at"}, by="operator:ana")
    assert answer.json()["outcome"] == "done"
    assert (await life.row())["parked_because"] == "looked at"


async def test_without_a_person_or_a_key_of_its_own_nothing_is_given(api: Api) -> None:
    body, address = {"command": "renew"}, "/subscriptions/S-1001/commands"
    person, key = {"Perennial-Actor": ADA}, {"Idempotency-Key": "1"}
    answers = [
        await api.ask("POST", address, json=body, headers=key),
        await api.ask("POST", address, json=body, headers=person),
        await api.ask("POST", address, json=body, headers=key | {"Perennial-Actor": "operator:"}),
        await api.ask("POST", address, json=body, headers=person | {"Idempotency-Key": "k" * 201}),
    ]
    assert codes(answers) == [(400, "header_missing"), (400, "header_missing"), (400, "bad_actor"), (422, "invalid")]


async def test_what_no_worker_answers_is_promised_and_told_where_to_ask(
    sessions: Sessions, temporal: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    await example(sessions)
    monkeypatch.setattr("console.api.app.PATIENCE_SECONDS", 0.5)
    api = Api(console_of(sessions, temporal.client), await new_key(sessions))
    answer = await api.give("S-1003", "renew", by="luc@bellerive.example")
    assert (answer.status_code, answer.json()["outcome"]) == (202, None)
    told = await api.get(answer.headers["location"])
    assert told.json() == answer.json()
    await temporal.client.get_workflow_handle("subscription-S-1003").terminate("the test is over")


async def test_what_only_changes_facts_needs_no_worker(sessions: Sessions, temporal: WorkflowEnvironment) -> None:
    await example(sessions)
    api = Api(console_of(sessions, temporal.client), await new_key(sessions))
    answer = await api.give("S-1003", "cancel-auto-renew", by="luc@bellerive.example")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
    await temporal.client.get_workflow_handle("subscription-S-1003").terminate("the test is over")


@pytest.mark.parametrize("token", ["ok", "timeout-then-paid"])
async def test_what_a_preview_of_a_renewal_says_is_what_is_charged(theatre: Theatre, api: Api, token: str) -> None:
    life = await on_stage(theatre, method_token=token, **BY_HAND)
    preview = (await api.get(f"/subscriptions/{PUNCTUAL}/preview/renew")).json()
    assert (preview["renews_on"], preview["currency"]) == ("2028-03-31", "EUR")
    assert [(each["term"], each["amount"], each["saved"]) for each in preview["longer_terms"]] == []
    assert (await api.give(PUNCTUAL, "renew")).json()["outcome"] == "done"
    await life.until("2027-02-02")
    await charged(life, preview)


@pytest.mark.parametrize(
    ("name", "args", "others"),
    [
        pytest.param("renew", {}, {}, id="renew"),
        pytest.param("add-seats", {"seats": 2}, {"seats": 3}, id="add seats"),
        pytest.param("change-term", {"term": "3-years"}, {"term": "month"}, id="change term"),
    ],
)
async def test_what_was_shown_binds_by_its_token_until_a_fact_has_changed(
    theatre: Theatre, api: Api, name: str, args: dict[str, Any], others: dict[str, Any]
) -> None:
    await on_stage(theatre)
    address = f"/subscriptions/{PUNCTUAL}/preview/{name}"
    stale = (await api.get(address, params=others)).json()["token"]
    if not args:
        await api.give(PUNCTUAL, "reduce-seats", {"to": 9})
    shown = (await api.get(address, params=args)).json()
    assert shown["binds_until"].startswith("2027-02-01T09:1")
    answers = [
        await api.give(PUNCTUAL, name, args | {"preview": token}) for token in (stale, "made up", shown["token"])
    ]
    assert codes(answers) == [(409, "preview_stale"), (409, "preview_stale"), (200, None)]


async def test_a_preview_of_another_term_says_what_it_costs_and_when_that_is_charged(
    theatre: Theatre, api: Api
) -> None:
    await on_stage(theatre)
    address = f"/subscriptions/{PUNCTUAL}/preview/change-term"
    shown = (await api.get(address, params={"term": "month"})).json()
    assert (shown["amount"], shown["renews_on"]) == (81600, "2027-04-30")
    assert shown["charged_at"] == "2027-03-31T04:00:00.000Z"
    assert shown["pending"] == {"seats": None, "term": "month"}
    await api.give(PUNCTUAL, "cancel-auto-renew", {})
    assert (await api.get(address, params={"term": "month"})).json()["charged_at"] is None
    assert (await api.get(address, params={"term": "decade"})).status_code == 422


async def test_a_preview_of_a_paid_term_that_is_sold_no_more_is_refused(theatre: Theatre, api: Api) -> None:
    life = await on_stage(theatre)
    await api.give(PUNCTUAL, "change-term", {"term": "month"})
    assert (await api.give(PUNCTUAL, "renew")).json()["outcome"] == "done"
    async with life.sessions.begin() as session:
        await session.execute(
            text(
                "INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at)"
                " SELECT gen_random_uuid(), sku, term, currency, 99, 'retired', list_price, renewal_price,"
                " effective_at + interval '1 second' FROM prices WHERE term = 'month' AND version = 1"
            )
        )
    answer = await api.get(f"/subscriptions/{PUNCTUAL}/preview/change-term", params={"term": "month"})
    assert (answer.status_code, answer.json()["code"]) == (409, "term_not_offered")


async def test_a_preview_names_the_pending_changes_that_are_in_its_line(theatre: Theatre, api: Api) -> None:
    life = await on_stage(theatre)
    await api.give(PUNCTUAL, "reduce-seats", {"to": 9})
    preview = (await api.get(f"/subscriptions/{PUNCTUAL}/preview/renew")).json()
    assert preview["pending"] == {"seats": 9, "term": None}
    assert [line["seats"] for line in preview["lines"]] == [9]
    assert (await api.give(PUNCTUAL, "renew")).json()["outcome"] == "done"
    await charged(life, preview)


async def test_once_expired_a_preview_says_the_list_price_and_that_is_charged(theatre: Theatre, api: Api) -> None:
    life = await on_stage(theatre, "2027-04-10 10:00", **BY_HAND)
    preview = (await api.get(f"/subscriptions/{PUNCTUAL}/preview/renew")).json()
    assert (preview["amount"], preview["lines"][0]["basis"]) == (648000, "list_price")
    assert (await api.give(PUNCTUAL, "renew")).json()["outcome"] == "done"
    await charged(life, preview)


@pytest.mark.parametrize("renewed", [False, True], ids=["next term unpaid", "next term paid"])
async def test_what_a_preview_of_seats_says_is_what_is_charged(theatre: Theatre, api: Api, renewed: bool) -> None:
    life = await on_stage(theatre)
    if renewed:
        assert (await api.give(PUNCTUAL, "renew")).json()["outcome"] == "done"
    preview = (await api.get(f"/subscriptions/{PUNCTUAL}/preview/add-seats?seats=2")).json()
    purposes = ["seats", "next_seats"] if renewed else ["seats"]
    assert [line["purpose"] for line in preview["lines"]] == purposes
    assert (await api.give(PUNCTUAL, "add-seats", {"seats": 2})).json()["outcome"] == "done"
    await charged(life, preview, way="seats")
    ledger = (await api.get(f"/subscriptions/{PUNCTUAL}/orders")).json()["items"]
    bought = {each["purpose"] for each in ledger if each["way"] == "seats" and each["entry"] == "order"}
    assert bought == set(purposes)


async def test_a_longer_term_is_named_with_what_it_saves(theatre: Theatre, api: Api) -> None:
    await on_stage(theatre, prices={"3-years": "1400.00"}, **BY_HAND)
    preview = (await api.get(f"/subscriptions/{PUNCTUAL}/preview/renew")).json()
    assert preview["longer_terms"] == [
        {"term": "3-years", "amount": 12 * 140000, "saved": 12 * (3 * 48600 - 140000), "currency": "EUR"}
    ]


async def test_a_preview_is_refused_where_the_command_would_be(theatre: Theatre, api: Api) -> None:
    await on_stage(theatre, channel="partner")
    answers = [
        await api.get(f"/subscriptions/{PUNCTUAL}/preview/renew"),
        await api.give(PUNCTUAL, "renew"),
        await api.get(f"/subscriptions/{PUNCTUAL}/preview/add-seats?seats=1"),
        await api.give(PUNCTUAL, "add-seats", {"seats": 1}),
    ]
    assert codes(answers) == [(409, "sold_by_partner")] * 4


async def charged(life: Life, preview: dict[str, object], way: str = "checkout") -> None:
    """The last order of that kind has the preview's lines, receipts and amount, and is paid."""
    lines = await life.rows(
        "SELECT amount, receipt FROM order_lines JOIN orders ON orders.id = order_id "
        "WHERE way = :way AND state = 'paid' ORDER BY term_starts_on",
        way=way,
    )
    previewed = preview["lines"]
    assert isinstance(previewed, list)
    assert [(line["amount"], line["receipt"]) for line in previewed] == [
        (row["amount"], row["receipt"]) for row in lines
    ]
    (attempt,) = await life.rows(
        "SELECT a.amount, a.currency FROM attempts a JOIN orders o ON o.id = a.order_id WHERE o.way = :way", way=way
    )
    assert (attempt["amount"], attempt["currency"]) == (preview["amount"], preview["currency"])
