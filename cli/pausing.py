"""`perennial pause`, `resume`, `pauses`: all charges or all mails stop, and go on."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cli import desk
from cli.output import fail, print_json, print_table, say, warn
from cli.portfolios import tell_watchdog
from cli.second_person import known_to_have, say_that_it_waits
from cli.who_and_why import By, Reason, operator, why
from models import pauses as store
from models.history import in_utc
from models.pauses import Pausable, PauseRow
from renewals.roles import May
from settings import Settings

What = Annotated[Pausable, typer.Argument(help="All charges, or all mails.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def pause(what: What, by: By, reason: Reason, as_json: Json = False) -> None:
    """Stop all charges or all mails, of every subscription, until they are resumed. What is under way ends."""
    began = desk.run(_pause(what, operator(by), why(reason)))
    _answer(what, "paused", began, as_json, f"All {what} are paused; `perennial resume {what}` lets them go on.")


async def _pause(what: Pausable, by: str, reason: str) -> bool:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        return await store.pause(session, what, by=by, reason=reason, now=desk.wall_now())


def resume(
    what: What,
    by: By,
    reason: Reason,
    accept_declines: Annotated[
        bool, typer.Option("--accept-declines", help="The share of declines that stopped charges is usual for a week.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Let charges or mails go on. Overdue charges are made now; of overdue mails each term's latest is sent.

    Charges go on once a second operator has confirmed it in the console; on a local stack at once.
    """
    settings = desk.settings_or_fail()
    if what is Pausable.CHARGES and not settings.local_stack:
        _ask(settings, operator(by), why(reason), accept_declines, as_json)
        return
    ended = desk.run(_resume(settings, what, operator(by), why(reason), accept_declines))
    _answer(what, "resumed", ended, as_json, f"All {what} go on; every plan is being made anew.")


def _ask(settings: Settings, by: str, reason: str, usual: bool, as_json: bool) -> None:
    """Ask the second person, as the page does."""
    asked = desk.run(_asked(settings, by, reason, usual))
    if asked is None:
        _answer(Pausable.CHARGES, "resumed", False, as_json, "")
        return
    is_new, accepts = asked
    more = {"what": Pausable.CHARGES, "accepts_declines": accepts}
    say_that_it_waits(settings, "charges go on", is_new, as_json, **more)
    if usual and not accepts and not as_json:
        say("It does not accept the declines: for that, withdraw it there and ask anew.")


async def _asked(settings: Settings, by: str, reason: str, usual: bool) -> tuple[bool, bool] | None:
    """Whether it was asked now, and whether what waits accepts the declines; None where nothing is paused."""
    async with desk.facts(settings) as sessions, sessions.begin() as session:
        await known_to_have(session, by, May.STEER, "resume charges")
        paused = await _paused(session, Pausable.CHARGES, usual)
        if paused is None:
            return None
        now = desk.wall_now()
        is_new = await store.ask_to_resume(session, paused, by=by, reason=reason, now=now, usual=usual)
        waiting = await store.request_for(session, paused, now)
        return is_new, waiting is not None and store.accepts_declines(waiting)


async def _paused(session: AsyncSession, what: Pausable, usual: bool) -> PauseRow | None:
    """The pause that is open; where its declines are to be `usual` they must have stopped charges."""
    row = next((row for row in await store.paused_now(session) if row.what == what), None)
    if usual and row and not store.may_be_usual(row):
        fail("--accept-declines is for charges that stopped because too many, but not all, were declined.")
    return row


async def _resume(settings: Settings, what: Pausable, by: str, reason: str, usual: bool) -> bool:
    async with desk.facts(settings) as sessions, sessions.begin() as session:
        await _paused(session, what, usual)
        ended = await store.resume(session, what, by=by, reason=reason, now=desk.wall_now(), usual=usual)
    if ended:
        await tell_watchdog(settings)
    return ended


def _answer(what: Pausable, done: str, changed: bool, as_json: bool, sentence: str) -> None:
    if as_json:
        print_json({"what": what, "outcome": "done", "changed": changed})
    else:
        say(sentence if changed else f"All {what} were {done} already.")


def pauses(as_json: Json = False) -> None:
    """Every pause there was: who began it and why, who ended it and why."""
    rows = desk.run(_all(desk.settings_or_fail()))
    if as_json:
        print_json([row.model_dump() for row in rows])
        return
    cells = (
        (
            row.what,
            in_utc(row.began_at)[:16],
            f"{row.began_by}: {row.began_because}",
            in_utc(row.ended_at)[:16] if row.ended_at else "still paused",
            _ended(row),
        )
        for row in rows
    )
    columns = ("what", "from (UTC)", "by whom and why", "until (UTC)", "by whom and why")
    print_table("pauses", columns, cells, empty="Nothing was ever paused.")


def _ended(row: PauseRow) -> str:
    """Who ended it and why, and who confirmed that."""
    if not row.ended_by:
        return ""
    second = f" (confirmed by {row.confirmed_by})" if row.confirmed_by else ""
    return f"{row.ended_by}{second}: {row.ended_because}"


async def _all(settings: Settings) -> Sequence[PauseRow]:
    async with desk.facts(settings) as sessions, sessions() as session:
        query = select(PauseRow).order_by(col(PauseRow.began_at).desc())
        return (await session.execute(query)).scalars().all()


def say_what_is_paused(rows: Sequence[PauseRow]) -> None:
    """A warning on stderr for each open pause: what is shown would otherwise mislead."""
    for row in rows:
        since = desk.wall_now() - row.began_at
        warn(
            f"ALL {row.what.upper()} ARE PAUSED for {timedelta(seconds=int(since.total_seconds()))} "
            f"by {row.began_by}: {row.began_because}",
            style="bold",
        )
