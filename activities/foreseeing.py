"""Forecasts that are kept and what-ifs: walked in slices, each a transaction, whoever carries them on.

A slice notes the number that it ended with; one that was done already is not done twice. The walks themselves run in a
thread, so that the renewals of the same worker go on meanwhile. What there is to say of a slice stands in `slices.py`.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, delete, or_, select
from sqlmodel import col
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError

from activities.clock import started_at
from activities.comparing import compare_slice
from activities.slices import foresee_slice, what_if_slice
from activities.starting import start_foresight
from models.engine import Sessions
from models.forecasts import ForecastLineRow, ForecastRow, ask_comparison, ask_daily
from models.what_ifs import WhatIfLineRow, WhatIfRow

_log = logging.getLogger(__name__)

KEPT = timedelta(days=92)
"""How long a forecast is kept once its days are over, and a what-if of which nothing was made."""

PER_LOOK, LINES_PER_LOOK = 3, 100_000
"""How many of them one look has compared or forgets at the most, and how many lines: a year may have millions."""

_TABLES: dict[str, type[ForecastRow] | type[WhatIfRow]] = {"forecast": ForecastRow, "what-if": WhatIfRow}


class Foreseeing:
    """Walks what is asked for, and asks for the coming day by itself. `zone` is that of the operations team."""

    def __init__(self, sessions: Sessions, client: Client, zone: str = "UTC") -> None:
        self._sessions, self._client, self._zone = sessions, client, zone

    @activity.defn
    async def foresee(self, what: str, id_: str) -> int:
        """Carry a forecast or a what-if on to its end; how many slices that took."""
        now, slices = started_at(), 0
        while await self._slice(what, UUID(id_), now):
            slices += 1
            activity.heartbeat(slices)
        return slices

    async def _slice(self, what: str, id_: UUID, now: datetime) -> bool:
        """Do the next slice; False when nothing is left to do."""
        async with self._sessions() as session:
            row: ForecastRow | WhatIfRow | None = await session.get(_TABLES[what], id_)
        if row is None or not row.is_open:
            return False
        if isinstance(row, WhatIfRow):
            await what_if_slice(self._sessions, row, now)
        elif row.walked_at is None:
            await foresee_slice(self._sessions, row, now)
        else:
            await compare_slice(self._sessions, row, now)
        return True

    @activity.defn
    async def give_up(self, what: str, id_: str, error: str) -> None:
        """Say on the forecast or what-if that it failed for good. `error` names its class: messages may be personal."""
        async with self._sessions.begin() as session:
            row = await session.get(_TABLES[what], UUID(id_), with_for_update=True)
            if row is not None:
                row.failed_because = error
                session.add(row)

    @activity.defn
    async def look_ahead(self) -> int:
        """Have the coming day foreseen and the past ones compared, start what nobody carries on, forget what is old."""
        now = started_at()
        async with self._sessions.begin() as session:
            await ask_daily(session, self._zone, now)
        async with self._sessions.begin() as session:
            for id_ in (await session.scalars(_to_compare(now))).all():
                await ask_comparison(session, id_, now)
        await self._forget(now)
        return await self._start()

    async def _start(self) -> int:
        """Start what is open; it runs already where somebody carries it on."""
        started = 0
        for what, id_ in await self._open():
            try:
                await start_foresight(self._client, what, id_)
            except RPCError as error:
                _log.warning("the %s %s could not be started: %s", what, id_, error.status.name)
            else:
                started += 1
        return started

    async def _open(self) -> Sequence[tuple[str, UUID]]:
        comparing = col(ForecastRow.compare_asked_at).is_not(None) & col(ForecastRow.compared_at).is_(None)
        forecasts = select(col(ForecastRow.id)).where(
            col(ForecastRow.failed_because).is_(None), or_(col(ForecastRow.walked_at).is_(None), comparing)
        )
        what_ifs = select(col(WhatIfRow.id)).where(
            col(WhatIfRow.failed_because).is_(None), col(WhatIfRow.walked_at).is_(None)
        )
        async with self._sessions() as session:
            return [
                *(("forecast", id_) for id_ in (await session.scalars(forecasts)).all()),
                *(("what-if", id_) for id_ in (await session.scalars(what_ifs)).all()),
            ]

    async def _forget(self, now: datetime) -> None:
        """Delete what is old; a what-if that was applied stays, as the reason of a version."""
        await self._forget_forecasts(now - KEPT)
        async with self._sessions.begin() as session:
            unused = select(col(WhatIfRow.id)).where(
                col(WhatIfRow.at) < now - KEPT, col(WhatIfRow.applied_at).is_(None)
            )
            ids = (await session.scalars(unused.limit(PER_LOOK))).all()
            await session.execute(delete(WhatIfLineRow).where(col(WhatIfLineRow.what_if_id).in_(ids)))
            await session.execute(delete(WhatIfRow).where(col(WhatIfRow.id).in_(ids)))

    async def _forget_forecasts(self, before: datetime) -> None:
        """Those whose days were over by then; of an import, which nothing is compared with, those asked for by then."""
        row, line = ForecastRow, ForecastLineRow
        of_import = and_(col(row.import_id).is_not(None), col(row.asked_at) < before)
        old = select(col(row.id)).where(or_(col(row.until_at) < before, of_import)).limit(PER_LOOK)
        async with self._sessions.begin() as session:
            ids = (await session.scalars(old)).all()
            lines = select(col(line.id)).where(col(line.forecast_id).in_(ids)).limit(LINES_PER_LOOK)
            gone = delete(line).where(col(line.id).in_(lines)).returning(col(line.id))
            if len((await session.scalars(gone)).all()) < LINES_PER_LOOK:
                await session.execute(delete(row).where(col(row.id).in_(ids)))


def _to_compare(now: datetime) -> Select[UUID]:
    """Forecasts that are over, and have not been compared since."""
    row = ForecastRow
    since = or_(col(row.compare_asked_at).is_(None), col(row.compare_asked_at) < col(row.until_at))
    walked = and_(col(row.walked_at).is_not(None), col(row.failed_because).is_(None), col(row.import_id).is_(None))
    over = select(col(row.id)).where(col(row.until_at) < now - timedelta(hours=1), walked, since)
    return over.order_by(col(row.until_at)).limit(PER_LOOK)
