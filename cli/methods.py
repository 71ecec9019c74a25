"""`perennial payment-method`: the stored methods of a customer listed, and for their buyer named, replaced, removed."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from activities.delivery import deliver
from activities.outcomes import answer_of
from cli import clocks, desk
from cli.output import fail, print_json, print_table, say, warn, why_not
from models.inbox import store_command
from models.method_edits import IN_USE, Removal, name_method, remove_method
from models.methods import bought_by, buys, every_method, find_kept_method, labels_of, subscriptions_using
from models.parties import PaymentMethodRow
from renewals.cards import method_label
from renewals.commands import Name
from workflows.contract import Answer

app = typer.Typer(no_args_is_help=True, help="Stored payment methods of a customer.")

Id = Annotated[UUID, typer.Argument(help="Id of a stored method, as `perennial payment-method list` shows it.")]
By = Annotated[str, typer.Option(help="The buyer's mail address.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(name="list")
def show_methods(
    customer: Annotated[str, typer.Argument(help="Customer number (CSN).")],
    as_json: Json = False,
) -> None:
    """The stored methods of a customer, the newest first, with what uses them; never their tokens."""
    found = desk.run(_listed(customer))
    if as_json:
        print_json(found)
        return
    cells = (
        (each["id"], each["label"], each["kind"], each["valid_through"], ", ".join(each["used_by"])) for each in found
    )
    columns = ("id", "name", "kind", "valid through", "used by")
    print_table("payment methods", columns, cells, empty="This customer has no stored payment method.")


async def _listed(csn: str) -> list[dict[str, Any]]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        await desk.known_customer(session, csn)
        labels = await labels_of(session, csn)
        return [
            {
                "id": row.id,
                "label": labels.get((row.kind, row.token)),
                "kind": row.kind,
                "valid_through": row.valid_through,
                "used_by": list(await subscriptions_using(session, row)),
            }
            for row in await every_method(session, csn)
        ]


@app.command()
def name(
    method: Id,
    label: Annotated[str, typer.Argument(help="Such as 'Office card'; blank takes the name away.")],
    by: By,
) -> None:
    """Give a method a name for its buyer."""
    try:
        wanted = method_label(label)
    except ValueError as bad:
        raise typer.BadParameter(f"{bad}.", param_hint="label") from None
    desk.run(_name(method, wanted, by))
    say(f"{method} is called {wanted}." if wanted else f"{method} has no name.")


async def _name(method_id: UUID, label: str | None, by: str) -> None:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        method = await _to_edit(session, method_id, by)
        await name_method(session, method, label, by=by, now=desk.wall_now())


@app.command()
def remove(method: Id, by: By) -> None:
    """Remove a method that nothing uses, and forget its token."""
    done = desk.run(_remove(method, by))
    if done is Removal.IN_USE:
        fail(f"{method} is not removed ({done.value}): {IN_USE}")
    say(f"{method} is removed." if done is Removal.DONE else f"{method} was removed already.")


async def _remove(method_id: UUID, by: str) -> Removal:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions.begin() as session:
        method = await _to_edit(session, method_id, by, removed_too=True)
        return await remove_method(session, method, by=by, now=desk.wall_now())


@app.command()
def replace(
    method: Id,
    by: By,
    other: Annotated[UUID, typer.Option("--with", help="Id of the stored method to use in its place.")],
    as_json: Json = False,
) -> None:
    """Let every subscription of the buyer's that uses a method use another stored one."""
    answers = desk.run(_replace(method, other, by))
    told = [
        {
            "subscription": number,
            "outcome": each.outcome,
            "code": each.code,
            "hint": each.hint,
            "possible_on": each.possible_on,
        }
        for number, each in answers
    ]
    if as_json:
        print_json(told)
    elif not told:
        say("No subscription of this buyer uses it.")
    for number, each in () if as_json else answers:
        if each.outcome == "done":
            say(f"{number}: done.")
        else:
            warn(f"{number} refused ({each.code}): {why_not(each.hint, each.possible_on)}")
    if any(each.outcome != "done" for _, each in answers):
        raise typer.Exit(1)


async def _replace(method_id: UUID, other: UUID, by: str) -> Sequence[tuple[str, Answer]]:
    settings = desk.settings_or_fail()
    client = await desk.temporal(settings)
    async with desk.facts(settings) as sessions:
        async with sessions.begin() as session:
            await clocks.agree_or_fail(session)
            method = await _to_edit(session, method_id, by)
            if await find_kept_method(session, other, method.csn) is None:
                fail(f"{other} is no stored method of the same customer; list them to find its id.")
            numbers = await subscriptions_using(session, method, bought_by(by))
            ids = [
                await store_command(
                    session,
                    client_key=str(uuid4()),
                    subscription=number,
                    name=Name.SET_PAYMENT_METHOD,
                    args={"method": str(other)},
                    by=by,
                    wall_now=desk.wall_now(),
                )
                for number in numbers
            ]
        given = await asyncio.gather(*(deliver(client, sessions, each, desk.wall_now()) for each in ids))
    return list(zip(numbers, map(answer_of, given), strict=True))


async def _to_edit(session: AsyncSession, method_id: UUID, by: str, *, removed_too: bool = False) -> PaymentMethodRow:
    """The method, if whoever asks buys for its customer; else fails."""
    method = await session.get(PaymentMethodRow, method_id)
    if method is None or (method.removed_at is not None and not removed_too):
        fail(f"There is no stored payment method {method_id}; `perennial payment-method list` shows a customer's.")
    if not await buys(session, method.csn, by):
        fail("Only a buyer of this customer's subscriptions may do this (not_buyer); give it as the buyer.")
    return method
