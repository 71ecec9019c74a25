"""Payment methods of a customer: told without their tokens, and stored for a later order."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.api import schemas as s
from console.api.problems import Problem, Refusal
from console.api.reading import method_of
from console.api.room import Acting, Csn, InRoom, OnBehalf, Reading, wall_now
from models.methods import buys, keep_method
from models.parties import CustomerRow, PaymentMethodRow
from renewals.actors import Person
from renewals.arguments import parse_command
from renewals.calendar import local_date
from renewals.commands import BadArguments, Name, SetPaymentMethod

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
        if isinstance(acting.actor, Person) and not await buys(session, csn, acting.actor.email):
            raise Refusal("not_buyer", "Only a buyer of this customer's subscriptions may do this; ask the buyer.")
        now = wall_now()
        _check_not_over(wanted.valid_through, local_date(now, customer.time_zone))
        row, is_new = await keep_method(
            session, csn, wanted.kind, wanted.token, wanted.valid_through, by=acting.by, now=now
        )
        if not is_new:
            response.status_code = 200
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
