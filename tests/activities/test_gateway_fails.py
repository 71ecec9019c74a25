"""What a gateway raises that its port does not name is no answer: it is asked again, and operators hear of it."""

from collections.abc import Sequence

import pytest

from gateways.port import GivenUp, Issued, NoAnswer, Paid
from tests.activities.desk import PRICE, Desk

TRANSFER = {"kind": "bank_transfer", "token": "by hand"}


class Undocumented(Exception):
    """Such as a status that the adapter does not know."""


async def alarms(desk: Desk) -> Sequence[tuple[str, bool]]:
    """Each of this kind or of a failed step, and whether it is open."""
    query = "SELECT kind, cleared_at IS NULL AS open FROM alarms WHERE kind IN ('gateway_fails', 'step_failed')"
    return [(row["kind"], row["open"]) for row in await desk.rows(query)]


async def a_charge_in_doubt(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(NoAnswer("timeout"))
    await desk.charge()


async def test_a_question_that_fails_oddly_is_asked_again_as_one_without_an_answer_and_told_once(desk: Desk) -> None:
    await a_charge_in_doubt(desk)
    desk.gateway.truths.extend([Undocumented("502"), Undocumented("502")])
    asked = [(await desk.ask(at)).steps for at in ("2027-03-31 06:05", "2027-03-31 07:00")]
    next_questions = [next(step.at for step in steps if step.do == "ask_gateway").isoformat() for steps in asked]
    assert next_questions == ["2027-03-31T05:00:00+00:00", "2027-04-01T05:00:00+00:00"]
    assert await alarms(desk) == [("gateway_fails", True)]
    (alarm,) = await desk.rows("SELECT subscription, subject, facts FROM alarms WHERE kind = 'gateway_fails'")
    (attempt,) = await desk.rows("SELECT id FROM attempts")
    assert (alarm["subscription"], alarm["subject"]) == (desk.number, str(attempt["id"]))
    assert alarm["facts"] == {"attempt": str(attempt["id"]), "error": "Undocumented"}


async def test_the_first_answer_ends_the_alarm(desk: Desk) -> None:
    await a_charge_in_doubt(desk)
    desk.gateway.truths.extend([Undocumented("502"), Paid("reference")])
    await desk.ask("2027-03-31 06:05")
    await desk.ask("2027-03-31 07:00")
    assert await desk.attempts() == [(1, "paid", None)]
    assert await alarms(desk) == [("gateway_fails", False)]


async def test_that_an_operator_says_what_became_of_it_ends_the_alarm(desk: Desk) -> None:
    await a_charge_in_doubt(desk)
    desk.gateway.truths.append(Undocumented("502"))
    await desk.ask("2027-03-31 06:05")
    said = await desk.give(
        "2027-03-31 06:10", "resolve-payment", by="operator:ana", outcome="paid", reason="the statement says so"
    )
    assert said == "done"
    assert await alarms(desk) == [("gateway_fails", False)]


async def a_voucher(desk: Desk) -> None:
    """Ordered on 1 March, payable until the end of 8 March."""
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.append(Issued("1234", "reference"))
    assert await desk.give("2027-03-01 10:00", "renew", **TRANSFER) == "done"


async def test_a_voucher_whose_end_fails_oddly_holds_on_and_ends_with_the_next_answer(desk: Desk) -> None:
    await a_voucher(desk)
    desk.gateway.truths.extend([Issued("1234", "reference")] * 5)
    await desk.walk("2027-03-08 12:00")
    desk.gateway.truths.clear()
    desk.gateway.truths.append(Undocumented("502"))
    await desk.at("2027-03-09 00:00", desk.holds.end_hold, desk.number)
    assert await alarms(desk) == [("gateway_fails", True)]
    desk.gateway.truths.append(GivenUp())
    await desk.at("2027-03-09 00:10", desk.holds.end_hold, desk.number)
    assert await desk.attempts() == [(1, "expired", None)]
    assert await alarms(desk) == [("gateway_fails", False)]


async def test_a_buyer_who_gives_a_voucher_up_is_answered_where_the_provider_fails_oddly(desk: Desk) -> None:
    await a_voucher(desk)
    desk.gateway.truths.append(Undocumented("502"))
    assert await desk.give("2027-03-01 10:01", "release-hold") == "refused payment_in_doubt"
    assert await alarms(desk) == [("gateway_fails", True)]


@pytest.mark.parametrize("error", [KeyError("status"), ValueError("no JSON")], ids=["a field", "a body"])
async def test_an_answer_that_cannot_be_read_fails_no_step(desk: Desk, error: Exception) -> None:
    await a_charge_in_doubt(desk)
    desk.gateway.truths.append(error)
    await desk.ask("2027-03-31 06:05")
    assert await alarms(desk) == [("gateway_fails", True)]
    await desk.ask("2027-03-31 07:00")
    assert desk.gateway.moved.popitem()[1] == PRICE


async def test_a_code_that_nobody_wants_is_given_up_again_and_again_and_told_once(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    desk.gateway.answers.append(NoAnswer("timeout"))
    assert await desk.give("2027-03-01 10:00", "renew", **TRANSFER) == "done"
    said = await desk.give(
        "2027-03-01 10:01", "resolve-payment", by="operator:ana", outcome="declined", reason="the buyer asked"
    )
    assert said == "done"
    desk.gateway.truths.append(Issued("1234", "reference"))
    desk.gateway.truths.extend([Undocumented("502")] * 3)
    for at in ("2027-03-02 10:01", "2027-03-02 10:02", "2027-03-02 10:03"):
        await desk.walk(at)
    assert await alarms(desk) == [("gateway_fails", True)]
    desk.gateway.truths.clear()
    await desk.walk("2027-03-02 10:30")
    assert await alarms(desk) == [("gateway_fails", False)]
