"""The automatic charge: the attempt is stored first, its id is the key, and nothing but an answer ends it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import NoReturn

import pytest

from activities import legal, planning, till
from gateways.port import Answer, Declined, Paid, Unreachable
from models.store import Stored
from renewals.facts import Subscription
from renewals.pricing import NotPriced
from tests.activities.desk import PRICE, Desk, PulledPlug
from workflows.contract import TermPlan


async def test_the_attempt_is_committed_before_the_gateway_is_called_and_its_id_is_the_key(desk: Desk) -> None:
    await desk.open()
    seen: list[tuple[str, str]] = []

    async def look_around() -> Answer:
        seen.extend((str(row["id"]), row["state"]) for row in await desk.rows("SELECT id, state FROM attempts"))
        return Paid("reference-1")

    desk.gateway.answers.append(look_around)
    await desk.charge()
    (call,) = desk.gateway.charges
    assert seen == [(call.key, "open")]
    assert (call.amount.minor, call.amount.currency, call.token, call.subscription) == (PRICE, "EUR", "ok", desk.number)
    (attempt,) = await desk.rows("SELECT state, gateway_reference FROM attempts")
    assert (attempt["state"], attempt["gateway_reference"]) == ("paid", "reference-1")


async def test_no_transaction_is_open_while_the_gateway_is_called(desk: Desk) -> None:
    await desk.open()
    busy: list[int] = []

    async def count_transactions() -> Answer:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
        busy.append(len(await desk.rows(query)))
        return Paid("reference-1")

    desk.gateway.answers.append(count_transactions)
    await desk.charge()
    assert busy == [0]


async def test_nothing_is_charged_before_the_charge_time(desk: Desk) -> None:
    await desk.open()
    await desk.charge("2027-03-31 05:59:59")
    assert desk.gateway.charges == []
    assert await desk.attempts() == []


async def test_a_charge_that_ran_twice_moves_money_once(desk: Desk) -> None:
    await desk.open()
    await desk.charge()
    plan = await desk.charge()
    assert len(desk.gateway.charges) == 1
    assert plan.starts_on.isoformat() == "2027-03-31"
    assert await desk.attempts() == [(1, "paid", None)]


async def test_two_workers_that_charge_at_the_same_time_use_one_key(desk: Desk) -> None:
    await desk.open()
    both_called = asyncio.Barrier(2)

    async def wait_for_the_other() -> Answer:
        await both_called.wait()
        return Paid("reference")

    desk.gateway.answers.extend([wait_for_the_other, wait_for_the_other])
    await asyncio.gather(desk.charge(), desk.charge())
    assert len({call.key for call in desk.gateway.charges}) == 1
    assert await desk.attempts() == [(1, "paid", None)]
    assert len(await desk.rows("SELECT 1 FROM terms WHERE follows IS NOT NULL")) == 1


async def test_a_crash_before_the_gateway_was_reached_is_resumed_with_the_same_key(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(PulledPlug())
    with pytest.raises(PulledPlug):
        await desk.charge()
    assert await desk.attempts() == [(1, "open", None)]
    assert desk.gateway.moved == {}
    await desk.charge("2027-03-31 06:02")
    first, second = desk.gateway.charges
    assert first.key == second.key
    assert desk.gateway.moved == {first.key: PRICE}
    assert await desk.attempts() == [(1, "paid", None)]


async def test_a_crash_after_the_money_moved_is_resumed_and_moves_it_only_once(desk: Desk) -> None:
    await desk.open()

    async def die_having_charged() -> Answer:
        call = desk.gateway.charges[-1]
        desk.gateway.moved[call.key] = call.amount.minor
        raise asyncio.CancelledError

    desk.gateway.answers.append(die_having_charged)
    with pytest.raises(asyncio.CancelledError):
        await desk.charge()
    await desk.charge("2027-03-31 06:02")
    assert len({call.key for call in desk.gateway.charges}) == 1
    assert list(desk.gateway.moved.values()) == [PRICE]
    assert await desk.attempts() == [(1, "paid", None)]


@pytest.mark.parametrize(
    "go_on", [pytest.param(Desk.charge, id="the charge is run again"), pytest.param(Desk.ask, id="the new run asks")]
)
async def test_a_crash_between_the_answer_and_its_record_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, go_on: Callable[[Desk, str], Awaitable[TermPlan]]
) -> None:
    await desk.open()

    async def die(*_: object) -> None:
        raise PulledPlug

    with monkeypatch.context() as patched:
        patched.setattr(till, "record_answer", die)
        with pytest.raises(PulledPlug):
            await desk.charge()
    assert await desk.attempts() == [(1, "open", None)]
    await go_on(desk, "2027-03-31 06:02")
    assert list(desk.gateway.moved.values()) == [PRICE]
    assert await desk.attempts() == [(1, "paid", None)]
    assert (await desk.diary("2027-03-31"))[0] == ("2027-03-31 06:00", f"payment 1 of EUR {PRICE} paid")


async def test_a_payment_stands_though_what_follows_from_it_cannot_be_planned(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open()

    def cannot_be_planned(stored: Stored) -> TermPlan:
        raise NotPriced(stored.facts.sku, stored.facts.term, stored.facts.currency)

    with monkeypatch.context() as broken:
        broken.setattr(planning, "plan_stored", cannot_be_planned)
        with pytest.raises(NotPriced):
            await desk.charge()
    assert await desk.attempts() == [(1, "paid", None)]
    assert list(desk.gateway.moved.values()) == [PRICE]
    assert (await desk.plan("2027-03-31 06:02")).renews_on == date(2028, 3, 31)


async def test_a_payment_stands_though_nobody_can_say_what_the_law_wants_of_what_follows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open()

    def cannot_be_said(sub: Subscription, now: datetime) -> NoReturn:
        raise NotPriced(sub.sku, sub.term, sub.currency)

    with monkeypatch.context() as broken:
        broken.setattr(legal, "standings", cannot_be_said)
        with pytest.raises(NotPriced):
            await desk.charge()
    assert await desk.attempts() == [(1, "paid", None)]
    assert (await desk.plan("2027-03-31 06:02")).renews_on == date(2028, 3, 31)


async def test_a_new_run_asks_about_an_attempt_that_was_cut_off_before_anything_else(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(PulledPlug())
    with pytest.raises(PulledPlug):
        await desk.charge()
    plan = await desk.plan("2027-03-31 06:02")
    assert plan.steps[0].do == "ask_gateway"
    assert not [step for step in plan.steps if step.do == "charge"]


async def test_a_gateway_out_of_reach_is_called_again_with_the_same_key_and_nobody_is_told(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.extend([Unreachable("refused"), Unreachable("refused")])
    plan = await desk.charge()
    assert [(step.do, step.at.isoformat()) for step in plan.steps[:1]] == [("charge", "2027-03-31T04:00:10+00:00")]
    plan = await desk.charge("2027-03-31 06:00:10")
    assert plan.steps[0].at.isoformat() == "2027-03-31T04:00:30+00:00"
    await desk.charge("2027-03-31 06:00:30")
    assert len({call.key for call in desk.gateway.charges}) == 1
    assert await desk.attempts() == [(1, "paid", None)]
    assert [row["kind"] for row in await desk.rows("SELECT kind FROM notices WHERE NOT dated")] == ["renewed"]


async def test_a_decline_releases_the_claim_and_tells_the_buyer_once(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.charge()
    await desk.charge()
    assert await desk.attempts() == [(1, "declined", "insufficient_funds")]
    assert await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    await desk.walk("2027-03-31 06:00")
    assert (await desk.diary("2027-03-31")) == [
        ("2027-03-31 06:00", f"payment 1 of EUR {PRICE} declined insufficient_funds"),
        ("2027-03-31 06:00", "renewable > past_due"),
        ("2027-03-31 06:00", "sent payment_failed"),
    ]


async def test_a_retry_is_a_new_attempt_of_the_same_order(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.charge()
    await desk.charge("2027-04-01 06:00")
    assert await desk.attempts() == [(1, "declined", "insufficient_funds"), (2, "paid", None)]
    assert len(await desk.rows("SELECT 1 FROM orders")) == 1
    assert len({call.key for call in desk.gateway.charges}) == 2
