"""A quote accepted by Konbini or transfer: its code holds the terms until it is paid, or the quote is open again."""

import asyncio
from collections.abc import Coroutine
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock
from uuid import uuid4

import pytest

from activities.commands import Commands
from gateways.port import Declined, GivenUp, Issued, NoAnswer, Paid, Unreachable
from mail.sender import Mailer
from models.engine import Sessions
from tests.activities.desk import PARIS, Desk
from tests.activities.test_quotes import ANA, Woken, ask, beside, held, issue, look, paid_terms, quote
from tests.scenarios.diary import instant
from tests.scenarios.fake_gateway import FakeGateway
from tests.scenarios.portfolios import BUYER, PUNCTUAL, SECOND, THIRD

TRANSFER = {"kind": "bank_transfer", "token": "by hand"}
NOW, CODE = "2027-02-10 10:00", "T-4711"
BOTH = [PUNCTUAL, SECOND]
TOTAL = 2 * 12 * 48600
UNPAID = [Issued(CODE, "reference")] * 100
"""What the provider says whenever it is asked; when the code is to be given up, that it is."""


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
async def desk(sessions: Sessions, mailer: Mailer, tmp_path: Path) -> Desk:
    """Three subscriptions of one customer, which renew automatically on 31 March 2027."""
    desk = Desk(sessions, FakeGateway(), mailer, tmp_path / "files")
    for number in (PUNCTUAL, SECOND, THIRD):
        other = Desk(sessions, desk.gateway, mailer, tmp_path / number, number=number)
        await other.open(csn="C-1")
    return desk


async def accepted(desk: Desk, at: str = NOW, **terms: Any) -> str:
    """A quote for two subscriptions that is accepted by transfer, and its code issued; its reference."""
    reference = await issue(desk, *BOTH, **terms)
    desk.gateway.answers.append(Issued(CODE, "reference"))
    assert await desk.give(at, "accept-quote", quote=reference, **TRANSFER) == "done"
    return reference


async def held_by_code(desk: Desk) -> list[str]:
    rows = await desk.rows(
        "SELECT subscription FROM claims JOIN renewals ON renewals.id = renewal_id "
        "WHERE holder = 'voucher' AND released_at IS NULL ORDER BY 1"
    )
    return [row["subscription"] for row in rows]


async def mails(desk: Desk, *kinds: str) -> list[str]:
    rows = await desk.rows("SELECT kind FROM notices WHERE kind = ANY(:kinds) ORDER BY planned_for", kinds=list(kinds))
    return [row["kind"] for row in rows]


async def test_its_code_is_told_once_and_holds_all_its_terms_in_place_of_the_quote(desk: Desk) -> None:
    reference = await accepted(desk)
    assert ((await quote(desk, reference))["state"], await held(desk), await held_by_code(desk)) == ("issued", [], BOTH)
    (attempt,) = await desk.rows("SELECT state, amount, voucher_code, expires_at FROM attempts")
    assert list(attempt.values()) == ["issued", TOTAL, CODE, instant("2027-02-17 23:59:59", PARIS)]
    (command,) = await desk.rows("SELECT outcome, hint FROM commands WHERE name = 'accept-quote'")
    assert tuple(command.values()) == ("done", "A mail brings the code to pay with, and says until when.")
    assert await mails(desk, "voucher_issued") == ["voucher_issued"]


async def test_once_the_money_has_come_all_terms_move_and_the_quote_is_accepted(desk: Desk) -> None:
    reference = await accepted(desk)
    desk.gateway.truths.append(Paid("reference"))
    await desk.ask("2027-02-11 10:00")
    assert ((await quote(desk, reference))["state"], await paid_terms(desk)) == (
        "accepted",
        {PUNCTUAL: 1, SECOND: 1},
    )
    assert await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    assert await mails(desk, "order_confirmation", "renewed") == ["order_confirmation"]


@pytest.mark.parametrize("name", ["accept-quote", "decline-quote", "withdraw-quote", "renew", "record-renewal"])
async def test_while_the_code_can_be_paid_nothing_else_pays_or_ends_the_quote(desk: Desk, name: str) -> None:
    reference = await accepted(desk)
    args = {
        "accept-quote": {"quote": reference},
        "decline-quote": {"quote": reference},
        "withdraw-quote": {"quote": reference, **ANA},
        "renew": {},
        "record-renewal": {"reference": "PO-1", **ANA},
    }[name]
    for each in (desk, beside(desk, SECOND)):
        assert await each.give("2027-02-11 10:00", name, **args) == "refused hold_open"
    assert len(desk.gateway.charges) == 1


async def test_what_the_quote_would_refuse_after_its_code_is_possible_once_the_quote_is_over(desk: Desk) -> None:
    reference = await accepted(desk)
    for name, args in (("renew", {}), ("change-term", {"term": "3-years"})):
        assert await desk.give("2027-02-11 10:00", name, **args) == "refused hold_open"
    found = await desk.rows("SELECT name, possible_on FROM commands WHERE outcome = 'refused'")
    over_on = (await quote(desk, reference))["expires_on"] + timedelta(days=1)
    assert {row["name"]: row["possible_on"] for row in found} == {"renew": date(2027, 2, 18), "change-term": over_on}


async def test_what_was_only_asked_for_can_be_given_up_while_another_quotes_code_is_open(desk: Desk) -> None:
    other = await ask(desk, PUNCTUAL, THIRD)
    await accepted(desk)
    assert await desk.give("2027-02-11 10:00", "decline-quote", quote=other) == "done"


async def test_a_code_that_runs_out_opens_the_quote_again_which_can_then_be_paid_otherwise(desk: Desk) -> None:
    reference = await accepted(desk)
    desk.gateway.truths += UNPAID
    await desk.walk("2027-02-17 23:59:59")
    row = await quote(desk, reference)
    assert (row["state"], row["next_step_at"], await held(desk), await held_by_code(desk)) == ("issued", None, BOTH, [])
    assert [each["state"] for each in await desk.rows("SELECT state FROM orders")] == ["void"]
    assert await mails(desk, "voucher_expired") == ["voucher_expired"]
    ends = await desk.rows("SELECT DISTINCT ends_at FROM claims WHERE released_at IS NULL")
    assert [each["ends_at"] for each in ends] == [row["expires_at"]]
    assert await desk.give("2027-02-18 10:00", "accept-quote", quote=reference) == "done"
    assert ((await quote(desk, reference))["state"], await paid_terms(desk)) == ("accepted", {PUNCTUAL: 1, SECOND: 1})
    assert list(desk.gateway.moved.values()) == [TOTAL]


async def test_given_up_by_its_buyer_the_code_is_void_and_the_quote_yields_to_a_checkout(desk: Desk) -> None:
    reference = await accepted(desk)
    desk.gateway.truths.append(GivenUp())
    second = beside(desk, SECOND)
    assert await second.give("2027-02-11 10:00", "release-hold") == "done"
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("issued", BOTH)
    assert await mails(desk, "voucher_expired") == []
    assert await second.give("2027-02-11 10:01", "renew") == "done"
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("void", [])


async def code_on(desk: Desk, number: str) -> str:
    """The id by which the code holds that subscription, as its page shows it."""
    (claim,) = await desk.rows(
        "SELECT claims.id::text FROM claims JOIN renewals ON renewals.id = renewal_id"
        " WHERE holder = 'voucher' AND subscription = :number",
        number=number,
    )
    return str(claim["id"])


async def test_a_release_from_a_page_that_still_shows_the_code_is_stale_and_declines_no_quote(desk: Desk) -> None:
    reference = await accepted(desk)
    first, second = [await code_on(desk, number) for number in BOTH]
    desk.gateway.truths.append(GivenUp())
    assert await desk.give("2027-02-11 10:00", "release-hold", hold=first) == "done"
    for hold in (second, first, str(uuid4())):
        stale = await beside(desk, SECOND).give("2027-02-11 10:01", "release-hold", hold=hold)
        assert stale == "refused preview_stale"
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("issued", BOTH)
    (now,) = await desk.rows(
        "SELECT claims.id::text FROM claims JOIN renewals ON renewals.id = renewal_id"
        " WHERE released_at IS NULL AND subscription = :number"
    )
    assert await desk.give("2027-02-11 10:02", "release-hold", hold=now["id"]) == "done"
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("declined", [])
    assert await desk.give("2027-02-11 10:03", "release-hold", hold=now["id"]) == "done", "a repeat"


async def test_a_release_that_does_not_name_an_id_is_refused(desk: Desk) -> None:
    await accepted(desk)
    assert await desk.give("2027-02-11 10:00", "release-hold", hold="the code") == "refused bad_arguments"


@pytest.mark.parametrize("named", [True, False], ids=["the hold is named", "it is not"])
async def test_a_release_that_was_cut_off_before_its_answer_gives_up_the_code_and_never_the_quote(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    reference = await accepted(desk)
    desk.gateway.truths += [GivenUp()] * 2
    shown = {"hold": await code_on(desk, PUNCTUAL)} if named else {}
    command = await desk.store("2027-02-11 10:00", "release-hold", **shown)
    with monkeypatch.context() as broken:
        broken.setattr(Commands, "_conclude_release", AsyncMock(side_effect=ConnectionResetError))
        with pytest.raises(ConnectionResetError):
            await desk.at("2027-02-11 10:00:01", desk.commands.apply_command, PUNCTUAL, str(command))
    applied = await desk.at("2027-02-11 10:01", desk.commands.apply_command, PUNCTUAL, str(command))
    assert (applied.answer.outcome, (await quote(desk, reference))["state"], await held(desk)) == (
        "done",
        "issued",
        BOTH,
    )


async def test_a_release_that_finds_the_code_run_out_meanwhile_leaves_the_quote_open(desk: Desk) -> None:
    reference = await accepted(desk)
    (claim,) = await desk.rows("SELECT id FROM claims WHERE holder = 'voucher' LIMIT 1")
    desk.gateway.truths += UNPAID
    await desk.walk("2027-02-17 23:59:59")
    now = instant("2027-02-18 00:00", PARIS)
    assert (await desk.holds.end(PUNCTUAL, now, by=BUYER, meant=str(claim["id"]))).released
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("issued", BOTH)


async def test_a_release_that_finds_the_code_paid_meanwhile_says_so(desk: Desk) -> None:
    await accepted(desk)
    (claim,) = await desk.rows("SELECT id FROM claims WHERE holder = 'voucher' LIMIT 1")
    desk.gateway.truths.append(Paid("reference"))
    await desk.ask("2027-02-11 10:00")
    now = instant("2027-02-11 10:01", PARIS)
    assert (await desk.holds.end(PUNCTUAL, now, by=BUYER, meant=str(claim["id"]))).paid


async def test_a_code_never_outlives_its_quote_and_both_end_together(desk: Desk, woken: Woken) -> None:
    reference = await accepted(desk, expires_on="2027-02-12")
    (attempt,) = await desk.rows("SELECT expires_at FROM attempts")
    assert attempt["expires_at"] == instant("2027-02-12 23:59:59", PARIS)
    seen = await look(desk, woken, "2027-02-13 00:00", reference)
    assert (seen.state, await held_by_code(desk)) == ("issued", BOTH)
    desk.gateway.truths.append(GivenUp())
    await desk.at("2027-02-13 00:00", desk.holds.end_hold, PUNCTUAL)
    assert ((await quote(desk, reference))["state"], await held(desk), await held_by_code(desk)) == ("expired", [], [])
    assert (await look(desk, woken, "2027-02-13 00:01", reference)).state == "expired"


async def test_paid_in_the_last_second_it_settles_although_the_quote_is_over(desk: Desk, woken: Woken) -> None:
    reference = await accepted(desk, expires_on="2027-02-12")
    await look(desk, woken, "2027-02-13 00:00", reference)
    desk.gateway.truths.append(Paid("reference"))
    await desk.at("2027-02-13 00:00", desk.holds.end_hold, PUNCTUAL)
    assert ((await quote(desk, reference))["state"], await paid_terms(desk)) == ("accepted", {PUNCTUAL: 1, SECOND: 1})


async def test_while_the_provider_does_not_say_whether_it_was_paid_neither_ends(desk: Desk, woken: Woken) -> None:
    reference = await accepted(desk, expires_on="2027-02-12")
    desk.gateway.truths.append(NoAnswer("timeout"))
    await desk.at("2027-02-13 00:00", desk.holds.end_hold, PUNCTUAL)
    seen = await look(desk, woken, "2027-02-13 00:00", reference)
    assert (seen.state, seen.next_at, await held_by_code(desk)) == ("issued", instant("2027-02-13 06:00", PARIS), BOTH)


async def test_a_reminder_waits_while_the_code_can_be_paid(desk: Desk, woken: Woken) -> None:
    reference = await accepted(desk, at="2027-02-12 10:00", expires_on="2027-02-20")
    seen = await look(desk, woken, "2027-02-13 09:00", reference)
    assert (seen.next_at, await mails(desk, "quote_expiring")) == (instant("2027-02-19 23:59:59", PARIS), [])
    desk.gateway.truths.append(GivenUp())
    await desk.give("2027-02-13 10:00", "release-hold")
    await look(desk, woken, "2027-02-13 10:00", reference)
    assert await mails(desk, "quote_expiring") == ["quote_expiring"]


async def test_a_code_that_is_declined_at_once_leaves_the_quote_as_it_was(desk: Desk) -> None:
    reference = await issue(desk, *BOTH)
    desk.gateway.answers.append(Declined("processing_error", "reference"))
    assert await desk.give(NOW, "accept-quote", quote=reference, **TRANSFER) == "refused payment_declined"
    assert ((await quote(desk, reference))["state"], await held(desk), await held_by_code(desk)) == ("issued", BOTH, [])


async def test_what_never_reached_the_provider_is_given_up_and_the_quote_open_again(desk: Desk) -> None:
    reference = await issue(desk, *BOTH)
    desk.gateway.answers.append(Unreachable())
    assert await desk.give(NOW, "accept-quote", quote=reference, **TRANSFER) == "done"
    assert await held_by_code(desk) == BOTH
    assert await desk.give("2027-02-10 10:00:05", "release-hold") == "done"
    assert (await desk.attempts(), await held(desk)) == ([(1, "abandoned", None)], BOTH)


async def test_on_the_renewal_date_the_charge_waits_for_the_code_then_for_the_quote(desk: Desk) -> None:
    second = beside(desk, SECOND)
    reference = await issue(desk, *BOTH, expires_on="2027-04-08")
    desk.gateway.answers.append(Issued(CODE, "reference"))
    assert await desk.give("2027-03-29 10:00", "accept-quote", quote=reference, **TRANSFER) == "done"
    desk.gateway.truths += UNPAID
    for each in (desk, second):
        await each.walk("2027-04-06 10:00")
    phases = await desk.rows("SELECT DISTINCT phase FROM subscriptions WHERE number = ANY(:both)", both=BOTH)
    assert ([each["phase"] for each in phases], await held(desk), len(desk.gateway.charges)) == (["past_due"], BOTH, 1)
    for each in (desk, second):
        await each.walk("2027-04-09 10:00")
    assert ((await quote(desk, reference))["state"], await paid_terms(desk)) == ("expired", {PUNCTUAL: 1, SECOND: 1})
    assert len(desk.gateway.charges) == 3


async def test_money_that_comes_too_late_goes_back_and_the_quote_stays_open(desk: Desk) -> None:
    reference = await accepted(desk)
    desk.gateway.truths += UNPAID
    await desk.walk("2027-02-17 23:59:59")
    desk.gateway.truths.clear()
    desk.gateway.truths.append(Paid("reference"))
    await desk.walk("2027-02-18 23:59:59")
    (refund,) = await desk.rows("SELECT amount, because FROM refunds")
    assert list(refund.values()) == [TOTAL, "paid_late"]
    assert ((await quote(desk, reference))["state"], await paid_terms(desk)) == ("issued", {})


async def test_the_quote_may_be_paid_by_the_subscriptions_own_method_even_if_that_is_a_transfer(desk: Desk) -> None:
    reference = await issue(desk, *BOTH)
    assert await desk.give("2027-02-03 10:00", "set-payment-method", **TRANSFER) == "done"
    desk.gateway.answers.append(Issued(CODE, "reference"))
    assert await desk.give(NOW, "accept-quote", quote=reference) == "done"
    assert await held_by_code(desk) == BOTH


async def together(*work: Coroutine[Any, Any, Any]) -> list[Any]:
    async with asyncio.timeout(30):
        return list(await asyncio.gather(*work))


async def test_accepted_by_code_and_by_card_at_once_one_of_them_holds(desk: Desk) -> None:
    reference = await issue(desk, *BOTH)
    answers = await together(
        desk.give(NOW, "accept-quote", quote=reference, **TRANSFER),
        beside(desk, SECOND).give(NOW, "renew"),
        desk.give(NOW, "accept-quote", quote=reference, purchase_order="PO-1"),
    )
    assert "done" in answers  # also of who accepts what another has accepted a moment before
    assert len(await desk.rows("SELECT 1 FROM orders WHERE state IN ('open', 'paid')")) == 1
