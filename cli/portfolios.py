"""Commands about a whole portfolio: `import`, `go-live`, `rehearse`."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, TextIO
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.service import RPCError

from cli import desk
from cli.days import AS_WRITTEN, day, within_reach
from cli.output import fail, print_diary, print_json, progress_bar, say, warn
from cli.rehearse import BadInput, NoPlace, Rehearsal, place_for_events, rehearse, write_events
from cli.second_person import known_to_have, say_that_it_waits
from cli.who_and_why import Because, By, Reason, operator, why
from models.audit import audit
from models.going_live import by_renewal_date
from models.subscriptions import ImportRow, SubscriptionRow
from portfolio.golive import go_live_in_batches, waiting
from portfolio.importing import ImportReport, import_portfolio
from portfolio.problems import Problem
from renewals.roles import May
from settings import Settings
from workflows.client import NoTemporal, connect, let_watchdog_look

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Folder = Annotated[Path, typer.Argument(help="Folder with catalog.csv, customers.csv and subscriptions.csv.")]


def import_folder(
    folder: Folder,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad lines out instead of stopping.")] = False,
    by: Annotated[str, typer.Option(help="Who imports, as operator:NAME.")] = "operator:import",
    reason: Because = None,
    as_json: Json = False,
) -> None:
    """Import a portfolio. What is new is watched, and charged and mailed only after go-live."""
    with progress_bar("importing") as progress:
        report = desk.run(
            _import(folder, operator(by), None if reason is None else why(reason), dry_run, skip_bad, progress)
        )
    if as_json:
        print_json(report)
    else:
        _print_report(report, dry_run, skip_bad)
    if report.problem_count and not skip_bad:
        raise typer.Exit(1)


async def _import(
    folder: Path, by: str, reason: str | None, dry_run: bool, skip_bad: bool, progress: Callable[[int, int], None]
) -> ImportReport:
    settings = desk.settings_or_fail()
    async with desk.facts(settings) as sessions, sessions.begin() as session:
        try:
            report = await import_portfolio(
                session,
                folder,
                now=desk.wall_now(),
                imported_by=by,
                reason=reason,
                dry_run=dry_run,
                skip_bad=skip_bad,
                progress=progress,
            )
        except asyncio.CancelledError:
            raise desk.Interrupted("nothing was written") from None
    if report.written:
        await tell_watchdog(settings)
    return report


async def tell_watchdog(settings: Settings) -> None:
    """Let the watchdog look now instead of at its next turn; without Temporal it will look when it is back."""
    try:
        await let_watchdog_look(await connect(settings))
    except (NoTemporal, RPCError, RuntimeError):
        warn("Temporal cannot be reached now; the watchdog will see to it when the worker runs.")


def _print_report(report: ImportReport, dry_run: bool, skip_bad: bool) -> None:
    print_problems(report.problems, report.problem_count)
    for difference in report.differences:
        say(f"differs, and stays as it is: {difference}")
    there = f"{report.subscriptions.unchanged} subscriptions were there already; {report.skipped} lines skipped."
    if report.problem_count and not skip_bad:
        say("Nothing was written: correct these lines, or leave them out with --skip-bad.")
        return
    if not (report.written or dry_run):
        say(f"Nothing new; {there}")
        return
    done = "would be" if dry_run else "were"
    say(
        f"{report.subscriptions.added} subscriptions, {report.customers.added} customers, "
        f"{report.prices.added} prices and {report.new_versions} new versions of prices {done} added; {there}"
    )
    if report.written:
        say(f"Import {report.import_id}. Next: `perennial forecast`, then `perennial go-live`.")


def print_problems(problems: tuple[Problem, ...], count: int) -> None:
    """The first of the problems, and how many more there are."""
    for problem in problems:
        warn(str(problem))
    if count > len(problems):
        warn(f"… and {count - len(problems)} more.")


def take_live(
    by: By,
    reason: Reason,
    numbers: Annotated[list[str] | None, typer.Argument(help="Subscriptions; without any, choose by option.")] = None,
    customer: Annotated[str | None, typer.Option(help="All of this customer number (CSN).")] = None,
    of_import: Annotated[str | None, typer.Option("--import", help="All of this import.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is watched.")] = False,
    as_json: Json = False,
) -> None:
    """Let watched subscriptions charge and mail from now on; what is overdue is a late start.

    More than PERENNIAL_SECOND_PERSON_GO_LIVE at once go live when a second operator has confirmed it in the console.
    """
    some = bool(numbers or customer or of_import)
    if some == everything:
        raise typer.BadParameter("say which: either subscription numbers, --customer CSN or --import ID, or --all.")
    with progress_bar("going live") as progress:
        settings = desk.settings_or_fail()
        count, asked = desk.run(_go_live(settings, numbers, customer, of_import, operator(by), why(reason), progress))
    if asked is not None:
        say_that_it_waits(settings, f"{count} subscriptions go live", asked, as_json, live=0, subscriptions=count)
    elif as_json:
        print_json({"live": count})
    else:
        say(f"{count} subscriptions went live.")


async def _go_live(
    settings: Settings,
    numbers: list[str] | None,
    customer: str | None,
    of_import: str | None,
    by: str,
    reason: str,
    progress: Callable[[int, int], None],
) -> tuple[int, bool | None]:
    """How many, and whether a second person was asked for it now; None where one person is enough."""
    async with desk.facts(settings) as sessions:
        async with sessions.begin() as session:
            for number in numbers or ():
                if await session.get(SubscriptionRow, number) is None:
                    desk.no_such_subscription(number)
            await desk.known_customer(session, customer)
            import_id = None if of_import is None else await _known_import(session, of_import)
            chosen = await waiting(session, numbers=numbers or None, customer=customer, import_id=import_id)
            if settings.go_live_takes_two(len(chosen)):
                from console.ops.taking_live import ask_to_take_live  # loaded here: it brings all that pages need

                await known_to_have(session, by, May.STEER, "take them live")
                in_order, now = await by_renewal_date(session, import_id, chosen), desk.wall_now()
                is_new = await ask_to_take_live(session, import_id, in_order, by=by, reason=reason, now=now)
                return len(in_order), is_new
        if chosen:
            data = {"subscriptions": len(chosen), "customer": customer, "import": of_import}
            async with sessions.begin() as session:
                audit(session, desk.wall_now(), by, "go_live", reason=reason, data=data)
        count = await go_live_in_batches(sessions, chosen, by=by, reason=reason, clock=desk.wall_now, progress=progress)
    if count:
        await tell_watchdog(settings)
    return count, None


async def _known_import(session: AsyncSession, text: str) -> UUID:
    try:
        known = await session.get(ImportRow, UUID(text))
    except ValueError:
        known = None
    if known is None:
        fail(f"There is no import {text}; `perennial import` printed its id.")
    return known.id


def rehearse_folder(
    folder: Folder,
    until: Annotated[date, typer.Option(parser=day, metavar=AS_WRITTEN, help="Last local day that is played.")],
    out: Annotated[
        Path | None,
        typer.Option("--json", help="File for the events, one JSON object per line; else a diary is printed."),
    ] = None,
    start: Annotated[
        date | None,
        typer.Option("--from", parser=day, metavar=AS_WRITTEN, help="First day, from 00:00 UTC; today if left out."),
    ] = None,
    commands: Annotated[Path | None, typer.Option(help="commands.csv: who does what, when.")] = None,
) -> None:
    """Play a portfolio through the real workflow, on throw-away servers, on clocks that run ahead."""
    first = start or desk.wall_now().date()
    if until < first:
        fail(f"--until {until} lies before the start {first}; name a later day.")
    within_reach(until, first, "--until")
    rehearsal = Rehearsal(folder, datetime.combine(first, time(0), UTC), until, commands)
    try:
        if out is None:
            _print_diaries(desk.run(_diaries(rehearsal)))
        else:
            with place_for_events(out) as file:
                count = desk.run(_rehearse(rehearsal, file))
            tell = say if out.is_file() and not out.is_symlink() else warn
            tell(f"{count} events from {first} to {until} in {out}.")
    except NoPlace as refusal:
        fail(str(refusal))
    except BadInput as bad:
        print_problems(bad.problems, bad.count)
        raise typer.Exit(1) from None


async def _rehearse(rehearsal: Rehearsal, file: TextIO) -> int:
    with progress_bar("subscriptions played") as progress:
        return await write_events(rehearse(rehearsal, progress, _stage), file)


async def _diaries(rehearsal: Rehearsal) -> dict[str, list[dict[str, Any]]]:
    """The events of each subscription."""
    diaries: dict[str, list[dict[str, Any]]] = {}
    with progress_bar("subscriptions played") as progress:
        async for event in rehearse(rehearsal, progress, _stage):
            diaries.setdefault(event["subscription"], []).append(event)
    return dict(sorted(diaries.items()))


def _print_diaries(diaries: Mapping[str, list[dict[str, Any]]]) -> None:
    for number, events in diaries.items():
        print_diary(number, events)
        say()


def _stage(name: str) -> None:
    warn(f"{name} …")
