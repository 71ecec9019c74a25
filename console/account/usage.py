"""How much the seats are used: of each product and subscription that a person may see, and of each user of one."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from babel.numbers import format_decimal
from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.desk import Desk, page_of
from console.account.finding import PAGE, NotYours, find, locale_of, numbers_of
from console.account.guard import visitor
from console.account.speech import Speech, speech_of
from models.seat_use import NoSuchPlace, UserOfSeat, unused_of, usage_of, users_of
from models.store import Stored
from models.subscriptions import SubscriptionRow
from models.usage_report import ProductUse, SubscriptionUse, by_product, chosen, use_of
from renewals.calendar import local_date
from renewals.usage import LONG_DAYS, SHORT_DAYS, Usage


@dataclass(frozen=True, slots=True)
class Used:
    """One line of a report: what it is of, with its page if it has one, and the counts in words.

    `often_30` and `often_90` say on how many days those who used it did so, where that is known.
    """

    name: str
    of: str
    address: str | None
    seats: int
    assigned: int
    active_30: str
    active_90: str
    often_30: str | None
    often_90: str | None
    told: str
    exceeds: str | None


@dataclass(frozen=True, slots=True)
class UsedBy:
    """One user of a subscription; whether it was used, and on how many days where that is known."""

    user: str
    assigned_on: str
    used_on: str
    active_30: str
    active_90: str


def usage_routes(desk: Desk) -> APIRouter:
    """`/usage` of all, and `/subscriptions/NUMBER/usage` of one."""
    router = APIRouter()

    @router.get("/usage")
    async def of_all(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            t = speech_of(await locale_of(session, who.email))
            uses = await uses_of(session, who.email)
        return desk.page(
            request,
            "usage.html",
            t,
            visitor=who,
            products=[_of_product(each, t) for each in by_product(uses)],
            subscriptions=[_of_subscription(each, t) for each in uses],
        )

    @router.get("/subscriptions/{number}/usage")
    async def of_one(request: Request, number: str, after: str = "") -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            stored = (await find(session, who.email, number, datetime.now(UTC))).stored
            t, on = speech_of(stored.customer.locale), local_date(stored.now, stored.facts.time_zone)
            usage = (await usage_of(session, [number], on))[number]
            try:
                place = UUID(after) if after else None
                seats = await users_of(session, [number], on, after=place, limit=PAGE + 1)
            except (ValueError, NoSuchPlace):
                raise NotYours from None
            unused = await words_of_unused(session, stored, t)
        return desk.page(
            request,
            "usage_of_one.html",
            t,
            visitor=who,
            stored=stored,
            use=_counts(stored.offering.name, number, None, stored.facts.seats, usage, t),
            users=[_used_by(each, usage, on, t) for each in seats[:PAGE]],
            unused=unused,
            after=after,
            next_after=seats[PAGE - 1].id if len(seats) > PAGE else None,
        )

    return router


async def uses_of(session: AsyncSession, email: str) -> list[SubscriptionUse]:
    """The use of all that a person may see and that has not lapsed, as of today."""
    mine = chosen(None, None) & col(SubscriptionRow.number).in_(numbers_of(email))
    return await use_of(session, mine, datetime.now(UTC))


async def words_of_unused(session: AsyncSession, stored: Stored, t: Speech) -> str | None:
    """`12 seats, 7 used in the 90 days up to …`, where that is worth saying."""
    unused = await unused_of(session, stored)
    if unused is None:
        return None
    day, seats = t.w.day(unused.told_on), t.w.seats(unused.seats)
    return t("usage.unused", seats=seats, used=str(unused.used), days=str(unused.days), told_on=day)


def _of_product(use: ProductUse, t: Speech) -> Used:
    usage = Usage(use.assigned, use.active_30, use.active_90, use.told_on, use.days_30, use.days_90)
    counts = _counts(use.product, use.customer, None, use.seats, usage, t)
    if not use.untold or use.told_on is None:
        return counts
    return replace(counts, told=t("usage.some_untold", day=t.w.day(use.told_on), count=str(use.untold)))


def _of_subscription(use: SubscriptionUse, t: Speech) -> Used:
    return _counts(use.product, use.number, f"{page_of(use.number)}/usage", use.seats, use.usage, t)


def _counts(name: str, of: str, address: str | None, seats: int, usage: Usage, t: Speech) -> Used:
    told = usage.told_on is not None
    exceeds = t("usage.exceeds", assigned=str(usage.assigned), seats=t.w.seats(seats))
    return Used(
        name=name,
        of=of,
        address=address,
        seats=seats,
        assigned=usage.assigned,
        active_30=str(usage.active_30) if told else "–",
        active_90=str(usage.active_90) if told else "–",
        often_30=_often(usage.days_30, usage.active_30, t),
        often_90=_often(usage.days_90, usage.active_90, t),
        told=t.w.day(usage.told_on) if usage.told_on else t("usage.never_told"),
        exceeds=exceeds if usage.exceeds(seats) else None,
    )


def _often(days: int | None, users: int, t: Speech) -> str | None:
    """On how many days each of the users did so on average."""
    if days is None or not users:
        return None
    return t("usage.often", days=format_decimal(Decimal(days) / users, "#,##0.0", locale=t.w.locale))


def _used_by(seat: UserOfSeat, usage: Usage, on: date, t: Speech) -> UsedBy:
    def active(days: int, count: int | None) -> str:
        if usage.told_on is None:
            return "–"
        if count:
            return t("usage.on_day") if count == 1 else t("usage.on_days", count=str(count))
        return t("yes" if seat.was_active(on, days) else "no")

    return UsedBy(
        user=seat.user,
        assigned_on=t.w.day(seat.assigned_on),
        used_on=t.w.day(seat.last_used_on) if seat.last_used_on else t("usage.never_used"),
        active_30=active(SHORT_DAYS, seat.days_30),
        active_90=active(LONG_DAYS, seat.days_90),
    )
