"""Takes the pictures of the handbook and of the README anew: `python -m docs.pictures`, two minutes.

Debian's chromium goes through the operations console as an operator does, in English, light, 1280 pixels wide, and
keeps of each page what the handbook tells about. What is there to see comes from docs/pictured_year.py.
"""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, FloatRect, Page, async_playwright
from pydantic import SecretStr

from cli.rehearsal import HOST, Servers, throw_away_servers
from cli.stack_servers import running_console
from docs.pictured_year import NOW, link_for, live, standing_clocks, stop_charges
from docs.small_png import shrunk
from docs.source import ROOT
from settings import Settings

PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = Path("/usr/bin/chromium-headless-shell")
QUIET = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
WIDTH, MARGIN, PATIENCE_MS = 1280, 16, 20_000
"""Pixels; and milliseconds after which what does not come ends the run."""
NEW_PRICE = {"list_price": "590.00", "renewal_price": "540.00", "effective_on": "2027-03-15"}


@dataclass(frozen=True, slots=True)
class Crop:
    """What a picture shows of its page: from its top down to the end of an element, and a margin in pixels."""

    last: str
    margin: int = MARGIN


CROPS = {
    "overview": Crop("[aria-labelledby=at-risk]"),
    "list": Crop("#list tbody tr:nth-child(12)", margin=0),
    "timeline": Crop("[aria-labelledby=timeline]"),
    "alarms": Crop("#list"),
    "forecast": Crop("#lines table"),
    "what-if": Crop("[aria-labelledby=apply]"),
    "go-live": Crop("[aria-labelledby=odd]"),
    "go-live-preview": Crop("[aria-labelledby=sure-of-it]"),
    "renewal-rate": Crop("[aria-labelledby=months]"),
    "pauses": Crop("main"),
    "second-person": Crop("main"),
}
"""Each picture by its name."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """An operator before a browser without JavaScript."""

    page: Page
    base: str

    async def go(self, path: str) -> None:
        await self.page.goto(self.base + path)

    async def press(self, selector: str) -> None:
        """The first such link or button of the page."""
        async with self.page.expect_navigation():
            await self.page.locator("main").locator(selector).first.click()

    async def send(self, action: str, **fields: str) -> None:
        """Fill in the form that leads there, and send it."""
        form = self.page.locator(f'main form[method="post"][action$="{action}"]').first
        for name, value in fields.items():
            field = form.locator(f'[name="{name}"]')
            if await field.evaluate("field => field.tagName") == "SELECT":
                await field.select_option(value)
            elif await field.get_attribute("type") == "checkbox":
                await field.check()
            else:
                await field.fill(value)
        async with self.page.expect_navigation():
            await form.locator("button").first.click()

    async def until_walked(self) -> None:
        """Look again until the worker is through with what was asked for."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while True:
                answer = await self.page.goto(self.page.url)
                if answer is None or "refresh" not in answer.headers:
                    return
                await asyncio.sleep(0.2)

    async def keep(self, name: str) -> None:
        """Take the picture of that name."""
        crop = CROPS[name]
        box = await self.page.locator(crop.last).first.bounding_box()
        assert box is not None, name
        clip = FloatRect(x=0, y=0, width=WIDTH, height=box["y"] + box["height"] + crop.margin)
        png = await self.page.screenshot(full_page=True, animations="disabled", clip=clip)
        (PICTURES / f"{name}.png").write_bytes(shrunk(png))


@asynccontextmanager
async def _console(servers: Servers) -> AsyncIterator[str]:
    """The console as it is in earnest, at that address."""
    with closing(socket.create_server((HOST, 0))) as web, tempfile.TemporaryDirectory() as place:
        base = f"http://localhost:{web.getsockname()[1]}"
        settings = Settings(
            data_dir=Path(place),
            local_stack=True,
            account_url=f"{base}/account",
            ops_url=f"{base}/ops",
            ops_time_zone="Europe/Paris",
            smtp_host=HOST,
            smtp_tls="none",
            signing_key=SecretStr("a key of the pictures, of 32 characters"),
        )
        async with running_console(settings, servers.sessions, servers.client, web):
            yield base


async def _visitor(servers: Servers, browser: Browser, base: str, name: str) -> Visitor:
    context = await browser.new_context(
        java_script_enabled=False,
        locale="en-GB",
        color_scheme="light",
        viewport={"width": WIDTH, "height": 900},
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    visitor = Visitor(page, base)
    await visitor.go(await link_for(servers.sessions, name))
    async with page.expect_navigation():
        await page.locator("main form button").click()
    return visitor


async def _look_ahead(mira: Visitor) -> None:
    """Before charges stop: what is paused is not foreseen."""
    await mira.go("/ops/forecast")
    await mira.send("/ops/forecast", **{"from": NOW.date().isoformat(), "to": "2027-03-31"})
    await mira.until_walked()
    await mira.keep("forecast")
    await mira.go("/ops/offerings/DRAFT-STD")
    await mira.send("/DRAFT-STD", price="year USD", **NEW_PRICE)
    await mira.until_walked()
    await mira.keep("what-if")
    await mira.send("/apply", reason="the price list of spring")
    await mira.go("/ops/go-live")
    await mira.press("[aria-labelledby=waiting] a")
    await mira.keep("go-live")
    await mira.press("[name=all]")
    await mira.keep("go-live-preview")


async def _look_around(mira: Visitor) -> None:
    pages = {
        "overview": "/ops/",
        "list": "/ops/subscriptions",
        "timeline": "/ops/subscriptions/S-1003",
        "alarms": "/ops/alarms",
        "renewal-rate": "/ops/results",
        "pauses": "/ops/pauses",
    }
    for name, path in pages.items():
        await mira.go(path)
        await mira.keep(name)


async def _take_all(servers: Servers) -> None:
    async with _console(servers) as base, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        mira = await _visitor(servers, browser, base, "mira")
        await _look_ahead(mira)
        await stop_charges(servers.sessions)
        await _look_around(mira)
        await mira.send("/charges/resume", reason="the bank has moved to another acquirer", usual="yes")
        nils = await _visitor(servers, browser, base, "nils")
        await nils.go("/ops/second-person")
        await nils.keep("second-person")
        await browser.close()


async def take() -> None:
    """Play the year and take every picture."""
    PICTURES.mkdir(exist_ok=True)
    async with throw_away_servers() as servers:
        await live(servers)
        with standing_clocks():
            await _take_all(servers)


if __name__ == "__main__":
    asyncio.run(take())
