"""The payment methods of a person's customers: seen, added, named, given a new expiry, replaced and removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.desk import Desk, see_other
from console.account.finding import NotYours, locale_of, numbers_of
from console.account.forms import Form, Wrong, new_method
from console.account.guard import Visitor, form_of, visitor
from console.account.method_editing import bought_for, give_expiry, give_name, store, take_away, use_instead
from console.account.speech import Speech, speech_of
from models.method_edits import Removal
from models.methods import buys, every_method, kinds_taken, labels_of, subscriptions_using
from models.parties import CustomerRow
from models.reading import fact_of_method
from models.subscriptions import SubscriptionRow
from renewals.payments import MethodKind

PAGE = "/account/payment-methods"
_DONE = ("added", "named", "expiry", "expiry_some", "replaced", "replaced_some", "removed", "in_use")


@dataclass(frozen=True, slots=True)
class Listed:
    """One method in words. `numbers` are the person's subscriptions that use it; only cards have an expiry."""

    id: UUID
    words: str
    label: str
    stored_on: str
    numbers: Sequence[str]
    has_expiry: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer with its methods. `may_change`: the person buys for it; `kinds` can pay one of its subscriptions."""

    csn: str
    name: str
    may_change: bool
    methods: Sequence[Listed]
    kinds: Sequence[MethodKind]


def method_routes(desk: Desk) -> APIRouter:
    """`/payment-methods` and its forms."""
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
            asked = new_method(form)
            async with desk.sessions.begin() as session:
                await store(session, await bought_for(session, form.get("csn", ""), who.email), asked, who.email)
        except Wrong as wrong:
            return await _page(desk, request, who, wrong=wrong, form=form)
        return see_other(f"{PAGE}?done=added")

    @router.post("/{method}/{what}")
    async def edited(request: Request, method: UUID, what: str) -> Response:
        who = await visitor(request, desk.sessions)
        form = await form_of(request, desk.settings, who.form_token)
        try:
            done = await _edit(desk, who.email, method, what, form)
        except Wrong as wrong:
            return await _page(desk, request, who, wrong=wrong, form=form, what=what)
        return see_other(f"{PAGE}?done={done}")

    return router


async def _edit(desk: Desk, email: str, method: UUID, what: str, form: Form) -> str:
    """Do what one of the forms of a method asks for; what was done, as the page tells it. Raises `Wrong`."""
    match what:
        case "name":
            await give_name(desk, email, method, form)
            return "named"
        case "expiry":
            return "expiry" if await give_expiry(desk, email, method, form) else "expiry_some"
        case "replace":
            return "replaced" if await use_instead(desk, email, method, form) else "replaced_some"
        case "remove":
            return "in_use" if await take_away(desk, email, method) is Removal.IN_USE else "removed"
    raise NotYours


async def _page(
    desk: Desk,
    request: Request,
    who: Visitor,
    *,
    done: str | bool = False,
    wrong: Wrong | None = None,
    form: Form | None = None,
    what: str = "add",
) -> Response:
    """The page; after the form `what` could not be read, with what is wrong in it."""
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
        what=what,
    )


async def _customers(session: AsyncSession, email: str) -> Sequence[CustomerRow]:
    """The customers of what the person may see."""
    mine = select(col(SubscriptionRow.csn)).where(col(SubscriptionRow.number).in_(numbers_of(email)))
    query = select(CustomerRow).where(col(CustomerRow.csn).in_(mine)).order_by(col(CustomerRow.csn))
    return (await session.execute(query)).scalars().all()


async def _holder(session: AsyncSession, customer: CustomerRow, email: str, t: Speech) -> Holder:
    listed, labels = [], await labels_of(session, customer.csn)
    for row in await every_method(session, customer.csn):
        label = labels.get((row.kind, row.token))
        listed.append(
            Listed(
                id=row.id,
                words=t.named(label, fact_of_method(row, row.created_at)),
                label=label or "",
                stored_on=t.day_of(row.created_at, customer.time_zone),
                numbers=await subscriptions_using(session, row, numbers_of(email)),
                has_expiry=row.kind == MethodKind.CARD,
            )
        )
    kinds = await kinds_taken(session, customer, datetime.now(UTC))
    return Holder(customer.csn, customer.name, await buys(session, customer.csn, email), listed, kinds)
