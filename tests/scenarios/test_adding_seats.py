"""domain.md 7: seats are added at once, for the rest of the term, and share its renewal date."""

from typing import Any

import pytest

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre


async def test_seats_cost_the_rest_of_the_term_and_renew_with_it(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-02-01 10:00", "add-seats", seats=2) == "done"
    await life.until("2027-04-01")
    diary = await life.diary("2027-02-01")
    assert diary[:4] == written("""
        2027-02-01 10:00 add-seats done
        2027-02-01 10:00 payment 1 of EUR 17162 paid
        2027-02-01 10:00 seats 14
        2027-02-01 10:00 sent seats_added
    """)  # 540.00 × 2 × 58 days of 365
    assert [words for at, words in diary if at >= "2027-03-31"][:2] == [
        "payment 1 of EUR 680400 paid",
        "term 2027-03-31 to 2028-03-31: year, 14 x 48600",
    ]
    (line,) = await life.rows(
        "SELECT days, term_days, unit_price, seats, amount FROM order_lines WHERE purpose = 'seats'"
    )
    assert dict(line) == {"days": 58, "term_days": 365, "unit_price": 54000, "seats": 2, "amount": 17162}


async def test_a_pending_reduction_rises_by_as_many(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await life.command("2027-02-01 10:00", "reduce-seats", to=9)
    await life.command("2027-02-02 10:00", "add-seats", seats=2)
    row = await life.row()
    assert (row["seats"], row["pending_seats"]) == (14, 11)


async def test_a_next_term_that_is_paid_already_gets_them_at_its_renewal_price(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await life.command("2027-02-01 10:00", "renew")
    assert await life.command("2027-03-30 10:00", "add-seats", seats=1) == "done"
    await life.until("2027-04-01")
    assert await life.diary("2027-03-30") == written("""
        2027-03-30 10:00 add-seats done
        2027-03-30 10:00 payment 1 of EUR 48748 paid
        2027-03-30 10:00 seats 13
        2027-03-30 10:00 sent seats_added
        2027-03-31 00:00 term 2027-03-31 to 2028-03-31: year, 13 x 48600
        2027-03-31 00:00 renewed > active
    """)  # 540.00 × 1 × 1 day of 365, and 486.00 for the year


async def test_declined_nothing_changes(theatre: Theatre) -> None:
    life = await theatre.subscription()
    lost = {"kind": "card", "token": "lost_card", "expires": "2030-05"}
    assert await life.command("2027-02-01 10:00", "add-seats", seats=2, **lost) == "refused payment_declined"
    assert (await life.row())["seats"] == 12
    assert await life.diary("2027-02-01 09:30") == written("""
        2027-02-01 10:00 add-seats refused payment_declined
        2027-02-01 10:00 payment 1 of EUR 17162 declined lost_card
    """)


async def test_without_an_answer_they_come_when_it_is_known_and_the_renewal_is_not_disturbed(theatre: Theatre) -> None:
    life = await theatre.subscription()
    lost = {"kind": "card", "token": "timeout-then-paid", "expires": "2030-05"}
    assert await life.command("2027-02-01 10:00", "add-seats", seats=2, **lost) == "done"
    assert await life.command("2027-02-01 10:01", "add-seats", seats=2) == "refused payment_in_doubt"
    await life.until("2027-02-02")
    assert await life.diary("2027-02-01 09:30") == written("""
        2027-02-01 10:00 add-seats done
        2027-02-01 10:00 payment 1 of EUR 17162 unknown timeout
        2027-02-01 10:00 payment 1 of EUR 17162 paid
        2027-02-01 10:01 add-seats refused payment_in_doubt
        2027-02-01 10:05 seats 14
        2027-02-01 10:05 sent seats_added
    """)


@pytest.mark.parametrize(
    ("at", "columns", "refused"),
    [
        pytest.param("2027-03-31 00:00", {}, "term_not_paid", id="on the renewal date"),
        pytest.param("2027-04-02 10:00", {"method_token": "lost_card"}, "term_not_paid", id="while past due"),
        pytest.param("2027-04-02 10:00", {"auto_renew": "no"}, "term_not_paid", id="expired"),
        pytest.param("2027-02-01 10:00", {"channel": "direct_sales"}, "sold_by_sales", id="bought from sales"),
        pytest.param("2027-02-01 10:00", {"country": "AU"}, "country_not_served", id="Australia: term only"),
        pytest.param("2027-02-01 10:00", {"method_kind": ""}, "method_cannot_auto_charge", id="no method"),
    ],
)
async def test_what_cannot_be_added_here_is_refused(
    theatre: Theatre, at: str, columns: dict[str, Any], refused: str
) -> None:
    life = await theatre.subscription(**columns)
    assert await life.command(at, "add-seats", seats=1) == f"refused {refused}"


async def test_auto_renew_need_not_be_on(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    assert await life.command("2027-02-01 10:00", "add-seats", seats=1) == "done"
