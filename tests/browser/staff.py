"""An operator before a browser without JavaScript: English on a wide screen by day, French on a phone's in the dark.

Fixtures for the tests of the console; each test has an album of its own.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from console.ops.words import WORDS
from tests.browser.album import AXE, NARROW, PICTURES, WIDE, Album
from tests.browser.person import write

PATIENCE = 10_000
"""Milliseconds after which what does not come fails the test; no test measures time."""


@dataclass
class Operator:
    """A person before a browser, who reads that language. A page whose picture has no name is not kept."""

    page: Page
    base: str
    language: str
    album: Album

    def t(self, key: str, **parts: str) -> str:
        return WORDS[self.language][key].format(**parts)

    async def go(self, path: str, name: str) -> None:
        """Open a page of ours, with our policy in force, and keep it."""
        answer = await self.page.goto(self.base + path)
        assert answer is not None
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        await self.keep(name)

    async def keep(self, name: str) -> None:
        """The page into the album, unless it stands there already from another day."""
        if name:
            await self.album.keep(self.page, name)

    async def send(self, action: str, picture: str, button: str = "", /, **fields: str) -> None:
        """Fill in a form, opening it if it is folded, send it, and keep the page that comes."""
        form = self.page.locator(f'form[method="post"][action$="{action}"]').first
        folded = self.page.locator("details:not([open])").filter(has=form)
        if await folded.count():
            await folded.locator("summary").click()
        for field, value in fields.items():
            await write(form, field, value)
        async with self.page.expect_navigation():
            await (form.get_by_role("button", name=button) if button else form.locator("button").first).click()
        await self.keep(picture)


@pytest.fixture(params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def read_by_axe(language: str) -> bool:
    """Pages that are the same in both languages are read once."""
    return language == "en"


@pytest.fixture
async def operator(
    request: pytest.FixtureRequest, chromium: Browser, home: str, language: str, read_by_axe: bool
) -> AsyncIterator[Operator]:
    """English on a wide screen, French on a phone's in the dark."""
    french = language == "fr"
    tastes: dict[str, Any] = {"locale": "fr-FR" if french else "en-GB", "color_scheme": "dark" if french else "light"}
    async with (
        await chromium.new_context(viewport=NARROW if french else WIDE, **tastes) as reading,
        await chromium.new_context(java_script_enabled=False, **tastes) as looking,
    ):
        await reading.add_init_script(AXE)
        album = Album(
            PICTURES / f"{request.node.originalname}-{language}",
            await reading.new_page(),
            (NARROW,) if french else (WIDE,),
            read_by_axe,
        )
        page = await looking.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", album.hear)
        page.on("response", album.see)
        yield Operator(page, home.removesuffix("/account"), language, album)
