"""The use of seats as files for a spreadsheet: a line per product, or per user, of all that a person may see or of one.

Dates are written as 2027-03-31 in every language; a cell is blank where nothing is known.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime

from fastapi import APIRouter, Request, Response
from sqlmodel import col

from console.account.desk import Desk
from console.account.finding import find, locale_of
from console.account.guard import visitor
from console.account.speech import Speech, speech_of
from console.account.usage import uses_of
from console.files import Cells, as_file, with_head
from models.subscriptions import SubscriptionRow
from models.usage_report import ProductUse, SubscriptionUse, UserUse, by_product, by_user, use_of


def usage_file_routes(desk: Desk) -> APIRouter:
    """`/usage/products.csv` and `/usage/users.csv` of all, `/subscriptions/NUMBER/usage.csv` of one."""
    router = APIRouter()

    @router.get("/usage/products.csv")
    async def products(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            t = speech_of(await locale_of(session, who.email))
            found = by_product(await uses_of(session, who.email))
        return _file("use-by-product.csv", _PRODUCTS, (_of_product(each) for each in found), t)

    @router.get("/usage/users.csv")
    async def users(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            t = speech_of(await locale_of(session, who.email))
            uses = await uses_of(session, who.email)
            found = await by_user(session, uses)
        return _file("use-by-user.csv", _USERS, _of_users(found, uses, t), t)

    @router.get("/subscriptions/{number}/usage.csv")
    async def of_one(request: Request, number: str) -> Response:
        who, now = await visitor(request, desk.sessions), datetime.now(UTC)
        async with desk.sessions() as session:
            stored = (await find(session, who.email, number, now)).stored
            uses = await use_of(session, col(SubscriptionRow.number) == number, now)
            found = await by_user(session, uses)
        t = speech_of(stored.customer.locale)
        return _file(f"use-of-{number}.csv", _USERS, _of_users(found, uses, t), t)

    return router


_COUNTS = "usage.active_30 usage.active_90 usage.days_30 usage.days_90".split()
_PRODUCTS = ("csn", "customer", "product", "subscriptions", "seats", "usage.assigned", *_COUNTS, "usage.told_on")
_USERS = ("csn", "number", "product", "usage.user", "usage.assigned_on", "usage.used_on", *_COUNTS, "usage.told_on")


def _of_product(use: ProductUse) -> Cells:
    told = use.told_on is not None
    counts = (use.active_30 if told else None, use.active_90 if told else None, use.days_30, use.days_90)
    of = (use.csn, use.customer, use.product, use.subscriptions, use.seats, use.assigned)
    return [_cell(each) for each in (*of, *counts, use.told_on)]


def _of_users(users: Iterable[UserUse], uses: Iterable[SubscriptionUse], t: Speech) -> Iterable[Cells]:
    of = {each.number: each for each in uses}
    for user in users:
        use = of[user.subscription]
        told_on = use.usage.told_on
        active = (t("yes" if each else "no") if told_on else None for each in (user.active_30, user.active_90))
        who = (use.csn, user.subscription, user.product, user.user, user.assigned_on, user.last_used_on)
        yield [_cell(each) for each in (*who, *active, user.days_30, user.days_90, told_on)]


def _cell(value: str | int | date | None) -> str:
    return "" if value is None else str(value)


def _file(name: str, head: Iterable[str], rows: Iterable[Cells], t: Speech) -> Response:
    async def batch() -> AsyncIterator[Iterable[Cells]]:
        yield rows

    return as_file(name, with_head([t(key) for key in head], batch()))
