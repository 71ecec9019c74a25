"""What costs as much as there are subscriptions is taken anew while those are few, else kept for a while.

Where they are many, a page shows what was taken a moment ago and has it taken again after it was sent; so a page with a
million subscriptions is as fast as one with ten thousand, and says as of when it speaks.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from fastapi import BackgroundTasks

from console.ops.desk import Desk
from console.ops.fields import Wrong
from models.snapshots import SnapshotRow, alone_at, keep_snapshot, note_given_up, snapshot

FEW = 2_000
"""What is taken over no more than these is taken anew for each page: that takes some hundredths of a second."""

Taken = TypeVar("Taken")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept(Generic[Taken]):
    """What is kept under a name: how it is taken, how many it is over, and how it is written down and read again.

    Without `over` it is only ever taken over many.
    From `fresh` on it is taken anew once a page was sent; after `stale` whoever comes first waits for it, and others
    are shown the old one meanwhile, with its age. Where it took too long nobody waits any more: the old one is shown
    until it is taken after a page, which is tried once in `fresh`. Who finds none, or one that cannot be read, waits.
    """

    name: str
    take: Callable[[Desk, datetime], Awaitable[Taken]]
    over: Callable[[Taken], int] | None
    write: Callable[[Taken], dict[str, Any]]
    read: Callable[[datetime, Mapping[str, Any]], Taken]
    fresh: timedelta = timedelta(minutes=1)
    stale: timedelta = timedelta(hours=1)

    async def known(self, desk: Desk, now: datetime, tasks: BackgroundTasks) -> tuple[datetime, Taken]:
        """As of when, and what: of now, or of a moment ago."""
        async with desk.sessions() as session:
            last = await snapshot(session, self.name)
        if last is None:
            return now, await self._take(desk, now, keep=True)
        try:
            found = self.read(last.taken_at, last.data)
        except (KeyError, TypeError, ValueError):  # another version of the program may have written it
            _log.warning("what is kept cannot be read, and is taken anew: %s", self.name)
            return now, await self._take(desk, now, keep=True)
        if self.over is not None and self.over(found) <= FEW:
            try:
                return now, await self._take(desk, now, keep=last.taken_at < now - self.fresh)
            except Wrong:
                _log.warning("it took too long to take anew, and what was taken before is shown: %s", self.name)
                return last.taken_at, found
        if last.taken_at < now - self.stale and last.gave_up_at is None:
            if anew := await self.renew(desk, now):
                return now, anew[0]
        elif self._wants_renewing(last, now):
            tasks.add_task(self.renew, desk, now)
        return last.taken_at, found

    def _wants_renewing(self, last: SnapshotRow, now: datetime) -> bool:
        """Is it old, and did nobody try in vain a moment ago?"""
        return max(last.taken_at, last.gave_up_at or last.taken_at) < now - self.fresh

    async def renew(self, desk: Desk, now: datetime) -> Sequence[Taken]:
        """Take it anew, unless somebody else is about it, or that takes too long: then there is none."""
        try:
            async with desk.sessions.begin() as session:
                return [await self._take(desk, now, keep=True)] if await alone_at(session, self.name) else []
        except Wrong:
            _log.warning("it took too long to take anew, and what was taken before is shown: %s", self.name)
        async with desk.sessions.begin() as session:
            await note_given_up(session, self.name, now)
        return []

    async def _take(self, desk: Desk, now: datetime, *, keep: bool) -> Taken:
        began = time.monotonic()
        found = await self.take(desk, now)
        if keep:
            took_ms = int((time.monotonic() - began) * 1000)
            async with desk.sessions.begin() as session:
                await keep_snapshot(session, self.name, now, took_ms, self.write(found))
        return found
