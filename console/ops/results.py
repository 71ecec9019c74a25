"""Renewal rate and recovered revenue: month by month, what became of the terms that ended.

They cost as much as a year has renewals, and are kept where that is many.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_skeleton
from babel.numbers import format_percent
from fastapi import APIRouter, BackgroundTasks, Request, Response
from markupsafe import Markup

from console.files import Cells, as_file, with_head
from console.ops.chart import stacked
from console.ops.desk import Desk, InDesk, speech_for, wall_now
from console.ops.guard import Reads
from console.ops.keeping import Kept
from console.speech import Speech
from models.audit import audit
from models.pipeline import Path
from models.results import MONTHS, Ended, first_month, results
from renewals.calendar import local_date
from renewals.money import Money

NOT_RENEWED = "not_renewed"
STACKS = (*(path.value for path in Path), NOT_RENEWED)

routes = APIRouter(prefix="/results")


@dataclass(frozen=True, slots=True)
class Month:
    """A line: how many terms ended and became what, the rate, and what was recovered.

    `sums` are the money of each currency, `amounts` the same in words; `–` for none.
    """

    first: date
    name: str
    ended: int
    stacks: Sequence[int]
    renewed: int
    rate: str
    recovered: int
    sums: Sequence[Money]
    amounts: Sequence[str]


@routes.get("")
async def the_results(request: Request, desk: InDesk, who: Reads, tasks: BackgroundTasks) -> Response:
    now, t = wall_now(), speech_for(request, who)
    today = local_date(now, desk.zone)
    as_of, found = await RESULTS.known(desk, now, tasks)
    currencies = _recovered_in(found)
    months = [month_of(first, found, currencies, t) for first in _months(today)]
    paths = [stack for at, stack in enumerate(STACKS) if any(month.stacks[at] for month in months)]
    charts = await asyncio.to_thread(lambda: (_drawn(months, t, wide=True), _drawn(months, t, wide=False)))
    response = desk.page(
        request,
        "results.html",
        who,
        as_of=as_of,
        months=months[::-1],
        total=month_of(None, found, currencies, t),
        currencies=currencies,
        stacks=STACKS,
        there=paths,
        charts=charts,
    )
    response.background = tasks
    return response


@routes.get(".csv")
async def as_csv(request: Request, desk: InDesk, who: Reads) -> Response:
    """The months of the page as they are now, the oldest first; what was recovered has a column for each currency."""
    now, t = wall_now(), speech_for(request, who)
    today = local_date(now, desk.zone)
    found = await RESULTS.take(desk, now)
    async with desk.sessions.begin() as session:
        audit(session, now, who.by, "results.export")
    currencies = _recovered_in(found)
    head = ("month", "ended", *STACKS, "recovered", *(f"recovered_{money}" for money in currencies))
    months = [month_of(first, found, currencies, t) for first in _months(today)]
    return as_file(f"renewal-rate-{today}.csv", with_head(head, _file([_cells(each) for each in months])))


async def _file(lines: list[Cells]) -> AsyncIterator[list[Cells]]:
    yield lines


def _cells(month: Month) -> Cells:
    counts = (month.ended, *month.stacks, month.recovered)
    return (f"{month.first:%Y-%m}", *map(str, counts), *(str(each.decimal()) for each in month.sums))


def _recovered_in(found: Sequence[Ended]) -> list[str]:
    """The currencies in which something was recovered."""
    return sorted({each.currency for each in found if each.recovered and each.currency})


async def _take(desk: Desk, now: datetime) -> list[Ended]:
    async with desk.sessions() as session:
        return await results(session, local_date(now, desk.zone), clocks_may_run_ahead=desk.settings.local_stack)


def _to_json(found: Sequence[Ended]) -> dict[str, Any]:
    return {
        "months": [
            [each.month.isoformat(), each.path, each.currency, each.count, each.recovered, each.recovered_amount]
            for each in found
        ]
    }


def _from_json(_: datetime, data: Mapping[str, Any]) -> list[Ended]:
    return [Ended(date.fromisoformat(on), Path(path) if path else None, *rest) for on, path, *rest in data["months"]]


RESULTS = Kept(
    "results",
    take=_take,
    over=lambda found: sum(each.count for each in found),
    write=_to_json,
    read=_from_json,
    fresh=timedelta(hours=1),
    stale=timedelta(days=1),
)
"""Months change slowly."""


def _months(today: date) -> list[date]:
    first = first_month(today)
    months = [first.year * 12 + first.month - 1 + n for n in range(MONTHS)]
    return [date(each // 12, each % 12 + 1, 1) for each in months]


def month_of(first: date | None, found: Sequence[Ended], currencies: Sequence[str], t: Speech) -> Month:
    """The line of a month; that of all without one."""
    its = [each for each in found if first in (None, each.month)]
    stacks = [sum(each.count for each in its if (each.path or NOT_RENEWED) == stack) for stack in STACKS]
    ended, renewed = sum(stacks), sum(stacks[:-1])
    sums = [Money(sum(each.recovered_amount for each in its if each.currency == of), of) for of in currencies]
    return Month(
        first=first or date.min,
        name=str(format_skeleton("yMMM", first, locale=t.w.locale)) if first else t("total"),
        ended=ended,
        stacks=stacks,
        renewed=renewed,
        rate=str(format_percent(renewed / ended, "0.0 %" if t.w.tag == "fr" else "0.0%", t.w.locale)) if ended else "–",
        recovered=sum(each.recovered for each in its),
        sums=sums,
        amounts=[t.w.amount(each) if each.minor else "–" for each in sums],
    )


def _drawn(months: Sequence[Month], t: Speech, *, wide: bool) -> Markup:
    labels = [month.name for month in months]
    return stacked(
        labels,
        labels[:: 1 if wide else 4],
        {stack: [month.stacks[at] for month in months] for at, stack in enumerate(STACKS)},
        width=1040 if wide else 400,
        height=280 if wide else 260,
        description=t("results.chart"),
        value=lambda number: t.number(round(number)),
        names={stack: t(f"results.by.{stack}") for stack in STACKS},
    )
