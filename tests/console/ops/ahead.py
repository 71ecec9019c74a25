"""What several tests of the rooms that look ahead share: a portfolio, and what a worker would do."""

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import text
from temporalio.client import Client

from activities.foreseeing import Foreseeing
from models.engine import Sessions
from portfolio.golive import go_live
from tests.activities.desk import run_at
from tests.console.ops.staff import Person, now
from tests.scenarios.portfolios import PUNCTUAL, SECOND, import_one

SOON = (now() + timedelta(days=3)).date()
"""When both of them renew."""


async def fill(sessions: Sessions, folder: Path) -> None:
    """Two live subscriptions that renew in three days, one in Paris and one in Tokyo."""
    then = now() - timedelta(hours=1)
    term = {"starts_on": (SOON - timedelta(days=365)).isoformat(), "renews_on": SOON.isoformat()}
    await import_one(sessions, folder, PUNCTUAL, then, {}, **term)
    tokyo = {"country": "JP", "currency": "JPY", "time_zone": "Asia/Tokyo"}
    await import_one(sessions, folder, SECOND, then, {}, **term, **tokyo)
    async with sessions.begin() as session:
        await go_live(session, wall_now=then, by="operator:ana", reason="a test")


async def walk(sessions: Sessions, place: str) -> None:
    """Do what a worker does once a forecast or a what-if was asked for; `place` is its address."""
    what, id_ = place.split("/")[-2:]
    foreseeing = Foreseeing(sessions, cast("Client", None))
    await run_at(now(), foreseeing.foresee, what, id_)


async def sent(person: Person, page: str, action: str, sessions: Sessions, **fields: str) -> str:
    """Send a form of a page that asks for one, and let it be walked; the address where the answer stands."""
    answer = await person.send(page, action, **fields)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    assert (await person.client.get(place)).headers["refresh"] == "3"
    await walk(sessions, place)
    assert "refresh" not in (await person.client.get(place)).headers
    return str(place)


async def rows(sessions: Sessions, query: str) -> list[dict[str, Any]]:
    async with sessions() as session:
        return [dict(row) for row in (await session.execute(text(query))).mappings()]


async def change(sessions: Sessions, *statements: str) -> None:
    async with sessions.begin() as session:
        for statement in statements:
            await session.execute(text(statement))
