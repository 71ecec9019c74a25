"""Pausing all charges or all mails, at once and by one person; resuming charges takes a second one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from console.ops.carrying_on import wake_watchdog
from console.ops.desk import InDesk, see_other, wall_now
from console.ops.guard import Reads, Steers
from console.speech import Speech
from models.pauses import (
    USUAL_FOR,
    Pausable,
    PauseRow,
    accepts_declines,
    ask_to_resume,
    may_be_usual,
    pause,
    paused_now,
    request_for,
    resume,
)
from renewals.breaker import Tripped

PAUSES = "/ops/pauses"

routes = APIRouter(prefix="/pauses")


def why_paused(pause: PauseRow, t: Speech, zone: str) -> str:
    """Who paused it and why; of a pause that began by itself, the figures it was decided on."""
    if pause.figures:
        return stopped_in_words(pause.figures, t, zone)
    return t("pause_since", when=t.moment(pause.began_at, zone), who=pause.began_by, why=pause.began_because)


def stopped_in_words(figures: Mapping[str, Any], t: Speech, zone: str) -> str:
    """Why charges stopped by themselves."""
    counts = {name: t.number(count) for name, count in figures.items() if isinstance(count, int)}
    since = t.moment(datetime.fromisoformat(figures["since"]), zone)
    if figures["rule"] == Tripped.VOLUME:
        return t("breaker.volume", since=since, **counts)
    usual = _percent(figures["usual_declined"], figures["usual_answered"])
    beyond = usual * figures["factor"] // 100
    if "accepted_answered" in figures:
        beyond = (100 + _percent(figures["accepted_declined"], figures["accepted_answered"])) // 2
    elif beyond >= 100:
        beyond = (100 + usual) // 2
    values = {
        "share": t.number(_percent(figures["declined"], figures["answered"])),
        "usual": t.number(usual),
        "limit": t.number(max(figures["floor"], beyond)),
    }
    return t("breaker.declines", since=since, **counts, **values)


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole) if whole else 0


@routes.get("")
async def pauses(request: Request, desk: InDesk, who: Reads) -> Response:
    async with desk.sessions() as session:
        rows = {row.what: row for row in await paused_now(session)}
        charges = rows.get(Pausable.CHARGES)
        request_ = await request_for(session, charges, wall_now()) if charges else None
    asked = {Pausable.CHARGES.value: accepts_declines(request_)} if request_ else {}
    states = [(what.value, rows.get(what)) for what in Pausable]
    values: dict[str, Any] = {"states": states, "asked": asked, "why": why_paused, "days": USUAL_FOR.days}
    return desk.page(request, "pauses.html", who, may_be_usual=may_be_usual, **values)


@routes.post("/{what}/pause")
async def begin(desk: InDesk, who: Steers, what: Pausable) -> Response:
    reason, now = who.reason, wall_now()
    async with desk.sessions.begin() as session:
        await pause(session, what, by=who.by, reason=reason, now=now)
    return see_other(PAUSES)


@routes.post("/{what}/resume")
async def end(desk: InDesk, who: Steers, what: Pausable) -> Response:
    reason, now = who.reason, wall_now()
    async with desk.sessions.begin() as session:
        paused = next((row for row in await paused_now(session) if row.what == what), None)
        if paused is None:
            return see_other(PAUSES)
        if what is Pausable.CHARGES:
            usual = who.form.get("usual") == "yes"
            await ask_to_resume(session, paused, by=who.by, reason=reason, now=now, usual=usual)
            return see_other(PAUSES)
        ended = await resume(session, what, by=who.by, reason=reason, now=now)
    if ended:
        await wake_watchdog(desk.client)
    return see_other(PAUSES)
