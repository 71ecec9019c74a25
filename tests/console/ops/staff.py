"""People before the operators' pages: a browser without JavaScript, signed in as whoever a test wants."""

from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pyotp
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col

from console.ops import entering
from console.ops.factors import hash_of
from console.ops.guard import session_cookie
from models.audit import PORTFOLIO_IMPORT, AuditRow
from models.engine import Sessions
from models.operators import OperatorRow
from models.sealing import Seal, seal_of
from renewals.roles import Role
from settings import Settings
from tests.console.account.browser import Form, form, words

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

__all__ = ["PASSWORD", "SECRET", "Form", "People", "Person", "acts", "form", "now", "words"]


def now() -> datetime:
    return datetime.now(UTC)


async def acts(sessions: Sessions) -> list[tuple[str, str, str | None, str | None]]:
    """The audit after the import of the test's portfolio: who, what, about what, why."""
    async with sessions() as session:
        query = select(AuditRow).where(col(AuditRow.action) != PORTFOLIO_IMPORT).order_by(col(AuditRow.id))
        rows = (await session.scalars(query)).all()
    return [(row.done_by, row.action, row.about, row.reason) for row in rows]


@dataclass
class Person:
    """One person's browser."""

    name: str
    client: httpx.AsyncClient
    sessions: Sessions
    settings: Settings

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def page(self, path: str) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == 200, (answer.status_code, answer.headers.get("location"), words(answer.text))
        return answer.text

    async def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Fill in the form of a page whose address ends so, and send it."""
        its = form(page, action)
        return await self.client.post(its.action, data=its.fields | fields)

    async def enter(self, link: str) -> httpx.Response:
        """Follow a one-time link, and press its button."""
        path = "/ops" + link.partition("/ops")[2]
        return await self.send((await self.client.get(path)).text, path)

    async def sign_in(self, password: str = PASSWORD, code: str | None = None, **fields: str) -> httpx.Response:
        page = await self.page("/ops/sign-in")
        shown = pyotp.TOTP(SECRET).at(now()) if code is None else code
        return await self.send(page, "/sign-in", name=self.name, password=password, code=shown, **fields)


@dataclass
class People:
    """Makes people of every role, before one console."""

    app: FastAPI
    sessions: Sessions
    settings: Settings
    base: str = "http://localhost"

    async def add(self, name: str, role: Role, *, password: bool = False) -> None:
        seal = seal_of(self.settings.sealed_under) or Seal(["a key that is gone, of 32 characters"])
        row = OperatorRow(
            name=name,
            email=f"{name}@vendor.example",
            role=role,
            created_at=now(),
            created_by="operator:ana",
            created_because="a test",
            password_hash=await hash_of(PASSWORD) if password else None,
            totp_secret=seal.close(SECRET, name) if password else None,
        )
        async with self.sessions.begin() as session:
            session.add(row)

    async def signed_in(self, name: str, role: Role = Role.ADMIN, *, reads: str | None = None) -> Person:
        """A new person whose session has begun; `reads` is what the browser asks for."""
        await self.add(name, role)
        person = await self.again(name)
        if reads is not None:
            person.client.headers["accept-language"] = reads
        return person

    async def again(self, name: str) -> Person:
        """Somebody who is known, signed in at another browser."""
        async with self.sessions.begin() as session:
            token = await entering.begin(session, name, "password", now(), self.settings)
        person = self.stranger(name)
        person.client.cookies.set(session_cookie(self.settings), token, domain="localhost.local", path="/")
        return person

    def stranger(self, name: str = "nobody") -> Person:
        """A browser that is not signed in."""
        transport = httpx.ASGITransport(self.app)
        return Person(name, httpx.AsyncClient(transport=transport, base_url=self.base), self.sessions, self.settings)
