"""The first page: alarms, the renewal pipeline, revenue at risk by cause, today's charges and mails."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, BackgroundTasks, Request, Response

from console.headers import LIVE_POLICY
from console.ops.desk import InDesk, speech_for, wall_now
from console.ops.figures import FIGURES
from console.ops.guard import Reads
from console.ops.happening import event_in_words
from console.ops.next_step import step_said
from console.ops.overview_figures import View
from console.ops.pausing import why_paused
from models.listed import listed
from models.pauses import paused_now
from models.second_person import open_requests
from models.today import last_events, open_alarms, upcoming
from models.troubles import LATE, Trouble
from models.webhook_deliveries import away

FIRST_ALARMS, NEXT_STEPS, LAST_EVENTS = 6, 10, 12

routes = APIRouter()


@routes.get("/")
async def overview(request: Request, desk: InDesk, who: Reads, tasks: BackgroundTasks) -> Response:
    now, t = wall_now(), speech_for(request, who)
    _, shown = await FIGURES.known(desk, now, tasks)
    async with desk.sessions() as session:
        values: dict[str, Any] = {
            "alarms": await open_alarms(session, FIRST_ALARMS),
            "pauses": await paused_now(session),
            "waiting": len(await open_requests(session, now)),
            "upcoming": await upcoming(session, now, NEXT_STEPS),
            "events": await last_events(session, LAST_EVENTS),
            "away": await away(session, now),
        }
        lines = await listed(session, [each.number for each in shown.largest], now)
    view = View(shown, t, request.query_params.get("of", ""), request.query_params.get("per", ""), lines)
    values |= {"seen_at": seen_at, "late": -LATE, "step_said": step_said}
    values["charts"] = await asyncio.to_thread(view.charts) if view.found.cells else None
    response = desk.page(request, "overview.html", who, view=view, said=event_in_words, why=why_paused, **values)
    response.background = tasks
    response.headers["Content-Security-Policy"] = LIVE_POLICY
    return response


ELSEWHERE: Mapping[Trouble, str] = MappingProxyType(
    {Trouble.LETTER_WAITS: "/ops/letters?state=waiting", Trouble.NOT_LIVE: "/ops/go-live"}
)
"""Where more is to be seen and done than in the list of subscriptions."""


def seen_at(trouble: Trouble) -> str:
    """Where one sees which ones are in a trouble."""
    return ELSEWHERE.get(trouble) or f"/ops/subscriptions?trouble={trouble}"
