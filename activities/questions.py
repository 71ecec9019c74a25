"""A question to the gateway about an attempt: what it raises that its port does not name is no answer, and told.

An error of the adapter's own, a status it does not know, a body it cannot read, says as little of the money as silence.
Let through, it would fail the step every minute for ever, and no command of the subscription would have its turn.
"""

import logging
from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from activities.ordered import locked
from gateways.port import NoAnswer, Unreachable
from models.engine import Sessions
from models.journal import GATEWAY_FAILS, raise_alarm
from models.records import AlarmRow

Said = TypeVar("Said")

_log = logging.getLogger(__name__)


async def asked(
    sessions: Sessions, number: str, key: str, question: Awaitable[Said], now: datetime, wall_now: datetime
) -> Said:
    """What the gateway says, which ends the alarm of it. `number` asks about the attempt of that key, at its own `now`.

    Raises `Unreachable`, and `NoAnswer` for whatever else it raises; an error of the database is not the gateway's.
    """
    try:
        said = await question
    except (Unreachable, NoAnswer, DBAPIError):
        raise
    except Exception as odd:
        error = type(odd).__name__
        _log.warning("the gateway could not be asked about attempt %s: %s", key, error, exc_info=True)
        await _tell(sessions, number, key, error, wall_now)
        raise NoAnswer("error") from None
    await _end_alarm(sessions, key, now)
    return said


async def _tell(sessions: Sessions, number: str, key: str, error: str, wall_now: datetime) -> None:
    async with sessions.begin() as session:
        first = (await locked(session, number, key, wall_now)).first
        detail = (
            f"The gateway fails when it is asked about attempt {key} ({error}): that counts as no answer, and it is "
            "asked again; the worker's log says where."
        )
        facts = {"attempt": key, "error": error}
        await raise_alarm(session, first.row.number, GATEWAY_FAILS, detail, first.now, subject=key, facts=facts)


async def _end_alarm(sessions: Sessions, key: str, now: datetime) -> None:
    """Hardly ever is there one: nothing else is read or locked for it."""
    row = AlarmRow
    open_one = select(row).where(col(row.kind) == GATEWAY_FAILS, col(row.subject) == key, col(row.cleared_at).is_(None))
    async with sessions.begin() as session:
        for alarm in await session.scalars(open_one.with_for_update()):
            alarm.cleared_at = now
