"""Calling the API as another system does: over ASGI, with a key, for a person."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import update
from temporalio.client import Client

from console.api.app import description
from console.app import create_app
from mail.sender import Mailer
from models.api_keys import Scope, create_key
from models.engine import Sessions
from models.parties import PartnerRow
from models.subscriptions import SubscriptionRow
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from settings import Settings
from tests.scenarios.theatre import SIGNING_KEY

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
IMPORTED_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADA = "ada@northwind.example"
BASE = "http://localhost/api/v1"


@dataclass
class Api:
    """One caller. An answer that is an error must be a problem, whatever it is."""

    app: FastAPI
    key: str | None

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        words = ({"Authorization": f"Bearer {self.key}"} if self.key else {}) | dict(options.pop("headers", {}))
        headers = {name.encode(): value.encode() for name, value in words.items()}
        url = path if path.startswith("/api/v1") else f"/api/v1{path}"
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answer = await client.request(method, url, headers=headers, **options)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            told = answer.json()
            assert (told["type"], told["status"], bool(told["code"])) == ("about:blank", answer.status_code, True)
            assert told["detail"].endswith((".", "`."))
            assert answer.headers["cache-control"] == "no-store"
        return answer

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.ask("GET", path, **options)

    async def give(
        self,
        number: str,
        command: str,
        args: Mapping[str, Any] | None = None,
        *,
        by: str = ADA,
        key: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Give a command. Further words are headers."""
        sent = {"Perennial-Actor": by, "Idempotency-Key": key or str(uuid4())}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"command": command, "args": dict(args or {})}
        return await self.ask("POST", f"/subscriptions/{number}/commands", json=body, headers=sent)


OURS = tuple(scope for scope in Scope if scope is not Scope.PARTNER)
"""Every scope that a key of the vendor's own may have."""


async def new_key(sessions: Sessions, *scopes: Scope, partner: str | None = None) -> str:
    async with sessions.begin() as session:
        _, secret = await create_key(
            session,
            name="website",
            scopes=scopes or OURS,
            partner=partner,
            by="operator:ana",
            reason="a test",
            now=datetime.now(UTC),
        )
    return secret


async def partners_key(sessions: Sessions, code: str = "north-tools") -> str:
    """The key of a partner, who is made known with it."""
    now, by, because = datetime.now(UTC), "operator:ana", "a test"
    async with sessions.begin() as session:
        session.add(PartnerRow(code=code, name=code, created_at=now, created_by=by, created_because=because))
    return await new_key(sessions, Scope.PARTNER, partner=code)


async def example(sessions: Sessions) -> None:
    """The example portfolio, live, on clocks that show the same day whenever the test runs."""
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=IMPORTED_AT, imported_by="operator:ana")
        now = datetime.now(UTC)
        await session.execute(update(SubscriptionRow).values(shift=IMPORTED_AT - now))
        await go_live(session, wall_now=now, by="operator:ana", reason="a test")


def console_of(sessions: Sessions, client: Client, **settings: Any) -> FastAPI:
    """The console; no mail is sent through the API."""
    settings_ = Settings(signing_key=SecretStr(SIGNING_KEY.decode()), **settings)
    return create_app(settings_, sessions, client, Mailer("127.0.0.1", 1, tls="none"))


def operations(page: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Method and path of every operation, as the description has them."""
    for path, methods in page["paths"].items():
        for method in methods:
            yield method.upper(), path


def filled(path: str) -> str:
    """The path with numbers that exist."""
    known = {
        "{number}": "S-1001",
        "{csn}": "5100000001",
        "{quote}": "Q-1001",
        "{id}": "00000000-0000-4000-8000-000000000000",
    }
    for name, value in known.items():
        path = path.replace(name, value)
    return path


def codes(answers: Sequence[httpx.Response]) -> list[tuple[int, str]]:
    return [(answer.status_code, answer.json().get("code", "")) for answer in answers]


def description_of_all(*, with_keys: bool = True) -> dict[str, Any]:
    """What the API says of itself, to change at will; no test has to run a server for that."""
    page = deepcopy(description())
    if not with_keys:
        page["components"].pop("securitySchemes")
        for methods in page["paths"].values():
            for operation in methods.values():
                operation.pop("security")
    return page
