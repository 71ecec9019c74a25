"""Who watches the watchdog: it notes each look that it came through, and every worker listens for that.

A look that hangs or fails again and again, and a Temporal that starts none, raise no alarm themselves.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from models.engine import Sessions
from models.journal import clear_alarm, raise_alarm
from models.snapshots import keep_snapshot, snapshot

WATCHDOG_SILENT = "watchdog_silent"
"""The alarm that no look has come to its end for long; cleared by the next one that does."""

LOOK = "watchdog"
"""The name under which is kept what the last look did."""

SILENT_FOR = timedelta(minutes=40)
"""Longer than one look may take (`workflows.options.WATCHING`)."""
LOOKS_MISSED = 3
"""Where the watchdog looks more seldom than that: so many looks."""


async def note_look(sessions: Sessions, now: datetime, took: timedelta, did: dict[str, int]) -> None:
    """A look that began at `now` has come to its end."""
    async with sessions.begin() as session:
        await keep_snapshot(session, LOOK, now, int(took.total_seconds() * 1000), did)
        await clear_alarm(session, None, WATCHDOG_SILENT, now)


class Listener:
    """Hears whether looks come to their end. `seconds` is a clock that stands still while the machine sleeps."""

    def __init__(self, sessions: Sessions, every: timedelta, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._sessions, self._seconds = sessions, seconds
        self._patience = max(SILENT_FOR, every * LOOKS_MISSED)
        self._last: datetime | None = None
        self._since = seconds()

    async def turn(self) -> None:
        """Raise the alarm where this worker has heard of no further look for so long."""
        async with self._sessions() as session:
            look = await snapshot(session, LOOK)
        if look and look.taken_at != self._last:
            self._last, self._since = look.taken_at, self._seconds()
        if self._seconds() - self._since < self._patience.total_seconds():
            return
        minutes = self._patience // timedelta(minutes=1)
        detail = f"For {minutes} minutes no look of the watchdog has come to its end."
        async with self._sessions.begin() as session:
            await raise_alarm(session, None, WATCHDOG_SILENT, detail, datetime.now(UTC), facts={"minutes": minutes})
