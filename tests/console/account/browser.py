"""A browser without JavaScript: it opens pages, fills in their forms and sends them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from mail.sink import Sink, list_mails, read_mail
from tests.scenarios.portfolios import BUYER

SUBSCRIPTIONS = "/account/subscriptions"


@dataclass
class Form:
    """A form of a page: where it goes, and its fields as they are before anybody writes."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values["action"]))
        elif tag == "select":
            self._select = values["name"]
        elif tag == "option" and ("selected" in values or self._select not in self.forms[-1].fields):
            self.forms[-1].fields[self._select] = values["value"]
        elif tag == "input" and (values.get("type") not in ("radio", "checkbox") or "checked" in values):
            self.forms[-1].fields[values["name"]] = values.get("value", "")


def form(page: str, action: str, **fields: str) -> Form:
    """The form of the page that sends something, whose address ends so, and whose fields are these."""
    parser = _Forms()
    parser.feed(page)
    to_send = [
        each for each in parser.forms if each.action.partition("?")[0].endswith(action) and "csrf" in each.fields
    ]
    (found,) = [each for each in to_send if fields.items() <= each.fields.items()]
    return found


def words(page: str) -> str:
    """What a reader sees of it, on one line."""
    text = re.sub(r"<(title|head)\b.*?</\1>", " ", page, flags=re.S)
    text = re.sub(r'<span class="unbroken">(.*?)</span>', r"\1", text)
    text = re.sub(r"<[^>]+>", " ", text).replace("&#39;", "'").replace("&amp;", "&").replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text)


@dataclass
class Browser:
    """One person's browser, with its cookies; mails arrive in `sink`."""

    client: httpx.AsyncClient
    sink: Sink

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def page(self, path: str) -> str:
        """The page at the end of all redirects."""
        answer = await self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, form: Form, **fields: str) -> httpx.Response:
        """Send a form with these fields written in; the answer itself, which is a redirect if all is well."""
        return await self.client.post(form.action, data=form.fields | fields)

    async def ask_for_link(self, email: str = BUYER, lang: str = "en", number: str = "") -> httpx.Response:
        page = await self.page(f"/account/sign-in?lang={lang}&number={number}")
        return await self.send(form(page, "/sign-in"), email=email)

    def links(self) -> list[str]:
        """The path of each link that was mailed, oldest first."""
        texts = [read_mail(self.sink.directory, each.id) for each in list_mails(self.sink.directory)]
        return [
            found[0] for each in reversed(texts) if each and (found := re.search(r"/account/sign-in/\S+", each.text))
        ]

    async def open_link(self, path: str) -> httpx.Response:
        page = await self.page(path)
        return await self.send(form(page, path.partition("?")[0]))

    async def sign_in(self, email: str = BUYER, number: str = "") -> "Browser":
        await self.ask_for_link(email, number=number)
        answer = await self.open_link(self.links()[-1])
        assert answer.status_code == 303, answer.text
        return self

    async def do(self, number: str, command: str, *, on: str = "", **fields: str) -> str:
        """Send the form of a command from the subscription's page, or from the page `on` beneath it; what is told."""
        page = await self.page(f"{SUBSCRIPTIONS}/{number}{on}")
        answer = await self.send(form(page, f"/{command}"), **fields)
        assert answer.status_code == 303, words(answer.text)
        return told(await self.page(answer.headers["location"]))


def told(page: str) -> str:
    """What the page says about the command that was given last."""
    found = re.search(r'<section class="told [a-z]+" role="status">.*?</section>', page, re.S)
    assert found, words(page)
    return words(found[0]).strip()
