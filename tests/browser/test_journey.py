"""A buyer's whole way through the account without JavaScript, in each language: from the mailed link to signing out."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from pypdf import PdfReader

from console.account.speech import speech_of
from mail.sink import Sink
from models.engine import Sessions
from models.parties import PartnerRow
from models.partners import entrust
from renewals.payments import MethodKind
from tests.browser.album import AXE, NARROW, PICTURES, WIDE, Album
from tests.browser.cast import ADMIN, CUSTOMERS, OVERDUE, QUOTED, WITH_PARTNER, Customer, raise_curtain
from tests.browser.person import Person, write
from tests.scenarios.portfolios import PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import Life, Theatre

OPERATOR = {"by": "operator:ana", "reason": "as agreed"}
QUOTE = "Q-1001"
PATIENCE = 10_000
"""Milliseconds after which what does not come fails the test; no test measures time."""


@pytest.fixture(params=CUSTOMERS, ids=str)
def customer(request: pytest.FixtureRequest) -> Customer:
    found: Customer = request.param
    return found


@pytest.fixture
async def lives(theatre: Theatre, sessions: Sessions, tmp_path: Path, customer: Customer) -> dict[str, Life]:
    return {life.number: life for life in await raise_curtain(theatre, sessions, tmp_path, customer)}


@pytest.fixture
async def album(chromium: Browser, customer: Customer) -> AsyncIterator[Album]:
    """Its browser has JavaScript, for axe-core alone; French is read as on a phone, Japanese in the dark."""
    width = NARROW if str(customer) == "fr" else WIDE
    async with await chromium.new_context(viewport=width, **customer.tastes) as context:
        await context.add_init_script(AXE)
        yield Album(PICTURES / str(customer), await context.new_page())


@pytest.fixture
async def person(chromium: Browser, home: str, sink: Sink, customer: Customer, album: Album) -> AsyncIterator[Person]:
    async with await chromium.new_context(java_script_enabled=False, **customer.tastes) as context:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", album.hear)
        page.on("response", album.see)
        yield Person(page, home, speech_of(customer.locale), sink, album)


async def test_everything_a_buyer_does(
    person: Person, lives: dict[str, Life], customer: Customer, album: Album, sessions: Sessions
) -> None:
    await person.sign_in(customer.buyer)
    await expect(person.page.locator("html")).to_have_attribute("lang", customer.locale)
    await person.keep("subscriptions")
    await _looks_at_the_contracts(person)
    await _changes_seats(person)
    await _switches_automatic_renewal(person)
    await _chooses_a_method(person)
    await _edits_methods(person)
    await _renews(person)
    await _renews_together(person)
    await _gets_a_quote(person, lives[QUOTED])
    await _hands_over_the_admin_role(person)
    await _looks_at_what_goes_another_way(person)
    await _gets_a_quote_of_a_partner(person, lives[WITH_PARTNER], sessions)
    await _looks_at_use_of_seats(person)
    await _makes_a_calendar(person)
    await _signs_out(person)
    assert await album.everything_read() == []


async def _looks_at_the_contracts(person: Person) -> None:
    await person.room("contracts")
    await person.keep("contracts")
    await person.click(person.page.locator('main a[href$="/direct_online"]'))
    await person.keep("contract")


async def _changes_seats(person: Person) -> None:
    await person.click(person.page.locator(f'main a[href$="/{PUNCTUAL}"]'))
    await person.keep("subscription")
    await person.click(person.page.locator('a.button[href$="/add-seats"]'))
    await person.page.locator('form.inline [name="seats"]').fill("2")
    await person.click(person.page.locator("form.inline button"))
    await person.keep("add-seats")
    await person.send("add-seats")
    await person.is_told("add-seats")
    await person.keep("seats-added")
    await person.send("reduce-seats", to="9")
    await person.is_told("reduce-seats")
    await person.reads(person.t("pending"))
    await person.keep("fewer-seats-planned")
    await person.send("withdraw-pending")
    await person.is_told("withdraw-pending")
    await expect(person.page.locator(".pending")).to_have_count(0)
    await person.click(person.page.locator('main a[href$="/change-term"]').first)
    await person.keep("another-term")
    await person.send("change-term")
    await person.is_told("change-term")
    await person.send("withdraw-pending")
    await person.is_told("withdraw-pending")


async def _switches_automatic_renewal(person: Person) -> None:
    await person.send("cancel-auto-renew")
    await person.is_told("cancel-auto-renew")
    await person.keep("automatic-renewal-off")
    await person.send("resume-auto-renew")
    await person.is_told("resume-auto-renew")


async def _chooses_a_method(person: Person) -> None:
    await person.room("methods")
    await person.keep("payment-methods")
    await person.send("payment-methods", button=person.t("methods.add_button"), token="")
    await person.reads(person.t("wrong.token"))
    await person.keep("payment-method-wrong")
    await person.send("payment-methods", button=person.t("methods.add_button"), token="ok", expires="2031-04")
    await person.reads(person.t("methods.done.added"))
    await person.keep("payment-method-added")
    await person.details(PUNCTUAL)
    until = person.t.w.day(date(2031, 4, 30))
    stored = person.page.locator('form[action$="/set-payment-method"] label').filter(has_text=until).locator("input")
    await person.send("set-payment-method", method=await stored.get_attribute("value") or "")
    await person.is_told("set-payment-method")


async def _edits_methods(person: Person) -> None:
    card, paypal = person.t.w.day(date(2031, 4, 30)), person.t.w.method_as_label(MethodKind.PAYPAL)
    await person.room("methods")
    await _edit(person, card, "name", label=NAMES[person.t.w.language])
    await person.reads(person.t("methods.done.named"))
    await person.send("payment-methods", button=person.t("methods.add_button"), kind="paypal", token="ok")
    for each in await person.page.locator(".method summary").all():
        await each.click()
    await person.keep("payment-methods-edited")
    await person.room("methods")
    await _edit(person, paypal, "name", label="4111 1111 1111 1111")
    await person.reads(person.t("wrong.label"))
    await person.keep("payment-method-name-wrong")
    await person.room("methods")
    await _edit(person, card, "replace", method="new", kind="paypal", token="ok")
    await person.reads(person.t("methods.done.replaced"))
    await person.keep("payment-method-replaced")
    await _edit(person, card, "remove")
    await person.reads(person.t("methods.done.removed"))
    await person.keep("payment-method-removed")
    await person.details(PUNCTUAL)


NAMES = {"en": "Office card", "fr": "Carte du bureau", "ja": "本社のカード"}


async def _edit(person: Person, words: str, what: str, **fields: str) -> None:
    """Send one of the forms of the method that is called so."""
    named = person.page.locator(".method").filter(has=person.page.locator("b", has_text=words))
    await named.locator("summary").click()
    form = named.locator(f'form[action$="/{what}"]')
    for name, value in fields.items():
        await write(form, name, value)
    await person.click(form.locator("button"))


async def _renews(person: Person) -> None:
    await person.click(person.page.locator('a[href$="/renew"]'))
    await person.keep("renew")
    total = await person.page.locator("tfoot .amount").inner_text()
    await person.send("renew")
    await person.is_told("renew")
    await person.reads(person.t("phase.renewed"))
    await expect(person.page.locator("#orders ~ table tbody tr").first.locator(".amount")).to_have_text(total)
    await person.keep("renewed")
    file = await person.download(person.page.locator('a[href$="/receipt.pdf"]').first)
    assert _with_plain_spaces(total) in _with_plain_spaces(PdfReader(await file.path()).pages[0].extract_text())


def _with_plain_spaces(text: str) -> str:
    return " ".join(text.split())


async def _renews_together(person: Person) -> None:
    await person.room("subscriptions")
    for number in (SECOND, THIRD):
        await person.page.locator(f'input[type="checkbox"][value="{number}"]').check()
    await person.click(person.page.get_by_role("button", name=person.t("renew_together")))
    await person.keep("cart")
    await person.send("cart")
    await person.reads(person.t("result.done", renewed="2", all="2"))
    await person.keep("renewed-together")


async def _gets_a_quote(person: Person, life: Life) -> None:
    await person.details(QUOTED)
    await person.click(person.page.locator('a[href*="/quotes/ask/"]'))
    await person.keep("ask-for-quote")
    await person.send(f"quotes/ask/{QUOTED}", **{"seats-0": "5", "term-0": "3-years"})
    await person.is_told("ask-for-quote")
    await person.keep("quote-asked-for")
    assert await life.command("2027-02-01 12:30", "issue-quote", quote=QUOTE, **OPERATOR) == "done"
    await person.room("quotes")
    await person.keep("quotes")
    await person.link(QUOTE)
    await person.keep("quote")
    await person.download(person.page.locator('a[href$="/quote.pdf"]'))
    await person.send("accept-quote", method="invoice", purchase_order="")
    await person.reads(person.t("wrong.purchase_order"))
    await person.keep("quote-wrong")
    await person.send("accept-quote", method="invoice", purchase_order="PO-4711")
    await person.is_told("accept-quote")
    await person.keep("quote-accepted")


async def _hands_over_the_admin_role(person: Person) -> None:
    await person.details(PUNCTUAL)
    await person.send("hand-over-admin", to=ADMIN)
    await person.is_told("hand-over-admin")


async def _looks_at_what_goes_another_way(person: Person) -> None:
    await person.details(OVERDUE)
    await person.reads(person.t("phase.past_due"))
    await person.keep("overdue")
    await person.details(WITH_PARTNER)
    await person.keep("with-the-partner")


async def _gets_a_quote_of_a_partner(person: Person, life: Life, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add(
            PartnerRow(
                code="north-tools",
                name="North Tools",
                created_at=SIGNED_AT,
                created_by="operator:ana",
                created_because="it has signed",
            )
        )
        await session.flush()
        await entrust(session, [WITH_PARTNER], "north-tools", now=SIGNED_AT, **OPERATOR)
    await person.go(f"/account/quotes/ask/{WITH_PARTNER}")
    await person.keep("ask-the-partner-for-a-quote")
    await person.send(f"quotes/ask/{WITH_PARTNER}", **{"seats-0": "5"})
    await person.keep("partners-quote-asked-for")
    partner = {"by": "partner:north-tools", "reason": "as agreed"}
    assert await life.command("2027-02-01 12:30", "issue-quote", quote="Q-1002", **partner) == "done"
    await person.go("/account/quotes/Q-1002")
    await person.keep("partners-quote")
    await person.send("accept-quote", purchase_order="PO-4712")
    await person.is_told("accept-quote")


SIGNED_AT = datetime(2027, 1, 12, 12, tzinfo=UTC)


async def _looks_at_use_of_seats(person: Person) -> None:
    await person.room("usage")
    await person.keep("use-of-seats")
    await person.link("Draft Standard")
    await person.keep("use-of-seats-by-user")


async def _makes_a_calendar(person: Person) -> None:
    await person.room("calendar")
    await person.keep("calendar")
    await person.send("calendar/address")
    address = await person.page.locator("code.address").inner_text()
    await person.keep("calendar-address")
    answer = await person.page.request.get(address)
    assert "BEGIN:VCALENDAR" in await answer.text()
    await person.room("calendar")
    await person.keep("calendar-made")
    await person.send("calendar/end")
    assert (await person.page.request.get(address)).status == 404


async def _signs_out(person: Person) -> None:
    await person.click(person.page.get_by_role("button", name=person.t("sign_out")))
    await person.details(PUNCTUAL)
    await expect(person.page.get_by_role("button", name=person.t("send_link"))).to_be_visible()
    await person.go("/account/no-such-page")
    await person.keep("not-found")
