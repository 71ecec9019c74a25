"""A month of renewals as a grid: how many renew on each day, for how much and by which way; and as a table."""

from calendar import monthrange
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_skeleton, get_day_names
from babel.numbers import format_decimal
from fastapi import APIRouter, BackgroundTasks, Request, Response

from console.files import Cells, as_file, with_head
from console.ops import addresses
from console.ops.desk import Desk, InDesk, speech_for, wall_now
from console.ops.fields import Wrong
from console.ops.figures import cells_from_json, cells_to_json
from console.ops.files import plain_money
from console.ops.guard import Reads
from console.ops.keeping import Kept
from console.ops.overview_figures import STACKS, stack_of
from console.ops.patience import reading
from console.speech import Speech
from models.audit import audit
from models.pipeline import Cell, Path, pipeline_between
from renewals.calendar import local_date
from renewals.money import Money

CALENDAR = "/ops/calendar"
HEAD = ("renews_on", "way", "state", "renewals", "amount", "currency")
FIRST_YEAR, LAST_YEAR = 2000, 2100

routes = APIRouter(prefix="/calendar")


@dataclass(frozen=True, slots=True)
class Day:
    """What renews on a day, in words: how many, for how much in each currency, and how many by each way."""

    on: date
    count: int
    amounts: Sequence[str]
    paths: Sequence[tuple[Path, int]]
    stacks: Sequence[tuple[str, int]]


@routes.get("")
async def calendar(request: Request, desk: InDesk, who: Reads, tasks: BackgroundTasks, month: str = "") -> Response:
    now, t = wall_now(), speech_for(request, who)
    today = local_date(now, desk.zone)
    first = _first_of(month) if month else today.replace(day=1)
    last = _last_of(first)
    as_of, cells = await _kept(first).known(desk, now, tasks)
    days = [_day(first + timedelta(days=n), cells, t) for n in range(last.day)]
    response = desk.page(
        request,
        "calendar.html",
        who,
        as_of=as_of,
        title=str(format_skeleton("yMMMM", first, locale=t.w.locale)),
        month=first,
        today=today,
        earlier=_address(first - timedelta(days=1)),
        later=_address(last + timedelta(days=1)),
        weekdays=_weekdays(t),
        weeks=_weeks(days, t),
        days=days,
        total=_summed(first, cells, t),
        paths=[path for path in Path if any(cell.path is path for cell in cells)],
        stacks=STACKS,
        day_name=lambda on: str(format_date(on, "EEE d", locale=t.w.locale)),
    )
    response.background = tasks
    return response


@routes.get(".csv")
async def as_csv(desk: InDesk, who: Reads, month: str = "") -> Response:
    """What renews in a month, as it is now: a line for each day, currency, way and state."""
    now = wall_now()
    first = _first_of(month) if month else local_date(now, desk.zone).replace(day=1)
    async with desk.sessions.begin() as session:
        audit(session, now, who.by, "calendar.export", data={"view": f"month={first:%Y-%m}"})
    cells = await _kept(first).take(desk, now)
    return as_file(f"renewals-{first:%Y-%m}.csv", with_head(HEAD, _lines(cells)))


async def _lines(cells: Sequence[Cell]) -> AsyncIterator[list[Cells]]:
    yield [
        (
            cell.due_on.isoformat(),
            cell.path.value,
            cell.phase,
            str(cell.count),
            plain_money(cell.amount, cell.currency),
            cell.currency,
        )
        for cell in cells
    ]


def _kept(first: date) -> Kept[list[Cell]]:
    """The cells of a month."""

    async def take(desk: Desk, now: datetime) -> list[Cell]:
        ahead = desk.settings.local_stack
        async with reading(desk) as session:
            return await pipeline_between(session, first, _last_of(first), now, clocks_may_run_ahead=ahead)

    return Kept(
        f"calendar {first:%Y-%m}",
        take=take,
        over=lambda cells: sum(cell.count for cell in cells),
        write=lambda cells: {"cells": cells_to_json(cells)},
        read=lambda _, data: cells_from_json(data["cells"]),
    )


def _last_of(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def _first_of(month: str) -> date:
    """The first day of a month such as `2027-03`. Raises `Wrong`."""
    found = addresses.read(date.fromisoformat, {"month": f"{month}-01"}, "month")
    if found is None or len(month) != len("2027-03") or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Wrong("month", "wrong.view")
    return found


def _address(on: date) -> str | None:
    """The page of the month that the day is in; none beyond the calendar's ends."""
    return f"{CALENDAR}?month={on:%Y-%m}" if FIRST_YEAR <= on.year <= LAST_YEAR else None


def _day(on: date, cells: Iterable[Cell], t: Speech) -> Day:
    return _summed(on, [cell for cell in cells if cell.due_on == on], t)


def _summed(on: date, cells: Sequence[Cell], t: Speech) -> Day:
    sums: dict[str, int] = {}
    paths: dict[Path, int] = {}
    stacks: dict[str, int] = {}
    for cell in cells:
        sums[cell.currency] = sums.get(cell.currency, 0) + cell.amount
        paths[cell.path] = paths.get(cell.path, 0) + cell.count
        stacks[stack_of(cell)] = stacks.get(stack_of(cell), 0) + cell.count
    return Day(
        on=on,
        count=sum(cell.count for cell in cells),
        amounts=[_whole(Money(sums[currency], currency), t) for currency in sorted(sums)],
        paths=[(path, paths[path]) for path in Path if path in paths],
        stacks=[(stack, stacks[stack]) for stack in STACKS if stack in stacks],
    )


def _whole(money: Money, t: Speech) -> str:
    """An amount without decimals, with the code of its currency."""
    return f"{money.currency}\u00a0{format_decimal(round(money.decimal()), locale=t.w.locale)}"


def _weekdays(t: Speech) -> list[tuple[str, str]]:
    """The days of the week in the order of the reader's country: short and in full."""
    first = t.w.locale.first_week_day
    short, full = (get_day_names(width, locale=t.w.locale) for width in ("abbreviated", "wide"))
    return [(str(short[(first + n) % 7]), str(full[(first + n) % 7])) for n in range(7)]


def _weeks(days: Sequence[Day], t: Speech) -> list[list[Day | None]]:
    """The days in rows of a week; None where a row lies outside of the month."""
    before = (days[0].on.weekday() - t.w.locale.first_week_day) % 7
    cells: list[Day | None] = [None] * before + list(days)
    cells += [None] * (-len(cells) % 7)
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]
