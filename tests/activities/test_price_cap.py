"""An automatic charge never exceeds the amount last announced: a dearer price waits a term unless announced in time."""

import pytest

from gateways.port import Declined
from mail.sink import DROP, Sink
from models.store import load
from renewals.commands import ChangeTerm
from renewals.facts import Term
from renewals.preview import preview, token_of
from tests.activities.desk import PARIS, PRICE, Desk
from tests.scenarios.diary import instant
from tests.scenarios.theatre import SIGNING_KEY

DEARER, STALE = 60000, "refused preview_stale"


async def amounts(desk: Desk) -> list[int]:
    return [call.amount.minor for call in desk.gateway.charges]


async def test_a_dearer_price_after_the_last_notice_waits_one_term(desk: Desk) -> None:
    await desk.open()
    await desk.walk("2027-03-24 09:00")
    await desk.new_price("2027-03-25", DEARER)
    await desk.walk("2027-03-31 06:00")
    (line,) = await desk.rows("SELECT unit_price, receipt FROM order_lines")
    assert (line["unit_price"], line["receipt"]["basis"]) == (48600, "announced_price")
    await desk.walk("2028-03-31 06:00")
    assert await amounts(desk) == [PRICE, 12 * DEARER]


async def test_a_dearer_price_that_was_announced_in_time_is_charged(desk: Desk) -> None:
    await desk.open()
    await desk.walk("2027-03-01")
    await desk.new_price("2027-03-02", DEARER)
    await desk.walk("2027-03-24 09:00")
    await desk.charge()
    assert await amounts(desk) == [12 * DEARER]


async def test_where_nothing_was_announced_it_is_the_price_in_force_at_go_live(desk: Desk) -> None:
    await desk.open(live="2027-03-31 05:00")
    await desk.new_price("2027-03-31 05:30", DEARER)
    await desk.charge()
    assert await amounts(desk) == [PRICE]


async def test_a_cheaper_price_needs_no_notice(desk: Desk) -> None:
    await desk.open()
    await desk.walk("2027-03-24 09:00")
    await desk.new_price("2027-03-30", 40000)
    await desk.charge()
    assert await amounts(desk) == [12 * 40000]


async def test_a_retry_is_capped_too(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.charge()
    await desk.new_price("2027-03-31 12:00", DEARER)
    await desk.charge("2027-04-01 06:00")
    assert await amounts(desk) == [PRICE, PRICE]


async def test_the_price_of_another_term_is_the_one_its_confirmation_named(desk: Desk) -> None:
    await desk.open(term="month", starts_on="2027-02-28", renews_on="2027-03-31", live="2027-03-01")
    assert await desk.give("2027-03-30", "change-term", term="year") == "done"
    await desk.new_price("2027-03-30 12:00", DEARER)
    await desk.charge()
    assert await amounts(desk) == [PRICE]


@pytest.mark.parametrize(("local", "expected"), [("2027-03-30 10:14", "done"), ("2027-03-30 10:15", STALE)])
async def test_the_price_of_another_term_is_the_one_that_was_shown_for_a_quarter_of_an_hour(
    desk: Desk, local: str, expected: str
) -> None:
    await desk.open(term="month", starts_on="2027-02-28", renews_on="2027-03-31", live="2027-03-01")
    token = await shown(desk, "2027-03-30 10:00")
    await desk.new_price("2027-03-30 10:05", DEARER)
    assert await desk.give(local, "change-term", term="year", preview=token) == expected
    await desk.charge()
    assert await amounts(desk) == ([PRICE] if expected == "done" else [12 * 6800])


async def test_what_was_shown_of_another_term_is_stale_once_its_seats_have_changed(desk: Desk) -> None:
    await desk.open()
    token = await shown(desk, "2027-03-01 10:00")
    assert await desk.give("2027-03-01 10:01", "reduce-seats", to=9) == "done"
    assert await desk.give("2027-03-01 10:02", "change-term", term="3-years", preview=token) == STALE
    assert await desk.rows("SELECT 1 FROM subscriptions WHERE pending_term IS NOT NULL") == []


async def test_no_price_binds_of_a_paid_term_that_is_sold_no_more_and_the_change_can_still_be_withdrawn(
    desk: Desk,
) -> None:
    await desk.open()
    assert await desk.give("2027-02-01 10:00", "change-term", term="3-years") == "done"
    assert await desk.give("2027-02-01 10:01", "renew") == "done"
    assert await desk.give("2027-02-01 10:02", "change-term", term="year") == "done"
    token = await shown(desk, "2027-02-01 10:03")
    await desk.change(
        "INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at) "
        "SELECT gen_random_uuid(), sku, term, currency, version + 1, 'retired', list_price, renewal_price, :at "
        "FROM prices WHERE sku = 'DRAFT-STD' AND currency = 'EUR' AND term = '3-years'",
        at=instant("2027-02-01 10:04", PARIS),
    )
    assert await desk.give("2027-02-01 10:05", "change-term", term="3-years", preview=token) == STALE
    assert await desk.give("2027-02-01 10:06", "change-term", term="3-years") == "done"


async def shown(desk: Desk, local: str) -> str:
    """The proof of the price of another term, as it was shown at that local time."""
    at = instant(local, PARIS)
    async with desk.sessions() as session:
        stored = await load(session, desk.number, at)
    assert stored
    term = Term.YEAR if stored.facts.term is Term.MONTH else Term.THREE_YEARS
    return token_of(preview(stored.facts, ChangeTerm(term), at), SIGNING_KEY)


async def test_a_notice_that_the_mail_server_refuses_announces_nothing(desk: Desk, sink: Sink) -> None:
    await desk.open()
    await desk.walk("2027-03-01")
    await desk.new_price("2027-03-02", DEARER)
    sink.respond = lambda command, _: "550 no such mailbox" if command == "RCPT" else None
    await desk.walk("2027-03-24 09:00")
    assert (await desk.diary("2027-03-24"))[-1] == ("2027-03-24 09:00", "failed advance_charge_notice 7")
    await desk.charge()
    assert await amounts(desk) == [PRICE]


@pytest.mark.parametrize(
    ("trouble", "named", "charged"),
    [
        pytest.param(("RCPT", "450 busy"), "7,200.00", 12 * DEARER, id="the server has it not: written anew"),
        pytest.param(("DATA", DROP), "5,832.00", PRICE, id="the server may have it: the same bytes"),
    ],
)
async def test_a_notice_that_has_to_wait_announces_the_price_that_it_names(
    desk: Desk, sink: Sink, trouble: tuple[str, str], named: str, charged: int
) -> None:
    await desk.open()
    await desk.walk("2027-03-01")
    when, answer = trouble
    sink.respond = lambda command, _: answer if command == when else None
    await desk.walk("2027-03-24 09:00")
    await desk.new_price("2027-03-24 09:00:30", DEARER)
    sink.respond = None
    await desk.walk("2027-03-24 09:01")
    assert (await desk.diary("2027-03-24"))[-1] == ("2027-03-24 09:01", "sent advance_charge_notice 7")
    (mail,) = await desk.rows("SELECT convert_from(raw, 'UTF8') AS raw FROM notices WHERE occasion = '7'")
    assert named in mail["raw"]
    await desk.charge()
    assert await amounts(desk) == [charged]


async def test_a_notice_that_waits_says_what_a_command_changed_meanwhile(desk: Desk, sink: Sink) -> None:
    await desk.open()
    await desk.walk("2027-03-01")
    sink.respond = lambda command, _: "450 busy" if command == "RCPT" else None
    await desk.walk("2027-03-24 09:00")
    sink.respond = None
    await desk.give("2027-03-24 09:00:30", "reduce-seats", to=9)
    await desk.walk("2027-03-24 09:05")
    (mail,) = await desk.rows("SELECT convert_from(raw, 'UTF8') AS raw FROM notices WHERE occasion = '7'")
    assert "4,374.00" in mail["raw"]
    assert "5,832.00" not in mail["raw"]
