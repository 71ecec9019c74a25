"""Commands: the outcome commits with the effect, a repeat answers what the first time did, and a refusal is free."""

import asyncio
import json
from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import RowMapping
from temporalio.client import Client

from activities import deciding
from activities.delivery import deliver
from mail.sink import Sink, list_mails
from models.inbox import KeyReused
from tests.activities.desk import PARIS, Desk, PulledPlug
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER, PUNCTUAL
from workflows.contract import Answer, ReceivedSignal

NOON = "2027-02-10 12:00"
OPERATOR = "operator:ana"
NO_TEMPORAL = cast("Client", object())
"""A client that fails whoever uses it."""


async def queued(desk: Desk) -> list[str]:
    """The kinds of the mails that commands and attempts have caused."""
    return [row["kind"] for row in await desk.rows("SELECT kind FROM notices WHERE NOT dated ORDER BY kind")]


async def facts(desk: Desk) -> list[list[dict[str, Any]]]:
    """All that a command can change, apart from its own row and the record of it."""
    tables = ("subscriptions", "terms", "renewals", "claims", "orders", "attempts", "payment_methods", "notices")
    return [await desk.table(name) for name in tables]


async def events(desk: Desk, event: str) -> list[RowMapping]:
    return await desk.rows("SELECT * FROM events WHERE event = :event ORDER BY id", event=event)


async def take(desk: Desk, request: object, key: str = "signal:1", command: str = "cancel-auto-renew") -> Answer:
    signal = ReceivedSignal(key, desk.number, command, request, instant(NOON, PARIS))
    return (await desk.at(NOON, desk.commands.take_signal, signal)).answer


async def test_effect_outcome_and_mail_commit_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    before = await facts(desk)

    def die(*_: object) -> None:
        raise PulledPlug

    with monkeypatch.context() as patched:
        patched.setattr(deciding, "conclude", die)
        with pytest.raises(PulledPlug):
            await desk.give(NOON, "reduce-seats", key="click-1", to=9)
    assert await facts(desk) == before
    assert [row["outcome"] for row in await desk.rows("SELECT outcome FROM commands")] == [None]
    assert await desk.give(NOON, "reduce-seats", key="click-1", to=9) == "done"
    assert ((await desk.row())["pending_seats"], await queued(desk)) == (9, ["seats_reduction_scheduled"])


async def test_the_same_key_gets_the_same_answer_and_counts_once(desk: Desk) -> None:
    await desk.open()
    assert await desk.give(NOON, "reduce-seats", key="click-1", to=9) == "done"
    assert await desk.give(NOON, "withdraw-pending", what="seats") == "done"
    assert await desk.give("2027-02-11", "reduce-seats", key="click-1", to=9) == "done"
    assert (await desk.row())["pending_seats"] is None
    assert await queued(desk) == ["change_withdrawn", "seats_reduction_scheduled"]


async def test_a_sender_whose_clock_is_fast_gives_its_command_now(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    command_id = str(await desk.store("2027-03-31 12:00", "cancel-auto-renew"))
    applied = await desk.at(NOON, desk.commands.apply_command, desk.number, command_id)
    assert applied.answer == Answer("done")
    assert [row["at"] for row in await events(desk, "command")] == [instant(NOON, PARIS)]
    assert (await desk.row())["phase"] == "renewable"


async def test_a_refusal_is_repeated_even_when_its_cause_is_gone(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    assert await desk.give(NOON, "reduce-seats", key="click-1", to=9) == "refused auto_renew_off"
    assert await desk.give(NOON, "resume-auto-renew") == "done"
    assert await desk.give(NOON, "reduce-seats", key="click-1", to=9) == "refused auto_renew_off"
    assert (await desk.row())["pending_seats"] is None


async def test_two_workers_that_apply_one_command_at_the_same_time_apply_it_once(desk: Desk) -> None:
    await desk.open()
    command_id = str(await desk.store(NOON, "cancel-auto-renew"))
    applied = await asyncio.gather(
        *(desk.at(NOON, desk.commands.apply_command, desk.number, command_id) for _ in range(2))
    )
    assert [each.answer for each in applied] == [Answer("done"), Answer("done")]
    assert await queued(desk) == ["auto_renew_cancelled"]
    assert len(await events(desk, "command")) == 1


@pytest.mark.parametrize(
    ("name", "args"),
    [
        pytest.param("cancel-auto-renew", {}, id="cancel"),
        pytest.param("reduce-seats", {"to": 9}, id="reduce seats"),
        pytest.param("change-term", {"term": "3-years"}, id="change term"),
        pytest.param("set-payment-method", {"kind": "card", "token": "tok_2", "expires": "2030-01"}, id="set method"),
    ],
)
async def test_what_is_already_true_is_done_without_effect_and_without_mail(
    desk: Desk, sink: Sink, name: str, args: dict[str, Any]
) -> None:
    await desk.open()
    assert await desk.give(NOON, name, **args) == "done"
    await desk.walk(NOON)
    before, mails = await facts(desk), len(list_mails(sink.directory))
    assert await desk.give("2027-02-10 13:00", name, **args) == "done"
    await desk.walk("2027-02-10 13:00")
    assert [row["data"]["repeat"] for row in await events(desk, "command")] == [False, True]
    assert len(list_mails(sink.directory)) == mails
    assert [rows for rows in await facts(desk) if rows not in before] == []


async def test_every_change_says_who_and_why(desk: Desk) -> None:
    await desk.open()
    assert await desk.give(NOON, "park", by=OPERATOR, reason="dispute about seats") == "done"
    assert await desk.give(NOON, "release", by="operator:ben", reason="settled by phone") == "done"
    assert await desk.give(NOON, "cancel-auto-renew") == "done"
    told = [(row["data"]["name"], row["caused_by"], row["reason"]) for row in await events(desk, "command")]
    assert told == [
        ("park", OPERATOR, "dispute about seats"),
        ("release", "operator:ben", "settled by phone"),
        ("cancel-auto-renew", BUYER, None),
    ]
    (parked,), (released,) = await events(desk, "parked"), await events(desk, "released")
    assert (parked["caused_by"], parked["reason"]) == (OPERATOR, "dispute about seats")
    assert released["caused_by"] == "operator:ben"


async def test_a_phase_that_a_command_brings_names_its_giver(desk: Desk) -> None:
    await desk.open()
    assert await desk.give("2027-03-31 05:00", "cancel-auto-renew", by=OPERATOR, reason="asked by phone") == "done"
    (expired,) = [row for row in await events(desk, "phase") if row["data"]["to"] == "expired"]
    assert (expired["caused_by"], expired["reason"]) == (OPERATOR, "asked by phone")


@pytest.mark.parametrize(
    ("columns", "by", "name", "args", "answer"),
    [
        pytest.param({}, "eve@elsewhere.example", "cancel-auto-renew", {}, "not_buyer", id="a stranger"),
        pytest.param({}, OPERATOR, "reduce-seats", {"to": 9}, "not_buyer", id="an operator for the buyer"),
        pytest.param({}, BUYER, "park", {"reason": "why not"}, "not_operator", id="a buyer for an operator"),
        pytest.param({}, OPERATOR, "park", {}, "bad_arguments", id="no reason"),
        pytest.param({}, BUYER, "reduce-seats", {"to": 12}, "not_a_reduction", id="no reduction"),
        pytest.param({"channel": "partner"}, BUYER, "cancel-auto-renew", {}, "sold_by_partner", id="sold by a partner"),
        pytest.param(
            {}, OPERATOR, "resolve-payment", {"outcome": "paid", "reason": "x"}, "nothing_in_doubt", id="paid"
        ),
    ],
)
async def test_a_refused_command_leaves_the_facts_as_they_are(
    desk: Desk, columns: dict[str, str], by: str, name: str, args: dict[str, Any], answer: str
) -> None:
    await desk.open(**columns)
    await desk.walk(NOON)
    before = await facts(desk)
    assert await desk.give(NOON, name, by=by, **args) == f"refused {answer}"
    assert await facts(desk) == before
    (row,) = await desk.rows("SELECT outcome, code, hint FROM commands")
    assert (row["outcome"], row["code"]) == ("refused", answer)
    assert row["hint"].endswith(".")


async def test_what_no_table_would_store_is_refused_and_not_tried_for_ever(desk: Desk) -> None:
    await desk.open()
    answer = await desk.give(NOON, "set-payment-method", kind="card", token="4242 4242 4242 4241", expires="2030-01")
    assert answer == "refused bad_arguments"


@pytest.mark.parametrize(
    ("at", "expires", "answer"),
    [
        pytest.param(NOON, "2027-01", "refused bad_arguments", id="last month"),
        pytest.param(NOON, "2027-02", "done", id="this month"),
        pytest.param("2027-02-28 23:59", "2027-02", "done", id="the month's last minute"),
        pytest.param("2027-03-01 00:00", "2027-02", "refused bad_arguments", id="the next month's first"),
    ],
)
async def test_a_new_card_must_not_be_over_on_the_customers_own_day(
    desk: Desk, at: str, expires: str, answer: str
) -> None:
    await desk.open()
    assert await desk.give(at, "set-payment-method", kind="card", token="tok_2", expires=expires) == answer


async def test_the_stored_card_may_be_named_again_when_it_is_over(desk: Desk) -> None:
    await desk.open()
    card = {"kind": "card", "token": "tok_2", "expires": "2027-02"}
    assert await desk.give(NOON, "set-payment-method", **card) == "done"
    assert await desk.give("2027-03-02 12:00", "set-payment-method", **card) == "done"


@pytest.mark.parametrize("seats", [9.0, 1e1, 1e16, 1e30, -1e30, 1e-7, 10**40])
async def test_seats_that_are_no_whole_number_are_refused_and_may_be_sent_again(desk: Desk, seats: float) -> None:
    await desk.open()
    for _ in range(2):
        assert await desk.give(NOON, "reduce-seats", key="click-1", to=seats) == "refused bad_arguments"


@pytest.mark.parametrize(
    ("by", "args"),
    [
        pytest.param(BUYER, {"reason": "x" * 100_000}, id="a reason without end"),
        pytest.param(f"operator:{'x' * 5_000}", {}, id="an operator's name without end"),
        pytest.param(f"{'x' * 5_000}@northwind.example", {}, id="an address without end"),
        pytest.param(f"ada@{'x' * 5_000}.example", {}, id="a domain without end"),
        pytest.param(BUYER, {"renewal": 10**4_000}, id="a number without end"),
        pytest.param(BUYER, {"renewal": ["2027-03-31"] * 1_000}, id="a list without end"),
        pytest.param(BUYER, {"renewal": {"on": "x" * 5_000}}, id="an object without end"),
        pytest.param(BUYER, {"x" * 5_000: 1}, id="an argument's name without end"),
        pytest.param(BUYER, {f"x{n}": n for n in range(1_000)}, id="arguments without end"),
    ],
)
async def test_of_rubbish_only_the_beginning_is_kept(desk: Desk, by: str, args: dict[str, Any]) -> None:
    await desk.open()
    for _ in range(2):
        answer = await desk.give(NOON, "cancel-auto-renew", by=by, key="click-1", **args)
        assert answer == "refused bad_arguments"
    (row,) = await desk.rows("SELECT subscription, name, given_by, args, reason, hint FROM commands")
    assert [len(text) for text in (row["given_by"], row["reason"] or "", row["hint"]) if len(text) > 501] == []
    assert len(json.dumps(row["args"])) < 1_100
    (event,) = await events(desk, "command")
    assert len(event["caused_by"]) <= 501


async def test_the_longest_reason_is_kept_in_full(desk: Desk) -> None:
    await desk.open()
    assert await desk.give(NOON, "cancel-auto-renew", reason="é" * 500) == "done"
    (row,) = await desk.rows("SELECT reason FROM commands")
    assert row["reason"] == "é" * 500


async def test_a_lapsed_subscription_is_answered_without_a_workflow(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.wait_for_renewal_date()
    await desk.walk("2027-05-20")
    assert (await desk.row())["phase"] == "lapsed"
    command_id = await desk.store("2027-06-01", "cancel-auto-renew")
    answer = await deliver(NO_TEMPORAL, desk.sessions, command_id, instant("2027-06-01", PARIS))
    assert (answer.outcome, answer.code) == ("refused", "lapsed")


async def test_a_number_that_nobody_has_is_answered_without_a_workflow(desk: Desk) -> None:
    command_id = await desk.store(NOON, "cancel-auto-renew", number="S-404")
    answer = await deliver(NO_TEMPORAL, desk.sessions, command_id, instant(NOON, PARIS))
    assert (answer.outcome, answer.code) == ("refused", "unknown_subscription")


async def test_a_card_number_given_for_a_number_is_refused_and_not_kept(desk: Desk) -> None:
    command_id = await desk.store(NOON, "cancel-auto-renew", number="4242 4242 4242 4242")
    answer = await deliver(NO_TEMPORAL, desk.sessions, command_id, instant(NOON, PARIS))
    assert (answer.outcome, answer.code) == ("refused", "bad_arguments")
    rows = [*await desk.rows("SELECT * FROM commands"), *await desk.rows("SELECT * FROM events")]
    assert "4242" not in f"{rows}{answer}"


async def test_a_card_number_among_the_lines_of_a_quote_is_refused_and_not_kept(desk: Desk) -> None:
    await desk.open()
    wanted = [{"subscription": PUNCTUAL}, {"subscription": "4242424242424242"}]
    assert await desk.give(NOON, "ask-for-quote", lines=wanted) == "refused bad_arguments"
    assert "4242424" not in str(await desk.rows("SELECT * FROM commands"))


async def test_a_number_that_there_is_is_kept_even_where_a_card_could_have_it(desk: Desk) -> None:
    mistaken = replace(desk, number="S-4242424242424242")
    await mistaken.open()
    assert await mistaken.give(NOON, "cancel-auto-renew") == "done"


async def test_a_signal_counts_once_however_often_its_activity_runs(desk: Desk) -> None:
    await desk.open()
    assert [(await take(desk, {"by": OPERATOR, "reason": "asked by phone"})).outcome for _ in range(2)] == ["done"] * 2
    (told,) = await events(desk, "command")
    assert (told["caused_by"], told["reason"]) == (OPERATOR, "asked by phone")


@pytest.mark.parametrize(
    ("request_", "outcome", "by"),
    [
        pytest.param(None, "done", "operator:temporal", id="nothing"),
        pytest.param({}, "done", "operator:temporal", id="an empty object"),
        pytest.param({"renewal": "2027-03-31"}, "done", "operator:temporal", id="nobody named"),
        pytest.param({"by": 7}, "refused", "7", id="a number for a name"),
        pytest.param(["by", OPERATOR], "refused", "operator:temporal", id="a list"),
        pytest.param({"renewal": "2027-03-30"}, "refused", "operator:temporal", id="another date"),
        pytest.param({"by": "operator:\0"}, "refused", "operator:temporal", id="what no table stores"),
    ],
)
async def test_a_signal_may_hold_anything(desk: Desk, request_: object, outcome: str, by: str) -> None:
    await desk.open()
    answer = await take(desk, request_)
    assert (answer.outcome, answer.code) == (outcome, "bad_arguments" if outcome == "refused" else None)
    (told,) = await events(desk, "command")
    assert told["caused_by"] == by
    assert (await desk.row())["auto_renew"] is (outcome == "refused")


async def test_a_key_that_was_used_for_something_else_is_refused(desk: Desk) -> None:
    await desk.open()
    assert await desk.give(NOON, "reduce-seats", key="click-1", to=9) == "done"
    with pytest.raises(KeyReused, match="was used for reduce-seats of"):
        await desk.give(NOON, "reduce-seats", key="click-1", to=8)
    with pytest.raises(KeyReused):
        await desk.give(NOON, "cancel-auto-renew", key="click-1")


async def test_a_reference_counts_anew_for_a_further_term_but_not_when_said_twice(desk: Desk) -> None:
    await desk.open(auto_renew="no", term="month", starts_on="2027-02-28", renews_on="2027-03-31")
    framework = {"by": OPERATOR, "reference": "PO-1", "reason": "framework order"}
    assert await desk.give("2027-03-20 12:00", "record-renewal", **framework) == "done"
    await desk.walk("2027-03-31 00:00")
    assert await desk.give("2027-04-20 12:00", "record-renewal", **framework) == "done"
    assert await desk.give("2027-04-21 12:00", "record-renewal", **framework) == "done"
    recorded = await desk.rows("SELECT term_starts_on FROM renewals WHERE settled_at IS NOT NULL ORDER BY 1")
    assert [str(row["term_starts_on"]) for row in recorded] == ["2027-03-31", "2027-04-30"]


@pytest.mark.parametrize("token", ["4111 1111 1111 1111", "4111-1111-1111-1112"], ids=["card number", "mistyped"])
async def test_a_card_number_is_refused_and_not_even_kept_in_the_refused_command(desk: Desk, token: str) -> None:
    await desk.open()
    card = {"kind": "card", "token": token, "expires": "2030-01"}
    assert await desk.give("2027-02-01", "set-payment-method", key="click-1", **card) == "refused bad_arguments"
    assert await desk.give("2027-02-01", "set-payment-method", key="click-1", **card) == "refused bad_arguments"
    (row,) = await desk.rows("SELECT args::text AS args FROM commands")
    assert "4111" not in row["args"]


@pytest.mark.parametrize(
    ("command", "args"),
    [
        pytest.param("park", {"reason": "she read out 4111 1111 1111 1111 on the phone"}, id="in a reason"),
        pytest.param("record-renewal", {"reason": "paid", "reference": "4111-1111-1111-1111"}, id="as a reference"),
    ],
)
async def test_a_card_number_in_any_text_is_neither_accepted_nor_kept(
    desk: Desk, command: str, args: dict[str, str]
) -> None:
    """What may never happen (domain.md 10.6)."""
    await desk.open()
    assert await desk.give("2027-02-01", command, by="operator:ana", **args) == "refused bad_arguments"
    (row,) = await desk.rows("SELECT args::text || coalesce(reason, '') AS kept FROM commands")
    assert "4111" not in row["kept"]
