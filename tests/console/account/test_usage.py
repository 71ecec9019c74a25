"""The use of seats in the account: per product, per subscription and per user, and a word in previews."""

from pathlib import Path

import pytest

from models.engine import Sessions
from tests.console.account.browser import SUBSCRIPTIONS, Browser, words
from tests.console.account.seat_use import tell
from tests.scenarios.portfolios import PUNCTUAL, SECOND
from tests.scenarios.theatre import Theatre

ADMIN = "it@northwind.example"


async def test_the_report_counts_products_and_subscriptions(
    theatre: Theatre, browser: Browser, sessions: Sessions, tmp_path: Path
) -> None:
    life = await theatre.subscription(csn="7700")
    await life.move_to("2027-02-01 10:00")
    await theatre.subscription(number=SECOND, csn="7700", seats="3", renews_on="2027-05-31", live=None)
    await tell(sessions, tmp_path, seats=9, used=7)
    await browser.sign_in()
    page = words(await browser.page("/account/usage"))
    assert "Draft Standard Northwind Surveying LLC 15 9 7 7 31 January 2027; 1 never told" in page
    assert f"Draft Standard {PUNCTUAL} 12 9 7 7 31 January 2027" in page
    assert f"Draft Standard {SECOND} 3 0 – – never told" in page


async def test_a_subscriptions_users_stand_in_pages_with_their_last_day(
    theatre: Theatre, browser: Browser, sessions: Sessions, tmp_path: Path
) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-02-01 10:00")
    await tell(sessions, tmp_path, seats=60, used=7)
    await browser.sign_in()
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/usage")
    assert "More users than seats: 60 users, 12 seats." in words(page)
    assert "user000@northwind.example 1 April 2026 20 January 2027 yes yes" in words(page)
    assert "user049@northwind.example 1 April 2026 never no no" in words(page)
    assert "user050@" not in page
    address = page.partition("/usage?after=")[2].partition('"')[0]
    following = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/usage?after={address}"))
    assert "user050@" in following
    assert "user059@" in following
    for wrong in ("x", "00000000-0000-4000-8000-000000000000"):
        assert (await browser.get(f"{SUBSCRIPTIONS}/{PUNCTUAL}/usage?after={wrong}")).status_code == 404


async def test_unused_seats_are_said_before_they_are_paid_for(
    theatre: Theatre, browser: Browser, sessions: Sessions, tmp_path: Path
) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-02-01 10:00")
    said = "12 seats, 7 used in the 90 days up to 31 January 2027."
    await browser.sign_in()
    assert said not in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    await tell(sessions, tmp_path, seats=9, used=7)
    for page in ("", "/renew", "/usage"):
        assert said in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}{page}")), page
    await life.command("2027-02-01 11:00", "reduce-seats", to=8)
    assert said not in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew"))


async def test_one_used_seat_agrees_in_french(
    theatre: Theatre, browser: Browser, sessions: Sessions, tmp_path: Path
) -> None:
    life = await theatre.subscription(locale="fr-FR")
    await life.move_to("2027-02-01 10:00")
    await browser.sign_in()
    await tell(sessions, tmp_path, seats=9, used=1)
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/usage"))
    assert "Postes utilisés sur les 90 jours jusqu’au 31 janvier 2027 inclus : 1 sur 12 postes." in page


@pytest.mark.parametrize(
    ("locale", "title"), [("fr-FR", "Utilisation des postes de Draft Standard"), ("ja-JP", "Draft Standardのシートの")]
)
async def test_it_speaks_the_customers_language_to_an_admin_too(
    theatre: Theatre, browser: Browser, sessions: Sessions, tmp_path: Path, locale: str, title: str
) -> None:
    life = await theatre.subscription(admin_email=ADMIN, locale=locale)
    await life.move_to("2027-02-01 10:00")
    await tell(sessions, tmp_path, seats=9, used=7)
    await browser.sign_in(ADMIN)
    assert title in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/usage"))
    assert "user003@northwind.example" in await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/usage")


async def test_nobody_elses_users_are_shown(
    theatre: Theatre, browser: Browser, sessions: Sessions, tmp_path: Path
) -> None:
    await theatre.subscription(live=None)
    await theatre.subscription(number=SECOND, csn="7700", buyer_email="eve@elsewhere.example", live=None)
    await tell(sessions, tmp_path, seats=3, used=3)
    await browser.sign_in("eve@elsewhere.example")
    assert (await browser.get(f"{SUBSCRIPTIONS}/{PUNCTUAL}/usage")).status_code == 404
    assert PUNCTUAL not in await browser.page("/account/usage")


async def test_the_letter_before_the_charge_says_it(theatre: Theatre, sessions: Sessions, tmp_path: Path) -> None:
    life = await theatre.subscription()
    await life.until("2027-01-31")
    await tell(sessions, tmp_path, seats=9, used=7)
    await life.until("2027-02-22")
    rows = await life.rows(
        "SELECT kind, raw FROM notices WHERE subscription = :number AND outcome = 'sent' ORDER BY sent_at"
    )
    said = {row["kind"]: b"7 of them were used in the 90 days" in row["raw"].replace(b"=\r\n", b"") for row in rows}
    assert said["advance_charge_notice"], rows


async def test_how_often_each_user_used_a_seat_is_said_where_it_is_known(
    theatre: Theatre, browser: Browser, sessions: Sessions, tmp_path: Path
) -> None:
    life = await theatre.subscription(csn="7700")
    await life.move_to("2027-02-01 10:00")
    await tell(sessions, tmp_path, seats=9, used=7, listed=True)
    await browser.sign_in()
    report = words(await browser.page("/account/usage"))
    assert f"{PUNCTUAL} 12 9 7 4.0 days each 7 5.0 days each 31 January 2027" in report
    users = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/usage"))
    assert "user000@northwind.example 1 April 2026 20 January 2027 on 1 day on 2 days" in users
    assert "user006@northwind.example 1 April 2026 20 January 2027 on 7 days on 8 days" in users
    assert "user007@northwind.example 1 April 2026 never no no" in users


async def test_the_report_can_be_had_as_files(
    theatre: Theatre, browser: Browser, sessions: Sessions, tmp_path: Path
) -> None:
    life = await theatre.subscription(csn="7700")
    await life.move_to("2027-02-01 10:00")
    await theatre.subscription(number=SECOND, csn="8800", buyer_email="eve@elsewhere.example", live=None)
    await tell(sessions, tmp_path, seats=9, used=7, listed=True)
    await tell(sessions, tmp_path, seats=1, used=1, number=SECOND)
    await browser.sign_in()
    products = (await browser.get("/account/usage/products.csv")).text.splitlines()
    assert products[0].startswith("\ufeffCustomer number,Customer,Product,Subscriptions,Seats,Users with a seat,")
    assert products[1:] == ["7700,Northwind Surveying LLC,Draft Standard,1,12,9,7,7,28,35,2027-01-31"]
    for address in ("/account/usage/users.csv", f"{SUBSCRIPTIONS}/{PUNCTUAL}/usage.csv"):
        answer = await browser.get(address)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        users = answer.text.splitlines()
        first = "user000@northwind.example,2026-04-01,2027-01-20,yes,yes,1,2,2027-01-31"
        assert (len(users), users[1]) == (10, f"7700,{PUNCTUAL},Draft Standard,{first}")
        assert SECOND not in answer.text
    assert (await browser.get(f"{SUBSCRIPTIONS}/{SECOND}/usage.csv")).status_code == 404
