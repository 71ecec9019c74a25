"""`perennial forecast`: what is coming, of one subscription or of the portfolio."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy import select
from sqlmodel import col

from cli import desk
from cli.days import AS_WRITTEN, day, within_reach
from cli.output import print_json, print_table, progress_bar, say
from cli.pausing import say_what_is_paused
from models.engine import Sessions
from models.pauses import paused_now
from models.subscriptions import SubscriptionRow
from portfolio.coming import forecasts
from renewals.calendar import days_after, zone
from renewals.forecast import Coming
from renewals.money import Money

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def show_forecast(
    number: Annotated[str | None, typer.Argument(help="One subscription; without it the whole portfolio.")] = None,
    until: Annotated[date | None, typer.Option(parser=day, metavar=AS_WRITTEN, help="Last local day.")] = None,
    resumed: Annotated[bool, typer.Option("--resumed", help="As if nothing were paused.")] = False,
    as_json: Json = False,
) -> None:
    """Dates and amounts of every coming mail and charge, if every charge is paid and nobody gives a command."""
    if until is not None:
        today = desk.wall_now().date()
        if until < days_after(today, -1):  # some customers' today is still our yesterday
            raise typer.BadParameter(f"{until} is past; name a day to come.", param_hint="--until")
        within_reach(until, today, "--until")
    coming = desk.run(_forecast(number, until, resumed))
    if as_json:
        print_json([{"subscription": sub, **asdict(each)} for sub, _, each in coming])
        return
    rows = ((_local(each.at, zone_name), sub, each.what, each.detail, _amount(each)) for sub, zone_name, each in coming)
    print_table("forecast", ("local time", "number", "what", "detail", "amount#"), rows, empty="Nothing is coming.")
    for total in _totals([each for _, _, each in coming]):
        say(f"charges in all: {total}")


async def _forecast(number: str | None, until: date | None, resumed: bool) -> list[tuple[str, str, Coming]]:
    """Number, time zone and what is coming, in order of time."""
    found: list[tuple[str, str, Coming]] = []
    async with desk.facts(desk.settings_or_fail()) as sessions:
        numbers = await _chosen(sessions, number)
        with progress_bar("subscriptions") as progress:
            walked = forecasts(sessions, numbers, desk.wall_now(), until, progress, resumed=resumed)
            async for sub, coming in walked:
                found.extend((sub.number, sub.time_zone, each) for each in coming)
    return sorted(found, key=lambda each: (each[2].at, each[0]))


async def _chosen(sessions: Sessions, number: str | None) -> Sequence[str]:
    query = select(col(SubscriptionRow.number)).order_by(col(SubscriptionRow.number))
    if number is not None:
        query = query.where(col(SubscriptionRow.number) == number)
    async with sessions() as session:
        say_what_is_paused(await paused_now(session))
        chosen = (await session.execute(query)).scalars().all()
    if number is not None and not chosen:
        desk.no_such_subscription(number)
    return chosen


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


def _local(at: datetime, zone_name: str) -> str:
    return at.astimezone(zone(zone_name)).strftime("%Y-%m-%d %H:%M")
