"""What costs as much as there are subscriptions is taken anew while those are few, else kept for a while.

Where they are many, a page shows what was taken a moment ago and has it taken again after it was sent; so a page with a
million subscriptions is as fast as one with ten thousand, and says as of when it speaks.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from fastapi import BackgroundTasks

from console.ops.desk import Desk
from console.ops.fields import Wrong
from models.snapshots import alone_at, keep_snapshot, snapshot

FEW = 2_000
"""What is taken over no more than these is taken anew for each page: that takes some hundredths of a second."""

Taken = TypeVar("Taken")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept(Generic[Taken]):
    """What is kept under a name: how it is taken, how many it is over, and how it is written down and read again.

    Without `over` it is only ever taken over many.
    From `fresh` on it is taken anew once a page was sent; after `stale` whoever comes first waits for it, and is shown
    the old one, with its age, only where that takes too long. So waits who finds what cannot be read.
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
        is_old = last.taken_at < now - self.fresh
        if last.taken_at >= now - self.stale and (self.over is None or self.over(found) > FEW):
            if is_old:
                tasks.add_task(self.renew, desk, now)
            return last.taken_at, found
        try:
            return now, await self._take(desk, now, keep=is_old)
        except Wrong:
            _log.warning("it took too long to take anew, and what was taken before is shown: %s", self.name)
            return last.taken_at, found

    async def renew(self, desk: Desk, now: datetime) -> None:
        """Take it anew, unless somebody else is about it. What takes too long is not renewed."""
        try:
            async with desk.sessions.begin() as session:
                if await alone_at(session, self.name):
                    await self._take(desk, now, keep=True)
        except Wrong:
            _log.warning("it took too long to take anew: %s", self.name)

    async def _take(self, desk: Desk, now: datetime, *, keep: bool) -> Taken:
        began = time.monotonic()
        found = await self.take(desk, now)
        if keep:
            took_ms = int((time.monotonic() - began) * 1000)
            async with desk.sessions.begin() as session:
                await keep_snapshot(session, self.name, now, took_ms, self.write(found))
        return found
