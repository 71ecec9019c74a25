"""How much the seats of subscriptions are used, as of any day: counted from what other systems told (seats.py)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.columns import among
from models.seats import DayOfUseRow, DaysListedRow, SeatAssignmentRow, UsageToldRow
from models.store import Stored
from renewals.calendar import local_date
from renewals.usage import LISTED_WITHIN_DAYS, LONG_DAYS, SHORT_DAYS, UnusedSeats, Usage, unused_seats, used_since

_HELD, _USED, _LISTED = SeatAssignmentRow, DayOfUseRow, DaysListedRow


def holds_seat(on: date) -> ColumnElement[bool]:
    """Of an assignment: does it hold on that day?"""
    return and_(col(_HELD.assigned_on) <= on, or_(col(_HELD.unassigned_on).is_(None), col(_HELD.unassigned_on) > on))


def last_used(on: date) -> ScalarSelect[date]:
    """Of an assignment: the last day up to `on` on which its user used the subscription."""
    return (
        select(func.max(col(_USED.used_on)))
        .where(col(_USED.subscription) == col(_HELD.subscription), col(_USED.user) == col(_HELD.user))
        .where(col(_USED.used_on) <= on)
        .correlate(_HELD)
        .scalar_subquery()
    )


def days_used(on: date, days: int) -> ColumnElement[int | None]:
    """Of an assignment: on how many days of the span that ends with `on` its user used it; NULL where that is unknown.

    It is known of a span whose days of use were all listed, but for those before the user had a seat, and the newest.
    """
    begins_on, held = literal(used_since(on, days), Date), aliased(SeatAssignmentRow)
    its_user = col(held.subscription) == col(_HELD.subscription), col(held.user) == col(_HELD.user)
    seat_since = select(func.min(col(held.assigned_on))).where(*its_user).correlate(_HELD).scalar_subquery()
    told_on = (
        select(col(UsageToldRow.told_on))
        .where(col(UsageToldRow.subscription) == col(_HELD.subscription))
        .correlate(_HELD)
        .scalar_subquery()
    )
    ends_on = func.least(literal(on, Date), told_on, type_=Date)
    is_listed = exists().where(
        col(_LISTED.subscription) == col(_HELD.subscription),
        col(_LISTED.user) == col(_HELD.user),
        col(_LISTED.since) <= func.greatest(begins_on, seat_since),
        col(_LISTED.until) >= ends_on - LISTED_WITHIN_DAYS,
    )
    counted = (
        select(func.count())
        .where(col(_USED.subscription) == col(_HELD.subscription), col(_USED.user) == col(_HELD.user))
        .where(col(_USED.used_on).between(begins_on, on))
        .correlate(_HELD)
        .scalar_subquery()
    )
    return case((is_listed.correlate(_HELD), counted), else_=None)


def _counts(on: date) -> Select[Any]:
    spans = {f"days_{days}": days_used(on, days) for days in (SHORT_DAYS, LONG_DAYS)}
    users = (
        select(
            col(_HELD.subscription).label("number"),
            last_used(on).label("used_on"),
            *(counted.label(name) for name, counted in spans.items()),
        )
        .where(among(col(_HELD.subscription), "numbers"), holds_seat(on))
        .subquery()
    )

    def active(days: int) -> ColumnElement[int]:
        return func.count().filter(users.c.used_on >= used_since(on, days))

    def known(name: str) -> ColumnElement[int | None]:
        return case((func.count(users.c[name]) == func.count(), func.sum(users.c[name])), else_=None)

    counts = func.count(), active(SHORT_DAYS), active(LONG_DAYS), *(known(name) for name in spans)
    return select(users.c.number, *counts).group_by(users.c.number)


async def usage_of(session: AsyncSession, numbers: Collection[str], on: date) -> dict[str, Usage]:
    """By number: how much each of the subscriptions is used, as of the local date `on`; two queries for all."""
    which = {"numbers": list(numbers)}
    told_query = select(col(UsageToldRow.subscription), col(UsageToldRow.told_on)).where(
        among(col(UsageToldRow.subscription), "numbers")
    )
    told = {row.subscription: row.told_on for row in await session.execute(told_query, which)}
    rows = (await session.execute(_counts(on), which)).all()
    none = {number: 0 if number in told else None for number in numbers}
    found = {number: Usage(0, 0, 0, told.get(number), none[number], none[number]) for number in numbers}
    for number, assigned, active_30, active_90, *days in rows:
        days_30, days_90 = (None if each is None else int(each) for each in days)
        found[number] = Usage(assigned, active_30, active_90, told.get(number), days_30, days_90)
    return found


@dataclass(frozen=True, slots=True)
class UserOfSeat:
    """One user with a seat, and the last day of use that is known. Pages begin after an `id`, never after a user.

    `days_30` and `days_90` are on how many days they used it; None where that is not known.
    """

    id: UUID
    subscription: str
    user: str
    assigned_on: date
    unassigned_on: date | None
    last_used_on: date | None
    days_30: int | None
    days_90: int | None

    def was_active(self, on: date, days: int) -> bool:
        """Did the user use it in the span of so many days that ends with `on`?"""
        return self.last_used_on is not None and self.last_used_on >= used_since(on, days)


class NoSuchPlace(Exception):
    """No page of these users begins there."""


async def users_of(
    session: AsyncSession,
    numbers: Collection[str],
    on: date,
    *,
    after: UUID | None = None,
    limit: int | None = None,
    ended: bool = False,
) -> Sequence[UserOfSeat]:
    """The users with a seat on that day, in order of subscription and address; with `ended`, whoever ever had one.

    Raises `NoSuchPlace` where `after` is the id of none of them.
    """
    place = (col(_HELD.subscription), col(_HELD.user), col(_HELD.assigned_on))
    theirs, which = among(col(_HELD.subscription), "numbers"), {"numbers": list(numbers)}
    query = (
        select(
            col(_HELD.id),
            *place,
            col(_HELD.unassigned_on),
            last_used(on),
            days_used(on, SHORT_DAYS),
            days_used(on, LONG_DAYS),
        )
        .where(theirs)
        .order_by(*place)
        .limit(limit)
    )
    if not ended:
        query = query.where(holds_seat(on))
    if after is not None:
        begins = select(*place).where(col(_HELD.id) == after, theirs)
        before = (await session.execute(begins, which)).one_or_none()
        if before is None:
            raise NoSuchPlace
        query = query.where(tuple_(*place) > tuple_(*(literal(value) for value in before)))
    return [UserOfSeat(*row) for row in (await session.execute(query, which)).all()]


async def unused_of(session: AsyncSession, stored: Stored) -> UnusedSeats | None:
    """What is worth saying of the subscription's seats today, on its own clock."""
    sub, on = stored.facts, local_date(stored.now, stored.facts.time_zone)
    return unused_seats(sub, (await usage_of(session, [sub.number], on))[sub.number], on)
