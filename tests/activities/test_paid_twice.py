"""A term that two orders paid is one until the price of one of them has gone back, of that very line."""

import pytest

from gateways.port import Paid
from models.odd_payments import paid_twice
from tests.activities.baskets import NUMBERS, Counter, open_counter
from tests.activities.desk import PARIS, PRICE, Desk
from tests.activities.test_giving_back import ANA
from tests.scenarios.diary import instant

AT = "2027-03-01 10:00"
ORDERED = """
    INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
    SELECT '00000000-0000-4000-8000-000000000002', csn, currency, 'checkout', 'paid', 'system', ordered_at FROM orders
"""
ITS_LINE = """
    INSERT INTO order_lines (order_id, subscription, term_starts_on, renewal_id, purpose, term, seats, unit_price,
        amount, receipt)
    SELECT '00000000-0000-4000-8000-000000000002', subscription, term_starts_on, renewal_id, purpose, term, seats,
        unit_price, amount, receipt FROM order_lines WHERE subscription = :number
"""


async def paid_again(desk: Desk) -> str:
    """A second order pays the term of that subscription, on invoice; the id of the first."""
    (order,) = await desk.rows("SELECT id::text FROM orders")
    await desk.change(ORDERED)
    await desk.change(ITS_LINE)
    return str(order["id"])


async def odd(desk: Desk) -> list[str]:
    async with desk.sessions() as session:
        return sorted(row.subscription for row in await session.execute(paid_twice(instant("2027-02-01", PARIS))))


async def bought_together(desk: Desk) -> Counter:
    counter = await open_counter(desk, AT)
    assert await counter.carry_out(await counter.stored(AT), AT) == ["renewed"] * 3
    return counter


@pytest.mark.parametrize("place", [0, 1], ids=["the first line", "a further line"])
async def test_of_an_order_of_many_it_is_the_line_that_the_refund_was_given_for(desk: Desk, place: int) -> None:
    counter = await bought_together(desk)
    twice, other = counter.desks[place], counter.desks[1 - place]
    order = await paid_again(twice)
    assert await odd(desk) == [NUMBERS[place]]
    assert await other.give(AT, "refund", order=order, amount=PRICE, **ANA) == "done"
    assert await odd(desk) == [NUMBERS[place]]
    assert await twice.give(AT, "refund", order=order, amount=PRICE, **ANA) == "done"
    assert await odd(desk) == []


async def test_all_of_an_order_of_many_is_all_of_its_lines(desk: Desk) -> None:
    counter = await bought_together(desk)
    order = await paid_again(counter.desks[1])
    assert await counter.first.give(AT, "refund", order=order, amount=3 * PRICE - 1, **ANA) == "done"
    assert await odd(desk) == [NUMBERS[1]]
    assert await counter.desks[2].give(AT, "refund", order=order, **ANA) == "done"
    assert await odd(desk) == []


async def test_a_surplus_that_goes_back_is_no_part_of_the_price(desk: Desk) -> None:
    """A transfer that came twice, for a term that was paid by another order as well."""
    await desk.open(auto_renew="no")
    await desk.walk(AT)
    desk.gateway.answers.append(Paid("reference", 2 * PRICE))
    assert await desk.give(AT, "renew", kind="bank_transfer", token="by hand") == "done"
    order = await paid_again(desk)
    await desk.walk(AT)
    assert list(desk.gateway.refunds.values()) == [PRICE]
    assert await odd(desk) == [desk.number]
    assert await desk.give(AT, "refund", order=order, **ANA) == "done"
    assert await odd(desk) == []


async def test_a_refund_that_the_provider_refused_has_not_gone_back(desk: Desk) -> None:
    await desk.open()
    await desk.walk(AT)
    assert await desk.give(AT, "renew") == "done"
    order = await paid_again(desk)
    desk.gateway.refusals.append("not refundable")
    assert await desk.give(AT, "refund", order=order, **ANA) == "done"
    assert await odd(desk) == []
    await desk.walk(AT)
    assert await odd(desk) == [desk.number]
