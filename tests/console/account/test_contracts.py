"""Contracts [000, 002, 004]: what a customer bought in one purchase mode, and what its manager may do with it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from cli.stage import Stage
from console.account.finding import PAGE
from models.engine import Sessions
from tests.console.account.browser import SUBSCRIPTIONS, Browser, words
from tests.scenarios.portfolios import PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import Life, Theatre

CONTRACTS = "/account/contracts"
ONLINE, PARTNER = f"{CONTRACTS}/C-1/direct_online", f"{CONTRACTS}/C-1/partner"
ADMIN = "it@northwind.example"
FOREIGN: dict[str, Any] = {"number": "S-9", "csn": "C-9", "buyer_email": "eve@elsewhere.example", "buyer_name": "Eve"}
NOON = "2027-02-01 12:00"


@pytest.fixture
async def life(theatre: Theatre) -> Life:
    """Two subscriptions bought online, one from a partner, of one customer; and one of somebody else."""
    life = await theatre.subscription(csn="C-1", admin_email=ADMIN)
    await life.move_to(NOON)
    other = await theatre.subscription(SECOND, csn="C-1", auto_renew="no", renews_on="2027-04-30", seats="3")
    await other.move_to(NOON)
    partner = await theatre.subscription(THIRD, csn="C-1", channel="partner", method_kind="")
    await partner.move_to(NOON)
    await theatre.subscription(**FOREIGN, live=None)
    return life


async def test_the_list_has_each_customer_and_way_of_purchase_once(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    page = await browser.page(CONTRACTS)
    assert re.findall(r'href="(/account/contracts/[^"]+)"', page) == [ONLINE, PARTNER]
    said = words(page)
    assert "Northwind Surveying LLC C-1, bought online Ada Quill renewal open (2) 15 31 March 2027" in said
    assert "Northwind Surveying LLC C-1, bought from a partner Ada Quill" in said
    assert "Eve" not in said


async def test_the_next_renewal_date_is_never_one_that_is_paid_already(life: Life, browser: Browser) -> None:
    assert await life.command(NOON, "change-term", term="3-years") == "done"
    assert await life.command(NOON, "renew") == "done"
    await browser.sign_in()
    assert "bought online Ada Quill renewal open (1), renewed (1) 15 30 April 2027" in words(
        await browser.page(CONTRACTS)
    )
    second = replace(life, number=SECOND, stage=Stage(life.client, life.sessions, SECOND))
    assert await second.command(NOON, "renew") == "done"
    assert "bought online Ada Quill renewed (2) 15 30 April 2028" in words(await browser.page(CONTRACTS))
    assert "renews on 31 March 2030" in words(await browser.page(ONLINE))


async def test_a_contract_shows_its_subscriptions_with_what_can_be_done_under_seats_term_and_renewal(
    life: Life, browser: Browser
) -> None:
    await browser.sign_in()
    page = await browser.page(ONLINE)
    said = words(page)
    for fact in (
        "Customer number (CSN) C-1",
        "Way of purchase bought online",
        "Currency EUR",
        "Contract manager (buyer) Ada Quill",
        "Subscriptions 2",
        "Seats 15",
    ):
        assert fact in said
    assert re.search(rf"{PUNCTUAL} 12 Add seats Reduce seats 1 year 31 March 2026 to 30 March 2027 Change the", said)
    assert f"{SECOND} 3 Add seats 1 year" in said
    assert "Reduce seats: Draft Standard S-37330" not in page
    here = f"{SUBSCRIPTIONS}/{PUNCTUAL}"
    for address in (f"{here}/add-seats", f"{here}?open=reduce-seats#reduce-seats", f"{here}/renew"):
        assert f'href="{address}"' in page
    opened = await browser.page(f"{here}?open=reduce-seats")
    assert '<details class="action" id="reduce-seats" open>' in opened
    assert f'href="{ONLINE}"' in opened
    assert " open>" not in await browser.page(f"{here}?open=park")


async def test_what_can_be_renewed_goes_into_the_cart_together(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    page = await browser.page(ONLINE)
    assert "Renew together what can be renewed (2)" in words(page)
    assert re.findall(r'type="hidden" name="number" value="([^"]+)"', page) == [PUNCTUAL, SECOND]


async def test_a_partners_contract_says_whom_to_ask_and_offers_nothing(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    page = await browser.page(PARTNER)
    assert "Your partner renews these subscriptions and changes them." in words(page)
    assert "partners@example.com" in page
    assert not re.search(r'class="of" href=', page)


async def test_its_orders_are_told_with_their_subscriptions_receipts_and_pages(
    life: Life, browser: Browser, sessions: Sessions
) -> None:
    await browser.sign_in()
    assert "Done: adding seats" in await browser.do(PUNCTUAL, "add-seats", on="/add-seats?seats=2")
    page = await browser.page(ONLINE)
    assert f"more seats {PUNCTUAL} · 2 seats added, until 30 March 2027 paid Card Receipt (PDF)" in words(page)
    (receipt,) = re.findall(r'href="(/account/orders/[^"]+/receipt.pdf)"', page)
    assert (await browser.get(receipt)).status_code == 200
    async with sessions.begin() as session:
        await _copy_orders(session, PAGE)
    first = await browser.page(ONLINE)
    (older,) = re.findall(rf'href="({ONLINE}\?before=[^"#]+)#orders"', first)
    second = await browser.page(older)
    assert [page.count("more seats") for page in (first, second)] == [PAGE, 1]
    assert "?before=" not in second
    assert f'href="{ONLINE}#orders"' in second


async def _copy_orders(session: Any, count: int) -> None:
    """As many orders more, each a minute older than the one before it."""
    for table, columns in (("orders", ""), ("order_lines", "order_")):
        names = (
            await session.execute(
                text("SELECT column_name FROM information_schema.columns WHERE table_name = :t AND column_name <> :id"),
                {"t": table, "id": f"{columns}id"},
            )
        ).scalars()
        told = {name: name for name in names}
        if table == "orders":
            told["ordered_at"] = "ordered_at - n * interval '1 minute'"
        new_id = f"md5({columns}id::text || n)::uuid"
        await session.execute(
            text(
                f"INSERT INTO {table} ({columns}id, {', '.join(told)}) "  # noqa: S608 - columns of our own table
                f"SELECT {new_id}, {', '.join(told.values())} FROM {table}, generate_series(1, :count) n"
            ),
            {"count": count},
        )


async def test_whoever_sees_a_part_of_a_contract_sees_no_more_of_it(life: Life, browser: Browser) -> None:
    await browser.sign_in(ADMIN)
    assert re.findall(r'href="(/account/contracts/[^"]+)"', await browser.page(CONTRACTS)) == [ONLINE]
    page = await browser.page(ONLINE)
    assert "You see this contract as primary admin. Its manager changes and pays it: Ada Quill." in words(page)
    assert "Subscriptions 1 Seats 12" in words(page)
    assert SECOND not in page
    assert "Add seats" not in page
    assert (await browser.get(PARTNER)).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        f"{CONTRACTS}/C-9/direct_online",
        f"{CONTRACTS}/C-0/direct_online",
        f"{CONTRACTS}/C-1/direct_sales",
        f"{CONTRACTS}/C-1/nonsense",
        f"{CONTRACTS}/%00/direct_online",
        f"{ONLINE}?after=%00",
        f"{ONLINE}?before=nonsense",
        f"{ONLINE}?before=8b6b2b7e-6f6e-4e9c-9d0a-0f6d1f5b3c11",
    ],
)
async def test_other_peoples_contracts_are_as_good_as_none(life: Life, browser: Browser, address: str) -> None:
    await browser.sign_in()
    assert (await browser.get(address)).status_code == 404


async def test_a_large_contract_has_pages_of_fifty(life: Life, browser: Browser, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        query = text("SELECT * FROM subscriptions WHERE number = :number")
        row = (await session.execute(query, {"number": SECOND})).mappings().one()
        columns = ", ".join(name for name in row if name != "number")
        await session.execute(
            text(
                f"INSERT INTO subscriptions (number, {columns})"  # noqa: S608 - columns of our own table
                f" SELECT 'T-' || lpad(n::text, 3, '0'), {columns} FROM subscriptions, generate_series(1, :more) n"
                " WHERE number = :number"
            ),
            {"more": PAGE, "number": SECOND},
        )
    await browser.sign_in()
    first = await browser.page(ONLINE)
    (after,) = re.findall(rf'href="({ONLINE}\?after=[^"]+)"', first)
    second = await browser.page(after)
    assert "Subscriptions 52 Seats 165" in words(first)
    numbers = [
        re.findall(r'<th scope="row"><a href="/account/subscriptions/([^"?]+)"', page) for page in (first, second)
    ]
    assert [len(page) for page in numbers] == [PAGE, 2]
    assert "?after=" not in second
    async with sessions.begin() as session:  # somebody else buys what stands on the second page, and shows it to them
        await session.execute(
            text(
                "UPDATE subscriptions SET primary_admin_id = buyer_id, buyer_id = (SELECT id FROM contacts"
                " WHERE email = :other AND csn = subscriptions.csn) WHERE number = ANY(:numbers)"
            ),
            {"other": ADMIN, "numbers": numbers[1]},
        )
    assert "You see this contract as primary admin." not in words(await browser.page(after))


async def test_the_words_are_there_in_french_and_japanese(theatre: Theatre, browser: Browser) -> None:
    await theatre.subscription(csn="C-1", locale="fr-FR", live=None)
    await browser.sign_in()
    assert "Gestionnaire de contrat (acheteur) Ada Quill" in words(await browser.page(ONLINE))
