"""Pausing all charges or all mails, at once and by one person; resuming charges takes a second one."""

from datetime import datetime

from fastapi import APIRouter, Request, Response

from console.ops.deeds import RESUME_CHARGES, args_of, wake_watchdog
from console.ops.desk import InDesk, see_other, wall_now
from console.ops.guard import Reads, Steers
from console.speech import Speech
from models.audit import audit
from models.pauses import Pausable, PauseRow, pause, paused_now, resume
from models.second_person import ask_second_person, open_requests
from renewals.breaker import Tripped

PAUSES = "/ops/pauses"

routes = APIRouter(prefix="/pauses")


def why_paused(pause: PauseRow, t: Speech, zone: str) -> str:
    """Who paused it and why; of a pause that began by itself, the figures it was decided on."""
    figures = pause.figures
    if not figures:
        return t("pause_since", when=t.moment(pause.began_at, zone), who=pause.began_by, why=pause.began_because)
    counts = {name: t.number(count) for name, count in figures.items() if isinstance(count, int)}
    since = t.moment(datetime.fromisoformat(figures["since"]), zone)
    if figures["rule"] == Tripped.VOLUME:
        return t("breaker.volume", since=since, **counts)
    usual = _percent(figures["usual_declined"], figures["usual_answered"])
    values = {
        "share": t.number(_percent(figures["declined"], figures["answered"])),
        "usual": t.number(usual),
        "limit": t.number(max(figures["floor"], usual * figures["factor"] // 100)),
    }
    return t("breaker.declines", since=since, **counts, **values)


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole) if whole else 0


@routes.get("")
async def pauses(request: Request, desk: InDesk, who: Reads) -> Response:
    async with desk.sessions() as session:
        rows = {row.what: row for row in await paused_now(session)}
        waiting = [row.args for row in await open_requests(session, wall_now()) if row.what == RESUME_CHARGES]
    charges = rows.get(Pausable.CHARGES)
    asked = {Pausable.CHARGES.value} if charges and args_of(charges) in waiting else set()
    states = [(what.value, rows.get(what)) for what in Pausable]
    return desk.page(request, "pauses.html", who, states=states, asked=asked, why=why_paused)


@routes.post("/{what}/pause")
async def begin(desk: InDesk, who: Steers, what: Pausable) -> Response:
    reason, now = who.reason, wall_now()
    async with desk.sessions.begin() as session:
        if await pause(session, what, by=who.by, reason=reason, now=now):
            audit(session, now, who.by, "pause", what.value, reason=reason)
    return see_other(PAUSES)


@routes.post("/{what}/resume")
async def end(desk: InDesk, who: Steers, what: Pausable) -> Response:
    """Overdue charges are made at once then: of that somebody else must be sure, too."""
    reason, now = who.reason, wall_now()
    async with desk.sessions.begin() as session:
        paused = next((row for row in await paused_now(session) if row.what == what), None)
        if paused is None:
            return see_other(PAUSES)
        if what is Pausable.CHARGES:
            await ask_second_person(session, RESUME_CHARGES, args_of(paused), by=who.by, reason=reason, now=now)
            return see_other(PAUSES)
        ended = await resume(session, what, by=who.by, reason=reason, now=now)
        if ended:
            audit(session, now, who.by, "resume", what.value, reason=reason)
    if ended:
        await wake_watchdog(desk.client)
    return see_other(PAUSES)
