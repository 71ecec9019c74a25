"""Quotes and papers in the account: asked for, seen, accepted by their buyer, and by nobody else."""

import re
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from models.engine import Sessions
from models.parties import PartnerRow
from models.partners import entrust
from tests.console.account.browser import SUBSCRIPTIONS, Browser, form, told, words
from tests.scenarios.portfolios import BUYER, PUNCTUAL, SECOND
from tests.scenarios.theatre import Life, Theatre

ANA: dict[str, Any] = {"by": "operator:ana", "reason": "as agreed"}
CSN, ADMIN, EVE = "C-1", "it@northwind.example", "eve@elsewhere.example"
QUOTES, QUOTE = "/account/quotes", "Q-1001"
AT = "2027-02-01 10:00"


async def begin(theatre: Theatre, *numbers: str, **columns: Any) -> Life:
    """Subscriptions of one customer, the first of them given back, on 1 February."""
    lives = [await theatre.subscription(number=number, csn=CSN, **columns) for number in numbers or (PUNCTUAL,)]
    for life in lives:
        await life.move_to(AT)
    return lives[0]


async def issued(theatre: Theatre, **columns: Any) -> Life:
    life = await begin(theatre, **columns)
    assert await life.command(AT, "ask-for-quote", lines=[{"subscription": PUNCTUAL, "seats": 9}]) == "done"
    assert await life.command("2027-02-01 10:01", "issue-quote", quote=QUOTE, **ANA) == "done"
    return life


async def ask(browser: Browser, **fields: str) -> str:
    """Send the form that asks, begun from the first subscription; the page at the end of it."""
    here = f"{QUOTES}/ask/{PUNCTUAL}"
    answer = await browser.send(form(await browser.page(here), here), **fields)
    assert answer.status_code == 303, words(answer.text)
    return await browser.page(answer.headers["location"])


async def test_a_quote_is_asked_for_from_the_page_of_a_subscription(theatre: Theatre, browser: Browser) -> None:
    await begin(theatre, PUNCTUAL, SECOND)
    await browser.sign_in()
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    assert f'href="{QUOTES}/ask/{PUNCTUAL}"' in page
    page = await ask(browser, **{"seats-0": "9", "term-0": "3-years", "chosen-1": "yes", "seats-1": "2"})
    assert told(page) == "Done: asking for a quote."
    assert "asked for" in words(page)
    assert "Our sales team has your request." in words(page)
    assert re.search(rf"{PUNCTUAL} 9 seats, 3 years – – .*{SECOND} 2 seats, 1 year", words(page)), words(page)
    assert f"{QUOTE} Draft Standard {PUNCTUAL}, Draft Standard {SECOND} asked for" in words(await browser.page(QUOTES))


async def test_only_what_is_ticked_is_asked_for(theatre: Theatre, browser: Browser) -> None:
    life = await begin(theatre, PUNCTUAL, SECOND)
    await browser.sign_in()
    await ask(browser)
    assert [row["subscription"] for row in await life.rows("SELECT subscription FROM quote_lines")] == [PUNCTUAL]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"chosen-0": ""}, "Choose at least one subscription.", id="none"),
        pytest.param({"seats-0": "0"}, "Write a whole number of seats, from 1 on.", id="no seats"),
        pytest.param({"term-0": "decade"}, "Choose one of the values.", id="no term"),
    ],
)
async def test_what_cannot_be_read_is_named_and_not_sent(
    theatre: Theatre, browser: Browser, fields: dict[str, str], said: str
) -> None:
    life = await begin(theatre)
    await browser.sign_in()
    here = f"{QUOTES}/ask/{PUNCTUAL}"
    answer = await browser.send(form(await browser.page(here), here), **fields)
    assert (answer.status_code, said in words(answer.text)) == (422, True)
    assert await life.rows("SELECT 1 FROM quotes") == []


async def test_a_quote_cannot_be_asked_for_what_is_held(theatre: Theatre, browser: Browser) -> None:
    life = await begin(theatre)
    await browser.sign_in()
    here = f"{QUOTES}/ask/{PUNCTUAL}"
    found = form(await browser.page(here), here)
    await life.command(AT, "ask-for-quote", lines=[{"subscription": PUNCTUAL}])
    await life.command("2027-02-01 10:01", "issue-quote", quote=QUOTE, **ANA)
    answer = await browser.send(found)
    assert "Not done: asking for a quote." in told(await browser.page(answer.headers["location"]))
    assert "There is no subscription that a quote can be asked for now." in words(await browser.page(here))


async def test_what_has_expired_is_said_to_have_where_a_quote_is_asked_for(theatre: Theatre, browser: Browser) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.until("2027-04-10 10:00")
    await browser.sign_in()
    assert f"{PUNCTUAL}, expired on 31 March 2027" in words(await browser.page(f"{QUOTES}/ask/{PUNCTUAL}"))


async def test_an_open_quote_says_what_it_offers_and_its_subscription_that_it_waits(
    theatre: Theatre, browser: Browser
) -> None:
    await issued(theatre)
    await browser.sign_in()
    page = words(await browser.page(f"{QUOTES}/{QUOTE}"))
    assert "The prices hold until the end of 3 March 2027." in page
    assert "1 year, 31 March 2027 to 30 March 2028 EUR 486.00 × 9, at the renewal price EUR 4,374.00" in page
    assert "Total EUR 4,374.00" in page
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    assert f"Quote {QUOTE} is open for the next term, until 3 March 2027." in page
    assert "The quote ends if nobody accepts it" in page
    assert f"Quote {QUOTE} issued" in page
    assert "Give up the open payment" not in page


async def test_it_is_accepted_by_purchase_order(theatre: Theatre, browser: Browser) -> None:
    life = await issued(theatre)
    await browser.sign_in()
    here = f"{QUOTES}/{QUOTE}"
    accept = form(await browser.page(here), "/accept-quote")
    wrong = await browser.send(accept, method="invoice", purchase_order=" ")
    assert (wrong.status_code, "Write the number of your purchase order." in words(wrong.text)) == (422, True)
    answer = await browser.send(accept, method="invoice", purchase_order="PO-4711")
    page = await browser.page(answer.headers["location"])
    assert (told(page), "You have accepted it" in words(page)) == ("Done: accepting the quote.", True)
    again = await browser.send(accept, method="invoice", purchase_order="PO-4711")
    assert told(await browser.page(again.headers["location"])) == "Done: accepting the quote."
    assert len(await life.rows("SELECT 1 FROM orders")) == 1
    assert await life.phase() == "renewed"


async def test_or_by_paying_it_and_then_there_is_a_receipt(theatre: Theatre, browser: Browser) -> None:
    await issued(theatre)
    await browser.sign_in()
    answer = await browser.send(form(await browser.page(f"{QUOTES}/{QUOTE}"), "/accept-quote"))
    page = await browser.page(answer.headers["location"])
    assert told(page) == "Done: accepting the quote."
    (link,) = set(re.findall(r'href="(/account/orders/[^"]+/receipt\.pdf)"', page))
    assert link in await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    for path, title in ((link, "Receipt"), (f"{QUOTES}/{QUOTE}/quote.pdf", "Quote")):
        file = await browser.get(path)
        assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
        text = PdfReader(BytesIO(file.content)).pages[0].extract_text()
        assert title in text
        assert "EUR 4,374.00" in text
        assert QUOTE in text


async def test_it_is_declined(theatre: Theatre, browser: Browser) -> None:
    await issued(theatre)
    await browser.sign_in()
    answer = await browser.send(form(await browser.page(f"{QUOTES}/{QUOTE}"), "/decline-quote"))
    page = await browser.page(answer.headers["location"])
    assert told(page) == "Done: declining the quote."
    assert "/accept-quote" not in page


async def test_before_it_is_issued_there_is_no_paper_and_nothing_to_accept(theatre: Theatre, browser: Browser) -> None:
    life = await begin(theatre)
    await life.command(AT, "ask-for-quote", lines=[{"subscription": PUNCTUAL}])
    await browser.sign_in()
    assert (await browser.get(f"{QUOTES}/{QUOTE}/quote.pdf")).status_code == 404
    page = await browser.page(f"{QUOTES}/{QUOTE}")
    assert ("quote.pdf" in page, "/accept-quote" in page, "/decline-quote" in page) == (False, False, True)


async def test_the_admin_sees_the_quote_and_whom_to_ask_and_cannot_accept_it(
    theatre: Theatre, browser: Browser
) -> None:
    life = await issued(theatre, admin_email=ADMIN)
    await browser.sign_in(ADMIN)
    page = await browser.page(f"{QUOTES}/{QUOTE}")
    assert "changes and payments are for the buyer, Ada Quill" in words(page)
    assert "/accept-quote" not in page
    assert "There is no subscription that a quote can be asked for now." in words(
        await browser.page(f"{QUOTES}/ask/{PUNCTUAL}")
    )
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    fields = {"csrf": csrf[1], "key": "8a6f5d1e-0000-4000-8000-000000000000", "method": "invoice"}
    answer = await browser.client.post(f"{QUOTES}/{QUOTE}/accept-quote", data=fields | {"purchase_order": "PO-1"})
    assert "Not done: accepting the quote." in told(await browser.page(answer.headers["location"]))
    assert await life.rows("SELECT 1 FROM orders") == []


async def test_nobody_else_sees_it_or_its_papers(theatre: Theatre, browser: Browser, sessions: Sessions) -> None:
    life = await issued(theatre)
    assert await life.command("2027-02-01 10:02", "accept-quote", quote=QUOTE, purchase_order="PO-1") == "done"
    (order,) = await life.rows("SELECT id FROM orders")
    await theatre.subscription(number=SECOND, csn="C-2", buyer_email=EVE)
    await browser.sign_in(EVE)
    there = [
        f"{QUOTES}/{QUOTE}",
        f"{QUOTES}/{QUOTE}/quote.pdf",
        f"{QUOTES}/ask/{PUNCTUAL}",
        f"/account/orders/{order['id']}/receipt.pdf",
        "/account/orders/nonsense/receipt.pdf",
        "/account/orders/8a6f5d1e-0000-4000-8000-000000000000/receipt.pdf",
        f"{QUOTES}/Q-9999",
        f"{QUOTES}/nonsense",
    ]
    for path in there:
        answer = await browser.get(path)
        assert (answer.status_code, "Northwind" in answer.text) == (404, False), path
    assert QUOTE not in await browser.page(QUOTES)
    page = await browser.page(f"{SUBSCRIPTIONS}/{SECOND}")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    fields = {"csrf": csrf[1], "key": "8a6f5d1e-0000-4000-8000-000000000000"}
    for command in ("accept-quote", "decline-quote", "issue-quote"):
        answer = await browser.client.post(f"{QUOTES}/{QUOTE}/{command}", data=fields)
        assert answer.status_code == 404


async def test_who_may_see_only_a_part_of_a_quote_sees_nothing_of_it(
    theatre: Theatre, browser: Browser, sessions: Sessions
) -> None:
    life = await begin(theatre, PUNCTUAL, SECOND)
    lines = [{"subscription": number} for number in (PUNCTUAL, SECOND)]
    assert await life.command(AT, "ask-for-quote", lines=lines) == "done"
    async with sessions.begin() as session:
        add = "INSERT INTO contacts (id, csn, name, email) VALUES (gen_random_uuid(), :csn, 'IT', :email) RETURNING id"
        contact = (await session.execute(sa.text(add), {"csn": CSN, "email": ADMIN})).scalar_one()
        change = "UPDATE subscriptions SET primary_admin_id = :contact WHERE number = :number"
        await session.execute(sa.text(change), {"contact": contact, "number": PUNCTUAL})
    await browser.sign_in(ADMIN)
    assert (await browser.get(f"{QUOTES}/{QUOTE}")).status_code == 404
    assert QUOTE not in await browser.page(QUOTES)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        pytest.param("fr-FR", ["Devis Q-1001", "Accepter pour 4 374,00 EUR", "par bon de commande"], id="French"),
        pytest.param("ja-JP", ["見積書 Q-1001", "EUR 4,374.00で承諾する", "発注書"], id="Japanese"),
    ],
)
async def test_in_the_customers_language(theatre: Theatre, browser: Browser, locale: str, said: list[str]) -> None:
    await issued(theatre, locale=locale)
    await browser.sign_in(BUYER)
    page = words(await browser.page(f"{QUOTES}/{QUOTE}")).replace("\u202f", " ")
    for each in said:
        assert each in page


@pytest.mark.parametrize("foreign", [SECOND, "S-0000"], ids=["another's", "nobody's"])
async def test_others_numbers_in_the_form_are_as_good_as_none(theatre: Theatre, browser: Browser, foreign: str) -> None:
    life = await begin(theatre)
    await theatre.subscription(number=SECOND, buyer_email=EVE)
    await browser.sign_in()
    here = f"{QUOTES}/ask/{PUNCTUAL}"
    good = form(await browser.page(here), here)
    for fields in ({"number-0": foreign}, {"number-1": foreign, "chosen-1": "yes", "seats-1": "1", "term-1": "year"}):
        assert (await browser.send(good, **fields)).status_code == 404
    assert await life.rows("SELECT 1 FROM commands WHERE client_key LIKE 'account:%'") == []


async def test_by_transfer_its_code_is_shown_until_it_is_given_up_and_the_quote_is_open_again(
    theatre: Theatre, browser: Browser
) -> None:
    life = await issued(theatre)
    await browser.sign_in()
    here = f"{QUOTES}/{QUOTE}"
    accept = form(await browser.page(here), "/accept-quote")
    answer = await browser.send(accept, method="new", kind="bank_transfer", token="voucher-never-paid")
    page = await browser.page(answer.headers["location"])
    assert told(page).startswith("Begun: accepting the quote.")
    assert "You have accepted it, and its payment is open." in words(page)
    assert "To pay EUR 4,374.00: transfer reference" in words(page)
    assert "8 February 2027, 23:59" in words(page)
    for action in ("/accept-quote", "/decline-quote"):
        assert f'action="{here}{action}"' not in page
    assert "A payment or a quote for the next term is open." in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    stale = form(await browser.page(here), "/release-hold")
    answer = await browser.send(form(page, "/release-hold"))
    assert "Done: giving up the open payment" in told(await browser.page(answer.headers["location"]))
    answer = await browser.send(stale)
    assert "This payment is over, and something else is open" in told(await browser.page(answer.headers["location"]))
    assert (await browser.send(stale, hold="")).status_code == 422
    page = await browser.page(here)
    assert "The prices hold until the end of 3 March 2027." in words(page)
    assert "To pay EUR" not in words(page)
    assert form(page, "/accept-quote")
    assert await life.rows("SELECT 1 FROM claims WHERE holder = 'voucher' AND released_at IS NULL") == []


async def test_a_quote_of_what_a_partner_sold_is_asked_of_the_partner_and_accepted_by_purchase_order(
    theatre: Theatre, browser: Browser, sessions: Sessions
) -> None:
    life = await begin(theatre, channel="partner", auto_renew="no")
    await browser.sign_in()
    assert f"{QUOTES}/ask/" not in await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    async with sessions.begin() as session:
        at = (await session.execute(sa.text("SELECT timestamptz '2027-01-31 12:00+00'"))).scalar_one()
        session.add(
            PartnerRow(
                code="north-tools", name="North", created_at=at, created_by="operator:ana", created_because="new"
            )
        )
        await session.flush()
        await entrust(session, [PUNCTUAL], "north-tools", by="operator:ana", reason="signed", now=at)
    here = f"{QUOTES}/ask/{PUNCTUAL}"
    assert "The partner who sold you this issues it" in words(await browser.page(here))
    assert "The partner who sold you this has your request." in words(await ask(browser, **{"seats-0": "9"}))
    given = {"by": "partner:north-tools", "reason": "as agreed", "quote": QUOTE}
    assert await life.command("2027-02-01 10:01", "issue-quote", **given) == "done"
    page = await browser.page(f"{QUOTES}/{QUOTE}")
    assert "The partner who sold you this sends the invoice." in words(page)
    (paper,) = PdfReader(BytesIO((await browser.get(f"{QUOTES}/{QUOTE}/quote.pdf")).content)).pages
    paper_says = " ".join(paper.extract_text().split())
    assert "by a purchase order; the partner who sold you this sends the invoice." in paper_says
    assert "Renewing here" not in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    assert 'name="token"' not in page
    answer = await browser.send(form(page, "/accept-quote"), purchase_order="PO-4711")
    assert "Done: accepting the quote." in told(await browser.page(answer.headers["location"]))
    assert "Quote Q-1001 issued" in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
