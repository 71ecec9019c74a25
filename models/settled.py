"""Up to which event the record is settled: nothing with a smaller id can still appear. Who reads on reads up to there.

Ids are drawn in order and committed in any: who goes by the highest id that is seen skips what commits later. So a
candidate is taken, the highest id that is seen together with a transaction id drawn after looking; once every
transaction that began before that one is over, all ids up to the candidate are settled. A trigger of `events` has each
transaction draw its own id before it draws one for a row, so that no row comes from a transaction that is not counted.

No transaction id is stored: a restored database counts from another one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.engine import Sessions
from models.history import last_event


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Ids up to `last` are settled when all transactions before `xid` are over."""

    last: int
    xid: int


class Settled:
    """What one process knows of it. Asking costs a query; two more while events come in."""

    def __init__(self) -> None:
        self._known = 0
        self._candidate: _Candidate | None = None

    async def up_to(self, sessions: Sessions) -> int:
        """The last event up to which the record is settled; 0 while that is not known of any."""
        async with sessions.begin() as session:
            last = await last_event(session)
            if last < self._known or (self._candidate and last < self._candidate.last):
                self._known, self._candidate = 0, None  # another database stands behind the same address
            if self._candidate is None and last > self._known:
                self._candidate = _Candidate(last, await _xid(session))
        if self._candidate:
            async with sessions() as session:
                oldest, newest = await _running(session)
            if oldest > self._candidate.xid:
                self._known, self._candidate = self._candidate.last, None
            elif newest < self._candidate.xid:
                self._candidate = None
        return self._known


class SettledInTime:
    """The same for who would rather miss what a long transaction commits than be silent for as long as it runs."""

    def __init__(self, patience: timedelta) -> None:
        self._patience, self._settled = patience, Settled()
        self._seen: tuple[int, datetime] | None = None
        self._old = 0

    async def up_to(self, sessions: Sessions, now: datetime) -> int:
        """The last event up to which the record is settled, or that was seen so long ago."""
        settled = await self._settled.up_to(sessions)
        if self._seen is None or now >= self._seen[1] + self._patience:
            async with sessions() as session:
                last = await last_event(session)
            self._old, self._seen = (self._seen[0] if self._seen else 0), (last, now)
            if last < self._old:  # another database stands behind the same address
                self._old = 0
        return max(settled, self._old)


async def _xid(session: AsyncSession) -> int:
    """The id of this transaction. A statement of its own, so that it is drawn after what was looked at before."""
    return int(await session.scalar(text("SELECT pg_current_xact_id()::text::bigint")))


async def _running(session: AsyncSession) -> tuple[int, int]:
    """The oldest transaction that is under way, or the next one if none is; and the next one after the last."""
    snapshot = "pg_current_snapshot()"
    query = text(f"SELECT pg_snapshot_xmin({snapshot})::text::bigint, pg_snapshot_xmax({snapshot})::text::bigint")
    oldest, newest = (await session.execute(query)).one()
    return int(oldest), int(newest)
