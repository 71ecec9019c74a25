"""How much may be looked ahead at once: forecasts and what-ifs that are still walked, of one operator and of all.

What the system asks for by itself does not count: a forecast of the coming day, and the comparison of one that is over.
"""

from dataclasses import dataclass

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.forecasts import ForecastRow
from models.journal import SYSTEM
from models.what_ifs import WhatIfRow

MOST_OF_ONE, MOST_OF_ALL = 3, 10
_LOCK = 0x506572656E57
"""Advisory lock key: they are counted and added one after the other."""


@dataclass(frozen=True, slots=True)
class TooManyOpen(Exception):
    """No room for another one: `one`, who asks has as many as anybody may; `all`, everybody together has."""

    of: str


async def room_for_another(session: AsyncSession, by: str) -> None:
    """Raises `TooManyOpen`. Holds until the transaction ends, in which another one may be asked for."""
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    forecast, what_if = ForecastRow, WhatIfRow
    comparing = (col(forecast.compare_asked_at) < col(forecast.until_at)) & col(forecast.compared_at).is_(None)
    is_open = or_(col(forecast.walked_at).is_(None), comparing)
    found = union_all(
        select(col(forecast.asked_by).label("by")).where(col(forecast.failed_because).is_(None), is_open),
        select(col(what_if.asked_by)).where(col(what_if.failed_because).is_(None), col(what_if.walked_at).is_(None)),
    ).subquery()
    own = func.count().filter(found.c.by == by)
    mine, all_ = (await session.execute(select(own, func.count()).where(found.c.by != SYSTEM))).one()
    if mine >= MOST_OF_ONE:
        raise TooManyOpen("one")
    if all_ >= MOST_OF_ALL:
        raise TooManyOpen("all")
