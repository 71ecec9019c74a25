"""What happens to one subscription at once with something else, in the situations of situations.py.

An act takes a `World`, does one thing in it as a person, a provider or a worker would, and asks nothing.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from activities.answers import record_answer
from gateways.port import Paid
from models.method_edits import remove_method
from models.parties import PaymentMethodRow
from tests.activities.world import World
from tests.scenarios.portfolios import BUYER

CARD = {"kind": "card", "token": "tok-other", "expires": "2033-08"}
TRANSFER = {"kind": "bank_transfer", "token": "tok-transfer"}
COLLEAGUE = "grace@northwind.example"
Act = Callable[[World], Awaitable[Any]]


def delays(chance: random.Random) -> Callable[[], Awaitable[None]]:
    """The pauses of a network, dealt by chance; what comes between them the machine has its say in as well."""

    async def pause() -> None:
        await asyncio.sleep(chance.choice((0, 0, 0.001, 0.005, 0.02, 0.05)))

    return pause


async def at_once() -> None:
    """No pause."""


def command(name: str, *, by: str = BUYER, **args: Any) -> Act:
    async def act(world: World) -> None:
        await world.give(name, by=by, **args)

    return act


async def charge(world: World) -> None:
    await world.run(world.desk.charging.charge, world.number)


async def ask(world: World) -> None:
    await world.run(world.desk.charging.ask_gateway, world.number)


async def end_hold(world: World) -> None:
    await world.run(world.desk.holds.end_hold, world.number)


async def enter_phase(world: World) -> None:
    await world.run(world.desk.phases.enter_phase, world.number)


async def begin_paid_term(world: World) -> None:
    await world.run(world.desk.phases.begin_paid_term, world.number)


async def plan(world: World) -> None:
    await world.run(world.planning.plan_term, world.number)


async def quote_of(world: World) -> str:
    (row,) = await world.records.rows("SELECT quote_id FROM quote_lines WHERE subscription = :number")
    return f"Q-{row['quote_id']}"


def about_the_quote(name: str, **args: Any) -> Act:
    async def act(world: World) -> None:
        await world.give(name, quote=await quote_of(world), **args)

    return act


def accepted_at_the_last_moment(**args: Any) -> Act:
    async def act(world: World) -> None:
        await received_at_the_last_moment("accept-quote", quote=await quote_of(world), **args)(world)

    return act


async def _method(world: World, place: int) -> UUID:
    rows = await world.records.rows(
        "SELECT id FROM payment_methods JOIN subscriptions USING (csn) WHERE number = :number ORDER BY created_at"
    )
    method: UUID = rows[place]["id"]
    return method


def with_method(name: str, place: int) -> Act:
    """A command that names a stored method, by its place among them."""

    async def act(world: World) -> None:
        await world.give(name, method=str(await _method(world, place)))

    return act


def method_removed(place: int) -> Act:
    async def act(world: World) -> None:
        method_id = await _method(world, place)
        async with world.desk.sessions.begin() as session:
            method = await session.get_one(PaymentMethodRow, method_id)
            await remove_method(session, method, by=BUYER, now=world.now)

    return act


async def release_what_holds(world: World) -> None:
    """The buyer gives up whatever holds the next term as he looks, the quote itself too."""
    held = await world.records.rows(
        "SELECT claims.id::text FROM claims JOIN renewals ON renewals.id = renewal_id "
        "WHERE subscription = :number AND released_at IS NULL"
    )
    for claim in held:
        await world.give("release-hold", hold=claim["id"])


def received_at_the_last_moment(name: str, **args: Any) -> Act:
    async def act(world: World) -> None:
        now, world.now = world.now, world.now - timedelta(seconds=1)
        try:
            command_id = await world.store(name, **args)
        finally:
            world.now = now
        await world.apply(command_id)

    return act


async def the_truth_is_recorded(world: World) -> None:
    """A zombie, or a web hook, reports that the payment in doubt was made."""
    facts = await world.facts()
    doubt = facts.in_doubt or facts.voucher
    if doubt and doubt.id in world.bank.book and world.bank.book[doubt.id].state == "paid":
        await record_answer(world.desk.sessions, world.number, doubt.id, Paid("hook"), world.now)


def refund(**args: Any) -> Act:
    async def act(world: World) -> None:
        (row,) = await world.records.rows(
            "SELECT DISTINCT order_id::text FROM order_lines WHERE subscription = :number"
        )
        await world.give("refund", by="operator:ana", order=row["order_id"], reason="they called", **args)

    return act


async def send_back(world: World) -> None:
    """All that is owed, by one of several workers of which each believes the others dead."""
    owed = "SELECT id::text FROM refunds WHERE subscription = :number AND next_at IS NOT NULL ORDER BY amount"
    for row in await world.records.rows(owed):
        await world.run(world.desk.refunds.send_back, world.number, row["id"])


async def more_is_paid(world: World) -> None:
    """A web hook reports that a voucher was paid by too much, once it was paid."""
    (row,) = await world.records.rows(
        "SELECT a.id::text AS key, a.amount FROM attempts a JOIN order_lines l USING (order_id)"
        " WHERE l.subscription = :number"
    )
    more = row["amount"] + 500
    world.bank.book[row["key"]].come = more
    await record_answer(world.desk.sessions, world.number, row["key"], Paid("hook", more), world.now)


RENEW, RENEW_BY_CARD = command("renew"), command("renew", **CARD)
CANCEL, RELEASE = command("cancel-auto-renew"), command("release-hold")
RESOLVE = command("resolve-payment", by="operator:ana", outcome="paid", reason="looked")
PARK = command("park", by="operator:ana", reason="dispute")
NEW_BUYER = command("change-buyer", by="operator:ana", email=COLLEAGUE, reason="left")
