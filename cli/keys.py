"""`perennial api-key`: keys of the JSON API are created, listed and revoked."""

from collections.abc import Sequence
from typing import Annotated

import typer

from cli import desk
from cli.output import fail, print_json, print_table, say
from cli.who_and_why import By, Reason, operator, why
from models import api_keys as store
from models.api_keys import ApiKeyRow, Scope
from models.history import in_utc
from models.parties import PartnerRow

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Prefix = Annotated[str, typer.Argument(help="The key's prefix, as `perennial api-key list` shows it.")]

app = typer.Typer(no_args_is_help=True, help="Keys with which other systems call the JSON API.")


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Who calls with it, such as website.")],
    scope: Annotated[list[Scope], typer.Option(help="What it is good for; may be given twice.")],
    by: By,
    reason: Reason,
    partner: Annotated[str | None, typer.Option(help="Code of the partner that a key of that scope is for.")] = None,
    as_json: Json = False,
) -> None:
    """Create a key and print its secret, this once."""
    if not name.strip():
        raise typer.BadParameter("it is blank; say who calls with the key.", param_hint="--name")
    if (partner is None) == (Scope.PARTNER in scope) or (partner and set(scope) != {Scope.PARTNER}):
        raise typer.BadParameter("the scope partner goes with --partner CODE, and with no other scope.")
    row, secret = desk.run(_create(name.strip(), scope, operator(by), why(reason), partner))
    if as_json:
        print_json(_plain(row) | {"secret": secret})
        return
    say(secret, f"This is the key {row.prefix} of {name.strip()}. It is stored nowhere: keep it now.")


async def _create(name: str, scopes: list[Scope], by: str, reason: str, partner: str | None) -> tuple[ApiKeyRow, str]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        if partner is not None and await session.get(PartnerRow, partner) is None:
            fail(f"There is no partner {partner}; `perennial partner list` shows those that exist.")
        now = desk.wall_now()
        return await store.create_key(session, name=name, scopes=scopes, by=by, reason=reason, now=now, partner=partner)


@app.command(name="list")
def list_keys(as_json: Json = False) -> None:
    """Every key there ever was, without its secret."""
    rows = desk.run(_all())
    if as_json:
        print_json([_plain(row) for row in rows])
        return
    cells = (
        (
            row.prefix,
            row.name,
            f"partner {row.partner}" if row.partner else ", ".join(row.scopes),
            in_utc(row.created_at)[:16],
            f"{row.created_by}: {row.created_because}",
            f"{in_utc(row.revoked_at)[:16]} {row.revoked_by}: {row.revoked_because}" if row.revoked_at else "",
        )
        for row in rows
    )
    columns = ("prefix", "name", "scopes", "created (UTC)", "by whom and why", "revoked")
    print_table("keys", columns, cells, empty="There are no keys yet: `perennial api-key create` makes one.")


async def _all() -> Sequence[ApiKeyRow]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        return await store.every_key(session)


@app.command()
def revoke(prefix: Prefix, by: By, reason: Reason, as_json: Json = False) -> None:
    """Revoke a key: from now on nobody gets in with it."""
    revoked = desk.run(_revoke(prefix, operator(by), why(reason)))
    if revoked is None:
        fail(f"There is no key {prefix or repr(prefix)}; `perennial api-key list` shows those that exist.")
    if as_json:
        print_json({"prefix": prefix, "outcome": "done", "changed": revoked})
    else:
        say(f"The key {prefix} is revoked." if revoked else f"The key {prefix} was revoked already.")


async def _revoke(prefix: str, by: str, reason: str) -> bool | None:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        return await store.revoke_key(session, prefix, by=by, reason=reason, now=desk.wall_now())


def _plain(row: ApiKeyRow) -> dict[str, object]:
    return row.model_dump(exclude={"secret_sha256"})
