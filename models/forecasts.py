"""Forecasts that are kept: what was foreseen for some days, line by line, and what became of it.

A forecast is walked in slices by whoever runs it (`activities/foreseeing.py`): `after` is the number that the last one
ended with. Its lines are never changed but for what they are compared with. How they are read stands in
`kept_forecasts.py`.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Identity,
    Index,
    and_,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.columns import amount, instant, json, key, one_of
from models.going_live import waits
from models.journal import SYSTEM
from models.rules import REVISION
from models.subscriptions import NEXT_STEP_AT, SubscriptionRow
from renewals.calendar import days_after, local_date, midnight
from renewals.foreseen import Cause, Verdict

MOST_DAYS = 366
"""Days that one forecast has at the most: a year, whichever it is."""

FURTHEST = timedelta(days=400)
"""How far ahead its last day may lie: a year and a late window."""

KINDS = ("charge", "notice")


class ForecastRow(SQLModel, table=True):
    """A forecast of the charges and mails from `since_at` until `until_at`, the days as `zone` counts them.

    With an `import_id` it is of what waits of that import alone, as if it went live when it is walked.
    `chosen` subscriptions are to be walked, `walked` have been; `unpriced` of them have no price to foresee. `totals`
    and `verdicts` are its figures. `compare_asked_at` without `compared_at`: it is to be compared with what happened.
    """

    __tablename__ = "forecasts"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="days"),
        Index("ix_forecasts_asked_at", "asked_at"),
        Index("ix_forecasts_import", "import_id", "asked_at", postgresql_where=text("import_id IS NOT NULL")),
        Index("uq_forecasts_daily", "first_on", unique=True, postgresql_where=text(f"asked_by = '{SYSTEM}'")),
    )

    id: UUID = key()
    first_on: date
    last_on: date
    import_id: UUID | None = Field(default=None, foreign_key="imports.id")
    zone: str
    since_at: datetime = instant()
    until_at: datetime = instant()
    asked_by: str
    asked_at: datetime = instant()
    revision: UUID
    chosen: int
    walked: int = 0
    unpriced: int = 0
    after: str | None = None
    walked_at: datetime | None = instant(nullable=True)
    totals: dict[str, Any] = json()
    compare_asked_at: datetime | None = instant(nullable=True)
    compare_after: str | None = None
    compared: int = 0
    compared_at: datetime | None = instant(nullable=True)
    verdicts: dict[str, Any] = json()
    failed_because: str | None = None

    @property
    def is_open(self) -> bool:
        """Is there work to do?"""
        return self.failed_because is None and (self.walked_at is None or self.is_comparing)

    @property
    def is_comparing(self) -> bool:
        return self.compare_asked_at is not None and self.compared_at is None


class ForecastLineRow(SQLModel, table=True):
    """One charge or mail: foreseen at `at`, or (`foreseen` false) one that happened then and was not foreseen.

    Instants are in the subscription's own time, amounts in minor units. `detail` is the kind of a mail; of a charge
    `automatic`, or how its buyer paid. `actual_at`, `actual_amount` and `outcome` are what happened instead.
    """

    __tablename__ = "forecast_lines"
    __table_args__ = (
        one_of("what", KINDS),
        one_of("verdict", Verdict, optional=True),
        one_of("cause", Cause, optional=True),
        Index("ix_forecast_lines_at", "forecast_id", "at", "id"),
        Index("ix_forecast_lines_verdict", "forecast_id", "verdict", "at", "id"),
        Index("ix_forecast_lines_subscription", "forecast_id", "subscription"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    forecast_id: UUID = Field(foreign_key="forecasts.id")
    subscription: str
    at: datetime = instant()
    what: str
    detail: str
    actual_amount: int | None = amount(nullable=True)
    amount: int | None = amount(nullable=True)
    currency: str | None = None
    foreseen: bool = True
    verdict: str | None = None
    cause: str | None = None
    actual_at: datetime | None = instant(nullable=True)
    outcome: str | None = None
    happened_as: UUID | None = None


_STEP_AT = literal_column(NEXT_STEP_AT, DateTime(timezone=True))
_UNPLANNED = literal_column("'9999-06-01 00:00:00+00'::timestamptz", DateTime(timezone=True))


def has_steps_before(until: datetime) -> ColumnElement[bool]:
    """Has it a step before then, or no plan yet? Nothing can happen to any other one before its next step.

    Only what is live: nothing else charges or mails. By the index on this very expression.
    """
    return and_(or_(until > _STEP_AT, _STEP_AT == _UNPLANNED), col(SubscriptionRow.live_at).is_not(None))


def to_walk(until: datetime, import_id: UUID | None) -> ColumnElement[bool]:
    """Which subscriptions a forecast walks. What waits for go-live has no steps yet: of an import it is all of it."""
    return has_steps_before(until) if import_id is None else and_(col(SubscriptionRow.import_id) == import_id, waits())


def range_of(first_on: date, last_on: date, zone: str, now: datetime) -> tuple[datetime, datetime]:
    """The instants of these days, as that zone counts them; what has passed of the first one is left out."""
    return max(midnight(first_on, zone), now), midnight(days_after(last_on, 1), zone)


async def ask_forecast(
    session: AsyncSession,
    first_on: date,
    last_on: date,
    zone: str,
    *,
    by: str,
    now: datetime,
    import_id: UUID | None = None,
) -> UUID | None:
    """Store a forecast that is to be walked; None where the one of that day by the system is there already."""
    since_at, until_at = range_of(first_on, last_on, zone, now)
    wanted = select(func.count()).select_from(SubscriptionRow).where(to_walk(until_at, import_id))
    values: dict[str, Any] = {
        "id": uuid4(),
        "first_on": first_on,
        "last_on": last_on,
        "import_id": import_id,
        "zone": zone,
        "since_at": since_at,
        "until_at": until_at,
        "asked_by": by,
        "asked_at": now,
        "chosen": (await session.execute(wanted)).scalar_one(),
        "walked": 0,
        "unpriced": 0,
        "compared": 0,
        "totals": {},
        "verdicts": {},
    }
    statement = insert(ForecastRow).values(**values, revision=REVISION)
    return await session.scalar(statement.on_conflict_do_nothing().returning(col(ForecastRow.id)))


async def ask_daily(session: AsyncSession, zone: str, now: datetime) -> UUID | None:
    """Have the coming day foreseen, once; None where it has been."""
    tomorrow = days_after(local_date(now, zone), 1)
    there = select(col(ForecastRow.id)).where(
        col(ForecastRow.asked_by) == SYSTEM, col(ForecastRow.first_on) == tomorrow
    )
    if await session.scalar(there):
        return None
    return await ask_forecast(session, tomorrow, tomorrow, zone, by=SYSTEM, now=now)


async def ask_comparison(session: AsyncSession, id_: UUID, now: datetime) -> bool:
    """Have a forecast compared with what happened, anew if it was before; False while it is not walked.

    One of an import is of what would be, and has nothing to be compared with.
    """
    row = await session.get(ForecastRow, id_, with_for_update=True)
    if row is None or row.walked_at is None or row.import_id is not None:
        return False
    if not row.is_comparing:
        row.compare_asked_at, row.compare_after, row.compared, row.compared_at = now, None, 0, None
        session.add(row)
    return True
