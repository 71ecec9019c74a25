"""What each token of the sandbox gateway makes of a renewal, line by line (docs/sandbox-tokens.md)."""

import pytest

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre

PAID = """
        {at} term 2027-03-31 to 2028-03-31: year, 12 x 48600
        {at} {before} > active
        {at} sent renewed
"""


def _paid(at: str, before: str = "past_due") -> str:
    return PAID.format(at=at, before=before)


@pytest.mark.parametrize(
    ("token", "diary"),
    [
        pytest.param(
            "ok",
            "2027-03-31 06:00 payment 1 of EUR 583200 paid" + _paid("2027-03-31 06:00", "renewable"),
            id="ok",
        ),
        pytest.param(
            "insufficient_funds*3",
            """
            2027-03-31 06:00 payment 1 of EUR 583200 declined insufficient_funds
            2027-03-31 06:00 renewable > past_due
            2027-03-31 06:00 sent payment_failed
            2027-04-01 06:00 payment 2 of EUR 583200 declined insufficient_funds
            2027-04-01 06:00 sent payment_failed
            2027-04-03 06:00 payment 3 of EUR 583200 declined insufficient_funds
            2027-04-03 06:00 sent payment_failed
            2027-04-05 06:00 payment 4 of EUR 583200 paid
            """
            + _paid("2027-04-05 06:00"),
            id="CODE*N declines N times, then pays",
        ),
        pytest.param(
            "timeout-then-paid",
            """
            2027-03-31 06:00 payment 1 of EUR 583200 unknown timeout
            2027-03-31 06:00 payment 1 of EUR 583200 paid
            """
            + _paid("2027-03-31 06:05", "renewable"),
            id="timeout, then paid",
        ),
        pytest.param(
            "timeout-then-declined",
            """
            2027-03-31 06:00 payment 1 of EUR 583200 unknown timeout
            2027-03-31 06:00 payment 1 of EUR 583200 declined insufficient_funds
            2027-03-31 06:05 renewable > past_due
            2027-03-31 06:05 sent payment_failed
            2027-04-01 06:00 payment 2 of EUR 583200 declined insufficient_funds
            2027-04-01 06:00 sent payment_failed
            2027-04-03 06:00 payment 3 of EUR 583200 declined insufficient_funds
            2027-04-03 06:00 sent payment_failed
            2027-04-05 06:00 payment 4 of EUR 583200 declined insufficient_funds
            2027-04-05 06:00 sent payment_failed
            2027-04-07 06:00 payment 5 of EUR 583200 declined insufficient_funds
            2027-04-07 06:00 sent payment_failed
            """,
            id="timeout, then declined",
        ),
        pytest.param(
            "down*1",
            "2027-03-31 06:00 payment 1 of EUR 583200 paid" + _paid("2027-03-31 06:00", "renewable"),
            id="down once: called again after 10 s",
        ),
        pytest.param(
            "down*4",
            "2027-03-31 06:02 payment 1 of EUR 583200 paid" + _paid("2027-03-31 06:02", "renewable"),
            id="down four times: after 10, 20, 40 and 80 s",
        ),
        pytest.param(
            "pending-then-paid:3d",
            """
            2027-03-31 06:00 payment 1 of EUR 583200 pending
            2027-03-31 06:00 payment 1 of EUR 583200 paid
            2027-04-01 00:00 renewable > past_due
            """
            + _paid("2027-04-03 07:00"),
            id="the provider takes three days to pay",
        ),
        pytest.param(
            "pending-then-declined:3d",
            """
            2027-03-31 06:00 payment 1 of EUR 583200 pending
            2027-03-31 06:00 payment 1 of EUR 583200 declined insufficient_funds
            2027-04-01 00:00 renewable > past_due
            2027-04-03 07:00 sent payment_failed
            2027-04-05 06:00 payment 2 of EUR 583200 pending
            2027-04-05 06:00 payment 2 of EUR 583200 declined insufficient_funds
            2027-04-08 07:00 sent payment_failed
            """,
            id="the provider takes three days to decline",
        ),
    ],
)
async def test_the_token_says_how_the_gateway_answers(theatre: Theatre, token: str, diary: str) -> None:
    life = await theatre.subscription(method_token=token)
    await life.until("2027-04-13")
    assert await life.diary("2027-03-31") == written(diary)


async def test_a_method_set_anew_counts_afresh_and_goes_on_counting_in_the_next_term(theatre: Theatre) -> None:
    life = await theatre.subscription(
        term="month", starts_on="2027-02-28", renews_on="2027-03-31", live="2027-03-01", method_token="lost_card*2"
    )
    card = {"kind": "card", "token": "insufficient_funds*3", "expires": "2030-01"}
    assert await life.command("2027-04-02 12:00", "set-payment-method", **card) == "done"
    await life.until("2027-06-01")
    assert [line for line in await life.diary() if line[1].startswith("payment")] == written("""
        2027-03-31 06:00 payment 1 of EUR 81600 declined lost_card
        2027-04-02 12:00 payment 2 of EUR 81600 declined insufficient_funds
        2027-04-03 06:00 payment 3 of EUR 81600 declined insufficient_funds
        2027-04-05 06:00 payment 4 of EUR 81600 declined insufficient_funds
        2027-04-07 06:00 payment 5 of EUR 81600 paid
        2027-04-30 06:00 payment 1 of EUR 81600 paid
        2027-05-31 06:00 payment 1 of EUR 81600 paid
    """)


async def test_a_provider_that_takes_weeks_keeps_access(theatre: Theatre) -> None:
    life = await theatre.subscription(method_kind="direct_debit", method_token="pending-then-paid:20d")
    await life.until("2027-04-20")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 06:00 payment 1 of EUR 583200 pending
        2027-04-01 00:00 renewable > past_due
    """)
    assert (await life.row())["suspended_at"] is None
    await life.until("2027-04-21")
    assert await life.diary("2027-04-02") == written(_paid("2027-04-20 07:00"))


async def test_what_is_to_go_back_of_a_charge_is_refused_as_its_token_says(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="refund-refused:already_refunded")
    await life.until("2027-04-01")
    (order,) = await life.rows("SELECT id::text FROM orders")
    asked = {"order": order["id"], "reason": "they called"}
    assert await life.command("2027-04-02 10:00", "refund", by="operator:ana", **asked) == "done"
    await life.until("2027-04-03")
    assert [row["refusal"] for row in await life.rows("SELECT refusal FROM refunds")] == ["already_refunded"]
    (alarm,) = await life.rows("SELECT kind, detail FROM alarms")
    assert alarm["kind"] == "refund_refused"
    assert "“already_refunded”" in alarm["detail"]
    assert (await life.row())["renews_on"].isoformat() == "2028-03-31"
