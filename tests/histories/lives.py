"""The lives that are recorded: what happens in a year, what is commanded, what becomes of a payment.

What goes wrong with the machinery is in troubles.py. Give a life its name and its line in `LIVES`, then record it.
"""

from typing import Any

from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Life, Theatre
from workflows import contract

WHY: dict[str, Any] = {"by": "operator:ana", "reason": "seen by ana"}
NEW_CARD = {"kind": "card", "token": "ok", "expires": "2030-01"}


async def a_year(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2026-12-30")
    await life.until("2028-01-02")
    return life


async def declined_to_lapse(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-20", method_token="insufficient_funds")
    await life.until("2027-05-17")
    return life


async def a_new_card(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="lost_card")
    await life.command("2027-04-02 12:00", "set-payment-method", **NEW_CARD)
    return life


async def in_doubt(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="timeout-then-paid")
    await life.until("2027-04-01")
    return life


async def out_of_reach_and_cancelled_by_signals(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="down*9")
    await life.signal_at("2027-03-31 06:01", "cancel_auto_renew", {"by": "operator:ana", "renewal": "2027-03-31"})
    await life.signal_at("2027-03-31 06:30", "cancel_auto_renew")
    return life


async def commands(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-01")
    await life.command("2027-03-04 10:00", "reduce-seats", to=9)
    await life.command("2027-03-04 10:01", "change-term", term="month")
    await life.command("2027-03-04 10:02", "withdraw-pending", what="term")
    await life.command("2027-03-05 10:00", "cancel-auto-renew")
    await life.command("2027-03-06 10:00", "resume-auto-renew")
    await life.command("2027-03-07 10:00", "reduce-seats", to=12)
    await life.until("2027-04-01")
    return life


async def recorded_ahead(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-02-01", channel="partner", method_kind="")
    await life.command("2027-02-10 12:00", "record-renewal", reference="PO-1", **WHY)
    await life.until("2027-04-01")
    return life


async def parked_and_released(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25")
    await life.command("2027-03-28 12:00", "park", **WHY)
    await life.command("2027-04-02 12:00", "release", **WHY)
    return life


async def parked_untried(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-05-20")
    await life.until("2027-06-01")
    return life


async def renewed_by_hand_and_expired(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2026-12-30", auto_renew="no")
    await life.until("2027-05-17")
    return life


async def changes_taken_back(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-01")
    await life.command("2027-03-04 10:00", "reduce-seats", to=9)
    await life.command("2027-03-04 10:01", "withdraw-pending", what="seats")
    await life.command("2027-03-05 10:00", "change-term", term="month")
    await life.until("2027-05-01")
    return life


async def gone_live_late_by_command(theatre: Theatre) -> Life:
    life = await theatre.subscription(live=None, imported="2027-01-01")
    await life.command("2027-04-10 12:00", "go-live", **WHY)
    await life.until("2027-04-20")
    return life


async def a_retired_offering(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-20", sku="DRAFT-LT")
    await life.until("2027-04-01")
    return life


async def pending_and_resolved_as_paid(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="pending-then-paid:9d")
    await life.command("2027-04-02 12:00", "resolve-payment", outcome="paid", **WHY)
    return life


async def pending_and_resolved_as_declined(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="pending-then-paid:1d")
    await life.command("2027-03-31 12:00", "resolve-payment", outcome="declined", **WHY)
    await life.until("2027-04-03")
    return life


async def pending_and_declined(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="pending-then-declined:2d")
    await life.until("2027-04-05")
    return life


async def in_doubt_cancelled_and_declined(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="timeout-then-declined")
    await life.signal_at("2027-03-31 06:02", contract.CANCEL_SIGNAL)
    await life.until("2027-04-20")
    return life


async def in_doubt_and_parked(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="timeout-then-paid")
    await life.command("2027-03-31 06:02", "park", **WHY)
    await life.until("2027-04-02")
    return life


async def resumed_by_signal_and_woken(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", auto_renew="no")
    await life.signal_at("2027-03-30 10:00", contract.RESUME_SIGNAL, {"by": "operator:ana"})
    await life.signal_at("2027-03-30 12:00", contract.WAKE_SIGNAL)
    await life.signal_at("2027-03-30 13:00", contract.RESUME_SIGNAL, "soon")
    await life.until("2027-04-01")
    return life


async def recorded_late(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-20", channel="partner", method_kind="")
    await life.command("2027-04-10 12:00", "record-renewal", reference="PO-1", seats=3, term="3-years", **WHY)
    return life


async def a_new_card_after_suspension(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="insufficient_funds")
    await life.command("2027-04-17 12:00", "set-payment-method", **NEW_CARD)
    return life


async def bought_by_its_buyer(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-02-01", admin_email="it@northwind.example")
    await life.command("2027-02-10 10:00", "hand-over-admin", to="it@northwind.example")
    await life.command("2027-02-11 10:00", "add-seats", seats=2)
    await life.command("2027-02-12 10:00", "renew", kind="card", token="insufficient_funds", expires="2030-01")
    await life.command("2027-02-12 10:05", "renew", kind="card", token="timeout-then-paid", expires="2030-01")
    await life.until("2027-04-01")
    return life


async def paid_by_voucher(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", auto_renew="no", currency="JPY", seats="1")
    await life.command("2027-03-26 10:00", "renew", kind="konbini", token="voucher-never-paid")
    await life.command("2027-03-26 10:02", "release-hold")
    await life.command("2027-03-26 10:03", "renew", kind="bank_transfer", token="voucher-paid-after:0d")
    return life


async def paid_in_part_and_given_up(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-20", auto_renew="no", currency="JPY", seats="1")
    await life.command("2027-03-20 10:00", "renew", kind="konbini", token="voucher-in-parts:40@1d")
    await life.command("2027-03-22 10:00", "release-hold")
    return life


async def lapsed_and_reinstated(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-05-10", auto_renew="no")
    await life.until("2027-05-17")
    await life.command("2027-05-20 12:00", "reinstate", to="2027-06-01", **WHY)
    await life.until("2027-06-03")
    return life


async def steered_by_operators(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="lost_card")
    await life.command("2027-04-20 10:00", "extend-late-window", to="2027-06-15", **WHY)
    await life.command("2027-04-20 10:01", "change-contact", contact=BUYER, language="fr", **WHY)
    await life.command("2027-04-20 10:02", "change-buyer", email="it@northwind.example", name="Ida", **WHY)
    await life.command("2027-04-20 10:03", "re-plan", **WHY)
    await life.command("2027-04-21 10:00", "renew", by="it@northwind.example", **NEW_CARD)
    (order,) = await life.rows("SELECT id::text FROM orders WHERE state = 'paid'")
    await life.command("2027-04-22 10:00", "refund", order=order["id"], **WHY)
    return life


LIVES = (
    a_year,
    declined_to_lapse,
    a_new_card,
    in_doubt,
    out_of_reach_and_cancelled_by_signals,
    commands,
    recorded_ahead,
    parked_and_released,
    parked_untried,
    renewed_by_hand_and_expired,
    changes_taken_back,
    gone_live_late_by_command,
    a_retired_offering,
    pending_and_resolved_as_paid,
    pending_and_resolved_as_declined,
    pending_and_declined,
    in_doubt_cancelled_and_declined,
    in_doubt_and_parked,
    resumed_by_signal_and_woken,
    recorded_late,
    a_new_card_after_suspension,
    bought_by_its_buyer,
    paid_by_voucher,
    paid_in_part_and_given_up,
    lapsed_and_reinstated,
    steered_by_operators,
)
