"""Settling: one function moves the term, once, whichever way it is paid, and everything it moves goes together."""

import asyncio
from uuid import UUID

import pytest

from activities import settling
from activities.settling import AlreadySettled, settle
from gateways.port import Answer, Declined, Paid, Unreachable
from models.payments import OrderRow
from renewals.letters import Kind
from tests.activities.desk import DUE, PARIS, PRICE, Desk, PulledPlug
from tests.scenarios.diary import instant

OPERATOR = "operator:ana"


async def record(desk: Desk, at: str, reference: str = "PO-1", seats: int = 12) -> str:
    return await desk.give(at, "record-renewal", by=OPERATOR, reference=reference, seats=seats, reason="partner order")


async def terms(desk: Desk) -> list[str]:
    query = "SELECT * FROM terms WHERE subscription = :number ORDER BY starts_on"
    return [
        f"{row['starts_on']} to {row['renews_on']}: {row['term']}, {row['seats']} x {row['unit_price']}"
        for row in await desk.rows(query)
    ]


async def open_claims(desk: Desk) -> int:
    return len(await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL"))


async def test_a_paid_charge_moves_term_phase_and_receipt_together(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    await desk.charge()
    assert await terms(desk) == [
        "2026-03-31 to 2027-03-31: year, 12 x None",
        "2027-03-31 to 2028-03-31: year, 12 x 48600",
    ]
    row = await desk.row()
    assert (str(row["starts_on"]), str(row["renews_on"]), row["phase"]) == ("2027-03-31", "2028-03-31", "active")
    assert [row["kind"] for row in await desk.rows("SELECT kind FROM notices WHERE outcome IS NULL")] == [Kind.RENEWED]
    assert [row["state"] for row in await desk.rows("SELECT state FROM orders")] == ["paid"]
    assert len(await desk.rows("SELECT 1 FROM renewals WHERE settled_at IS NOT NULL AND order_id IS NOT NULL")) == 1
    assert await open_claims(desk) == 0


async def test_a_crash_in_the_middle_of_settling_leaves_nothing_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open()

    async def die(*_: object, **__: object) -> None:
        raise PulledPlug

    with monkeypatch.context() as patched:
        patched.setattr(settling, "queue", die)
        with pytest.raises(PulledPlug):
            await desk.charge()
    assert len(await terms(desk)) == 1
    assert await desk.attempts() == [(1, "open", None)]
    assert [row["state"] for row in await desk.rows("SELECT state FROM orders")] == ["open"]
    await desk.charge("2027-03-31 06:02")
    assert len(await terms(desk)) == 2


async def test_a_paid_order_cannot_be_settled_again(desk: Desk) -> None:
    await desk.open()
    await desk.charge()
    (paid,) = await desk.rows("SELECT id FROM orders")
    before = await desk.row()
    with pytest.raises(AlreadySettled):
        async with desk.sessions.begin() as session:
            await settle(session, await session.get_one(OrderRow, UUID(str(paid["id"]))), instant(DUE, PARIS))
    assert len(await terms(desk)) == 2
    assert await desk.row() == before


async def test_of_two_renewals_recorded_at_the_same_time_one_is_refused(desk: Desk) -> None:
    await desk.open(channel="partner", method_kind="")
    answers = await asyncio.gather(record(desk, "2027-03-01", "PO-1"), record(desk, "2027-03-01", "PO-2"))
    assert sorted(answers) == ["done", "refused already_renewed"]
    assert [row["state"] for row in await desk.rows("SELECT state FROM orders")] == ["paid"]


async def test_while_a_charge_is_under_way_nobody_else_may_pay_the_term(desk: Desk) -> None:
    await desk.open()
    answers: list[str] = []

    async def record_meanwhile() -> Answer:
        answers.append(await record(desk, DUE))
        return Paid("reference-1")

    desk.gateway.answers.append(record_meanwhile)
    await desk.charge()
    assert answers == ["refused payment_in_doubt"]
    assert len(await terms(desk)) == 2
    assert len(await desk.rows("SELECT 1 FROM orders")) == 1


async def test_a_renewal_recorded_between_two_retries_voids_the_automatic_order(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.charge()
    assert await open_claims(desk) == 0
    assert await record(desk, "2027-03-31 12:00") == "done"
    states = await desk.rows("SELECT way, state FROM orders ORDER BY way")
    assert [(row["way"], row["state"]) for row in states] == [("automatic", "void"), ("recorded", "paid")]
    await desk.charge("2027-04-01 06:00")
    assert len(desk.gateway.charges) == 1
    assert len(await terms(desk)) == 2


async def test_a_renewal_recorded_while_the_gateway_is_out_of_reach_ends_the_attempt_and_its_claim(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(Unreachable("refused"))
    await desk.charge()
    assert await open_claims(desk) == 1
    assert await record(desk, "2027-03-31 06:00:05") == "done"
    assert await desk.attempts() == [(1, "abandoned", None)]
    assert await open_claims(desk) == 0
    await desk.charge("2027-03-31 06:00:10")
    assert len(desk.gateway.charges) == 1


async def test_pending_seats_and_term_apply_with_the_renewal_and_are_gone_then(desk: Desk) -> None:
    await desk.open()
    assert await desk.give("2027-02-01", "reduce-seats", to=9) == "done"
    assert await desk.give("2027-02-01", "change-term", term="3-years") == "done"
    assert (await desk.row())["seats"] == 12
    await desk.charge()
    assert [call.amount.minor for call in desk.gateway.charges] == [9 * 145800]
    assert (await terms(desk))[1:] == ["2027-03-31 to 2030-03-31: 3-years, 9 x 145800"]
    row = await desk.row()
    assert (row["seats"], row["term"], row["pending_seats"], row["pending_term"]) == (9, "3-years", None, None)


async def test_a_term_paid_ahead_begins_on_its_first_day_and_not_before(desk: Desk) -> None:
    await desk.open(channel="partner", method_kind="")
    assert await record(desk, "2027-02-10", seats=3) == "done"
    row = await desk.row()
    assert (row["phase"], row["seats"], str(row["starts_on"])) == ("renewed", 12, "2026-03-31")
    await desk.at("2027-03-30 23:59:59", desk.phases.begin_paid_term, desk.number)
    assert len(await terms(desk)) == 1
    await desk.at("2027-03-31", desk.phases.begin_paid_term, desk.number)
    await desk.at("2027-03-31", desk.phases.begin_paid_term, desk.number)
    assert (await terms(desk))[1:] == ["2027-03-31 to 2028-03-31: year, 3 x 48600"]


async def test_terms_tile_from_the_anchor_whenever_and_however_they_are_paid(desk: Desk) -> None:
    await desk.open(term="month", starts_on="2026-12-31", renews_on="2027-01-31", live="2027-01-15")
    await desk.charge("2027-01-31 06:00")
    assert await record(desk, "2027-02-20") == "done"
    await desk.walk("2027-02-28")
    assert await desk.give("2027-03-10", "change-term", term="year") == "done"
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.walk("2027-03-31 06:00")
    await desk.walk("2027-04-01 06:00")
    assert await terms(desk) == [
        "2026-12-31 to 2027-01-31: month, 12 x None",
        "2027-01-31 to 2027-02-28: month, 12 x 6800",
        "2027-02-28 to 2027-03-31: month, 12 x 6800",
        "2027-03-31 to 2028-03-31: year, 12 x 48600",
    ]
    row = await desk.row()
    assert (str(row["starts_on"]), str(row["renews_on"])) == ("2027-03-31", "2028-03-31")


async def test_an_amount_can_be_computed_again_from_what_is_stored_with_it(desk: Desk) -> None:
    await desk.open()
    await desk.give("2027-02-01", "reduce-seats", to=9)
    await desk.charge()
    await desk.new_price("2027-01-02", 1)
    (stored,) = await desk.rows(
        "SELECT line.*, attempt.amount AS charged FROM order_lines AS line JOIN attempts AS attempt USING (order_id)"
    )
    receipt = stored["receipt"]
    assert receipt["seats"] * receipt["unit_price"] == stored["amount"] == stored["charged"] == 9 * 48600
    assert receipt == {
        "number": desk.number,
        "sku": "DRAFT-STD",
        "term": "year",
        "starts_on": "2027-03-31",
        "renews_on": "2028-03-31",
        "seats": 9,
        "unit_price": 48600,
        "amount": 9 * 48600,
        "currency": "EUR",
        "basis": "renewal_price",
        "list_price": 54000,
        "price_version": "DRAFT-STD/year/EUR/1",
        "purpose": "renewal",
    }


async def test_a_retry_reads_seats_again_and_its_receipt_says_so(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.charge()
    assert await desk.give("2027-03-31 12:00", "reduce-seats", to=7) == "done"
    await desk.charge("2027-04-01 06:00")
    assert [call.amount.minor for call in desk.gateway.charges] == [PRICE, 7 * 48600]
    (line,) = await desk.rows("SELECT amount, receipt FROM order_lines")
    assert line["amount"] == line["receipt"]["amount"] == 7 * 48600
