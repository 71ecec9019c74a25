"""What is looked at on every page of the account, once as it is shown and once by axe-core.

Pictures stay in `build/pictures`: the account's in each language as wide as a desk's screen and as narrow as a phone's,
the operators' in English as the one and in French as the other.
"""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import count
from pathlib import Path

from playwright.async_api import ConsoleMessage, Error, Page, Response, Route, ViewportSize

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
WIDE, NARROW = ViewportSize(width=1200, height=900), ViewportSize(width=390, height=844)

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
"""axe-core, for the browser that has JavaScript."""

_FOUND_BY_AXE = """
    async () => (await axe.run({resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})).violations
        .flatMap(rule => rule.nodes.map(node => `${rule.impact}: ${rule.id}: ${node.target}: ${node.failureSummary}`))
"""
"""Every rule of axe-core that is on by itself, and that about the size of what one taps."""
_TOO_WIDE = """[document.scrollingElement, ...document.querySelectorAll('main section')]
    .filter(each => each.scrollWidth > each.clientWidth)
    .map(each => `${each.scrollWidth} px wide in ${each.clientWidth} px: ${each.textContent.trim().slice(0, 40)}`)"""


@dataclass
class Album:
    """The pages that one person has seen, a picture of each as large as `pictured` says.

    `reader` is a page of a browser with JavaScript, for axe-core alone. Without `reads` axe-core is left out: where
    another language has the same pages in the same colours.
    """

    folder: Path
    reader: Page
    pictured: Sequence[ViewportSize] = (NARROW, WIDE)
    reads: bool = True
    faults: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _reading: list[asyncio.Task[None]] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def hear(self, said: ConsoleMessage) -> None:
        """What the browser says about a page, such as that our policy forbids something on it."""
        if not said.text.startswith("Failed to load resource"):
            self.faults.append(f"{said.location['url']}: {said.text}")

    def see(self, answer: Response) -> None:
        """Everything that a page needs is there. Pages themselves may say that a form cannot be read."""
        if answer.request.resource_type != "document" and not answer.ok:
            self.faults.append(f"{answer.url}: {answer.status}")

    async def keep(self, page: Page, name: str) -> None:
        """Measure the page at both widths, take its pictures, and let axe-core begin to read it."""
        number = next(self._numbers)
        await page.wait_for_load_state()
        for size in (NARROW, WIDE):
            await page.set_viewport_size(size)
            self.faults += [f"{name}: {each}" for each in await page.evaluate(_TOO_WIDE)]
            if size in self.pictured:
                picture = self.folder / f"{number:02}-{name}-{size['width']}.png"
                await page.screenshot(path=picture, full_page=True, animations="disabled")
        if self.reads:
            self._reading.append(asyncio.create_task(self._read(name, page.url, await _content(page))))

    async def everything_read(self) -> list[str]:
        """The faults, once axe-core is through; it reads while the person goes on."""
        await asyncio.gather(*self._reading)
        return self.faults

    async def _read(self, name: str, address: str, html: str) -> None:
        """Have axe-core read this very page, shown once more under its address."""
        async with self._turn:
            if self.reader.url == "about:blank":
                await self._open_window(address)
            await self.reader.evaluate("address => history.replaceState(null, '', address)", address)
            await self.reader.set_content(html)
            found: list[str] = await self.reader.evaluate(_FOUND_BY_AXE)
            await self.reader.evaluate("stop()")  # a page that calls itself again would do so amid the next
        self.faults += [f"{name}: {each}" for each in found]

    async def _open_window(self, address: str) -> None:
        """An empty one of that origin for all pages: in one of its own each would have axe-core compiled anew."""

        async def nothing(route: Route) -> None:
            await route.fulfill(body="", content_type="text/html; charset=utf-8")

        await self.reader.route(address, nothing)
        await self.reader.goto(address)
        await self.reader.unroute(address)


async def _content(page: Page) -> str:
    """The page as it stands; one that just calls itself again, as those that show progress do, once it is there."""
    while True:
        await page.wait_for_load_state()
        try:
            return await page.content()
        except Error as error:
            if "is navigating" not in error.message:
                raise
