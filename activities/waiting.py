"""What waits to be decided comes before the step or the command that came after it (ADR 9)."""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.deciding import Placed, decide_command, decide_in
from activities.till import Till
from models.engine import Sessions
from models.inbox import waiting_about_quotes, waiting_before, waiting_for
from renewals.payments import AttemptState

_log = logging.getLogger(__name__)


async def decide_waiting(session: AsyncSession, number: str, wall_now: datetime, signing_key: bytes) -> bool:
    """Decide what bears on the next charge and got no answer while somebody was away; was there anything?

    So nobody is charged who cancelled in time, nor with a method that was replaced. A quote that is accepted by paying
    it is ordered from, and paid as an order that was cut off. In the caller's transaction, before it locks anything.
    `signing_key` is that of previews.
    """
    waiting = await waiting_for(session, number)
    for command_id in waiting:
        await decide_in(session, command_id, wall_now, signing_key)
    return bool(waiting)


async def decide_earlier(session: AsyncSession, command_id: UUID, wall_now: datetime, signing_key: bytes) -> None:
    """The same for what came before a command of that kind: the last word that was given is the one that counts.

    And of what two commands do to the same quote, the first.

    One that fails is left to its own delivery, which tells of it, and keeps no later one waiting.
    """
    for earlier in await waiting_before(session, command_id):
        try:
            async with session.begin_nested():
                await decide_in(session, earlier, wall_now, signing_key)
        except Exception as odd:
            _log.warning("command %s, which came before %s, failed: %s", earlier, command_id, type(odd).__name__)


async def decide_about_quotes(
    sessions: Sessions,
    numbers: Sequence[str],
    wall_now: datetime,
    *,
    before: datetime | None = None,
    till: Till | None = None,
) -> None:
    """Decide what waits about the open quotes for these subscriptions, each in its own transaction.

    So a quote that was accepted in time neither ends nor yields to a checkout. Those stored `before`, in the world's
    time; None: all. What is accepted by paying it is paid by the `till`; without one by the plan of its subscriptions.
    """
    async with sessions() as session:
        waiting = await waiting_about_quotes(session, numbers, before)
    for command_id in waiting:
        decided = await decide_command(sessions, command_id, wall_now)
        if till and isinstance(decided, Placed) and decided.resumed is None:
            await till.pay(decided.stored, decided.charge, wall_now, seen=AttemptState.OPEN)
