"""`perennial webhook`: other systems that are told what happens: added, listed, tried out, told again, removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NoReturn
from uuid import UUID

import typer

from activities.cloud_events import post_event, trial_event
from cli import desk
from cli.output import fail, print_json, print_table, say
from cli.who_and_why import By, Reason, operator, why
from gateways.outbound import NotAllowed, Posted, outbound_of
from models import webhook_deliveries as deliveries
from models import webhooks as store
from models.audit import audit
from models.history import in_utc
from models.sealing import seal_of
from models.webhook_deliveries import MOST_REPLAYED
from models.webhooks import EndpointRow, EndpointState
from renewals.published import TYPES

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[UUID, typer.Argument(help="The endpoint's id, as `perennial webhook list` shows it.")]

WHY_NOT = {
    "url": "It is no web address: write it as https://example.com/hook.",
    "https": "It is not https: write it as https://example.com/hook.",
    "credentials": "It has a user or password: every event is signed instead.",
    "host": "Nobody has that name: correct it.",
    "private": "It leads into a private network: PERENNIAL_WEBHOOK_PRIVATE_ADDRESSES=true allows that.",
}

app = typer.Typer(no_args_is_help=True, help="Other systems that are told what happens, by signed events.")


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Where events are posted to, by https.")],
    by: By,
    reason: Reason,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="A type of event that is wanted; may be given again. Else all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add an endpoint and print the secret that events are signed with, this once."""
    types = type_ or []
    if unknown := sorted(set(types) - set(TYPES)):
        raise typer.BadParameter(
            f"{unknown[0]!r} is none; docs/reference.md names those there are.", param_hint="--type"
        )
    row, secret = desk.run(_add(url, types, operator(by), why(reason)))
    if as_json:
        print_json(_plain(row) | {"secret": secret})
        return
    say(secret, f"This is the secret of endpoint {row.id}. It is not shown again: keep it now.")


async def _add(url: str, types: Sequence[str], by: str, reason: str) -> tuple[EndpointRow, str]:
    settings = desk.settings_or_fail()
    seal = seal_of(settings.sealed_under)
    if seal is None:
        fail("PERENNIAL_SEAL_KEYS is not set: the secret that signs events is stored closed under it.")
    try:
        await outbound_of(settings).may(url)
    except NotAllowed as no:
        fail(WHY_NOT[str(no)])
    async with desk.facts(settings) as sessions, sessions.begin() as session:
        return await store.add_endpoint(session, url, types, seal, by=by, reason=reason, now=desk.wall_now())


@app.command(name="list")
def list_endpoints(as_json: Json = False) -> None:
    """Every endpoint, with what waits for it and what it never took; never its secret."""
    rows, standing = desk.run(_all())
    if as_json:
        print_json([_plain(row) | {"waiting": 0, "given_up": 0} | standing.get(row.id, {}) for row in rows])
        return
    cells = (
        (
            str(row.id),
            row.url,
            ", ".join(row.types) or "all",
            row.state,
            str(standing.get(row.id, {}).get("waiting", 0)),
            str(standing.get(row.id, {}).get("given_up", 0)),
            f"{in_utc(row.created_at)[:16]} {row.created_by}: {row.created_because}",
        )
        for row in rows
    )
    columns = ("id", "address", "types", "state", "waiting", "given up", "added (UTC)")
    print_table("webhooks", columns, cells, empty="There are no endpoints yet: `perennial webhook add` adds one.")


async def _all() -> tuple[Sequence[EndpointRow], dict[UUID, dict[str, int]]]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        return await store.every_endpoint(session), await deliveries.standing(session)


@app.command()
def remove(endpoint: Which, by: By, reason: Reason, as_json: Json = False) -> None:
    """Remove an endpoint for good: it is told nothing any more, and its secret is deleted."""
    _set(endpoint, EndpointState.REMOVED, operator(by), why(reason), as_json)


@app.command()
def off(endpoint: Which, by: By, reason: Reason, as_json: Json = False) -> None:
    """Tell an endpoint nothing until it is on again; then it is told what happened meanwhile."""
    _set(endpoint, EndpointState.OFF, operator(by), why(reason), as_json)


@app.command()
def on(endpoint: Which, by: By, reason: Reason, as_json: Json = False) -> None:
    """Switch an endpoint on again."""
    _set(endpoint, EndpointState.ON, operator(by), why(reason), as_json)


def _set(endpoint: UUID, state: EndpointState, by: str, reason: str, as_json: bool) -> None:
    changed = desk.run(_change(endpoint, state, by, reason))
    if changed is None:
        _none_such(endpoint)
    if as_json:
        print_json({"endpoint": endpoint, "outcome": "done", "changed": changed})
    else:
        say(f"The endpoint {endpoint} is {state}." if changed else f"The endpoint {endpoint} was {state} already.")


async def _change(endpoint: UUID, state: EndpointState, by: str, reason: str) -> bool | None:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        return await store.set_state(session, endpoint, state, by=by, reason=reason, now=desk.wall_now())


@app.command(name="test")
def try_out(endpoint: Which, by: By, reason: Reason, as_json: Json = False) -> None:
    """Post an event of the type perennial.test now, and print what came back. Status 1 unless it was taken."""
    posted = desk.run(_test(endpoint, operator(by), why(reason)))
    if as_json:
        print_json({"status": posted.status, "error": posted.error, "took_ms": posted.took_ms, "answer": posted.answer})
    else:
        say(f"{posted.status or posted.error} after {posted.took_ms} ms", posted.answer.strip())
    if not posted.taken:
        raise typer.Exit(1)


async def _test(endpoint: UUID, by: str, reason: str) -> Posted:
    settings, now = desk.settings_or_fail(), desk.wall_now()
    async with desk.facts(settings) as sessions:
        async with sessions.begin() as session:
            row = await store.find_endpoint(session, endpoint)
            if row is None:
                _none_such(endpoint)
            secret = row.secret_by(seal_of(settings.sealed_under))
            if secret is None:
                fail("No key of PERENNIAL_SEAL_KEYS opens its secret: set the key that it is closed under.")
            audit(session, now, by, "webhook.test", str(endpoint), reason=reason, data={"host": row.host})
        return await post_event(outbound_of(settings), row.url, secret, trial_event(settings.ops_url, now), now)


@app.command()
def replay(
    endpoint: Which,
    by: By,
    reason: Reason,
    event: Annotated[int | None, typer.Option(min=1, help="One event, by its number in the record.")] = None,
    first: Annotated[int | None, typer.Option("--from", min=1, help="The first event of a range.")] = None,
    last: Annotated[int | None, typer.Option("--to", min=1, help="The last event of that range.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that were given up, or failed so far.")] = False,
    as_json: Json = False,
) -> None:
    """Send events again, under the ids they had: one, a range (at most 10,000), or all that failed."""
    given = [event is not None, first is not None or last is not None, failed]
    if sum(given) != 1 or (first is None) != (last is None):
        raise typer.BadParameter("give --event, or --from and --to, or --failed.")
    begins, ends = (event, event) if event is not None else (first or 0, last or 0)
    if ends < begins or ends - begins >= MOST_REPLAYED:
        raise typer.BadParameter(f"a range has 1 to {MOST_REPLAYED:,} events; replay more in parts.", param_hint="--to")
    count = desk.run(_replay(endpoint, begins, ends, failed, operator(by), why(reason), desk.wall_now()))
    if as_json:
        print_json({"endpoint": endpoint, "outcome": "done", "events": count})
    else:
        say(f"{count} events are sent again.")


async def _replay(endpoint: UUID, first: int, last: int, failed: bool, by: str, reason: str, now: datetime) -> int:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        row = await store.find_endpoint(session, endpoint)
        if row is None:
            _none_such(endpoint)
        if failed:
            return await deliveries.replay_failed(session, row, by=by, reason=reason, now=now)
        return await deliveries.replay_range(session, row, first, last, by=by, reason=reason, now=now)


def _none_such(endpoint: UUID) -> NoReturn:
    fail(f"There is no endpoint {endpoint}; `perennial webhook list` shows those that exist.")


def _plain(row: EndpointRow) -> dict[str, object]:
    return row.model_dump(exclude={"secret", "leased_until"})
