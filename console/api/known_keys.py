"""Which keys are good, known to this process so that wrong ones need not be looked up one by one.

What is known here lets nobody in: it only says for whom it is worth to ask the database (gate.py).
"""

import asyncio
from collections.abc import Callable

from models.api_keys import digest_of, good_digests
from models.engine import Sessions

READ_AGAIN_SECONDS = 1.0
"""How long a key that has just been made may wait where strangers from the same address have spent their limit."""


class KnownKeys:
    """The digests of the good keys, read all at once. `clock` counts seconds."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._sessions, self._clock = sessions, clock
        self._reading = asyncio.Lock()
        self._digests: frozenset[bytes] = frozenset()
        self._read_at: float | None = None

    async def hold(self, secret: str) -> bool:
        """Is it a good key, as far as is known? However many ask, the database is asked once a second."""
        async with self._reading:
            await self._read_unless_fresh()
        return digest_of(secret) in self._digests

    async def _read_unless_fresh(self) -> None:
        now = self._clock()
        if self._read_at is None or now - self._read_at >= READ_AGAIN_SECONDS:
            async with self._sessions() as session:
                self._digests = await good_digests(session)
            self._read_at = now
