"""Every page of the operations console over a million subscriptions: its server time, and how it grows from 10,000.

Both databases stand on one server. A page is measured as often as the page that only asks the database for 1, in
turn, and compared are the medians. A page without an address here fails the measurement: none is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import text
from temporalio.client import Client

from benchmarks.crowd import make_crowd
from benchmarks.databases import databases
from benchmarks.figures import Bound, Figure
from console.app import create_app
from console.ops import entering
from console.ops.app import create_ops, rule_of
from console.ops.figures import FIGURES
from console.ops.guard import Open, session_cookie
from mail.sender import Mailer
from models.engine import create_engine, sessions_of
from models.operators import OperatorRow
from renewals.roles import Role
from settings import Settings

MANY, FEW = 1_000_000, 10_000
WARM_UP, TIMES = 3, 15
SLOWEST_RATIO, GROWTH = 20, 1.5
NUMBER, CSN = "S-0000321", "C-0000080"
ORDER = f"e0000000-0000-4000-8000-00000{NUMBER[2:]}"

ADDRESSES: Mapping[str, Sequence[str]] = {
    "/": ("/",),
    "/subscriptions": (
        "/subscriptions",
        "/subscriptions?sort=-renews_on",
        "/subscriptions?sort=next_step&phase=renewable",
        "/subscriptions?q=S-0000",
        "/subscriptions?q=lindqvist",
        "/subscriptions?q=buyer@studio-80.example",
        "/subscriptions?cause=declined",
        "/subscriptions?parked=yes",
        "/subscriptions?trouble=paid_twice",
        "/subscriptions?trouble=price_leaps",
    ),
    "/bulk": ("/bulk",),
    "/bulk/preview": ("/bulk/preview?command=park&" + "&".join(f"tick=S-{number:07}" for number in range(300, 350)),),
    "/alarms": ("/alarms", "/alarms?kind=mail_rejected", "/alarms?state=ended"),
    "/runbooks/{name}": ("/runbooks/parked",),
    "/audit": ("/audit", "/audit?by=mira"),
    "/letters": (
        "/letters",
        f"/letters?subscription={NUMBER}",
        "/letters?state=failed",
        "/letters?state=undelivered",
        "/letters?sent_from=2026-01-01",
    ),
    "/compliance": ("/compliance",),
    "/compliance/{number}": (f"/compliance/{NUMBER}",),
    "/customers": ("/customers", "/customers?q=lindqvist"),
    "/customers/{csn}": (f"/customers/{CSN}",),
    "/charges": ("/charges", "/charges?state=declined"),
    "/calendar": ("/calendar",),
    "/forecast": ("/forecast",),
    "/offerings": ("/offerings",),
    "/offerings/{sku}": ("/offerings/SKU-1",),
    "/policies": ("/policies",),
    "/policies/new": ("/policies/new",),
    "/what-if": ("/what-if",),
    "/go-live": ("/go-live",),
    "/webhooks": ("/webhooks",),
    "/letters-to-me": ("/letters-to-me",),
    "/second-person": ("/second-person",),
    "/results": ("/results",),
    "/pauses": ("/pauses",),
    "/people": ("/people",),
    "/people/{name}/sessions": ("/people/mira/sessions",),
    "/sessions": ("/sessions",),
    "/keys": ("/keys",),
    "/subscriptions/{number}": (f"/subscriptions/{NUMBER}",),
    "/subscriptions/{number}/orders/{id_}/receipt.pdf": (f"/subscriptions/{NUMBER}/orders/{ORDER}/receipt.pdf",),
}
"""Of each route of the console that reads, what is asked of it."""

ELSEWHERE = (
    "/set-up",
    "/bulk/{id}",
    "/bulk/{id}.csv",
    "/subscriptions.csv",
    "/alarms/{id_}",
    "/letters/{id_}",
    "/letters/{id_}/letter",
    "/webhooks/{id_}",
    "/webhooks/{id_}/{event_id}",
    "/forecast/{id}",
    "/what-if/{id}",
    "/go-live/runs/{id}",
    "/go-live/{import_id}",
    "/go-live/{import_id}/preview",
    "/audit.csv",
    "/alarms.csv",
    "/customers.csv",
    "/charges.csv",
    "/calendar.csv",
    "/results.csv",
    "/letters.csv",
    "/compliance/file.csv",
    "/compliance/{number}/proof.pdf",
    "/forecast/{id}.csv",
    "/what-if/{id}.csv",
    "/live",
    "/subscriptions/{number}/mails/{id_}",
    "/subscriptions/{number}/mails/{id_}/letter",
)
"""Routes whose time is that of what they are for: a file as long as its view, one row by its key with a few beside."""


@dataclass(frozen=True, slots=True)
class Timed:
    """The median seconds of a page and of the bare one beside it."""

    page: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.page / self.bare


async def measure(many: int = MANY, few: int = FEW, times: int = TIMES) -> list[Figure]:
    """The slowest page against `SELECT 1`, and the one that grew most; then every page."""
    async with databases("few", "many") as (small, large):
        await make_crowd(small, few)
        await make_crowd(large, many)
        before, after = await _timed(small, times), await _timed(large, times)
    growth = {address: after[address].ratio / before[address].ratio for address in after}
    slowest, grown = max(after, key=lambda each: after[each].ratio), max(growth, key=growth.__getitem__)
    judged = [
        Figure(
            f"slowest page of the console over {many:,} subscriptions: server time",
            after[slowest].ratio,
            "a page that asks for SELECT 1",
            f"{_said(after[slowest])}: `{_short(slowest)}`",
            Bound.AT_MOST,
            SLOWEST_RATIO,
        ),
        Figure(
            f"the page that grows most from {few:,} to {many:,} subscriptions: time",
            growth[grown],
            f"the same page over {few:,}",
            f"{_said(after[grown])}, {_said(before[grown])} before: `{_short(grown)}`",
            Bound.AT_MOST,
            GROWTH,
        ),
    ]
    each = [
        Figure(
            f"`/ops{_short(address)}`: server time",
            timed.ratio,
            "SELECT 1",
            f"{_said(timed)}, grew {growth[address]:.2f}",
        )
        for address, timed in after.items()
    ]
    return judged + each


def _said(timed: Timed) -> str:
    return f"{timed.page * 1000:.1f} ms against {timed.bare * 1000:.1f} ms"


def _short(address: str) -> str:
    return address if len(address) <= 60 else f"{address[:57]}…"


async def _timed(url: str, times: int) -> dict[str, Timed]:
    """Every page of the console over that database, as an administrator who is signed in."""
    engine, settings, now = create_engine(url), Settings(), datetime.now(UTC)
    sessions = sessions_of(engine)
    client = await Client.connect("127.0.0.1:9", lazy=True)
    app = create_app(settings, sessions, client, Mailer("127.0.0.1", 9, tls="none"))
    bare = FastAPI()

    @bare.get("/")
    async def one() -> int:
        async with sessions() as session:
            return int(await session.scalar(text("SELECT 1")) or 0)

    try:
        ops = create_ops(settings, sessions, client)
        await FIGURES.renew(ops.state.desk, now)
        async with sessions.begin() as session:
            session.add(
                OperatorRow(
                    name="mira",
                    email="mira@vendor.example",
                    role=Role.ADMIN,
                    issuer="https://identity.example",
                    subject="mira",
                    created_at=now,
                    created_by="operator:bench",
                    created_because="benchmark",
                )
            )
        async with sessions.begin() as session:
            token = await entering.begin(session, "mira", "password", now, settings)
        cookies = {session_cookie(settings): token}
        async with (
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://localhost/ops", cookies=cookies
            ) as console,
            httpx.AsyncClient(transport=httpx.ASGITransport(bare), base_url="http://localhost") as other,
        ):
            return {address: await _one(console, other, address, times) for address in addresses_of(ops)}
    finally:
        await engine.dispose()


def addresses_of(ops: FastAPI) -> list[str]:
    """What to ask for. Raises `RuntimeError` for a page that has no address here."""
    found: list[str] = []
    for route in iter_route_contexts(ops.routes):
        methods, path = getattr(route, "methods", ()) or (), str(getattr(route, "path", ""))
        if "GET" not in methods or path in ELSEWHERE or isinstance(rule_of(route), Open):
            continue
        if path not in ADDRESSES:
            raise RuntimeError(f"benchmarks/paging.py names no address of /ops{path}")
        found += ADDRESSES[path]
    return found


async def _one(console: httpx.AsyncClient, other: httpx.AsyncClient, address: str, times: int) -> Timed:
    pages, bares = list[float](), list[float]()
    for _ in range(WARM_UP):
        await _seconds(console, address)
        await _seconds(other, "/")
    for _ in range(times):
        pages.append(await _seconds(console, address))
        bares.append(await _seconds(other, "/"))
    return Timed(median(pages), median(bares))


async def _seconds(client: httpx.AsyncClient, address: str) -> float:
    started = perf_counter()
    answer = await client.get(address)
    took = perf_counter() - started
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(f"{address}: {answer.status_code} {answer.text[:200]}")
    return took
