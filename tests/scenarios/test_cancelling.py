"""Cancelling and resuming at the instants where it matters (domain.md 7)."""

from typing import Any

import pytest

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre

OPERATOR = "operator:ana"


async def test_cancelled_at_a_minute_to_midnight_on_the_eve_it_ends_at_midnight(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-30 23:59", "cancel-auto-renew") == "done"
    assert await life.access_ends() == "2027-03-31 00:00"
    await life.until("2027-05-20")
    assert await life.diary("2027-03-30") == written("""
        2027-03-30 23:59 cancel-auto-renew done
        2027-03-30 23:59 sent auto_renew_cancelled
        2027-03-31 00:00 renewable > expired
        2027-03-31 09:00 sent expired 0
        2027-04-30 09:00 sent late_window_closing 15
        2027-05-12 09:00 sent late_window_closing 3
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
    """)
    assert await life.access_ends() == "2027-03-31 00:00"


@pytest.mark.parametrize(
    "at",
    [
        pytest.param("2027-03-31 00:00", id="as the renewal date begins"),
        pytest.param("2027-03-31 05:00", id="an hour before the charge"),
        pytest.param("2027-03-31 06:00", id="at the very instant of the charge"),
    ],
)
async def test_cancelled_on_the_renewal_date_it_ends_at_once_and_is_never_charged(theatre: Theatre, at: str) -> None:
    life = await theatre.subscription()
    assert await life.command(at, "cancel-auto-renew", renewal="2027-03-31") == "done"
    await life.until("2027-04-29")
    assert await life.diary("2027-03-31") == written(f"""
        {at} cancel-auto-renew done
        {at} renewable > expired
        {at} sent auto_renew_cancelled
        {at} sent expired 0
    """)
    assert await life.access_ends() == at


async def test_cancelled_while_past_due_no_retry_follows(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="insufficient_funds")
    assert await life.command("2027-04-02 12:00", "cancel-auto-renew") == "done"
    await life.until("2027-05-17")
    assert await life.diary("2027-04-02") == written("""
        2027-04-02 12:00 cancel-auto-renew done
        2027-04-02 12:00 past_due > expired
        2027-04-02 12:00 sent auto_renew_cancelled
        2027-04-02 12:00 sent expired 0
        2027-04-30 09:00 sent late_window_closing 15
        2027-05-12 09:00 sent late_window_closing 3
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
    """)
    assert await life.access_ends() == "2027-04-02 12:00"


async def test_cancelled_once_expired_it_is_only_switched_off(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="lost_card")
    assert await life.command("2027-04-29 12:00", "cancel-auto-renew") == "done"
    assert await life.diary("2027-04-29") == written("""
        2027-04-29 12:00 cancel-auto-renew done
        2027-04-29 12:00 sent auto_renew_cancelled
    """)
    assert (await life.row())["auto_renew"] is False


async def test_cancelled_early_the_buyer_is_reminded_as_one_who_renews_by_hand(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2026-12-01")
    assert await life.command("2027-02-25 10:00", "cancel-auto-renew") == "done"
    await life.until("2027-04-01")
    assert await life.diary("2027-02-20") == written("""
        2027-02-21 09:00 sent advance_charge_notice 38
        2027-02-25 10:00 cancel-auto-renew done
        2027-02-25 10:00 sent auto_renew_cancelled
        2027-03-01 09:00 sent reminder 30
        2027-03-17 09:00 sent reminder 14
        2027-03-24 09:00 sent reminder 7
        2027-03-30 09:00 sent reminder 1
        2027-03-31 00:00 renewable > expired
        2027-03-31 09:00 sent expired 0
    """)


async def test_cancelled_again_and_again_it_is_done_and_mailed_once(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-29 10:00", "cancel-auto-renew") == "done"
    assert await life.command("2027-03-29 10:01", "cancel-auto-renew", by=OPERATOR) == "done"
    assert await life.command("2027-03-29 10:02", "cancel-auto-renew", renewal="2027-03-31") == "done"
    assert await life.diary("2027-03-29") == written("""
        2027-03-29 10:00 cancel-auto-renew done
        2027-03-29 10:00 sent auto_renew_cancelled
        2027-03-29 10:01 cancel-auto-renew done already
        2027-03-29 10:02 cancel-auto-renew done already
    """)


async def test_cancelling_a_renewal_that_has_just_been_paid_alarms_and_ends_the_next(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-31 06:30", "cancel-auto-renew", renewal="2027-03-31") == "done"
    assert await life.diary("2027-03-31 06:30") == written("""
        2027-03-31 06:30 cancel-auto-renew done
        2027-03-31 06:30 alarm cancelled_after_payment
        2027-03-31 06:30 sent auto_renew_cancelled
    """)
    await life.until("2028-04-01")
    assert await life.payments() == ["payment 1 of EUR 583200 paid"]
    assert (await life.diary())[-2:] == written("""
        2028-03-31 00:00 renewable > expired
        2028-03-31 09:00 sent expired 0
    """)


async def test_a_renewal_date_that_is_neither_is_refused(theatre: Theatre) -> None:
    life = await theatre.subscription()
    answer = await life.command("2027-03-01 10:00", "cancel-auto-renew", renewal="2027-03-30")
    assert answer == "refused bad_arguments"
    assert (await life.row())["auto_renew"] is True


@pytest.mark.parametrize(
    ("token", "answer", "follows"),
    [
        pytest.param(
            "timeout-then-paid",
            "payment 1 of EUR 583200 paid",
            """
            2027-03-31 06:05 term 2027-03-31 to 2028-03-31: year, 12 x 48600
            2027-03-31 06:05 renewable > active
            2027-03-31 06:05 sent renewed
            """,
            id="if it was paid it stands",
        ),
        pytest.param(
            "timeout-then-declined",
            "payment 1 of EUR 583200 declined insufficient_funds",
            """
            2027-03-31 06:05 renewable > expired
            2027-03-31 06:05 sent payment_failed
            2027-03-31 06:05 sent expired 0
            """,
            id="if not it is never charged again",
        ),
    ],
)
async def test_cancelled_while_the_charge_is_in_doubt(theatre: Theatre, token: str, answer: str, follows: str) -> None:
    life = await theatre.subscription(method_token=token)
    assert await life.command("2027-03-31 06:02", "cancel-auto-renew") == "done"
    await life.until("2027-04-20")
    assert await life.diary("2027-03-31") == written(
        f"""
        2027-03-31 06:00 payment 1 of EUR 583200 unknown timeout
        2027-03-31 06:00 {answer}
        2027-03-31 06:02 cancel-auto-renew done
        2027-03-31 06:02 sent auto_renew_cancelled
        """
        + follows
    )
    assert (await life.row())["auto_renew"] is False


async def test_cancelled_while_the_gateway_is_out_of_reach_nothing_is_charged(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="down*3")
    assert await life.command("2027-03-31 06:00:20", "cancel-auto-renew") == "done"
    await life.until("2027-04-20")
    assert await life.payments() == []
    assert await life.phase() == "expired"
    assert [row["state"] for row in await life.rows("SELECT state FROM attempts")] == ["abandoned"]


async def test_resumed_before_the_date_it_is_charged_again(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-03-26 10:00", "cancel-auto-renew") == "done"
    assert await life.command("2027-03-30 23:59", "resume-auto-renew") == "done"
    await life.until("2027-04-01")
    assert await life.diary("2027-03-26") == written("""
        2027-03-26 10:00 cancel-auto-renew done
        2027-03-26 10:00 sent auto_renew_cancelled
        2027-03-30 09:00 sent reminder 1
        2027-03-30 23:59 resume-auto-renew done
        2027-03-30 23:59 sent auto_renew_resumed
        2027-03-31 06:00 payment 1 of EUR 583200 paid
        2027-03-31 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
    """)


@pytest.mark.parametrize(
    ("columns", "at", "answer"),
    [
        pytest.param({"auto_renew": "no"}, "2027-03-31 00:00", "refused too_late", id="on the renewal date"),
        pytest.param(
            {"auto_renew": "no", "method_kind": "konbini"},
            "2027-03-01 10:00",
            "refused method_cannot_auto_charge",
            id="with a method that cannot be charged",
        ),
        pytest.param({}, "2027-03-01 10:00", "done", id="what is on already"),
        pytest.param(
            {"auto_renew": "no", "channel": "partner"}, "2027-03-01 10:00", "refused sold_by_partner", id="of a partner"
        ),
        pytest.param({"auto_renew": "no"}, "2027-05-17 10:00", "refused lapsed", id="once lapsed"),
    ],
)
async def test_resuming_where_nothing_can_be_resumed(
    theatre: Theatre, columns: dict[str, Any], at: str, answer: str
) -> None:
    life = await theatre.subscription(**columns)
    before = (await life.row())["auto_renew"]
    assert await life.command(at, "resume-auto-renew") == answer
    assert (await life.row())["auto_renew"] is before
    assert "sent auto_renew_resumed" not in [words for _, words in await life.diary()]
