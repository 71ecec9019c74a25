"""The time of receipt decides what an order costs, and a preview binds whichever way the renewal is paid."""

from typing import Any

import pytest

from gateways.port import Issued
from models.store import load
from renewals.commands import Renew, When
from renewals.preview import preview, token_of
from tests.activities.desk import PARIS, Desk
from tests.scenarios.diary import instant
from tests.scenarios.theatre import SIGNING_KEY

CARD = {"kind": "card", "token": "other", "expires": "2030-05"}
TRANSFER = {"kind": "bank_transfer", "token": "by hand"}
LATER = {"when": "on-renewal-date"}


async def shown(desk: Desk, local: str, when: When = When.NOW) -> str:
    at = instant(local, PARIS)
    async with desk.sessions() as session:
        stored = await load(session, desk.number, at)
    assert stored is not None
    return token_of(preview(stored.facts, Renew(when=when), at), SIGNING_KEY)


async def handled(desk: Desk, local: str, command_id: Any) -> str:
    applied = await desk.at(local, desk.commands.apply_command, desk.number, str(command_id))
    return str(applied.answer.outcome)


async def unit_prices(desk: Desk) -> list[int]:
    return [row["unit_price"] for row in await desk.rows("SELECT unit_price FROM order_lines")]


async def test_an_order_of_the_eve_that_is_handled_after_expiry_costs_the_renewal_price(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-30 23:50")
    command_id = await desk.store("2027-03-30 23:59", "renew")
    await desk.walk("2027-03-31 00:10")
    assert (await desk.row())["phase"] == "expired"
    assert await handled(desk, "2027-03-31 00:11", command_id) == "done"
    assert await unit_prices(desk) == [48600]
    row = await desk.row()
    assert (row["phase"], row["renews_on"].isoformat()) == ("active", "2028-03-31")


async def test_with_the_price_that_was_shown_on_the_eve_too(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-30 23:50")
    token = await shown(desk, "2027-03-30 23:55")
    command_id = await desk.store("2027-03-30 23:59", "renew", preview=token)
    await desk.walk("2027-03-31 00:10")
    assert await handled(desk, "2027-03-31 00:11", command_id) == "done"
    assert await unit_prices(desk) == [48600]


async def test_an_order_of_the_renewal_date_costs_the_list_price_whoever_was_away(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-30 23:50")
    command_id = await desk.store("2027-03-31 01:00", "renew")
    await desk.walk("2027-03-31 02:00")
    assert await handled(desk, "2027-03-31 02:01", command_id) == "done"
    assert await unit_prices(desk) == [54000]


async def test_a_price_that_changed_between_receipt_and_handling_does_not_count(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 12:00")
    command_id = await desk.store("2027-03-01 12:00", "renew")
    await desk.new_price("2027-03-01 12:05", 60000)
    assert await handled(desk, "2027-03-01 12:10", command_id) == "done"
    assert await unit_prices(desk) == [48600]


async def test_in_the_late_window_the_lost_term_costs_the_list_price_and_access_is_back(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-30 12:00")
    await desk.walk("2027-04-20 12:00")
    at = instant("2027-04-20 12:00", PARIS)
    before = await desk.row()
    assert (before["phase"], before["access_until"] <= at) == ("expired", True)
    assert await desk.give("2027-04-20 12:00", "renew") == "done"
    row = await desk.row()
    assert (row["phase"], row["starts_on"].isoformat(), row["renews_on"].isoformat()) == (
        "active",
        "2027-03-31",
        "2028-03-31",
    )
    assert row["access_until"] > at
    assert await unit_prices(desk) == [54000]


async def test_an_order_of_the_last_minutes_of_the_late_window_is_paid_after_it_has_closed(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-05-15 23:50")
    command_id = await desk.store("2027-05-15 23:58", "renew")
    assert await handled(desk, "2027-05-16 00:02", command_id) == "done"
    assert await unit_prices(desk) == [54000]
    assert (await desk.row())["renews_on"].isoformat() == "2028-03-31"


@pytest.mark.parametrize(
    ("received", "handled_at", "hint"),
    [
        pytest.param(
            "2027-03-01 10:00",
            "2027-03-09 00:00",
            "The code would have run out before it was issued; order again.",
            id="after the code's own end",
        ),
        pytest.param(
            "2027-05-15 23:58",
            "2027-05-16 00:02",
            "The late window has closed before a code could be issued; ask support.",
            id="after the late window",
        ),
    ],
)
async def test_no_code_is_issued_that_nobody_could_pay(desk: Desk, received: str, handled_at: str, hint: str) -> None:
    await desk.open(auto_renew="no")
    await desk.walk(received)
    command_id = await desk.store(received, "renew", **TRANSFER)
    applied = await desk.at(handled_at, desk.commands.apply_command, desk.number, str(command_id))
    answer = applied.answer
    assert (answer.outcome, answer.code, answer.hint) == ("refused", "too_late", hint)
    assert (desk.gateway.charges, await desk.rows("SELECT 1 FROM orders")) == ([], [])


async def test_a_code_that_can_still_be_paid_for_a_moment_is_issued(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    command_id = await desk.store("2027-03-01 10:00", "renew", **TRANSFER)
    desk.gateway.answers.append(Issued("1234", "reference"))
    assert await handled(desk, "2027-03-08 23:59:58", command_id) == "done"
    assert await desk.attempts() == [(1, "issued", None)]


async def test_a_renewal_on_its_date_is_refused_once_what_was_shown_binds_no_more(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    token = await shown(desk, "2027-03-01 10:00", When.ON_RENEWAL_DATE)
    assert await desk.give("2027-03-01 10:15", "renew", preview=token, **LATER) == "refused preview_stale"
    assert await desk.give("2027-03-01 10:16", "renew", preview="made up", **LATER) == "refused preview_stale"
    assert not (await desk.row())["auto_renew"]


async def test_a_renewal_on_its_date_is_charged_no_dearer_than_was_shown(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-25 10:00")
    token = await shown(desk, "2027-03-25 10:00", When.ON_RENEWAL_DATE)
    await desk.new_price("2027-03-25 10:05", 60000)
    assert await desk.give("2027-03-25 10:10", "renew", preview=token, **LATER) == "done"
    await desk.walk("2027-03-31 06:00")
    assert await unit_prices(desk) == [48600]


async def test_a_new_method_for_the_renewal_date_is_stored_once_however_often_it_is_said(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    for minute in (0, 1):
        assert await desk.give(f"2027-03-01 10:0{minute}", "renew", **CARD, **LATER) == "done"
    assert await desk.give("2027-03-02 10:00", "cancel-auto-renew") == "done"
    assert await desk.give("2027-03-02 10:01", "renew", **CARD, **LATER) == "done"
    assert (await desk.row())["auto_renew"]
    assert len(await desk.rows("SELECT 1 FROM payment_methods WHERE token = 'other'")) == 1
    said = [words for _, words in await desk.diary() if words.startswith("renew ")]
    assert said == ["renew done", "renew done already", "renew done"]


async def test_a_buyer_whose_card_is_over_is_told_to_choose_another(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 10:00")
    old = {"kind": "card", "token": "old", "expires": "2027-02"}
    assert await desk.give("2027-03-01 10:00", "renew", **old) == "refused bad_arguments"
    assert await desk.give("2027-03-01 10:00", "add-seats", seats=1, **old) == "refused bad_arguments"
    assert await desk.give("2027-03-01 10:00", "set-payment-method", **old) == "refused bad_arguments"
    hints = {row["name"]: row["hint"] for row in await desk.rows("SELECT name, hint FROM commands")}
    over = '"expires" is 2027-02, which is over on 2027-03-01'
    assert hints == {
        "renew": f"renew: {over}; correct it or choose another method.",
        "add-seats": f"add-seats: {over}; correct it or choose another method.",
        "set-payment-method": f"set-payment-method: {over}; correct it.",
    }


async def test_seats_are_added_to_a_paid_term_that_an_outage_kept_from_beginning(desk: Desk) -> None:
    await desk.open()
    await desk.walk("2027-02-01 12:00")
    assert await desk.give("2027-02-01 12:00", "renew") == "done"
    assert await desk.give("2027-04-02 10:00", "add-seats", seats=2) == "done"
    (line,) = await desk.rows("SELECT * FROM order_lines WHERE purpose = 'seats'")
    assert (line["days"], line["term_days"], line["amount"]) == (364, 366, 107410)
    row = await desk.row()
    assert (row["starts_on"].isoformat(), row["renews_on"].isoformat(), row["seats"]) == (
        "2027-03-31",
        "2028-03-31",
        14,
    )


@pytest.mark.parametrize("begun_by", [None, "2027-03-31 00:00"], ids=["not begun yet", "begun meanwhile"])
async def test_seats_that_were_ordered_for_a_term_that_is_over_are_not_sold(desk: Desk, begun_by: str | None) -> None:
    await desk.open()
    await desk.walk("2027-02-01 12:00")
    assert await desk.give("2027-02-01 12:00", "renew") == "done"
    command_id = await desk.store("2027-03-30 23:00", "add-seats", seats=2)
    if begun_by:
        await desk.walk(begun_by)
    applied = await desk.at("2027-04-02 10:00", desk.commands.apply_command, desk.number, str(command_id))
    assert (applied.answer.code, applied.answer.hint) == (
        "too_late",
        "The term that these seats were for is over; order them for the one that runs.",
    )
    assert await desk.rows("SELECT 1 FROM order_lines WHERE purpose <> 'renewal'") == []
    assert await desk.give("2027-04-02 10:05", "add-seats", seats=2) == "done"
    assert (await desk.row())["seats"] == 14


async def test_nor_are_they_while_nobody_has_paid_the_next_one(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    command_id = await desk.store("2027-03-30 23:00", "add-seats", seats=2)
    assert await handled(desk, "2027-03-31 00:05", command_id) == "refused"
    assert [row["code"] for row in await desk.rows("SELECT code FROM commands")] == ["term_not_paid"]
    assert desk.gateway.charges == []


async def test_a_month_that_an_outage_kept_from_beginning_is_no_reason_to_refuse_the_next(desk: Desk) -> None:
    await desk.open(term="month", starts_on="2027-02-28", auto_renew="no")
    await desk.walk("2027-03-01 12:00")
    assert await desk.give("2027-03-01 12:00", "renew") == "done"
    assert await desk.give("2027-04-02 10:00", "renew") == "done"
    assert await desk.give("2027-04-02 10:01", "renew") == "refused already_renewed"
    terms = await desk.rows("SELECT term_starts_on FROM renewals WHERE settled_at IS NOT NULL ORDER BY term_starts_on")
    assert [row["term_starts_on"].isoformat() for row in terms] == ["2027-03-31", "2027-04-30"]
    assert len(desk.gateway.charges) == 2


async def test_a_quote_that_is_asked_for_in_an_outage_is_for_the_month_after_the_paid_one(desk: Desk) -> None:
    await desk.open(term="month", starts_on="2027-02-28", auto_renew="no")
    await desk.walk("2027-03-01 12:00")
    assert await desk.give("2027-03-01 12:00", "renew") == "done"
    assert await desk.give("2027-04-02 10:00", "ask-for-quote", lines=[{"subscription": desk.number}]) == "done"
    (line,) = await desk.rows("SELECT term_starts_on FROM quote_lines")
    assert line["term_starts_on"].isoformat() == "2027-04-30"
