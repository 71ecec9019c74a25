"""Go-live: what was imported and is not live yet, what is odd about it, and the button, which is asked twice.

The answer comes at once; what was chosen goes live after it, a hundred in a transaction. Whatever becomes of this
process, the page of what was chosen shows how far it is, and has the button to carry on.
"""

import asyncio
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request, Response

from console.ops import addresses
from console.ops.addresses import Places
from console.ops.bulk import numbers_in
from console.ops.carrying_on import again_soon
from console.ops.deed import SECOND_PERSON
from console.ops.desk import Desk, InDesk, see_other, speech_for, there, wall_now
from console.ops.fields import Wrong
from console.ops.first_week import WALKED, first_week
from console.ops.guard import Reads, Steers, SteersMany
from console.ops.import_forecast import quarter_of
from console.ops.lines import cell
from console.ops.patience import reading
from console.ops.taking_live import GO_LIVE, ask_to_take_live, take_live
from models.audit import audit
from models.going_live import (
    LOOKED_AT,
    MANY_CUSTOMERS,
    MOST,
    GoLiveRow,
    Oddity,
    by_renewal_date,
    first_waiting,
    imported,
    imports_that_wait,
    last_go_lives,
    oddities,
    progress,
    store_go_live,
    waiting_page,
)
from models.inbox import KeyReused
from models.listed import listed
from models.store import load_all
from models.together import together
from renewals.calendar import local_date

PER_PAGE = 100
NEWEST = 10
LONG_AFTER = timedelta(minutes=1)
"""After so long whoever was about it may be gone."""

_PLACES = Places((date.fromisoformat, str))

routes = APIRouter(prefix="/go-live")


@routes.get("")
async def imports(request: Request, desk: InDesk, who: Reads) -> Response:
    """Every import of which something waits."""
    async with reading(desk) as session:
        found = await imports_that_wait(session)
        given = await last_go_lives(session, NEWEST)
    return desk.page(request, "go_lives.html", who, found=found, given=given)


@routes.get("/runs/{id}")
async def run(request: Request, desk: InDesk, who: Reads, id: UUID) -> Response:
    """How far it is. While something waits the page loads itself again."""
    async with desk.sessions() as session:
        row = there(await session.get(GoLiveRow, id))
        done = await progress(session, row.numbers)
    late = wall_now() > row.given_at + LONG_AFTER
    response = desk.page(request, "go_live_run.html", who, row=row, done=done, count=len(row.numbers), late=late)
    return again_soon(response, is_open=bool(done.waiting) and not late)


@routes.post("/runs/{id}/carry-on")
async def carry_on(desk: InDesk, who: Steers, tasks: BackgroundTasks, id: UUID) -> Response:
    """Go on with what still waits of it, under the reason that was given."""
    async with desk.sessions.begin() as session:
        row = there(await session.get(GoLiveRow, id))
        audit(session, wall_now(), who.by, "go_live", str(id), reason=row.reason, data={"carried_on": True})
    return _begun(desk, row.id, tasks)


@routes.get("/{import_id}")
async def one(request: Request, desk: InDesk, who: Reads, import_id: UUID) -> Response:
    """What waits of an import, the first to renew first, and what is odd about it."""
    said, now = addresses.said_in(request.query_params.multi_items()), wall_now()
    odd, beside = addresses.known(Oddity, said, "odd"), _PLACES.beside(said)
    here, today = addresses.where(f"{GO_LIVE}/{import_id}", said, ("odd",)), local_date(now, desk.zone)
    async with reading(desk) as session:
        its = there(await imported(session, import_id))
        odds = await oddities(session, import_id, today, now)
        page = await waiting_page(session, import_id, odd, today, now, PER_PAGE, beside)
        lines = await listed(session, [number for (number,) in page.rows], now)
        quarter = await quarter_of(session, import_id)
    values: dict[str, Any] = {"its": its, "odds": odds, "odd": odd, "lines": lines, "here": here, "most": MOST}
    values |= {
        "quarter": quarter,
        "looked_at": LOOKED_AT,
        "many": MANY_CUSTOMERS,
        "placed": bool(beside),
        **here.pages(page),
    }
    values["cell"] = partial(cell, t=speech_for(request, who))
    return desk.page(request, "go_live.html", who, **values)


@routes.get("/{import_id}/preview")
async def preview(request: Request, desk: InDesk, who: Steers, import_id: UUID) -> Response:
    """What going live would bring at once: for those that are ticked, or for the first of all."""
    asked, now = request.query_params, wall_now()
    async with reading(desk) as session:
        its = there(await imported(session, import_id))
        if asked.get("all"):
            numbers = await first_waiting(session, import_id, MOST)
        else:
            numbers = await by_renewal_date(session, import_id, numbers_in(asked.getlist("tick")))
        found, its_facts = await load_all(session, list(numbers[:WALKED]), now), await together(session, numbers, now)
        quarter = await quarter_of(session, import_id, numbers)
    week = await asyncio.to_thread(first_week, found)
    text = " ".join(numbers)
    values: dict[str, Any] = {
        "its": its,
        "quarter": quarter,
        "week": week,
        "count": len(numbers),
        "numbers": text,
        "most": WALKED,
    }
    values |= {"seen": its_facts.digest, "two": desk.settings.go_live_takes_two(len(numbers))}
    return desk.page(request, "go_live_preview.html", who, shown=numbers[:PER_PAGE], **values)


@routes.post("/{import_id}")
async def give(desk: InDesk, who: SteersMany, tasks: BackgroundTasks, import_id: UUID) -> Response:
    """Keep what goes live, whatever becomes of this process; then let it go live."""
    reason, key, numbers = who.reason, who.form_key, numbers_in(who.form.get("numbers", "").split())
    if who.form.get("sure") != "yes":
        raise Wrong("sure", "wrong.not_sure_of_go_live")
    try:
        async with desk.sessions.begin() as session:
            there(await imported(session, import_id))
            chosen = await by_renewal_date(session, import_id, numbers)
            if desk.settings.go_live_takes_two(len(chosen)):
                its: dict[str, Any] = {"by": who.by, "reason": reason, "now": wall_now()}
                await ask_to_take_live(session, import_id, chosen, seen=who.form.get("seen", ""), **its)
                return see_other(SECOND_PERSON)
            id_ = await store_go_live(
                session,
                client_key=key,
                import_id=import_id,
                numbers=numbers,
                by=who.by,
                reason=reason,
                now=wall_now(),
            )
    except KeyReused:
        raise Wrong("key", "wrong.key_reused") from None
    if id_ is None:
        raise Wrong("tick", "wrong.none_waits")
    return _begun(desk, id_, tasks)


def _begun(desk: Desk, id_: UUID, tasks: BackgroundTasks) -> Response:
    tasks.add_task(take_live, desk, id_)
    response = see_other(f"{GO_LIVE}/runs/{id_}")
    response.background = tasks
    return response
