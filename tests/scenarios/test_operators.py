"""What operators do: record a renewal placed elsewhere, park and release, say what became of a payment."""

from typing import Any

import pytest

from tests.scenarios.diary import written
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Theatre

OPERATOR = "operator:ana"
WHY: dict[str, Any] = {"by": OPERATOR, "reason": "seen by ana"}
PARTNER: dict[str, Any] = {"channel": "partner", "method_kind": ""}


async def test_a_partner_order_recorded_early_waits_for_the_renewal_date(theatre: Theatre) -> None:
    life = await theatre.subscription(**PARTNER)
    assert await life.command("2027-02-10 12:00", "record-renewal", reference="PO-1", **WHY) == "done"
    await life.until("2027-04-20")
    assert await life.diary("2027-02-01") == written("""
        2027-02-10 12:00 record-renewal done
        2027-02-10 12:00 renewable > renewed
        2027-02-10 12:00 sent renewed
        2027-03-31 00:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 00:00 renewed > active
    """)
    assert await life.access_ends() == "2028-03-31 00:00"


async def test_a_partner_order_recorded_late_keeps_the_date_and_names_seats_and_term(theatre: Theatre) -> None:
    life = await theatre.subscription(**PARTNER)
    order: dict[str, Any] = {"reference": "PO-1", "seats": 3, "term": "3-years"} | WHY
    assert await life.command("2027-04-10 12:00", "record-renewal", **order) == "done"
    await life.until("2027-05-20")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 00:00 renewable > expired
        2027-03-31 09:00 sent expired 0
        2027-04-10 12:00 record-renewal done
        2027-04-10 12:00 term 2027-03-31 to 2030-03-31: 3-years, 3 x 145800
        2027-04-10 12:00 expired > active
        2027-04-10 12:00 sent renewed
    """)


async def test_recorded_between_two_retries_nothing_more_is_charged(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="insufficient_funds")
    assert await life.command("2027-04-02 12:00", "record-renewal", reference="PO-1", **WHY) == "done"
    await life.until("2027-05-20")
    assert await life.diary("2027-04-02") == written("""
        2027-04-02 12:00 record-renewal done
        2027-04-02 12:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-02 12:00 past_due > active
        2027-04-02 12:00 sent renewed
    """)


async def test_recorded_ahead_an_automatic_one_is_neither_charged_nor_announced(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-02-10 12:00", "record-renewal", reference="PO-1", **WHY) == "done"
    await life.until("2027-12-31")
    assert await life.diary("2027-02-11") == written("""
        2027-03-31 00:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 00:00 renewed > active
    """)


async def test_recording_applies_what_was_pending(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-02-10 12:00", "reduce-seats", to=5) == "done"
    assert await life.command("2027-02-10 12:01", "record-renewal", reference="PO-1", **WHY) == "done"
    await life.until("2027-04-01")
    assert (await life.diary())[-2:] == written("""
        2027-03-31 00:00 term 2027-03-31 to 2028-03-31: year, 5 x 48600
        2027-03-31 00:00 renewed > active
    """)
    assert (await life.row())["pending_seats"] is None


@pytest.mark.parametrize(
    ("at", "args", "answer"),
    [
        pytest.param("2027-02-10 12:01", {"reference": "PO-1"}, "done", id="the same reference is a repeat"),
        pytest.param("2027-02-10 12:01", {"reference": "PO-2"}, "refused already_renewed", id="only one term ahead"),
        pytest.param("2027-02-10 12:01", {"reference": "PO-2", "reason": ""}, "refused bad_arguments", id="no reason"),
        pytest.param("2027-02-10 12:01", {"reference": "PO-2", "by": BUYER}, "refused not_operator", id="by the buyer"),
    ],
)
async def test_a_term_is_recorded_once(theatre: Theatre, at: str, args: dict[str, Any], answer: str) -> None:
    life = await theatre.subscription(**PARTNER)
    assert await life.command("2027-02-10 12:00", "record-renewal", reference="PO-1", **WHY) == "done"
    assert await life.command(at, "record-renewal", **(WHY | args)) == answer
    await life.until("2027-04-01")
    assert [words for _, words in await life.diary() if words.startswith(("term", "sent renewed"))] == [
        "sent renewed",
        "term 2027-03-31 to 2028-03-31: year, 12 x 48600",
    ]


async def test_while_parked_nothing_happens_and_release_is_a_late_start(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-20 12:00", "park", **WHY) == "done"
    assert await life.command("2027-04-02 12:00", "release", **WHY) == "done"
    await life.until("2027-04-20")
    assert await life.diary("2027-03-20") == written("""
        2027-03-20 12:00 park done
        2027-03-20 12:00 parked
        2027-04-02 12:00 release done
        2027-04-02 12:00 released
        2027-04-02 12:00 missed advance_charge_notice 7
        2027-04-02 12:00 renewable > past_due
        2027-04-02 12:00 payment 1 of EUR 583200 paid
        2027-04-02 12:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-02 12:00 past_due > active
        2027-04-02 12:00 sent renewed
    """)


async def test_released_before_the_date_only_the_latest_overdue_notice_goes_out(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2026-12-01")
    assert await life.command("2027-02-20 12:00", "park", **WHY) == "done"
    assert await life.command("2027-03-26 12:00", "release", **WHY) == "done"
    await life.until("2027-04-01")
    assert await life.diary("2027-03-26") == written("""
        2027-03-26 12:00 release done
        2027-03-26 12:00 released
        2027-03-26 12:00 alarm legal_notice_missing
        2027-03-26 12:00 missed advance_charge_notice 38
        2027-03-26 12:00 missed advance_charge_notice 28
        2027-03-26 12:00 sent advance_charge_notice 7
        2027-03-31 06:00 payment 1 of EUR 583200 paid
        2027-03-31 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
    """)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        pytest.param("cancel-auto-renew", {}, id="cancel"),
        pytest.param("reduce-seats", {"to": 9}, id="reduce seats"),
        pytest.param("set-payment-method", {"kind": "card", "token": "ok"}, id="set a method"),
    ],
)
async def test_while_parked_the_buyer_is_sent_to_support(theatre: Theatre, name: str, args: dict[str, Any]) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-20 12:00", "park", **WHY) == "done"
    assert await life.command("2027-03-20 12:01", name, **args) == "refused parked"


async def test_parked_for_good_it_stays_what_it_was(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    assert await life.command("2027-03-29 12:00", "park", **WHY) == "done"
    await life.until("2027-08-01")
    assert (await life.diary())[-1] == ("2027-03-29 12:00", "parked")
    assert await life.phase() == "renewable"


async def test_a_charge_in_doubt_is_asked_after_even_while_parked(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="timeout-then-paid")
    assert await life.command("2027-03-31 06:02", "park", **WHY) == "done"
    await life.until("2027-04-02")
    assert await life.payments() == ["payment 1 of EUR 583200 unknown timeout", "payment 1 of EUR 583200 paid"]
    assert "sent renewed" not in [words for _, words in await life.diary()]
    assert (await life.row())["starts_on"].isoformat() == "2027-03-31"


async def test_an_operator_resolves_a_pending_payment_as_paid(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="pending-then-paid:9d")
    assert await life.command("2027-04-02 12:00", "resolve-payment", outcome="paid", **WHY) == "done"
    await life.until("2027-05-01")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 06:00 payment 1 of EUR 583200 pending
        2027-03-31 06:00 payment 1 of EUR 583200 paid
        2027-04-01 00:00 renewable > past_due
        2027-04-02 12:00 resolve-payment done
        2027-04-02 12:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-02 12:00 past_due > active
        2027-04-02 12:00 sent renewed
    """)


async def test_an_operator_resolves_a_pending_payment_as_declined_and_retries_go_on(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="pending-then-paid:1d")
    assert await life.command("2027-03-31 12:00", "resolve-payment", outcome="declined", **WHY) == "done"
    await life.until("2027-04-03")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 06:00 payment 1 of EUR 583200 pending
        2027-03-31 06:00 payment 1 of EUR 583200 declined
        2027-03-31 12:00 resolve-payment done
        2027-03-31 12:00 renewable > past_due
        2027-03-31 12:00 sent payment_failed
        2027-04-01 06:00 payment 2 of EUR 583200 pending
        2027-04-01 06:00 payment 2 of EUR 583200 paid
        2027-04-02 07:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-02 07:00 past_due > active
        2027-04-02 07:00 sent renewed
    """)


@pytest.mark.parametrize(
    ("token", "at", "name", "args", "answer"),
    [
        pytest.param(
            "ok",
            "2027-03-30 12:00",
            "resolve-payment",
            {"outcome": "paid"} | WHY,
            "refused nothing_in_doubt",
            id="none",
        ),
        pytest.param(
            "pending-then-paid:9d",
            "2027-03-31 12:00",
            "record-renewal",
            {"reference": "PO-1"} | WHY,
            "refused payment_in_doubt",
            id="nobody else may pay meanwhile",
        ),
        pytest.param(
            "pending-then-paid:9d",
            "2027-03-31 12:00",
            "set-payment-method",
            {"kind": "card", "token": "ok"},
            "done",
            id="a method may be set meanwhile",
        ),
    ],
)
async def test_commands_while_a_payment_is_pending(
    theatre: Theatre, token: str, at: str, name: str, args: dict[str, Any], answer: str
) -> None:
    life = await theatre.subscription(method_token=token)
    assert await life.command(at, name, **args) == answer
    assert len(await life.payments()) == (0 if token == "ok" else 1)


async def test_a_card_set_while_a_debit_is_pending_is_charged_only_if_the_debit_fails(theatre: Theatre) -> None:
    life = await theatre.subscription(method_kind="direct_debit", method_token="pending-then-declined:2d")
    card = {"kind": "card", "token": "ok", "expires": "2030-01"}
    assert await life.command("2027-03-31 12:00", "set-payment-method", **card) == "done"
    await life.until("2027-04-10")
    assert await life.diary("2027-03-31 12") == written("""
        2027-03-31 12:00 set-payment-method done
        2027-03-31 12:00 sent method_changed
        2027-04-01 00:00 renewable > past_due
        2027-04-02 07:00 sent payment_failed
        2027-04-02 07:00 payment 2 of EUR 583200 paid
        2027-04-02 07:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-02 07:00 past_due > active
        2027-04-02 07:00 sent renewed
    """)
