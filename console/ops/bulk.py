"""One command for many subscriptions: previewed line by line, given with a reason, watched while it is carried out.

What the preview shows is what the form gives: the numbers travel with it. The answer comes at once, and the commands
are delivered after it; the page of the bulk action shows how far they are, whoever looks.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request, Response

from console.files import Cells, as_file, with_head
from console.ops.asking import view_in
from console.ops.deed import SECOND_PERSON
from console.ops.desk import InDesk, see_other, speech_for, there, wall_now
from console.ops.fields import Wrong, choice
from console.ops.giving_many import ask_to_give, deliver_all, digest_of, page_of, previewed
from console.ops.guard import Reads, Steers, SteersMany
from console.ops.offering import why_not
from console.ops.patience import reading
from console.ops.subscriptions import TOGETHER, the_listing
from console.speech import Speech
from models.audit import audit
from models.bulk_actions import (
    MOST_LINES,
    BulkActionRow,
    Line,
    Outcome,
    last_bulk_actions,
    lines_of,
    store_bulk_action,
)
from models.history import in_utc
from models.inbox import KeyReused
from models.together import together
from renewals import commands as c
from renewals.calendar import local_date

NEWEST = 50
AGAIN_SECONDS = 3
"""After so long a page that waits for outcomes is loaded again."""

LONG_AFTER = timedelta(minutes=2)
AGAIN_LATER_SECONDS = 20

HEAD = (
    *("subscription", "customer", "command", "given_by", "confirmed_by", "reason", "given_at"),
    *("outcome", "code", "why", "decided_at"),
)

routes = APIRouter(prefix="/bulk")


@routes.get("")
async def bulk_actions(request: Request, desk: InDesk, who: Reads) -> Response:
    async with desk.sessions() as session:
        found = await last_bulk_actions(session, NEWEST)
    return desk.page(request, "bulk_actions.html", who, found=found)


@routes.get("/preview")
async def preview(request: Request, desk: InDesk, who: Steers) -> Response:
    """What the command would do now to each of the ticked subscriptions, or to every one of the view."""
    asked, now = request.query_params, wall_now()
    name, view = c.Name(choice(asked, "command", TOGETHER)), view_in(asked.get("view", ""))
    async with reading(desk) as session:
        if asked.get("all"):
            page = await (await the_listing(session, desk, view, now)).page(session, MOST_LINES)
            if page.later:
                raise Wrong("view", "wrong.too_many_lines")
            numbers: Sequence[str] = page.numbers
        else:
            numbers = numbers_in(asked.getlist("tick"))
        lines = await previewed(session, numbers, name, who.by, now)
        seen = digest_of(await together(session, numbers, now), lines)
    two: dict[str, Any] = {"two": desk.settings.bulk_takes_two(len(numbers)), "seen": seen}
    return desk.page(
        request,
        "bulk_preview.html",
        who,
        command=name,
        view=view,
        lines=lines,
        counts=Counter(line.outcome for line in lines),
        numbers=" ".join(line.number for line in lines),
        **two,
    )


@routes.post("")
async def give(desk: InDesk, who: SteersMany, tasks: BackgroundTasks) -> Response:
    """Store the commands, whatever becomes of this process; then deliver them."""
    name, reason, key = c.Name(choice(who.form, "command", TOGETHER)), who.reason, who.form_key
    numbers, view = numbers_in(who.form.get("numbers", "").split()), view_in(who.form.get("view", ""))
    try:
        async with desk.sessions.begin() as session:
            if desk.settings.bulk_takes_two(len(numbers)):
                its: dict[str, Any] = {"by": who.by, "reason": reason, "now": wall_now()}
                await ask_to_give(session, name, numbers, seen=who.form.get("seen", ""), view=view, **its)
                return see_other(SECOND_PERSON)
            id_ = await store_bulk_action(
                session,
                client_key=key,
                command=name,
                numbers=numbers,
                by=who.by,
                reason=reason,
                now=wall_now(),
            )
    except KeyReused:
        raise Wrong("key", "wrong.key_reused") from None
    tasks.add_task(deliver_all, desk, id_)
    response = see_other(page_of(id_, view))
    response.background = tasks
    return response


@routes.get("/{id}.csv")
async def as_csv(request: Request, desk: InDesk, who: Reads, id: UUID) -> Response:
    """Every line with its outcome, and with who gave the command and why; a refusal in the reader's language."""
    t, now = speech_for(request, who), wall_now()
    async with desk.sessions.begin() as session:
        row = there(await session.get(BulkActionRow, id))
        lines = await lines_of(session, id)
        data = {"command": row.command, "lines": len(lines)}
        audit(session, now, who.by, "bulk_action.export", str(id), data=data)
    name = f"{row.command}-{local_date(row.given_at, desk.zone)}.csv"
    return as_file(name, with_head(HEAD, _file(row, lines, t)))


async def _file(row: BulkActionRow, lines: Sequence[Line], t: Speech) -> AsyncIterator[list[Cells]]:
    given = (row.command, row.given_by, row.confirmed_by or "", row.reason, in_utc(row.given_at))
    for each in lines:
        why = why_not(each.code, row.command, t) if each.code else ""
        decided_at = in_utc(each.decided_at) if each.decided_at else ""
        yield [(each.number, each.customer or "", *given, each.outcome.value, each.code or "", why, decided_at)]


@routes.get("/{id}")
async def bulk_action(request: Request, desk: InDesk, who: Reads, id: UUID) -> Response:
    """How far it is. While outcomes are missing the page loads itself again. It knows the view it was given from."""
    view = view_in(request.query_params.get("view", ""))
    async with desk.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        row = there(await session.get(BulkActionRow, id))
        lines = await lines_of(session, id)
    counts = Counter(line.outcome for line in lines)
    ways: dict[str, Any] = {"back": view.address(), "here": page_of(id, view)}
    response = desk.page(request, "bulk_action.html", who, row=row, lines=lines, counts=counts, **ways)
    if counts[Outcome.WAITING]:
        late = wall_now() > row.given_at + LONG_AFTER
        response.headers["Refresh"] = str(AGAIN_LATER_SECONDS if late else AGAIN_SECONDS)
    return response


def numbers_in(given: Sequence[str]) -> list[str]:
    """The numbers, once each. Raises `Wrong` where there are none, or too many."""
    numbers = list(dict.fromkeys(given))
    if not numbers:
        raise Wrong("tick", "wrong.none_ticked")
    if len(numbers) > MOST_LINES:
        raise Wrong("tick", "wrong.too_many_lines")
    if any(len(number) > _LONGEST_NUMBER or not number.isprintable() for number in numbers):
        raise Wrong("tick", "wrong.view")
    return numbers


_LONGEST_NUMBER = 64
