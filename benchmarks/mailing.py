"""Mails a second: the sender and the whole path of a notice, against a bare aiosmtplib loop with as many connections.

The mail server is the local sink in a process of its own.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter
from uuid import UUID

import aiosmtplib
from sqlalchemy import select
from sqlmodel import col
from temporalio.testing import ActivityEnvironment

from activities.notices import Notices
from activities.outbox import queue
from benchmarks.databases import BY, NOW, databases, import_into
from benchmarks.figures import Bound, Figure
from benchmarks.portfolios import write_portfolio
from cli.rehearsal import CONTACTS, HOST, SENDER
from cli.stack_sink import passing_sink
from mail.sender import Accepted, Mailer
from models.engine import Sessions, create_engine, sessions_of
from models.records import NoticeRow
from models.store import load_all
from models.subscriptions import SubscriptionRow
from portfolio.golive import go_live
from renewals.causes import Cause
from renewals.letters import Kind

COUNT = 2_000
THROUGH_ALL = 500
CONNECTIONS = 4
RECIPIENT = "buyer@studio.example"


async def measure(count: int = COUNT, through_all: int = THROUGH_ALL) -> list[Figure]:
    """Mails per second of all three; every mail has the bytes that the whole path made."""
    with tempfile.TemporaryDirectory(prefix="perennial-bench-") as place:
        async with databases("mails") as (url,), passing_sink(Path(place)) as port:
            return await _measure(url, port, count, through_all)


async def _measure(url: str, port: int, count: int, through_all: int) -> list[Figure]:
    engine, mailer = create_engine(url), Mailer(HOST, port, tls="none", connections=CONNECTIONS)
    try:
        whole, raw = await _whole_path(url, sessions_of(engine), mailer, through_all)
        bare = await _bare(port, raw, count)
        sender = await _rate(count, CONNECTIONS, lambda n: _send(mailer, raw))
    finally:
        await mailer.close()
        await engine.dispose()
    loop = f"a bare aiosmtplib loop over {CONNECTIONS} connections"
    return [
        Figure(
            "mails per second, from finished bytes to the server's yes",
            sender / bare,
            loop,
            f"{sender:.0f}/s against {bare:.0f}/s",
            Bound.AT_LEAST,
            0.6,
        ),
        Figure(
            "mails per second, from the step to its record: read, claim, write, send, record, plan",
            whole / bare,
            loop,
            f"{whole:.0f}/s against {bare:.0f}/s",
        ),
    ]


async def _send(mailer: Mailer, raw: bytes) -> None:
    delivery = await mailer.send(raw, sender=SENDER, recipient=RECIPIENT)
    if not isinstance(delivery, Accepted):
        raise RuntimeError(str(delivery))


async def _bare(port: int, raw: bytes, count: int) -> float:
    """Connections that are opened once and then send as fast as they can."""
    clients = [aiosmtplib.SMTP(hostname=HOST, port=port, start_tls=False) for _ in range(CONNECTIONS)]
    for client in clients:
        await client.connect()
    rate = await _rate(count, CONNECTIONS, lambda n: clients[n % CONNECTIONS].sendmail(SENDER, [RECIPIENT], raw))
    for client in clients:
        await client.quit()
    return rate


async def _rate(count: int, at_once: int, send: Callable[[int], Awaitable[object]]) -> float:
    """So many mails by so many senders, each with its own place in the row."""

    async def sender(place: int) -> None:
        for n in range(place, count, at_once):
            await send(n)

    started = perf_counter()
    await asyncio.gather(*(sender(place) for place in range(at_once)))
    return count / (perf_counter() - started)


async def _whole_path(url: str, sessions: Sessions, mailer: Mailer, count: int) -> tuple[float, bytes]:
    """As the workflow has it done, by the activity of a queued mail. Its rate, and the bytes of one mail."""
    with tempfile.TemporaryDirectory() as place:
        write_portfolio(Path(place), count, [date(2026, 3, 31)])
        await import_into(url, Path(place))
    queued = await _queue_one_each(sessions)
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=NOW)
    notices = Notices(sessions, mailer, CONTACTS, SENDER, b"")
    rate = await _rate(len(queued), CONNECTIONS * 4, lambda n: environment.run(notices.send_queued, *queued[n]))
    async with sessions() as session:
        sent = (
            (await session.execute(select(col(NoticeRow.raw)).where(col(NoticeRow.outcome) == "sent"))).scalars().all()
        )
    if len(sent) != count or sent[0] is None:
        raise RuntimeError(f"{len(sent)} of {count} mails were sent")
    return rate, sent[0]


async def _queue_one_each(sessions: Sessions) -> list[tuple[str, str]]:
    """A confirmation for every subscription: its number and the notice's id."""
    async with sessions.begin() as session:
        await go_live(session, wall_now=NOW, by=BY, reason="mailing")
        cause = Cause("command_of_buyer", {"command": "resume-auto-renew"})
        numbers = (await session.execute(select(col(SubscriptionRow.number)))).scalars().all()
        for stored in await load_all(session, numbers, NOW):
            await queue(session, stored, Kind.AUTO_RENEW_RESUMED, "bench", cause, at=NOW)
        rows = (await session.execute(select(col(NoticeRow.subscription), col(NoticeRow.id)))).all()
    ids: list[tuple[str, UUID]] = [(number, notice_id) for number, notice_id in rows]
    return [(number, str(notice_id)) for number, notice_id in ids]
