"""A charge without an answer: not a decline. The gateway is asked what became of it, and only the truth ends it."""

from gateways.port import NoAnswer, NotReceived, Paid, Pending, Unreachable
from tests.activities.desk import PRICE, Desk


async def test_an_answer_that_is_lost_leaves_the_attempt_unknown_and_the_truth_ends_it(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(NoAnswer("timeout"))
    plan = await desk.charge()
    assert await desk.attempts() == [(1, "unknown", "timeout")]
    assert [(step.do, step.at.isoformat()) for step in plan.steps[:1]] == [("ask_gateway", "2027-03-31T04:05:00+00:00")]
    await desk.ask("2027-03-31 06:05")
    assert len(desk.gateway.charges) == 1
    assert [words for _, words in await desk.diary("2027-03-31")][:2] == [
        f"payment 1 of EUR {PRICE} unknown timeout",
        f"payment 1 of EUR {PRICE} paid",
    ]


async def test_it_is_not_asked_before_its_time(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(NoAnswer("timeout"))
    await desk.charge()
    await desk.ask("2027-03-31 06:04:59")
    assert desk.gateway.questions == []


async def test_questions_that_get_no_answer_are_asked_again_in_an_hour_then_daily(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(NoAnswer("timeout"))
    desk.gateway.truths.extend([NoAnswer("timeout"), Unreachable("gone"), NoAnswer("timeout")])
    await desk.charge()
    asked = [(await desk.ask(at)).steps for at in ("2027-03-31 06:05", "2027-03-31 07:00", "2027-04-01 07:00")]
    next_questions = [next(step.at for step in steps if step.do == "ask_gateway").isoformat() for steps in asked]
    assert next_questions == ["2027-03-31T05:00:00+00:00", "2027-04-01T05:00:00+00:00", "2027-04-02T05:00:00+00:00"]
    assert await desk.attempts() == [(1, "unknown", "timeout")]
    assert len([words for _, words in await desk.diary() if words.startswith("payment")]) == 1


async def test_a_charge_that_the_gateway_never_saw_is_made_again_under_its_key(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(NoAnswer("timeout"))
    desk.gateway.truths.append(NotReceived())
    await desk.charge()
    await desk.ask("2027-03-31 06:05")
    first, second = desk.gateway.charges
    assert first.key == second.key
    assert await desk.attempts() == [(1, "paid", None)]


async def test_a_charge_that_was_never_seen_and_cancelled_meanwhile_is_not_made_again(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(NoAnswer("timeout"))
    desk.gateway.truths.append(NotReceived())
    await desk.charge()
    assert await desk.give("2027-03-31 06:03", "cancel-auto-renew") == "done"
    await desk.ask("2027-03-31 06:05")
    assert len(desk.gateway.charges) == 1
    assert [state for _, state, _ in await desk.attempts()] == ["abandoned"]
    assert await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    await desk.walk("2027-03-31 06:05")
    assert (await desk.row())["phase"] == "expired"


async def test_a_pending_charge_waits_for_the_provider(desk: Desk) -> None:
    await desk.open(method_kind="direct_debit")
    desk.gateway.answers.append(Pending("debit-1"))
    desk.gateway.truths.extend([Pending("debit-1"), Pending("debit-1"), Pending("debit-1"), Paid("debit-1")])
    await desk.charge()
    for at in ("2027-03-31 06:05", "2027-03-31 07:00", "2027-04-01 07:00", "2027-04-02 07:00"):
        await desk.ask(at)
    assert len(desk.gateway.charges) == 1
    assert await desk.attempts() == [(1, "paid", None)]
    assert (await desk.row())["starts_on"].isoformat() == "2027-03-31"
