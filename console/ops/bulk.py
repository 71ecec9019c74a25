"""One command for many subscriptions: previewed line by line, given with a reason, watched while it is carried out.

What the preview shows is what the form gives: the numbers travel with it. The answer comes at once, and the commands
are delivered after it; the page of the bulk action shows how far they are, whoever looks.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.delivery import deliver
from activities.filling import no_such
from console.ops.asking import view_in
from console.ops.desk import Desk, InDesk, see_other, there, wall_now
from console.ops.fields import Wrong, choice
from console.ops.guard import Reads, Steers, SteersMany
from console.ops.patience import reading
from console.ops.staff import Staff
from console.ops.subscriptions import TOGETHER, the_listing
from models.bulk_actions import (
    MOST_LINES,
    BulkActionRow,
    Line,
    Outcome,
    last_bulk_actions,
    lines_of,
    store_bulk_action,
    undecided,
)
from models.inbox import KeyReused
from models.store import Stored, load_all
from renewals import commands as c
from renewals.actors import Operator
from renewals.decisions import AlreadyTrue, Decision, Refused
from renewals.eligibility import Request as Wanted
from renewals.eligibility import decide
from renewals.options import example
from renewals.renewing import just_before

BULK = "/ops/bulk"
NEWEST = 50
AT_ONCE = 10
"""How many commands are under way at the same time: buyers' own come between them."""

PER_COMMAND_SECONDS = 20
AGAIN_SECONDS = 3
"""After so long a page that waits for outcomes is loaded again."""

LONG_AFTER = timedelta(minutes=2)
AGAIN_LATER_SECONDS = 20

_log = logging.getLogger(__name__)

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
        lines = await _previewed(session, numbers, name, who, now)
    return desk.page(
        request,
        "bulk_preview.html",
        who,
        command=name,
        back=view.address(),
        lines=lines,
        counts=Counter(line.outcome for line in lines),
        numbers=" ".join(line.number for line in lines),
    )


@routes.post("")
async def give(desk: InDesk, who: SteersMany, tasks: BackgroundTasks) -> Response:
    """Store the commands, whatever becomes of this process; then deliver them."""
    name, reason, key = choice(who.form, "command", TOGETHER), who.reason, who.form_key
    numbers = numbers_in(who.form.get("numbers", "").split())
    try:
        async with desk.sessions.begin() as session:
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
    response = see_other(f"{BULK}/{id_}")
    response.background = tasks
    return response


@routes.get("/{id}")
async def bulk_action(request: Request, desk: InDesk, who: Reads, id: UUID) -> Response:
    """How far it is. While outcomes are missing the page loads itself again."""
    async with desk.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        row = there(await session.get(BulkActionRow, id))
        lines = await lines_of(session, id)
    counts = Counter(line.outcome for line in lines)
    response = desk.page(request, "bulk_action.html", who, row=row, lines=lines, counts=counts)
    if counts[Outcome.WAITING]:
        late = wall_now() > row.given_at + LONG_AFTER
        response.headers["Refresh"] = str(AGAIN_LATER_SECONDS if late else AGAIN_SECONDS)
    return response


async def deliver_all(desk: Desk, id_: UUID) -> None:
    """Deliver what has no outcome, a few at a time. What fails or finds no worker the watchdog delivers again."""
    async with desk.sessions() as session:
        waiting = await undecided(session, id_)
    gate, silence = asyncio.Semaphore(AT_ONCE), asyncio.Event()

    async def one(command_id: UUID) -> None:
        async with gate:
            if silence.is_set():
                return
            try:
                async with asyncio.timeout(PER_COMMAND_SECONDS):
                    await deliver(desk.client, desk.sessions, command_id, wall_now())
            except WorkflowUpdateFailedError:
                _log.warning("command %s of a bulk action failed", command_id)
            except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
                _log.warning("command %s of a bulk action is not through yet (%s)", command_id, type(error).__name__)
                silence.set()

    await asyncio.gather(*(one(each) for each in waiting))


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


async def _previewed(
    session: AsyncSession, numbers: Sequence[str], name: c.Name, who: Staff, now: datetime
) -> list[Line]:
    """The lines that would be, in the order of their outcomes. A number that nobody has is refused too."""
    found = {each.row.number: each for each in await load_all(session, list(numbers), now)}
    lines = [_line(number, found.get(number), name, who) for number in numbers]
    return sorted(lines, key=lambda line: list(Outcome).index(line.outcome))


def _line(number: str, stored: Stored | None, name: c.Name, who: Staff) -> Line:
    decision = _decision(stored, name, who) if stored else no_such(number)
    customer = stored.customer.name if stored else None
    if isinstance(decision, Refused):
        return Line(number, customer, Outcome.REFUSED, decision.code, decision.hint)
    return Line(number, customer, Outcome.ALREADY if isinstance(decision, AlreadyTrue) else Outcome.DONE, None, None)


def _decision(stored: Stored, name: c.Name, who: Staff) -> Decision:
    """What `explain` says of this command."""
    facts = just_before(stored.facts, stored.now)
    command, operator = example(facts, name, stored.now), Operator(who.name)
    return decide(facts, Wanted(command, name, operator, is_buyer=False, received_at=stored.now))
