"""domain.md 5: a voucher that is paid in parts, by too much, or partly too late, and where all its money ends."""

from datetime import UTC, datetime
from typing import Any

from cli import looking
from console.api.reading import subscription_of
from models.ledger import Entry, entries, page_of_entries
from models.store import load
from tests.scenarios.diary import written
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Life, Theatre

TOKYO: dict[str, Any] = {
    "country": "JP",
    "currency": "JPY",
    "time_zone": "Asia/Tokyo",
    "locale": "en-GB",
    "seats": "4",
    "auto_renew": "no",
    "method_kind": "bank_transfer",
}
AMOUNT = 257_400


async def money(life: Life) -> list[tuple[str, int, str]]:
    """What came and what went back, in order of time: our own record of it."""
    rows = await life.rows(
        "SELECT 'came' AS what, p.amount, '' AS because, p.came_at AS at FROM parts p "
        "UNION ALL SELECT 'sent back', r.amount, r.because, r.sent_at FROM refunds r WHERE r.sent_at IS NOT NULL "
        "ORDER BY at"
    )
    return [(row["what"], row["amount"], row["because"]) for row in rows]


async def at_the_gateway(life: Life) -> list[int]:
    """What the gateway sent back, by its own book."""
    return [row["amount"] for row in await life.rows("SELECT amount FROM sandbox.refunds ORDER BY refunded_at")]


def letters(theatre: Theatre) -> list[str]:
    """The subjects of the buyer's letters about the money."""
    subjects = [mail.subject for mail in sorted(theatre.mails(), key=lambda mail: mail.received_at)]
    return [subject for subject in subjects if "received" in subject or "refunded" in subject]


async def test_the_term_is_renewed_once_the_last_part_is_in(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-in-parts:40@1d+60@3d")
    assert await life.command("2027-03-20 18:00", "renew") == "done"
    await life.until("2027-03-25")
    assert await life.diary("2027-03-20 18:01") == written("""
        2027-03-21 18:00 voucher part_received
        2027-03-21 18:00 sent voucher_part_received
        2027-03-23 18:00 payment 1 of JPY 257400 paid
        2027-03-23 18:00 renewable > renewed
        2027-03-23 18:00 sent renewed
    """)
    assert await money(life) == [("came", 102_960, ""), ("came", 154_440, "")]
    assert await at_the_gateway(life) == []
    assert await life.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []


async def test_between_two_parts_the_voucher_stays_open_and_nobody_else_pays(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-in-parts:40@1d")
    await life.command("2027-03-20 18:00", "renew")
    assert await life.command("2027-03-22 10:00", "renew", kind="card", token="ok", expires="2030-05") == (
        "refused hold_open"
    )
    (attempt,) = await life.rows("SELECT state, amount, received FROM attempts")
    assert (attempt["state"], attempt["amount"], attempt["received"]) == ("issued", AMOUNT, 102_960)


async def test_what_had_come_of_a_voucher_that_runs_out_goes_back_once(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-in-parts:40@1d+20@2d")
    await life.command("2027-03-20 18:00", "renew")
    await life.until("2027-04-20")
    diary = await life.diary("2027-03-21")
    assert [words for at, words in diary if "reminder" not in words and at < "2027-03-31"] == [
        *["voucher part_received", "sent voucher_part_received"] * 2,
        *["hold ended", "voucher expired", "sent voucher_expired", "refund", "sent refund"],
    ]
    assert await money(life) == [
        ("came", 102_960, ""),
        ("came", 51_480, ""),
        ("sent back", 154_440, "paid_in_part"),
    ]
    assert await at_the_gateway(life) == [154_440]
    assert [words for _, words in diary].count("refund") == 1


async def test_what_is_too_much_goes_back_and_the_term_is_renewed(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-in-parts:40@1d+70@2d")
    await life.command("2027-03-20 18:00", "renew")
    await life.until("2027-04-20")
    assert (await life.diary("2027-03-22"))[:5] == written("""
        2027-03-22 18:00 payment 1 of JPY 257400 paid
        2027-03-22 18:00 renewable > renewed
        2027-03-22 18:00 sent renewed
        2027-03-22 18:00 refund
        2027-03-22 18:00 sent refund
    """)
    assert await money(life) == [("came", 102_960, ""), ("came", 180_180, ""), ("sent back", 25_740, "paid_too_much")]
    assert await at_the_gateway(life) == [25_740]


async def test_a_part_that_comes_too_late_goes_back_by_itself(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-in-parts:40@1d+60@9d")
    await life.command("2027-03-20 18:00", "renew")
    await life.until("2027-04-20")
    assert await money(life) == [
        ("came", 102_960, ""),
        ("sent back", 102_960, "paid_in_part"),
        ("came", 154_440, ""),
        ("sent back", 154_440, "paid_late"),
    ]
    assert await at_the_gateway(life) == [102_960, 154_440]
    assert await life.phase() == "expired"


async def test_a_buyer_who_gives_a_part_paid_voucher_up_has_his_money_back(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-in-parts:40@1d")
    await life.command("2027-03-20 18:00", "renew")
    assert await life.command("2027-03-22 10:00", "release-hold") == "done"
    assert await life.diary("2027-03-22") == written("""
        2027-03-22 10:00 release-hold done
        2027-03-22 10:00 hold ended
        2027-03-22 10:00 voucher given_up
        2027-03-22 10:00 refund
        2027-03-22 10:00 sent refund
    """)
    assert await at_the_gateway(life) == [102_960]


async def test_each_letter_says_what_came_what_remains_and_what_goes_back(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-in-parts:40@1d+20@2d")
    await life.command("2027-03-20 18:00", "renew")
    await life.until("2027-03-28")
    found = letters(theatre)
    assert [subject.partition(": ")[2] for subject in found] == [
        "JPY\u00a0102,960 received, JPY\u00a0154,440 still to pay",
        "JPY\u00a051,480 received, JPY\u00a0102,960 still to pay",
        "JPY\u00a0154,440 refunded",
    ]
    assert all(mail.to == BUYER for mail in theatre.mails())


async def test_a_payment_that_is_under_way_when_the_time_is_up_is_waited_for(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-pending-then-paid:9d")
    await life.command("2027-03-20 18:00", "renew")
    await life.until("2027-03-28")
    assert await life.command("2027-03-28 09:30", "release-hold") == "refused payment_in_doubt"
    await life.until("2027-03-31")
    words = [words for _, words in await life.diary("2027-03-21") if "reminder" not in words]
    assert words == [
        "payment 1 of JPY 257400 pending",
        "release-hold refused payment_in_doubt",
        "payment 1 of JPY 257400 paid",
        "renewable > renewed",
        "sent renewed",
    ]


async def test_what_has_come_and_what_remains_stands_wherever_one_looks(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-in-parts:40@1d")
    await life.command("2027-03-20 18:00", "renew")
    await life.move_to("2027-03-22 10:00")
    async with life.sessions() as session:
        stored = await load(session, life.number, datetime.now(UTC))
    assert stored
    shown = "JPY 257,400: JPY 102,960 received, JPY 154,440 remains until 2027-03-27T14:59:59.000Z"
    assert looking.described(stored)["voucher"] == shown
    told = subscription_of(stored).voucher
    assert told
    assert (told.amount, told.received, told.remaining, told.currency) == (AMOUNT, 102_960, 154_440, "JPY")


async def test_the_ledger_has_every_part_and_every_refund_page_by_page(theatre: Theatre) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-in-parts:40@1d+60@9d")
    await life.command("2027-03-20 18:00", "renew")
    await life.until("2027-04-02")
    async with life.sessions() as session:
        whole = [entry async for entry in entries(session, subscription=life.number)]
        paged, place = list[Entry](), None
        while len(paged) < len(whole):
            page, place = await page_of_entries(session, life.number, beyond=place, limit=1)
            paged += page
    assert paged == whole
    assert [(entry.entry, entry.state, entry.amount, entry.code) for entry in whole] == [
        ("order", "void", AMOUNT, None),
        ("attempt", "expired", AMOUNT, None),
        ("part", "received", 102_960, None),
        ("refund", "sent", 102_960, "paid_in_part"),
        ("part", "received", 154_440, None),
        ("refund", "sent", 154_440, "paid_late"),
    ]
