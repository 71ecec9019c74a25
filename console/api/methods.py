"""Payment methods of a customer: told without their tokens, stored for a later order, named, replaced and removed."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.api import schemas as s
from console.api.commands import ClientKey, given, told_as_stored
from console.api.problems import Problem, Refusal
from console.api.room import Acting, Calling, Csn, InRoom, OnBehalf, Reading, wall_now
from models.api_keys import Caller
from models.method_edits import IN_USE, Removal, name_method, remove_method
from models.methods import (
    IS_KEPT,
    bought_by,
    buys,
    find_kept_method,
    keep_method,
    labels_of,
    subscriptions_using,
)
from models.parties import CustomerRow, PaymentMethodRow
from models.records import CommandRow
from models.subscriptions import SubscriptionRow
from renewals.actors import Person
from renewals.arguments import parse_command
from renewals.calendar import local_date
from renewals.cards import method_label
from renewals.commands import BadArguments, Name, SetPaymentMethod
from renewals.payments import MethodKind

routes = APIRouter(tags=["payment methods"])


@routes.get("/customers/{csn}/payment-methods")
async def list_methods(session: Reading, csn: Csn) -> s.Methods:
    """The stored methods of a customer, the newest first."""
    await _customer(session, csn)
    labels = await labels_of(session, csn)
    query = select(PaymentMethodRow).where(col(PaymentMethodRow.csn) == csn, IS_KEPT)
    query = query.order_by(col(PaymentMethodRow.created_at).desc(), col(PaymentMethodRow.id))
    rows = (await session.execute(query)).scalars()
    return s.Methods(items=[_told(row, labels.get((row.kind, row.token))) for row in rows])


def _told(row: PaymentMethodRow, label: str | None) -> s.NamedMethod:
    return s.NamedMethod(id=row.id, kind=MethodKind(row.kind), valid_through=row.valid_through, label=label)


@routes.post(
    "/customers/{csn}/payment-methods",
    status_code=201,
    responses={200: {"model": s.NamedMethod, "description": "It was stored already."}},
)
async def store_method(room: InRoom, acting: Acting, csn: Csn, asked: s.NewMethod, response: Response) -> s.NamedMethod:
    """Store a method, for an order that names it; `set-payment-method` is what makes a subscription use one."""
    wanted = _read(asked, acting)
    async with room.sessions.begin() as session:
        customer = await _customer(session, csn, lock=True)
        if isinstance(acting.actor, Person) and not await buys(session, csn, acting.actor.email):
            raise Refusal("not_buyer", _BUYERS_ONLY)
        now = wall_now()
        _check_not_over(wanted.valid_through, local_date(now, customer.time_zone))
        row, is_new = await keep_method(
            session, csn, wanted.kind, wanted.token, wanted.valid_through, by=acting.by, now=now
        )
        if not is_new:
            response.status_code = 200
        return _told(row, (await labels_of(session, csn)).get((row.kind, row.token)))


_BUYERS_ONLY = "Only a buyer of this customer's subscriptions may do this; ask the buyer."


@routes.patch("/customers/{csn}/payment-methods/{id}")
async def name_it(room: InRoom, acting: Acting, csn: Csn, id: UUID, asked: s.MethodName) -> s.NamedMethod:
    """Give a stored method a name for its buyer, or take it away."""
    try:
        label = method_label(asked.label or "")
    except ValueError as bad:
        raise Refusal("bad_arguments", f'"label" cannot be stored: {bad}.') from None
    async with room.sessions.begin() as session:
        method = await _method_to_edit(session, csn, id, acting)
        await name_method(session, method, label, by=acting.by, now=wall_now())
        return _told(method, label)


@routes.post("/customers/{csn}/payment-methods/{id}/replace")
async def replace_it(
    room: InRoom, caller: Calling, acting: Acting, csn: Csn, id: UUID, asked: s.Replacement, key: ClientKey
) -> s.Replaced:
    """Let every subscription of the buyer's that uses a method use another stored one from now on."""
    async with room.sessions.begin() as session:
        method = await _method_to_edit(session, csn, id, acting)
        if await find_kept_method(session, asked.method, csn) is None:
            raise Refusal("bad_arguments", '"method" must be the id of a payment method of this customer.')
        numbers = set(await subscriptions_using(session, method, bought_by(acting.by)))
        numbers |= await _told_before(session, caller, csn, acting.by, key)
    command = s.CommandRequest(command=Name.SET_PAYMENT_METHOD, args={"method": str(asked.method)})
    gate = asyncio.Semaphore(_AT_ONCE)

    async def give(number: str) -> CommandRow:
        async with gate:
            return await given(room, caller, acting, number, command, f"{key}:{number}")

    return s.Replaced(items=[told_as_stored(row) for row in await asyncio.gather(*map(give, sorted(numbers)))])


async def _told_before(session: AsyncSession, caller: Caller, csn: str, by: str, key: str) -> set[str]:
    """Those that were given the command under this key before: sent again, it is answered as it was."""
    bought = select(col(SubscriptionRow.number)).where(col(SubscriptionRow.csn) == csn)
    numbers = await session.scalars(bought.where(col(SubscriptionRow.number).in_(bought_by(by))))
    keys = [f"api:{caller.key_id}:{key}:{number}" for number in numbers]
    known = select(col(CommandRow.subscription)).where(col(CommandRow.client_key).in_(keys))
    return set(await session.scalars(known))


_AT_ONCE = 5
"""So many commands of one request are under way at the same time."""


@routes.delete("/customers/{csn}/payment-methods/{id}", status_code=204)
async def remove_it(room: InRoom, acting: Acting, csn: Csn, id: UUID) -> None:
    """Remove a method that nothing uses; its token is forgotten. Once removed, again is the same."""
    async with room.sessions.begin() as session:
        method = await _method_to_edit(session, csn, id, acting, removed_too=True)
        if await remove_method(session, method, by=acting.by, now=wall_now()) is Removal.IN_USE:
            raise Refusal(Removal.IN_USE.value, IN_USE)


async def _method_to_edit(
    session: AsyncSession, csn: str, id_: UUID, acting: OnBehalf, *, removed_too: bool = False
) -> PaymentMethodRow:
    """The stored method; its name and its place are the buyer's to decide. Raises `Problem`."""
    await _customer(session, csn)
    if not isinstance(acting.actor, Person) or not await buys(session, csn, acting.actor.email):
        raise Refusal("not_buyer", _BUYERS_ONLY)
    method = await session.get(PaymentMethodRow, id_)
    if method is None or method.csn != csn or (method.removed_at is not None and not removed_too):
        raise Problem(404, "unknown_method", "This customer has no such payment method; list them to find its id.")
    return method


def _read(asked: s.NewMethod, acting: OnBehalf) -> SetPaymentMethod:
    """The method, read like the arguments of the command that sets one. Raises `Refusal`."""
    args: dict[str, Any] = {"kind": asked.kind.value, "token": asked.token, "expires": asked.expires}
    try:
        command = parse_command(Name.SET_PAYMENT_METHOD, args, acting.actor)
    except BadArguments as bad:
        raise Refusal("bad_arguments", str(bad).removeprefix(f"{Name.SET_PAYMENT_METHOD}: ")) from None
    if not isinstance(command, SetPaymentMethod):
        raise TypeError("a method was asked for")
    return command


def _check_not_over(valid_through: date | None, day: date) -> None:
    if valid_through is not None and valid_through < day:
        raise Refusal("bad_arguments", f'"expires" is {valid_through:%Y-%m}, which is over on {day}; correct it.')


async def _customer(session: AsyncSession, csn: str, *, lock: bool = False) -> CustomerRow:
    customer = await session.get(CustomerRow, csn, with_for_update=lock or None)
    if customer is None:
        raise Problem(404, "unknown_customer", f"There is no customer {csn}; check the number.")
    return customer
