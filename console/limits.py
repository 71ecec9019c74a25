"""How often somebody may call: a token bucket for each, in the memory of this process.

Several processes allow several times as much; that guards the database all the same.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import ceil

_MOST_BUCKETS = 20_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class RateLimits:
    """`burst` calls at once, and `per_minute` in the long run. `clock` counts seconds."""

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float]) -> None:
        self._per_second, self._burst, self._clock = per_minute / 60, burst, clock
        self._buckets: dict[Hashable, _Bucket] = {}

    def seconds_to_wait(self, who: Hashable) -> int:
        """0 when this call is allowed, and counted; else after how many whole seconds the next one will be."""
        bucket = self._filled(who)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, ceil((1 - bucket.tokens) / self._per_second))

    def is_spent(self, who: Hashable) -> bool:
        """Would a call not be allowed now? Asking counts nothing."""
        return who in self._buckets and self._filled(who).tokens < 1

    def _filled(self, who: Hashable) -> _Bucket:
        """The bucket of a caller, with what has come into it by now."""
        now = self._clock()
        if len(self._buckets) >= _MOST_BUCKETS and who not in self._buckets:
            self._forget(now)
        bucket = self._buckets.setdefault(who, _Bucket(self._burst, now))
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.filled_at) * self._per_second)
        bucket.filled_at = now
        return bucket

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again by now, or all if none is: memory stays bounded whoever calls."""
        full_after = self._burst / self._per_second
        kept = {who: each for who, each in self._buckets.items() if now - each.filled_at < full_after}
        self._buckets = kept if len(kept) < _MOST_BUCKETS else {}
