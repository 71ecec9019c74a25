"""The overview's parts keep up by themselves: one look for all who listen, and nothing after their session is over."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.routing import Mount

from console.headers import PAGE_POLICY
from console.ops import live
from console.ops.live import MOST_PER_OPERATOR, Broadcast, Listener
from models.engine import Sessions
from models.journal import raise_alarm, record
from models.pauses import Pausable, pause
from models.staff import disable
from models.tokens import digest
from renewals.roles import Role
from settings import Settings
from tests.console.ops.staff import People, Person, now


@pytest.fixture
def broadcast(app: FastAPI) -> Broadcast:
    (ops,) = [each.app for each in app.routes if isinstance(each, Mount) and each.path == "/ops"]
    found: Broadcast = ops.state.live  # type: ignore[attr-defined]
    return found


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "EVERY_SECONDS", 0.02)


@pytest.fixture
async def mira(people: People) -> Person:
    await people.add("ana", Role.ADMIN)
    return await people.signed_in("mira", Role.VIEWER)


def token_of(person: Person) -> str:
    return str(next(iter(person.client.cookies.values())))


class Page:
    """An open page: what it was sent, part by part."""

    def __init__(self, broadcast: Broadcast, person: Person, locale: str = "en") -> None:
        self.listener = Listener(person.name, digest(token_of(person)), locale)
        self.lines: AsyncIterator[str] = broadcast.stream(self.listener)
        self.parts: dict[str, str] = {}
        self.ended = False

    async def until(self, such: Callable[["Page"], bool]) -> None:
        async with asyncio.timeout(10):
            while not such(self):
                line = await anext(self.lines)
                if line.startswith("event: part"):
                    part: dict[str, str] = json.loads(line.partition("data: ")[2])
                    self.parts[part["name"]] = part["html"]
                self.ended = self.ended or line.startswith("event: end")

    async def close(self) -> None:
        await self.lines.aclose()  # type: ignore[attr-defined]


def is_whole(page: Page) -> bool:
    return set(page.parts) == set(live.PARTS)


async def test_what_is_raised_paused_and_charged_comes_to_every_page_in_its_language(
    broadcast: Broadcast, mira: Person, people: People, sessions: Sessions
) -> None:
    nils = await people.signed_in("nils", Role.OPERATOR)
    pages = [Page(broadcast, mira), Page(broadcast, nils, "fr")]
    for page in pages:
        await page.until(is_whole)
    assert "No alarm is open." in pages[0].parts["alarms"]
    async with sessions.begin() as session:
        await raise_alarm(session, None, "charges_stopped", "look <here>", now())
        await pause(session, Pausable.MAILS, by="operator:ana", reason="odd", now=now())
    for page, alarm, paused in zip(
        pages,
        ("charges stopped by themselves", "prélèvements arrêtés d’eux-mêmes"),
        ("All mails are paused", "Tous les messages sont en pause"),
        strict=True,
    ):
        await page.until(lambda page: "look &lt;here&gt;" in page.parts["alarms"])
        assert alarm in page.parts["alarms"]
        await page.until(lambda page: "/ops/pauses" in page.parts["pauses"])
        assert paused in page.parts["pauses"] or page.listener.locale == "fr"
        await page.close()


async def test_each_charge_and_mail_comes_as_it_happens(broadcast: Broadcast, mira: Person, sessions: Sessions) -> None:
    page = Page(broadcast, mira, "fr")
    await page.until(is_whole)
    assert "Rien ne s’est encore passé." in page.parts["events"]
    async with sessions.begin() as session:
        paid = {"outcome": "declined", "amount": 50500, "currency": "USD"}
        record(session, None, now(), "payment", paid, reason="a <test>")
    await page.until(lambda page: "refusé" in page.parts["events"])
    assert "a &lt;test&gt;" in page.parts["events"]
    await page.close()


async def test_it_says_what_the_page_says(broadcast: Broadcast, mira: Person) -> None:
    page = Page(broadcast, mira)
    await page.until(is_whole)
    html = " ".join((await mira.page("/ops/")).split())
    for name, part in page.parts.items():
        assert " ".join(part.split()) in html, name
    await page.close()


async def test_one_look_serves_all_and_without_anybody_nobody_looks(
    broadcast: Broadcast, mira: Person, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = broadcast.look
    looks: list[int] = []

    async def counted() -> None:
        looks.append(len(broadcast._listeners))
        await look()

    monkeypatch.setattr(broadcast, "look", counted)
    nils = await people.signed_in("nils", Role.VIEWER)
    pages = [Page(broadcast, each) for each in (mira, mira, nils)]
    first = pages[0]
    await first.until(is_whole)
    assert broadcast._looking is not None
    task = broadcast._looking
    for page in pages[1:]:
        await page.until(is_whole)
        assert broadcast._looking is task
    for page in pages:
        await page.close()
    async with asyncio.timeout(10):
        await task
    count = len(looks)
    await asyncio.sleep(0)
    assert len(looks) == count
    assert not broadcast._listeners


async def signs_out(mira: Person, sessions: Sessions, settings: Settings) -> None:
    await mira.send(await mira.page("/ops/"), "/sign-out")


async def is_disabled(mira: Person, sessions: Sessions, settings: Settings) -> None:
    async with sessions.begin() as session:
        await disable(session, "mira", by="operator:ana", reason="left", now=now())


async def is_silent(mira: Person, sessions: Sessions, settings: Settings) -> None:
    """Listening is no sign of life."""
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE operator_sessions SET seen_at = seen_at - interval '31 minutes'"))


@pytest.mark.parametrize("over", [signs_out, is_disabled, is_silent], ids=lambda each: each.__name__)
async def test_the_stream_ends_with_the_session(
    broadcast: Broadcast, mira: Person, sessions: Sessions, settings: Settings, over: Any
) -> None:
    page = Page(broadcast, mira)
    await page.until(is_whole)
    await over(mira, sessions, settings)
    await page.until(lambda page: page.ended)
    with pytest.raises(StopAsyncIteration):
        await anext(page.lines)
    assert not broadcast._listeners


async def test_listening_keeps_no_session_open(broadcast: Broadcast, mira: Person, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        back = now() - timedelta(minutes=20)
        await session.execute(sa.text("UPDATE operator_sessions SET seen_at = :back"), {"back": back})
    page = Page(broadcast, mira)
    await page.until(is_whole)
    await page.close()
    async with sessions() as session:
        assert await session.scalar(sa.text("SELECT max(seen_at) FROM operator_sessions")) == back


async def test_a_silent_line_is_kept_alive(broadcast: Broadcast, mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr(live, "EVERY_SECONDS", 60)
    page = Page(broadcast, mira)
    await page.until(is_whole)
    async with asyncio.timeout(10):
        assert await anext(page.lines) == ": still here\n\n"
    await page.close()


async def test_a_database_that_is_away_ends_no_stream(
    broadcast: Broadcast, mira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = broadcast.look
    failed: list[bool] = []

    async def fails_once() -> None:
        if not failed:
            failed.append(True)
            raise OSError
        await look()

    monkeypatch.setattr(broadcast, "look", fails_once)
    page = Page(broadcast, mira)
    await page.until(is_whole)
    assert failed
    await page.close()


async def test_an_operator_has_a_few_connections_and_no_more(
    broadcast: Broadcast, mira: Person, people: People
) -> None:
    pages = [Page(broadcast, mira) for _ in range(MOST_PER_OPERATOR)]
    for page in pages:
        await page.until(is_whole)
    answer = await mira.get("/ops/live")
    assert (answer.status_code, answer.text) == (429, "Too many pages of yours are open.")
    assert broadcast.has_room_for("nils")
    await pages[0].close()
    assert broadcast.has_room_for("mira")
    for page in pages[1:]:
        await page.close()


async def test_the_overview_alone_may_run_our_script_and_names_it(mira: Person) -> None:
    overview, pauses = await mira.get("/ops/"), await mira.get("/ops/pauses")
    policy = overview.headers["content-security-policy"]
    assert policy == f"{PAGE_POLICY}; script-src 'self'; connect-src 'self'"
    assert overview.text.count("<script") == 1
    assert '<script src="/static/live.js" defer></script>' in overview.text
    assert "script-src" not in pauses.headers["content-security-policy"]
    assert "<script" not in pauses.text
    script = await mira.get("/static/live.js")
    assert script.status_code == 200
    assert "eval" not in script.text


async def test_whoever_is_not_signed_in_hears_nothing(people: People) -> None:
    answer = await people.stranger().get("/ops/live")
    assert answer.status_code == 303


def test_a_listener_is_itself_alone() -> None:
    one = Listener("mira", "a", "en")
    assert len({one, replace(one)}) == 2
