"""What was received before a quote ended counts, though nobody was there to decide it: nobody is charged or refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from gateways.port import NotReceived
from mail.sender import Mailer
from models.engine import Sessions
from tests.activities.baskets import open_counter
from tests.activities.desk import Desk
from tests.activities.test_quotes import ANA, Woken, ask, beside, issue, look, paid_terms, quote
from tests.scenarios.fake_gateway import FakeGateway
from tests.scenarios.portfolios import PUNCTUAL, SECOND

LAST_DAY, IN_TIME, TOO_LATE, DELIVERED = "2027-04-02", "2027-04-02 23:59", "2027-04-03 00:00", "2027-04-03 00:05"
ON_INVOICE = {"purchase_order": "PO-1"}
QUOTED = 12 * 40000


@pytest.fixture
async def desk(sessions: Sessions, mailer: Mailer, tmp_path: Path) -> Desk:
    """Two subscriptions of one customer, which renew automatically on 31 March 2027."""
    desk = Desk(sessions, FakeGateway(), mailer, tmp_path / "files")
    for each in (desk, replace(desk, number=SECOND)):
        await each.open(csn="C-1")
    return desk


@pytest.fixture
def woken() -> Woken:
    return Woken()


async def held_beyond_the_renewal_date(desk: Desk, *numbers: str) -> str:
    """A quote at a price of its own, until 2 April; its reference."""
    prices = dict.fromkeys(numbers or (PUNCTUAL,), 40000)
    reference = await issue(desk, *numbers, expires_on=LAST_DAY, prices=prices)
    for number in prices:
        await beside(desk, number).wait_for_renewal_date()
        await beside(desk, number).walk("2027-04-02 23:00")
    return reference


async def delivered(desk: Desk, command: UUID, at: str = DELIVERED) -> str:
    applied = await desk.at(at, desk.commands.apply_command, desk.number, str(command))
    return str(applied.answer.code or applied.answer.outcome)


@pytest.mark.parametrize("through", [PUNCTUAL, SECOND])
async def test_what_was_accepted_on_invoice_in_time_is_not_charged_as_the_hold_ends(desk: Desk, through: str) -> None:
    reference = await held_beyond_the_renewal_date(desk, PUNCTUAL, SECOND)
    other = beside(desk, through)
    command = await other.store(IN_TIME, "accept-quote", number=through, quote=reference, **ON_INVOICE)
    await desk.walk(TOO_LATE)
    assert desk.gateway.charges == []
    assert ((await quote(desk, reference))["state"], await paid_terms(desk)) == ("accepted", {PUNCTUAL: 1, SECOND: 1})
    assert await delivered(other, command) == "done"


async def test_nor_is_it_refused_where_the_quotes_own_workflow_comes_first(desk: Desk, woken: Woken) -> None:
    reference = await held_beyond_the_renewal_date(desk, PUNCTUAL, SECOND)
    command = await desk.store(IN_TIME, "accept-quote", quote=reference, **ON_INVOICE)
    assert (await look(desk, woken, TOO_LATE, reference)).state == "accepted"
    assert sorted(woken.numbers) == [PUNCTUAL, SECOND]
    assert await delivered(desk, command) == "done"
    assert desk.gateway.charges == []


@pytest.mark.parametrize("first", ["hold", "quote"])
async def test_what_was_accepted_by_paying_it_costs_what_was_quoted(desk: Desk, woken: Woken, first: str) -> None:
    reference = await held_beyond_the_renewal_date(desk)
    command = await desk.store(IN_TIME, "accept-quote", quote=reference)
    if first == "quote":
        desk.gateway.truths.append(NotReceived())
        assert (await look(desk, woken, TOO_LATE, reference)).state == "issued"
    await desk.walk(TOO_LATE)
    assert await delivered(desk, command) == "done"
    assert (list(desk.gateway.moved.values()), await paid_terms(desk)) == ([QUOTED], {PUNCTUAL: 1})
    assert (await look(desk, woken, DELIVERED, reference)).state == "accepted"


@pytest.mark.parametrize("first", ["hold", "quote"])
async def test_what_was_declined_in_time_is_declined_and_the_charge_goes_on(
    desk: Desk, woken: Woken, first: str
) -> None:
    reference = await held_beyond_the_renewal_date(desk)
    command = await desk.store(IN_TIME, "decline-quote", quote=reference)
    if first == "quote":
        assert (await look(desk, woken, TOO_LATE, reference)).state == "declined"
    await desk.walk(TOO_LATE)
    assert ((await quote(desk, reference))["state"], await delivered(desk, command)) == ("declined", "done")
    assert await paid_terms(desk) == {PUNCTUAL: 1}


async def test_what_was_accepted_as_the_quote_ended_is_refused(desk: Desk) -> None:
    reference = await held_beyond_the_renewal_date(desk)
    command = await desk.store(TOO_LATE, "accept-quote", quote=reference, **ON_INVOICE)
    await desk.walk(TOO_LATE)
    assert await delivered(desk, command) == "quote_expired"
    assert ((await quote(desk, reference))["state"], await paid_terms(desk)) == ("expired", {PUNCTUAL: 1})


async def test_nobody_expires_who_accepted_on_invoice_before_his_renewal_date(desk: Desk) -> None:
    assert await desk.give("2027-02-01 09:00", "cancel-auto-renew") == "done"
    reference = await issue(desk, expires_on=LAST_DAY)
    await desk.wait_for_renewal_date()
    await desk.store("2027-03-30 23:59", "accept-quote", quote=reference, **ON_INVOICE)
    await desk.walk("2027-03-31 00:00")
    assert (await desk.row())["phase"] == "active"
    assert await desk.rows("SELECT 1 FROM notices WHERE kind = 'expired'") == []


async def test_what_was_issued_in_time_does_not_end_as_asked_for(desk: Desk, woken: Woken) -> None:
    await desk.give("2027-02-01 09:00", "cancel-auto-renew")
    reference = await ask(desk)
    command = await desk.store("2027-04-30 23:59", "issue-quote", quote=reference, **ANA)
    assert (await look(desk, woken, "2027-05-01", reference)).state == "expired"
    assert await delivered(desk, command, "2027-05-01 00:05") == "done"


@pytest.mark.parametrize(
    ("name", "by", "expected"),
    [
        pytest.param("renew", {}, "already_renewed", id="the buyer's own checkout"),
        pytest.param("withdraw-quote", ANA, "quote_not_open", id="an operator withdraws it"),
        pytest.param("decline-quote", {}, "quote_not_open", id="the buyer declines it"),
    ],
)
async def test_what_was_accepted_comes_before_what_came_later_and_is_delivered_first(
    desk: Desk, name: str, by: dict[str, Any], expected: str
) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND)
    second = beside(desk, SECOND)
    accepted = await second.store("2027-02-03 10:00", "accept-quote", number=SECOND, quote=reference, **ON_INVOICE)
    named = {} if name == "renew" else {"quote": reference}
    later = await desk.store("2027-02-03 10:01", name, **named, **by)
    assert await delivered(desk, later, "2027-02-03 11:00") == expected
    assert await delivered(second, accepted, "2027-02-03 11:01") == "done"
    assert desk.gateway.charges == []


async def test_a_bulk_checkout_that_came_later_charges_nothing_that_was_accepted(
    sessions: Sessions, mailer: Mailer, tmp_path: Path
) -> None:
    counter = await open_counter(Desk(sessions, FakeGateway(), mailer, tmp_path), "2027-01-31 12:00")
    desk = counter.first
    reference = await issue(desk, PUNCTUAL, SECOND)
    accepted = await desk.store("2027-02-03 10:00", "accept-quote", quote=reference, **ON_INVOICE)
    basket = await counter.stored("2027-02-03 10:01")
    assert await counter.carry_out(basket, "2027-02-03 11:00") == [
        "refused already_renewed",
        "refused already_renewed",
        "renewed",
    ]
    assert await delivered(desk, accepted, "2027-02-03 11:01") == "done"


async def test_what_was_accepted_by_paying_it_is_paid_though_the_late_window_closed_with_the_quote(
    sessions: Sessions, mailer: Mailer, tmp_path: Path
) -> None:
    desk = Desk(sessions, FakeGateway(), mailer, tmp_path)
    await desk.open(term="month", starts_on="2027-02-28", auto_renew="no")
    reference = await ask(desk, at="2027-03-10 10:00")
    assert await desk.give("2027-03-10 11:00", "issue-quote", quote=reference, expires_on="2027-04-29", **ANA) == "done"
    await desk.walk("2027-04-29 12:00")
    command = await desk.store("2027-04-29 23:59", "accept-quote", quote=reference)
    await desk.walk("2027-04-30 00:00")
    assert await delivered(desk, command, "2027-04-30 00:05") == "done"
    assert await paid_terms(desk) == {PUNCTUAL: 1}
