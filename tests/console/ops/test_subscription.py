"""One subscription as an operator reads it: where it stands, one timeline of past and future, receipts, raw facts."""

import json
import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from models.engine import Sessions
from models.journal import raise_alarm, record
from renewals.roles import Role
from tests.console.ops.staff import People, Person, acts, words
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER, PUNCTUAL
from tests.scenarios.theatre import Theatre, gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]

PAGE = f"/ops/subscriptions/{PUNCTUAL}"
PARIS = "Europe/Paris"
SECRET = "insufficient_funds"
LONG_TOKEN = "tok_live_5f3a9e1c77d24b86"


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER, reads="en-GB")


async def seen(mira: Person, path: str = PAGE) -> str:
    """The page in words."""
    return unescape(words(await mira.page(path)))


def lines(page: str) -> list[str]:
    """The timeline, from above."""
    (timeline,) = re.findall(r'<ol class="timeline">.*?</ol>', page, re.S)
    return [unescape(words(each)).strip() for each in re.findall(r"<li.*?</li>", timeline, re.S)]


async def test_an_active_one_shows_its_plan_and_why_each_date(theatre: Theatre, mira: Person) -> None:
    life = await theatre.subscription(starts_on="2026-09-30", renews_on="2027-09-30", method_token=LONG_TOKEN)
    await life.move_to("2027-02-01 10:00")
    page = await mira.page(PAGE)
    told = unescape(words(page))
    assert f"{PUNCTUAL} active" in told
    assert "Running term 1 year, 30 September 2026 to 29 September 2027" in told
    assert "Payment method Card ••••4b86, valid through 31 August 2029" in told
    assert "Auto-renew on: it is charged by itself" in told
    assert "Access until 15 October 2027" in told
    assert f"Buyer Ada Quill <{BUYER}>" in told
    assert "EUR 486.00 × 12, at the renewal price EUR 5,832.00" in told
    shown = lines(page)
    now = next(at for at, line in enumerate(shown) if line.endswith("Now"))
    assert "Becomes past due only if nobody has paid by then" in shown[0]
    assert "What is unpaid at the end of the renewal date, 30 September 2027, is past due." in shown[0]
    assert "Charge of EUR 5,832.00" in shown[1]
    assert "on the renewal date, 30 September 2027, at the charge time, 6:00 AM, and 0 min" in shown[1].casefold() or (
        "On the renewal date, 30 September 2027, at the charge time" in shown[1]
    )
    assert "only if" not in shown[1]
    assert "Mail: notice of the coming charge 7 days before the renewal date, 30 September 2027" in shown[2]
    assert "Becomes renewable The early window opens 90 days before the renewal date" in shown[now - 1]
    assert "operator:ana: first season" in " ".join(shown[now:])
    assert "begins as active" in shown[-1]


async def test_a_renewable_one_names_what_holds_it_and_until_when(theatre: Theatre, mira: Person) -> None:
    life = await theatre.subscription()
    voucher: dict[str, Any] = {"kind": "bank_transfer", "token": "voucher-never-paid"}
    assert await life.command("2027-03-01 10:00", "renew", **voucher) == "done"
    told = await seen(mira)
    assert f"{PUNCTUAL} renewable" in told
    assert "Held by a voucher that its buyer may pay, until 8 March 2027" in told
    assert "An order, quote or voucher holds the next term. Until 8 March 2027" in told
    assert "The hold on the next term ends" in told
    assert "voucher of EUR 5,832.00: voucher open" in told
    assert f"by checkout: done {BUYER}" in told


async def test_a_past_due_one_says_what_was_declined_and_when_it_is_tried_again(theatre: Theatre, mira: Person) -> None:
    life = await theatre.subscription(method_token=SECRET)
    await life.move_to("2027-04-02 12:00")
    page = await mira.page(PAGE)
    told = unescape(words(page))
    assert "Past due: try 2, of 1 April 2027" in told
    assert "charge of EUR 5,832.00: declined (insufficient funds) try 2, card soft decline: tried again" in told
    assert "A soft decline is tried again 28 days after the renewal date, 31 March 2027" in told
    assert "Access is suspended only if nobody has paid by then Access is kept for 15 days" in told
    assert "The last retry is 28 days after the renewal date, 31 March 2027; without success it ends then." in told
    assert f"mail payment declined: sent the letter to {BUYER}" in told.replace("  ", " ")
    assert "automatic renewal open" in told


async def test_one_in_doubt_says_so_and_offers_to_resolve_it_only_to_who_moves_money(
    theatre: Theatre, mira: Person, people: People
) -> None:
    life = await theatre.subscription(method_token="timeout-then-paid")
    await life.move_to("2027-03-31 06:02")
    told = await seen(mira)
    assert "A payment has no answer since 31 March 2027" in told
    assert "is asked about after 5 minutes, after an hour, then daily" in told
    assert "Your role does not move money" in told
    assert "A payment has no answer yet. The gateway is asked again on 31 March 2027" in told
    finance = await people.signed_in("fay", Role.FINANCE)
    assert f'action="{PAGE}/resolve-payment/confirm"' in await finance.page(PAGE)


async def test_a_parked_one_says_since_when_by_whom_and_why(theatre: Theatre, mira: Person) -> None:
    life = await theatre.subscription()
    await life.command("2027-02-01 10:00", "park", by="operator:ana", reason="Two <orders>?")
    page = await mira.page(PAGE)
    assert "Two &lt;orders&gt;?" in page
    told = unescape(words(page))
    assert "Parked since 1 February 2027" in told
    assert "Nothing is planned." in told
    assert "parked for an operator operator:ana: Two <orders>?" in told
    assert "parked: done operator:ana: Two <orders>?" in told


async def test_a_lapsed_one_is_final(theatre: Theatre, mira: Person) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.move_to("2027-06-01 10:00")
    told = await seen(mira)
    assert "Lapsed on 16 May 2027" in told
    assert "It has lapsed: buying again is a new subscription." in told
    assert "There is no next term with a price." in told
    assert "late window" not in told.partition("Now")[0].partition("Past and future")[2]
    assert "Next step none" in told


async def test_alarms_come_first_and_lead_no_reader_astray(theatre: Theatre, mira: Person, sessions: Sessions) -> None:
    await theatre.subscription()
    async with sessions.begin() as session:
        await raise_alarm(session, PUNCTUAL, "mail_rejected", "550 <no>", instant("2027-02-01 10:00", PARIS))
    page = await mira.page(PAGE)
    assert page.index('id="alarms"') < page.index('id="timeline"')
    assert "<title>(1)" in page
    assert "550 &lt;no&gt;" in page


async def test_the_past_is_read_page_by_page_and_nothing_twice(
    theatre: Theatre, mira: Person, sessions: Sessions
) -> None:
    await theatre.subscription()
    at = instant("2027-02-01 10:00", PARIS)
    async with sessions.begin() as session:
        for n in range(90):
            record(session, PUNCTUAL, at, "parked", {}, reason=f"reason number {n}.")
            await session.flush()
    found, path, pages = list[str](), PAGE, 0
    while path:
        page = await mira.page(path)
        found += re.findall(r"reason number \d+\.", page)
        older = re.search(rf'href="({PAGE}\?before=\d+)#timeline"', page)
        assert ('id="now"' in page) is (path == PAGE)
        path, pages = (older[1], pages + 1) if older else ("", pages + 1)
    assert found == [f"reason number {n}." for n in range(89, -1, -1)]
    assert pages == 3
    for wrong in ("?before=999999", "?before=x"):
        assert (await mira.get(PAGE + wrong)).status_code == 404


async def test_neither_page_nor_raw_facts_hold_a_token(theatre: Theatre, mira: Person) -> None:
    life = await theatre.subscription(method_token=LONG_TOKEN)
    await life.command(
        "2027-02-01 10:00", "set-payment-method", kind="card", token="tok_second_0123456789", expires="2031-04"
    )
    page = await mira.page(PAGE)
    for secret in (LONG_TOKEN, "tok_second_0123456789", "tok_"):
        assert secret not in page
    assert "••••6789" in page
    (raw,) = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.S)
    facts = json.loads(unescape(raw))
    assert facts["facts"]["number"] == PUNCTUAL
    assert facts["facts"]["renews_on"] == "2027-03-31"
    assert any("charge EUR 5,832.00" in step for step in facts["plan"])
    assert BUYER not in raw


async def test_a_short_token_is_not_shown_even_in_part(theatre: Theatre, mira: Person) -> None:
    await theatre.subscription(method_token="lost_card")
    told = await seen(mira)
    assert "Card ••••, valid through" in told


async def test_opening_it_is_on_record_and_so_is_a_mail(theatre: Theatre, mira: Person, sessions: Sessions) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-02-01 10:00")
    page = await mira.page(PAGE)
    (link,) = set(re.findall(rf'href="({PAGE}/mails/[^"]+)"', page)[:1])
    answer = await mira.get(link)
    assert "Ada Quill" in answer.text
    assert f'src="{link}/letter"' in answer.text
    assert "frame-src 'self'" in answer.headers["content-security-policy"]
    framed = await mira.get(f"{link}/letter")
    assert "sandbox" in framed.headers["content-security-policy"]
    assert [act for act in await acts(sessions) if act[0] == "operator:mira" and act[1] != "sign_in"] == [
        ("operator:mira", "subscription.read", PUNCTUAL, None),
        ("operator:mira", "mail.read", PUNCTUAL, None),
    ]


async def test_an_order_that_is_paid_has_its_receipt_with_every_factor(
    theatre: Theatre, mira: Person, sessions: Sessions
) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-04-01 10:00")
    page = await mira.page(PAGE)
    told = unescape(words(page))
    assert "automatic renewal paid" in told
    assert "Term 31 March 2027 to 30 March 2028 EUR 486.00 × 12, at the price last announced" in told or (
        "Term 31 March 2027 to 30 March 2028 EUR 486.00 × 12, at the renewal price" in told
    )
    assert "try 1, card" in told
    (link,) = re.findall(rf'href="({PAGE}/orders/[^"]+receipt.pdf)"', page)
    answer = await mira.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    other = link.replace(link.split("/")[-2], str(UUID(int=1)))
    assert (await mira.get(other)).status_code == 404


async def test_it_leads_to_its_workflow_at_temporal(theatre: Theatre, mira: Person) -> None:
    await theatre.subscription()
    address = f"http://localhost:8233/namespaces/default/workflows/subscription-{PUNCTUAL}"
    assert f'href="{address}"' in await mira.page(PAGE)


async def test_it_leads_to_all_that_concerns_it(theatre: Theatre, mira: Person) -> None:
    await theatre.subscription()
    page = await mira.page(PAGE)
    for address, says in (
        ("/ops/customers/", "Customers"),
        (f"/ops/letters?subscription={PUNCTUAL}", "Mails"),
        (f"/ops/compliance/{PUNCTUAL}", f"Legal notices of {PUNCTUAL}"),
        (f"/ops/audit?about={PUNCTUAL}", "subscription looked at"),
        ("/ops/offerings/", "Prices"),
    ):
        (link,) = re.findall(rf'href="({re.escape(address)}[^"]*)"', page)
        assert says in await seen(mira, link)


@pytest.mark.parametrize("number", ["S-9999", "%00", "S-1%2F..%2F2"])
async def test_an_unknown_number_is_told_in_a_sentence(mira: Person, number: str) -> None:
    answer = await mira.get(f"/ops/subscriptions/{number}")
    assert answer.status_code == 404
    assert "There is no " in words(answer.text)


async def test_before_go_live_it_shows_what_would_be(theatre: Theatre, mira: Person) -> None:
    life = await theatre.subscription(live=None, imported="2027-02-01 10:00")
    await life.stage.show(instant("2027-02-01 11:00", PARIS))
    told = await seen(mira)
    assert "Not live yet: nothing is charged or mailed." in told
    assert "As it would be if it went live now." in told


async def test_without_a_price_it_says_what_is_missing(theatre: Theatre, mira: Person, sessions: Sessions) -> None:
    await theatre.subscription()
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE customers SET currency = 'GBP'"))
    told = await seen(mira)
    assert "the next term has no price in this currency" in told


async def test_it_speaks_french(theatre: Theatre, mira: Person) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-02-01 10:00")
    answer = await mira.get(PAGE, **{"accept-language": "fr-FR"})
    told = unescape(words(answer.text))
    for sentence in (
        "à renouveler",
        "Prélèvement de 5 832,00 EUR",
        "jours avant la date de renouvellement, le 31 mars 2027",
        "Ce que vous pouvez faire",
        "Désactiver le renouvellement automatique",
    ):
        assert sentence in told.replace("\u202f", " "), sentence
