"""How much the seats are used: of each product and subscription that a person may see, and of each user of one."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

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
    """One line of a report: what it is of, with its page if it has one, and the counts in words."""

    name: str
    of: str
    address: str | None
    seats: int
    assigned: int
    active_30: str
    active_90: str
    told: str
    exceeds: str | None


@dataclass(frozen=True, slots=True)
class UsedBy:
    """One user of a subscription."""

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
            mine = chosen(None, None) & col(SubscriptionRow.number).in_(numbers_of(who.email))
            uses = await use_of(session, mine, datetime.now(UTC))
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


async def words_of_unused(session: AsyncSession, stored: Stored, t: Speech) -> str | None:
    """`12 seats, 7 used in the 90 days up to …`, where that is worth saying."""
    unused = await unused_of(session, stored)
    if unused is None:
        return None
    day, seats = t.w.day(unused.told_on), t.w.seats(unused.seats)
    return t("usage.unused", seats=seats, used=str(unused.used), days=str(unused.days), told_on=day)


def _of_product(use: ProductUse, t: Speech) -> Used:
    usage = Usage(use.assigned, use.active_30, use.active_90, use.told_on)
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
        told=t.w.day(usage.told_on) if usage.told_on else t("usage.never_told"),
        exceeds=exceeds if usage.exceeds(seats) else None,
    )


def _used_by(seat: UserOfSeat, usage: Usage, on: date, t: Speech) -> UsedBy:
    def active(days: int) -> str:
        if usage.told_on is None:
            return "–"
        return t("yes" if seat.was_active(on, days) else "no")

    return UsedBy(
        user=seat.user,
        assigned_on=t.w.day(seat.assigned_on),
        used_on=t.w.day(seat.last_used_on) if seat.last_used_on else t("usage.never_used"),
        active_30=active(SHORT_DAYS),
        active_90=active(LONG_DAYS),
    )
