"""A voucher that holds the renewal while the subscription's own plan goes on: what waits for it, and what does not."""

from gateways.port import GivenUp, Issued
from tests.activities.desk import Desk
from tests.activities.test_late_answers import SOFT

TRANSFER = {"kind": "bank_transfer", "token": "by hand"}
UNPAID = Issued("1234", "reference")


async def test_a_voucher_that_outlives_the_last_retry_date_is_waited_for_before_anything_expires(desk: Desk) -> None:
    """The last attempt comes before expiry, and waits for the hold: domain.md 3 and 5."""
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.extend([SOFT] * 9)
    for day in ("03-31", "04-01", "04-03", "04-05", "04-07", "04-14", "04-21"):
        await desk.walk(f"2027-{day} 06:00")
    desk.gateway.answers.clear()
    desk.gateway.answers.append(UNPAID)
    assert await desk.give("2027-04-26 10:00", "renew", **TRANSFER) == "done"
    desk.gateway.truths.extend([UNPAID] * 9)
    for day in ("04-27", "04-28", "04-29", "05-01"):
        await desk.walk(f"2027-{day} 12:00")
    assert (await desk.row())["phase"] == "past_due"
    assert await desk.rows("SELECT 1 FROM notices WHERE kind = 'expired'") == []
    desk.gateway.truths.clear()
    desk.gateway.truths.append(GivenUp())
    desk.gateway.answers.append(SOFT)
    await desk.walk("2027-05-04 00:00")
    assert [words for _, words in await desk.diary("2027-05-03")] == [
        "hold ended",
        "voucher expired",
        "sent voucher_expired",
        "payment 8 of EUR 583200 declined insufficient_funds",
        "past_due > expired",
        "sent payment_failed",
        "sent expired 0",
    ]


async def test_a_charge_that_a_voucher_may_forestall_is_announced_all_the_same_and_says_so(desk: Desk) -> None:
    """Unpaid, the voucher ends and the charge goes on; a notice that the law demands could not be made up for then."""
    await desk.open()
    await desk.walk("2027-03-23 10:00")
    desk.gateway.answers.append(UNPAID)
    assert await desk.give("2027-03-23 10:00", "renew", **TRANSFER) == "done"
    desk.gateway.truths.extend([UNPAID] * 5)
    await desk.walk("2027-03-24 09:00")
    (notice,) = await desk.rows(
        "SELECT raw, outcome FROM notices WHERE kind = 'advance_charge_notice' AND occasion = '7'"
    )
    assert notice["outcome"] == "sent"
    assert "nothing more is charged" in bytes(notice["raw"]).decode().replace("=\r\n", "").replace("\r\n", " ")
