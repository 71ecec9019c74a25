"""Use of seats, as an import tells it."""

from pathlib import Path

from sqlalchemy import text

from models.engine import Sessions
from portfolio.usage_import import import_usage
from tests.scenarios.portfolios import PUNCTUAL

HEADER = "subscription,user,assigned_on,last_used_on\n"


async def tell(sessions: Sessions, folder: Path, seats: int, used: int, number: str = PUNCTUAL) -> None:
    """Users with a seat, of whom some used it in January 2027."""
    days = ["2027-01-20" if each < used else "" for each in range(seats)]
    lines = [f"{number},user{each:03}@northwind.example,2026-04-01,{day}\n" for each, day in enumerate(days)]
    file = folder / "usage.csv"
    file.write_text(HEADER + "".join(lines))
    async with sessions.begin() as session:
        now = (await session.execute(text("SELECT timestamptz '2027-01-31 12:00+00'"))).scalar_one()
        report = await import_usage(session, file, now=now, imported_by="operator:ana")
    assert report.written
