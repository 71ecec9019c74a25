"""An operator refunds an order: never more than was paid minus what went back, once under its key, the term stays."""

from asyncio import CancelledError
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from activities.answers import record_answer
from activities.refunds import MOST_TRIES, Refunds
from gateways.port import NoAnswer, Paid, Refunded, RefundRefused
from models.ledger import entries
from models.odd_payments import refunds_owed
from renewals.money import Money
from tests.activities.baskets import open_counter
from tests.activities.desk import DUE, PARIS, PRICE, Desk, PulledPlug
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER

ANA: dict[str, Any] = {"by": "operator:ana", "reason": "they called"}
LATER = "2027-04-02 10:00"


async def renewed(desk: Desk) -> str:
    """Renewed automatically on the renewal date; the id of its order."""
    await desk.open(live="2027-03-25")
    await desk.wait_for_renewal_date()
    await desk.walk(DUE)
    (order,) = await desk.rows("SELECT id::text FROM orders")
    return str(order["id"])


async def sent(desk: Desk) -> list[tuple[int, str]]:
    rows = await desk.rows("SELECT amount, because FROM refunds WHERE sent_at IS NOT NULL ORDER BY sent_at, amount")
    return [(row["amount"], row["because"]) for row in rows]


async def letters(desk: Desk) -> list[str]:
    return [row["outcome"] for row in await desk.rows("SELECT outcome FROM notices WHERE kind = 'refund'")]


async def test_without_an_amount_all_that_was_paid_goes_back_and_the_term_stays(desk: Desk) -> None:
    order = await renewed(desk)
    before = await desk.row()
    assert await desk.give(LATER, "refund", order=order, **ANA) == "done"
    await desk.walk(LATER)
    assert await sent(desk) == [(PRICE, "operator")]
    assert await letters(desk) == ["sent"]
    after = await desk.row()
    kept = ("phase", "starts_on", "renews_on", "seats", "auto_renew", "access_until")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    (event,) = await desk.rows("SELECT data, caused_by, reason FROM events WHERE event = 'refund'")
    assert (event["data"]["amount"], event["caused_by"], event["reason"]) == (PRICE, "operator:ana", "they called")


async def test_in_parts_never_more_than_is_left(desk: Desk) -> None:
    order = await renewed(desk)
    assert await desk.give(LATER, "refund", order=order, amount=500_000, **ANA) == "done"
    assert await desk.give(LATER, "refund", order=order, amount=PRICE, **ANA) == "refused more_than_paid"
    await desk.walk(LATER)
    assert await desk.give(LATER, "refund", order=order, amount=83_201, **ANA) == "refused more_than_paid"
    assert await desk.give(LATER, "refund", order=order, amount=83_200, **ANA) == "done"
    assert await desk.give(LATER, "refund", order=order, **ANA) == "refused nothing_to_refund"
    await desk.walk(LATER)
    assert await sent(desk) == [(83_200, "operator"), (500_000, "operator")]
    assert sum(desk.gateway.refunds.values()) == PRICE


async def test_of_two_who_refund_the_same_part_one_is_refused(desk: Desk) -> None:
    order = await renewed(desk)
    for key, answer in (("ana", "done"), ("fay", "refused preview_stale"), ("ana", "done")):
        assert await desk.give(LATER, "refund", key=key, order=order, amount=1000, seen=0, **ANA) == answer
    await desk.walk(LATER)
    assert await desk.give(LATER, "refund", key="later", order=order, amount=1000, seen=1000, **ANA) == "done"
    await desk.walk(LATER)
    assert await sent(desk) == [(1000, "operator"), (1000, "operator")]


async def test_given_twice_under_one_key_it_goes_back_once(desk: Desk) -> None:
    order = await renewed(desk)
    for _ in range(2):
        assert await desk.give(LATER, "refund", key="k", order=order, amount=1000, **ANA) == "done"
    await desk.walk(LATER)
    (command,) = await desk.rows("SELECT id::text FROM commands WHERE name = 'refund'")
    assert desk.gateway.refunds == {command["id"]: 1000}


async def test_what_was_taken_after_its_attempt_had_ended_unpaid_goes_back_under_the_same_guards(desk: Desk) -> None:
    order = await renewed(desk)
    (paid,) = await desk.rows("SELECT id::text FROM attempts")
    await desk.change("UPDATE attempts SET state = 'declined', code = 'lost_card', decline_class = 'hard'")
    await desk.change("UPDATE orders SET state = 'open'")
    late: dict[str, Any] = {"order": order, "attempt": paid["id"]} | ANA
    assert await desk.give(LATER, "refund", **late) == "refused nothing_to_refund", "nobody heard of money"
    for _ in range(2):
        await record_answer(desk.sessions, desk.number, paid["id"], Paid("late"), instant(LATER, PARIS))
    assert await desk.give(LATER, "refund", order=order, **ANA) == "refused nothing_to_refund", "the order is unpaid"
    assert await desk.give(LATER, "refund", **late, amount=PRICE + 1) == "refused more_than_paid"
    assert await desk.give(LATER, "refund", **late, seen=0) == "done"
    await desk.walk(LATER)
    assert await desk.give(LATER, "refund", **late) == "refused nothing_to_refund"
    assert await sent(desk) == [(PRICE, "operator")]
    assert await letters(desk) == ["sent"]
    assert [state for _, state, _ in await desk.attempts()] == ["declined"]


async def test_of_two_attempts_of_one_order_each_has_its_own_money(desk: Desk) -> None:
    order = await renewed(desk)
    await desk.change(
        "INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, answered_at, taken,"
        " calls, questions, received) SELECT gen_random_uuid(), order_id, 2, method_id, amount, currency, 'declined',"
        " called_at, answered_at, 500, 0, 0, 0 FROM attempts"
    )
    (late,) = await desk.rows("SELECT id::text FROM attempts WHERE n = 2")
    assert await desk.give(LATER, "refund", order=order, attempt=late["id"], **ANA) == "done"
    assert await desk.give(LATER, "refund", order=order, seen=0, **ANA) == "done"
    await desk.walk(LATER)
    assert await sent(desk) == [(500, "operator"), (PRICE, "operator")]


async def test_of_an_order_that_was_paid_by_two_attempts_the_last_goes_back_unless_one_is_named(desk: Desk) -> None:
    """That may never happen; where it did, the cure of its alarm must not fail."""
    order = await renewed(desk)
    (first,) = await desk.rows("SELECT id::text FROM attempts")
    await desk.change(
        "INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, answered_at, calls,"
        " questions, received) SELECT gen_random_uuid(), order_id, 2, method_id, amount, currency, 'paid',"
        " called_at, answered_at, 0, 0, 0 FROM attempts"
    )
    back = "SELECT n, r.amount FROM refunds r JOIN attempts a ON a.id = r.attempt_id ORDER BY n"
    assert await desk.give(LATER, "refund", order=order, **ANA) == "done"
    assert [(row["n"], row["amount"]) for row in await desk.rows(back)] == [(2, PRICE)]
    assert await desk.give(LATER, "refund", order=order, **ANA) == "refused nothing_to_refund"
    assert await desk.give(LATER, "refund", order=order, attempt=first["id"], amount=1000, **ANA) == "done"
    assert [(row["n"], row["amount"]) for row in await desk.rows(back)] == [(1, 1000), (2, PRICE)]


async def test_a_gateway_that_does_not_answer_is_asked_again_under_the_same_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await renewed(desk)
    asked = list[str]()

    async def deaf(key: str, amount: Money, refund_key: str, now: object) -> str:
        asked.append(refund_key)
        raise NoAnswer("timeout")

    monkeypatch.setattr(desk.gateway, "refund", deaf)
    assert await desk.give(LATER, "refund", order=order, **ANA) == "done"
    (refund,) = await desk.rows("SELECT id FROM refunds")
    await desk.change("UPDATE refunds SET calls = :calls", calls=MOST_TRIES - 2)
    for _ in range(2):
        await desk.change("UPDATE refunds SET next_at = '2027-04-01' WHERE next_at IS NOT NULL")
        await desk.at(LATER, Refunds(desk.sessions, desk.gateway).send_back, desk.number, str(refund["id"]))
    assert set(asked) == {str(refund["id"])}
    (alarm,) = await desk.rows("SELECT detail FROM alarms WHERE kind = 'paid_after_all'")
    assert "an operator refunded it" in alarm["detail"]
    assert await desk.give(LATER, "refund", order=order, **ANA) == "refused nothing_to_refund", "it may have gone back"


async def test_of_two_refunds_of_one_order_that_are_never_taken_each_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await renewed(desk)

    async def deaf(*_: object) -> Refunded:
        raise NoAnswer("timeout")

    monkeypatch.setattr(desk.gateway, "refund", deaf)
    for amount in (1_000, 500_000):
        assert await desk.give(LATER, "refund", order=order, amount=amount, **ANA) == "done"
    await desk.change("UPDATE refunds SET calls = :calls", calls=MOST_TRIES - 1)
    await desk.walk(LATER)
    alarms = await desk.rows("SELECT detail FROM alarms WHERE kind = 'paid_after_all' ORDER BY detail")
    assert [alarm["detail"].partition(" of ")[0] for alarm in alarms] == ["EUR 10.00", "EUR 5,000.00"]
    owed = refunds_owed(instant(LATER, PARIS) - timedelta(hours=1))
    async with desk.sessions() as session:
        assert (await session.execute(owed)).scalars().all() == [desk.number] * 2
        await session.execute(text("UPDATE alarms SET cleared_at = now() WHERE detail LIKE 'EUR 10.00%'"))
        assert (await session.execute(owed)).scalars().all() == [desk.number]


async def test_a_refund_that_the_provider_refuses_stands_as_refused_and_is_not_tried_again(desk: Desk) -> None:
    order = await renewed(desk)
    before = await desk.row()
    desk.gateway.refusals.append("charge already\n refunded\x00")
    assert await desk.give(LATER, "refund", order=order, amount=1000, **ANA) == "done"
    await desk.walk(LATER)
    (refund,) = await desk.rows("SELECT id, next_at, sent_at, refusal FROM refunds")
    assert (refund["next_at"], refund["sent_at"], refund["refusal"]) == (None, None, "charge already refunded")
    await desk.at(LATER, Refunds(desk.sessions, desk.gateway).send_back, desk.number, str(refund["id"]))
    assert desk.gateway.refunds == {}
    after = await desk.row()
    kept = ("phase", "starts_on", "renews_on", "seats", "auto_renew", "access_until")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert await letters(desk) == []


async def test_a_refused_refund_is_told_by_an_alarm_on_the_record_and_in_the_ledger(desk: Desk) -> None:
    order = await renewed(desk)
    desk.gateway.refusals.append("not refundable")
    assert await desk.give(LATER, "refund", order=order, amount=1000, **ANA) == "done"
    await desk.walk(LATER)
    (alarm,) = await desk.rows("SELECT kind, detail, facts FROM alarms WHERE kind LIKE 'refund%'")
    assert (alarm["kind"], alarm["facts"]["says"]) == ("refund_refused", "not refundable")
    assert "EUR 10.00 of attempt" in alarm["detail"]
    assert "may have gone" not in alarm["detail"]
    (event,) = await desk.rows("SELECT data, caused_by, reason FROM events WHERE event LIKE 'refund%'")
    assert event["data"] == {"amount": 1000, "currency": "EUR", "because": "operator"}
    assert (event["caused_by"], event["reason"]) == ("operator:ana", "they called")
    async with desk.sessions() as session:
        found = [entry async for entry in entries(session, subscription=desk.number) if entry.entry == "refund"]
    assert [(entry.amount, entry.state, entry.reference) for entry in found] == [(1000, "refused", None)]


async def test_what_a_provider_refused_of_an_operators_may_be_given_again_and_then_goes_back_once(desk: Desk) -> None:
    order = await renewed(desk)
    desk.gateway.refusals.append("insufficient balance")
    for _ in range(2):
        assert await desk.give(LATER, "refund", key="first", order=order, seen=0, **ANA) == "done"
        await desk.walk(LATER)
    assert desk.gateway.refunds == {}, "the same command is the same refund"
    assert await desk.give(LATER, "refund", key="second", order=order, seen=0, **ANA) == "done"
    await desk.walk(LATER)
    assert await sent(desk) == [(PRICE, "operator")]
    assert await desk.give(LATER, "refund", key="third", order=order, **ANA) == "refused nothing_to_refund"


async def test_what_is_refused_after_a_call_without_an_answer_may_have_gone_and_is_not_given_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await renewed(desk)
    answers: list[RefundRefused | NoAnswer] = [NoAnswer("timeout"), RefundRefused("already refunded")]

    async def forgetful(*_: object) -> RefundRefused:
        answer = answers.pop(0)
        if isinstance(answer, NoAnswer):
            raise answer
        return answer

    monkeypatch.setattr(desk.gateway, "refund", forgetful)
    assert await desk.give(LATER, "refund", order=order, amount=1000, **ANA) == "done"
    await desk.walk(LATER)
    await desk.walk("2027-04-02 11:00")
    assert await desk.rows("SELECT refusal, calls FROM refunds") == [{"refusal": "already refunded", "calls": 1}]
    (alarm,) = await desk.rows("SELECT detail, facts FROM alarms WHERE kind = 'refund_refused'")
    assert (alarm["facts"]["unheard"], "may have gone" in alarm["detail"]) == (1, True)
    assert await desk.give("2027-04-02 11:01", "refund", order=order, amount=PRICE, **ANA) == "refused more_than_paid"


@pytest.mark.parametrize("end", [PulledPlug, CancelledError], ids=["the process dies", "the worker is stopped"])
async def test_what_is_refused_after_a_call_that_was_cut_off_may_have_gone_and_is_not_given_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, end: type[BaseException]
) -> None:
    """A provider that remembers the charge longer than the key says that it has gone back already."""
    order = await renewed(desk)

    async def cut_off(*_: object) -> Refunded:
        raise end

    monkeypatch.setattr(desk.gateway, "refund", cut_off)
    assert await desk.give(LATER, "refund", order=order, **ANA) == "done"
    with pytest.raises(end):
        await desk.walk(LATER)
    monkeypatch.undo()
    desk.gateway.refusals.append("already refunded")
    await desk.walk(LATER)
    assert await desk.rows("SELECT refusal, calls FROM refunds") == [{"refusal": "already refunded", "calls": 1}]
    assert await desk.give(LATER, "refund", order=order, **ANA) == "refused nothing_to_refund"


async def test_an_error_of_the_gateways_is_told_and_the_refund_tried_again_with_the_same_patience(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await renewed(desk)

    async def broken(*_: object) -> Refunded:
        raise KeyError("status")

    monkeypatch.setattr(desk.gateway, "refund", broken)
    assert await desk.give(LATER, "refund", order=order, **ANA) == "done"
    with pytest.raises(KeyError):
        await desk.walk(LATER)
    assert await desk.rows("SELECT calls FROM refunds WHERE next_at > '2027-04-02 08:00Z'") == [{"calls": 1}]
    monkeypatch.undo()
    await desk.walk("2027-04-02 10:01")
    assert await sent(desk) == [(PRICE, "operator")]


async def test_what_was_paid_elsewhere_cannot_go_back_here(desk: Desk) -> None:
    await desk.open(channel="partner", method_kind="")
    assert await desk.give("2027-03-01 10:00", "record-renewal", reference="PO-1", **ANA) == "done"
    (order,) = await desk.rows("SELECT id::text FROM orders")
    assert await desk.give(LATER, "refund", order=order["id"], **ANA) == "refused nothing_to_refund"


@pytest.mark.parametrize(
    "args",
    [
        pytest.param({"order": str(UUID(int=7))}, id="an order of nobody"),
        pytest.param({"order": "the last one"}, id="no id"),
        pytest.param({}, id="no order"),
        pytest.param({"order": str(UUID(int=7)), "amount": 0}, id="nothing"),
        pytest.param({"order": str(UUID(int=7)), "amount": 12.5}, id="a half"),
        pytest.param({"order": str(UUID(int=7)), "reason": ""}, id="no reason"),
    ],
)
async def test_what_is_malformed_is_refused(desk: Desk, args: dict[str, Any]) -> None:
    await renewed(desk)
    assert await desk.give(LATER, "refund", **(ANA | args)) == "refused bad_arguments"


async def test_a_surplus_goes_back_by_itself_whatever_an_operator_refunded(desk: Desk) -> None:
    """Of a voucher that was paid by too much the operator refunds what was bought, the system the rest."""
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.append(Paid("reference", PRICE + 500))
    assert await desk.give("2027-03-01 10:00", "renew", kind="bank_transfer", token="by hand") == "done"
    (order,) = await desk.rows("SELECT id::text FROM orders")
    assert await desk.give("2027-03-01 10:05", "refund", order=order["id"], **ANA) == "done"
    await desk.walk("2027-03-01 10:05")
    assert sorted(amount for amount, _ in await sent(desk)) in ([500, PRICE], [PRICE + 500])
    assert await desk.give("2027-03-01 10:06", "refund", order=order["id"], **ANA) == "refused nothing_to_refund"


async def test_the_ledger_has_it(desk: Desk) -> None:
    order = await renewed(desk)
    assert await desk.give(LATER, "refund", order=order, amount=1000, **ANA) == "done"
    async with desk.sessions() as session:
        found = [entry async for entry in entries(session, subscription=desk.number) if entry.entry == "refund"]
    assert [(entry.amount, entry.state, entry.code) for entry in found] == [(1000, "owed", "operator")]
    assert [entry.by for entry in found] == ["operator:ana"]


async def test_of_money_that_goes_back_by_itself_the_ledger_names_no_person(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.append(Paid("reference", PRICE + 500))
    assert await desk.give("2027-03-01 10:00", "renew", kind="bank_transfer", token="by hand") == "done"
    async with desk.sessions() as session:
        found = [(each.entry, each.by) async for each in entries(session, subscription=desk.number)]
    assert ("order", BUYER) in found
    assert ("refund", "system") in found


async def test_what_goes_back_of_many_in_parts_is_on_record_with_each_for_no_more_than_it_cost(desk: Desk) -> None:
    counter = await open_counter(desk, "2027-02-01 12:00", auto_renew="no")
    assert await counter.carry_out(await counter.stored("2027-02-01 12:00"), "2027-02-01 12:00") == ["renewed"] * 3
    (order,) = await desk.rows("SELECT id::text FROM orders")
    for minute, amount in enumerate((1, 1, 1, PRICE + 1, None)):
        at = f"2027-02-02 10:0{minute}"
        args: dict[str, Any] = {} if amount is None else {"amount": amount}
        assert await desk.give(at, "refund", order=order["id"], **args, **ANA) == "done"
        await counter.first.walk(at)
    told = await desk.rows("SELECT subscription, data FROM events WHERE event = 'refund' ORDER BY at, subscription")
    shares = [[int(row["data"]["amount"]) for row in told[n : n + 3]] for n in range(0, 15, 3)]
    assert [sum(each) for each in shares] == [1, 1, 1, PRICE + 1, 2 * PRICE - 4]
    assert [sum(line) for line in zip(*shares, strict=True)] == [PRICE] * 3
