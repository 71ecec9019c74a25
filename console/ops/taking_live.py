"""Taking many live: previewed, by one person or by two, and done a hundred in a transaction after the answer.

Of more than `PERENNIAL_SECOND_PERSON_GO_LIVE` it is asked for, here and on the command line alike.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from console.ops.carrying_on import wake_watchdog
from console.ops.deed import FIRST_NUMBERS, Begun, Deed, stale
from console.ops.desk import Desk, there, wall_now
from console.ops.first_week import WALKED, first_week
from models.going_live import GoLiveRow, store_go_live
from models.second_person import RequestRow, ask_second_person, key_of
from models.store import load_all
from models.together import together
from portfolio.golive import go_live_in_batches
from renewals.roles import May

GO_LIVE = "/ops/go-live"
TAKE_LIVE = "go-live"

_log = logging.getLogger(__name__)


async def ask_to_take_live(
    session: AsyncSession,
    import_id: UUID | None,
    numbers: Sequence[str],
    *,
    seen: str | None = None,
    by: str,
    reason: str,
    now: datetime,
) -> bool:
    """Ask a second person to take these live, in this order; False when the same is asked for already.

    `seen` is the digest of what whoever asks has looked at. Raises `Wrong` where that has changed.
    """
    its = await together(session, numbers, now)
    if seen is not None and seen != its.digest:
        raise stale()
    week = await asyncio.to_thread(first_week, await load_all(session, list(numbers[:WALKED]), now))
    shown = {
        "count": its.count,
        "first": list(numbers[:FIRST_NUMBERS]),
        "terms": its.terms,
        "walked": week.walked,
        "charges": {money.currency: (count, money.minor) for count, money in week.money},
        "mails": week.mails.total(),
    }
    args = {"import": str(import_id) if import_id else None, "digest": its.digest}
    return await ask_second_person(
        session, TAKE_LIVE, args, by=by, reason=reason, now=now, shown=shown, numbers=numbers
    )


async def _as_asked(session: AsyncSession, asked: RequestRow, now: datetime) -> Begun:
    """Keep what goes live. Raises `Wrong` where a fact of any of them has changed since it was asked for."""
    if (await together(session, asked.numbers, now)).digest != asked.args["digest"]:
        raise stale()
    id_ = await store_go_live(
        session,
        client_key=key_of(asked.id),
        import_id=UUID(asked.args["import"]) if asked.args["import"] else None,
        numbers=asked.numbers,
        by=asked.asked_by,
        confirmed_by=asked.decided_by,
        reason=asked.asked_because,
        now=now,
    )
    if id_ is None:
        raise stale()
    return Begun(f"{GO_LIVE}/runs/{id_}", partial(take_live, id_=id_))


DEED = Deed(May.STEER, _as_asked)


async def take_live(desk: Desk, id_: UUID) -> None:
    """Let those go live that still wait of it, and have them planned. What fails stays waiting, and is shown so."""
    async with desk.sessions() as session:
        row = there(await session.get(GoLiveRow, id_))
    try:
        done = await go_live_in_batches(
            desk.sessions,
            row.numbers,
            by=row.given_by,
            reason=row.reason,
            clock=wall_now,
            progress=lambda done, total: None,
        )
    except DBAPIError as error:
        _log.warning("go-live %s is not through yet (%s)", id_, type(error).__name__)
        return
    if done:
        await wake_watchdog(desk.client)
