"""Only what would be taken is offered to pay with: by the policy, the currency and the amount (domain.md 3 and 5)."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from models.engine import Sessions
from tests.console.account.browser import SUBSCRIPTIONS, Browser, form, words
from tests.scenarios.portfolios import PUNCTUAL, SECOND
from tests.scenarios.theatre import Life, Theatre

CART = "/account/cart"
AT = "2027-02-01 10:00"
ANA = {"by": "operator:ana", "reason": "as agreed"}
TOKYO: dict[str, Any] = {"country": "JP", "currency": "JPY", "time_zone": "Asia/Tokyo", "locale": "en-GB"}
BY_STORE = TOKYO | {"auto_renew": "no", "method_kind": "konbini"}
TAKES_YEN = "Stores take from JPY 120 to JPY 300,000 at a time."
EVERY_KIND = ["card", "paypal", "direct_debit", "konbini", "bank_transfer"]
POLICY = (
    "INSERT INTO policies (id, sku, version, effective_on, values, set_by, reason, set_at) VALUES (gen_random_uuid(), "
    "NULL, 1, '2020-01-01', jsonb_build_object('methods', CAST(:kinds AS jsonb)), 'operator:ana', 'x', '2020-01-01Z')"
)


async def begin(theatre: Theatre, number: str = PUNCTUAL, **columns: Any) -> Life:
    life = await theatre.subscription(number, csn="7700", **columns)
    await life.move_to(AT)
    return life


async def take_only(sessions: Sessions, *kinds: str) -> None:
    """From now on the policy of everything says so."""
    listed = "[" + ", ".join(f'"{kind}"' for kind in kinds) + "]"
    async with sessions.begin() as session:
        await session.execute(sa.text(POLICY), {"kinds": listed})


def offered(page: str) -> list[str]:
    """The kinds that a new method may be of, in each form that asks."""
    asked = re.findall(r'<select[^>]* name="kind[^"]*">(.*?)</select>', page, re.S)
    (kinds,) = {tuple(re.findall(r'value="([^"]+)"', each)) for each in asked}
    return list(kinds)


def stored(page: str, which: str) -> list[str]:
    """The stored methods that can be chosen (`checked`), or cannot (`disabled`)."""
    inputs = re.findall(r'<input type="radio" name="method[^"]*" value="([^"]+)"([^>]*)>', page)
    return [value for value, rest in inputs if which in rest and value != "new"]


async def test_stores_are_offered_to_nobody_who_pays_in_euro(theatre: Theatre, browser: Browser) -> None:
    await begin(theatre)
    await browser.sign_in()
    in_euro = [kind for kind in EVERY_KIND if kind != "konbini"]
    for path in (f"{SUBSCRIPTIONS}/{PUNCTUAL}", f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew", "/account/payment-methods"):
        assert offered(await browser.page(path)) == in_euro
    assert offered(await browser.page(f"{CART}?number={PUNCTUAL}")) == in_euro
    seats = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/add-seats")
    assert offered(seats) == ["card", "paypal", "direct_debit"]
    assert len(stored(seats, "checked")) == 1


@pytest.mark.parametrize(
    ("seats", "kinds", "barred"),
    [
        pytest.param("4", EVERY_KIND, 0, id="JPY 257,400"),
        pytest.param("5", [kind for kind in EVERY_KIND if kind != "konbini"], 1, id="JPY 321,750"),
    ],
)
async def test_a_store_is_offered_up_to_what_it_takes(
    theatre: Theatre, browser: Browser, seats: str, kinds: list[str], barred: int
) -> None:
    await begin(theatre, **BY_STORE, seats=seats)
    await browser.sign_in()
    for path in (f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew", f"{CART}?number={PUNCTUAL}"):
        page = await browser.page(path)
        assert offered(page) == kinds
        assert len(stored(page, "disabled")) == barred
        assert (TAKES_YEN in words(page)) is bool(barred)


async def test_a_cart_adds_up_what_a_store_would_have_to_take(theatre: Theatre, browser: Browser) -> None:
    for number in (PUNCTUAL, SECOND):
        await begin(theatre, number, **BY_STORE, seats="4")
    await browser.sign_in()
    assert "konbini" in offered(await browser.page(f"{CART}?number={PUNCTUAL}"))
    together = await browser.page(f"{CART}?number={PUNCTUAL}&number={SECOND}")
    assert "konbini" not in offered(together)
    assert TAKES_YEN in words(together)


async def test_a_cart_is_paid_with_a_new_method_by_the_fields_that_its_page_has(
    theatre: Theatre, browser: Browser
) -> None:
    await begin(theatre)
    await browser.sign_in()
    asked = form(await browser.page(f"{CART}?number={PUNCTUAL}"), CART)
    new = {"method-1": "new", "kind-1": "paypal", "token-1": "", "expires-1": "2031-04"}
    assert new.keys() <= asked.fields.keys()
    refused = await browser.send(asked, **new)
    again = form(refused.text, CART)
    assert (refused.status_code, "Write the provider's token." in words(refused.text)) == (422, True)
    assert {name: again.fields[name] for name in new} == new
    assert 'aria-invalid="true"' in refused.text
    answer = await browser.send(again, **{"token-1": "ok"})
    assert "1 of 1" in words(await browser.page(answer.headers["location"]))


async def test_a_quote_is_paid_with_what_takes_its_sum(theatre: Theatre, browser: Browser) -> None:
    life = await begin(theatre, **BY_STORE, seats="4")
    for seats, reference in (("4", "Q-1001"), ("9", "Q-1002")):
        assert await life.command(AT, "ask-for-quote", lines=[{"subscription": PUNCTUAL, "seats": int(seats)}]) == (
            "done"
        )
        assert await life.command(AT, "issue-quote", quote=reference, **ANA) == "done"
        if reference == "Q-1001":
            await browser.sign_in()
            page = await browser.page(f"/account/quotes/{reference}")
            assert "konbini" in offered(page)
            assert await life.command(AT, "withdraw-quote", quote=reference, **ANA) == "done"
    page = await browser.page("/account/quotes/Q-1002")
    assert "konbini" not in offered(page)
    assert TAKES_YEN in words(page)


async def test_what_the_policy_does_not_take_is_shown_with_the_reason_and_cannot_be_chosen(
    theatre: Theatre, browser: Browser
) -> None:
    await begin(theatre)
    await take_only(theatre.sessions, "paypal", "bank_transfer")
    await browser.sign_in()
    for path in (f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew", f"{CART}?number={PUNCTUAL}"):
        page = await browser.page(path)
        assert offered(page) == ["paypal", "bank_transfer"]
        assert 'name="expires' not in page  # no card is taken
        assert (len(stored(page, "disabled")), stored(page, "checked")) == (1, [])
        assert "that of the subscription Not offered for this purchase." in words(page)
    seats = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}/add-seats")
    assert offered(seats) == ["paypal"]
    assert offered(await browser.page("/account/payment-methods")) == ["paypal", "bank_transfer"]
    said = await browser.do(PUNCTUAL, "renew", on="/renew", method="new", kind="paypal", token="ok")
    assert "Done: renewing." in said


async def test_where_nothing_is_taken_nobody_is_asked_for_a_method(theatre: Theatre, browser: Browser) -> None:
    await begin(theatre)
    await take_only(theatre.sessions)
    await browser.sign_in()
    for path, said in (
        ("/account/payment-methods", "No other payment method is offered here. Our support can help."),
        (f"{SUBSCRIPTIONS}/{PUNCTUAL}", "This method is not taken here"),
        (f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew", "This method is not taken here"),
    ):
        page = await browser.page(path)
        assert 'name="kind' not in page
        assert said in words(page)
