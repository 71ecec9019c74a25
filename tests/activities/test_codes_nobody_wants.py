"""Codes that come when nobody wants them: their provider is told, and money that comes all the same goes back."""

from typing import Any

import pytest

from activities import holds
from activities.answers import record_answer
from activities.ordered import fellows_of
from gateways.port import Answer, Declined, GivenUp, Issued, NoAnswer, NotReceived, Paid, Pending, Unreachable
from tests.activities.desk import PARIS, PRICE, Desk, PulledPlug
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
    return (await record_answer(desk.sessions, desk.number, key, answer, instant(at, PARIS))).unwanted


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


async def late_code(desk: Desk) -> None:
    """The next call for a code is believed dead, and brings it all the same, when its order has been given up."""
    await desk.open()
    await desk.walk(ORDERED)

    async def meanwhile() -> Issued:
        desk.gateway.truths.append(NotReceived())
        await desk.change("UPDATE attempts SET called_off_at = called_at")
        await desk.ask("2027-03-01 10:05")
        desk.gateway.truths.append(NoAnswer("timeout"))
        return come(0)

    desk.gateway.answers.append(meanwhile)


async def told_in_vain(desk: Desk) -> None:
    """Its provider does not answer when it is told that nobody wants the code."""
    await late_code(desk)
    assert await desk.give(ORDERED, "renew", **TRANSFER) == "refused payment_declined"
    assert (await desk.attempts(), len(desk.gateway.given_up)) == ([(1, "expired", None)], 1)


async def next_at(desk: Desk) -> Any:
    (row,) = await desk.rows("SELECT next_at FROM attempts")
    return row["next_at"]


async def test_a_provider_that_does_not_answer_is_told_again_until_it_does(desk: Desk) -> None:
    await told_in_vain(desk)
    assert await next_at(desk) == instant("2027-03-01 10:00:20", PARIS)
    desk.gateway.truths.extend([Unreachable("refused"), GivenUp(40_000)])
    await desk.ask("2027-03-01 10:06")
    assert await next_at(desk) == instant("2027-03-01 10:06:40", PARIS)
    await desk.ask("2027-03-01 10:07")
    assert len(desk.gateway.given_up) == 3
    assert await refunds(desk) == [(40_000, "paid_late")]
    assert await next_at(desk) == instant("2027-03-02 10:07", PARIS)
    desk.gateway.truths.append(come(40_000))
    await desk.ask("2027-03-02 10:08")
    assert (len(desk.gateway.given_up), await refunds(desk)) == (3, [(40_000, "paid_late")])


async def test_news_of_a_code_does_not_put_off_that_its_provider_is_told(desk: Desk) -> None:
    """Two calls are answered, one after the other: the second knows no more than the first."""
    await told_in_vain(desk)
    await news(desk, desk.gateway.charges[0].key, come(40_000), "2027-03-01 10:00:05")
    assert await refunds(desk) == [(40_000, "paid_late")]
    assert await next_at(desk) == instant("2027-03-01 10:00:20", PARIS)


async def test_a_code_whose_payment_is_under_way_is_given_up_on_the_day_after(desk: Desk) -> None:
    await told_in_vain(desk)
    desk.gateway.truths.extend([Pending("reference"), GivenUp()])
    await desk.ask("2027-03-01 10:06")
    assert await next_at(desk) == instant("2027-03-02 10:06", PARIS)
    await desk.ask("2027-03-02 10:06")
    assert len(desk.gateway.given_up) == 3


async def test_a_provider_is_told_after_a_worker_died_that_was_about_to_tell_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await late_code(desk)

    async def dies(*_: object) -> GivenUp:
        raise PulledPlug

    with monkeypatch.context() as pulled:
        pulled.setattr(desk.gateway, "give_up", dies)
        with pytest.raises(PulledPlug):
            await desk.give(ORDERED, "renew", **TRANSFER)
    desk.gateway.truths.clear()
    assert desk.gateway.given_up == []
    await desk.walk("2027-03-01 10:07")
    assert len(desk.gateway.given_up) == 1
    (row,) = await desk.rows("SELECT unwanted FROM attempts")
    assert row["unwanted"] is False


async def test_a_code_that_is_over_need_not_be_given_up(desk: Desk) -> None:
    await told_in_vain(desk)
    await desk.change("UPDATE attempts SET expires_at = '2027-03-01 09:05+00'")
    desk.gateway.truths.append(come(0))
    await desk.ask("2027-03-01 10:06")
    assert (len(desk.gateway.given_up), await next_at(desk)) == (1, instant("2027-03-02 10:06", PARIS))


async def open_alarms(desk: Desk) -> int:
    (row,) = await desk.rows("SELECT count(*) AS many FROM alarms WHERE kind = 'paid_after_all' AND cleared_at IS NULL")
    return int(row["many"])


@pytest.mark.parametrize(("received", "left"), [(PRICE, 0), (40_000, 1)], ids=["all of it", "a part of it"])
async def test_the_alarm_ends_by_itself_once_all_of_the_money_has_gone_back(
    desk: Desk, received: int, left: int
) -> None:
    key = await abandoned(desk)
    await news(desk, key, Paid("reference"))
    await news(desk, key, come(received))
    assert await open_alarms(desk) == 1, "it is on its way only"
    await desk.walk("2027-03-01 10:10")
    assert list(desk.gateway.refunds.values()) == [received]
    assert await open_alarms(desk) == left


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
    assert await open_alarms(desk) == 0


async def test_a_code_that_counts_as_declined_and_was_paid_in_full_is_told_as_before(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk(ORDERED)
    desk.gateway.answers.append(Declined("processing_error", "reference"))
    assert await desk.give(ORDERED, "renew", **TRANSFER) == "refused payment_declined"
    await news(desk, desk.gateway.charges[0].key, Paid("reference"))
    (alarm,) = await alarms(desk)
    assert "the gateway took EUR 5,832.00: refund attempt" in alarm
