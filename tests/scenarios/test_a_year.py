"""A year of two ordinary subscriptions: one that renews automatically, one that its buyer has to renew."""

from temporalio.client import WorkflowExecutionStatus

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre


async def test_a_card_that_pays_renews_the_term_on_its_date(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2026-04-01")
    await life.until("2028-01-02")
    assert await life.diary() == written("""
        2026-04-01 00:00 imported active
        2026-04-01 00:00 go live
        2026-12-31 00:00 active > renewable
        2026-12-31 09:00 sent window_open 90
        2027-02-21 09:00 sent advance_charge_notice 38
        2027-03-03 09:00 sent advance_charge_notice 28
        2027-03-24 09:00 sent advance_charge_notice 7
        2027-03-31 06:00 payment 1 of EUR 583200 paid
        2027-03-31 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
        2028-01-01 00:00 active > renewable
        2028-01-01 09:00 sent window_open 90
    """)
    assert await life.access_ends() == "2028-04-15 00:00"
    assert len(theatre.mails()) == 6


async def test_a_buyer_who_does_nothing_is_reminded_and_loses_the_subscription(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2026-04-01", auto_renew="no")
    await life.until("2028-01-02")
    assert await life.diary() == written("""
        2026-04-01 00:00 imported active
        2026-04-01 00:00 go live
        2026-12-31 00:00 active > renewable
        2026-12-31 09:00 sent window_open 90
        2027-01-30 09:00 sent reminder 60
        2027-03-01 09:00 sent reminder 30
        2027-03-17 09:00 sent reminder 14
        2027-03-24 09:00 sent reminder 7
        2027-03-30 09:00 sent reminder 1
        2027-03-31 00:00 renewable > expired
        2027-03-31 09:00 sent expired 0
        2027-04-30 09:00 sent late_window_closing 15
        2027-05-12 09:00 sent late_window_closing 3
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
    """)
    assert await life.access_ends() == "2027-03-31 00:00"
    assert (await life.handle.describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_a_monthly_one_that_its_buyer_renews_is_reminded_twice_a_month(theatre: Theatre) -> None:
    life = await theatre.subscription(
        live="2027-03-01", term="month", starts_on="2027-02-28", renews_on="2027-03-31", auto_renew="no"
    )
    await life.until("2027-06-01")
    assert await life.diary() == written("""
        2027-03-01 00:00 imported renewable
        2027-03-01 00:00 go live
        2027-03-24 09:00 sent reminder 7
        2027-03-30 09:00 sent reminder 1
        2027-03-31 00:00 renewable > expired
        2027-03-31 09:00 sent expired 0
        2027-04-14 09:00 sent late_window_closing 15
        2027-04-26 09:00 sent late_window_closing 3
        2027-04-30 00:00 expired > lapsed
        2027-04-30 09:00 sent lapsed 0
    """)


async def test_what_is_only_imported_is_watched_and_neither_charged_nor_mailed(theatre: Theatre) -> None:
    life = await theatre.subscription(live=None)
    await life.move_to("2027-01-01")
    await life.catch_up()
    await life.until("2027-04-10")
    assert await life.diary() == written("""
        2027-01-01 00:00 imported renewable
        2027-04-01 00:00 renewable > past_due
    """)
    assert theatre.mails() == []
