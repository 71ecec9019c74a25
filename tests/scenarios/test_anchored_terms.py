"""Terms keep the day they were anchored on, whatever month or year they pass (domain.md 2)."""

import pytest

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre


async def test_a_month_from_the_31st_ends_on_the_last_day_of_shorter_months(theatre: Theatre) -> None:
    life = await theatre.subscription(
        term="month", starts_on="2027-01-31", renews_on="2027-02-28", live="2027-02-01", seats="1"
    )
    await life.until("2027-07-01")
    assert await life.diary() == written("""
        2027-02-01 00:00 imported renewable
        2027-02-01 00:00 go live
        2027-02-21 09:00 sent advance_charge_notice 7
        2027-02-28 06:00 payment 1 of EUR 6800 paid
        2027-02-28 06:00 term 2027-02-28 to 2027-03-31: month, 1 x 6800
        2027-02-28 06:00 sent renewed
        2027-03-24 09:00 sent advance_charge_notice 7
        2027-03-31 06:00 payment 1 of EUR 6800 paid
        2027-03-31 06:00 term 2027-03-31 to 2027-04-30: month, 1 x 6800
        2027-03-31 06:00 sent renewed
        2027-04-23 09:00 sent advance_charge_notice 7
        2027-04-30 06:00 payment 1 of EUR 6800 paid
        2027-04-30 06:00 term 2027-04-30 to 2027-05-31: month, 1 x 6800
        2027-04-30 06:00 sent renewed
        2027-05-24 09:00 sent advance_charge_notice 7
        2027-05-31 06:00 payment 1 of EUR 6800 paid
        2027-05-31 06:00 term 2027-05-31 to 2027-06-30: month, 1 x 6800
        2027-05-31 06:00 sent renewed
        2027-06-23 09:00 sent advance_charge_notice 7
        2027-06-30 06:00 payment 1 of EUR 6800 paid
        2027-06-30 06:00 term 2027-06-30 to 2027-07-31: month, 1 x 6800
        2027-06-30 06:00 sent renewed
    """)


@pytest.mark.parametrize(
    ("term", "starts_on", "renews_on", "until", "terms"),
    [
        pytest.param(
            "year",
            "2024-02-29",
            "2025-02-28",
            "2028-03-02",
            """
            2025-02-28 06:00 term 2025-02-28 to 2026-02-28: year, 12 x 48600
            2026-02-28 06:00 term 2026-02-28 to 2027-02-28: year, 12 x 48600
            2027-02-28 06:00 term 2027-02-28 to 2028-02-29: year, 12 x 48600
            2028-02-29 06:00 term 2028-02-29 to 2029-02-28: year, 12 x 48600
            """,
            id="a year from a leap day",
        ),
        pytest.param(
            "3-years",
            "2024-02-29",
            "2027-02-28",
            "2033-03-01",
            """
            2027-02-28 06:00 term 2027-02-28 to 2030-02-28: 3-years, 12 x 145800
            2030-02-28 06:00 term 2030-02-28 to 2033-02-28: 3-years, 12 x 145800
            2033-02-28 06:00 term 2033-02-28 to 2036-02-29: 3-years, 12 x 145800
            """,
            id="three years from a leap day",
        ),
        pytest.param(
            "month",
            "2028-01-10",
            "2028-01-30",
            "2028-04-01",
            """
            2028-01-30 06:00 term 2028-01-30 to 2028-02-29: month, 12 x 6800
            2028-02-29 06:00 term 2028-02-29 to 2028-03-30: month, 12 x 6800
            2028-03-30 06:00 term 2028-03-30 to 2028-04-30: month, 12 x 6800
            """,
            id="a month from the 30th after an odd first term",
        ),
    ],
)
async def test_terms_keep_their_anchor_day(
    theatre: Theatre, term: str, starts_on: str, renews_on: str, until: str, terms: str
) -> None:
    life = await theatre.subscription(live=starts_on, term=term, starts_on=starts_on, renews_on=renews_on)
    await life.until(until)
    assert [line for line in await life.diary() if line[1].startswith("term")] == written(terms)


async def test_a_term_change_keeps_the_anchor_day(theatre: Theatre) -> None:
    life = await theatre.subscription(starts_on="2026-01-31", renews_on="2027-01-31", live="2027-01-02")
    assert await life.command("2027-01-10 12:00", "change-term", term="month") == "done"
    await life.until("2027-05-01")
    assert [words for _, words in await life.diary() if words.startswith("term")] == [
        "term 2027-01-31 to 2027-02-28: month, 12 x 6800",
        "term 2027-02-28 to 2027-03-31: month, 12 x 6800",
        "term 2027-03-31 to 2027-04-30: month, 12 x 6800",
        "term 2027-04-30 to 2027-05-31: month, 12 x 6800",
    ]
