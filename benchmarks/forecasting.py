"""The forecast of a whole portfolio for a year, and how it grows with the portfolio."""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import select
from sqlmodel import col

from benchmarks.databases import NOW, databases, import_into
from benchmarks.figures import Bound, Figure
from benchmarks.portfolios import write_portfolio
from models.engine import create_engine, sessions_of
from models.subscriptions import SubscriptionRow
from portfolio.coming import forecasts

SMALL, LARGE = 10_000, 100_000
UNTIL = (NOW + timedelta(days=365)).date()


async def measure(small: int = SMALL, large: int = LARGE) -> list[Figure]:
    """Seconds for the large portfolio, and how many times those of the small one."""
    async with databases("small", "large") as (one, other):
        few, coming_few = await _seconds(one, small)
        many, coming = await _seconds(other, large)
    what = f"forecast of {large:,} subscriptions for a year"
    return [
        Figure(f"{what}: seconds", many, parts=f"{coming:,} mails, charges and phases"),
        Figure(
            f"{what}: time",
            many / few,
            f"{small:,} subscriptions",
            f"{many:.1f} s against {few:.1f} s ({coming_few:,} mails, charges and phases)",
            Bound.AT_MOST,
            11,
        ),
    ]


async def _seconds(url: str, count: int) -> tuple[float, int]:
    """How long the forecast takes, and how much is coming."""
    with tempfile.TemporaryDirectory() as place:
        write_portfolio(Path(place), count, [date(2026, 1, 1) + timedelta(days=day) for day in range(365)])
        await import_into(url, Path(place))
    engine = create_engine(url)
    try:
        sessions = sessions_of(engine)
        async with sessions() as session:
            numbers = (await session.execute(select(col(SubscriptionRow.number)))).scalars().all()
        started, coming = perf_counter(), 0
        async for _, each in forecasts(sessions, numbers, NOW, UNTIL, lambda done, total: None):
            coming += len(each)
        return perf_counter() - started, coming
    finally:
        await engine.dispose()
