"""`import_portfolio`: a folder of files into the database, in one transaction.

Read, check, compare, write. Nothing is written unless all lines are good or bad ones are to be skipped; what is stored
already is never changed, save that a new price becomes a new version.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.audit import PORTFOLIO_IMPORT, audit_import
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.subscriptions import ImportRow, SubscriptionRow, TermRow
from portfolio import differences
from portfolio.copying import copy_rows, refresh_statistics
from portfolio.differences import Difference
from portfolio.files import CatalogLine, CustomerLine, SubscriptionLine
from portfolio.problems import Problem, in_file_order
from portfolio.reading import Portfolio, read_portfolio
from portfolio.references import Checked, check_references, new_lines
from portfolio.rows import SubscriptionRows, catalog_rows, customer_rows, people_rows
from portfolio.spelling import refuse_other_spellings
from portfolio.stored import People, Stored, batches, load_people, load_stored, take_turn, texts_of_subscriptions

Progress = Callable[[int, int], None]

_MANY = 1_000  # from so many new subscriptions on PostgreSQL's own idea of the tables is out of date


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were new, and how many were there already (and stay as they are, differing or not)."""

    added: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or, `written` being False, would have done or why it did nothing.

    `import_id` is None when nothing was written. `problems` are the first hundred of `problem_count`; `skipped` is how
    many lines were left out because of them. `prices.added` counts new prices, `new_versions` changed ones.
    """

    written: bool = False
    import_id: UUID | None = None
    offerings: Tally = Tally()
    prices: Tally = Tally()
    new_versions: int = 0
    customers: Tally = Tally()
    subscriptions: Tally = Tally()
    skipped: int = 0
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class _News:
    """The lines that are not stored yet, and what else they need."""

    catalog: list[CatalogLine]
    customers: list[CustomerLine]
    subscriptions: list[SubscriptionLine]
    people: People
    differences: tuple[Difference, ...]

    def __bool__(self) -> bool:
        return bool(self.catalog or self.customers or self.subscriptions)


async def import_portfolio(
    connection_or_session: AsyncConnection | AsyncSession,
    folder: Path,
    *,
    now: datetime,
    imported_by: str,
    reason: str | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import the portfolio in `folder`, within the caller's transaction, which the caller commits.

    `now` is the instant of the import, in UTC; `progress` is told how many of how many new subscriptions are written.
    Who and why stand on the audit; without a `reason` it names the files. With `skip_bad` the good lines are written
    whose references are good as well. Imports at the same time queue up until the other's transaction ends. Raises what
    the database raises; the transaction is to be rolled back then.
    """
    session = connection_or_session
    connection = await session.connection() if isinstance(session, AsyncSession) else session
    portfolio = await asyncio.to_thread(read_portfolio, folder)
    await take_turn(connection)
    await refuse_other_spellings(connection, portfolio)
    stored = await load_stored(connection, portfolio, now)
    checked = check_references(portfolio, stored)
    report = _problems(portfolio, checked, skip_bad)
    if report.problem_count and not skip_bad:
        return report
    news = await _news(connection, portfolio, stored, checked)
    report = _tallies(report, portfolio, stored, checked, news)
    if dry_run or not news:
        return report
    import_id = uuid4()
    row = {"id": import_id, "imported_at": now, "digest": portfolio.digest, "imported_by": imported_by}
    row["subscriptions"] = len(news.subscriptions)
    await connection.execute(insert(ImportRow), row)
    rows = SubscriptionRows(checked.known, stored, news.people, now, imported_by, import_id)
    await _write(connection, news, rows, progress or (lambda done, total: None))
    why = await asyncio.to_thread(_files_of, folder) if reason is None else reason
    await audit_import(connection, now, imported_by, PORTFOLIO_IMPORT, import_id, reason=why, data=_figures(report))
    return replace(report, written=True, import_id=import_id)


def _files_of(folder: Path) -> str:
    """Why, where nobody said it: which files."""
    return f"import of catalog.csv, customers.csv and subscriptions.csv of the folder {folder.resolve().name}"


def _figures(report: ImportReport) -> dict[str, int]:
    return {
        "subscriptions": report.subscriptions.added,
        "customers": report.customers.added,
        "prices": report.prices.added,
        "new_versions": report.new_versions,
        "skipped": report.skipped,
    }


def _problems(portfolio: Portfolio, checked: Checked, skip_bad: bool) -> ImportReport:
    found = [portfolio.problems, checked.problems, *([checked.consequences] if skip_bad else [])]
    files = (portfolio.catalog, portfolio.customers, portfolio.subscriptions)
    unfit = len(portfolio.subscriptions.good) - len(checked.good)
    return ImportReport(
        skipped=sum(lines.bad_count for lines in files) + unfit if skip_bad else 0,
        problems=in_file_order(found),
        problem_count=sum(each.count for each in found),
    )


async def _news(connection: AsyncConnection, portfolio: Portfolio, stored: Stored, checked: Checked) -> _News:
    """Compare with what is stored: which lines are new, and which say otherwise."""
    found = [
        *differences.of_offerings(portfolio.catalog.good, stored),
        *differences.of_customers(portfolio.customers.good, stored),
    ]
    subscriptions: list[SubscriptionLine] = []
    for batch in batches(checked.good):
        there = await texts_of_subscriptions(connection, [line.number for line in batch])
        for line in batch:
            if line.number in there:
                found.extend(differences.of_subscription(line, there[line.number]))
            else:
                subscriptions.append(line)
    people = await load_people(connection, sorted({line.csn for line in subscriptions}))
    found.extend(differences.of_new_buyers(subscriptions, people))
    return _News(
        catalog=new_lines(portfolio.catalog.good, stored),
        customers=[line for line in portfolio.customers.good if line.csn not in stored.customers],
        subscriptions=subscriptions,
        people=people,
        differences=tuple(found),
    )


def _tallies(report: ImportReport, portfolio: Portfolio, stored: Stored, checked: Checked, news: _News) -> ImportReport:
    skus = {line.sku for line in portfolio.catalog.good}
    new_skus = len(skus - stored.offerings.keys())
    new_prices = sum(line.key not in stored.prices for line in news.catalog)
    return replace(
        report,
        offerings=Tally(new_skus, len(skus) - new_skus),
        prices=Tally(new_prices, len(portfolio.catalog.good) - len(news.catalog)),
        new_versions=len(news.catalog) - new_prices,
        customers=Tally(len(news.customers), len(portfolio.customers.good) - len(news.customers)),
        subscriptions=Tally(len(news.subscriptions), len(checked.good) - len(news.subscriptions)),
        differences=news.differences,
    )


async def _write(connection: AsyncConnection, news: _News, rows: SubscriptionRows, progress: Progress) -> None:
    for table, values in catalog_rows(news.catalog, rows.stored, rows.now, rows.imported_by):
        await copy_rows(connection, table, values)
    await copy_rows(connection, *customer_rows(news.customers))
    for table, values in people_rows(news.subscriptions, news.people, rows.now):
        await copy_rows(connection, table, values)
    done, total = 0, len(news.subscriptions)
    for batch in batches(news.subscriptions):
        for table, values in rows.of(batch):
            await copy_rows(connection, table, values)
        done += len(batch)
        progress(done, total)
    if total >= _MANY:
        await refresh_statistics(connection, (CustomerRow, ContactRow, PaymentMethodRow, SubscriptionRow, TermRow))
