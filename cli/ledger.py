"""`perennial ledger`: every order, attempt, settlement and refund, for accounts and auditors."""

import csv
import sys
from collections.abc import AsyncIterator
from dataclasses import astuple, fields
from datetime import datetime
from typing import Annotated

import typer

from cli import desk
from cli.output import Format, harmless, print_json, print_table
from models.history import in_utc
from models.ledger import Entry, entries
from models.subscriptions import SubscriptionRow
from renewals.money import Money


def ledger(
    number: Annotated[str | None, typer.Argument(help="One subscription; without it all of them.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only orders of this customer number (CSN).")] = None,
    shape: Annotated[Format, typer.Option("--format", help="For people, spreadsheets or scripts.")] = Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Every order, attempt, part of a voucher, settlement and refund, in order of time. Amounts are in minor units."""
    if shape is Format.CSV and not as_json:
        desk.run(_write_csv(number, customer))
        return
    found = desk.run(_listed(number, customer))
    if as_json or shape is Format.JSON:
        print_json(found)
    else:
        columns = ("time (UTC)", "number", "term from", "entry", "state", "amount#", "reference")
        print_table("ledger", columns, (_row(entry) for entry in found), empty="Nothing was ordered yet.")


async def _listed(number: str | None, customer: str | None) -> list[Entry]:
    return [entry async for entry in _entries(number, customer)]


async def _entries(number: str | None, customer: str | None) -> AsyncIterator[Entry]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        if number is not None and await session.get(SubscriptionRow, number) is None:
            desk.no_such_subscription(number)
        await desk.known_customer(session, customer)
        async for entry in entries(session, subscription=number, customer=customer):
            yield entry


def _row(entry: Entry) -> tuple[object, ...]:
    what = f"{entry.entry} {entry.attempt}" if entry.attempt else f"{entry.way} {entry.entry}"
    state = f"{entry.state} ({entry.code})" if entry.code else entry.state
    amount = Money(entry.amount, entry.currency)
    at = in_utc(entry.at)[:16].replace("T", " ")
    return at, entry.subscription, entry.term_starts_on, what, state, amount, entry.reference


async def _write_csv(number: str | None, customer: str | None) -> None:
    """Comma-separated with a header, as it comes, and with nothing that a spreadsheet takes for a formula."""
    out = csv.writer(sys.stdout)
    out.writerow(field.name for field in fields(Entry))
    async for entry in _entries(number, customer):
        out.writerow([harmless(in_utc(value) if isinstance(value, datetime) else value) for value in astuple(entry)])
