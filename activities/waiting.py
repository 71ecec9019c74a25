"""Commands decided out of their workflow's turn: on arrival, or before the step that came after them (ADR 9)."""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.deciding import decide_in, decide_locked
from activities.ordered import DUE_SINCE
from models.inbox import decidable_on_arrival, waiting_before, waiting_for
from models.records import CommandRow
from models.store import load
from workflows.contract import Answer

_log = logging.getLogger(__name__)


async def decide_waiting(session: AsyncSession, number: str, wall_now: datetime, signing_key: bytes) -> bool:
    """Decide what bears on the next charge and got no answer while somebody was away; was there anything?

    So nobody is charged who cancelled in time, nor with a method that was replaced. In the caller's transaction, before
    it locks anything. `signing_key` is that of previews.
    """
    waiting = await waiting_for(session, number)
    for command_id in waiting:
        await decide_in(session, command_id, wall_now, signing_key)
    return bool(waiting)


async def decide_earlier(session: AsyncSession, command_id: UUID, wall_now: datetime, signing_key: bytes) -> None:
    """The same for what came before a command of that kind: the last word that was given is the one that counts.

    One that fails is left to its own delivery, which tells of it, and keeps no later one waiting.
    """
    for earlier in await waiting_before(session, command_id):
        try:
            async with session.begin_nested():
                await decide_in(session, earlier, wall_now, signing_key)
        except Exception as odd:
            _log.warning("command %s, which came before %s, failed: %s", earlier, command_id, type(odd).__name__)


async def decide_on_arrival(
    session: AsyncSession, number: str, command_id: UUID, wall_now: datetime
) -> CommandRow | None:
    """A stored command, decided where it arrives; None if the subscription's workflow has to decide it in its turn.

    The caller holds the subscription's lock. What was changed the workflow is to plan; until it has been told to, the
    watchdog knows.
    """
    row = await decidable_on_arrival(session, command_id, wall_now)
    stored = await load(session, number, wall_now) if row else None
    if row is None or stored is None:
        return None
    answer = await decide_locked(session, stored, row, wall_now)
    if not isinstance(answer, Answer):
        raise ValueError(f"command {command_id} charges nothing, and yet a gateway is to be asked")
    if answer.outcome == "done":
        stored.row.next_step_at = wall_now - DUE_SINCE
    return row
