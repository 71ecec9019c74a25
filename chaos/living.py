"""Letting the cast live: going live, moving each clock to what comes next, and waiting until all is at rest.

Only clocks are moved here, by the facts. What then happens, the watchdog and the workflows find out by themselves.
"""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import update
from sqlmodel import col

from activities.planning import NEVER
from chaos.cast import Role
from chaos.world import World
from cli.stage import Stage
from models.subscriptions import SubscriptionRow
from portfolio.golive import go_live

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 240
"""Only a scenario that hangs reaches it."""


class NeverAtRest(Exception):
    """Something was due and nobody did it."""


async def come_alive(world: World) -> None:
    """Let every subscription go live at its own first instant."""
    async with world.sessions.begin() as session:
        now = datetime.now(UTC)
        for role in world.cast:
            await session.execute(
                update(SubscriptionRow)
                .where(col(SubscriptionRow.number) == role.number)
                .values(shift=role.lives_from - now)
            )
        await go_live(session, wall_now=now, by="operator:chaos", reason="chaos")


async def live(world: World) -> None:
    """Until every subscription has lived its life and nothing is due. Raises NeverAtRest."""
    lively = {role.number: role for role in world.cast}
    patience = PATIENCE_SECONDS * (5 if world.patient else 1)
    try:
        async with asyncio.timeout(patience):
            while lively:
                async with world.steady:
                    for number in [number for number, role in lively.items() if await _is_done(world, role)]:
                        del lively[number]
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise NeverAtRest(f"not at rest after {patience} s: {', '.join(lively)}") from None


async def _is_done(world: World, role: Role) -> bool:
    """Is nothing due any more? If it only waits for its next step, its clock is moved there."""
    async with world.sessions() as session:
        row = await session.get(SubscriptionRow, role.number)
    assert row is not None
    if row.next_step_at is None or row.next_step_at <= datetime.now(UTC):
        return False
    at = row.next_step_at + row.shift if row.next_step_at != NEVER else NEVER
    if at >= role.lives_until:
        return True
    await Stage(world.client, world.sessions, role.number).show(at)
    return False
