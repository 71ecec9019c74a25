"""`perennial alarms`: those that are open, the gravest and oldest first; who sees to each; and which are over."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli import desk
from cli.output import fail, print_json, print_table, say
from cli.who_and_why import By, Reason, operator, why
from models import alarms as store
from models.alarms import AlarmRefused, State, Wanted, alarms_page, may_own, open_ones_of
from models.history import in_utc
from models.keyset import Beside
from models.records import AlarmRow
from renewals.alarms import KINDS, Gravity

Number = Annotated[str, typer.Argument(help="Number of the subscription.")]
Kind = Annotated[str, typer.Option(help="Only its alarm of this kind; without it every open one.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Act = Callable[[AsyncSession, AlarmRow], Awaitable[object]]

app = typer.Typer(no_args_is_help=True, help="What an operator must look at.")


@app.command("list")
def list_alarms(
    kind: Annotated[str, typer.Option(help="Only those of this kind.")] = "",
    state: Annotated[State | None, typer.Option(help="Only these; without it every open one.")] = None,
    owner: Annotated[str, typer.Option(help="Only those of operator:NAME, or nobody's.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: Json = False,
) -> None:
    """Open alarms, the gravest and oldest first; with --state ended those that are over, the newest first."""
    rows = desk.run(_found(Wanted(kind=_known(kind), state=state, owner=owner), limit))
    if as_json:
        print_json([row.model_dump() for row in rows])
        return
    cells = (
        (
            Gravity(row.gravity).name.lower(),
            in_utc(row.raised_at)[:16],
            row.subscription,
            row.kind,
            row.owner or "nobody",
            row.note or "",
            row.detail,
        )
        for row in rows
    )
    columns = ("gravity", "since (UTC)", "number", "kind", "seen to by", "note", "detail")
    print_table("alarms", columns, cells, empty="No such alarm.")


async def _found(wanted: Wanted, limit: int) -> Sequence[AlarmRow]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        return (await alarms_page(session, wanted, limit, Beside())).rows


@app.command()
def take(number: Number, by: By, kind: Kind = "", as_json: Json = False) -> None:
    """See to the open alarms of a subscription from now on, whoever had them."""
    by = operator(by)

    async def one(session: AsyncSession, row: AlarmRow) -> None:
        await store.give(session, row.id, by, seen=row.owner, by=by, now=desk.wall_now())

    _answer(desk.run(_each(number, kind, one)), number, f"{by} sees to", as_json)


@app.command()
def give(
    number: Number,
    to: Annotated[str, typer.Option(help="Who sees to them from now on, as operator:NAME.")],
    by: By,
    kind: Kind = "",
    as_json: Json = False,
) -> None:
    """Give the open alarms of a subscription to another operator."""
    by, to = operator(by), operator(to)

    async def one(session: AsyncSession, row: AlarmRow) -> None:
        if to not in await may_own(session):
            raise AlarmRefused(
                "unknown", f"{to} is nobody who may see to alarms; `perennial operator list` shows who is."
            )
        await store.give(session, row.id, to, seen=row.owner, by=by, now=desk.wall_now())

    _answer(desk.run(_each(number, kind, one)), number, f"{to} sees to", as_json)


@app.command()
def acknowledge(number: Number, by: By, reason: Reason, kind: Kind = "", as_json: Json = False) -> None:
    """Say that they were seen and what is being done; they stay open until their cause is gone."""
    by, reason = operator(by), why(reason)

    async def one(session: AsyncSession, row: AlarmRow) -> None:
        await store.acknowledge(session, row.id, reason, by=by, now=desk.wall_now())

    _answer(desk.run(_each(number, kind, one)), number, "Acknowledged", as_json)


@app.command()
def end(
    number: Number,
    kind: Annotated[str, typer.Option(help="Which alarm.")],
    by: By,
    reason: Reason,
    as_json: Json = False,
) -> None:
    """End an alarm by hand, after what it asks for was done."""
    by, reason = operator(by), why(reason)

    async def one(session: AsyncSession, row: AlarmRow) -> None:
        await store.end(session, row.id, by=by, reason=reason, now=desk.wall_now())

    _answer(desk.run(_each(number, kind, one)), number, "Ended", as_json)


async def _each(number: str, kind: str, act: Act) -> list[dict[str, Any]]:
    """Do it to every open alarm that is meant, or to none."""
    async with desk.facts(desk.settings_or_fail()) as sessions:
        try:
            async with sessions.begin() as session:
                rows = await open_ones_of(session, number, _known(kind))
                for row in rows:
                    await act(session, row)
                return [row.model_dump() for row in rows]
        except AlarmRefused as refused:
            fail(str(refused))


def _answer(rows: Sequence[dict[str, Any]], number: str, done: str, as_json: bool) -> None:
    if not rows:
        fail(f"{number} has no such open alarm; `perennial alarms list` shows those that there are.")
    if as_json:
        print_json(rows)
        return
    for row in rows:
        say(f"{done} {row['kind']} of {number}.")


def _known(kind: str) -> str:
    if kind and kind not in KINDS:
        raise typer.BadParameter(f"it is one of {', '.join(KINDS)}.", param_hint="--kind")
    return kind
