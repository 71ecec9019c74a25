"""The page on which a person makes, renews and ends the address of their calendar; and that address itself."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from fastapi import APIRouter, Request, Response

from console.account.desk import Desk, see_other
from console.account.feeds import end_feed, open_feed, open_since, reader_of
from console.account.finding import NotYours, locale_of, numbers_of
from console.account.guard import form_of, visitor
from console.account.ics import READ_AGAIN, calendar_of
from console.account.speech import speech_of
from console.limits import RateLimits
from models.engine import Sessions
from models.tokens import digest

PAGE = "/account/calendar"
PER_MINUTE, AT_ONCE = 10, 30
"""Readings of one calendar, and addresses tried from one network address: programs look a few times an hour."""

_KEPT = int(READ_AGAIN.total_seconds()) // 12


def calendar_routes(desk: Desk, clock: Callable[[], float] = time.monotonic) -> APIRouter:
    """`/calendar`, its two forms, and `/calendar/TOKEN.ics`. `clock` counts the seconds of the limits."""
    router = APIRouter()
    _add_page(router, desk)
    _add_feed(router, desk, RateLimits(PER_MINUTE, AT_ONCE, clock))
    return router


def _add_page(router: APIRouter, desk: Desk) -> None:
    @router.get("/calendar")
    async def shown(request: Request) -> Response:
        return await _page(desk, request)

    @router.post("/calendar/address")
    async def made(request: Request) -> Response:
        """The address is shown in the answer itself: only a digest of it is kept, so it can never be shown again."""
        who = await visitor(request, desk.sessions)
        await form_of(request, desk.settings, who.form_token)
        async with desk.sessions.begin() as session:
            token = await open_feed(session, who.email, datetime.now(UTC))
        return await _page(desk, request, address=f"{desk.settings.account_url}/calendar/{token}.ics")

    @router.post("/calendar/end")
    async def ended(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        await form_of(request, desk.settings, who.form_token)
        async with desk.sessions.begin() as session:
            await end_feed(session, who.email, datetime.now(UTC))
        return see_other(PAGE)


async def _page(desk: Desk, request: Request, address: str | None = None) -> Response:
    who = await visitor(request, desk.sessions)
    async with desk.sessions() as session:
        t = speech_of(await locale_of(session, who.email))
        since = await open_since(session, who.email)
    day = t.w.day(since.date()) if since else None
    return desk.page(request, "calendar.html", t, visitor=who, csrf=who.form_token, since=day, address=address)


def _add_feed(router: APIRouter, desk: Desk, limits: RateLimits) -> None:
    @router.get("/calendar/{token}.ics")
    async def read(request: Request, token: str) -> Response:
        """Whose it is cannot be told from the answer to an address that does not work: never, no more, or not yet."""
        client = request.client.host if request.client else ""
        for counted in (digest(f"client:{client}"), digest(f"feed:{token}")):
            wait = limits.seconds_to_wait(counted)
            if wait:
                return Response(status_code=429, headers={"Retry-After": str(wait)})
        body = await _calendar(desk, desk.sessions, token)
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": f"private, max-age={_KEPT}"}
        if tag in (each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=304, headers=headers)
        headers |= {"Content-Disposition": 'attachment; filename="renewals.ics"'}
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


async def _calendar(desk: Desk, sessions: Sessions, token: str) -> bytes:
    async with sessions() as session:
        email = await reader_of(session, token)
        if email is None:
            raise NotYours
        t = speech_of(await locale_of(session, email))
        return await calendar_of(session, numbers_of(email), t, desk.settings, datetime.now(UTC))
