"""Forecasts as they are read: the newest ones, that of a day, and the lines of one, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from models.forecasts import ForecastLineRow, ForecastRow
from models.journal import SYSTEM
from renewals.foreseen import Cause, Verdict


async def open_forecast(session: AsyncSession, first_on: date, last_on: date, by: str) -> UUID | None:
    """One of these days that the same person has asked for and that is still being walked."""
    row = ForecastRow
    query = select(col(row.id)).where(
        col(row.first_on) == first_on,
        col(row.last_on) == last_on,
        col(row.asked_by) == by,
        col(row.import_id).is_(None),
        col(row.walked_at).is_(None),
        col(row.failed_because).is_(None),
    )
    return await session.scalar(query.limit(1))


async def daily_forecast(session: AsyncSession, on: date) -> ForecastRow | None:
    """What the system foresaw of that day, once it is walked."""
    row = ForecastRow
    query = select(row).where(col(row.asked_by) == SYSTEM, col(row.first_on) == on, col(row.walked_at).is_not(None))
    return await session.scalar(query)


async def last_forecasts(session: AsyncSession, most: int) -> Sequence[ForecastRow]:
    """The newest ones of what is live, without their figures: those of a year are long."""
    row = ForecastRow
    live = select(row).where(col(row.import_id).is_(None)).order_by(col(row.asked_at).desc()).limit(most)
    figures = (defer(each, raiseload=True) for each in (row.totals, row.verdicts))  # type: ignore[arg-type]
    return (await session.scalars(live.options(*figures))).all()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a forecast are shown; None: whichever."""

    what: str | None = None
    verdict: Verdict | None = None
    cause: Cause | None = None


Place = tuple[datetime, int]
"""Of a line in its forecast: its instant and its id."""


async def lines_of(
    session: AsyncSession, id_: UUID, wanted: Wanted, *, after: Place | None, limit: int
) -> tuple[Sequence[ForecastLineRow], Place | None]:
    """Up to `limit` lines in order of time, beyond a place; and the place where the next page begins, if any."""
    row = ForecastLineRow
    at, line_id = col(row.at), col(row.id)
    query = select(row).where(col(row.forecast_id) == id_).order_by(at, line_id).limit(limit + 1)
    for column, value in ((row.what, wanted.what), (row.verdict, wanted.verdict), (row.cause, wanted.cause)):
        if value is not None:
            query = query.where(col(column) == str(value))
    if after is not None:
        query = query.where(
            tuple_(at, line_id) > tuple_(literal(after[0], DateTime(timezone=True)), literal(after[1], BigInteger))
        )
    found = (await session.scalars(query)).all()
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], (last.at, last.id or 0) if last else None
