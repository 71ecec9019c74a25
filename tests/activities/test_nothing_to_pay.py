"""What costs nothing is settled without a gateway, and is recorded as that."""

import pytest

from gateways.port import Unreachable
from tests.activities.desk import Desk
from tests.activities.test_late_answers import SOFT

FREE = "2027-02-01"


async def test_an_automatic_renewal_that_costs_nothing_asks_no_gateway(desk: Desk) -> None:
    await desk.open()
    await desk.new_price(FREE, 0)
    await desk.walk("2027-03-30 12:00")
    await desk.walk("2027-03-31 06:00")
    assert (desk.gateway.charges, desk.gateway.questions) == ([], [])
    assert (await desk.diary("2027-03-31"))[0] == ("2027-03-31 06:00", "payment 1 of EUR 0 paid")
    (attempt,) = await desk.rows("SELECT gateway_reference, amount, state FROM attempts")
    assert dict(attempt) == {"gateway_reference": "nothing to pay", "amount": 0, "state": "paid"}
    assert (await desk.row())["renews_on"].isoformat() == "2028-03-31"


@pytest.mark.parametrize("kind", ["card", "bank_transfer"])
async def test_a_buyers_order_of_nothing_needs_neither_gateway_nor_voucher(desk: Desk, kind: str) -> None:
    await desk.open(auto_renew="no")
    await desk.new_price(FREE, 0)
    await desk.walk("2027-03-01 12:00")
    desk.gateway.answers.append(Unreachable())
    assert await desk.give("2027-03-01 12:00", "renew", kind=kind, token="other") == "done"
    assert desk.gateway.charges == []
    assert (await desk.row())["phase"] == "renewed"
    assert await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    await desk.walk("2027-03-01 12:00")
    assert ("2027-03-01 12:00", "sent renewed") in await desk.diary()


async def test_a_price_that_drops_to_nothing_between_two_retries_is_settled(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(SOFT)
    await desk.walk("2027-03-31 06:00")
    await desk.new_price("2027-03-31 12:00", 0)
    await desk.walk("2027-04-01 06:00")
    assert await desk.attempts() == [(1, "declined", "insufficient_funds"), (2, "paid", None)]
    assert len(desk.gateway.charges) == 1
