"""The figures of the overview: taken in one state of things, kept where there are many subscriptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from console.ops.desk import Desk
from console.ops.keeping import Kept
from models.at_risk import Cause, Risk, risks
from models.largest import Large, largest
from models.pipeline import Cell, Counts, Path, counts, pipeline
from models.today import Charged, Mailed, charged, mailed
from models.troubles import Found, Trouble, troubles
from renewals.calendar import local_date, midnight
from renewals.facts import Phase
from renewals.payments import AttemptState


@dataclass(frozen=True, slots=True)
class Figures:
    """What the overview counts, as of an instant and the operations team's day."""

    as_of: datetime
    today: date
    counts: Counts
    cells: list[Cell]
    risks: list[Risk]
    largest: list[Large]
    charged: list[Charged]
    mailed: Mailed
    troubles: list[Found]


async def _take(desk: Desk, now: datetime) -> Figures:
    today = local_date(now, desk.zone)
    since, until = midnight(today, desk.zone), midnight(today + timedelta(days=1), desk.zone)
    async with desk.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return Figures(
            as_of=now,
            today=today,
            counts=await counts(session),
            cells=await pipeline(session, today, now),
            risks=await risks(session, today, now),
            largest=await largest(session, today, now),
            charged=await charged(session, since, until),
            mailed=await mailed(session, since, until),
            troubles=await troubles(session, today, now),
        )


def cells_to_json(cells: Sequence[Cell]) -> list[list[Any]]:
    return [[each.due_on.isoformat(), each.currency, each.path, each.phase, each.count, each.amount] for each in cells]


def cells_from_json(data: Sequence[Sequence[Any]]) -> list[Cell]:
    return [Cell(date.fromisoformat(on), money, Path(path), *rest) for on, money, path, *rest in data]


def _to_json(found: Figures) -> dict[str, Any]:
    held = found.counts
    return {
        "today": found.today.isoformat(),
        "counts": [held.phases, held.not_live, held.parked, held.unplanned],
        "cells": cells_to_json(found.cells),
        "risks": [[each.cause, each.currency, each.count, each.amount] for each in found.risks],
        "largest": [[each.number, each.currency, each.amount, each.causes, each.more] for each in found.largest],
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
        cells=cells_from_json(data["cells"]),
        risks=[Risk(Cause(cause), *rest) for cause, *rest in data["risks"]],
        largest=[
            Large(number, money, amount, tuple(Cause(cause) for cause in causes), more)
            for number, money, amount, causes, more in data["largest"]
        ],
        charged=[Charged(AttemptState(state), *rest) for state, *rest in data["charged"]],
        mailed=Mailed(*data["mailed"]),
        troubles=[Found(Trouble(name), count) for name, count in data["troubles"]],
    )


FIGURES = Kept("overview", take=_take, over=lambda found: found.counts.total, write=_to_json, read=_from_json)
