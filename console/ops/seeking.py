"""What is threatened or in trouble, as it was found a moment ago; where there are few, the list itself looks for it."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import BackgroundTasks

from console.ops import keeping
from console.ops.desk import Desk
from console.ops.keeping import Kept
from console.ops.patience import keeping_note
from models.finds import Sought, about_how_many, find, name_of
from renewals.calendar import local_date


async def found_at(desk: Desk, sought: Sequence[Sought], now: datetime, tasks: BackgroundTasks) -> datetime | None:
    """As of when all of it was found; None where the list is to look for it, or nothing is sought.

    Raises `Wrong` where that takes too long.
    """
    if not sought:
        return None
    async with desk.sessions() as session:
        if await about_how_many(session) <= keeping.FEW:
            return None
    return min([(await _kept(each).known(desk, now, tasks))[0] for each in sought])


def _kept(sought: Sought) -> Kept[None]:
    async def take(desk: Desk, now: datetime) -> None:
        async with keeping_note(desk) as session:
            await find(session, sought, local_date(now, desk.zone), now)

    return Kept(name_of(sought), take=take, over=None, write=lambda _: {}, read=lambda *_: None)
