"""Who has a seat of a subscription, and on which days it was used: told by other systems, decided by nobody here.

A user is known by mail address, in small letters. That is personal: it stands in these tables and nowhere else. Days of
use are kept one by one, so that any span can be counted as of any day (seat_use.py). A day of use does not say that
there were no others: how often somebody used a seat is known of spans of which every day of use was listed.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Uuid, text
from sqlmodel import Field, SQLModel

from models.columns import instant, key

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
