"""A person before a browser without JavaScript: opens pages, fills in forms, presses buttons, reads."""

import asyncio
import re
from dataclasses import dataclass

from playwright.async_api import Download, Locator, Page, expect

from console.account.speech import Speech
from mail.sink import Sink, list_mails, read_mail
from tests.browser.album import Album
from tests.console.account.browser import SUBSCRIPTIONS

MAILED_WITHIN_SECONDS = 30
"""After that it counts as never mailed; no test measures time."""


@dataclass
class Person:
    """`home` is the address of the account, `t` the words that the person should read."""

    page: Page
    home: str
    t: Speech
    sink: Sink
    album: Album | None = None

    async def keep(self, name: str) -> None:
        """The page into the album, if there is one."""
        if self.album:
            await self.album.keep(self.page, name)

    async def go(self, path: str) -> None:
        """Open a page of ours, with our policy in force."""
        answer = await self.page.goto(self.home.removesuffix("/account") + path)
        assert answer is not None
        assert "default-src 'none'" in answer.headers["content-security-policy"]

    async def click(self, what: Locator) -> None:
        """Press a link or button that leads to another page, and wait for that."""
        async with self.page.expect_navigation():
            await what.click()

    async def link(self, name: str) -> None:
        await self.click(self.page.locator("main").get_by_role("link", name=name).first)

    async def room(self, key: str) -> None:
        """To one of the rooms that every page leads to."""
        await self.click(self.page.locator(".rooms").get_by_role("link", name=self.t(key), exact=True))

    async def details(self, number: str) -> None:
        await self.go(f"{SUBSCRIPTIONS}/{number}")

    async def send(self, command: str, button: str = "", **fields: str) -> None:
        """Fill in the form of a command, opening it if it is folded, and send it."""
        form = self.page.locator(f'form[method="post"][action$="/{command}"]').first
        folded = self.page.locator("details:not([open])").filter(has=form)
        if await folded.count():
            await folded.locator("summary").click()
        for name, value in fields.items():
            await write(form, name, value)
        await self.click(form.get_by_role("button", name=button) if button else form.locator("button"))

    async def is_told(self, command: str) -> None:
        """The page says that the command is done."""
        said = self.t("answer.done", what=self.t(f"command.{command}"))
        await expect(self.page.locator(".told b")).to_have_text(said)

    async def reads(self, text: str) -> None:
        await expect(self.page.locator("main")).to_contain_text(text)

    async def sign_in(self, email: str) -> None:
        """By the mailed link; every page of it into the album."""
        await self.go("/account/sign-in")
        await self.keep("sign-in")
        await self.page.get_by_label(self.t("email")).fill(email)
        await self.click(self.page.get_by_role("button", name=self.t("send_link")))
        await self.keep("look-at-your-mail")
        await self.go(await self.mailed_link())
        await self.keep("open-the-link")
        await self.click(self.page.get_by_role("button", name=self.t("sign_in")))
        await expect(self.page).to_have_url(self.home + "/subscriptions")

    async def mailed_link(self) -> str:
        """The path of the link that was mailed last; it is mailed after the page has answered."""
        async with asyncio.timeout(MAILED_WITHIN_SECONDS):
            while True:
                for each in list_mails(self.sink.directory):
                    mail = read_mail(self.sink.directory, each.id)
                    found = re.search(r"/account/sign-in/\S+", mail.text) if mail else None
                    if found:
                        return found[0]
                await asyncio.sleep(0.05)

    async def download(self, link: Locator) -> Download:
        """Keep the file a link leads to, instead of looking at it."""
        async with self.page.expect_download() as started:
            await link.click(modifiers=["Alt"])
        return await started.value


async def write(form: Locator, name: str, value: str) -> None:
    """Write into the field of that name, choose there, or tick it."""
    field = form.locator(f'[name="{name}"]')
    kind = await field.first.get_attribute("type")
    if kind == "radio":
        await form.locator(f'[name="{name}"][value="{value}"]').check()
    elif kind == "checkbox":
        await field.set_checked(bool(value))
    elif await field.evaluate("field => field.tagName") == "SELECT":
        await field.select_option(value)
    else:
        await field.fill(value)
