"""Every command of a buyer through its form: what is told, and what it does (domain.md 7)."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.console.account.browser import SUBSCRIPTIONS, Browser, form, told, words
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER, PUNCTUAL
from tests.scenarios.theatre import Life, Theatre

ADMIN = "it@northwind.example"
TOKYO: dict[str, Any] = {
    "country": "JP",
    "currency": "JPY",
    "time_zone": "Asia/Tokyo",
    "locale": "en-GB",
    "seats": "4",
    "auto_renew": "no",
    "method_kind": "konbini",
}


@pytest.fixture
async def life(theatre: Theatre) -> Life:
    """Twelve seats for a year, renewable, on the first of February."""
    life = await theatre.subscription(live="2027-01-05 10:00", admin_email=ADMIN)
    await life.move_to("2027-02-01 10:00")
    return life


async def commands(life: Life) -> list[tuple[str, str, str | None]]:
    rows = await life.rows("SELECT * FROM commands WHERE given_by LIKE '%@%' ORDER BY stored_at")
    assert {row["given_by"] for row in rows} <= {BUYER}
    return [(row["name"], row["outcome"], row["code"]) for row in rows]


async def test_automatic_renewal_is_switched_off_and_on_again(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    assert "Done: automatic renewal off" in await browser.do(PUNCTUAL, "cancel-auto-renew")
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    assert "Unless it is renewed, the subscription expires on 31 March 2027" in page
    assert "Done: automatic renewal on" in await browser.do(PUNCTUAL, "resume-auto-renew")
    assert (await life.row())["auto_renew"] is True


async def test_fewer_seats_and_another_term_wait_for_the_renewal_and_are_withdrawn_one_by_one(
    life: Life, browser: Browser
) -> None:
    await browser.sign_in()
    await browser.do(PUNCTUAL, "reduce-seats", to="9")
    await browser.do(PUNCTUAL, "change-term", on="/change-term?term=3-years")
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    assert "From the next term on: 9 seats instead of 12." in words(page)
    assert "From the next term on: 3 years instead of 1 year." in words(page)
    assert "we charge EUR 13,122.00 (card) for 9 seats" in words(page)
    for what in ("seats", "term"):
        page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
        answer = await browser.send(form(page, "/withdraw-pending", what=what))
        assert "Done: withdrawing a planned change" in told(await browser.page(answer.headers["location"]))
    row = await life.row()
    assert (row["pending_seats"], row["pending_term"]) == (None, None)


async def test_another_payment_method_is_set_and_its_token_never_shown(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    said = await browser.do(PUNCTUAL, "set-payment-method", kind="card", token="declined-maybe", expires="2031-04")
    assert "Done: setting the payment method" in said
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    assert "Card, valid through 30 April 2031" in words(page)
    assert "declined-maybe" not in page


@pytest.mark.parametrize(
    ("command", "fields", "complaint", "field"),
    [
        pytest.param("reduce-seats", {"to": "nine"}, "Write a whole number of seats", "to", id="no number"),
        pytest.param("reduce-seats", {"to": "0"}, "Write a whole number of seats", "to", id="no seat"),
        pytest.param(
            "set-payment-method", {"token": "4111 1111 1111 1111"}, "That looks like a card number", "token", id="card"
        ),
        pytest.param("set-payment-method", {"token": " "}, "Write the provider's token", "token", id="no token"),
        pytest.param(
            "set-payment-method",
            {"token": "ok", "expires": "08/29"},
            "Write the month as 2029-08",
            "expires",
            id="month",
        ),
    ],
)
async def test_what_cannot_be_read_is_named_with_its_field_and_not_sent(
    life: Life, browser: Browser, command: str, fields: dict[str, str], complaint: str, field: str
) -> None:
    await browser.sign_in()
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    answer = await browser.send(form(page, f"/{command}"), **fields)
    assert answer.status_code == 422
    assert complaint in words(answer.text)
    assert f'href="#field-{field}"' in answer.text
    assert f'id="field-{field}"' in answer.text
    assert "4111 1111" not in answer.text
    assert await commands(life) == []


async def test_the_admin_role_is_handed_over_and_the_buyer_stays(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    assert form(page, "/hand-over-admin").fields["to"] == BUYER
    assert "Done: handing over the admin role" in await browser.do(PUNCTUAL, "hand-over-admin")
    row = await life.row()
    assert row["primary_admin_id"] == row["buyer_id"]


async def test_a_voucher_is_shown_with_its_code_and_given_up(theatre: Theatre, browser: Browser) -> None:
    life = await theatre.subscription(**TOKYO, method_token="voucher-never-paid")
    await life.move_to("2027-03-20 18:00")
    await browser.sign_in()
    said = await browser.do(PUNCTUAL, "renew", on="/renew")
    assert "Begun: renewing" in said
    assert "The code to pay with stands below" in said
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    assert "To pay JPY 257,400: store payment code" in page
    assert "23 March 2027, 23:59" in page
    assert "A payment or a quote for the next term is open." in page
    assert len(re.findall("[Nn]othing is charged by itself", page)) == 1
    assert "23:59 The open payment ends if nobody pays it" in page
    assert "It can be renewed now." not in page
    assert "Done: giving up the open payment" in await browser.do(PUNCTUAL, "release-hold")
    assert await life.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-GB", "JPY 102,960 of JPY 257,400 has come. To pay the remaining JPY 154,440: store payment code"),
        ("fr-FR", "102 960 JPY sur 257 400 JPY reçus. Reste à payer 154 440 JPY : code"),
        ("ja-JP", "JPY 257,400のうちJPY 102,960ご入金済み。お支払いの残額 JPY 154,440、払込番号"),
    ],
)
async def test_what_has_come_of_a_voucher_and_what_remains_is_shown(
    theatre: Theatre, browser: Browser, locale: str, said: str
) -> None:
    life = await theatre.subscription(**TOKYO | {"locale": locale}, method_token="voucher-in-parts:40@1d")
    await life.command("2027-03-20 18:00", "renew")
    await life.move_to("2027-03-22 10:00")
    await browser.sign_in()
    page = " ".join(words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")).split())
    assert said in page


@pytest.mark.parametrize(
    ("chosen", "kind"),
    [
        pytest.param({}, "card", id="the subscription's own method"),
        pytest.param({"method": "new", "kind": "paypal", "token": "ok"}, "paypal", id="a new one"),
    ],
)
async def test_what_is_charged_for_a_renewal_is_what_the_preview_showed(
    life: Life, browser: Browser, chosen: dict[str, str], kind: str
) -> None:
    await browser.sign_in()
    await browser.do(PUNCTUAL, "reduce-seats", to="9")
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew"))
    assert "EUR 486.00 × 9, at the renewal price" in page
    assert "Total EUR 4,374.00" in page
    assert "The renewal date stays 31 March 2027: the new term runs 31 March 2027 to 30 March 2028." in page
    assert "Your planned changes apply to this term: From the next term on: 9 seats instead of 12." in page
    assert "Done: renewing" in await browser.do(PUNCTUAL, "renew", on="/renew", **chosen)
    (attempt,) = await life.rows(
        "SELECT amount, kind FROM attempts JOIN payment_methods m ON m.id = method_id WHERE state = 'paid'"
    )
    assert (attempt["amount"], attempt["kind"]) == (437_400, kind)
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    assert "The next term, 31 March 2027 to 30 March 2028, is paid, for 9 seats." in page
    assert "Payment of EUR 4,374.00: paid" in page
    assert "The next term is paid. Come back on 1 January 2028 for the one after it." in page


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-GB", "A payment or a quote for the next term is open. Give it up, or come back on 9 February 2027."),
        ("fr-FR", "Renoncez-y, ou revenez le 9 février 2027."),
        ("ja-JP", "取りやめるか、2027年2月9日以降にお手続きください。"),
    ],
)
async def test_what_a_payment_holds_says_until_when(theatre: Theatre, browser: Browser, locale: str, said: str) -> None:
    """A code for a transfer of the first of February can be paid until the end of the eighth."""
    life = await theatre.subscription(live="2027-01-05 10:00", locale=locale)
    transfer = {"kind": "bank_transfer", "token": "voucher-never-paid"}
    assert await life.command("2027-02-01 10:00", "renew", **transfer) == "done"
    await browser.sign_in()
    assert said in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))


async def test_a_method_that_was_stored_before_pays_when_it_is_chosen(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    await browser.do(PUNCTUAL, "set-payment-method", kind="paypal", token="newer", expires="")
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew")
    (older,) = await life.rows("SELECT id FROM payment_methods WHERE token = 'ok'")
    assert form(page, "/renew").fields["method"] != str(older["id"])
    assert "Done" in await browser.do(PUNCTUAL, "renew", on="/renew", method=str(older["id"]))
    (attempt,) = await life.rows("SELECT method_id FROM attempts")
    assert attempt["method_id"] == older["id"]


async def test_a_renewal_can_be_left_to_the_renewal_date(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    await browser.do(PUNCTUAL, "cancel-auto-renew")
    said = await browser.do(PUNCTUAL, "renew", on="/renew", when="on-renewal-date")
    assert "Done: renewing on the renewal date." in said
    assert (await life.row())["auto_renew"] is True
    assert await life.payments() == []


async def test_what_is_charged_for_more_seats_is_what_the_preview_showed(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    path = f"{SUBSCRIPTIONS}/{PUNCTUAL}/add-seats?seats=2"
    page = words(await browser.page(path))
    assert "EUR 540.00 × 2 × 58 ÷ 365, at the list price" in page
    assert "Total EUR 171.62" in page
    assert "All seats renew on 31 March 2027." in page
    assert 'name="preview" value="ey' in await browser.page(path)
    assert "Done: adding seats" in await browser.do(PUNCTUAL, "add-seats", on="/add-seats?seats=2")
    (attempt,) = await life.rows("SELECT amount FROM attempts WHERE state = 'paid'")
    assert attempt["amount"] == 17_162
    assert (await life.row())["seats"] == 14
    assert "2 seats added, until 30 March 2027" in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))


@pytest.mark.usefixtures("life")
async def test_a_number_of_seats_that_cannot_be_read_stays_to_be_mended(browser: Browser) -> None:
    await browser.sign_in()
    refused = await browser.get(f"{SUBSCRIPTIONS}/{PUNCTUAL}/add-seats?seats=1.5")
    assert (refused.status_code, "Write a whole number of seats" in words(refused.text)) == (422, True)
    assert re.search(r'id="field-seats"[^>]* value="1.5"[^>]* aria-invalid="true"', refused.text)


async def test_once_the_next_term_is_paid_its_seats_are_priced_and_paid_too(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    await browser.do(PUNCTUAL, "renew", on="/renew")
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/add-seats?seats=1"))
    assert "Next term, paid already: 31 March 2027 to 30 March 2028 EUR 486.00 × 1, at the renewal price" in page
    assert "Total EUR 571.81" in page
    await browser.do(PUNCTUAL, "add-seats", on="/add-seats?seats=1")
    (attempt,) = await life.rows("SELECT amount FROM attempts ORDER BY called_at DESC LIMIT 1")
    assert attempt["amount"] == 57_181


async def test_a_declined_payment_is_told_with_what_to_do(theatre: Theatre, browser: Browser) -> None:
    life = await theatre.subscription(method_token="insufficient_funds", auto_renew="no")
    await life.move_to("2027-02-01 10:00")
    await browser.sign_in()
    said = await browser.do(PUNCTUAL, "renew", on="/renew")
    assert "Not done: renewing." in said
    assert "The payment was declined. Choose another payment method." in said
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    assert "Payment of EUR 5,832.00: declined (not enough funds)" in page


async def test_a_form_that_is_sent_twice_acts_once(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    fields = form(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/add-seats?seats=1"), "/add-seats")
    first, second = await browser.send(fields), await browser.send(fields)
    assert first.headers["location"] == second.headers["location"]
    assert (await life.row())["seats"] == 13
    assert await commands(life) == [("add-seats", "done", None)]
    third = await browser.send(fields, seats="3")
    assert "This form was sent before with other values." in told(await browser.page(third.headers["location"]))
    assert (await life.row())["seats"] == 13


async def test_a_command_without_a_worker_is_received_and_said_to_be(
    browser: Browser, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("console.account.giving.deliver", never)
    await browser.sign_in()
    said = await browser.do(PUNCTUAL, "reduce-seats", to="9")
    assert "Received: fewer seats from the next term on. It is stored and will be carried out" in said


async def test_a_longer_term_that_costs_less_is_said_with_what_it_saves(theatre: Theatre, browser: Browser) -> None:
    life = await theatre.subscription(prices={"3-years": "1358.00"})
    await life.move_to("2027-02-01 10:00")
    await browser.sign_in()
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew"))
    assert "For 3 years at a time it would cost EUR 400.00 less per year." in page


async def test_once_expired_the_preview_says_the_list_price_and_the_old_date(
    theatre: Theatre, browser: Browser
) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.move_to("2027-04-10 10:00")
    await browser.sign_in()
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew"))
    assert "EUR 540.00 × 12, at the list price" in page
    assert "automatically" not in page
    await browser.do(PUNCTUAL, "renew", on="/renew")
    assert (await life.payments())[-1] == "payment 1 of EUR 648000 paid"


async def test_while_a_worker_lags_the_price_that_is_shown_is_the_one_that_binds(
    theatre: Theatre, browser: Browser
) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.move_to("2027-04-10 10:00")
    async with life.sessions.begin() as session:
        await session.execute(sa.text("UPDATE subscriptions SET phase = 'renewable'"))
    await browser.sign_in()
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew"))
    assert "EUR 540.00 × 12, at the list price" in page
    assert "Done: renewing" in await browser.do(PUNCTUAL, "renew", on="/renew")
    assert (await life.payments())[-1] == "payment 1 of EUR 648000 paid"


async def test_the_answer_of_another_persons_command_is_not_told(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    await browser.do(PUNCTUAL, "reduce-seats", to="9")
    (row,) = await life.rows("SELECT id FROM commands WHERE name = 'reduce-seats'")
    await browser.sign_in(ADMIN)
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}?answer={row['id']}")
    assert 'role="status"' not in page
    assert 'role="status"' not in await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}?answer=nonsense")


async def test_nothing_is_stored_that_a_form_did_not_say(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    await browser.do(PUNCTUAL, "cancel-auto-renew", reason="x", by="operator:mallory", renewal="2027-03-31")
    async with life.sessions() as session:
        args = await session.scalar(sa.text("SELECT args FROM commands WHERE name = 'cancel-auto-renew'"))
    assert args == {"renewal": "2027-03-31"}


async def test_another_term_is_shown_with_price_dates_and_charge_before_it_is_planned(
    life: Life, browser: Browser
) -> None:
    await browser.sign_in()
    details = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    assert re.findall(r'<form method="get" action="([^"]+)"', details) == [f"{SUBSCRIPTIONS}/{PUNCTUAL}/change-term"]
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/change-term?term=month")
    for sentence in (
        "Term 31 March 2027 to 29 April 2027 EUR 68.00 × 12, at the renewal price EUR 816.00",
        "The running term stays as it is. On 31 March 2027 the new one begins: 31 March 2027 to 29 April 2027.",
        "1 month at a time costs EUR 3,960.00 more per year than 1 year at a time.",
        "On 31 March 2027 we charge EUR 816.00 (card) for 12 seats and the term 31 March 2027 to 29 April 2027.",
        "Nothing is charged now.",
        "Change to 1 month",
    ):
        assert sentence in words(page), words(page)
    assert await commands(life) == []
    answer = await browser.send(form(page, "/change-term"))
    assert "Done: changing the term" in told(await browser.page(answer.headers["location"]))
    assert (await life.row())["pending_term"] == "month"
    again = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/change-term")
    assert "1 year at a time costs EUR 3,960.00 less per year than 1 month at a time." in words(again)
    assert ('class="saving"' in page, 'class="saving"' in again) == (False, True)


async def test_a_price_of_another_term_that_was_shown_before_the_seats_changed_is_not_planned(
    life: Life, browser: Browser
) -> None:
    await browser.sign_in()
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/change-term?term=3-years")
    await browser.do(PUNCTUAL, "reduce-seats", to="9")
    answer = await browser.send(form(page, "/change-term"))
    assert "The price shown is too old." in told(await browser.page(answer.headers["location"]))
    assert (await life.row())["pending_term"] is None
    applies = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/change-term?term=3-years"))
    assert "Your planned changes apply to this term: From the next term on: 9 seats instead of 12." in applies


@pytest.mark.parametrize("term", ["year", "decade"])
async def test_a_term_that_cannot_be_chosen_is_named_and_the_first_one_shown(
    life: Life, browser: Browser, term: str
) -> None:
    await browser.sign_in()
    answer = await browser.get(f"{SUBSCRIPTIONS}/{PUNCTUAL}/change-term?term={term}")
    assert answer.status_code == 422
    assert "Choose one of the values." in words(answer.text)
    assert 'href="#field-term"' in answer.text
    assert "Change to 1 month" in words(answer.text)


OTHER_TERMS_RETIRED = """
    INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at)
    SELECT gen_random_uuid(), sku, term, currency, 99, 'retired', list_price, renewal_price,
        effective_at + interval '1 second'
    FROM prices WHERE term <> 'year' AND version = 1
"""


async def test_what_is_sold_for_no_other_term_says_whom_to_ask(life: Life, browser: Browser) -> None:
    async with life.sessions.begin() as session:
        await session.execute(sa.text(OTHER_TERMS_RETIRED))
    await browser.sign_in()
    for path in ("", "/change-term"):
        page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}{path}"))
        assert "This product is not sold for such a term in your currency. Ask our support: support@" in page


async def test_who_renews_by_hand_is_told_that_another_term_is_not_charged_by_itself(
    theatre: Theatre, browser: Browser
) -> None:
    other = await theatre.subscription(auto_renew="no")
    await other.move_to("2027-02-01 10:00")
    await browser.sign_in()
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/change-term?term=3-years"))
    assert "3 years at a time costs as much per year as 1 year at a time." in page
    assert "Nothing is charged by itself. Unless it is renewed, the subscription expires on 31 March 2027" in page


async def test_seats_are_priced_in_the_paid_term_whoever_was_away_when_it_began(
    theatre: Theatre, browser: Browser
) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-02-01 10:00", "renew") == "done"
    await browser.sign_in()
    await life.stage.show(instant("2027-04-02 10:00", life.zone))
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/add-seats?seats=2"))
    assert "Rest of this term, 364 of 366 days, today counted" in page
    assert "Total EUR 1,074.10" in page
