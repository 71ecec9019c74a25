"""Vouchers that are paid in parts: each part counts once, whatever news of it comes; what is owed goes back once."""

from datetime import timedelta
from email import message_from_bytes, policy
from uuid import UUID

import pytest

from activities.answers import record_answer
from activities.refunds import MOST_TRIES, Refunds
from gateways.port import Answer, Declined, GivenUp, Issued, NoAnswer, Paid, Pending, Refunded, Unreachable
from renewals.money import Money
from tests.activities.baskets import Counter, open_counter
from tests.activities.desk import PARIS, PRICE, Desk, PulledPlug
from tests.scenarios.diary import instant

TRANSFER = {"kind": "bank_transfer", "token": "by hand"}
ISSUED, NIGHT = "2027-03-01 10:00", "2027-03-09 00:00"


def come(minor: int) -> Issued:
    return Issued("1234", "reference", received=minor)


async def ordered(desk: Desk) -> str:
    """A voucher, payable until the end of 8 March; its attempt."""
    await desk.open(auto_renew="no")
    await desk.walk(ISSUED)
    desk.gateway.answers.append(come(0))
    assert await desk.give(ISSUED, "renew", **TRANSFER) == "done"
    (attempt,) = await desk.rows("SELECT id::text FROM attempts")
    return str(attempt["id"])


async def news(desk: Desk, key: str, answer: Answer, at: str = "2027-03-02 10:00") -> None:
    """What a provider sends by itself, at whatever moment."""
    await record_answer(desk.sessions, desk.number, key, answer, instant(at, PARIS))


async def parts(desk: Desk) -> list[int]:
    return [row["amount"] for row in await desk.rows("SELECT amount FROM parts ORDER BY total")]


async def letters(desk: Desk, kind: str) -> int:
    return len(await desk.rows("SELECT 1 FROM notices WHERE kind = :kind", kind=kind))


async def test_news_that_comes_twice_or_late_counts_once(desk: Desk) -> None:
    key = await ordered(desk)
    for minor in (100_000, 100_000, 250_000, 100_000, 0, 250_000):
        await news(desk, key, come(minor))
    assert await parts(desk) == [100_000, 150_000]
    assert await letters(desk, "voucher_part_received") == 2
    await news(desk, key, Paid("reference", PRICE))
    await news(desk, key, come(250_000))
    await news(desk, key, Paid("reference", PRICE))
    assert sum(await parts(desk)) == PRICE
    assert await desk.rows("SELECT 1 FROM refunds") == []
    assert (await desk.row())["phase"] == "renewed"


async def test_a_provider_that_calls_a_full_voucher_issued_is_taken_at_its_figures(desk: Desk) -> None:
    key = await ordered(desk)
    await news(desk, key, come(PRICE))
    assert await desk.attempts() == [(1, "paid", None)]


async def test_a_surplus_that_is_told_after_the_settlement_goes_back_too(desk: Desk) -> None:
    key = await ordered(desk)
    await news(desk, key, Paid("reference", PRICE + 500))
    await news(desk, key, Paid("reference", PRICE + 800))
    await news(desk, key, Paid("reference", PRICE + 500))
    await desk.walk("2027-03-02 10:01")
    assert sorted(desk.gateway.refunds.values()) == [300, 500]


async def test_a_part_that_nobody_had_told_of_goes_back_when_the_voucher_is_given_up(desk: Desk) -> None:
    await ordered(desk)
    desk.gateway.truths.extend([come(0)] * 4)
    await desk.walk("2027-03-02 10:00")
    desk.gateway.truths.clear()
    desk.gateway.truths.append(GivenUp(70_000))
    await desk.at(NIGHT, desk.holds.end_hold, desk.number)
    desk.gateway.truths.extend([come(70_000)] * 3)
    await desk.walk(NIGHT)
    assert list(desk.gateway.refunds.values()) == [70_000]
    assert await desk.attempts() == [(1, "expired", None)]


async def test_a_refund_that_got_no_answer_is_asked_for_again_under_its_key(desk: Desk) -> None:
    key = await ordered(desk)
    await news(desk, key, come(70_000))
    await desk.at(NIGHT, desk.holds.end_hold, desk.number)
    keys = []

    async def silent(charge_key: str, amount: Money, refund_key: str, now: object) -> Refunded:
        keys.append(refund_key)
        if len(keys) < 3:
            raise NoAnswer("timeout") if len(keys) == 1 else Unreachable("refused")
        desk.gateway.refunds[refund_key] = amount.minor
        return Refunded("done")

    desk.gateway.refund = silent  # type: ignore[assignment, method-assign]
    for seconds in ("00:00:00", "00:00:09", "00:00:10", "00:00:30"):
        desk.gateway.truths.append(come(70_000))
        await desk.walk(f"2027-03-09 {seconds}")
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert await letters(desk, "refund") == 1
    (row,) = await desk.rows("SELECT next_at, sent_at, reference FROM refunds")
    assert (row["next_at"], row["reference"]) == (None, "done")


async def test_a_process_that_dies_after_the_refund_sends_nothing_twice(desk: Desk) -> None:
    key = await ordered(desk)
    await news(desk, key, come(70_000))
    await desk.at(NIGHT, desk.holds.end_hold, desk.number)
    refund = desk.gateway.refund

    async def dies(charge_key: str, amount: Money, refund_key: str, now: object) -> str:
        await refund(charge_key, amount, refund_key, now)  # type: ignore[arg-type]
        raise PulledPlug

    desk.gateway.refund = dies  # type: ignore[assignment, method-assign]
    with pytest.raises(PulledPlug):
        await desk.walk(NIGHT)
    desk.gateway.refund = refund  # type: ignore[method-assign]
    await desk.walk(NIGHT)
    assert list(desk.gateway.refunds.values()) == [70_000]
    assert await letters(desk, "refund") == 1


async def test_what_goes_back_by_itself_and_is_refused_is_owed_no_second_time(desk: Desk) -> None:
    """Whatever an operator does about it at the provider, news of more money sends back that alone."""
    key = await ordered(desk)
    desk.gateway.refusals.append("not refundable")
    await news(desk, key, Paid("reference", PRICE + 500))
    await desk.walk("2027-03-02 10:01")
    await news(desk, key, Paid("reference", PRICE + 800))
    await desk.walk("2027-03-02 10:02")
    assert list(desk.gateway.refunds.values()) == [300]
    (order,) = await desk.rows("SELECT id::text FROM orders")
    paid = {"order": order["id"], "by": "operator:ana", "reason": "they called"}
    assert await desk.give("2027-03-02 10:03", "refund", amount=PRICE + 1, **paid) == "refused more_than_paid"


async def test_a_refund_that_is_never_taken_is_left_to_operators(desk: Desk) -> None:
    key = await ordered(desk)
    await news(desk, key, come(70_000))
    await desk.at(NIGHT, desk.holds.end_hold, desk.number)
    await desk.change("UPDATE refunds SET calls = :calls", calls=MOST_TRIES - 1)

    async def away(*_: object) -> str:
        raise Unreachable("refused")

    desk.gateway.refund = away  # type: ignore[assignment, method-assign]
    await desk.walk(NIGHT)
    (alarm,) = await desk.rows("SELECT kind, detail FROM alarms")
    assert alarm["kind"] == "paid_after_all"
    assert "EUR 700.00" in alarm["detail"]
    (row,) = await desk.rows("SELECT id, next_at FROM refunds")
    assert row["next_at"] is None
    await desk.at(NIGHT, Refunds(desk.sessions, desk.gateway).send_back, desk.number, str(row["id"]))


async def test_a_payment_under_way_keeps_the_voucher_and_is_asked_about_daily(desk: Desk) -> None:
    await ordered(desk)
    desk.gateway.truths.extend([come(0)] * 4)
    await desk.walk("2027-03-08 10:00")
    desk.gateway.truths.clear()
    desk.gateway.truths.append(Pending("reference"))
    plan = await desk.at(NIGHT, desk.holds.end_hold, desk.number)
    assert await desk.attempts() == [(1, "pending", None)]
    assert (plan.steps[0].do, plan.steps[0].at) == ("ask_gateway", instant("2027-03-10 00:00", PARIS))
    assert [step for step in plan.steps if step.do == "end_hold"] == []
    await desk.walk("2027-03-10 00:00")
    assert await desk.attempts() == [(1, "paid", None)]
    assert (await desk.row())["phase"] == "renewed"


async def test_after_some_days_of_a_payment_under_way_operators_hear_of_it(desk: Desk) -> None:
    key = await ordered(desk)
    desk.gateway.truths.append(Pending("reference"))
    await desk.at(NIGHT, desk.holds.end_hold, desk.number)
    for day in ("10", "11", "12", "13"):
        desk.gateway.truths.append(Pending("reference"))
        await desk.walk(f"2027-03-{day} 00:00")
    assert await desk.rows("SELECT 1 FROM alarms") == []
    desk.gateway.truths.append(Pending("reference"))
    await desk.walk("2027-03-14 00:00")
    (alarm,) = await desk.rows("SELECT kind, subject FROM alarms")
    assert (alarm["kind"], alarm["subject"]) == ("voucher_in_doubt", key)
    said = await desk.give("2027-03-14 09:00", "resolve-payment", by="operator:ana", outcome="declined", reason="asked")
    assert (said, await desk.attempts()) == ("done", [(1, "expired", None)])
    assert await desk.rows("SELECT 1 FROM alarms WHERE cleared_at IS NULL") == []


async def test_a_payment_that_fell_through_lets_the_voucher_end(desk: Desk) -> None:
    await ordered(desk)
    desk.gateway.truths.append(Pending("reference"))
    await desk.at(NIGHT, desk.holds.end_hold, desk.number)
    desk.gateway.truths.extend([come(0), GivenUp()])
    await desk.walk("2027-03-10 00:00")
    assert await desk.attempts() == [(1, "expired", None)]
    assert await letters(desk, "voucher_issued") == 1
    assert await letters(desk, "voucher_expired") == 1


async def test_what_had_come_of_a_payment_that_the_provider_declines_goes_back(desk: Desk) -> None:
    key = await ordered(desk)
    await news(desk, key, come(70_000))
    await news(desk, key, Pending("reference"))
    await news(desk, key, Declined("processing_error", "reference"))
    await desk.walk("2027-03-02 10:01")
    assert list(desk.gateway.refunds.values()) == [70_000]


async def a_large_voucher(desk: Desk) -> tuple[Counter, str]:
    """One voucher for three subscriptions; its attempt."""
    counter = await open_counter(desk, ISSUED, auto_renew="no")
    counter.first.gateway.answers.append(come(0))
    await counter.carry_out(await counter.stored(ISSUED, methods={"*": TRANSFER}), ISSUED)
    (attempt,) = await counter.first.rows("SELECT id::text FROM attempts")
    return counter, str(attempt["id"])


async def events(counter: Counter, event: str) -> list[tuple[str, int]]:
    rows = await counter.first.rows(
        "SELECT subscription, (data ->> 'amount')::bigint AS amount FROM events WHERE event = :event "
        "AND data ->> 'outcome' IS DISTINCT FROM 'issued' ORDER BY id",
        event=event,
    )
    return [(row["subscription"], row["amount"]) for row in rows]


async def test_the_late_money_of_a_large_order_is_on_record_with_each_of_its_subscriptions(desk: Desk) -> None:
    counter, key = await a_large_voucher(desk)
    await counter.first.at(NIGHT, counter.first.holds.end_hold, counter.first.number)
    late = instant(NIGHT, PARIS) + timedelta(days=1)
    await record_answer(desk.sessions, counter.first.number, key, Paid("reference"), late)
    await counter.first.walk("2027-03-10 00:01")
    assert await events(counter, "refund") == [(each.number, PRICE) for each in counter.desks]
    assert list(counter.first.gateway.refunds.values()) == [3 * PRICE]
    assert await letters(counter.first, "refund") == 1


async def test_a_part_of_a_large_order_is_told_apart_among_its_subscriptions(desk: Desk) -> None:
    counter, key = await a_large_voucher(desk)
    await news(counter.first, key, come(100_000))
    assert await events(counter, "voucher") == [
        (counter.desks[0].number, 33_333),
        (counter.desks[1].number, 33_333),
        (counter.desks[2].number, 33_334),
    ]
    (row,) = await counter.first.rows("SELECT received FROM attempts WHERE id = :id", id=UUID(key))
    assert row["received"] == 100_000


async def refund_letter(desk: Desk) -> str:
    """The text of the letter about the refund, in one line."""
    (row,) = await desk.rows("SELECT raw FROM notices WHERE kind = 'refund'")
    body = message_from_bytes(row["raw"], policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


async def test_the_letter_about_the_late_money_of_a_large_order_names_each_of_its_subscriptions(desk: Desk) -> None:
    counter, key = await a_large_voucher(desk)
    await counter.first.at(NIGHT, counter.first.holds.end_hold, counter.first.number)
    await record_answer(desk.sessions, counter.first.number, key, Paid("reference"), instant("2027-03-10", PARIS))
    await counter.first.walk("2027-03-10 00:01")
    told = await refund_letter(counter.first)
    assert "for the subscriptions listed below came after the time to pay had run out" in told
    assert all(each.number in told for each in counter.desks)
    assert "To renew it" not in told


@pytest.mark.parametrize("since", [True, False], ids=["paid by card since", "still unpaid"])
async def test_the_letter_about_late_money_asks_to_renew_what_can_still_be_renewed(desk: Desk, since: bool) -> None:
    key = await ordered(desk)
    await desk.at(NIGHT, desk.holds.end_hold, desk.number)
    if since:
        assert await desk.give("2027-03-09 08:00", "renew", kind="card", token="ok", expires="2030-01") == "done"
    await news(desk, key, Paid("reference"), "2027-03-09 09:00")
    await desk.walk("2027-03-09 09:00")
    told = await refund_letter(desk)
    assert ("To renew it, open the subscription in your account" in told) is not since
