"""The payment methods of a person's customers: seen, added, and given a new expiry.

A method is never changed. A new expiry is a new method of the same token, and every subscription of the person's that
used the old one is told to use it, by the same command as on its own page.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.desk import Desk, see_other
from console.account.finding import NotYours, locale_of, numbers_of
from console.account.forms import Form, Wrong, client_key, month_of, new_method
from console.account.giving import give
from console.account.guard import Visitor, form_of, visitor
from console.account.speech import Speech, speech_of
from models.inbox import KeyReused
from models.methods import buys, every_method, keep_method, same_methods
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.reading import fact_of_method
from models.records import CommandRow
from models.subscriptions import SubscriptionRow
from renewals.calendar import local_date
from renewals.cards import month_end
from renewals.commands import Name
from renewals.facts import Phase
from renewals.payments import MethodKind

PAGE = "/account/payment-methods"
_DONE = ("added", "expiry", "expiry_some")
AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Listed:
    """One method in words. `numbers` are the person's subscriptions that use it; only cards have an expiry."""

    id: UUID
    label: str
    stored_on: str
    numbers: Sequence[str]
    has_expiry: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer with its methods. `may_change`: the person buys for it."""

    csn: str
    name: str
    may_change: bool
    methods: Sequence[Listed]


def method_routes(desk: Desk) -> APIRouter:
    """`/payment-methods` and its two forms."""
    router = APIRouter(prefix="/payment-methods")

    @router.get("")
    async def shown(request: Request, done: str = "") -> Response:
        who = await visitor(request, desk.sessions)
        return await _page(desk, request, who, done=done in _DONE and done)

    @router.post("")
    async def added(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        form = await form_of(request, desk.settings, who.form_token)
        try:
            await _add(desk, who, form)
        except Wrong as wrong:
            return await _page(desk, request, who, wrong=wrong, form=form)
        return see_other(f"{PAGE}?done=added")

    @router.post("/{method}/expiry")
    async def renewed(request: Request, method: UUID) -> Response:
        who = await visitor(request, desk.sessions)
        form = await form_of(request, desk.settings, who.form_token)
        try:
            all_use_it = await _give_expiry(desk, who, method, form)
        except Wrong as wrong:
            return await _page(desk, request, who, wrong=wrong, form=form)
        return see_other(f"{PAGE}?done={'expiry' if all_use_it else 'expiry_some'}")

    return router


async def _page(
    desk: Desk,
    request: Request,
    who: Visitor,
    *,
    done: str | bool = False,
    wrong: Wrong | None = None,
    form: Form | None = None,
) -> Response:
    async with desk.sessions() as session:
        t = speech_of(await locale_of(session, who.email))
        holders = [await _holder(session, each, who.email, t) for each in await _customers(session, who.email)]
    return desk.page(
        request,
        "methods.html",
        t,
        status=422 if wrong else 200,
        visitor=who,
        csrf=who.form_token,
        holders=holders,
        done=done,
        wrong=wrong,
        form=form or {},
    )


async def _customers(session: AsyncSession, email: str) -> Sequence[CustomerRow]:
    """The customers of what the person may see."""
    mine = select(col(SubscriptionRow.csn)).where(col(SubscriptionRow.number).in_(numbers_of(email)))
    query = select(CustomerRow).where(col(CustomerRow.csn).in_(mine)).order_by(col(CustomerRow.csn))
    return (await session.execute(query)).scalars().all()


async def _holder(session: AsyncSession, customer: CustomerRow, email: str, t: Speech) -> Holder:
    listed = []
    for row in await every_method(session, customer.csn):
        listed.append(
            Listed(
                id=row.id,
                label=t.method(fact_of_method(row, row.created_at)),
                stored_on=t.day_of(row.created_at, customer.time_zone),
                numbers=await _using(session, row, numbers_of(email)),
                has_expiry=row.kind == MethodKind.CARD,
            )
        )
    return Holder(customer.csn, customer.name, await buys(session, customer.csn, email), listed)


async def _using(session: AsyncSession, method: PaymentMethodRow, among: Select[str]) -> Sequence[str]:
    """Of some subscriptions those that use the method and have not lapsed."""
    ids = [each.id for each in await same_methods(session, method)]
    query = select(col(SubscriptionRow.number)).where(
        col(SubscriptionRow.number).in_(among),
        col(SubscriptionRow.method_id).in_(ids),
        col(SubscriptionRow.phase) != Phase.LAPSED,
    )
    return (await session.execute(query.order_by(col(SubscriptionRow.number)))).scalars().all()


async def _add(desk: Desk, who: Visitor, form: Form) -> None:
    """Store a method of the customer that the form names. Raises `Wrong`, or `NotYours` for another's."""
    asked = new_method(form)
    async with desk.sessions.begin() as session:
        customer = await _bought_for(session, form.get("csn", ""), who.email)
        last_day = month_end(asked["expires"]) if "expires" in asked else None
        now = datetime.now(UTC)
        if last_day is not None and last_day < local_date(now, customer.time_zone):
            raise Wrong("expires", "wrong.month_over")
        await keep_method(
            session, customer.csn, MethodKind(asked["kind"]), asked["token"], last_day, by=who.email, now=now
        )


async def _bought_for(session: AsyncSession, csn: str, email: str) -> CustomerRow:
    customer = await session.get(CustomerRow, csn, with_for_update=True)
    if customer is None or not await buys(session, csn, email):
        raise NotYours
    return customer


async def _give_expiry(desk: Desk, who: Visitor, method_id: UUID, form: Form) -> bool:
    """Store the card with its new expiry, and let the person's subscriptions use it; do they all? Raises as `_add`.

    A command that gets no answer in time is stored, and delivered later by the watchdog.
    """
    key, last_day, now = client_key(form), month_end(month_of(form)), datetime.now(UTC)
    async with desk.sessions.begin() as session:
        method = await session.get(PaymentMethodRow, method_id)
        if method is None or method.kind != MethodKind.CARD:
            raise NotYours
        customer = await _bought_for(session, method.csn, who.email)
        if last_day < local_date(now, customer.time_zone):
            raise Wrong("expires", "wrong.month_over")
        numbers = await _using(session, method, _bought_by(who.email))
        row, _ = await keep_method(
            session, method.csn, MethodKind(method.kind), method.token, last_day, by=who.email, now=now
        )
        kept = str(row.id)
    gate = asyncio.Semaphore(AT_ONCE)

    async def uses_it(number: str) -> bool:
        async with gate:
            try:
                command_id = await give(
                    desk.sessions,
                    desk.client,
                    key=f"{key}:{number}",
                    number=number,
                    name=Name.SET_PAYMENT_METHOD,
                    args={"method": kept},
                    by=who.email,
                )
            except KeyReused:  # the form was sent before with another month
                return False
        async with desk.sessions() as session:
            return (await session.get_one(CommandRow, command_id)).outcome == "done"

    return all(await asyncio.gather(*(uses_it(number) for number in numbers)))


def _bought_by(email: str) -> Select[str]:
    contacts = select(col(ContactRow.id)).where(func.lower(col(ContactRow.email)) == email.lower())
    return select(col(SubscriptionRow.number)).where(col(SubscriptionRow.buyer_id).in_(contacts))
