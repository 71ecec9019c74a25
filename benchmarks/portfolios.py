"""Portfolios of any size: yearly subscriptions of made-up customers, as the files that an import reads."""

import asyncio
import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import text

from cli.rehearsal import Servers
from renewals.calendar import term_end
from renewals.facts import Term

PER_CUSTOMER = 4
"""Subscriptions of one customer."""

CATALOG = ("sku", "name", "kind", "status", "term", "currency", "list_price", "renewal_price")
CUSTOMERS = ("csn", "name", "country", "region", "currency", "locale", "time_zone", "audience")
SUBSCRIPTIONS = (
    "number csn sku term seats starts_on renews_on auto_renew channel buyer_name buyer_email admin_email "
    "method_kind method_token method_expires"
).split()


def write_portfolio(folder: Path, count: int, starts_on: Sequence[date]) -> None:
    """Write `count` subscriptions that renew automatically by card; their terms start on those dates in turn.

    All customers live in UTC, so that an instant is the same for all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "catalog.csv", CATALOG, [_PRICE])
    customers = range((count + PER_CUSTOMER - 1) // PER_CUSTOMER)
    _write(folder / "customers.csv", CUSTOMERS, (_customer(n) for n in customers))
    lines = (_subscription(n, starts_on[n % len(starts_on)]) for n in range(count))
    _write(folder / "subscriptions.csv", SUBSCRIPTIONS, lines)


_PRICE = ("DRAFT-STD", "Draft Standard", "subscription", "active", "year", "USD", "540.00", "486.00")


def _customer(n: int) -> tuple[object, ...]:
    return f"52{n:08}", f"Studio {n}", "US", "US-TX", "USD", "en-US", "UTC", "business"


def _subscription(n: int, starts_on: date) -> tuple[object, ...]:
    renews_on, owner = term_end(starts_on, Term.YEAR, starts_on.day), n // PER_CUSTOMER
    mail = f"buyer-{owner}@studio.example"
    seats, method = 1 + n % 20, ("card", "ok", "2099-12")
    dates = (starts_on, renews_on, "yes", "direct_online")
    return f"B-{n:07}", f"52{owner:08}", "DRAFT-STD", "year", seats, *dates, f"Buyer {owner}", mail, "", *method


def _write(file: Path, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([columns])
        csv.writer(target).writerows(lines)


async def at_rest(servers: Servers, numbers: Sequence[str], settle_seconds: float = 2) -> None:
    """Until each has planned anew, and waits for something to come."""
    query = text("SELECT count(*) FROM subscriptions WHERE number = ANY(:numbers) AND next_step_at > now()")
    while True:
        async with servers.sessions() as session:
            if await session.scalar(query, {"numbers": list(numbers)}) == len(numbers):
                break
        await asyncio.sleep(0.1)
    await asyncio.sleep(settle_seconds)  # the last of them sets its timer
