"""domain.md 8: one order, one payment and one confirmation for many subscriptions; every line has one outcome."""

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from activities import baskets
from mail.sink import read_mail
from tests.sandbox import workflow_runner
from tests.scenarios.bulk import BY_HAND, CSN, FIRST, SECOND, THIRD, bulk, carried_out, given, outcomes, three, told
from tests.scenarios.diary import written
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Theatre

__all__ = ["workflow_runner"]

NOON = "2027-02-01 12:00"
TRANSFER = {"kind": "bank_transfer", "token": "voucher-paid-after:2d"}


def card(token: str) -> dict[str, Any]:
    return {"kind": "card", "token": token, "expires": "2030-05"}


async def test_three_are_paid_at_once_and_confirmed_by_one_mail(theatre: Theatre) -> None:
    lives = await three(theatre)
    assert await bulk(lives, NOON) == ["renewed"] * 3
    assert await lives[0].diary(NOON) == written("""
        2027-02-01 12:00 bulk-renew done
        2027-02-01 12:00 payment 1 of EUR 583200 paid
        2027-02-01 12:00 renewable > renewed
        2027-02-01 12:00 sent order_confirmation
    """)
    for life in lives[1:]:
        assert await life.diary(NOON) == written("""
            2027-02-01 12:00 bulk-renew done
            2027-02-01 12:00 payment 1 of EUR 583200 paid
            2027-02-01 12:00 renewable > renewed
        """)
    (order,) = await lives[0].rows("SELECT way, state FROM orders")
    assert dict(order) == {"way": "bulk", "state": "paid"}
    (charge,) = await lives[0].rows("SELECT amount FROM sandbox.charges")
    assert charge["amount"] == 3 * 583200
    (mail,) = [mail for mail in theatre.mails() if "3 subscriptions renewed" in mail.subject]
    assert mail.to == BUYER


async def test_the_terms_begin_on_their_own_days_and_the_method_is_not_stored(theatre: Theatre) -> None:
    lives = [await theatre.subscription(FIRST, **BY_HAND)]
    lives.append(await theatre.subscription(SECOND, **BY_HAND | {"renews_on": "2027-04-15", "starts_on": "2026-04-15"}))
    before = await lives[0].rows("SELECT number, method_id FROM subscriptions ORDER BY number")
    assert await bulk(lives, NOON, method=card("ok")) == ["renewed", "renewed"]
    for life in lives:
        await life.until("2027-04-20")
    assert await lives[0].diary("2027-03-01") == written("""
        2027-03-31 00:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 00:00 renewed > active
    """)
    assert await lives[1].diary("2027-03-01") == written("""
        2027-04-15 00:00 term 2027-04-15 to 2028-04-15: year, 12 x 48600
        2027-04-15 00:00 renewed > active
    """)
    assert await lives[0].rows("SELECT number, method_id FROM subscriptions ORDER BY number") == before


async def test_what_cannot_be_renewed_is_left_out_and_named(theatre: Theatre) -> None:
    lives = [await theatre.subscription(FIRST, **BY_HAND)]
    lives.append(await theatre.subscription(SECOND, **BY_HAND | {"channel": "partner"}))
    lives.append(await theatre.subscription(THIRD, **BY_HAND | {"buyer_email": "eve@northwind.example"}))
    asked = [THIRD, FIRST, "S-0000", SECOND]
    assert await bulk(lives, NOON, numbers=asked) == [
        "refused not_buyer",
        "renewed",
        "refused unknown_subscription",
        "refused sold_by_partner",
    ]
    (charge,) = await lives[0].rows("SELECT amount FROM sandbox.charges")
    assert charge["amount"] == 583200
    assert await lives[1].diary(NOON) == written("2027-02-01 12:00 bulk-renew refused sold_by_partner")


async def test_each_customer_and_channel_has_an_order_of_its_own(theatre: Theatre) -> None:
    lives = [await theatre.subscription(FIRST, **BY_HAND)]
    lives.append(await theatre.subscription(SECOND, **BY_HAND | {"channel": "direct_sales"}))
    lives.append(await theatre.subscription(THIRD, **BY_HAND | {"csn": "C-2", "currency": "USD"}))
    assert await bulk(lives, NOON) == ["renewed"] * 3
    orders = await lives[0].rows("SELECT csn, currency, state FROM orders ORDER BY csn, currency")
    assert [tuple(order.values()) for order in orders] == [
        (CSN, "EUR", "paid"),
        (CSN, "EUR", "paid"),
        ("C-2", "USD", "paid"),
    ]
    assert sum("renewed" in mail.subject for mail in theatre.mails()) == 3


async def test_one_order_that_is_declined_does_not_stop_another(theatre: Theatre) -> None:
    lives = [await theatre.subscription(FIRST, **BY_HAND), await theatre.subscription(SECOND, **BY_HAND)]
    lives.append(await theatre.subscription(THIRD, **BY_HAND | {"csn": "C-2"}))
    methods = {CSN: card("insufficient_funds"), "C-2": card("ok")}
    assert await bulk(lives, NOON, methods=methods) == ["payment_failed", "payment_failed", "renewed"]
    assert await lives[0].diary(NOON) == written("""
        2027-02-01 12:00 bulk-renew refused payment_declined
        2027-02-01 12:00 payment 1 of EUR 583200 declined insufficient_funds
    """)
    assert await lives[0].rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    assert await lives[0].command("2027-02-01 13:00", "renew") == "done"


async def test_without_an_answer_all_lines_wait_for_the_truth_and_one_asks(theatre: Theatre) -> None:
    lives = await three(theatre)
    basket_id = await given(lives, NOON, method=card("timeout-then-paid"))
    assert await carried_out(lives, basket_id) == ["pending"] * 3
    for life in lives:
        assert await life.command("2027-02-01 12:01", "renew") == "refused payment_in_doubt"
    plans = {life.number: await life.handle.query("forecast") for life in lives}
    asking = [number for number, plan in plans.items() if any(step["do"] == "ask_gateway" for step in plan)]
    assert asking == [FIRST]
    for life in lives:
        await life.until("2027-02-02")
    assert [line.outcome for line in (await told(lives[0], basket_id)).lines] == ["renewed"] * 3
    for life in lives:
        await life.until("2027-02-02")
        assert await life.phase() == "renewed"
    assert await lives[0].diary("2027-02-01 12:02") == written("""
        2027-02-01 12:05 renewable > renewed
        2027-02-01 12:05 sent order_confirmation
    """)


async def test_a_doubt_that_ends_in_a_decline_is_told_once_by_mail(theatre: Theatre) -> None:
    lives = await three(theatre)
    assert await bulk(lives, NOON, method=card("timeout-then-declined")) == ["pending"] * 3
    for life in lives:
        await life.until("2027-02-02")
    (mail,) = [mail for mail in theatre.mails() if "the payment of your order" in mail.subject]
    stored = read_mail(theatre.sink.directory, mail.id)
    assert stored is not None
    assert "the next terms of 3 subscriptions" in " ".join(stored.text.split())
    assert await lives[0].rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []


async def test_a_transfer_pays_for_all_of_them_when_it_comes(theatre: Theatre) -> None:
    lives = await three(theatre)
    basket_id = await given(lives, NOON, method=TRANSFER)
    assert await carried_out(lives, basket_id) == ["awaiting_payment"] * 3
    (mail,) = [mail for mail in theatre.mails() if "please pay" in mail.subject]
    assert mail.subject.startswith("3 subscriptions: please pay EUR\N{NO-BREAK SPACE}17,496.00")
    assert await lives[2].command("2027-02-01 12:01", "renew") == "refused hold_open"
    for life in lives:
        await life.until("2027-02-04")
    for life in lives:
        await life.until("2027-02-04")
    assert [line.outcome for line in (await told(lives[0], basket_id)).lines] == ["renewed"] * 3
    assert [await life.phase() for life in lives] == ["renewed"] * 3


async def test_a_transfer_that_does_not_come_frees_all_of_them(theatre: Theatre) -> None:
    lives = await three(theatre)
    basket_id = await given(lives, NOON, method={"kind": "bank_transfer", "token": "voucher-never-paid"})
    assert await carried_out(lives, basket_id) == ["awaiting_payment"] * 3
    for life in lives:
        await life.until("2027-02-10")
    assert [line.outcome for line in (await told(lives[0], basket_id)).lines] == ["payment_failed"] * 3
    assert sum("has run out" in mail.subject for mail in theatre.mails()) == 1
    for life in lives:
        assert await life.command("2027-02-10 12:00", "renew") == "done"


async def test_its_buyer_gives_up_a_voucher_for_all_of_them(theatre: Theatre) -> None:
    lives = await three(theatre)
    await bulk(lives, NOON, method={"kind": "bank_transfer", "token": "voucher-never-paid"})
    assert await lives[1].command("2027-02-01 13:00", "release-hold") == "done"
    assert await lives[1].rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    assert await lives[0].command("2027-02-01 13:01", "renew") == "done"
    assert await lives[2].command("2027-02-01 13:01", "renew") == "done"


async def test_an_operator_resolves_a_payment_in_doubt_for_all_of_them(theatre: Theatre) -> None:
    lives = await three(theatre)
    basket_id = await given(lives, NOON, method=card("pending-then-paid:9d"))
    assert await carried_out(lives, basket_id) == ["pending"] * 3
    why = {"by": "operator:ana", "reason": "seen at the provider's"}
    assert await lives[1].command("2027-02-01 13:00", "resolve-payment", outcome="paid", **why) == "done"
    assert [line.outcome for line in (await told(lives[0], basket_id)).lines] == ["renewed"] * 3


@pytest.mark.parametrize(("seats", "expected"), [("1", "awaiting_payment"), ("2", "refused method_not_accepted")])
async def test_what_a_store_takes_is_a_question_of_the_sum(theatre: Theatre, seats: str, expected: str) -> None:
    in_yen = {"currency": "JPY", "country": "JP", "time_zone": "Asia/Tokyo", "seats": seats}
    lives = await three(theatre, **in_yen)
    konbini = {"kind": "konbini", "token": "voucher-never-paid"}
    basket_id = await given(lives, NOON, method=konbini)
    assert await carried_out(lives, basket_id) == [expected] * 3
    if seats == "2":
        hint = (await told(lives[0], basket_id)).lines[0].hint
        assert hint == "Stores take from JPY 120 to JPY 300,000, this is JPY 386,100; choose another payment method."


async def test_between_two_retries_it_pays_instead_of_the_automatic_orders(theatre: Theatre) -> None:
    lives = await three(theatre, auto_renew="yes", method_token="insufficient_funds")
    assert await bulk(lives, "2027-04-02 12:00", method=card("ok")) == ["renewed"] * 3
    for life in lives:
        await life.until("2027-05-20")
        assert (
            await life.diary("2027-04-02 12:00")
            == written("""
            2027-04-02 12:00 bulk-renew done
            2027-04-02 12:00 payment 1 of EUR 583200 paid
            2027-04-02 12:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
            2027-04-02 12:00 past_due > active
            2027-04-02 12:00 sent order_confirmation
        """)[: 5 if life is lives[0] else 4]
        )
    states = await lives[0].rows("SELECT DISTINCT way, state FROM orders ORDER BY way")
    assert [(row["way"], row["state"]) for row in states] == [("automatic", "void"), ("bulk", "paid")]


async def test_a_basket_that_cannot_be_grouped_has_an_outcome_and_raises_an_alarm(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = await three(theatre)
    basket_id = await given(lives, NOON)

    async def breaks(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(baskets, "_groups_of", breaks)
    with pytest.raises(WorkflowFailureError):
        await carried_out(lives, basket_id)
    found = await told(lives[0], basket_id)
    assert (outcomes(found), found.closed) == (["refused not_carried_out"] * 3, True)
    (alarm,) = await lives[0].rows("SELECT kind, detail FROM alarms")
    assert alarm["kind"] == "step_failed"
    assert "could not be grouped (ValueError)" in alarm["detail"]
    assert await lives[0].rows("SELECT 1 FROM orders") == []


async def test_a_repeat_under_its_key_is_the_same_basket(theatre: Theatre) -> None:
    lives = await three(theatre)
    first = await given(lives, NOON, key="mine")
    assert await given(lives, NOON, key="mine") == first
    assert await carried_out(lives, first) == ["renewed"] * 3
    assert await carried_out(lives, first) == ["renewed"] * 3
    assert len(await lives[0].rows("SELECT 1 FROM attempts")) == 1
