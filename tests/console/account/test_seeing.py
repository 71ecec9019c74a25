"""What a person sees: their own subscriptions, in their language, with what is possible and what is not."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from console.account.finding import PAGE
from models.engine import Sessions
from tests.console.account.browser import SUBSCRIPTIONS, Browser, words
from tests.scenarios.portfolios import BUYER, PUNCTUAL, SECOND
from tests.scenarios.theatre import Life, Theatre

ADMIN = "it@northwind.example"


async def details(browser: Browser, number: str = PUNCTUAL) -> str:
    return words(await browser.page(f"{SUBSCRIPTIONS}/{number}"))


async def begin(theatre: Theatre, at: str = "2027-02-01 10:00", **columns: Any) -> Life:
    life = await theatre.subscription(**columns)
    await life.move_to(at)
    return life


async def test_whoever_has_nothing_is_told_so(theatre: Theatre, browser: Browser, sessions: Sessions) -> None:
    await theatre.subscription(admin_email=ADMIN)
    await browser.sign_in(ADMIN)
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE subscriptions SET primary_admin_id = buyer_id"))
    page = words(await browser.page(SUBSCRIPTIONS))
    assert "You are neither the buyer nor the primary admin of a subscription." in page
    assert "support@example.com" in page


async def test_the_list_says_what_each_is_when_it_renews_and_at_which_price(theatre: Theatre, browser: Browser) -> None:
    await begin(theatre)
    await begin(theatre, number=SECOND, auto_renew="no", renews_on="2027-05-31", seats="3")
    await browser.sign_in(BUYER.upper())
    page = words(await browser.page(SUBSCRIPTIONS))
    assert "other ways of paying such as financing, ask our sales team: sales@example.com" in page
    assert re.search(
        rf"Draft Standard {PUNCTUAL} Northwind Surveying LLC 12 1 year renewal open renews on 31 March 2027 "
        r"automatic, card EUR 5,832\.00",
        page,
    ), page
    assert re.search(rf"{SECOND} Northwind .* 3 1 year active expires on 31 May 2027 by hand EUR 1,458\.00", page)


async def test_the_list_has_pages_of_fifty(theatre: Theatre, browser: Browser, sessions: Sessions) -> None:
    await theatre.subscription(live=None)
    async with sessions.begin() as session:
        row = (await session.execute(sa.text("SELECT * FROM subscriptions"))).mappings().one()
        columns = ", ".join(name for name in row if name != "number")
        await session.execute(
            sa.text(
                f"INSERT INTO subscriptions (number, {columns})"  # noqa: S608 - columns of our own table
                f" SELECT 'T-' || lpad(n::text, 3, '0'), {columns} FROM subscriptions, generate_series(1, :more) n"
            ),
            {"more": PAGE},
        )
    await browser.sign_in()
    first = await browser.page(SUBSCRIPTIONS)
    (after,) = re.findall(r'href="(/account/subscriptions\?after=[^"]+)"', first)
    second = await browser.page(after)
    numbers = [re.findall(r'href="/account/subscriptions/([^"?]+)"', page) for page in (first, second)]
    assert [len(page) for page in numbers] == [PAGE, 1]
    assert numbers[0] + numbers[1] == [PUNCTUAL, *(f"T-{n:03}" for n in range(1, PAGE + 1))]
    assert "?after=" not in second


async def test_one_subscription_shows_its_facts_what_is_coming_and_what_happened(
    theatre: Theatre, browser: Browser
) -> None:
    await begin(theatre)
    await browser.sign_in()
    page = await details(browser)
    assert "On 31 March 2027 we charge EUR 5,832.00 (card) for 12 seats and the term 31 March 2027 to" in page
    assert "Running term 31 March 2026 to 30 March 2027" in page
    assert "Card, valid through 31 August 2029" in page
    assert "Ada Quill (you)" in page
    assert "31 March 2027, 06:00 Automatic charge of EUR 5,832.00" in page
    assert "21 February 2027, 09:00 Mail: notice of the coming charge" in page
    assert "Taken over into this account: renewal open" in page
    assert "Nothing has been ordered here yet." in page


@pytest.mark.parametrize(
    ("at", "columns", "sentences"),
    [
        pytest.param(
            "2027-01-10 10:00",
            {"renews_on": "2027-06-30"},
            ["It is too early to renew. Come back on 1 April 2027."],
            id="too early",
        ),
        pytest.param(
            "2027-02-01 10:00",
            {"channel": "partner"},
            [
                "Your partner renews this subscription",
                "Automatic renewal on, but nothing is charged automatically",
                "You bought this subscription from a partner.",
                "partners@",
            ],
            id="partner",
        ),
        pytest.param(
            "2027-02-01 10:00",
            {"sku": "PLANT-MP"},
            ["Maintenance plans cannot be changed or renewed here.", "Ask our sales team: sales@", "Ask our support:"],
            id="maintenance plan",
        ),
        pytest.param(
            "2027-02-01 10:00", {"country": "JP"}, ["This is not offered in your country."], id="country not served"
        ),
        pytest.param(
            "2027-04-10 10:00",
            {"method_token": "insufficient_funds"},
            [
                "The payment for the term 31 March 2027 to",
                "We try again on 14 April 2027: EUR 5,832.00, card.",
                "Automatic renewal on Payment method",
            ],
            id="past due",
        ),
        pytest.param(
            "2027-04-10 10:00",
            {"method_token": "lost_card"},
            [
                "That method is not tried again.",
                "Payment of EUR 5,832.00: declined State",
                "Automatic renewal on, but nothing is charged automatically",
            ],
            id="a hard decline is not named",
        ),
        pytest.param(
            "2027-05-20 10:00",
            {"auto_renew": "no"},
            ["This subscription has ended and cannot be renewed any more.", "Ask our sales team:"],
            id="lapsed",
        ),
    ],
)
async def test_what_is_not_possible_says_why_and_what_to_do(
    theatre: Theatre, browser: Browser, at: str, columns: dict[str, str], sentences: list[str]
) -> None:
    life = await begin(theatre, at, **columns)
    await life.catch_up()
    await browser.sign_in()
    page = await details(browser)
    for sentence in sentences:
        expected = sentence.replace("declined State", "declined")
        assert expected in page, page
    assert "lost" not in page


async def test_whoever_is_admin_but_not_buyer_sees_all_and_changes_nothing(theatre: Theatre, browser: Browser) -> None:
    life = await begin(theatre, admin_email=ADMIN)
    await browser.sign_in(ADMIN)
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    assert "You are the primary admin." in words(page)
    assert "Only the buyer can do this: Ada Quill." in words(page)
    assert "we charge EUR 5,832.00" in words(page)
    assert re.findall(r'<form method="post" action="([^"]+)"', page) == ["/account/sign-out"]
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    key = "8b6b2b7e-6f6e-4e9c-9d0a-0f6d1f5b3c11"
    answer = await browser.client.post(f"{SUBSCRIPTIONS}/{PUNCTUAL}/cancel-auto-renew", data={"csrf": csrf, "key": key})
    assert "Not done: automatic renewal off. Only the buyer can do this: Ada Quill." in words(
        await browser.page(answer.headers["location"])
    )
    assert (await life.row())["auto_renew"] is True
    preview = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew"))
    assert "This is not possible now. Only the buyer can do this: Ada Quill." in preview


KEEP = {
    "en-GB": "more: at today's prices it renews for EUR 5,832.00 before 31 March 2027, and for EUR 6,480.00 once",
    "fr-FR": "plus cher : aux prix actuels, il se renouvelle pour 5 832,00 EUR avant le 31 mars 2027, et pour 6 480",
    "ja-JP": "割高になることがあります。現在の価格では、2027年3月31日より前の更新は",
}
ANEW = {
    "en-GB": "After that only a new subscription can be bought, which may cost more.",
    "fr-FR": "Ensuite, seul un nouvel abonnement peut être acheté, ce qui peut coûter plus cher.",
    "ja-JP": "その後は新規のご購入のみとなり、割高になることがあります。",
}


@pytest.mark.parametrize("locale", KEEP)
@pytest.mark.parametrize(
    ("at", "said"), [("2027-02-01 10:00", KEEP), ("2027-04-10 10:00", ANEW)], ids=["before", "late"]
)
async def test_what_is_let_expire_may_cost_more_to_buy_anew_and_says_so(
    theatre: Theatre, browser: Browser, locale: str, at: str, said: dict[str, str]
) -> None:
    await begin(theatre, at, auto_renew="no", locale=locale)
    await browser.sign_in()
    page = re.sub(r"\s", " ", await details(browser))
    assert said[locale] in page, page


@pytest.mark.parametrize(
    ("at", "columns"),
    [
        pytest.param("2027-02-01 10:00", {}, id="renews automatically"),
        pytest.param("2027-02-01 10:00", {"auto_renew": "no", "channel": "partner"}, id="at a partner's price"),
        pytest.param("2027-04-10 10:00", {"auto_renew": "no", "sku": "PLANT-MP"}, id="not sold any more"),
        pytest.param("2027-05-20 10:00", {"auto_renew": "no"}, id="lapsed"),
    ],
)
async def test_what_nobody_can_keep_here_by_renewing_says_nothing_of_it(
    theatre: Theatre, browser: Browser, at: str, columns: dict[str, str]
) -> None:
    life = await begin(theatre, at, **columns)
    await life.catch_up()
    await browser.sign_in()
    assert "may cost more" not in await details(browser)


@pytest.mark.parametrize(
    ("locale", "language", "charge", "possible"),
    [
        pytest.param("en-GB", "en-GB", "we charge EUR 5,832.00 (card) for 12 seats", "Add seats", id="English"),
        pytest.param(
            "fr-CA",
            "fr-CA",
            "Le 31 mars 2027, nous prélevons 5 832,00 EUR (carte) pour 12 postes",
            "Ajouter",
            id="French",
        ),
        pytest.param(
            "ja-JP", "ja-JP", "2027年3月31日に、契約期間（2027年3月31日から", "シートを追加する", id="Japanese"
        ),
        pytest.param("de-DE", "en", "we charge EUR 5,832.00", "Add seats", id="none of ours"),
    ],
)
async def test_a_page_speaks_the_customers_language(
    theatre: Theatre, browser: Browser, locale: str, language: str, charge: str, possible: str
) -> None:
    await begin(theatre, locale=locale)
    await browser.sign_in()
    for path in (SUBSCRIPTIONS, f"{SUBSCRIPTIONS}/{PUNCTUAL}", f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew"):
        assert f'<html lang="{language}">' in await browser.page(path)
    page = await details(browser)
    assert charge in page
    assert possible in page


STATES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "expired": ("2027-04-10 10:00", {"auto_renew": "no"}, "", "Until 15 May 2027 it can still be renewed, at the list"),
    "suspended": (
        "2027-04-17 10:00",
        {"method_token": "insufficient_funds"},
        "",
        "Access is suspended until it is paid.",
    ),
    "parked": (
        "2027-02-01 10:00",
        {},
        "UPDATE subscriptions SET parked_at = now(), parked_because = 'a secret'",
        "Our staff are looking at this subscription.",
    ),
    "in doubt": ("2027-02-01 10:00", {"method_token": "timeout-then-paid"}, "renew", "A payment has no answer yet."),
    "paid ahead": (
        "2027-02-01 10:00",
        {},
        "renew",
        "The next term, 31 March 2027 to 30 March 2028, is paid, for 12 seats",
    ),
    "without a method": ("2027-02-01 10:00", {"method_kind": ""}, "", "none stored"),
    "without a price": ("2027-02-01 10:00", {}, "UPDATE customers SET currency = 'CHF'", "at the price in force then"),
    "not live": (
        "2027-02-01 10:00",
        {"live": None, "imported": "2027-01-01"},
        "",
        "This subscription is being set up.",
    ),
}


@pytest.mark.parametrize("state", STATES)
async def test_every_state_can_be_seen_and_has_its_words_in_every_language(
    theatre: Theatre, browser: Browser, sessions: Sessions, state: str
) -> None:
    at, columns, cause, sentence = STATES[state]
    life = await theatre.subscription(**columns)
    await life.move_to(at)
    if columns.get("live", at):
        await life.catch_up()
    await browser.sign_in()
    if cause == "renew":
        await browser.do(PUNCTUAL, "renew", on="/renew")
    for locale in ("ja-JP", "fr-FR", "en-GB"):
        async with sessions.begin() as session:
            await session.execute(sa.text("UPDATE customers SET locale = :locale"), {"locale": locale})
            if cause.startswith("UPDATE"):
                await session.execute(sa.text(cause))
        pages = [words(await browser.page(f"{SUBSCRIPTIONS}{path}")) for path in ("", f"/{PUNCTUAL}")]
        previews = [f"{SUBSCRIPTIONS}/{PUNCTUAL}/{name}" for name in ("renew", "add-seats")]
        pages += [words(await browser.page(path)) for path in previews]
        assert not any("{" in page or "a secret" in page for page in pages)
    assert sentence in pages[1], pages[1]


@pytest.mark.parametrize(
    "columns", [pytest.param({"auto_renew": "no"}, id="expired"), pytest.param({"method_token": "lost_card"}, id="due")]
)
async def test_once_the_renewal_date_has_come_nothing_is_offered_for_it(
    theatre: Theatre, browser: Browser, columns: dict[str, str]
) -> None:
    life = await begin(theatre, "2027-04-10 10:00", **columns)
    await life.catch_up()
    await browser.sign_in()
    page = await details(browser)
    assert "Pay the next term now. It begins on the renewal date all the same." in page
    assert "or have it charged on the renewal date" not in page
