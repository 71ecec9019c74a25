"""Which notices a term holds by its method and channel, and what the customer's own clock makes of them."""

from typing import Any

import pytest

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre

MONTHLY: dict[str, Any] = {"term": "month", "starts_on": "2027-02-28", "renews_on": "2027-03-31"}


@pytest.mark.parametrize(
    ("expires", "told"),
    [
        pytest.param("2027-02", ["2027-03-01 09:00"], id="ends before the renewal date"),
        pytest.param("2027-03", [], id="good to the last day of the month"),
    ],
)
async def test_a_card_that_ends_before_the_renewal_date_is_told_of_and_tried_all_the_same(
    theatre: Theatre, expires: str, told: list[str]
) -> None:
    life = await theatre.subscription(method_expires=expires)
    await life.until("2027-04-01")
    assert [at for at, words in await life.diary() if words == "sent card_expiring 30"] == told
    assert await life.payments() == ["payment 1 of EUR 583200 paid"]


async def test_a_new_card_in_time_takes_the_warning_away(theatre: Theatre) -> None:
    life = await theatre.subscription(method_expires="2027-02")
    card = {"kind": "card", "token": "ok", "expires": "2030-01"}
    assert await life.command("2027-02-28 12:00", "set-payment-method", **card) == "done"
    await life.until("2027-04-01")
    assert "sent card_expiring 30" not in [words for _, words in await life.diary()]


async def test_no_warning_of_a_card_that_will_not_be_charged(theatre: Theatre) -> None:
    life = await theatre.subscription(method_expires="2027-02", auto_renew="no")
    await life.until("2027-04-01")
    assert "sent card_expiring 30" not in [words for _, words in await life.diary()]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        pytest.param("direct_debit", ("2027-03-17 09:00", "sent advance_charge_notice 14"), id="direct debit"),
        pytest.param("paypal", ("2027-03-24 09:00", "sent advance_charge_notice 7"), id="anything else"),
    ],
)
async def test_a_monthly_charge_is_announced_by_its_method(theatre: Theatre, kind: str, told: tuple[str, str]) -> None:
    life = await theatre.subscription(live="2027-03-01", method_kind=kind, **MONTHLY)
    await life.until("2027-03-31")
    assert [line for line in await life.diary() if line[1].startswith("sent")] == [told]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"channel": "partner"}, id="sold by a partner"),
        pytest.param({"channel": "legacy"}, id="from an older order system"),
        pytest.param({"method_kind": "konbini"}, id="by Konbini"),
        pytest.param({"method_kind": "bank_transfer"}, id="by bank transfer"),
        pytest.param({"method_kind": ""}, id="without a method"),
    ],
)
async def test_what_cannot_be_charged_follows_the_manual_plan(theatre: Theatre, columns: dict[str, Any]) -> None:
    life = await theatre.subscription(live="2027-03-20", auto_renew="yes", **columns)
    await life.until("2027-04-30")
    assert await life.diary("2027-03-21") == written("""
        2027-03-24 09:00 sent reminder 7
        2027-03-30 09:00 sent reminder 1
        2027-03-31 00:00 renewable > expired
        2027-03-31 09:00 sent expired 0
    """)


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"channel": "direct_sales"}, id="sold by sales"),
        pytest.param({"sku": "DRAFT-LT"}, id="a retired offering, at its own term"),
        pytest.param({"sku": "PLANT-MP"}, id="a maintenance plan"),
        pytest.param({"method_kind": "paypal"}, id="by PayPal"),
    ],
)
async def test_what_else_renews_by_itself(theatre: Theatre, columns: dict[str, Any]) -> None:
    life = await theatre.subscription(live="2027-03-25", **columns)
    await life.until("2027-04-01")
    assert await life.payments() == ["payment 1 of EUR 583200 paid"]


async def test_a_dearer_price_that_was_not_announced_waits_one_term(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2026-12-01")
    await life.until("2027-03-25")
    await theatre.subscription("S-37330", live="2027-03-25", prices={"year": "600.00"})
    await life.until("2028-04-01")
    assert await life.payments() == ["payment 1 of EUR 583200 paid", "payment 1 of EUR 720000 paid"]


@pytest.mark.parametrize(
    ("zone", "columns", "until", "diary"),
    [
        pytest.param(
            "America/Sao_Paulo",
            {"starts_on": "2017-10-15", "renews_on": "2018-10-15", "live": "2018-10-14"},
            "2018-11-05",
            """
            2018-10-15 06:00 term 2018-10-15 to 2019-10-15: year, 12 x 50500
            """,
            id="an ordinary day in Sao Paulo",
        ),
        pytest.param(
            "America/Sao_Paulo",
            {"starts_on": "2017-11-04", "renews_on": "2018-11-04", "live": "2018-11-01", "auto_renew": "no"},
            "2018-11-05",
            """
            2018-11-03 09:00 sent reminder 1
            2018-11-04 01:00 renewable > expired
            2018-11-04 09:00 sent expired 0
            """,
            id="a midnight that does not exist is 01:00",
        ),
        pytest.param(
            "Europe/Paris",
            {"starts_on": "2026-03-28", "renews_on": "2027-03-28", "live": "2027-03-26"},
            "2027-03-29",
            """
            2027-03-28 06:00 term 2027-03-28 to 2028-03-28: year, 12 x 50500
            """,
            id="the night in which Paris changes to summer time",
        ),
        pytest.param(
            "Asia/Tokyo",
            {"starts_on": "2026-03-28", "renews_on": "2027-03-28", "live": "2027-03-26", "auto_renew": "no"},
            "2027-03-29",
            """
            2027-03-27 09:00 sent reminder 1
            2027-03-28 00:00 renewable > expired
            2027-03-28 09:00 sent expired 0
            """,
            id="Tokyo, a day ahead of UTC",
        ),
        pytest.param(
            "Pacific/Apia",
            {"starts_on": "2026-03-28", "renews_on": "2027-03-28", "live": "2027-03-26"},
            "2027-03-29",
            """
            2027-03-28 06:00 term 2027-03-28 to 2028-03-28: year, 12 x 50500
            """,
            id="Apia, where the day begins first",
        ),
    ],
)
async def test_days_begin_on_the_customers_clock(
    theatre: Theatre, zone: str, columns: dict[str, Any], until: str, diary: str
) -> None:
    life = await theatre.subscription(time_zone=zone, country="US", currency="USD", **columns)
    await life.until(until)
    told = ("term", "sent reminder 1", "sent expired", "renewable > expired")
    assert [line for line in await life.diary() if line[1].startswith(told)] == written(diary)
