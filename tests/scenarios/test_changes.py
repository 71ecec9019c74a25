"""Seats and terms that change at the next renewal, and changes that are taken back (domain.md 7)."""

from typing import Any

import pytest

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre


async def test_fewer_seats_from_the_next_term_on(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-01 10:00", "reduce-seats", to=9) == "done"
    assert (await life.row())["seats"] == 12
    await life.until("2027-04-01")
    assert await life.diary("2027-03-01") == written("""
        2027-03-01 10:00 reduce-seats done
        2027-03-01 10:00 sent seats_reduction_scheduled
        2027-03-03 09:00 sent advance_charge_notice 28
        2027-03-24 09:00 sent advance_charge_notice 7
        2027-03-31 06:00 payment 1 of EUR 437400 paid
        2027-03-31 06:00 term 2027-03-31 to 2028-03-31: year, 9 x 48600
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
    """)


async def test_fewer_seats_while_past_due_cost_less_at_the_next_attempt(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="insufficient_funds*1")
    assert await life.command("2027-03-31 20:00", "reduce-seats", to=2) == "done"
    await life.until("2027-04-02")
    assert await life.payments() == [
        "payment 1 of EUR 583200 declined insufficient_funds",
        "payment 2 of EUR 97200 paid",
    ]


async def test_a_longer_term_keeps_the_renewal_price(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-30 23:59", "change-term", term="3-years") == "done"
    await life.until("2027-04-01")
    assert await life.diary("2027-03-30") == written("""
        2027-03-30 23:59 change-term done
        2027-03-30 23:59 sent term_change_scheduled
        2027-03-31 06:00 payment 1 of EUR 1749600 paid
        2027-03-31 06:00 term 2027-03-31 to 2030-03-31: 3-years, 12 x 145800
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
    """)


async def test_a_change_to_monthly_follows_the_notices_of_the_running_year(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2026-12-01")
    assert await life.command("2027-02-01 10:00", "change-term", term="month") == "done"
    await life.until("2027-04-25")
    assert await life.diary("2027-02-01") == written("""
        2027-02-01 10:00 change-term done
        2027-02-01 10:00 sent term_change_scheduled
        2027-02-21 09:00 sent advance_charge_notice 38
        2027-03-03 09:00 sent advance_charge_notice 28
        2027-03-24 09:00 sent advance_charge_notice 7
        2027-03-31 06:00 payment 1 of EUR 81600 paid
        2027-03-31 06:00 term 2027-03-31 to 2027-04-30: month, 12 x 6800
        2027-03-31 06:00 sent renewed
        2027-04-23 09:00 sent advance_charge_notice 7
    """)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        pytest.param("withdraw-pending", {"what": "term"}, id="withdrawn"),
        pytest.param("change-term", {"term": "year"}, id="by naming the running term"),
    ],
)
async def test_a_term_change_that_is_taken_back_leaves_the_seats_alone(
    theatre: Theatre, name: str, args: dict[str, Any]
) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-26 10:00", "change-term", term="3-years") == "done"
    assert await life.command("2027-03-26 10:01", "reduce-seats", to=9) == "done"
    assert await life.command("2027-03-31 05:59", name, **args) == "done"
    await life.until("2027-04-01")
    assert await life.diary("2027-03-31") == written(f"""
        2027-03-31 05:59 {name} done
        2027-03-31 05:59 sent change_withdrawn
        2027-03-31 06:00 payment 1 of EUR 437400 paid
        2027-03-31 06:00 term 2027-03-31 to 2028-03-31: year, 9 x 48600
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
    """)


async def test_a_reduction_that_is_taken_back_leaves_the_term_change_alone(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-26 10:00", "change-term", term="3-years") == "done"
    assert await life.command("2027-03-26 10:01", "reduce-seats", to=9) == "done"
    assert await life.command("2027-03-31 05:59", "withdraw-pending", what="seats") == "done"
    await life.until("2027-04-01")
    assert await life.payments() == ["payment 1 of EUR 1749600 paid"]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        pytest.param("reduce-seats", {"to": 9}, id="the same reduction"),
        pytest.param("change-term", {"term": "month"}, id="the same term"),
    ],
)
async def test_a_change_asked_for_twice_is_mailed_once(theatre: Theatre, name: str, args: dict[str, Any]) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-26 10:00", name, **args) == "done"
    assert await life.command("2027-03-26 10:01", name, **args) == "done"
    assert [words for _, words in await life.diary("2027-03-26 10:01")] == [f"{name} done already"]


@pytest.mark.parametrize(
    ("columns", "at", "name", "args", "answer"),
    [
        pytest.param({}, "2027-03-01 10:00", "reduce-seats", {"to": 12}, "refused not_a_reduction", id="as many"),
        pytest.param({}, "2027-03-01 10:00", "reduce-seats", {"to": 0}, "refused below_one_seat", id="none left"),
        pytest.param(
            {"auto_renew": "no"}, "2027-03-01 10:00", "reduce-seats", {"to": 9}, "refused auto_renew_off", id="off"
        ),
        pytest.param(
            {"auto_renew": "no"}, "2027-03-31 00:01", "reduce-seats", {"to": 9}, "refused too_late", id="once expired"
        ),
        pytest.param(
            {"auto_renew": "no"},
            "2027-03-31 00:01",
            "change-term",
            {"term": "month"},
            "refused too_late",
            id="too late",
        ),
        pytest.param(
            {"method_token": "timeout-then-paid"},
            "2027-03-31 06:02",
            "reduce-seats",
            {"to": 9},
            "refused payment_in_doubt",
            id="seats while a charge is in doubt",
        ),
        pytest.param(
            {"method_token": "timeout-then-paid"},
            "2027-03-31 06:02",
            "change-term",
            {"term": "month"},
            "refused payment_in_doubt",
            id="term while a charge is in doubt",
        ),
        pytest.param(
            {"sku": "DRAFT-LT"},
            "2027-03-01 10:00",
            "change-term",
            {"term": "month"},
            "refused product_retired",
            id="retired",
        ),
        pytest.param(
            {"country": "AU", "currency": "USD"},
            "2027-03-01 10:00",
            "reduce-seats",
            {"to": 9},
            "refused country_not_served",
            id="seats in Australia",
        ),
        pytest.param(
            {"country": "AU", "currency": "USD"},
            "2027-03-01 10:00",
            "change-term",
            {"term": "month"},
            "done",
            id="term there",
        ),
        pytest.param(
            {"channel": "direct_sales"},
            "2027-03-01 10:00",
            "reduce-seats",
            {"to": 9},
            "refused sold_by_sales",
            id="sales",
        ),
        pytest.param(
            {"channel": "legacy"}, "2027-03-01 10:00", "reduce-seats", {"to": 9}, "refused legacy_order", id="legacy"
        ),
    ],
)
async def test_what_may_be_changed_where_and_when(
    theatre: Theatre, columns: dict[str, Any], at: str, name: str, args: dict[str, Any], answer: str
) -> None:
    life = await theatre.subscription(**columns)
    assert await life.command(at, name, **args) == answer
    row = await life.row()
    assert ((row["pending_seats"], row["pending_term"]) == (None, None)) is (answer != "done")
