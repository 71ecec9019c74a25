"""The parts of the overview that change by themselves: sent to every open page as they change, as server-sent events.

A process looks once every few seconds for all who listen, and not at all while nobody does. Each connection ends when
its session does; it never keeps one open.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from sqlalchemy.exc import DBAPIError

from console.ops.desk import Desk, InDesk, speech_for, speech_in, wall_now
from console.ops.entering import open_sessions
from console.ops.figures import Figures
from console.ops.guard import Reads
from console.ops.happening import event_in_words
from console.ops.overview import FIRST_ALARMS, LAST_EVENTS
from console.ops.overview_figures import View
from console.ops.pausing import why_paused
from models.pauses import paused_now
from models.pipeline import Counts
from models.second_person import open_requests
from models.today import charged, last_events, mailed, open_alarms
from models.tokens import digest
from renewals.calendar import local_date, midnight

EVERY_SECONDS = 5.0
HEARTBEAT_SECONDS = 15.0
"""A proxy drops what is silent for long; so a line without meaning is sent at least this often."""
MOST_PER_OPERATOR, MOST = 4, 400
"""Open connections of one operator, and of all, in one process."""

_UNBUFFERED = {"X-Accel-Buffering": "no"}
"""For a proxy such as nginx, which would keep the first lines until there are many."""

PARTS = ("pauses", "alarms", "today", "events")
"""Each has a template `ops/live_NAME.html`, which the overview has too."""

_log = logging.getLogger(__name__)
routes = APIRouter()


@dataclass(eq=False)
class Listener:
    """An open page: whose session it is of, and in which language it is."""

    name: str
    token_hash: str
    locale: str
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False


class Broadcast:
    """Looks for all who listen."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._listeners: set[Listener] = set()
        self._looking: asyncio.Task[None] | None = None
        self._values: dict[str, Any] = {}
        self._said: dict[str, Mapping[str, str]] = {}

    def has_room_for(self, name: str) -> bool:
        mine = sum(each.name == name for each in self._listeners)
        return mine < MOST_PER_OPERATOR and len(self._listeners) < MOST

    async def stream(self, listener: Listener) -> AsyncIterator[str]:
        """What one page is sent, until its session is over or it goes away."""
        self._listeners.add(listener)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        sent: dict[str, str] = {}
        try:
            yield "retry: 10000\n\n"
            while True:
                try:
                    await asyncio.wait_for(listener.news.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                listener.news.clear()
                if listener.over:
                    yield "event: end\ndata:\n\n"
                    return
                for name, html in self._in(listener.locale).items():
                    if sent.get(name) != html:
                        sent[name] = html
                        yield f"event: part\ndata: {json.dumps({'name': name, 'html': html})}\n\n"
        finally:
            self._listeners.discard(listener)

    async def _look_on(self) -> None:
        """As long as somebody listens."""
        while self._listeners:
            try:
                await self.look()
            except (DBAPIError, OSError) as error:
                _log.warning("the live parts cannot be read: %s", type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Read once, for all; end whose session is over, and wake the others if anything has changed."""
        now, zone = wall_now(), self._desk.zone
        today = local_date(now, zone)
        since, until = midnight(today, zone), midnight(today + timedelta(days=1), zone)
        listening = list(self._listeners)
        async with self._desk.sessions() as session:
            hashes = {each.token_hash for each in listening}
            still_open = await open_sessions(session, hashes, now, self._desk.settings)
            values = {
                "alarms": await open_alarms(session, FIRST_ALARMS),
                "pauses": await paused_now(session),
                "waiting": len(await open_requests(session, now)),
                "charged": await charged(session, since, until),
                "mailed": await mailed(session, since, until),
                "events": await last_events(session, LAST_EVENTS),
                "today": today,
            }
        self._values, self._said = values | {"as_of": now}, {}
        for each in listening:
            each.over = each.token_hash not in still_open
            each.news.set()

    def _in(self, locale: str) -> Mapping[str, str]:
        """The parts in a language: written once for all who read it."""
        if locale not in self._said:
            self._said[locale] = self._written(locale)
        return self._said[locale]

    def _written(self, locale: str) -> Mapping[str, str]:
        t, found = speech_in(locale), self._values
        nothing = Counts({}, 0, 0, 0)
        figures = Figures(found["as_of"], found["today"], nothing, [], [], [], found["charged"], found["mailed"], [])
        values = found | {
            "t": t,
            "w": t.w,
            "zone": self._desk.zone,
            "view": View(figures, t, "", ""),
            "why": why_paused,
            "said": event_in_words,
        }
        templates = self._desk.templates.env
        return {name: templates.get_template(f"ops/live_{name}.html").render(values).strip() for name in PARTS}


@routes.get("/live")
async def live(request: Request, desk: InDesk, who: Reads) -> Response:
    """The stream of one page; too many of one operator are turned away, and their pages stay as they are."""
    broadcast: Broadcast = request.app.state.live
    if not broadcast.has_room_for(who.name):
        return PlainTextResponse("Too many pages of yours are open.", 429)
    locale = str(speech_for(request, who).w.locale)
    listener = Listener(who.name, digest(who.session_token), locale)
    return StreamingResponse(broadcast.stream(listener), media_type="text/event-stream", headers=_UNBUFFERED)
