"""The figures of the overview cost as much as there are subscriptions: taken anew while those are few, else kept.

Where they are many, a page shows those of the last minute and has new ones taken after it was sent; so a page with a
million subscriptions is as fast as one with ten thousand, and says as of when it speaks.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from console.ops.desk import Desk
from models.at_risk import Cause, Risk, risks
from models.pipeline import Cell, Counts, Path, counts, pipeline
from models.snapshots import alone_at, keep_snapshot, snapshot
from models.today import Charged, Mailed, charged, mailed
from models.troubles import Found, Trouble, troubles
from renewals.calendar import local_date, midnight
from renewals.facts import Phase
from renewals.payments import AttemptState

NAME = "overview"
FEW = 2_000
"""Figures over no more subscriptions are taken anew for each page: that takes some hundredths of a second."""
FRESH = timedelta(minutes=1)
STALE = timedelta(hours=1)
"""Figures that are older than this are not shown: whoever comes first then waits for new ones."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the overview counts, as of an instant and the operations team's day."""

    as_of: datetime
    today: date
    counts: Counts
    cells: list[Cell]
    risks: list[Risk]
    charged: list[Charged]
    mailed: Mailed
    troubles: list[Found]


@dataclass(frozen=True, slots=True)
class Shown:
    """The figures for a page. `renew`: others are to be taken once it is sent."""

    figures: Figures
    renew: bool


async def figures(desk: Desk, now: datetime) -> Shown:
    """The figures of now, or of a moment ago."""
    async with desk.sessions() as session:
        known = await snapshot(session, NAME)
    kept = _from_json(known.taken_at, known.data) if known else None
    if kept is None or kept.counts.total <= FEW or kept.as_of < now - STALE:
        return Shown(await _take(desk, now, keep=kept is None or kept.as_of < now - FRESH), renew=False)
    return Shown(kept, renew=kept.as_of < now - FRESH)


async def take_figures(desk: Desk, now: datetime) -> None:
    """Take them anew, unless somebody else is about it."""
    async with desk.sessions.begin() as session:
        if await alone_at(session, NAME):
            await _take(desk, now, keep=True)


async def _take(desk: Desk, now: datetime, *, keep: bool) -> Figures:
    began = time.monotonic()
    async with desk.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found = await _read(session, now, desk.zone)
    if keep:
        async with desk.sessions.begin() as session:
            await keep_snapshot(session, NAME, now, int((time.monotonic() - began) * 1000), _to_json(found))
    return found


async def _read(session: AsyncSession, now: datetime, zone: str) -> Figures:
    today = local_date(now, zone)
    since, until = midnight(today, zone), midnight(today + timedelta(days=1), zone)
    return Figures(
        as_of=now,
        today=today,
        counts=await counts(session),
        cells=await pipeline(session, today, now),
        risks=await risks(session, today, now),
        charged=await charged(session, since, until),
        mailed=await mailed(session, since, until),
        troubles=await troubles(session, today, now),
    )


def _to_json(found: Figures) -> dict[str, Any]:
    held = found.counts
    return {
        "today": found.today.isoformat(),
        "counts": [held.phases, held.not_live, held.parked, held.unplanned],
        "cells": [
            [each.due_on.isoformat(), each.currency, each.path, each.phase, each.count, each.amount]
            for each in found.cells
        ],
        "risks": [[each.cause, each.currency, each.count, each.amount] for each in found.risks],
        "charged": [[each.state, each.currency, each.count, each.amount] for each in found.charged],
        "mailed": [found.mailed.sent, found.mailed.failed, found.mailed.waiting],
        "troubles": [[each.trouble, each.count] for each in found.troubles],
    }


def _from_json(as_of: datetime, data: Mapping[str, Any]) -> Figures:
    phases, *others = data["counts"]
    return Figures(
        as_of=as_of,
        today=date.fromisoformat(data["today"]),
        counts=Counts({phase: phases[phase] for phase in Phase}, *others),
        cells=[Cell(date.fromisoformat(on), money, Path(path), *rest) for on, money, path, *rest in data["cells"]],
        risks=[Risk(Cause(cause), *rest) for cause, *rest in data["risks"]],
        charged=[Charged(AttemptState(state), *rest) for state, *rest in data["charged"]],
        mailed=Mailed(*data["mailed"]),
        troubles=[Found(Trouble(name), count) for name, count in data.get("troubles", ())],
    )
