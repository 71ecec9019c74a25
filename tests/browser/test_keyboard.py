"""The account without a mouse: every control is reached, in the order of reading, and is seen to be reached."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from console.account.speech import speech_of
from mail.sink import Sink
from models.engine import Sessions
from tests.browser.album import NARROW
from tests.browser.cast import CUSTOMERS, QUOTED, raise_curtain
from tests.browser.person import Person
from tests.console.account.browser import SUBSCRIPTIONS
from tests.scenarios.portfolios import PUNCTUAL, SECOND
from tests.scenarios.theatre import Theatre

PAGES = (
    SUBSCRIPTIONS,
    f"{SUBSCRIPTIONS}/{PUNCTUAL}",
    f"{SUBSCRIPTIONS}/{PUNCTUAL}/add-seats",
    f"/account/cart?number={SECOND}",
    f"/account/quotes/ask/{QUOTED}",
    "/account/payment-methods",
    "/account/calendar",
    "/account/contracts/7700/direct_online",
)
MOST = 150
"""Presses of the Tab key within which a page must have been gone through."""

CONTROLS = """[...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')]
    .filter(each => each.checkVisibility() && !each.closest('details:not([open]) > :not(summary)'))
    .filter(each => each.type != 'radio' || each.checked)
    .map(each => each.getAttribute('href') || each.id || each.name || each.textContent.trim())"""
"""Whatever can be acted upon, in the order of reading; of radio buttons the chosen one stands for its group."""

FOCUSED = """(() => {
    const each = document.activeElement
    if (each == document.body) return null
    const box = each.getBoundingClientRect(), style = getComputedStyle(each)
    const across = box.left + box.width / 2, down = box.top + box.height / 2
    return {
        name: each.getAttribute('href') || each.id || each.name || each.textContent.trim(),
        seen: box.width > 0 && across > 0 && across < innerWidth && down > 0 && down < innerHeight
            && style.outlineStyle != 'none' && parseFloat(style.outlineWidth) >= 2,
    }
})()"""


@pytest.fixture
async def person(
    chromium: Browser, home: str, sink: Sink, theatre: Theatre, sessions: Sessions, tmp_path: Path
) -> AsyncIterator[Person]:
    customer = CUSTOMERS[0]
    await raise_curtain(theatre, sessions, tmp_path, customer)
    async with await chromium.new_context(java_script_enabled=False, viewport=NARROW) as context:
        page = await context.new_page()
        person = Person(page, home, speech_of(customer.locale), sink)
        await person.sign_in(customer.buyer)
        yield person


async def test_tab_reaches_every_control_in_order_and_shows_where_it_is(person: Person) -> None:
    for path in PAGES:
        await person.go(path)
        controls = await person.page.evaluate(CONTROLS)
        reached = await tabbed_through(person.page)
        assert [each["name"] for each in reached] == controls, path
        assert [each["name"] for each in reached if not each["seen"]] == [], path


async def test_the_first_stop_leads_past_the_head_of_the_page(person: Person) -> None:
    await person.page.keyboard.press("Tab")
    assert (await person.page.evaluate(FOCUSED))["name"] == "#main"
    await person.page.keyboard.press("Enter")
    await person.page.keyboard.press("Tab")
    assert await person.page.evaluate("document.activeElement.closest('main') != null")


async def tabbed_through(page: Page) -> list[dict[str, object]]:
    reached: list[dict[str, object]] = []
    for _ in range(MOST):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(FOCUSED)
        if focused is None or (reached and focused["name"] == reached[0]["name"]):
            return reached  # out of the page, or around
        reached.append(focused)
    raise AssertionError(f"{MOST} presses of Tab did not lead through {page.url}")
