"""Whoever renews means the next term of that moment: paid meanwhile, the one after it is not bought instead.

A monthly term can be bought as soon as the one before it has begun, so that an order that comes a little later than
another payment would find one to pay.
"""

import asyncio

from tests.activities.baskets import open_counter
from tests.activities.desk import DUE, Desk
from tests.scenarios.portfolios import SECOND

MONTHLY = {"term": "month", "starts_on": "2027-02-28", "renews_on": "2027-03-31"}
EARLY, AT = "2027-03-31 04:00", "2027-03-31 05:00"
LATER = "2027-03-31 06:10"


async def test_of_two_renewals_at_once_one_pays(desk: Desk) -> None:
    await desk.open(**MONTHLY, auto_renew="no")
    await desk.walk(EARLY)
    answers = await asyncio.gather(desk.give(AT, "renew"), desk.give(AT, "renew"))
    assert sorted(answers) in (["done", "refused already_renewed"], ["done", "refused payment_in_doubt"])
    assert len(desk.gateway.moved) == 1


async def test_a_renewal_that_was_forestalled_by_the_automatic_charge_pays_nothing(desk: Desk) -> None:
    await desk.open(**MONTHLY)
    await desk.walk(EARLY)
    command = await desk.store("2027-03-31 05:59", "renew")
    await desk.walk(DUE)
    applied = await desk.at(LATER, desk.commands.apply_command, desk.number, str(command))
    assert (applied.answer.code, applied.answer.hint) == (
        "already_renewed",
        "The term from 2027-03-31 is paid; nothing is left to pay.",
    )
    assert len(desk.gateway.moved) == 1


async def test_a_renewal_that_is_given_after_the_payment_buys_the_term_after_it(desk: Desk) -> None:
    await desk.open(**MONTHLY)
    await desk.walk(EARLY)
    await desk.walk(DUE)
    assert await desk.give(LATER, "renew") == "done"
    assert len(desk.gateway.moved) == 2


async def test_a_bulk_checkout_that_was_forestalled_by_another_pays_nothing(desk: Desk) -> None:
    counter = await open_counter(desk, EARLY, **MONTHLY, auto_renew="no")
    first, second = await counter.stored(AT), await counter.stored(AT)
    assert await counter.carry_out(first, AT) == ["renewed"] * 3
    assert await counter.carry_out(second, AT) == ["refused already_renewed"] * 3
    assert len(counter.first.gateway.moved) == 1


async def test_a_month_that_an_outage_kept_from_beginning_was_running_whoever_begins_it(desk: Desk) -> None:
    await desk.open(**MONTHLY, auto_renew="no")
    await desk.walk("2027-03-01 12:00")
    assert await desk.give("2027-03-01 12:00", "renew") == "done"
    command = await desk.store("2027-04-02 10:00", "renew")
    await desk.walk("2027-04-02 10:05")
    applied = await desk.at("2027-04-02 10:06", desk.commands.apply_command, desk.number, str(command))
    assert (applied.answer.outcome, applied.answer.code) == ("done", None)
    assert (await desk.row())["renews_on"].isoformat() == "2027-04-30"
    assert len(desk.gateway.moved) == 2


async def test_the_month_that_was_paid_while_an_order_waited_is_the_one_that_it_meant(desk: Desk) -> None:
    await desk.open(**MONTHLY, auto_renew="no")
    await desk.walk("2027-03-30 12:00")
    command = await desk.store("2027-03-31 05:00", "renew")
    assert await desk.give("2027-03-31 05:10", "renew") == "done"
    applied = await desk.at("2027-03-31 05:20", desk.commands.apply_command, desk.number, str(command))
    assert applied.answer.code == "already_renewed"
    assert len(desk.gateway.moved) == 1


async def test_a_bulk_checkout_too_means_the_month_after_one_that_was_running_already(desk: Desk) -> None:
    counter = await open_counter(desk, "2027-03-01 12:00", **MONTHLY, auto_renew="no")
    first = await counter.stored("2027-03-01 12:00")
    assert await counter.carry_out(first, "2027-03-01 12:00") == ["renewed"] * 3
    second = await counter.stored("2027-04-02 10:00")
    await counter.first.walk("2027-04-02 10:05")
    assert await counter.carry_out(second, "2027-04-02 10:06") == ["renewed"] * 3
    assert await counter.paid_terms() == 6


async def test_a_quote_that_was_asked_for_before_a_payment_is_not_for_the_month_after_it(desk: Desk) -> None:
    counter = await open_counter(desk, EARLY, **MONTHLY, auto_renew="no")
    numbers = [each.number for each in counter.desks]
    command = await desk.store(AT, "ask-for-quote", lines=[{"subscription": number} for number in numbers])
    assert await counter.desks[1].give("2027-03-31 05:10", "renew") == "done"
    applied = await desk.at(LATER, desk.commands.apply_command, desk.number, str(command))
    assert (applied.answer.code, applied.answer.hint) == (
        "already_renewed",
        f"{SECOND}: The term from 2027-03-31 is paid; nothing is left to pay.",
    )
    again = [{"subscription": SECOND}]
    assert await counter.desks[1].give(LATER, "ask-for-quote", lines=again) == "done"


async def test_nor_is_one_for_the_subscription_that_it_was_given_through(desk: Desk) -> None:
    await desk.open(**MONTHLY, auto_renew="no")
    await desk.walk(EARLY)
    command = await desk.store(AT, "ask-for-quote", lines=[{"subscription": desk.number}])
    assert await desk.give("2027-03-31 05:10", "renew") == "done"
    applied = await desk.at(LATER, desk.commands.apply_command, desk.number, str(command))
    assert applied.answer.code == "already_renewed"
    assert await desk.rows("SELECT 1 FROM quotes") == []
