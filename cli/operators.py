"""`perennial operator`: who may come to the operators' pages, and what for."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli import desk
from cli.output import fail, print_json, print_table, say, warn
from cli.who_and_why import By, Reason, operator, why
from models import resealing, staff
from models.history import in_utc
from models.operators import OperatorRow
from models.sealing import Seal
from models.staff import StaffRefused
from renewals.actors import parse_actor
from renewals.addresses import is_address
from renewals.commands import BadArguments
from renewals.roles import Role

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="The operator's name, as in operator:NAME.")]
AnyRole = Annotated[Role, typer.Option(help="What the operator is here for.")]

app = typer.Typer(no_args_is_help=True, help="People who may come to the operators' pages.")


@app.command()
def add(
    name: Name,
    email: Annotated[str, typer.Option(help="The operator's mail address.")],
    role: AnyRole,
    by: By,
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Add a local account, and print the link by which it is set up, once."""
    if not is_address(email):
        raise typer.BadParameter("it is no mail address.", param_hint="--email")
    by, reason = operator(by), why(reason)
    _hand_over(name, _add(_plain_name(name), email, role, by, reason), as_json)


async def _add(name: str, email: str, role: Role, by: str, reason: str) -> str:
    return await _in_facts(
        lambda session: staff.add_operator(session, name, email, role, by=by, reason=reason, now=desk.wall_now())
    )


@app.command()
def reset(
    name: Name,
    by: By,
    reason: Reason,
    role: Annotated[Role | None, typer.Option(help="Another role from now on.")] = None,
    as_json: Json = False,
) -> None:
    """Forget password and second factor, end every session, and print a link to set up anew; also if disabled."""
    by, reason = operator(by), why(reason)
    _hand_over(name, _reset(name, role, by, reason), as_json)


async def _reset(name: str, role: Role | None, by: str, reason: str) -> str:
    async def both(session: AsyncSession) -> str:
        if role is not None:
            await staff.set_role(session, name, role, by=by, reason=reason, now=desk.wall_now())
        return await staff.reset(session, name, by=by, reason=reason, now=desk.wall_now())

    return await _in_facts(both)


@app.command()
def role(
    name: Name,
    role: Annotated[Role, typer.Argument(help="The role from now on.")],
    by: By,
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Give an operator another role; every session ends."""
    by, reason = operator(by), why(reason)
    changed = desk.run(
        _in_facts(lambda session: staff.set_role(session, name, role, by=by, reason=reason, now=desk.wall_now()))
    )
    _told(name, f"is {role} from now on" if changed else f"was {role} already", changed, as_json)


@app.command()
def disable(name: Name, by: By, reason: Reason, as_json: Json = False) -> None:
    """Let an operator in no more; every session ends."""
    by, reason = operator(by), why(reason)
    changed = desk.run(
        _in_facts(lambda session: staff.disable(session, name, by=by, reason=reason, now=desk.wall_now()))
    )
    _told(name, "is disabled" if changed else "was disabled already", changed, as_json)


@app.command(name="sign-out")
def sign_out(name: Name, by: By, reason: Reason, as_json: Json = False) -> None:
    """End every session of an operator, who may sign in again; to keep somebody out, disable the account."""
    by, reason = operator(by), why(reason)
    desk.run(_in_facts(lambda session: staff.sign_out(session, name, by=by, reason=reason, now=desk.wall_now())))
    _told(name, "is signed out everywhere", True, as_json)


@app.command()
def reseal(by: By, reason: Reason, as_json: Json = False) -> None:
    """Close secrets of second factors and webhooks under the first of PERENNIAL_SEAL_KEYS; then the others can go."""
    by, reason = operator(by), why(reason)
    keys = desk.settings_or_fail().sealed_under
    if not keys:
        fail("PERENNIAL_SEAL_KEYS is not set: write the new key, a comma, and the old one.")
    found = desk.run(
        _in_facts(lambda session: resealing.reseal(session, Seal(keys), by=by, reason=reason, now=desk.wall_now()))
    )
    lost = [*found.lost_factors, *found.lost_webhooks]
    if as_json:
        counts = {"changed": found.factors, "webhooks_changed": found.webhooks}
        print_json({"outcome": "failed" if lost else "done", **counts, "lost": lost})
    else:
        say(f"{found.factors} second factors and {found.webhooks} webhooks were closed under the newest key.")
    if found.lost_factors:
        named = ", ".join(found.lost_factors)
        warn(f"No key opens the second factors of {named}: `perennial operator reset` lets each set up anew.")
    if found.lost_webhooks:
        named = ", ".join(found.lost_webhooks)
        warn(f"No key opens the secrets of the webhooks {named}: remove each and add it anew.")
    if lost:
        raise typer.Exit(1)


@app.command(name="list")
def list_operators(as_json: Json = False) -> None:
    """Every operator there ever was."""
    rows: Sequence[OperatorRow] = desk.run(_in_facts(staff.every_operator))
    if as_json:
        print_json([row.model_dump(exclude={"password_hash", "totp_secret", "totp_step"}) for row in rows])
        return
    cells = (
        (row.name, row.email, row.role, _state(row), f"{in_utc(row.created_at)[:16]} {row.created_by}") for row in rows
    )
    columns = ("name", "mail address", "role", "state", "added (UTC)")
    print_table("operators", columns, cells, empty="There are no operators yet: `perennial operator add` adds one.")


def _state(row: OperatorRow) -> str:
    if row.disabled_at is not None:
        return f"disabled by {row.disabled_by}: {row.disabled_because}"
    return "active" if row.is_set_up else "not set up"


def _plain_name(name: str) -> str:
    try:
        parse_actor(f"operator:{name}")
        name.encode("ascii")
    except (BadArguments, UnicodeEncodeError):
        raise typer.BadParameter("it has other characters than letters, digits, dot, dash, underscore.") from None
    return name


async def _in_facts(work: Callable[[AsyncSession], Awaitable[desk.Result]]) -> desk.Result:
    try:
        async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
            return await work(session)
    except StaffRefused as refused:
        fail(str(refused))


def _hand_over(name: str, work: Coroutine[Any, Any, str], as_json: bool) -> None:
    settings = desk.settings_or_fail()
    link = f"{settings.ops_url}/enter/{desk.run(work)}"
    if as_json:
        print_json({"operator": name, "link": link})
        return
    minutes = int(staff.LINK_LIVES.total_seconds()) // 60
    say(link, f"Hand it to {name}. It works once, for {minutes} minutes, and is stored nowhere.")


def _told(name: str, what: str, changed: bool, as_json: bool) -> None:
    if as_json:
        print_json({"operator": name, "outcome": "done", "changed": changed})
    else:
        say(f"{name} {what}.")
