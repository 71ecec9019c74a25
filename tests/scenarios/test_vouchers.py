"""domain.md 5: what must be paid by hand, at a store or by transfer, and what becomes of it."""

from typing import Any

import pytest

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre

TOKYO: dict[str, Any] = {
    "country": "JP",
    "currency": "JPY",
    "time_zone": "Asia/Tokyo",
    "locale": "ja-JP",
    "seats": "4",
    "auto_renew": "no",
    "method_kind": "konbini",
}


async def test_paid_at_the_store_in_time_the_term_is_renewed(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-paid-after:2d")
    assert await life.command("2027-03-20 18:00", "renew") == "done"
    assert await life.command("2027-03-20 19:00", "renew") == "refused hold_open"
    await life.until("2027-03-24")
    assert await life.diary("2027-03-20") == written("""
        2027-03-20 18:00 renew done
        2027-03-20 18:00 voucher issued
        2027-03-20 18:00 sent voucher_issued
        2027-03-20 19:00 renew refused hold_open
        2027-03-22 18:00 payment 1 of JPY 257400 paid
        2027-03-22 18:00 renewable > renewed
        2027-03-22 18:00 sent renewed
    """)


async def test_a_code_that_nobody_pays_runs_out_at_the_end_of_its_day(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-never-paid")
    assert await life.command("2027-03-20 18:00", "renew") == "done"
    await life.until("2027-03-24 08:00")
    told = await life.diary("2027-03-20 18:01")
    assert told[:2] == written("""
        2027-03-23 23:59 hold ended
        2027-03-23 23:59 voucher expired
    """)
    assert [what for _, what in told[2:]] == ["sent voucher_expired"]  # a second later it is another day
    assert await life.command("2027-03-24 09:30", "renew") == "done"


async def test_the_buyer_gives_a_voucher_up_and_pays_another_way(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-never-paid")
    await life.command("2027-03-20 18:00", "renew")
    assert await life.command("2027-03-21 09:30", "release-hold") == "done"
    assert await life.command("2027-03-21 09:31", "release-hold") == "done"
    assert await life.command("2027-03-21 09:40", "renew", kind="card", token="ok", expires="2030-05") == "done"
    assert await life.diary("2027-03-21 09:30") == written("""
        2027-03-21 09:30 release-hold done
        2027-03-21 09:30 hold ended
        2027-03-21 09:30 voucher given_up
        2027-03-21 09:31 release-hold done already
        2027-03-21 09:40 renew done
        2027-03-21 09:40 payment 1 of JPY 257400 paid
        2027-03-21 09:40 renewable > renewed
        2027-03-21 09:40 sent renewed
    """)


async def test_a_voucher_that_turns_out_paid_is_not_given_up(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-paid-after:0d")
    await life.command("2027-03-20 18:00", "renew")
    assert "renewed" in await life.phase()


async def test_money_that_comes_after_the_code_ran_out_goes_back_by_itself(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-paid-after:5d")
    await life.command("2027-03-20 18:00", "renew")
    await life.until("2027-03-28 08:00")
    diary = await life.diary("2027-03-23 10:00")
    assert [words for _, words in diary[:3]] == ["hold ended", "voucher expired", "sent voucher_expired"]
    assert diary[3:] == written("""
        2027-03-24 09:00 sent reminder 7
        2027-03-25 18:00 refund
        2027-03-25 18:00 sent refund
    """)
    (back,) = await life.rows("SELECT amount, currency FROM sandbox.refunds")
    assert (back["amount"], back["currency"]) == (257400, "JPY")
    assert await life.phase() == "renewable"


async def test_a_voucher_never_outlives_the_late_window(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-never-paid")
    assert await life.command("2027-05-14 12:00", "renew") == "done"
    (attempt,) = await life.rows("SELECT amount, expires_at::text FROM attempts")
    assert (attempt["amount"], attempt["expires_at"]) == (286000, "2027-05-15 14:59:59+00")
    await life.until("2027-05-17")
    assert [words for _, words in await life.diary("2027-05-15 12:00")] == [
        "hold ended",
        "voucher expired",
        "sent voucher_expired",
        "expired > lapsed",
        "sent lapsed 0",
    ]


async def test_the_store_takes_no_more_than_it_may(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO | {"seats": "5"}, method_token="voucher-paid-after:1d")
    assert await life.command("2027-03-20 18:00", "renew") == "refused method_not_accepted"
    (row,) = await life.rows("SELECT hint FROM commands WHERE subscription = :number")
    assert row["hint"] == "Stores take from JPY 120 to JPY 300,000, this is JPY 321,750; choose another payment method."


@pytest.mark.parametrize(("kind", "expires"), [("konbini", "2027-03-23"), ("bank_transfer", "2027-03-27")])
async def test_how_long_it_can_be_paid_is_the_policys(theatre: Theatre, kind: str, expires: str) -> None:
    life = await theatre.subscription(**TOKYO | {"method_kind": kind}, method_token="voucher-never-paid")
    await life.command("2027-03-20 18:00", "renew")
    (attempt,) = await life.rows("SELECT expires_at AT TIME ZONE 'Asia/Tokyo' AS local FROM attempts")
    assert str(attempt["local"]) == f"{expires} 23:59:59"
