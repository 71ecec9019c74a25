"""Payment methods of a customer: told without their tokens, and stored for a later order."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.api import schemas as s
from console.api.problems import Problem, Refusal
from console.api.reading import method_of
from console.api.room import Acting, Csn, InRoom, OnBehalf, Reading, wall_now
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.subscriptions import SubscriptionRow
from renewals.arguments import parse_command
from renewals.calendar import local_date
from renewals.commands import BadArguments, Name, Person, SetPaymentMethod

routes = APIRouter(tags=["payment methods"])


@routes.get("/customers/{csn}/payment-methods")
async def list_methods(session: Reading, csn: Csn) -> s.Methods:
    """The stored methods of a customer, the newest first."""
    await _customer(session, csn)
    query = select(PaymentMethodRow).where(col(PaymentMethodRow.csn) == csn)
    query = query.order_by(col(PaymentMethodRow.created_at).desc(), col(PaymentMethodRow.id))
    rows = (await session.execute(query)).scalars()
    return s.Methods(items=[told for row in rows if (told := method_of(row))])


@routes.post(
    "/customers/{csn}/payment-methods",
    status_code=201,
    responses={200: {"model": s.Method, "description": "It was stored already."}},
)
async def store_method(room: InRoom, acting: Acting, csn: Csn, asked: s.NewMethod, response: Response) -> s.Method:
    """Store a method, for an order that names it; `set-payment-method` is what makes a subscription use one."""
    wanted = _read(asked, acting)
    async with room.sessions.begin() as session:
        customer = await _customer(session, csn, lock=True)
        if isinstance(acting.actor, Person) and not await _buys(session, csn, acting.actor):
            raise Refusal("not_buyer", "Only a buyer of this customer's subscriptions may do this; ask the buyer.")
        now = wall_now()
        _check_not_over(wanted.valid_through, local_date(now, customer.time_zone))
        row = await _stored(session, csn, wanted)
        if row:
            response.status_code = 200
        else:
            row = PaymentMethodRow(
                csn=csn, kind=wanted.kind, token=wanted.token, valid_through=wanted.valid_through, created_at=now
            )
            session.add(row)
            await session.flush()
        return s.Method(id=row.id, kind=wanted.kind, valid_through=row.valid_through)


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


async def _buys(session: AsyncSession, csn: str, person: Person) -> bool:
    """Is this the buyer of one of the customer's subscriptions?"""
    query = (
        exists()
        .where(col(SubscriptionRow.csn) == csn, col(SubscriptionRow.buyer_id) == col(ContactRow.id))
        .where(func.lower(col(ContactRow.email)) == person.email.lower())
    )
    return bool((await session.execute(select(query))).scalar_one())


async def _stored(session: AsyncSession, csn: str, wanted: SetPaymentMethod) -> PaymentMethodRow | None:
    """The newest of the same kind, token and expiry: storing it again is a repeat."""
    query = (
        select(PaymentMethodRow)
        .where(col(PaymentMethodRow.csn) == csn, col(PaymentMethodRow.kind) == wanted.kind)
        .where(col(PaymentMethodRow.token) == wanted.token)
        .where(col(PaymentMethodRow.valid_through).is_not_distinct_from(wanted.valid_through))
        .order_by(col(PaymentMethodRow.created_at).desc())
    )
    return (await session.execute(query)).scalars().first()
