"""Commands that need only the facts are decided where they arrive (ADR 22)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.deciding import decide_locked
from activities.ordered import to_be_planned
from models.arrivals import decidable_on_arrival
from models.records import CommandRow
from models.store import load
from workflows.contract import Answer


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
        to_be_planned(stored.row, wall_now)
    return row
