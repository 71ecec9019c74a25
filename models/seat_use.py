"""Who has a seat of a subscription, and on which days it was used: told by other systems, decided by nobody here.

A user is known by mail address, in small letters. That is personal: it stands in these tables and nowhere else. Days of
use are kept one by one, so that any span can be counted as of any day. A day of use does not say that there were no
others: how often somebody used a seat is known of spans of which every day of use was listed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Index,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col

from models.columns import instant, key
from models.store import Stored
from renewals.calendar import local_date
from renewals.usage import LISTED_WITHIN_DAYS, LONG_DAYS, SHORT_DAYS, UnusedSeats, Usage, unused_seats, used_since

_SMALL = '"user" = lower("user")'


class UsageImportRow(SQLModel, table=True):
    """One import of a usage file: when, which content (SHA-256), what day it tells of, by whom."""

    __tablename__ = "usage_imports"

    id: UUID = key()
    imported_at: datetime = instant()
    digest: str = Field(index=True)
    told_on: date
    imported_by: str


class SeatAssignmentRow(SQLModel, table=True):
    """A user has a seat from `assigned_on` up to, not including, `unassigned_on`; at most one at a time.

    `told_by` and `told_at` are of whoever last said so; by `id` it can be named without naming anybody.
    """

    __tablename__ = "seat_assignments"
    __table_args__ = (
        CheckConstraint(_SMALL, name="user_in_small_letters"),
        CheckConstraint("unassigned_on > assigned_on", name="runs_forward"),
        Index(
            "uq_seat_assignments_open",
            "subscription",
            "user",
            unique=True,
            postgresql_where=text("unassigned_on IS NULL"),
        ),
    )

    subscription: str = Field(foreign_key="subscriptions.number", primary_key=True)
    user: str = Field(primary_key=True)
    assigned_on: date = Field(primary_key=True)
    id: UUID = Field(
        default=None, sa_column=Column(Uuid, server_default=text("gen_random_uuid()"), nullable=False, unique=True)
    )
    unassigned_on: date | None = None
    told_at: datetime = instant()
    told_by: str


class DayOfUseRow(SQLModel, table=True):
    """A user used a subscription on that day."""

    __tablename__ = "days_of_use"
    __table_args__ = (
        CheckConstraint(_SMALL, name="user_in_small_letters"),
        Index("ix_days_of_use_used_on", "used_on"),
    )

    subscription: str = Field(foreign_key="subscriptions.number", primary_key=True)
    user: str = Field(primary_key=True)
    used_on: date = Field(primary_key=True)


class UsageToldRow(SQLModel, table=True):
    """Up to which day the use of a subscription was told, when and by whom; without a row, never."""

    __tablename__ = "usage_told"

    subscription: str = Field(foreign_key="subscriptions.number", primary_key=True)
    told_on: date
    told_at: datetime = instant()
    told_by: str


class DaysListedRow(SQLModel, table=True):
    """From `since` up to `until`, both counted, every day on which a user used a subscription is known."""

    __tablename__ = "days_listed"
    __table_args__ = (
        CheckConstraint(_SMALL, name="user_in_small_letters"),
        CheckConstraint("since <= until", name="runs_forward"),
        Index("ix_days_listed_until", "until"),
    )

    subscription: str = Field(foreign_key="subscriptions.number", primary_key=True)
    user: str = Field(primary_key=True)
    since: date
    until: date


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


def _counts(numbers: Collection[str], on: date) -> Select[Any]:
    spans = {f"days_{days}": days_used(on, days) for days in (SHORT_DAYS, LONG_DAYS)}
    users = (
        select(
            col(_HELD.subscription).label("number"),
            last_used(on).label("used_on"),
            *(counted.label(name) for name, counted in spans.items()),
        )
        .where(col(_HELD.subscription).in_(numbers), holds_seat(on))
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
    told_query = select(col(UsageToldRow.subscription), col(UsageToldRow.told_on)).where(
        col(UsageToldRow.subscription).in_(numbers)
    )
    told = {row.subscription: row.told_on for row in await session.execute(told_query)}
    rows = (await session.execute(_counts(numbers, on))).all()
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
    among = col(_HELD.subscription).in_(numbers)
    query = (
        select(
            col(_HELD.id),
            *place,
            col(_HELD.unassigned_on),
            last_used(on),
            days_used(on, SHORT_DAYS),
            days_used(on, LONG_DAYS),
        )
        .where(among)
        .order_by(*place)
        .limit(limit)
    )
    if not ended:
        query = query.where(holds_seat(on))
    if after is not None:
        before = (await session.execute(select(*place).where(col(_HELD.id) == after, among))).one_or_none()
        if before is None:
            raise NoSuchPlace
        query = query.where(tuple_(*place) > tuple_(*(literal(value) for value in before)))
    return [UserOfSeat(*row) for row in (await session.execute(query)).all()]


async def unused_of(session: AsyncSession, stored: Stored) -> UnusedSeats | None:
    """What is worth saying of the subscription's seats today, on its own clock."""
    sub, on = stored.facts, local_date(stored.now, stored.facts.time_zone)
    return unused_seats(sub, (await usage_of(session, [sub.number], on))[sub.number], on)
