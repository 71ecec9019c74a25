"""A step comes after the commands that came before it, even if nobody was there to decide them in time.

Commands are stored where the console and the database are up; Temporal may be away. Once it is back its timers come
first, and the watchdog delivers what waited only then.
"""

from typing import Any
from uuid import UUID

import pytest

from activities import deciding
from activities.effects import take_effect
from gateways.port import Declined
from tests.activities.desk import DUE, PRICE, Desk

EVE = "2027-03-30 23:00"
CARD = {"kind": "card", "token": "other", "expires": "2030-05"}
SOON = "2027-03-31 06:05"


async def answered(desk: Desk, local: str, command_id: UUID) -> str:
    """What the delivery of a command answers that waited."""
    applied = await desk.at(local, desk.commands.apply_command, desk.number, str(command_id))
    return str(applied.answer.code or applied.answer.outcome)


async def test_nobody_is_charged_who_cancelled_on_the_eve(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    command_id = await desk.store(EVE, "cancel-auto-renew")
    await desk.walk(DUE)
    assert desk.gateway.charges == []
    assert (await desk.row())["phase"] == "expired"
    assert await answered(desk, SOON, command_id) == "done"
    await desk.walk("2027-03-31 09:00")
    assert [words for at, words in await desk.diary(EVE)] == [
        "cancel-auto-renew done",
        "sent auto_renew_cancelled",
        "renewable > expired",
        "sent expired 0",
    ]


async def test_nor_who_cancelled_while_his_charge_was_overdue(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    await desk.store("2027-03-31 08:00", "cancel-auto-renew")
    await desk.walk("2027-03-31 10:00")
    assert desk.gateway.charges == []
    assert (await desk.row())["phase"] == "expired"


@pytest.mark.parametrize(
    ("name", "args", "amount", "token"),
    [
        pytest.param("reduce-seats", {"to": 5}, 5 * 48600, "ok", id="fewer seats"),
        pytest.param("change-term", {"term": "3-years"}, 12 * 145800, "ok", id="another term"),
        pytest.param("set-payment-method", CARD, PRICE, "other", id="another method"),
        pytest.param("renew", CARD | {"when": "on-renewal-date"}, PRICE, "other", id="on the renewal date with it"),
    ],
)
async def test_the_charge_is_what_the_buyer_made_it_on_the_eve(
    desk: Desk, name: str, args: dict[str, Any], amount: int, token: str
) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    command_id = await desk.store(EVE, name, **args)
    await desk.walk(DUE)
    assert [(charge.amount.minor, charge.token) for charge in desk.gateway.charges] == [(amount, token)]
    assert await answered(desk, SOON, command_id) == "done"


@pytest.mark.parametrize(
    ("name", "args"), [("record-renewal", {"reference": "PO-1"}), ("park", {})], ids=["recorded", "parked"]
)
async def test_what_an_operator_did_on_the_eve_stops_the_charge(desk: Desk, name: str, args: dict[str, Any]) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    command_id = await desk.store(EVE, name, by="operator:ana", reason="by hand", **args)
    await desk.walk(DUE)
    assert desk.gateway.charges == []
    assert await answered(desk, SOON, command_id) == "done"


async def test_commands_that_waited_are_decided_in_the_order_in_which_they_came(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    for minute, name in enumerate(("cancel-auto-renew", "resume-auto-renew", "cancel-auto-renew")):
        await desk.store(f"2027-03-30 23:0{minute}", name)
    await desk.walk(DUE)
    assert [words for at, words in await desk.diary(EVE) if "auto-renew" in words] == [
        "cancel-auto-renew done",
        "resume-auto-renew done",
        "cancel-auto-renew done",
    ]
    assert desk.gateway.charges == []


async def test_a_buyers_last_word_counts_though_it_is_delivered_first(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    first = await desk.store("2027-03-30 22:00", "cancel-auto-renew")
    last = await desk.store(EVE, "resume-auto-renew")
    assert await answered(desk, "2027-03-30 23:30", last) == "done"
    assert await answered(desk, "2027-03-30 23:31", first) == "done"
    assert (await desk.row())["auto_renew"] is True


async def test_a_command_that_breaks_keeps_no_later_one_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    broken = await desk.store("2027-03-30 22:00", "park", by="operator:ana", reason="odd")

    def effect(*args: Any, **_: Any) -> Any:
        if args[3].id == broken:
            raise ValueError("odd")
        return take_effect(*args)

    monkeypatch.setattr(deciding, "take_effect", effect)
    assert await desk.give(EVE, "cancel-auto-renew") == "done"
    assert (await desk.row())["auto_renew"] is False


async def test_auto_renew_that_was_resumed_on_the_eve_renews(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.wait_for_renewal_date()
    await desk.store(EVE, "resume-auto-renew")
    await desk.walk("2027-03-31 00:10")
    await desk.walk(DUE)
    assert [charge.amount.minor for charge in desk.gateway.charges] == [PRICE]
    assert (await desk.row())["renews_on"].isoformat() == "2028-03-31"


async def test_a_new_card_that_came_before_the_end_is_tried(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(Declined("lost_card", "reference"))
    await desk.walk(DUE)
    assert (await desk.row())["phase"] == "past_due"
    await desk.store("2027-04-28 05:59", "set-payment-method", **CARD)
    await desk.walk("2027-04-28 06:30")
    assert [charge.token for charge in desk.gateway.charges] == ["ok", "other"]
    assert (await desk.row())["phase"] == "active"


async def test_an_order_that_waits_is_left_to_its_delivery_and_pays_nothing_twice(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    command_id = await desk.store(EVE, "renew", **CARD)
    await desk.walk(DUE)
    assert await answered(desk, SOON, command_id) == "already_renewed"
    assert len(desk.gateway.charges) == 1


async def test_no_charge_is_announced_to_who_cancelled_before_the_notice(desk: Desk) -> None:
    await desk.open()
    await desk.walk("2027-02-20 12:00")
    command_id = await desk.store("2027-02-21 08:59", "cancel-auto-renew")
    await desk.walk("2027-02-21 09:00")
    assert [words for at, words in await desk.diary("2027-02-21")] == [
        "cancel-auto-renew done",
        "sent auto_renew_cancelled",
    ]
    assert await answered(desk, "2027-02-21 09:05", command_id) == "done"


async def test_a_notice_names_what_the_buyer_made_of_the_charge_before_it(desk: Desk) -> None:
    await desk.open()
    await desk.walk("2027-02-20 12:00")
    await desk.store("2027-02-21 08:59", "reduce-seats", to=5)
    await desk.walk("2027-02-21 09:00")
    (mail,) = await desk.rows("SELECT raw FROM notices WHERE kind = 'advance_charge_notice' AND occasion = '38'")
    assert b"2,430.00" in mail["raw"]
