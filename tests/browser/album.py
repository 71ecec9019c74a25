"""What is looked at on every page of the account, once as it is shown and once by axe-core.

Pictures stay in `build/pictures/LANGUAGE`, each page as wide as a desk's screen and as narrow as a phone's.
"""

import shutil
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
WIDE, NARROW = {"width": 1200, "height": 900}, {"width": 390, "height": 844}

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
"""axe-core, for the browser that has JavaScript."""

_FOUND_BY_AXE = """
    async () => (await axe.run({resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})).violations
        .flatMap(rule => rule.nodes.map(node => `${rule.impact}: ${rule.id}: ${node.target}: ${node.failureSummary}`))
"""
_WIDTHS = "[document.scrollingElement.scrollWidth, innerWidth]"


@dataclass
class Album:
    """The pages that one person has seen. `reader` is a page of a browser with JavaScript, for axe-core alone."""

    language: str
    reader: Page
    faults: list[str] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    @property
    def folder(self) -> Path:
        return PICTURES / self.language

    async def keep(self, page: Page, name: str) -> None:
        """Take both pictures of the page, measure it, and have axe-core read it."""
        number = next(self._numbers)
        for size in (NARROW, WIDE):
            await page.set_viewport_size(size)
            whole, window = await page.evaluate(_WIDTHS)
            if whole > window:
                self.faults.append(f"{name}: {whole} px wide in a window of {window} px")
            await page.screenshot(
                path=self.folder / f"{number:02}-{name}-{size['width']}.png", full_page=True, animations="disabled"
            )
        self.faults += [f"{name}: {each}" for each in await self._violations(page)]

    async def _violations(self, page: Page) -> list[str]:
        """What axe-core says about this very page, shown once more under its address."""
        html = await page.content()

        async def again(route: Route) -> None:
            await route.fulfill(body=html, content_type="text/html; charset=utf-8")

        await self.reader.route(page.url, again)
        await self.reader.goto(page.url)
        found: list[str] = await self.reader.evaluate(_FOUND_BY_AXE)
        await self.reader.unroute(page.url)
        return found
