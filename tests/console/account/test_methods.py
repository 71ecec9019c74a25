"""Payment methods in the account: chosen for a subscription, listed, added, and edited."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from models.engine import Sessions
from tests.console.account.browser import SUBSCRIPTIONS, Browser, form, words
from tests.scenarios.portfolios import BUYER, PUNCTUAL, SECOND
from tests.scenarios.theatre import Life, Theatre

PAGE = "/account/payment-methods"
MANY_EVENTS = """
    INSERT INTO events (subscription, at, event, data, caused_by)
    SELECT :number, timestamptz '2027-01-02 09:00+00' + n / 2 * interval '1 hour', 'released', '{}', 'operator:ana'
    FROM generate_series(1, 130) n
"""
ADMIN = "it@northwind.example"


@pytest.fixture
async def life(theatre: Theatre) -> Life:
    life = await theatre.subscription(csn="7700", admin_email=ADMIN)
    await life.move_to("2027-02-01 10:00")
    return life


async def methods(life: Life) -> list[dict[str, Any]]:
    query = "SELECT id, kind, token, valid_through FROM payment_methods WHERE csn = '7700' ORDER BY valid_through"
    return [dict(row) for row in await life.rows(query)]


async def add(browser: Browser, **fields: str) -> str:
    answer = await browser.send(form(await browser.page(PAGE), "/payment-methods"), **fields)
    assert answer.status_code == 303, words(answer.text)
    return words(await browser.page(answer.headers["location"]))


async def test_a_method_is_added_and_then_chosen_for_a_subscription(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    page = await add(browser, kind="card", token="tok_second", expires="2031-04")
    assert "The method is stored." in page
    assert re.search(r"Card, valid through 30 April 2031 stored on .* Used by none of your subscriptions\.", page)
    assert f"Card, valid through 31 August 2029 stored on 1 January 2027 Used by {PUNCTUAL}" in page
    assert "tok_second" not in page
    _, second = sorted(await methods(life), key=lambda each: each["token"])
    said = await browser.do(PUNCTUAL, "set-payment-method", method=str(second["id"]))
    assert "Done: setting the payment method" in said
    assert (await life.row())["method_id"] == second["id"]
    events = await life.rows("SELECT * FROM events WHERE event = 'method_stored'")
    assert [(each["customer"], each["subscription"], each["caused_by"]) for each in events] == [("7700", None, BUYER)]
    assert "tok_second" not in str(events)


async def test_adding_the_same_again_is_a_repeat(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    for _ in range(2):
        await add(browser, kind="paypal", token="pp_1")
    assert len(await methods(life)) == 2


async def test_a_new_expiry_is_a_new_method_that_its_subscriptions_use(
    life: Life, theatre: Theatre, browser: Browser
) -> None:
    other = await theatre.subscription(number=SECOND, csn="7700", renews_on="2027-05-31")
    await other.move_to("2027-02-01 10:00")
    await browser.sign_in()
    (old,) = await methods(life)
    answer = await browser.send(form(await browser.page(PAGE), "/expiry", of=str(old["id"])), expires="2032-01")
    assert answer.status_code == 303
    page = words(await browser.page(answer.headers["location"]))
    assert "Card, valid through 31 January 2032 stored on" in page
    assert f"Used by {PUNCTUAL} , {SECOND}" in page
    kept, new = await methods(life)
    assert (kept, new["token"]) == (old, old["token"])
    assert {(await each.row())["method_id"] for each in (life, other)} == {new["id"]}
    assert "Mail: payment method changed" in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))


async def test_a_subscription_that_may_not_use_the_new_expiry_is_not_said_to(life: Life, browser: Browser) -> None:
    assert await life.command("2027-02-01 11:00", "park", by="operator:ana", reason="dispute") == "done"
    await browser.sign_in()
    (old,) = await methods(life)
    expiry = form(await browser.page(PAGE), "/expiry", of=str(old["id"]))
    for month in ("2032-01", "2033-01"):
        answer = await browser.send(expiry, expires=month)
        assert answer.status_code == 303
        page = words(await browser.page(answer.headers["location"]))
        assert "The new expiry is stored, but not all of your subscriptions use it" in page
    assert (await life.row())["method_id"] == old["id"]


@pytest.mark.parametrize(
    ("action", "fields", "complaint"),
    [
        pytest.param("/payment-methods", {"token": "4111 1111 1111 1111"}, "That looks like a card number", id="card"),
        pytest.param("/payment-methods", {"token": ""}, "Write the provider's token", id="no token"),
        pytest.param("/payment-methods", {"token": "t", "expires": "2020-01"}, "That month is over", id="over"),
        pytest.param("/name", {"label": "x" * 41}, "Write at most 40 characters", id="a long name"),
        pytest.param("/name", {"label": "mine 4111 1111 1111 1111"}, "a card number must not", id="a number as name"),
        pytest.param("/replace", {"kind": "card", "token": ""}, "Write the provider's token", id="replaced by nothing"),
        pytest.param("/expiry", {"expires": "08/32"}, "Write the month as 2029-08", id="no month"),
        pytest.param("/expiry", {"expires": "2020-01"}, "That month is over", id="an expiry that is over"),
    ],
)
async def test_what_cannot_be_read_is_named_with_its_field(
    life: Life, browser: Browser, action: str, fields: dict[str, str], complaint: str
) -> None:
    await browser.sign_in()
    answer = await browser.send(form(await browser.page(PAGE), action), **fields)
    assert answer.status_code == 422
    assert complaint in words(answer.text)
    (field,) = re.findall(r'href="#field-(\w+)"', answer.text)
    assert answer.text.count(f'id="field-{field}"') == 1
    assert "4111" not in answer.text
    assert len(await methods(life)) == 1


async def test_an_admin_sees_them_and_changes_nothing(life: Life, browser: Browser) -> None:
    await browser.sign_in(ADMIN)
    page = await browser.page(PAGE)
    assert "Only a buyer adds or changes payment methods." in words(page)
    assert "/expiry" not in page
    (old,) = await methods(life)
    token = re.search(r'name="csrf" value="(\w+)"', page)
    assert token
    forms = ("", *(f"/{old['id']}/{what}" for what in ("expiry", "name", "replace", "remove")))
    for path in forms:
        fields = {"csrf": token[1], "key": "00000000-0000-4000-8000-000000000000", "csn": "7700", "kind": "card"}
        fields |= {"token": "tok_new", "expires": "2032-01", "label": "mine"}
        answer = await browser.client.post(f"{PAGE}{path}", data=fields)
        assert answer.status_code == 404
    assert await methods(life) == [old]


async def test_another_customers_methods_are_not_there(life: Life, theatre: Theatre, browser: Browser) -> None:
    await theatre.subscription(number=SECOND, csn="8800", buyer_email="eve@elsewhere.example", live=None)
    await browser.sign_in("eve@elsewhere.example")
    (mine,) = await methods(life)
    page = await browser.page(PAGE)
    assert str(mine["id"]) not in page
    for what in ("expiry", "name", "replace", "remove", "nonsense"):
        foreign = form(page, "/expiry")
        foreign.action = f"{PAGE}/{mine['id']}/{what}"
        answer = await browser.send(foreign, expires="2032-01", label="mine", kind="paypal", token="pp")
        assert answer.status_code == 404, what
    assert (await browser.send(form(page, "/payment-methods"), csn="7700", token="t")).status_code == 404


async def edit(browser: Browser, what: str, of: object, **fields: str) -> str:
    """Send one of the forms of a method; what the page says then."""
    answer = await browser.send(form(await browser.page(PAGE), f"/{what}", of=str(of)), **fields)
    assert answer.status_code == 303, words(answer.text)
    return words(await browser.page(answer.headers["location"]))


async def test_a_name_stays_with_its_card_whatever_its_expiry(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    (old,) = await methods(life)
    page = await edit(browser, "name", old["id"], label="  Blue   card ")
    assert "The name is stored." in page
    assert "Blue card (card, valid through 31 August 2029) stored on" in page
    assert "Blue card (card" in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    assert "Blue card (card" in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew"))
    assert "Blue card (card, valid through 31 January 2032)" in await edit(
        browser, "expiry", old["id"], expires="2032-01"
    )
    page = await edit(browser, "remove", old["id"])
    assert "31 August 2029" not in page
    assert "Blue card (card, valid through 31 January 2032)" in page
    (new,) = [each for each in await methods(life) if each["id"] != old["id"]]
    assert "Blue card" not in await edit(browser, "name", new["id"], label="")
    events = await life.rows("SELECT customer, data, caused_by FROM events WHERE event = 'method_named' ORDER BY id")
    assert [(each["customer"], each["data"]["has_name"], each["caused_by"]) for each in events] == [
        ("7700", True, BUYER),
        ("7700", False, BUYER),
    ]
    assert "Blue" not in str(events)


async def test_the_same_name_again_is_no_news(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    (old,) = await methods(life)
    for _ in range(2):
        await edit(browser, "name", old["id"], label="Office card")
    assert len(await life.rows("SELECT id FROM events WHERE event = 'method_named'")) == 1


async def test_another_method_takes_the_place_of_one_wherever_it_is_used(
    life: Life, theatre: Theatre, browser: Browser
) -> None:
    other = await theatre.subscription(number=SECOND, csn="7700", renews_on="2027-05-31")
    await other.move_to("2027-02-01 10:00")
    await browser.sign_in()
    (old,) = await methods(life)
    page = await edit(browser, "replace", old["id"], kind="paypal", token="pp_1")
    assert "Your subscriptions use the other method from the next charge on." in page
    assert re.search(rf"PayPal account stored on [^)]* Used by {PUNCTUAL} , {SECOND}", page)
    (new,) = [each for each in await methods(life) if each["id"] != old["id"]]
    assert {(await each.row())["method_id"] for each in (life, other)} == {new["id"]}
    assert "Mail: payment method changed" in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    await edit(browser, "replace", new["id"], method=str(old["id"]))
    assert {(await each.row())["method_id"] for each in (life, other)} == {old["id"]}


async def test_what_nothing_uses_is_removed_and_its_token_forgotten(life: Life, browser: Browser) -> None:
    await browser.sign_in()
    await add(browser, kind="paypal", token="pp_1")
    (old, new) = sorted(await methods(life), key=lambda each: each["kind"])
    before = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    assert "The method is removed." in await edit(browser, "remove", new["id"])
    page = await browser.page(PAGE)
    assert str(new["id"]) not in page
    assert [each["token"] for each in await life.rows("SELECT token FROM payment_methods ORDER BY token")] == [
        "",
        old["token"],
    ]
    events = await life.rows("SELECT customer, data, caused_by FROM events WHERE event = 'method_removed'")
    assert [(each["customer"], each["data"]["kind"], each["caused_by"]) for each in events] == [
        ("7700", "paypal", BUYER)
    ]
    late = form(before, "/set-payment-method")
    answer = await browser.send(late, method=str(new["id"]))
    assert answer.status_code == 303
    assert (await life.row())["method_id"] == old["id"]
    await add(browser, kind="paypal", token="pp_1")
    assert "PayPal" in words(await browser.page(PAGE))


async def test_what_is_used_is_not_removed(life: Life, theatre: Theatre, browser: Browser) -> None:
    await browser.sign_in()
    (old,) = await methods(life)
    page = await browser.page(PAGE)
    assert "It can be removed once none of your subscriptions uses it." in words(page)
    assert "/remove" not in page
    by_force = form(page, "/expiry")
    by_force.action = f"{PAGE}/{old['id']}/remove"
    answer = await browser.send(by_force)
    assert answer.headers["location"] == f"{PAGE}?done=in_use"
    assert "The method was not removed" in words(await browser.page(answer.headers["location"]))
    assert await methods(life) == [old]


async def test_what_a_code_waits_to_be_paid_with_is_not_removed(
    life: Life, browser: Browser, sessions: Sessions
) -> None:
    await browser.sign_in()
    said = await browser.do(PUNCTUAL, "renew", on="/renew", method="new", kind="bank_transfer", token="never")
    assert "The code to pay with stands below" in said
    (transfer,) = [each for each in await methods(life) if each["kind"] == "bank_transfer"]
    page = await edit(browser, "remove", transfer["id"])
    assert "The method was not removed" in page
    assert len(await methods(life)) == 2


@pytest.mark.parametrize(("locale", "title"), [("fr-FR", "Moyens de paiement"), ("ja-JP", "お支払い方法の一覧")])
async def test_it_speaks_the_customers_language(theatre: Theatre, browser: Browser, locale: str, title: str) -> None:
    await theatre.subscription(locale=locale, live=None)
    await browser.sign_in()
    assert title in words(await browser.page(PAGE))


async def test_the_record_goes_on_beyond_its_first_page(life: Life, browser: Browser, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(text(MANY_EVENTS), {"number": PUNCTUAL})
    await browser.sign_in()
    address, seen, pages = f"{SUBSCRIPTIONS}/{PUNCTUAL}", 0, 0
    while address:
        page = await browser.page(address)
        seen, pages = seen + words(page).count("It goes on"), pages + 1
        older = re.search(r'href="([^"]*\?before=\d+)#happened"', page)
        assert ("Newest" in words(page)) == (pages > 1)
        address = older[1] if older else ""
    assert (seen, pages) == (130, 3)
    for wrong in ("x", "-1", "0", "9" * 18, "9" * 30):
        assert (await browser.get(f"{SUBSCRIPTIONS}/{PUNCTUAL}?before={wrong}")).status_code == 404
