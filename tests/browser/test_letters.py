"""Every letter as a phone and a desk show it: as wide as its window, and no word of a label in two pieces."""

from collections.abc import Callable

import pytest
from playwright.async_api import Browser

from mail.letter import Contacts, Letter
from mail.render import render
from renewals.letters import Kind
from tests.browser.album import NARROW, WIDE
from tests.mail.conftest import contacts, letter

__all__ = ["contacts", "letter"]

_TOO_WIDE = "document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"
_IN_PIECES = """
    [...document.querySelectorAll('.facts th')].flatMap(label => {
        const [text] = label.childNodes
        return [...text.data.matchAll(/\\S+/g)].filter(word => {
            const range = document.createRange()
            range.setStart(text, word.index)
            range.setEnd(text, word.index + word[0].length)
            return new Set([...range.getClientRects()].map(piece => piece.top)).size > 1
        }).map(word => word[0])
    })
"""
"""The words of the labels that do not stand on one line."""


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR", "ja-JP"])
async def test_a_letter_fits_its_window_and_keeps_the_words_of_its_labels_whole(
    chromium: Browser, letter: Callable[..., Letter], contacts: Contacts, locale: str
) -> None:
    faults = []
    for size in (NARROW, WIDE):
        async with await chromium.new_context(viewport=size) as context:
            page = await context.new_page()
            for kind in Kind:
                await page.set_content(render(letter(kind, locale=locale), contacts).html)
                if await page.evaluate(_TOO_WIDE):
                    faults.append(f"{kind} is wider than {size['width']} px")
                if locale != "ja-JP":  # written without spaces: a line ends between two phrases
                    faults += [f"{kind} at {size['width']} px: {word}" for word in await page.evaluate(_IN_PIECES)]
    assert faults == []
