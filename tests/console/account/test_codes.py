"""What the page of a subscription says while a code can be paid: what is charged otherwise, and when."""

import pytest

from tests.console.account.browser import SUBSCRIPTIONS, Browser, words
from tests.scenarios.portfolios import PUNCTUAL
from tests.scenarios.theatre import Theatre

CODE = {"kind": "bank_transfer", "token": "voucher-never-paid"}


@pytest.mark.parametrize(
    ("locale", "otherwise", "plainly"),
    [
        (
            "en-GB",
            "If the term is not renewed that way, we charge EUR 5,832.00 (card) on 4 April 2027, for 12 seats",
            "On 31 March 2027 we charge",
        ),
        (
            "fr-FR",
            "Si la période n’est pas renouvelée ainsi, nous prélevons 5 832,00 EUR (carte) le 4 avril 2027",
            "Le 31 mars 2027, nous prélevons",
        ),
        (
            "ja-JP",
            "そのお手続きで更新されない場合は、2027年4月4日に、契約期間",
            "2027年3月31日に、契約期間",
        ),
    ],
)
async def test_a_charge_is_announced_for_the_case_that_the_code_is_not_paid(
    theatre: Theatre, browser: Browser, locale: str, otherwise: str, plainly: str
) -> None:
    life = await theatre.subscription(locale=locale)
    await life.move_to("2027-03-28 09:00")
    await browser.sign_in()
    before = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    assert plainly in before
    assert otherwise not in before
    assert await life.command("2027-03-28 10:00", "renew", **CODE) == "done"
    page = await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    seen = words(page).replace("\u202f", " ")
    assert otherwise in seen
    assert plainly not in seen
    (row,) = await life.rows("SELECT voucher_code FROM attempts")
    assert f'<span class="unbroken">{row["voucher_code"]}</span>' in page


async def test_while_a_code_is_open_the_method_is_not_said_to_be_given_up(theatre: Theatre, browser: Browser) -> None:
    life = await theatre.subscription(method_token="insufficient_funds")
    await life.move_to("2027-04-02 10:00")
    assert await life.command("2027-04-02 11:00", "renew", **CODE) == "done"
    await browser.sign_in()
    page = words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))
    assert "If the term is not renewed that way, we try again on 9 April 2027: EUR 5,832.00, card." in page
    assert "That method is not tried again." not in page
