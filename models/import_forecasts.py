"""What an import would bring if it went live: forecasts of what waits, and their figures for some of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.columns import one_of_these
from models.forecasts import ForecastLineRow, ForecastRow, ask_forecast
from renewals.calendar import days_after, local_date, midnight

MONTH, QUARTER = 31, 92
"""Days: the longest month, and the longest three in a row."""

Cell = Sequence[Any]
"""Day, `charge` or `notice`, detail, currency, how many, minor units together."""


async def ask_of_import(session: AsyncSession, import_id: UUID, zone: str, *, by: str, now: datetime) -> UUID | None:
    """Store a forecast of the coming quarter of what waits of an import, as if it went live."""
    today = local_date(now, zone)
    last_on = days_after(today, QUARTER - 1)
    return await ask_forecast(session, today, last_on, zone, by=by, now=now, import_id=import_id)


async def last_of_import(session: AsyncSession, import_id: UUID) -> ForecastRow | None:
    """The newest one of an import."""
    row = ForecastRow
    query = select(row).where(col(row.import_id) == import_id).order_by(col(row.asked_at).desc())
    return (await session.scalars(query.limit(1))).one_or_none()


async def cells_of(session: AsyncSession, row: ForecastRow, numbers: Sequence[str] | None = None) -> list[Cell]:
    """The figures of each day of a forecast, of all that it walked or of these subscriptions alone."""
    line = ForecastLineRow
    days = [days_after(row.first_on, n) for n in range((row.last_on - row.first_on).days + 1)]
    begins = cast([midnight(day, row.zone) for day in days], ARRAY(DateTime(timezone=True)))
    keys = (func.width_bucket(col(line.at), begins), col(line.what), col(line.detail), col(line.currency))
    query = (
        select(*keys, func.count(), func.sum(col(line.amount)))
        .where(col(line.forecast_id) == row.id, col(line.foreseen).is_(True))
        .group_by(*keys)
        .order_by(*keys)
    )
    if numbers is not None:
        query = query.where(one_of_these(col(line.subscription), numbers))
    return [
        [days[max(day, 1) - 1].isoformat(), what, detail, currency, count, int(amount or 0)]
        for day, what, detail, currency, count, amount in await session.execute(query)
    ]
