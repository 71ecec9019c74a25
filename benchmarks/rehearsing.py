"""A rehearsal of two hundred subscriptions over a year."""

import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

from benchmarks.figures import Figure
from benchmarks.portfolios import write_portfolio
from cli.rehearse import Rehearsal, rehearse

COUNT = 200
START = date(2026, 12, 1)
DAYS = 365


async def measure(count: int = COUNT) -> list[Figure]:
    """Seconds per subscription-year, servers and all."""
    with tempfile.TemporaryDirectory() as place:
        write_portfolio(Path(place), count, [date(2026, 1, 1) + timedelta(days=day) for day in range(365)])
        rehearsal = Rehearsal(Path(place), datetime.combine(START, time(0), UTC), START + timedelta(days=DAYS))
        started, events = perf_counter(), 0
        async for _ in rehearse(rehearsal, lambda done, total: None, lambda stage: None):
            events += 1
        seconds = perf_counter() - started
    return [
        Figure(
            f"rehearsal of {count} subscriptions over a year: seconds per subscription-year",
            seconds / count,
            parts=f"{seconds:.0f} s in all, {events:,} events",
        )
    ]
