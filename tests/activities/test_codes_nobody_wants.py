"""Codes that come when nobody wants them: their provider is told, and money that comes all the same goes back."""

from typing import Any

import pytest

from activities import holds
from activities.answers import record_answer
from activities.ordered import fellows_of
from gateways.port import Answer, Declined, GivenUp, Issued, NoAnswer, NotReceived, Paid, Unreachable
from tests.activities.desk import PARIS, PRICE, Desk
from tests.scenarios.diary import instant

ANA = {"by": "operator:ana", "reason": "as agreed"}
TRANSFER = {"kind": "bank_transfer", "token": "by hand"}
ORDERED, LATER = "2027-03-01 10:00", "2027-03-01 10:00:11"
CODE = "T-4711"


def come(minor: int) -> Issued:
    return Issued(CODE, "reference", received=minor)


async def unsent(desk: Desk) -> None:
    """A code is ordered at ten o'clock, and nobody is there; it is called for again after ten seconds."""
    await desk.open(auto_renew="no")
    await desk.walk(ORDERED)
    desk.gateway.answers.append(Unreachable())
    assert await desk.give(ORDERED, "renew", **TRANSFER) == "done"


async def abandoned(desk: Desk) -> str:
    """The call for a code got no answer, was not received when asked after, and its buyer had cancelled; its key."""
    await desk.open()
    await desk.walk(ORDERED)
    desk.gateway.answers.append(NoAnswer("timeout"))
    assert await desk.give(ORDERED, "renew", **TRANSFER) == "done"
    assert await desk.give("2027-03-01 10:01", "cancel-auto-renew") == "done"
    desk.gateway.truths.append(NotReceived())
    await desk.walk("2027-03-01 10:05")
    assert await desk.attempts() == [(1, "abandoned", "timeout")]
    return desk.gateway.charges[0].key


async def news(desk: Desk, key: str, answer: Answer, at: str = "2027-03-01 10:06") -> bool:
    return await record_answer(desk.sessions, desk.number, key, answer, instant(at, PARIS))


async def refunds(desk: Desk) -> list[tuple[int, str]]:
    return [(row["amount"], row["because"]) for row in await desk.rows("SELECT amount, because FROM refunds")]


async def alarms(desk: Desk) -> list[str]:
    return [row["detail"] for row in await desk.rows("SELECT detail FROM alarms WHERE kind = 'paid_after_all'")]


async def test_a_code_that_is_issued_while_its_order_is_given_up_is_given_up_at_its_provider_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await unsent(desk)

    async def called_meanwhile(*args: Any) -> Any:
        monkeypatch.setattr(holds, "fellows_of", fellows_of)
        await desk.ask(LATER)
        return await fellows_of(*args)

    monkeypatch.setattr(holds, "fellows_of", called_meanwhile)
    desk.gateway.answers.append(come(0))
    desk.gateway.truths.append(GivenUp(40_000))
    assert await desk.give(LATER, "release-hold") == "done"
    assert (await desk.attempts(), len(desk.gateway.given_up)) == ([(1, "expired", None)], 1)
    assert await refunds(desk) == [(40_000, "paid_in_part")]


async def test_nothing_is_let_go_while_the_provider_does_not_say_what_became_of_such_a_code(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await unsent(desk)

    async def called_meanwhile(*args: Any) -> Any:
        monkeypatch.setattr(holds, "fellows_of", fellows_of)
        await desk.ask(LATER)
        return await fellows_of(*args)

    monkeypatch.setattr(holds, "fellows_of", called_meanwhile)
    desk.gateway.answers.append(come(0))
    desk.gateway.truths.append(NoAnswer("timeout"))
    assert await desk.give(LATER, "release-hold") == "refused payment_in_doubt"
    assert await desk.attempts() == [(1, "issued", None)]


@pytest.mark.parametrize("received", [0, 40_000, PRICE], ids=["unpaid", "in part", "in full"])
async def test_a_code_that_comes_after_its_order_was_given_up_runs_out_at_once(desk: Desk, received: int) -> None:
    key = await abandoned(desk)
    for _ in range(2):
        await news(desk, key, come(received))
    assert await desk.attempts() == [(1, "expired", "timeout")]
    assert await refunds(desk) == ([(received, "paid_late")] if received else [])
    assert await alarms(desk) == []
    desk.gateway.truths.extend([come(received)] * 9)
    await desk.walk("2027-03-02 12:00")
    assert list(desk.gateway.refunds.values()) == ([received] if received else [])
    letters = await desk.rows("SELECT kind FROM notices WHERE kind IN ('refund', 'voucher_issued', 'voucher_expired')")
    assert [row["kind"] for row in letters] == (["refund"] if received else [])
    assert (await desk.row())["phase"] == "renewable"


async def test_its_provider_is_told_that_nobody_wants_it(desk: Desk) -> None:
    """The call that was believed dead goes on, and is answered."""
    await desk.open()
    await desk.walk(ORDERED)

    async def meanwhile() -> Issued:
        desk.gateway.truths.append(NotReceived())
        await desk.change("UPDATE attempts SET called_off_at = called_at")
        await desk.ask("2027-03-01 10:05")
        assert await desk.attempts() == [(1, "abandoned", None)]
        return come(0)

    desk.gateway.answers.append(meanwhile)
    assert await desk.give(ORDERED, "renew", **TRANSFER) == "refused payment_declined"
    assert (await desk.attempts(), len(desk.gateway.given_up)) == ([(1, "expired", None)], 1)


async def test_late_money_goes_back_as_long_as_the_code_could_have_been_paid_and_two_weeks_more(desk: Desk) -> None:
    key = await abandoned(desk)
    await desk.change("UPDATE attempts SET expires_at = '2027-04-30 12:00+00'")
    await news(desk, key, come(0))
    desk.gateway.truths.extend([come(0)] * 74)
    for day in range(2, 32):
        await desk.ask(f"2027-03-{day:02} 12:00")
    for day in range(1, 31):
        await desk.ask(f"2027-04-{day:02} 12:00")
    for day in range(1, 14):
        await desk.ask(f"2027-05-{day:02} 12:00")
    desk.gateway.truths.clear()
    desk.gateway.truths.append(come(PRICE))
    await desk.ask("2027-05-14 12:00")
    assert await refunds(desk) == [(PRICE, "paid_late")]
    (row,) = await desk.rows("SELECT next_at FROM attempts")
    assert row["next_at"] is not None
    await desk.ask("2027-05-16 12:00")
    (row,) = await desk.rows("SELECT next_at FROM attempts")
    assert row["next_at"] is None


async def test_money_for_a_code_that_counts_as_declined_is_told_beyond_what_goes_back_already(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk(ORDERED)
    desk.gateway.answers.append(come(0))
    assert await desk.give(ORDERED, "renew", **TRANSFER) == "done"
    key = desk.gateway.charges[0].key
    for answer in (come(70_000), Declined("processing_error", "reference"), come(70_000), come(70_000)):
        await news(desk, key, answer)
    assert (await refunds(desk), await alarms(desk)) == ([(70_000, "paid_in_part")], [])
    for answer in (come(100_000), come(100_000), come(70_000)):
        await news(desk, key, answer)
    (alarm,) = await alarms(desk)
    assert "the gateway took EUR 300.00: refund attempt" in alarm
    (order,) = await desk.rows("SELECT id::text FROM orders")
    asked = {"order": order["id"], "attempt": key, **ANA}
    assert await desk.give("2027-03-02 10:00", "refund", amount=30_001, **asked) == "refused more_than_paid"
    assert await desk.give("2027-03-02 10:00", "refund", **asked) == "done"
    await desk.walk("2027-03-02 10:01")
    assert sorted(desk.gateway.refunds.values()) == [30_000, 70_000]


async def test_a_code_that_counts_as_declined_and_was_paid_in_full_is_told_as_before(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk(ORDERED)
    desk.gateway.answers.append(Declined("processing_error", "reference"))
    assert await desk.give(ORDERED, "renew", **TRANSFER) == "refused payment_declined"
    await news(desk, desk.gateway.charges[0].key, Paid("reference"))
    (alarm,) = await alarms(desk)
    assert "the gateway took EUR 5,832.00: refund attempt" in alarm
