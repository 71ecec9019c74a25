"""A slice of a comparison: the lines of some subscriptions against what happened; in the end, what nobody foresaw."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity

from models.compared import Of, clocks_of, happened_to, since_of, unforeseen_in
from models.engine import Sessions
from models.forecasts import ForecastLineRow, ForecastRow
from models.rules import REVISION
from renewals.foreseen import REACH, Foreseen, Found, Happened, compare

PER_SLICE = 500
"""Subscriptions of one slice: some queries for all of them, and no walk."""


async def compare_slice(sessions: Sessions, row: ForecastRow, now: datetime) -> None:
    """Compare the lines of the next subscriptions; after the last ones, find what was not foreseen and add up."""
    async with sessions() as session:
        numbers = await _next(session, row)
        lines = await _lines(session, row, numbers)
        found = await _found(session, row, numbers, lines, now) if numbers else []
    if not numbers:
        await _finish(sessions, row, now)
        return
    verdicts = [_verdict(each) for each in found if each.foreseen]
    async with sessions.begin() as session:
        noted = (
            update(ForecastRow)
            .where(col(ForecastRow.id) == row.id, col(ForecastRow.compare_asked_at) == row.compare_asked_at)
            .where(col(ForecastRow.compare_after).is_not_distinct_from(row.compare_after))
            .values(compare_after=numbers[-1], compared=col(ForecastRow.compared) + len(numbers))
            .returning(col(ForecastRow.id))
        )
        if await session.scalar(noted):
            table = ForecastLineRow.__table__  # type: ignore[attr-defined]
            columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _COLUMNS}
            await session.execute(update(table).where(table.c.id == bindparam("line")).values(**columns), verdicts)


_COLUMNS = ("verdict", "cause", "actual_at", "actual_amount", "outcome", "happened_as")


async def _next(session: AsyncSession, row: ForecastRow) -> Sequence[str]:
    number = col(ForecastLineRow.subscription)
    query = select(number).where(col(ForecastLineRow.forecast_id) == row.id, col(ForecastLineRow.foreseen).is_(True))
    if row.compare_after is not None:
        query = query.where(number > row.compare_after)
    return (await session.scalars(query.distinct().order_by(number).limit(PER_SLICE))).all()


async def _lines(session: AsyncSession, row: ForecastRow, numbers: Sequence[str]) -> dict[str, list[Foreseen]]:
    line = ForecastLineRow
    query = select(line).where(
        col(line.forecast_id) == row.id, col(line.foreseen).is_(True), col(line.subscription).in_(numbers)
    )
    found: defaultdict[str, list[Foreseen]] = defaultdict(list)
    for each in await session.scalars(query):
        found[each.subscription].append(Foreseen(each.id or 0, each.at, each.what, each.detail, each.amount))
    return found


async def _found(
    session: AsyncSession, row: ForecastRow, numbers: Sequence[str], lines: dict[str, list[Foreseen]], now: datetime
) -> list[Found]:
    happened: defaultdict[str, list[Happened]] = defaultdict(list)
    for each in await happened_to(session, numbers, row.asked_at, row.until_at + REACH):
        happened[each.number].append(each.happened)
    other_rules = (await session.execute(select(REVISION))).scalar_one() != row.revision
    since = await since_of(session, numbers, row.asked_at, other_rules=other_rules)
    clocks = await clocks_of(session, numbers, now)
    return [
        each
        for number in numbers
        for each in compare(lines[number], happened[number], since[number], clocks.get(number, now))
    ]


def _verdict(found: Found) -> dict[str, Any]:
    it = found.happened
    return {
        "line": found.foreseen.id if found.foreseen else 0,
        "new_verdict": found.verdict.value,
        "new_cause": found.cause.value if found.cause else None,
        "new_actual_at": it.at if it else None,
        "new_actual_amount": it.amount if it else None,
        "new_outcome": it.outcome if it else None,
        "new_happened_as": UUID(it.id) if it else None,
    }


async def _finish(sessions: Sessions, row: ForecastRow, now: datetime) -> None:
    """Write down anew what was not foreseen, and the figures of all verdicts."""
    line = ForecastLineRow
    async with sessions.begin() as session:
        again = delete(line).where(col(line.forecast_id) == row.id, col(line.foreseen).is_(False))
        await session.execute(again)
    for since_at, until_at in _days(row):
        async with sessions() as session:
            unforeseen = await unforeseen_in(session, row, since_at, until_at)
        for slice_ in _slices(unforeseen):
            await _write_unforeseen(sessions, row, slice_, now)
            activity.heartbeat()
        activity.heartbeat()
    async with sessions.begin() as session:
        verdicts = await _add_up(session, row)
        done = update(ForecastRow).where(
            col(ForecastRow.id) == row.id, col(ForecastRow.compare_asked_at) == row.compare_asked_at
        )
        await session.execute(done.values(compared_at=now, verdicts=verdicts))


def _days(row: ForecastRow) -> Iterable[tuple[datetime, datetime]]:
    """The time of a forecast, a day at a time: what happened in a year may be more than fits."""
    begins = row.since_at
    while begins < row.until_at:
        ends = min(begins + timedelta(days=1), row.until_at)
        yield begins, ends
        begins = ends


async def _write_unforeseen(sessions: Sessions, row: ForecastRow, of: Sequence[Of], now: datetime) -> None:
    numbers = sorted({each.number for each in of})
    async with sessions.begin() as session:
        changed = (await session.execute(select(REVISION))).scalar_one() != row.revision
        since = await since_of(session, numbers, row.asked_at, other_rules=changed)
        rows = [
            _unforeseen(row, each, found)
            for each in of
            for found in compare((), [each.happened], since[each.number], now)
        ]
        await session.execute(insert(ForecastLineRow), rows)


def _slices(found: Sequence[Of]) -> Iterable[Sequence[Of]]:
    return (found[start : start + PER_SLICE] for start in range(0, len(found), PER_SLICE))


def _unforeseen(row: ForecastRow, of: Of, found: Found) -> dict[str, Any]:
    it = of.happened
    return {
        "forecast_id": row.id,
        "subscription": of.number,
        "at": it.at,
        "what": it.what,
        "detail": it.detail,
        "currency": of.currency,
        "foreseen": False,
        "verdict": found.verdict.value,
        "cause": found.cause.value if found.cause else None,
        "actual_at": it.at,
        "actual_amount": it.amount,
        "outcome": it.outcome,
        "happened_as": UUID(it.id),
    }


async def _add_up(session: AsyncSession, row: ForecastRow) -> dict[str, Any]:
    line = ForecastLineRow
    keys = (col(line.what), col(line.verdict), col(line.cause))
    query = select(*keys, func.count()).where(col(line.forecast_id) == row.id).group_by(*keys).order_by(*keys)
    counted = [[what, verdict, cause, count] for what, verdict, cause, count in await session.execute(query)]
    money = (
        select(
            col(line.currency),
            func.sum(col(line.amount)),
            func.sum(col(line.actual_amount)).filter(col(line.outcome) == "paid"),
        )
        .where(col(line.forecast_id) == row.id, col(line.what) == "charge")
        .group_by(col(line.currency))
        .order_by(col(line.currency))
    )
    sums = [[currency, int(fore or 0), int(paid or 0)] for currency, fore, paid in await session.execute(money)]
    return {"cells": counted, "money": sums}
