"""Who has a seat of a subscription and how much it is used: told by other systems, and told back.

A user is a mail address, so none stands in an address of ours: those end in logs.
"""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.api import schemas as s
from console.api.paging import After, Limit, bad_cursor, next_page, place_in
from console.api.problems import Problem, Refusal
from console.api.room import Acting, Csn, InRoom, Number, OnBehalf, Reading, found, wall_now
from models.parties import ContactRow, CustomerRow
from models.seat_use import NoSuchPlace, usage_of, users_of
from models.store import Stored
from models.subscriptions import SubscriptionRow
from models.usage_report import by_product, chosen, use_of
from portfolio.files import Complaint
from portfolio.usage_file import USAGE
from portfolio.usage_import import ImportUnderWay, tell_usage
from portfolio.usage_line import UsageLine
from renewals.actors import Person
from renewals.calendar import local_date
from renewals.usage import unused_seats

routes = APIRouter(tags=["seats"])

On = Annotated[date | None, Query(description="As of this day; the customer's today if left out.")]


@routes.get("/subscriptions/{number}/assignments")
async def who_has_a_seat(
    session: Reading,
    request: Request,
    number: Number,
    on: On = None,
    ended: Annotated[bool, Query(description="With those who have given their seat up.")] = False,
    limit: Limit = 50,
    after: After = None,
) -> s.Assignments:
    """The users with a seat, in the order of their addresses, a page at a time."""
    stored = await found(session, number)
    try:
        place = UUID(place_in(after)[0]) if after is not None else None
        seats = await users_of(session, [number], on or _today(stored), after=place, limit=limit + 1, ended=ended)
    except (ValueError, NoSuchPlace):
        raise bad_cursor() from None
    items = [
        s.Assignment(
            user=each.user,
            assigned_on=each.assigned_on,
            unassigned_on=each.unassigned_on,
            last_used_on=each.last_used_on,
            days_30=each.days_30,
            days_90=each.days_90,
        )
        for each in seats[:limit]
    ]
    more = len(seats) > limit
    return s.Assignments(items=items, next=next_page(request, str(seats[limit - 1].id)) if more else None)


@routes.put("/subscriptions/{number}/assignments")
async def tell_of_seats(room: InRoom, acting: Acting, number: Number, asked: s.AssignmentsTold) -> s.UsageTold:
    """Tell who has a seat and when it was used; buyer, primary admin and operators may. A repeat changes nothing."""
    now = wall_now()
    async with room.sessions.begin() as session:
        stored = await found(session, number, lock=True)
        await _may_tell(session, stored, acting)
        told_on = asked.as_of or _today(stored)
        if told_on > _today(stored) + timedelta(days=1):
            raise Problem(422, "invalid", "body.as_of: it lies in the future; nobody can tell of that day yet.")
        lines = _read(number, asked, told_on)
        try:
            report = await tell_usage(session, lines, now=now, told_by=acting.by, told_on=told_on)
        except ImportUnderWay:
            detail = "A file of usage is being imported; try again when that is done."
            raise Problem(503, "unavailable", detail, headers={"Retry-After": "30"}) from None
        if report.problem_count:
            raise _invalid([(each.line or 0, (each.column or "", each.reason)) for each in report.problems], 409)
        return s.UsageTold(
            added=report.assigned,
            changed=report.changed,
            unchanged=report.unchanged,
            days_of_use=report.days,
            usage=await _usage(session, stored, _today(stored)),
        )


async def _may_tell(session: AsyncSession, stored: Stored, acting: OnBehalf) -> None:
    if isinstance(acting.actor, Person):
        admin = await session.get_one(ContactRow, stored.row.primary_admin_id)
        if acting.actor.email.lower() not in (stored.buyer.email.lower(), admin.email.lower()):
            raise Refusal("not_buyer", "Only the buyer or the primary admin may tell who has a seat; ask one of them.")


def _read(number: str, asked: s.AssignmentsTold, told_on: date) -> list[UsageLine]:
    """The items, read like lines of a file. Raises `Problem` for what is wrong, without repeating what was sent."""
    lines, wrong = list[UsageLine](), list[tuple[int, Complaint]]()
    for place, item in enumerate(asked.items):
        texts = {name: str(value) for name, value in item.model_dump().items() if value is not None}
        texts["used_on"] = " ".join(str(day) for day in item.used_on)
        read = USAGE.read(place, texts | {"subscription": number})
        if isinstance(read, list):
            wrong += [(place, complaint) for complaint in read]
        elif late := _later_than_told(read, told_on):
            wrong.append((place, (late, "lies after the day that is told of; correct it, or `as_of`.")))
        else:
            lines.append(read)
    if wrong:
        raise _invalid(wrong, 422)
    return lines


def _later_than_told(line: UsageLine, told_on: date) -> str | None:
    """The field that tells of a day that nobody can know of yet."""
    if line.last_used_on and line.last_used_on > told_on:
        return "last_used_on"
    if line.used_on and line.used_on[-1] > told_on:
        return "used_on"
    return "used_since" if line.used_since and line.used_since > told_on else None


def _invalid(wrong: list[tuple[int, Complaint]], status: int) -> Problem:
    errors = [
        {"where": f"body.items.{place}.{column}", "what": _sayable(column, what)} for place, (column, what) in wrong
    ]
    code = "invalid" if status == 422 else "assignments_conflict"
    return Problem(status, code, f"{errors[0]['where']}: {errors[0]['what']}", errors=errors)


def _sayable(column: str, what: str) -> str:
    """The sentence, unless it may quote a user."""
    return what if column != "user" or "assignment" in what else "It must be a mail address."


@routes.get("/subscriptions/{number}/usage")
async def how_much_is_used(session: Reading, number: Number, on: On = None) -> s.Usage:
    """How many seats there are, how many users have one, how many used it in 30 and in 90 days, and on how many."""
    stored = await found(session, number)
    return await _usage(session, stored, on or _today(stored))


async def _usage(session: AsyncSession, stored: Stored, on: date) -> s.Usage:
    number = stored.facts.number
    usage = (await usage_of(session, [number], on))[number]
    unused = unused_seats(stored.facts, usage, on)
    return s.Usage(
        subscription=number,
        on=on,
        seats=stored.facts.seats,
        assigned=usage.assigned,
        active_30=usage.active_30,
        active_90=usage.active_90,
        told_on=usage.told_on,
        days_30=usage.days_30,
        days_90=usage.days_90,
        unused_seats=s.UnusedSeats.model_validate(unused) if unused else None,
    )


def _today(stored: Stored) -> date:
    return local_date(stored.now, stored.facts.time_zone)


@routes.get("/customers/{csn}/usage")
async def use_of_products(
    session: Reading, request: Request, csn: Csn, on: On = None, limit: Limit = 50, after: After = None
) -> s.ProductUsages:
    """The same for each product of a customer, without what has lapsed, in the order of the skus."""
    if await session.get(CustomerRow, csn) is None:
        raise Problem(404, "unknown_customer", f"There is no customer {csn}; check the number.")
    which = chosen(csn, None)
    if after is not None:
        which &= col(SubscriptionRow.sku) > place_in(after)[0]
    found_ = by_product(await use_of(session, which, wall_now(), on))
    items = [s.ProductUsage.model_validate(each, extra="ignore") for each in found_[:limit]]
    return s.ProductUsages(items=items, next=next_page(request, items[-1].sku) if len(found_) > limit else None)
