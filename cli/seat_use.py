"""`perennial usage`: who has a seat and uses it, imported from a file and reported per product or per user."""

import asyncio
from collections.abc import Callable
from dataclasses import astuple, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli import desk
from cli.days import AS_WRITTEN, day
from cli.output import Format, print_csv, print_json, print_table, progress_bar, say, warn
from cli.portfolios import Json, print_problems
from cli.who_and_why import Because, operator, why
from models.subscriptions import SubscriptionRow
from models.usage_report import ProductUse, SubscriptionUse, UserUse, by_product, by_user, chosen, use_of
from portfolio.usage_import import import_usage
from portfolio.usage_report import UsageReport

app = typer.Typer(no_args_is_help=True, help="Seats: who has one, and when it was used last.")


Line = TypeVar("Line", ProductUse, UserUse)


class By(StrEnum):
    """What a line of the report is about."""

    PRODUCT = "product"
    USER = "user"


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV file; docs/reference.md lists its columns.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad lines out instead of stopping.")] = False,
    as_of: Annotated[
        date | None,
        typer.Option("--as-of", parser=day, metavar=AS_WRITTEN, help="Day up to which the file tells; else today."),
    ] = None,
    by: Annotated[str, typer.Option(help="Who imports, as operator:NAME.")] = "operator:import",
    reason: Because = None,
    as_json: Json = False,
) -> None:
    """Import who has a seat and when it was used last. Who is not named stays as stored."""
    with progress_bar("importing") as progress:
        report = desk.run(
            _import(file, operator(by), None if reason is None else why(reason), as_of, dry_run, skip_bad, progress)
        )
    if as_json:
        print_json(report)
    else:
        _print_report(report, dry_run, skip_bad)
    if report.problem_count and not skip_bad:
        raise typer.Exit(1)


async def _import(
    file: Path,
    by: str,
    reason: str | None,
    told_on: date | None,
    dry_run: bool,
    skip_bad: bool,
    progress: Callable[[int, int], None],
) -> UsageReport:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        try:
            return await import_usage(
                session,
                file,
                now=desk.wall_now(),
                imported_by=by,
                reason=reason,
                told_on=told_on,
                dry_run=dry_run,
                skip_bad=skip_bad,
                progress=progress,
            )
        except asyncio.CancelledError:
            raise desk.Interrupted("nothing was written") from None


def _print_report(report: UsageReport, dry_run: bool, skip_bad: bool) -> None:
    print_problems(report.problems, report.problem_count)
    if report.problem_count and not skip_bad:
        say("Nothing was written: correct these lines, or leave them out with --skip-bad.")
        return
    for oddity in report.oddities:
        warn(f"{oddity} Unassign somebody, or add seats.")
    if report.oddity_count > len(report.oddities):
        warn(f"… and {report.oddity_count - len(report.oddities)} more with more users than seats.")
    if not (report.written or dry_run):
        say(f"Nothing new; {report.skipped} lines skipped.")
        return
    done = "would be" if dry_run else "were"
    say(
        f"{report.assigned} assignments and {report.days} days of use {done} added, {report.changed} assignments "
        f"changed; {report.unchanged} lines said what is stored; {report.skipped} lines skipped. Told up to "
        f"{report.told_on}. Next: `perennial usage report`."
    )
    if report.listed:
        say(f"Of {report.listed} users it {'would be' if dry_run else 'is'} now known on how many days they used it.")


@app.command(name="report")
def show_report(
    customer: Annotated[str | None, typer.Option(help="Of this customer number (CSN).")] = None,
    subscription: Annotated[str | None, typer.Option(help="Of this subscription.")] = None,
    by: Annotated[By, typer.Option(help="What a line is about.")] = By.PRODUCT,
    as_of: Annotated[
        date | None,
        typer.Option("--as-of", parser=day, metavar=AS_WRITTEN, help="Count as of this day; else today."),
    ] = None,
    shape: Annotated[Format, typer.Option("--format", help="For people, spreadsheets or scripts.")] = Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """How many seats there are, how many users have one, how many used it in 30 and in 90 days, and on how many."""
    shape = Format.JSON if as_json else shape
    if by is By.PRODUCT:
        products = desk.run(_by_product(customer, subscription, as_of))
        _print(ProductUse, products, shape, _print_products)
    else:
        _print(UserUse, desk.run(_by_user(customer, subscription, as_of)), shape, _print_users)


def _print(kind: type[Line], lines: list[Line], shape: Format, as_table: Callable[[list[Line]], None]) -> None:
    if shape is Format.JSON:
        print_json(lines)
    elif shape is Format.CSV:
        print_csv((each.name for each in fields(kind)), (astuple(line) for line in lines))
    else:
        as_table(lines)


async def _by_product(customer: str | None, subscription: str | None, as_of: date | None) -> list[ProductUse]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        return by_product(await _uses(session, customer, subscription, as_of))


async def _by_user(customer: str | None, subscription: str | None, as_of: date | None) -> list[UserUse]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        return await by_user(session, await _uses(session, customer, subscription, as_of))


async def _uses(
    session: AsyncSession, customer: str | None, subscription: str | None, as_of: date | None
) -> list[SubscriptionUse]:
    await desk.known_customer(session, customer)
    if subscription is not None and await session.get(SubscriptionRow, subscription) is None:
        desk.no_such_subscription(subscription)
    return await use_of(session, chosen(customer, subscription), desk.wall_now(), as_of)


def _print_products(products: list[ProductUse]) -> None:
    cells = (
        (
            each.csn,
            each.customer,
            each.product,
            each.subscriptions,
            each.seats,
            f"{each.assigned} (too many)" if each.assigned > each.seats else each.assigned,
            each.active_30 if each.told_on else "–",
            each.active_90 if each.told_on else "–",
            _known(each.days_30),
            _known(each.days_90),
            _told(each),
        )
        for each in products
    )
    columns = ("customer", "name", "product", "subscriptions#", "seats#", "assigned#", "in 30 days#", "in 90 days#")
    days = ("days in 30#", "days in 90#")
    print_table("use of seats", (*columns, *days, "told up to"), cells, empty="There is no such subscription.")


def _known(days: int | None) -> int | str:
    return "–" if days is None else days


def _told(each: ProductUse) -> str:
    if each.told_on is None:
        return "never"
    return f"{each.told_on}, {each.untold} never" if each.untold else str(each.told_on)


def _print_users(users: list[UserUse]) -> None:
    cells = (
        (
            each.subscription,
            each.product,
            each.user,
            each.assigned_on,
            each.last_used_on or "never",
            "yes" if each.active_30 else "no",
            "yes" if each.active_90 else "no",
            _known(each.days_30),
            _known(each.days_90),
        )
        for each in users
    )
    columns = ("subscription", "product", "user", "assigned on", "used last", "in 30 days", "in 90 days")
    days = ("days in 30#", "days in 90#")
    print_table(
        "users with a seat",
        (*columns, *days),
        cells,
        empty="Nobody has a seat; `perennial usage import` tells who has.",
    )
