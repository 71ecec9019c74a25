"""Codes of which an operator says that they were not paid, while the provider may have one that can be paid."""

import pytest

from gateways.port import Declined, GivenUp, Issued, NoAnswer, NotReceived, Paid, Pending, Unreachable
from tests.activities.desk import PRICE, Desk
from tests.activities.test_codes_nobody_wants import ANA, ORDERED, TRANSFER, alarms, come, news, refunds
from tests.scenarios.fake_gateway import Say

NOT_PAID = {"outcome": "declined", **ANA}


async def resolved(desk: Desk, answer: Say | None = None) -> str:
    """A code is ordered and `answer` comes, or none; an operator says that it was not paid. Its key."""
    await desk.open()
    await desk.walk(ORDERED)
    desk.gateway.answers.append(answer or NoAnswer("timeout"))
    assert await desk.give(ORDERED, "renew", **TRANSFER) == "done"
    assert await desk.give("2027-03-01 10:02", "resolve-payment", **NOT_PAID) == "done"
    return desk.gateway.charges[0].key


async def test_its_provider_is_asked_at_once_and_told_that_nobody_wants_it(desk: Desk) -> None:
    await resolved(desk)
    assert await desk.attempts() == [(1, "declined", None)]
    desk.gateway.truths.append(come(0))
    await desk.walk("2027-03-01 10:02")
    assert (await desk.attempts(), len(desk.gateway.given_up)) == ([(1, "expired", None)], 1)
    letters = await desk.rows("SELECT kind FROM notices WHERE kind LIKE 'voucher%' OR kind = 'payment_failed'")
    assert [row["kind"] for row in letters] == ["payment_failed"]
    assert (await desk.row())["phase"] == "renewable"
    assert await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []


@pytest.mark.parametrize("received", [40_000, PRICE], ids=["in part", "in full"])
async def test_money_that_comes_for_it_later_goes_back_once(desk: Desk, received: int) -> None:
    await resolved(desk)
    desk.gateway.truths.extend([come(0), GivenUp(), come(received), come(received)])
    for day in (1, 2, 3):
        await desk.walk(f"2027-03-0{day} 12:00")
    assert (await refunds(desk), await alarms(desk)) == ([(received, "paid_late")], [])
    assert list(desk.gateway.refunds.values()) == [received]


async def test_one_that_was_paid_before_its_provider_could_be_asked_goes_back_as_well(desk: Desk) -> None:
    key = await resolved(desk)
    desk.gateway.truths.append(Paid("reference"))
    await desk.walk("2027-03-01 10:02")
    await news(desk, key, Paid("reference"))
    assert (await desk.attempts(), await alarms(desk)) == ([(1, "declined", None)], [])
    assert list(desk.gateway.refunds.values()) == [PRICE]
    assert (await desk.row())["phase"] == "renewable"


async def test_it_is_asked_about_until_its_provider_says(desk: Desk) -> None:
    await resolved(desk)
    desk.gateway.truths.extend([NoAnswer("timeout"), Unreachable(), Pending("reference"), come(0)])
    for day in (1, 2, 3, 4):
        await desk.walk(f"2027-03-0{day} 12:00")
    assert (await desk.attempts(), len(desk.gateway.given_up)) == ([(1, "expired", None)], 1)
    assert len(desk.gateway.charges) == 1


@pytest.mark.parametrize("said", [NotReceived(), Declined("processing_error", "reference")], ids=["unseen", "declined"])
async def test_where_there_is_no_code_nobody_is_asked_again(desk: Desk, said: NotReceived | Declined) -> None:
    await resolved(desk)
    desk.gateway.truths.append(said)
    await desk.walk("2027-03-02 12:00")
    await desk.walk("2027-03-03 12:00")
    assert (await desk.attempts(), len(desk.gateway.questions)) == ([(1, "declined", None)], 1)
    assert (len(desk.gateway.charges), await refunds(desk)) == (1, [])


async def test_a_code_that_its_call_brings_after_all_is_given_up(desk: Desk) -> None:
    """The call that was believed dead is answered once the operator has said so, and the provider had not seen it."""
    await desk.open()
    await desk.walk(ORDERED)

    async def meanwhile() -> Issued:
        desk.gateway.truths.append(NotReceived())
        assert await desk.give("2027-03-01 10:02", "resolve-payment", **NOT_PAID) == "done"
        await desk.ask("2027-03-01 10:02")
        return come(0)

    desk.gateway.answers.append(meanwhile)
    assert await desk.give(ORDERED, "renew", **TRANSFER) == "refused payment_declined"
    assert (await desk.attempts(), len(desk.gateway.given_up)) == ([(1, "expired", None)], 1)


async def test_a_payment_said_to_be_under_way_before_any_code_came_can_be_resolved(desk: Desk) -> None:
    await resolved(desk, Pending("reference"))
    assert await desk.attempts() == [(1, "declined", None)]
    assert await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    desk.gateway.truths.append(Paid("reference"))
    await desk.walk("2027-03-01 10:02")
    assert list(desk.gateway.refunds.values()) == [PRICE]


async def test_a_card_is_asked_about_no_more(desk: Desk) -> None:
    await desk.open()
    await desk.walk(ORDERED)
    desk.gateway.answers.append(NoAnswer("timeout"))
    await desk.give(ORDERED, "renew")
    assert await desk.give("2027-03-01 10:02", "resolve-payment", **NOT_PAID) == "done"
    await desk.walk("2027-03-02 12:00")
    assert (await desk.attempts(), desk.gateway.questions) == ([(1, "declined", None)], [])


async def test_what_an_operator_sent_back_by_hand_does_not_go_back_by_itself_as_well(desk: Desk) -> None:
    """The provider's news that it was paid overtakes its answer with the code."""
    await desk.open()
    await desk.walk(ORDERED)
    desk.gateway.answers.append(NoAnswer("timeout"))
    await desk.give(ORDERED, "renew", **TRANSFER)
    await desk.give("2027-03-01 10:01", "cancel-auto-renew")
    desk.gateway.truths.append(NotReceived())
    await desk.walk("2027-03-01 10:05")
    key = desk.gateway.charges[0].key
    await news(desk, key, Paid("reference"))
    (order,) = await desk.rows("SELECT id::text FROM orders")
    assert await desk.give("2027-03-01 11:00", "refund", order=order["id"], attempt=key, **ANA) == "done"
    await desk.walk("2027-03-01 11:00")
    await news(desk, key, come(0), "2027-03-01 11:01")
    desk.gateway.truths.append(Paid("reference"))
    await desk.walk("2027-03-02 12:00")
    assert list(desk.gateway.refunds.values()) == [PRICE]
