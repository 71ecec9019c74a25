"""`perennial partner`: who sells for us and issues the quotes for what it sold."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli import desk
from cli.output import fail, print_json, print_table, say, warn
from cli.who_and_why import By, Reason, operator, why
from models.audit import audit
from models.history import in_utc
from models.parties import CODE, PartnerRow
from models.partners import NotSoldByPartners, entrust, every_partner, open_quotes_of
from portfolio.numbers_file import content_of, read_numbers
from portfolio.problems import Problems

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Code = Annotated[str, typer.Argument(help="The partner's code, such as north-tools; it acts as partner:CODE.")]
Numbers = Annotated[list[str] | None, typer.Argument(help="Numbers of subscriptions that partners sold.")]
FromFile = Annotated[Path | None, typer.Option("--from", metavar="FILE", help="A text or CSV file, a number a line.")]

app = typer.Typer(no_args_is_help=True, help="Channel partners who issue quotes over the API.")


@app.command()
def add(
    code: Code,
    name: Annotated[str, typer.Option(help="What the partner is called.")],
    by: By,
    reason: Reason,
) -> None:
    """Make a partner known; then give it a key, and say what it sold."""
    if not re.fullmatch(CODE, code):
        raise typer.BadParameter("a code has small letters, digits and hyphens, 32 at most.", param_hint="code")
    if not name.strip():
        raise typer.BadParameter("it is blank; say who that is.", param_hint="--name")
    desk.run(_add(code, name.strip(), operator(by), why(reason)))
    key = f"`perennial api-key create --scope partner --partner {code}`"
    say(f"{code} is known. Next: {key}, and `perennial partner sells {code}`.")


async def _add(code: str, name: str, by: str, reason: str) -> None:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        if await session.get(PartnerRow, code) is not None:
            fail(f"{code} is known already; `perennial partner list` shows them all.")
        now = desk.wall_now()
        session.add(PartnerRow(code=code, name=name, created_at=now, created_by=by, created_because=reason))
        audit(session, now, by, "partner.add", code, reason=reason, data={"name": name})


@app.command(name="list")
def list_partners(as_json: Json = False) -> None:
    """Every partner there is."""
    rows = desk.run(_all())
    if as_json:
        print_json([row.model_dump() for row in rows])
        return
    cells = (
        (row.code, row.name, in_utc(row.created_at)[:16], f"{row.created_by}: {row.created_because}") for row in rows
    )
    empty = "There are no partners yet: `perennial partner add` makes one known."
    print_table("partners", ("code", "name", "added (UTC)", "by whom and why"), cells, empty=empty)


async def _all() -> Sequence[PartnerRow]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        return await every_partner(session)


@app.command()
def sells(code: Code, by: By, reason: Reason, numbers: Numbers = None, from_file: FromFile = None) -> None:
    """Let a partner issue the quotes of subscriptions that it sold; their buyers can then ask for them."""
    _entrust(code, by, reason, numbers, from_file)


@app.command(name="sells-no-more")
def sells_no_more(by: By, reason: Reason, numbers: Numbers = None, from_file: FromFile = None) -> None:
    """Let no partner issue the quotes of subscriptions any more."""
    _entrust(None, by, reason, numbers, from_file)


def _entrust(code: str | None, by: str, reason: str, numbers: list[str] | None, from_file: Path | None) -> None:
    if bool(numbers) == bool(from_file):
        raise typer.BadParameter("give numbers of subscriptions, or --from FILE.")
    wanted = _read(from_file) if from_file else numbers or []
    changed, quotes = desk.run(_change(code, wanted, operator(by), why(reason)))
    whose = f"sold by {code}" if code else "of no partner"
    say(f"{changed} of {len(set(wanted))} subscriptions are newly {whose}.")
    if changed and quotes:
        warn(
            _OPEN_QUOTES.format(
                quotes=", ".join(quotes[:10]), more=f" and {len(quotes) - 10} more" * (len(quotes) > 10)
            )
        )


def _read(file: Path) -> list[str]:
    problems = Problems()
    try:
        with file.open("rb") as source:
            found = read_numbers(content_of(source), file.name, problems)
    except OSError as error:
        fail(f"{file.name}: cannot be read ({error.strerror}); check the path.")
    if problems.count:
        warn(*(str(problem) for problem in problems.listed))
        fail("Nothing was changed: correct these lines.")
    return list(found)


_OPEN_QUOTES = (
    "Quotes of these are open: {quotes}{more}. One that is asked for goes to the partner that sells all of its "
    "subscriptions, else to operators alone; one that is issued stays with whoever issued it, who invoices it. Without "
    "any partner its buyer cannot accept it. Withdraw it, or say who sells them now."
)


async def _change(code: str | None, numbers: Sequence[str], by: str, reason: str) -> tuple[int, Sequence[str]]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        if code is not None and await session.get(PartnerRow, code) is None:
            fail(f"There is no partner {code}; `perennial partner list` shows those that exist.")
        try:
            changed = await entrust(session, numbers, code, by=by, reason=reason, now=desk.wall_now())
        except NotSoldByPartners as others:
            named = ", ".join(others.numbers[:10])
            fail(f"Nothing was changed: there is no such subscription of the channel partner: {named}.")
        return changed, await open_quotes_of(session, numbers)
