"""`perennial forecast`: what is coming, of one subscription or of the portfolio."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy import select
from sqlmodel import col

from cli import desk
from cli.output import OUT, fail, print_json, print_table
from cli.pausing import say_what_is_paused
from models.engine import Sessions
from models.pauses import paused_now
from models.store import load
from models.subscriptions import SubscriptionRow
from renewals.calendar import zone
from renewals.forecast import Coming, forecast
from renewals.money import Money

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def show_forecast(
    number: Annotated[str | None, typer.Argument(help="One subscription; without it the whole portfolio.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last local day.")] = None,
    as_json: Json = False,
) -> None:
    """Dates and amounts of every coming mail and charge, if every charge is paid and nobody gives a command."""
    coming = desk.run(_forecast(number, until.date() if until else None))
    if as_json:
        print_json([{"subscription": sub, **asdict(each)} for sub, _, each in coming])
        return
    rows = ((_local(each.at, zone_name), sub, each.what, each.detail, _amount(each)) for sub, zone_name, each in coming)
    print_table("forecast", ("local time", "number", "what", "detail", "amount#"), rows, empty="Nothing is coming.")
    for total in _totals([each for _, _, each in coming]):
        OUT.print(f"charges in all: {total}")


async def _forecast(number: str | None, until: date | None) -> list[tuple[str, str, Coming]]:
    async with desk.facts(desk.settings_or_fail()) as sessions:
        found = [each async for each in _forecasts(sessions, number, until)]
    if number is not None and not found and not await _exists(number):
        fail(f"There is no subscription {number}; `perennial list` shows those that exist.")
    return sorted(found, key=lambda each: (each[2].at, each[0]))


async def _exists(number: str) -> bool:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        return await session.get(SubscriptionRow, number) is not None


async def _forecasts(
    sessions: Sessions, number: str | None, until: date | None
) -> AsyncIterator[tuple[str, str, Coming]]:
    async with sessions() as session:
        say_what_is_paused(await paused_now(session))
        numbers: Sequence[str] = (
            [number]
            if number
            else (
                (await session.execute(select(col(SubscriptionRow.number)).order_by(col(SubscriptionRow.number))))
                .scalars()
                .all()
            )
        )
        for each in numbers:
            stored = await load(session, each, desk.wall_now())
            if stored is None:
                continue
            for coming in forecast(stored.facts, stored.now, until or a_year_on(stored.now)):
                yield each, stored.facts.time_zone, coming


def _amount(coming: Coming) -> str:
    return str(Money(coming.amount, coming.currency)) if coming.amount is not None and coming.currency else ""


def _totals(coming: Sequence[Coming]) -> list[Money]:
    totals: dict[str, Money] = {}
    for each in coming:
        if each.amount is not None and each.currency:
            totals[each.currency] = totals.get(each.currency, Money(0, each.currency)) + Money(
                each.amount, each.currency
            )
    return list(totals.values())


def print_coming(title: str, coming: Sequence[Coming], zone_name: str) -> None:
    """What is coming to one subscription, in its customer's own time."""
    rows = ((_local(each.at, zone_name), each.what, each.detail, _amount(each)) for each in coming)
    print_table(title, ("local time", "what", "detail", "amount#"), rows, empty="Nothing is coming.")


def a_year_on(now: datetime) -> date:
    """How far a forecast looks unless told otherwise: one yearly term and its late window."""
    return (now + timedelta(days=400)).date()


def _local(at: datetime, zone_name: str) -> str:
    return at.astimezone(zone(zone_name)).strftime("%Y-%m-%d %H:%M")
