"""How often a key may call: a token bucket for each, in the memory of this process.

Several processes allow several times as much; that guards the database all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from uuid import UUID


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class RateLimits:
    """`burst` calls at once, and `per_minute` in the long run. `clock` counts seconds."""

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float]) -> None:
        self._per_second, self._burst, self._clock = per_minute / 60, burst, clock
        self._buckets: dict[UUID, _Bucket] = {}

    def seconds_to_wait(self, key_id: UUID) -> int:
        """0 when this call is allowed, and counted; else after how many whole seconds the next one will be."""
        now = self._clock()
        bucket = self._buckets.setdefault(key_id, _Bucket(self._burst, now))
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.filled_at) * self._per_second)
        bucket.filled_at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, ceil((1 - bucket.tokens) / self._per_second))
