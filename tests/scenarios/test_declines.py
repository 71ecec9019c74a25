"""When the charge fails: each class of decline, from the first answer to the end (domain.md 6)."""

import pytest

from tests.scenarios.diary import written
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Theatre

NEW_CARD = {"kind": "card", "token": "ok", "expires": "2030-01"}


async def test_soft_declines_are_retried_seven_times_and_end_in_lapse(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="insufficient_funds")
    await life.until("2027-05-20")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 06:00 payment 1 of EUR 583200 declined insufficient_funds
        2027-03-31 06:00 renewable > past_due
        2027-03-31 06:00 sent payment_failed
        2027-04-01 06:00 payment 2 of EUR 583200 declined insufficient_funds
        2027-04-01 06:00 sent payment_failed
        2027-04-03 06:00 payment 3 of EUR 583200 declined insufficient_funds
        2027-04-03 06:00 sent payment_failed
        2027-04-05 06:00 payment 4 of EUR 583200 declined insufficient_funds
        2027-04-05 06:00 sent payment_failed
        2027-04-07 06:00 payment 5 of EUR 583200 declined insufficient_funds
        2027-04-07 06:00 sent payment_failed
        2027-04-14 06:00 payment 6 of EUR 583200 declined insufficient_funds
        2027-04-14 06:00 sent payment_failed
        2027-04-15 00:00 access suspended
        2027-04-21 06:00 payment 7 of EUR 583200 declined insufficient_funds
        2027-04-21 06:00 sent payment_failed
        2027-04-28 06:00 payment 8 of EUR 583200 declined insufficient_funds
        2027-04-28 06:00 past_due > expired
        2027-04-28 06:00 sent payment_failed
        2027-04-28 06:00 sent expired 0
        2027-04-30 09:00 sent late_window_closing 15
        2027-05-12 09:00 sent late_window_closing 3
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
    """)


@pytest.mark.parametrize("code", ["try_again_later", "processing_error", "never_heard_of"])
async def test_soft_and_unlisted_codes_are_tried_again_the_next_day(theatre: Theatre, code: str) -> None:
    life = await theatre.subscription(method_token=f"{code}*1")
    await life.until("2027-04-10")
    assert await life.diary("2027-03-31") == written(f"""
        2027-03-31 06:00 payment 1 of EUR 583200 declined {code}
        2027-03-31 06:00 renewable > past_due
        2027-03-31 06:00 sent payment_failed
        2027-04-01 06:00 payment 2 of EUR 583200 paid
        2027-04-01 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-01 06:00 past_due > active
        2027-04-01 06:00 sent renewed
    """)


@pytest.mark.parametrize(
    "code",
    [
        "authentication_required",
        "expired_card",
        "incorrect_cvc",
        "card_not_supported",
        "lost_card",
        "stolen_card",
        "fraudulent",
        "revocation_of_authorization",
        "account_closed",
    ],
)
async def test_other_codes_are_never_retried_and_ask_the_buyer_to_act(theatre: Theatre, code: str) -> None:
    life = await theatre.subscription(method_token=code)
    await life.until("2027-04-29")
    assert await life.diary("2027-03-31") == written(f"""
        2027-03-31 06:00 payment 1 of EUR 583200 declined {code}
        2027-03-31 06:00 renewable > past_due
        2027-03-31 06:00 sent action_required
        2027-04-15 00:00 access suspended
        2027-04-28 06:00 past_due > expired
        2027-04-28 06:00 sent expired 0
    """)


@pytest.mark.parametrize("code", ["insufficient_funds", "expired_card", "lost_card"])
async def test_a_new_card_is_tried_at_once_whatever_the_decline(theatre: Theatre, code: str) -> None:
    life = await theatre.subscription(method_token=code)
    assert await life.command("2027-03-31 15:30", "set-payment-method", **NEW_CARD) == "done"
    await life.until("2027-05-20")
    assert await life.diary("2027-03-31 15") == written("""
        2027-03-31 15:30 set-payment-method done
        2027-03-31 15:30 sent method_changed
        2027-03-31 15:30 payment 2 of EUR 583200 paid
        2027-03-31 15:30 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 15:30 past_due > active
        2027-03-31 15:30 sent renewed
    """)


async def test_a_new_card_gives_access_back_after_it_was_suspended(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="lost_card")
    await life.until("2027-04-16")
    assert (await life.row())["suspended_at"] is not None
    assert await life.command("2027-04-20 10:00", "set-payment-method", **NEW_CARD) == "done"
    row = await life.row()
    assert (row["phase"], row["suspended_at"]) == ("active", None)


async def test_a_second_method_that_declines_softly_takes_over_the_remaining_retries(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="lost_card")
    second = {"kind": "card", "token": "insufficient_funds*2", "expires": "2030-01"}
    assert await life.command("2027-04-04 12:00", "set-payment-method", **second) == "done"
    await life.until("2027-05-20")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 06:00 payment 1 of EUR 583200 declined lost_card
        2027-03-31 06:00 renewable > past_due
        2027-03-31 06:00 sent action_required
        2027-04-04 12:00 set-payment-method done
        2027-04-04 12:00 sent method_changed
        2027-04-04 12:00 payment 2 of EUR 583200 declined insufficient_funds
        2027-04-04 12:00 sent payment_failed
        2027-04-05 06:00 payment 3 of EUR 583200 declined insufficient_funds
        2027-04-05 06:00 sent payment_failed
        2027-04-07 06:00 payment 4 of EUR 583200 paid
        2027-04-07 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-07 06:00 past_due > active
        2027-04-07 06:00 sent renewed
    """)


async def test_a_second_method_that_is_refused_for_good_ends_the_retries(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="insufficient_funds")
    second = {"kind": "card", "token": "stolen_card", "expires": "2030-01"}
    assert await life.command("2027-04-04 12:00", "set-payment-method", **second) == "done"
    await life.until("2027-04-29")
    assert await life.diary("2027-04-04") == written("""
        2027-04-04 12:00 set-payment-method done
        2027-04-04 12:00 sent method_changed
        2027-04-04 12:00 payment 4 of EUR 583200 declined stolen_card
        2027-04-04 12:00 sent action_required
        2027-04-15 00:00 access suspended
        2027-04-28 06:00 past_due > expired
        2027-04-28 06:00 sent expired 0
    """)


async def test_the_same_card_again_is_a_repeat_and_not_a_new_try(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="lost_card")
    again = {"kind": "card", "token": "lost_card", "expires": "2029-08"}
    assert await life.command("2027-04-02 12:00", "set-payment-method", **again) == "done"
    assert await life.diary("2027-04-02") == written("2027-04-02 12:00 set-payment-method done already")


@pytest.mark.parametrize("kind", ["konbini", "bank_transfer"])
async def test_a_method_that_cannot_be_charged_ends_a_past_due_term(theatre: Theatre, kind: str) -> None:
    life = await theatre.subscription(method_token="insufficient_funds")
    by_hand = {"kind": kind, "token": "voucher-never-paid"}
    assert await life.command("2027-04-04 12:00", "set-payment-method", **by_hand) == "done"
    await life.until("2027-05-17")
    assert await life.diary("2027-04-04") == written("""
        2027-04-04 12:00 set-payment-method done
        2027-04-04 12:00 past_due > expired
        2027-04-04 12:00 sent method_changed
        2027-04-04 12:00 sent expired 0
        2027-04-30 09:00 sent late_window_closing 15
        2027-05-12 09:00 sent late_window_closing 3
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
    """)


async def test_a_new_card_once_expired_charges_nothing(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="lost_card")
    assert await life.command("2027-04-28 06:01", "set-payment-method", **NEW_CARD) == "done"
    await life.until("2027-05-01")
    assert await life.diary("2027-04-28") == written("""
        2027-04-28 06:00 past_due > expired
        2027-04-28 06:00 sent expired 0
        2027-04-28 06:01 set-payment-method done
        2027-04-28 06:01 sent method_changed
        2027-04-30 09:00 sent late_window_closing 15
    """)


async def test_a_new_card_in_good_time_is_used_on_the_renewal_date(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="lost_card")
    assert await life.command("2027-03-30 23:59", "set-payment-method", by=BUYER, **NEW_CARD) == "done"
    await life.until("2027-04-01")
    assert await life.payments() == ["payment 1 of EUR 583200 paid"]
