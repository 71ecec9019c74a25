"""What an import would bring in its first month and quarter, asked for before it goes live: totals per currency.

It is walked like every forecast, by the workers; the page of a go-live counts of it what is about to go live.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from console.ops.carrying_on import have_walked, make_room
from console.ops.desk import InDesk, see_other, there, wall_now
from console.ops.guard import Reads
from models.audit import audit
from models.forecasts import ForecastRow
from models.going_live import imported
from models.import_forecasts import MONTH, QUARTER, Cell, ask_of_import, cells_of, last_of_import
from models.rules import REVISION
from renewals.calendar import days_after
from renewals.money import Money

routes = APIRouter(prefix="/go-live")


@dataclass(frozen=True, slots=True)
class Line:
    """Charges in a currency, or mails of a kind: how many in the month and in the quarter, and of how much."""

    month: int
    quarter: int
    currency: str = ""
    kind: str = ""
    month_money: Money | None = None
    quarter_money: Money | None = None


@dataclass(frozen=True, slots=True)
class Quarter:
    """The first quarter of an import: the forecast, and its figures once it is walked.

    `other_rules`: a price, a policy or a legal rule was added since it was asked for.
    """

    row: ForecastRow
    charges: Sequence[Line]
    mails: Line
    kinds: Sequence[Line]
    other_rules: bool = False


@routes.post("/{import_id}/forecast")
async def ask(desk: InDesk, who: Reads, import_id: UUID) -> Response:
    """Have the quarter foreseen; one that is still being walked is not asked for twice."""
    now = wall_now()
    async with desk.sessions.begin() as session:
        there(await imported(session, import_id))
        last = await last_of_import(session, import_id)
        if last is not None and last.is_open:
            id_ = last.id
        else:
            await make_room(session, who)
            id_ = there(await ask_of_import(session, import_id, desk.zone, by=who.by, now=now))
            audit(session, now, who.by, "forecast.ask", str(id_), data={"import": str(import_id), "days": QUARTER})
    await have_walked(desk, "forecast", id_)
    return see_other(f"/ops/forecast/{id_}")


async def quarter_of(session: AsyncSession, import_id: UUID, numbers: Sequence[str] | None = None) -> Quarter | None:
    """What the newest forecast of an import says of all of it, or of these subscriptions; None where there is none."""
    row = await last_of_import(session, import_id)
    if row is None:
        return None
    if row.walked_at is None:
        return Quarter(row, (), Line(0, 0), ())
    found = quarter_in(row, await cells_of(session, row, numbers) if numbers is not None else row.totals["cells"])
    return replace(found, other_rules=await session.scalar(select(REVISION)) != row.revision)


def quarter_in(row: ForecastRow, cells: Iterable[Cell]) -> Quarter:
    """Add up the days; money of each currency by itself."""
    month_ends = days_after(row.first_on, MONTH).isoformat()
    charges, sums, mails = (Counter[tuple[bool, str]]() for _ in range(3))
    for day, what, detail, currency, count, amount in cells:
        for is_month in (True, False) if day < month_ends else (False,):
            if what == "charge":
                charges[is_month, currency] += count
                sums[is_month, currency] += amount
            else:
                mails[is_month, detail] += count

    def paid(money: str) -> Line:
        return Line(
            charges[True, money],
            charges[False, money],
            money,
            month_money=Money(sums[True, money], money),
            quarter_money=Money(sums[False, money], money),
        )

    most = mails.most_common()
    kinds = [Line(mails[True, kind], count, kind=kind) for (is_month, kind), count in most if not is_month]
    total = Line(sum(each.month for each in kinds), sum(each.quarter for each in kinds))
    return Quarter(row, [paid(money) for is_month, money in sorted(charges) if not is_month], total, kinds)
