"""Buyers' orders when something goes wrong in between: no money is kept, taken twice, or taken when it may not be."""

from collections.abc import Sequence
from typing import Any

import pytest

from activities.answers import record_answer
from gateways.port import GivenUp, Issued, NoAnswer, NotReceived, Paid, Pending, Unreachable
from models.pauses import Pausable, pause
from tests.activities.desk import PARIS, Desk, PulledPlug
from tests.scenarios.diary import instant

CARD = {"kind": "card", "token": "other", "expires": "2030-05"}
TRANSFER = {"kind": "bank_transfer", "token": "by hand"}
UNPAID = Issued("1234", "reference")
NOON = "2027-02-01 12:00"


async def a_voucher_runs_out(desk: Desk, ordered_on: str, days: Sequence[str], ends: str) -> None:
    """A transfer is ordered, asked about each day and not paid; from its end on the gateway says that it was paid."""
    await desk.walk(ordered_on)
    desk.gateway.answers.append(UNPAID)
    assert await desk.give(ordered_on, "renew", **TRANSFER) == "done"
    for day in days:
        desk.gateway.truths.clear()
        desk.gateway.truths.extend([UNPAID] * 5)
        await desk.walk(f"{day} 12:00")
    desk.gateway.truths.clear()
    desk.gateway.truths.append(GivenUp())
    await desk.walk(ends)


async def test_a_transfer_that_lands_after_the_card_was_charged_goes_back(desk: Desk) -> None:
    await desk.open()
    days = [f"2027-03-{day}" for day in range(23, 31)]
    await a_voucher_runs_out(desk, "2027-03-23 10:00", days, "2027-03-31 00:00")
    await desk.walk("2027-03-31 07:00")
    await desk.walk("2027-04-01 12:00")
    assert list(desk.gateway.refunds.values()) == [12 * 48600]
    assert (await desk.row())["phase"] == "active"


@pytest.mark.parametrize("trouble", [PulledPlug(), Unreachable(), NoAnswer("timeout")], ids=["dies", "away", "silent"])
async def test_late_money_goes_back_whatever_happens_to_the_refund(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    await desk.open(auto_renew="no")
    days = [f"2027-03-0{day}" for day in range(1, 8)]
    await a_voucher_runs_out(desk, "2027-03-01 10:00", days, "2027-03-09 00:10")

    async def fails(*_: Any) -> str:
        raise trouble

    with monkeypatch.context() as patched:
        patched.setattr(desk.gateway, "refund", fails)
        try:
            await desk.ask("2027-03-10 12:00")
        except PulledPlug:
            assert isinstance(trouble, PulledPlug)
    await desk.walk("2027-03-11 12:00")
    assert list(desk.gateway.refunds.values()) == [12 * 48600]
    assert len(await desk.rows("SELECT 1 FROM events WHERE event = 'refund'")) == 1


@pytest.mark.parametrize("stopped_by", ["cancel", "park", "pause"])
@pytest.mark.parametrize("first", [NoAnswer("timeout"), Unreachable()], ids=["unanswered", "unsent"])
async def test_an_order_that_was_never_made_is_not_made_once_it_may_not_be(
    desk: Desk, stopped_by: str, first: BaseException
) -> None:
    await desk.open()
    await desk.walk(NOON)
    desk.gateway.answers.append(first)
    assert await desk.give(NOON, "renew", **CARD) == "done"
    if stopped_by == "cancel":
        assert await desk.give(NOON, "cancel-auto-renew") == "done"
    elif stopped_by == "park":
        assert await desk.give(NOON, "park", by="operator:ana", reason="dispute") == "done"
    else:
        async with desk.sessions.begin() as session:
            await pause(session, Pausable.CHARGES, by="operator:ana", reason="storm", now=instant(NOON, PARIS))
    desk.gateway.truths.append(NotReceived())
    await desk.walk("2027-02-01 12:06")
    assert desk.gateway.moved == {}
    assert await desk.attempts() == [(1, "abandoned", "timeout" if isinstance(first, NoAnswer) else None)]
    assert await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []


async def test_seats_that_nobody_was_asked_for_in_time_are_not_charged_after_the_term(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-30 23:50")
    desk.gateway.answers.append(Unreachable())
    assert await desk.give("2027-03-30 23:59", "add-seats", seats=2, **CARD) == "done"
    await desk.walk("2027-03-31 00:10")
    assert desk.gateway.moved == {}


async def test_seats_that_are_paid_on_the_renewal_date_are_offered_back(desk: Desk) -> None:
    await desk.open()
    await desk.walk("2027-03-30 10:00")
    desk.gateway.answers.append(Pending("reference"))
    assert await desk.give("2027-03-30 23:00", "add-seats", seats=2, **CARD) == "done"
    (seats,) = await desk.rows("SELECT id FROM attempts")
    at = instant("2027-03-31 05:00", PARIS)
    await record_answer(desk.sessions, desk.number, str(seats["id"]), Paid("reference"), at)
    assert (await desk.row())["seats"] == 12
    assert [row["kind"] for row in await desk.rows("SELECT kind FROM alarms WHERE subject <> ''")] == [
        "seats_paid_late"
    ]


async def test_seats_of_a_next_term_that_runs_by_the_time_they_are_paid_are_added_to_it(desk: Desk) -> None:
    await desk.open()
    await desk.walk("2027-03-29 10:00")
    assert await desk.give("2027-03-29 10:00", "renew") == "done"
    desk.gateway.answers.append(Pending("reference"))
    assert await desk.give("2027-03-30 10:00", "add-seats", seats=2, **CARD) == "done"
    desk.gateway.truths.extend([Pending("reference")] * 5)
    await desk.walk("2027-03-31 01:00")
    desk.gateway.truths.clear()
    await desk.walk("2027-04-02 12:00")
    assert (await desk.row())["seats"] == 14
    (alarm,) = await desk.rows("SELECT detail FROM alarms WHERE kind = 'seats_paid_late'")
    assert "EUR 2.96 for 2 seats of a term that was over" in alarm["detail"]


async def test_a_release_that_the_provider_does_not_answer_leaves_the_voucher_as_it_was(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-20 10:00")
    desk.gateway.answers.append(UNPAID)
    await desk.give("2027-03-20 10:00", "renew", **TRANSFER)
    before = await desk.rows("SELECT ends_at, released_at FROM claims")
    desk.gateway.truths.append(Unreachable())
    assert await desk.give("2027-03-20 10:01", "release-hold") == "refused payment_in_doubt"
    assert await desk.rows("SELECT ends_at, released_at FROM claims") == before


async def test_a_voucher_that_nobody_answers_about_holds_tells_and_does_not_lapse(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-05-14 12:00")
    desk.gateway.answers.append(UNPAID)
    await desk.give("2027-05-14 12:00", "renew", **TRANSFER)
    desk.gateway.truths.extend([UNPAID] * 3)
    await desk.walk("2027-05-15 12:00")
    desk.gateway.truths.clear()
    for minutes in range(0, 80, 10):
        desk.gateway.truths.extend([Unreachable()] * 2)
        await desk.walk(f"2027-05-16 0{minutes // 60}:{minutes % 60:02}")
        desk.gateway.truths.clear()
    assert (await desk.row())["phase"] == "expired"
    assert len(await desk.rows("SELECT 1 FROM alarms WHERE kind = 'voucher_in_doubt'")) == 1
    desk.gateway.truths.append(Paid("reference"))
    await desk.walk("2027-05-16 02:00")
    assert (await desk.row())["phase"] == "active"
