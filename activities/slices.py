"""A slice of a forecast, or of a what-if: some subscriptions read, walked in a thread, and written down."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.ahead import ruled, turns
from models.engine import Sessions
from models.forecasts import KINDS, ForecastLineRow, ForecastRow, to_walk
from models.import_forecasts import cells_of
from models.rules import Rulebook
from models.store import Stored, load_all
from models.subscriptions import SubscriptionRow
from models.what_ifs import DAYS, MOST_LINES, What, WhatIfLineRow, WhatIfRow, concerned
from renewals.calendar import local_date, midnight
from renewals.facts import Channel, OfferingStatus, Price, Term
from renewals.forecast import Coming, as_if_live, forecast
from renewals.policy import PolicyVersion
from renewals.pricing import NotPriced
from renewals.what_if import REACH, changes

PER_SLICE = 100
"""Subscriptions of one slice: a walk of some days takes a millisecond, of two years ten."""


@dataclass(slots=True)
class Walked:
    """What the walks of a slice found, as rows."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    unpriced: int = 0
    affected: int = 0
    totals: Counter[str] = field(default_factory=Counter)


async def foresee_slice(sessions: Sessions, row: ForecastRow, now: datetime) -> None:
    """Walk the next subscriptions of a forecast; after the last ones, add up what was foreseen."""
    async with sessions() as session:
        numbers = await _next(session, to_walk(row.until_at, row.import_id), row.after)
        found = await load_all(session, numbers, now)
    if not numbers:
        await _add_up(sessions, row, now)
        return
    walked = await asyncio.to_thread(_foreseen, found, row)
    table, done = ForecastRow, {"unpriced": col(ForecastRow.unpriced) + walked.unpriced}
    async with sessions.begin() as session:
        if await _go_on(session, table, row, numbers, done) and walked.lines:
            await session.execute(insert(ForecastLineRow), walked.lines)


async def what_if_slice(sessions: Sessions, row: WhatIfRow, now: datetime) -> None:
    """Walk the next subscriptions of a what-if under the old and the new rules; after the last ones, it is done."""
    async with sessions() as session:
        numbers = await _next(session, concerned(What(row.what), row.args), row.after)
        found = await load_all(session, numbers, now)
    if not numbers:
        async with sessions.begin() as session:
            done = update(WhatIfRow).where(col(WhatIfRow.id) == row.id, col(WhatIfRow.walked_at).is_(None))
            await session.execute(done.values(walked_at=now))
        return
    walked = await asyncio.to_thread(_compared, found, row)
    lines = walked.lines[: max(MOST_LINES - row.lines, 0)]
    totals = Counter(row.totals)
    totals.update(walked.totals)  # adds; differences may be negative, which `+` would drop
    done_: dict[str, Any] = {
        "unpriced": col(WhatIfRow.unpriced) + walked.unpriced,
        "affected": col(WhatIfRow.affected) + walked.affected,
        "lines": col(WhatIfRow.lines) + len(lines),
        "totals": dict(totals),
    }
    async with sessions.begin() as session:
        if await _go_on(session, WhatIfRow, row, numbers, done_) and lines:
            await session.execute(insert(WhatIfLineRow), lines)


async def _next(session: AsyncSession, wanted: ColumnElement[bool], after: str | None) -> Sequence[str]:
    number = col(SubscriptionRow.number)
    query = select(number).where(wanted).order_by(number).limit(PER_SLICE)
    return (await session.scalars(query if after is None else query.where(number > after))).all()


async def _go_on(
    session: AsyncSession,
    table: type[ForecastRow] | type[WhatIfRow],
    row: ForecastRow | WhatIfRow,
    numbers: Sequence[str],
    done: dict[str, Any],
) -> bool:
    """Note that these have been walked; False where somebody else has done it meanwhile."""
    noted = (
        update(table)
        .where(col(table.id) == row.id, col(table.after).is_not_distinct_from(row.after))
        .values(after=numbers[-1], walked=col(table.walked) + len(numbers), **done)
        .returning(col(table.id))
    )
    return (await session.scalar(noted)) is not None


def _foreseen(found: Sequence[Stored], row: ForecastRow) -> Walked:
    walked = Walked()
    for stored in found:
        sub = stored.facts
        until = local_date(row.until_at, sub.time_zone)
        ahead = turns(stored.rulebook, sub, stored.now, row.until_at)
        try:
            for each in forecast(sub, stored.now, until, ahead):
                if each.what in KINDS and row.since_at <= each.at < row.until_at:
                    walked.lines.append(_line(row, sub.number, each))
        except NotPriced:
            walked.unpriced += 1
    return walked


def _line(row: ForecastRow, number: str, each: Coming) -> dict[str, Any]:
    return {
        "forecast_id": row.id,
        "subscription": number,
        "at": each.at,
        "what": each.what,
        "detail": str(each.detail),
        "amount": each.amount,
        "currency": each.currency,
        "foreseen": True,
    }


async def _add_up(sessions: Sessions, row: ForecastRow, now: datetime) -> None:
    """The figures of each day, and that the walk is over."""
    async with sessions.begin() as session:
        cells = await cells_of(session, row)
        done = update(ForecastRow).where(col(ForecastRow.id) == row.id, col(ForecastRow.walked_at).is_(None))
        await session.execute(done.values(walked_at=now, totals={"cells": cells}))


def rules_of(row: WhatIfRow, rulebook: Rulebook) -> Rulebook:
    """The rulebook as it would be with the version that the question is about."""
    args = row.args
    if row.what == What.POLICY:
        channel = Channel(args["channel"]) if args.get("channel") else None
        version = PolicyVersion(
            args.get("sku"), args.get("country"), channel, row.version, row.effective_on, args["values"]
        )
        return rulebook.with_policy(version)
    name = f"{args['sku']}/{args['term']}/{args['currency']}/{row.version}"
    price = Price(args["list_price"], args["renewal_price"], name)
    effective_at = max(midnight(row.effective_on, row.zone), row.at)
    status = OfferingStatus(args["status"])
    return rulebook.with_price(args["sku"], args["currency"], Term(args["term"]), price, status, effective_at)


def _compared(found: Sequence[Stored], row: WhatIfRow) -> Walked:
    walked = Walked()
    ends_at = row.at + DAYS
    other: dict[int, Rulebook] = {}
    for stored in found:
        new = other.setdefault(id(stored.rulebook), rules_of(row, stored.rulebook))
        try:
            old_steps, new_steps = (_year(stored, rules, ends_at) for rules in (stored.rulebook, new))
        except NotPriced:
            walked.unpriced += 1
            continue
        lines = [_changed(row, stored.facts.number, each) for each in changes(old_steps, new_steps, ends_at)]
        walked.affected += bool(lines)
        walked.lines += lines
        for line in lines:
            key = f"{line['what']}|{line['change']}|{line['currency'] or ''}"
            walked.totals[key] += 1
            if line["currency"]:
                walked.totals[f"{key}|money"] += (line["new_amount"] or 0) - (line["old_amount"] or 0)
    return walked


def _year(stored: Stored, rules: Rulebook, ends_at: datetime) -> list[Coming]:
    """What comes to a subscription under those rules, a while beyond the year too."""
    now, until = stored.now, ends_at + REACH + timedelta(days=1)
    sub = ruled(rules, as_if_live(stored.facts, now), now)
    return list(forecast(sub, now, local_date(until, sub.time_zone), turns(rules, sub, now, until)))


def _changed(row: WhatIfRow, number: str, each: Any) -> dict[str, Any]:
    old, new = each.old, each.new
    return {
        "what_if_id": row.id,
        "subscription": number,
        "change": each.change.value,
        "what": each.it.what,
        "detail": str(each.it.detail),
        "old_at": old.at if old else None,
        "new_at": new.at if new else None,
        "old_amount": old.amount if old else None,
        "new_amount": new.amount if new else None,
        "currency": each.it.currency,
    }
