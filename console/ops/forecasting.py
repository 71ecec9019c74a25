"""The charges and mails to come, from the plans that run; and afterwards what became of each."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from console.files import Cells, as_file, with_head
from console.ops.carrying_on import again_soon, have_walked, make_room
from console.ops.desk import Desk, InDesk, see_other, speech_for, there, wall_now
from console.ops.fields import Wrong
from console.ops.files import PER_BATCH, plain_money
from console.ops.forecast_figures import totals_of, verdicts_of
from console.ops.guard import Reads
from console.ops.import_forecast import quarter_in
from console.ops.patience import reading
from models.audit import audit
from models.forecasts import (
    FURTHEST,
    KINDS,
    MOST_DAYS,
    ForecastLineRow,
    ForecastRow,
    ask_comparison,
    ask_forecast,
)
from models.kept_forecasts import Place, Wanted, daily_forecast, last_forecasts, lines_of, open_forecast
from models.pauses import paused_between, paused_now
from renewals.calendar import days_after, local_date
from renewals.foreseen import Cause, Verdict
from renewals.money import Money

FORECAST = "/ops/forecast"
NEWEST = 30
PER_PAGE = 100

routes = APIRouter(prefix="/forecast")


@routes.get("")
async def forecasts(request: Request, desk: InDesk, who: Reads) -> Response:
    """What the coming day holds, as the system keeps it; and those that somebody has asked for."""
    tomorrow, t = days_after(local_date(wall_now(), desk.zone), 1), speech_for(request, who)
    async with desk.sessions() as session:
        coming = await daily_forecast(session, tomorrow)
        found = await last_forecasts(session, NEWEST)
        pauses = await paused_now(session)
    values: dict[str, Any] = {
        "tomorrow": tomorrow,
        "coming": coming,
        "found": found,
        "pauses": pauses,
        "most": MOST_DAYS,
    }
    values["totals"] = totals_of(coming, t) if coming else None
    return desk.page(request, "forecasts.html", who, **values)


@routes.post("")
async def ask(desk: InDesk, who: Reads) -> Response:
    """Have these days foreseen; the same question that is still being answered is not asked twice."""
    now = wall_now()
    first_on, last_on = _days(who.form.get("from", ""), who.form.get("to", ""), local_date(now, desk.zone))
    async with desk.sessions.begin() as session:
        id_ = await open_forecast(session, first_on, last_on, who.by)
        if id_ is None:
            await make_room(session, who)
            id_ = await ask_forecast(session, first_on, last_on, desk.zone, by=who.by, now=now)
            data = {"from": first_on.isoformat(), "to": last_on.isoformat()}
            audit(session, now, who.by, "forecast.ask", str(id_), data=data)
    await have_walked(desk, "forecast", there(id_))
    return see_other(f"{FORECAST}/{id_}")


@routes.get("/{id}.csv")
async def as_csv(request: Request, desk: InDesk, who: Reads, id: UUID) -> Response:
    """Every line, with what became of it."""
    wanted = _wanted(request)
    async with desk.sessions.begin() as session:
        row = there(await session.get(ForecastRow, id))
        audit(session, wall_now(), who.by, "forecast.export", str(id), data={"what": str(request.query_params)})
    name = f"forecast-{row.first_on}-{row.last_on}.csv"
    return as_file(name, with_head(_HEAD, _file(desk, id, wanted)))


_HEAD = (
    *("at", "subscription", "what", "detail", "amount", "currency"),
    *("foreseen", "verdict", "cause", "actual_at", "actual_amount", "outcome"),
)


async def _file(desk: Desk, id_: UUID, wanted: Wanted) -> AsyncIterator[list[Cells]]:
    async with desk.sessions() as session:
        after, more = None, True
        while more:
            lines, after = await lines_of(session, id_, wanted, after=after, limit=PER_BATCH)
            yield [_cells(line) for line in lines]
            more = after is not None


def _cells(line: ForecastLineRow) -> list[str]:
    return [
        line.at.isoformat(),
        line.subscription,
        line.what,
        line.detail,
        plain_money(line.amount, line.currency),
        line.currency or "",
        "yes" if line.foreseen else "no",
        line.verdict or "",
        line.cause or "",
        line.actual_at.isoformat() if line.actual_at else "",
        plain_money(line.actual_amount, line.currency),
        line.outcome or "",
    ]


@routes.get("/{id}")
async def forecast(request: Request, desk: InDesk, who: Reads, id: UUID) -> Response:
    """One forecast: how far it is, its figures, its lines."""
    wanted, t = _wanted(request), speech_for(request, who)
    async with reading(desk) as session:
        row = there(await session.get(ForecastRow, id))
        lines, later = await lines_of(session, id, wanted, after=_place(request), limit=PER_PAGE)
        paused = await paused_between(session, row.asked_at, row.walked_at or wall_now())
    values: dict[str, Any] = {"row": row, "lines": lines, "wanted": wanted, "kinds": KINDS}
    values["totals"], values["money"] = totals_of(row, t), Money
    values["quarter"] = quarter_in(row, row.totals["cells"]) if row.import_id and row.walked_at else None
    values["verdicts"], values["paused"] = verdicts_of(row), paused
    values["later"] = f"{later[0].isoformat()},{later[1]}" if later else None
    values["placed"] = "after" in request.query_params
    return again_soon(desk.page(request, "forecast.html", who, **values), is_open=row.is_open)


@routes.post("/{id}/compare")
async def compare(desk: InDesk, who: Reads, id: UUID) -> Response:
    """Compare it with what has happened until now."""
    now = wall_now()
    async with desk.sessions.begin() as session:
        row = there(await session.get(ForecastRow, id))
        if not row.is_open:
            await make_room(session, who)
        if await ask_comparison(session, id, now):
            audit(session, now, who.by, "forecast.compare", str(id))
    await have_walked(desk, "forecast", id)
    return see_other(f"{FORECAST}/{id}")


def _days(first: str, last: str, today: date) -> tuple[date, date]:
    """The days that are asked for. Raises `Wrong`."""
    try:
        first_on, last_on = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise Wrong("from", "wrong.days") from None
    if not today <= first_on <= last_on <= today + FURTHEST or (last_on - first_on).days >= MOST_DAYS:
        raise Wrong("from", "wrong.days")
    return first_on, last_on


def _wanted(request: Request) -> Wanted:
    """Which lines are asked for. Raises `Wrong`."""
    asked = request.query_params
    what = asked.get("what") or None
    if what is not None and what not in KINDS:
        raise Wrong("what", "wrong.view")
    try:
        return Wanted(
            what,
            Verdict(asked["verdict"]) if asked.get("verdict") else None,
            Cause(asked["cause"]) if asked.get("cause") else None,
        )
    except ValueError:
        raise Wrong("verdict", "wrong.view") from None


def _place(request: Request) -> Place | None:
    """Where a page begins: beyond a line, or with an instant where it names no line but 0. Raises `Wrong`."""
    text = request.query_params.get("after", "")
    if not text:
        return None
    at, _, id_ = text.partition(",")
    try:
        place = datetime.fromisoformat(at), int(id_)
    except ValueError:
        raise Wrong("after", "wrong.view") from None
    if place[0].tzinfo is None or not 0 <= place[1] < 1 << 63:
        raise Wrong("after", "wrong.view")
    return place
