"""One command for many: previewed line by line, given by one person or by two, delivered after the answer.

Of more than `PERENNIAL_SECOND_PERSON_BULK` lines it is asked for.
"""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.delivery import deliver
from console.ops.asking import View, view_in
from console.ops.deed import FIRST_NUMBERS, Begun, Deed, stale
from console.ops.desk import Desk, wall_now
from models.bulk_actions import Line, Outcome, store_bulk_action, undecided
from models.second_person import RequestRow, ask_second_person, key_of
from models.store import Stored, load_all
from models.together import Together, together
from renewals import commands as c
from renewals.actors import parse_actor
from renewals.decisions import AlreadyTrue, Decision, Refused, no_such_subscription
from renewals.eligibility import decide
from renewals.options import example
from renewals.renewing import just_before
from renewals.request import Request as Wanted
from renewals.roles import May

BULK = "/ops/bulk"
BULK_ACTION = "bulk-action"
AT_ONCE = 10
"""How many commands are under way at the same time: buyers' own come between them."""

PER_COMMAND_SECONDS = 20

_log = logging.getLogger(__name__)


def digest_of(its: Together, lines: Sequence[Line]) -> str:
    """Of the facts, and of what the command would do to each: with another outcome of one it is another."""
    outcomes = sorted(f"{line.number} {line.outcome} {line.code}" for line in lines)
    return hashlib.sha256("\n".join((its.digest, *outcomes)).encode()).hexdigest()


async def ask_to_give(
    session: AsyncSession,
    name: c.Name,
    numbers: Sequence[str],
    *,
    seen: str,
    view: View,
    by: str,
    reason: str,
    now: datetime,
) -> bool:
    """Ask a second person to give the command to these; False when the same is asked for already.

    `view` is the list that they were chosen in, to which the page of the bulk action leads back.
    Raises `Wrong` where it is no longer as whoever asks has `seen` it.
    """
    lines = await previewed(session, numbers, name, by, now)
    digest = digest_of(await together(session, numbers, now), lines)
    if digest != seen:
        raise stale()
    would = [line.number for line in lines if line.outcome is Outcome.DONE]
    shown = {
        "command": name.value,
        "count": len(would),
        "first": would[:FIRST_NUMBERS],
        "outcomes": Counter(line.outcome.value for line in lines),
        "terms": (await together(session, would, now)).terms,
        "view": view.query,
    }
    args = {"command": name.value, "digest": digest}
    return await ask_second_person(
        session, BULK_ACTION, args, by=by, reason=reason, now=now, shown=shown, numbers=numbers
    )


async def _as_asked(session: AsyncSession, asked: RequestRow, now: datetime) -> Begun:
    """Store the commands. Raises `Wrong` where a fact, or an outcome, has changed since it was asked for."""
    name = c.Name(asked.args["command"])
    lines = await previewed(session, asked.numbers, name, asked.asked_by, now)
    if digest_of(await together(session, asked.numbers, now), lines) != asked.args["digest"]:
        raise stale()
    id_ = await store_bulk_action(
        session,
        client_key=key_of(asked.id),
        command=name,
        numbers=asked.numbers,
        by=asked.asked_by,
        confirmed_by=asked.decided_by,
        reason=asked.asked_because,
        now=now,
    )
    return Begun(page_of(id_, view_in(asked.shown.get("view", ""))), partial(deliver_all, id_=id_))


def page_of(id_: UUID, view: View) -> str:
    """The page of a bulk action, which knows the view that it was given from."""
    query = f"?{urlencode({'view': view.query})}" if view.query else ""
    return f"{BULK}/{id_}{query}"


DEED = Deed(May.STEER, _as_asked)


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


async def previewed(session: AsyncSession, numbers: Sequence[str], name: c.Name, by: str, now: datetime) -> list[Line]:
    """The lines that would be, in the order of their outcomes. A number that nobody has is refused too."""
    found = {each.row.number: each for each in await load_all(session, list(numbers), now)}
    lines = [_line(number, found.get(number), name, by) for number in numbers]
    return sorted(lines, key=lambda line: list(Outcome).index(line.outcome))


def _line(number: str, stored: Stored | None, name: c.Name, by: str) -> Line:
    decision = _decision(stored, name, by) if stored else no_such_subscription(number)
    customer = stored.customer.name if stored else None
    if isinstance(decision, Refused):
        return Line(number, customer, Outcome.REFUSED, decision.code, decision.hint)
    return Line(number, customer, Outcome.ALREADY if isinstance(decision, AlreadyTrue) else Outcome.DONE, None, None)


def _decision(stored: Stored, name: c.Name, by: str) -> Decision:
    """What `explain` says of this command."""
    facts = just_before(stored.facts, stored.now)
    command, operator = example(facts, name, stored.now), parse_actor(by)
    return decide(facts, Wanted(command, name, operator, is_buyer=False, received_at=stored.now))
