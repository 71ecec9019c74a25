"""Going live late: what is overdue, what is missed, what is charged at once, and what an operator has to see."""

import pytest

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre

REMINDERS = ("window_open 90", "reminder 60", "reminder 30", "reminder 14", "reminder 7", "reminder 1")
ADVANCE = ("window_open 90", "advance_charge_notice 38", "advance_charge_notice 28", "advance_charge_notice 7")


def _missed(at: str, *kinds: str) -> str:
    return "".join(f"{at} missed {kind}\n" for kind in kinds)


@pytest.mark.parametrize(
    ("live", "phase", "first_day"),
    [
        pytest.param("2026-12-31 00:00", "renewable", "", id="as the early window opens: nothing is overdue yet"),
        pytest.param("2026-12-31 09:00", "renewable", "sent window_open 90", id="due that very instant: overdue"),
        pytest.param(
            "2027-03-02 00:00",
            "renewable",
            """
            missed window_open 90
            sent advance_charge_notice 38
            """,
            id="between two notices: the latest is sent",
        ),
        pytest.param(
            "2027-03-31 05:59",
            "renewable",
            """
            alarm legal_notice_missing
            missed window_open 90
            missed advance_charge_notice 38
            missed advance_charge_notice 28
            sent advance_charge_notice 7
            """,
            id="a minute before the charge",
        ),
        pytest.param(
            "2027-03-31 12:00",
            "renewable",
            """
            alarm legal_notice_missing
            missed window_open 90
            missed advance_charge_notice 38
            missed advance_charge_notice 28
            missed advance_charge_notice 7
            payment 1 of EUR 583200 paid
            term 2027-03-31 to 2028-03-31: year, 12 x 48600
            renewable > active
            sent renewed
            """,
            id="after the charge time, on the day",
        ),
        pytest.param(
            "2027-04-10 12:00",
            "past_due",
            """
            alarm legal_notice_missing
            missed window_open 90
            missed advance_charge_notice 38
            missed advance_charge_notice 28
            missed advance_charge_notice 7
            payment 1 of EUR 583200 paid
            term 2027-03-31 to 2028-03-31: year, 12 x 48600
            past_due > active
            sent renewed
            """,
            id="inside the late window",
        ),
        pytest.param(
            "2027-05-15 23:59",
            "past_due",
            """
            alarm legal_notice_missing
            missed window_open 90
            missed advance_charge_notice 38
            missed advance_charge_notice 28
            missed advance_charge_notice 7
            payment 1 of EUR 583200 paid
            term 2027-03-31 to 2028-03-31: year, 12 x 48600
            past_due > active
            sent renewed
            """,
            id="in the last minute of the late window",
        ),
    ],
)
async def test_an_automatic_one_goes_live(theatre: Theatre, live: str, phase: str, first_day: str) -> None:
    life = await theatre.subscription(live=live)
    expected = [(live, f"imported {phase}"), (live, "go live")]
    expected += [(live, line.strip()) for line in first_day.splitlines() if line.strip()]
    assert await life.diary() == expected


async def test_one_that_goes_live_while_the_window_opens_is_told_at_the_notice_time(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2026-12-31 00:00")
    await life.until("2027-01-01")
    assert (await life.diary())[-1] == ("2026-12-31 09:00", "sent window_open 90")


async def test_a_soft_decline_of_an_overdue_charge_waits_for_the_next_retry_date(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-04-10 12:00", method_token="insufficient_funds*1")
    await life.until("2027-04-15")
    assert await life.diary("2027-04-10 12:00") == written(
        "2027-04-10 12:00 imported past_due\n2027-04-10 12:00 go live\n2027-04-10 12:00 alarm legal_notice_missing\n"
        + _missed("2027-04-10 12:00", *ADVANCE)
        + """2027-04-10 12:00 payment 1 of EUR 583200 declined insufficient_funds
        2027-04-10 12:00 sent payment_failed
        2027-04-14 06:00 payment 2 of EUR 583200 paid
        2027-04-14 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-14 06:00 past_due > active
        2027-04-14 06:00 sent renewed"""
    )


async def test_after_the_last_retry_date_there_is_one_attempt(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-05-10 12:00", method_token="insufficient_funds")
    await life.until("2027-05-17")
    diary = await life.diary()
    assert [line for line in diary if "missed" not in line[1]] == written("""
        2027-05-10 12:00 imported past_due
        2027-05-10 12:00 go live
        2027-05-10 12:00 alarm legal_notice_missing
        2027-05-10 12:00 payment 1 of EUR 583200 declined insufficient_funds
        2027-05-10 12:00 past_due > expired
        2027-05-10 12:00 sent payment_failed
        2027-05-10 12:00 sent expired 0
        2027-05-12 09:00 sent late_window_closing 3
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
    """)


@pytest.mark.parametrize(
    ("live", "missed", "sent"),
    [
        pytest.param("2027-03-25 10:00", REMINDERS[:4], "reminder 7", id="among the reminders"),
        pytest.param("2027-03-31 12:00", REMINDERS, "expired 0", id="on the renewal date"),
        pytest.param("2027-04-10 12:00", REMINDERS, "expired 0", id="inside the late window"),
        pytest.param(
            "2027-05-14 12:00",
            (*REMINDERS, "expired 0", "late_window_closing 15"),
            "late_window_closing 3",
            id="before the late window closes",
        ),
    ],
)
async def test_one_renewed_by_hand_gets_the_latest_notice_only(
    theatre: Theatre, live: str, missed: tuple[str, ...], sent: str
) -> None:
    life = await theatre.subscription(live=live, auto_renew="no")
    notices = [words for _, words in await life.diary() if words.split()[0] in ("missed", "sent")]
    assert notices == [*(f"missed {kind}" for kind in missed), f"sent {sent}"]
    await life.until("2027-05-17")
    assert (await life.diary())[-2:] == written("""
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
    """)


async def test_an_automatic_one_that_nobody_tried_in_time_is_parked(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-05-16 00:00")
    await life.until("2027-07-01")
    assert await life.diary() == written(
        "2027-05-16 00:00 imported past_due\n2027-05-16 00:00 go live\n"
        + _missed("2027-05-16 00:00", *ADVANCE)
        + """2027-05-16 00:00 access suspended
        2027-05-16 00:00 alarm parked
        2027-05-16 00:00 parked"""
    )
    assert await life.phase() == "past_due"


async def test_one_renewed_by_hand_that_nobody_was_told_of_is_parked(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-05-20 12:00", auto_renew="no")
    await life.until("2027-07-01")
    assert await life.diary() == written(
        "2027-05-20 12:00 imported expired\n2027-05-20 12:00 go live\n"
        + _missed("2027-05-20 12:00", *REMINDERS, "expired 0", "late_window_closing 15", "late_window_closing 3")
        + """2027-05-20 12:00 alarm parked
        2027-05-20 12:00 parked"""
    )
    assert theatre.mails() == []


async def test_a_month_that_is_over_is_not_charged_but_parked(theatre: Theatre) -> None:
    life = await theatre.subscription(
        live="2027-06-10", imported="2027-03-20", term="month", starts_on="2027-02-28", renews_on="2027-03-31"
    )
    await life.until("2027-07-01")
    assert await life.payments() == []
    assert (await life.diary())[-2:] == written("""
        2027-06-10 00:00 alarm parked
        2027-06-10 00:00 parked
    """)
