"""Bulk checkouts when something goes wrong in between, or something else happens at the same time: money moves once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import select, text
from sqlmodel import col
from temporalio.client import Client

from activities import answers, conclusions, settling, till
from activities.filling import preview_basket
from activities.offers import close_quotes_on
from activities.watch import Watch
from gateways.port import Answer, Declined, Issued, NoAnswer, NotReceived, Paid, Pending, Unreachable
from models.method_edits import Removal, remove_method
from models.parties import PaymentMethodRow
from models.pauses import Pausable, pause
from renewals.basket import token_of
from tests.activities.baskets import NUMBERS, Counter, open_counter
from tests.activities.desk import DUE, PARIS, Desk, PulledPlug
from tests.activities.test_quotes import ASKED, issue, lines, quote
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER, PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import SIGNING_KEY

NOON, LATER = "2027-02-01 12:00", "2027-02-01 12:10"
PRICE = 12 * 48600
BY_HAND = {"auto_renew": "no"}
TRANSFER = {"*": {"kind": "bank_transfer", "token": "by hand"}}


@pytest.fixture
async def counter(desk: Desk) -> Counter:
    return await open_counter(desk, NOON, **BY_HAND)


async def after_reserving(counter: Counter, monkeypatch: pytest.MonkeyPatch, basket_id: Any) -> None:
    await counter.reserve(basket_id, NOON)


async def before_the_call(counter: Counter, monkeypatch: pytest.MonkeyPatch, basket_id: Any) -> None:
    counter.first.gateway.answers.append(PulledPlug())
    counter.first.gateway.truths.append(NotReceived())
    with pytest.raises(PulledPlug):
        await counter.carry_out(basket_id, NOON)


async def before_the_record(counter: Counter, monkeypatch: pytest.MonkeyPatch, basket_id: Any) -> None:
    async def die(*_: object) -> None:
        raise PulledPlug

    with monkeypatch.context() as patched:
        patched.setattr(till, "record_answer", die)
        with pytest.raises(PulledPlug):
            await counter.carry_out(basket_id, NOON)


async def in_the_record(counter: Counter, monkeypatch: pytest.MonkeyPatch, basket_id: Any) -> None:
    """Half of the lines are settled when the process dies."""
    real = conclusions.settle_paid

    async def die(*args: Any, **options: Any) -> None:
        await real(*args, **options)
        raise PulledPlug

    with monkeypatch.context() as patched:
        patched.setattr(answers, "settle_paid", die)
        with pytest.raises(PulledPlug):
            await counter.carry_out(basket_id, NOON)


async def before_the_answer(counter: Counter, monkeypatch: pytest.MonkeyPatch, basket_id: Any) -> None:
    for attempt in await counter.reserve(basket_id, NOON):
        await counter.pay(attempt, NOON)


CRASHES = [after_reserving, before_the_call, before_the_record, in_the_record, before_the_answer]
Crash = Callable[[Counter, pytest.MonkeyPatch, Any], Awaitable[None]]


@pytest.mark.parametrize("crash", CRASHES)
async def test_a_checkout_that_died_is_resumed_and_takes_the_money_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, crash: Crash
) -> None:
    basket_id = await counter.stored(NOON)
    await crash(counter, monkeypatch, basket_id)
    assert await counter.carry_out(basket_id, LATER) == ["renewed"] * 3
    assert list(counter.first.gateway.moved.values()) == [3 * PRICE]
    assert await counter.paid_terms() == 3
    assert len(await counter.first.rows("SELECT 1 FROM attempts")) == 1
    assert len(await counter.first.rows("SELECT 1 FROM notices WHERE kind = 'order_confirmation'")) == 1


@pytest.mark.parametrize("crash", CRASHES[:-1])
async def test_where_it_is_not_resumed_the_plan_of_its_first_line_finds_the_truth(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, crash: Crash
) -> None:
    basket_id = await counter.stored(NOON)
    await crash(counter, monkeypatch, basket_id)
    for desk in reversed(counter.desks):
        await desk.walk(LATER)
    assert await counter.outcomes(basket_id) == ["renewed"] * 3
    assert await counter.paid_terms() == 3


async def test_while_it_is_being_paid_no_plan_asks(counter: Counter) -> None:
    basket_id = await counter.stored(NOON)
    await counter.reserve(basket_id, NOON)

    async def everybody_looks() -> Answer:
        for desk in counter.desks:
            await desk.walk("2027-02-01 12:02")
        return Paid("reference")

    counter.first.gateway.answers.append(everybody_looks)
    assert await counter.carry_out(basket_id, NOON) == ["renewed"] * 3
    assert len(counter.first.gateway.charges) == 1
    assert counter.first.gateway.questions == []


async def test_only_the_first_line_asks_what_became_of_it(counter: Counter) -> None:
    counter.first.gateway.answers.append(NoAnswer("timeout"))
    basket_id = await counter.stored(NOON)
    assert await counter.carry_out(basket_id, NOON) == ["pending"] * 3
    for desk in reversed(counter.desks):
        await desk.walk(LATER)
    assert len(counter.first.gateway.questions) == 1
    assert await counter.outcomes(basket_id) == ["renewed"] * 3


@pytest.mark.parametrize("answer", [Declined("lost_card", "reference"), Declined("insufficient_funds", "reference")])
async def test_a_declined_order_holds_nothing_and_is_told_by_its_page(counter: Counter, answer: Answer) -> None:
    counter.first.gateway.answers.append(answer)
    basket_id = await counter.stored(NOON)
    assert await counter.carry_out(basket_id, NOON) == ["payment_failed"] * 3
    assert await counter.paid_terms() == 0
    assert await counter.first.rows("SELECT 1 FROM notices WHERE NOT dated") == []


@pytest.mark.parametrize("stopped_by", ["park", "pause"])
async def test_what_may_not_be_charged_any_more_is_not(counter: Counter, stopped_by: str) -> None:
    basket_id = await counter.stored(NOON)
    (attempt,) = await counter.reserve(basket_id, NOON)
    if stopped_by == "park":
        assert await counter.desks[2].give(NOON, "park", by="operator:ana", reason="dispute") == "done"
    else:
        async with counter.first.sessions.begin() as session:
            await pause(session, Pausable.CHARGES, by="operator:ana", reason="storm", now=instant(NOON, PARIS))
    await counter.pay(attempt, NOON)
    assert counter.first.gateway.charges == []
    assert await counter.outcomes(basket_id) == ["payment_failed"] * 3
    assert await counter.paid_terms() == 0


@pytest.mark.parametrize("first", [NoAnswer("timeout"), Unreachable()], ids=["unanswered", "unsent"])
async def test_a_cancelled_line_calls_off_the_whole_order_if_it_was_never_made(
    counter: Counter, first: BaseException
) -> None:
    async with counter.first.sessions.begin() as session:
        await session.execute(text("UPDATE subscriptions SET auto_renew = true"))
    counter.first.gateway.answers.append(first)
    counter.first.gateway.truths.append(NotReceived())
    basket_id = await counter.stored(NOON)
    assert await counter.carry_out(basket_id, NOON) == ["pending"] * 3
    assert await counter.desks[1].give(NOON, "cancel-auto-renew") == "done"
    for desk in counter.desks:
        await desk.walk(LATER)
    assert await counter.outcomes(basket_id) == ["payment_failed"] * 3
    assert await counter.paid_terms() == 0


async def test_a_refused_line_is_no_longer_asked_for_when_it_is_resumed(counter: Counter) -> None:
    assert await counter.desks[1].give(NOON, "park", by="operator:ana", reason="dispute") == "done"
    basket_id = await counter.stored(NOON)
    await counter.reserve(basket_id, NOON)
    assert await counter.desks[1].give(NOON, "release", by="operator:ana", reason="settled") == "done"
    assert await counter.carry_out(basket_id, LATER) == ["renewed", "refused parked", "renewed"]


async def test_two_checkouts_that_overlap_pay_each_term_once(counter: Counter) -> None:
    baskets = [await counter.stored(NOON, numbers=NUMBERS[:2]), await counter.stored(NOON, numbers=NUMBERS[1:])]
    both = await asyncio.gather(*(counter.carry_out(basket_id, NOON) for basket_id in baskets))
    assert sum(outcomes.count("renewed") for outcomes in both) == 3
    assert await counter.paid_terms() == 3


async def test_ten_checkouts_of_the_same_subscriptions_pay_each_term_once(counter: Counter) -> None:
    baskets = [await counter.stored(NOON, numbers=NUMBERS[:: (-1) ** each]) for each in range(10)]
    outcomes = await asyncio.gather(*(counter.carry_out(basket_id, NOON) for basket_id in baskets))
    assert sum(each.count("renewed") for each in outcomes) == 3
    assert await counter.paid_terms() == 3


async def test_a_checkout_and_a_single_one_at_the_same_time_pay_each_term_once(counter: Counter) -> None:
    basket_id = await counter.stored(NOON)
    outcomes, single = await asyncio.gather(counter.carry_out(basket_id, NOON), counter.desks[1].give(NOON, "renew"))
    assert (outcomes[1] == "renewed") != (single == "done")
    assert outcomes[::2] == ["renewed", "renewed"]
    assert await counter.paid_terms() == 3


async def test_a_checkout_and_the_automatic_charges_pay_each_term_once(desk: Desk) -> None:
    counter = await open_counter(desk, "2027-03-31 05:00")
    basket_id = await counter.stored(DUE)
    charges = asyncio.gather(*(each.charge() for each in counter.desks))
    outcomes, _ = await asyncio.gather(counter.carry_out(basket_id, DUE), charges)
    refused = {"refused payment_in_doubt", "refused already_renewed", "refused window_not_open"}
    assert set(outcomes) <= {"renewed"} | refused
    assert await counter.paid_terms() == 3


async def test_the_watchdog_starts_what_its_workflow_has_lost(counter: Counter) -> None:
    done, lost = await counter.stored(NOON, numbers=[SECOND]), await counter.stored(NOON, numbers=[THIRD])
    await counter.carry_out(done, NOON)
    counter.bell.rung.clear()
    await counter.first.at("2027-02-01 12:01", Watch(counter.first.sessions, cast("Client", counter.bell)).look)
    assert [each for each in counter.bell.rung if each.startswith("bulk")] == []
    await counter.first.at(LATER, Watch(counter.first.sessions, cast("Client", counter.bell)).look)
    assert [each for each in counter.bell.rung if each.startswith("bulk")] == [f"bulk-checkout-{lost}"]


async def test_what_cannot_be_grouped_is_refused_and_operators_hear_of_it(counter: Counter) -> None:
    basket_id = await counter.stored(NOON, numbers=[PUNCTUAL, SECOND, "S-0"])
    for _ in range(2):
        await counter.first.at(NOON, counter.baskets.give_up_basket, str(basket_id), "ValueError")
    assert await counter.outcomes(basket_id) == ["refused not_carried_out"] * 3
    (alarm,) = await counter.first.rows("SELECT subscription, kind, subject, facts FROM alarms")
    assert (alarm["subscription"], alarm["kind"], alarm["subject"]) == (PUNCTUAL, "step_failed", str(basket_id))
    assert alarm["facts"] == {"basket": str(basket_id), "refused": 3, "error": "ValueError"}
    told = await counter.first.rows("SELECT subscription FROM events WHERE data ->> 'code' = 'not_carried_out'")
    assert sorted(row["subscription"] for row in told) == [PUNCTUAL, SECOND]
    await counter.first.at(LATER, Watch(counter.first.sessions, cast("Client", counter.bell)).look)
    assert [each for each in counter.bell.rung if each.startswith("bulk")] == []


async def test_what_an_order_was_placed_for_is_never_given_up_with_the_rest(counter: Counter) -> None:
    basket_id = await counter.stored(NOON)
    await counter.reserve(basket_id, NOON)
    await counter.first.at(NOON, counter.baskets.give_up_basket, str(basket_id), "ValueError")
    assert await counter.outcomes(basket_id) == ["pending"] * 3
    assert await counter.carry_out(basket_id, LATER) == ["renewed"] * 3


async def test_lines_that_were_not_woken_are_woken_by_the_watchdog(counter: Counter) -> None:
    basket_id = await counter.stored(NOON)
    (attempt,) = await counter.reserve(basket_id, NOON)
    await counter.pay(attempt, NOON)
    await counter.first.at(NOON, Watch(counter.first.sessions, cast("Client", counter.bell)).look)
    assert counter.bell.rung == [f"subscription-{number}" for number in NUMBERS]


async def test_a_voucher_that_runs_out_while_nobody_answers_holds_all_of_them(counter: Counter) -> None:
    unpaid = Issued("1234", "reference")
    counter.first.gateway.answers.append(unpaid)
    basket_id = await counter.stored(NOON, methods=TRANSFER)
    assert await counter.carry_out(basket_id, NOON) == ["awaiting_payment"] * 3
    counter.first.gateway.truths.extend([Unreachable()] * 3)
    assert await counter.desks[2].give(LATER, "release-hold") == "refused payment_in_doubt"
    counter.first.gateway.truths.clear()
    counter.first.gateway.truths.append(Paid("reference"))
    assert await counter.desks[2].give(LATER, "release-hold") == "refused already_renewed"
    assert await counter.outcomes(basket_id) == ["renewed"] * 3
    assert await counter.paid_terms() == 3


async def test_a_card_number_among_those_asked_for_is_refused_and_not_kept(counter: Counter) -> None:
    basket_id = await counter.stored(NOON, numbers=(PUNCTUAL, "4242 4242 4242 4242"))
    await counter.carry_out(basket_id, NOON)
    lines = await counter.first.rows("SELECT subscription, code, hint FROM basket_lines ORDER BY place")
    assert [line["code"] for line in lines] == [None, "bad_arguments"]
    assert "4242" not in str(lines)


async def test_an_open_quote_on_lines_of_it_is_void_with_the_checkout(counter: Counter) -> None:
    reference = await issue(counter.first, PUNCTUAL, SECOND, at="2027-02-01 11:00")
    assert await counter.carry_out(await counter.stored(NOON), NOON) == ["renewed"] * 3
    assert (await quote(counter.first, reference))["state"] == "void"
    assert await counter.paid_terms() == 3


async def test_a_method_that_is_removed_between_two_orders_of_a_checkout_is_not_charged_without_its_token(
    desk: Desk,
) -> None:
    counter = Counter(tuple(replace(desk, number=number) for number in (PUNCTUAL, SECOND)))
    for each, channel in zip(counter.desks, ("direct_online", "direct_sales"), strict=True):
        await each.open(csn="C-1", channel=channel, **BY_HAND)
        await each.walk(NOON)
    methods = {"*": {"kind": "card", "token": "named", "expires": "2030-05"}}
    basket_id = await counter.stored(NOON, numbers=(PUNCTUAL, SECOND), methods=methods)
    groups = await desk.at(NOON, counter.baskets.open_basket, str(basket_id))
    for group in groups:
        attempt = await desk.at(NOON, counter.baskets.reserve_order, str(basket_id), group)
        assert attempt is not None
        await counter.pay(attempt, NOON)
        async with desk.sessions.begin() as session:
            query = select(PaymentMethodRow).where(col(PaymentMethodRow.token) == "named")
            method = (await session.execute(query)).scalar_one()
            assert await remove_method(session, method, by=BUYER, now=instant(NOON, PARIS)) is Removal.DONE
    assert [each.token for each in counter.first.gateway.charges] == ["named", "named"]


async def test_a_checkout_of_the_last_minutes_of_the_late_window_is_paid_after_it_has_closed(desk: Desk) -> None:
    counter = await open_counter(desk, "2027-05-15 23:50", **BY_HAND)
    basket_id = await counter.stored("2027-05-15 23:58")
    assert await counter.carry_out(basket_id, "2027-05-16 00:02") == ["renewed"] * 3
    assert list(counter.first.gateway.moved.values()) == [3 * 12 * 54000]
    assert await counter.paid_terms() == 3


@pytest.mark.parametrize("shown", [False, True], ids=["at the price in force", "at the price that was shown"])
async def test_a_checkout_of_the_eve_that_is_carried_out_after_expiry_costs_the_renewal_price(
    desk: Desk, shown: bool
) -> None:
    counter, eve = await open_counter(desk, "2027-03-30 23:00", **BY_HAND), "2027-03-30 23:59"
    preview = None
    if shown:
        at = instant(eve, PARIS)
        async with desk.sessions() as session:
            basket, _ = await preview_basket(session, NUMBERS, by=BUYER, methods={}, wall_now=at)
        preview = token_of(basket, at, SIGNING_KEY)
    basket_id = await counter.stored(eve, preview=preview)
    for each in counter.desks:
        assert (await each.walk("2027-03-31 00:01")).phase == "expired"
    assert await counter.carry_out(basket_id, "2027-03-31 00:02") == ["renewed"] * 3
    assert list(counter.first.gateway.moved.values()) == [3 * PRICE]


async def test_a_code_ends_as_long_after_the_checkout_was_received_as_that_of_a_single_one(counter: Counter) -> None:
    counter.first.gateway.answers.append(Issued("1234", "reference"))
    basket_id = await counter.stored(NOON, methods=TRANSFER)
    assert await counter.carry_out(basket_id, "2027-02-04 12:00") == ["awaiting_payment"] * 3
    (attempt,) = await counter.first.rows("SELECT expires_at FROM attempts")
    assert attempt["expires_at"] == instant("2027-02-08 23:59:59", PARIS)


async def test_no_code_is_issued_for_lines_that_nobody_could_pay(counter: Counter) -> None:
    basket_id = await counter.stored(NOON, methods=TRANSFER)
    assert await counter.carry_out(basket_id, "2027-02-09 00:00") == ["refused too_late"] * 3
    assert counter.first.gateway.charges == []


async def test_an_order_whose_code_ended_before_the_gateway_was_asked_is_given_up(counter: Counter) -> None:
    basket_id = await counter.stored(NOON, methods=TRANSFER)
    (attempt,) = await counter.reserve(basket_id, NOON)
    await counter.pay(attempt, "2027-02-09 00:00")
    assert counter.first.gateway.charges == []
    assert await counter.outcomes(basket_id) == ["payment_failed"] * 3
    assert await counter.paid_terms() == 0


async def test_a_price_that_changed_between_receipt_and_reserving_does_not_count(counter: Counter) -> None:
    await counter.first.new_price("2027-02-01 12:05", 60000)
    assert await counter.carry_out(await counter.stored(NOON), LATER) == ["renewed"] * 3
    assert list(counter.first.gateway.moved.values()) == [3 * PRICE]


async def test_an_order_whose_call_is_made_again_is_not_given_up_meanwhile(counter: Counter) -> None:
    counter.first.gateway.answers.append(Unreachable())
    basket_id = await counter.stored(NOON)
    (attempt,) = await counter.reserve(basket_id, NOON)
    await counter.pay(attempt, NOON)
    said = []

    async def meanwhile() -> Answer:
        said.append(await counter.desks[1].give(NOON, "release-hold"))
        return Paid("reference")

    counter.first.gateway.answers.append(meanwhile)
    await counter.pay(attempt, NOON)
    assert (said, await counter.outcomes(basket_id)) == (["refused payment_in_doubt"], ["renewed"] * 3)
    assert await counter.paid_terms() == 3


async def test_lines_whose_payment_the_first_one_asks_about_are_not_alarmed_as_forgotten(desk: Desk) -> None:
    counter = await open_counter(desk, "2027-03-30 12:00", **BY_HAND)
    counter.first.gateway.answers.append(Pending("reference"))
    counter.first.gateway.truths.extend([Pending("reference")] * 20)
    basket_id = await counter.stored("2027-03-30 12:00")
    assert await counter.carry_out(basket_id, "2027-03-30 12:00") == ["pending"] * 3
    for day in ("2027-03-31 01:00", "2027-04-01 01:00", "2027-04-02 01:00"):
        for each in counter.desks:
            await each.walk(day)
    await desk.at("2027-04-02 01:00", Watch(desk.sessions, cast("Client", counter.bell)).look)
    assert await desk.rows("SELECT subscription, kind FROM alarms WHERE cleared_at IS NULL") == []
    await desk.change("UPDATE attempts SET next_at = NULL")
    await desk.at("2027-04-02 01:00", Watch(desk.sessions, cast("Client", counter.bell)).look)
    alarmed = await desk.rows("SELECT subscription FROM alarms WHERE cleared_at IS NULL ORDER BY 1")
    assert [each["subscription"] for each in alarmed] == [SECOND, THIRD]


async def test_orders_that_share_quotes_but_no_line_do_not_wait_for_each_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = await open_counter(desk, NOON, **BY_HAND)
    fourth = replace(desk, number="S-50000")
    await fourth.open(csn="C-1", **BY_HAND)
    assert await counter.desks[1].give(ASKED, "ask-for-quote", lines=lines(SECOND, THIRD)) == "done"
    assert await counter.desks[0].give(ASKED, "ask-for-quote", lines=lines(PUNCTUAL, fourth.number)) == "done"
    met = asyncio.Barrier(2)

    async def until_both_have_closed_one(session: Any, order: Any, number: str, *rest: Any) -> None:
        await close_quotes_on(session, order, number, *rest)
        if number in (PUNCTUAL, THIRD):
            try:
                async with asyncio.timeout(0.3):
                    await met.wait()
            except (TimeoutError, asyncio.BrokenBarrierError):
                pass

    monkeypatch.setattr(settling, "close_quotes_on", until_both_have_closed_one)
    baskets = [
        await counter.stored(NOON, numbers=[PUNCTUAL, SECOND]),
        await counter.stored(NOON, numbers=[THIRD, fourth.number]),
    ]
    both = await asyncio.gather(*(counter.carry_out(basket_id, NOON) for basket_id in baskets))
    assert both == [["renewed"] * 2] * 2


async def test_months_that_an_outage_kept_from_beginning_are_followed_by_the_next(desk: Desk) -> None:
    counter = await open_counter(desk, "2027-03-01 12:00", term="month", starts_on="2027-02-28", **BY_HAND)
    for at in ("2027-03-01 12:00", "2027-04-02 10:00"):
        assert await counter.carry_out(await counter.stored(at), at) == ["renewed"] * 3
    at = "2027-04-02 10:01"
    assert await counter.carry_out(await counter.stored(at), at) == ["refused already_renewed"] * 3
    assert await counter.paid_terms() == 6
