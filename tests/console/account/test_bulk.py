"""Several subscriptions renewed together: chosen in the list, confirmed in a cart, told line by line."""

import html
import json
import re
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from tests.console.account.browser import SUBSCRIPTIONS, Browser, form, words
from tests.scenarios.bulk import BY_HAND, FIRST, SECOND, THIRD
from tests.scenarios.theatre import Life, Theatre

CART = "/account/cart"
ALL_THREE = f"{CART}?number={FIRST}&number={SECOND}&number={THIRD}"
NOON = "2027-02-01 12:00"
ADMIN = "it@northwind.example"
SENT_BACK = """
    INSERT INTO refunds (id, attempt_id, subscription, amount, currency, because, owed_at, calls, sent_at, reference)
    SELECT gen_random_uuid(), id, 'S-23561', 3000, 'EUR', 'paid_too_much', now(), 0, now(), 'reference' FROM attempts
"""
REFUNDED = SENT_BACK.replace("'paid_too_much', now(), 0, now()", "'operator', now(), 0, '2027-03-05 10:00+00'")
CARD = {"method-1": "new", "kind-1": "card", "expires-1": "2030-05"}


@pytest.fixture
async def lives(theatre: Theatre) -> list[Life]:
    lives = [await theatre.subscription(number, **BY_HAND) for number in (FIRST, SECOND, THIRD)]
    for life in lives:
        await life.move_to(NOON)
    return lives


async def admit(theatre: Theatre, life: Life) -> None:
    """Another person becomes the primary admin of that one alone."""
    async with theatre.sessions.begin() as session:
        admin = (
            "INSERT INTO contacts (id, csn, email, name) VALUES (gen_random_uuid(), 'C-1', :email, 'Ida') RETURNING id"
        )
        id_ = (await session.execute(text(admin), {"email": ADMIN})).scalar_one()
        update = text("UPDATE subscriptions SET primary_admin_id = :id WHERE number = :number")
        await session.execute(update, {"id": id_, "number": life.number})


async def confirm(browser: Browser, page: str, **fields: str) -> str:
    """Send the form of a cart; the page of its result."""
    answer = await browser.send(form(page, CART), **fields)
    assert answer.status_code == 303, words(answer.text)
    return await browser.page(answer.headers["location"])


@pytest.mark.usefixtures("lives")
async def test_what_is_chosen_in_the_list_is_renewed_by_one_order(browser: Browser) -> None:
    await browser.sign_in()
    listed = await browser.page(f"{SUBSCRIPTIONS}?every=1")
    assert re.findall(r'<input type="checkbox" name="number" value="([^"]+)"[^>]* checked>', listed) == [
        FIRST,
        SECOND,
        THIRD,
    ]
    cart = await browser.page(ALL_THREE)
    assert "Total EUR 17,496.00" in words(cart)
    assert "EUR 486.00 × 12, at the renewal price" in words(cart)
    assert "Renew for EUR 17,496.00" in words(cart)
    result = words(await confirm(browser, cart))
    assert "Done: 3 of 3 renewed. A mail confirms each order." in result
    assert result.count(" renewed EUR 5,832.00") == 3
    assert "renewing together with others (you)" in words(await browser.page(f"{SUBSCRIPTIONS}/{FIRST}")).lower()


async def test_the_same_form_sent_twice_pays_once(browser: Browser, lives: list[Life]) -> None:
    await browser.sign_in()
    cart = await browser.page(ALL_THREE)
    assert "3 of 3" in words(await confirm(browser, cart))
    assert "3 of 3" in words(await confirm(browser, cart))
    assert len(await lives[0].rows("SELECT 1 FROM orders")) == 1


async def test_a_declined_card_is_told_and_can_be_tried_again(browser: Browser, lives: list[Life]) -> None:
    await browser.sign_in()
    result = await confirm(browser, await browser.page(ALL_THREE), **CARD, **{"token-1": "insufficient_funds*1"})
    assert "The payment of EUR 17,496.00 did not go through. Nothing was bought with it." in words(result)
    assert words(result).count("payment failed") == 3
    (again,) = re.findall(r'href="(/account/cart\?[^"]+)"', result)
    assert "Total EUR 17,496.00" in words(await browser.page(html.unescape(again)))
    assert len(await lives[0].rows("SELECT 1 FROM attempts WHERE state = 'paid'")) == 0


@pytest.mark.usefixtures("lives")
async def test_a_transfer_shows_its_reference_and_until_when(browser: Browser) -> None:
    await browser.sign_in()
    transfer = {"method-1": "new", "kind-1": "bank_transfer", "token-1": "voucher-never-paid"}
    result = words(await confirm(browser, await browser.page(ALL_THREE), **transfer))
    assert re.search(r"To pay EUR 17,496.00: transfer reference \d{4}-\d{4}-\d{4}, until 8 February 2027", result)
    assert result.count("to be paid by you") == 3


async def test_the_admin_of_one_line_sees_its_part_and_nothing_of_the_others(
    browser: Browser, theatre: Theatre, lives: list[Life]
) -> None:
    await admit(theatre, lives[0])
    await browser.sign_in()
    transfer = {"method-1": "new", "kind-1": "bank_transfer", "token-1": "voucher-never-paid"}
    await confirm(browser, await browser.page(ALL_THREE), **transfer)
    async with theatre.sessions.begin() as session:
        await session.execute(text(SENT_BACK))
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{FIRST}"))
    assert re.search(r"To pay EUR 17,496.00: transfer reference \d{4}-\d{4}-\d{4}, until 8 February 2027", page)
    await browser.sign_in(ADMIN)
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{FIRST}"))
    assert "EUR 5,832.00 is to be paid for this subscription until 8 February 2027" in page
    assert "in one payment with others. The buyer, Ada Quill, has the code." in page
    assert "EUR 10.00" in page
    assert not re.search(r"\d{4}-\d{4}-\d{4}|17,496|30\.00", page), page


async def test_the_receipt_of_an_order_is_offered_to_whoever_may_see_all_of_it(
    browser: Browser, theatre: Theatre, lives: list[Life]
) -> None:
    await admit(theatre, lives[0])
    await browser.sign_in()
    await confirm(browser, await browser.page(ALL_THREE))
    assert "/receipt.pdf" in await browser.page(f"{SUBSCRIPTIONS}/{FIRST}")
    await browser.sign_in(ADMIN)
    assert "/receipt.pdf" not in await browser.page(f"{SUBSCRIPTIONS}/{FIRST}")


@pytest.mark.parametrize(
    ("locale", "on_page", "on_paper"),
    [
        pytest.param(
            "en-GB", "Refund of EUR 30.00 on 5 March 2027", "Refunded EUR 30.00 on 5 March 2027", id="English"
        ),
        pytest.param(
            "fr-FR",
            "Remboursement de 30,00 EUR le 5 mars 2027",
            "Remboursé 30,00 EUR le 5 mars 2027",
            id="French",
        ),
        pytest.param("ja-JP", "2027年3月5日にEUR 30.00を返金", "返金 EUR 30.00（2027年3月5日）", id="Japanese"),
    ],
)
async def test_what_went_back_of_an_order_stands_on_its_page_and_on_its_receipt(
    browser: Browser, theatre: Theatre, lives: list[Life], locale: str, on_page: str, on_paper: str
) -> None:
    await browser.sign_in()
    await confirm(browser, await browser.page(ALL_THREE))
    async with theatre.sessions.begin() as session:
        await session.execute(text("UPDATE customers SET locale = :locale"), {"locale": locale})
        await session.execute(text(REFUNDED))
    page = await browser.page("/account/contracts/C-1/direct_online")
    assert on_page in words(page).replace("\u00a0", " ")
    (receipt,) = set(re.findall(r'href="(/account/orders/[^"]+/receipt\.pdf)"', page))
    paper = PdfReader(BytesIO((await browser.get(receipt)).content)).pages[0].extract_text()
    assert on_paper.replace(" ", "") in "".join(paper.split())


async def test_what_cannot_be_renewed_says_why_and_is_not_offered(browser: Browser, theatre: Theatre) -> None:
    await theatre.subscription(FIRST, **BY_HAND)
    await theatre.subscription(SECOND, **BY_HAND | {"channel": "partner"})
    await browser.sign_in()
    listed = await browser.page(SUBSCRIPTIONS)
    assert re.findall(r'name="number" value="([^"]+)"', listed) == [FIRST]
    assert "Not now: You bought this subscription from a partner." in words(listed)
    cart = await browser.page(f"{CART}?number={FIRST}&number={SECOND}")
    assert "Left out Draft Standard S-37330 You bought this subscription from a partner." in words(cart)
    assert json.loads(html.unescape(form(cart, CART).fields["numbers"])) == [FIRST]


async def test_a_primary_admin_sees_whom_to_ask_and_can_choose_nothing(browser: Browser, theatre: Theatre) -> None:
    await theatre.subscription(FIRST, **BY_HAND | {"admin_email": "it@northwind.example"})
    await browser.sign_in("it@northwind.example")
    assert 'name="number"' not in await browser.page(SUBSCRIPTIONS)
    cart = await browser.page(f"{CART}?number={FIRST}")
    assert "Only the buyer can do this: Ada Quill." in words(cart)
    assert "<button>" not in cart


async def test_nobody_elses_subscription_comes_into_a_cart(
    browser: Browser, theatre: Theatre, lives: list[Life]
) -> None:
    await theatre.subscription("S-9", buyer_email="eve@elsewhere.example", buyer_name="Eve")
    await browser.sign_in()
    for numbers in (f"number={FIRST}&number=S-9", "number=S-9", "number=S-0000", "number=%00"):
        assert (await browser.get(f"{CART}?{numbers}")).status_code == 404
    good = form(await browser.page(ALL_THREE), CART)
    for chosen in ([FIRST, "S-9"], ["S-9"], ["S-0000"], [], [1], {"a": 1}, [f"S-{n}" for n in range(101)]):
        answer = await browser.send(good, numbers=json.dumps(chosen))
        assert answer.status_code == 404, chosen
    assert (await browser.send(good, numbers="no json")).status_code == 404
    assert (await browser.send(good, csrf="")).status_code == 403
    assert await lives[0].rows("SELECT 1 FROM baskets") == []


async def test_another_customers_method_pays_nothing(browser: Browser, theatre: Theatre, lives: list[Life]) -> None:
    await theatre.subscription("S-9", buyer_email="eve@elsewhere.example", buyer_name="Eve")
    (foreign,) = await lives[0].rows("SELECT id FROM payment_methods WHERE csn = 'C-S-9'")
    await browser.sign_in()
    result = await confirm(browser, await browser.page(ALL_THREE), **{"method-1": str(foreign["id"])})
    assert "0 of 3 renewed" in words(result)
    assert await lives[0].rows("SELECT 1 FROM orders") == []


@pytest.mark.usefixtures("lives")
async def test_a_result_is_for_whoever_gave_it(browser: Browser, theatre: Theatre) -> None:
    await theatre.subscription("S-9", buyer_email="eve@elsewhere.example", buyer_name="Eve")
    await browser.sign_in()
    answer = await browser.send(form(await browser.page(ALL_THREE), CART))
    place = answer.headers["location"]
    await browser.sign_in("eve@elsewhere.example")
    assert (await browser.get(place)).status_code == 404
    assert (await browser.get("/account/checkouts/none")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"token-1": ""}, "token"),
        ({"token-1": "4242 4242 4242 4242"}, "card"),
        ({"token-1": "ok", "expires-1": "soon"}, "month"),
    ],
)
async def test_a_method_that_cannot_be_read_brings_the_cart_back(
    browser: Browser, lives: list[Life], fields: dict[str, Any], said: str
) -> None:
    await browser.sign_in()
    answer = await browser.send(form(await browser.page(ALL_THREE), CART), **CARD | fields)
    assert answer.status_code == 422
    (field,) = re.findall(r'href="#field-([a-z]+-1)"', answer.text)
    assert f'id="field-{field}"' in answer.text
    assert said.lower() in words(answer.text).lower()
    assert await lives[0].rows("SELECT 1 FROM baskets") == []


async def test_an_order_says_which_customer_currency_and_channel_its_lines_have_in_common(
    theatre: Theatre, browser: Browser
) -> None:
    other: dict[str, Any] = {"csn": "C-2", "currency": "JPY", "channel": "direct_sales"}
    for number, columns in ((FIRST, {}), (SECOND, other)):
        life = await theatre.subscription(number, **BY_HAND | columns)
        await life.move_to(NOON)
    await browser.sign_in()
    cart = words(await browser.page(f"{CART}?number={FIRST}&number={SECOND}"))
    assert "Northwind Surveying LLC C-1, EUR Bought online; paid at once as one order." in cart
    assert f"Draft Standard {FIRST} · Term 31 March 2027 to 30 March 2028" in cart
    assert "Northwind Surveying LLC C-2, JPY Bought from our sales team; paid at once as one order." in cart
    for csn in ("C-1", "C-2"):
        assert f"Pay for Northwind Surveying LLC ({csn}) with" in cart


@pytest.mark.usefixtures("lives")
async def test_more_than_a_hundred_are_too_many(browser: Browser) -> None:
    await browser.sign_in()
    numbers = "&".join(f"number=S-{n}" for n in range(101))
    assert f'href="{SUBSCRIPTIONS}?{numbers}"' in html.unescape(await browser.page(f"{CART}?{numbers}"))
    assert "At most 100 subscriptions are renewed together, these are 101." in words(
        await browser.page(f"{CART}?{numbers}")
    )
    assert "Nothing is chosen." in words(await browser.page(CART))


async def test_what_is_under_way_looks_again_by_itself(browser: Browser, lives: list[Life]) -> None:
    await browser.sign_in()
    answer = await browser.send(form(await browser.page(ALL_THREE), CART))
    page = await browser.page(answer.headers["location"])
    assert "http-equiv" not in page
    async with lives[0].sessions.begin() as session:
        await session.execute(text("UPDATE baskets SET closed_at = NULL"))
    page = await browser.page(answer.headers["location"])
    assert '<meta http-equiv="refresh" content="3">' in page
    assert "This is under way." in words(page)
