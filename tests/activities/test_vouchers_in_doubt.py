"""Vouchers and orders that somebody must decide on: an operator, or the buyer who gives up what was never sent."""

import pytest

from activities.deciding import decide_command
from gateways.port import Issued, NoAnswer, Paid, Unreachable
from tests.activities.desk import PARIS, PRICE, Desk, PulledPlug
from tests.scenarios.diary import instant

ANA = "operator:ana"
TRANSFER = {"kind": "bank_transfer", "token": "by hand"}
UNPAID = Issued("1234", "reference")


async def a_voucher_in_doubt(desk: Desk) -> None:
    """Ordered on 1 March, payable until the end of 8 March; two hours later the provider still says nothing."""
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.append(UNPAID)
    assert await desk.give("2027-03-01 10:00", "renew", **TRANSFER) == "done"
    desk.gateway.truths.extend([UNPAID] * 5)
    await desk.walk("2027-03-08 12:00")
    desk.gateway.truths.clear()
    for at in ("2027-03-09 00:00", "2027-03-09 01:10", "2027-03-09 02:00"):
        desk.gateway.truths.extend([Unreachable()] * 3)
        await desk.walk(at)
    desk.gateway.truths.clear()
    assert [row["kind"] for row in await desk.rows("SELECT kind FROM alarms")] == ["voucher_in_doubt"]


async def resolve(desk: Desk, at: str, outcome: str) -> str:
    return await desk.give(at, "resolve-payment", by=ANA, outcome=outcome, reason="the bank's statement says so")


async def test_an_operator_says_that_a_voucher_in_doubt_was_paid(desk: Desk) -> None:
    await a_voucher_in_doubt(desk)
    assert await resolve(desk, "2027-03-09 02:05", "paid") == "done"
    row = await desk.row()
    assert (row["phase"], row["renews_on"].isoformat()) == ("renewed", "2027-03-31")
    assert await desk.attempts() == [(1, "paid", None)]
    assert await desk.rows("SELECT 1 FROM alarms WHERE cleared_at IS NULL") == []
    (event,) = await desk.rows("SELECT caused_by FROM events WHERE event = 'payment' ORDER BY id DESC LIMIT 1")
    assert event["caused_by"] == ANA


async def test_an_operator_says_that_a_voucher_in_doubt_was_not_paid_and_late_money_goes_back(desk: Desk) -> None:
    await a_voucher_in_doubt(desk)
    assert await resolve(desk, "2027-03-09 02:05", "declined") == "done"
    assert await desk.attempts() == [(1, "expired", None)]
    assert await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    assert await desk.rows("SELECT 1 FROM alarms WHERE cleared_at IS NULL") == []
    await desk.walk("2027-03-09 02:05")
    assert ("2027-03-09 02:05", "sent voucher_expired") in await desk.diary()
    await desk.walk("2027-03-10 12:00")
    assert list(desk.gateway.refunds.values()) == [PRICE]


async def test_a_voucher_that_can_still_be_paid_is_in_nobodys_doubt(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.append(UNPAID)
    await desk.give("2027-03-01 10:00", "renew", **TRANSFER)
    assert await resolve(desk, "2027-03-01 11:00", "paid") == "refused nothing_in_doubt"
    assert await desk.give("2027-03-09 12:00", "resolve-payment", by=ANA, outcome="paid") == "refused bad_arguments"


async def test_an_order_that_was_never_sent_is_given_up_by_its_buyer(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.append(Unreachable())
    assert await desk.give("2027-03-01 10:00", "renew") == "done"
    assert await desk.give("2027-03-01 10:00:05", "release-hold") == "done"
    assert await desk.attempts() == [(1, "abandoned", None)]
    assert await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    await desk.walk("2027-03-02 10:00")
    assert len(desk.gateway.charges) == 1
    assert await desk.give("2027-03-02 10:01", "renew") == "done"
    assert list(desk.gateway.moved.values()) == [PRICE]


async def test_an_order_whose_call_may_be_under_way_is_not_given_up(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.append(Unreachable())
    await desk.give("2027-03-01 10:00", "renew")
    said: list[str] = []

    async def meanwhile() -> Paid:
        said.append(await desk.give("2027-03-01 10:00:11", "release-hold"))
        return Paid("reference")

    desk.gateway.answers.append(meanwhile)
    await desk.walk("2027-03-01 10:00:11")
    assert said == ["refused payment_in_doubt"]
    assert (await desk.row())["phase"] == "renewed"


async def test_a_call_that_died_is_asked_about_before_it_is_made_again(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.extend([Unreachable(), PulledPlug()])
    await desk.give("2027-03-01 10:00", "renew")
    with pytest.raises(PulledPlug):
        await desk.walk("2027-03-01 10:00:10")
    await desk.walk("2027-03-01 10:00:20")
    assert (len(desk.gateway.charges), len(desk.gateway.questions)) == (2, 1)
    assert (await desk.row())["phase"] == "renewed"


async def test_a_release_that_found_the_voucher_paid_says_so_also_when_it_was_cut_off(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-04-10 10:00")
    desk.gateway.answers.append(UNPAID)
    await desk.give("2027-04-10 10:00", "renew", **TRANSFER)
    command_id = await desk.store("2027-04-10 10:01", "release-hold")
    at = instant("2027-04-10 10:01", PARIS)
    await decide_command(desk.sessions, command_id, at)
    desk.gateway.truths.append(Paid("reference"))
    ended = await desk.holds.end(desk.number, at, by="ada@northwind.example")  # here the process dies
    assert ended.paid
    applied = await desk.at("2027-04-10 10:05", desk.commands.apply_command, desk.number, str(command_id))
    assert (applied.answer.outcome, applied.answer.code) == ("refused", "already_renewed")


async def test_a_release_without_a_hold_is_a_repeat_whatever_was_paid_before(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-04-10 10:00")
    await desk.give("2027-04-10 10:00", "renew")
    assert await desk.give("2027-04-10 10:01", "release-hold") == "done"


async def test_a_gateway_that_never_answers_about_a_call_keeps_the_hold(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.append(NoAnswer("timeout"))
    assert await desk.give("2027-03-01 10:00", "renew") == "done"
    assert await desk.give("2027-03-01 10:01", "release-hold") == "refused payment_in_doubt"
