"""What is left when all is at rest: our facts, the gateway's own book, the mail server's own record.

Three witnesses that know nothing of each other; `judge.py` compares them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cli.stack_postgres import plain_address

Row = Mapping[str, Any]
"""A row as it stands in its table."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that the mail server took: whose bytes, to whom."""

    message_id: str
    digest: str
    to: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything at one moment. `charges` is the gateway's book, `mails` what the mail server has, the rest is ours."""

    at: datetime
    charges: tuple[Row, ...]
    mails: tuple[Mail, ...]
    subscriptions: tuple[Row, ...]
    terms: tuple[Row, ...]
    renewals: tuple[Row, ...]
    orders: tuple[Row, ...]
    order_lines: tuple[Row, ...]
    attempts: tuple[Row, ...]
    claims: tuple[Row, ...]
    notices: tuple[Row, ...]
    commands: tuple[Row, ...]


OURS = (
    "subscriptions",
    "terms",
    "renewals",
    "orders",
    "order_lines",
    "attempts",
    "claims",
    "notices",
    "commands",
)


async def gather(database_url: str, mails: Path) -> Evidence:
    """Read all three. The book is read over a connection of its own, as a provider's statement would be."""
    book = await _read(database_url, {"charges": "sandbox.charges"})
    ours = await _read(database_url, {name: name for name in OURS})
    return Evidence(at=datetime.now(UTC), mails=mails_in(mails), **book, **ours)


async def _read(database_url: str, tables: Mapping[str, str]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    address = plain_address(database_url)
    async with await psycopg.AsyncConnection.connect(address, row_factory=dict_row) as connection:
        for name, table in tables.items():
            rows = await connection.execute(b"SELECT * FROM " + table.encode())
            found[name] = tuple(await rows.fetchall())
    return found


def mails_in(directory: Path) -> tuple[Mail, ...]:
    """Every mail that the mail sink stored, in the order of arrival."""
    return tuple(_mail(file.read_bytes()) for file in sorted(directory.glob("*.eml")))


def _mail(raw: bytes) -> Mail:
    headers = message_from_bytes(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=default)
    return Mail(str(headers["Message-ID"]), hashlib.sha256(raw).hexdigest(), str(headers["To"]))
