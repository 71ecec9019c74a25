"""Use of seats, as an import tells it."""

from pathlib import Path

from sqlalchemy import text

from models.engine import Sessions
from portfolio.usage_import import import_usage
from tests.scenarios.portfolios import PUNCTUAL

HEADER = "subscription,user,assigned_on,last_used_on,used_on,used_since\n"


async def tell(
    sessions: Sessions, folder: Path, seats: int, used: int, number: str = PUNCTUAL, *, listed: bool = False
) -> None:
    """Users with a seat, of whom some used it in January 2027; `listed`: the first on one day, each next on one more.

    All of them used it on 3 December 2026 too, if that was listed.
    """
    days = ["2027-01-20" if each < used else "" for each in range(seats)]
    each_day = [f"2027-01-{day:02}" for day in range(20, 0, -1)]
    lists = [
        f"2026-12-03 {' '.join(each_day[: each + 1])},2026-10-01" if listed and each < used else ","
        for each in range(seats)
    ]
    if listed:
        lists[used:] = [",2026-10-01"] * (seats - used)
    lines = [
        f"{number},user{each:03}@northwind.example,2026-04-01,{day},{lists[each]}\n" for each, day in enumerate(days)
    ]
    file = folder / "usage.csv"
    file.write_text(HEADER + "".join(lines))
    async with sessions.begin() as session:
        now = (await session.execute(text("SELECT timestamptz '2027-01-31 12:00+00'"))).scalar_one()
        report = await import_usage(session, file, now=now, imported_by="operator:ana")
    assert report.written
