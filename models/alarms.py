"""The alarms: which are open, the gravest and oldest first; who sees to each; and which have ended.

What an operator does to an alarm changes nothing for a buyer. Each act is on the audit, under the subscription.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.audit import audit
from models.keyset import Beside, Found, Keyset, page_of
from models.records import AlarmRow
from models.staff import who_may
from renewals.alarms import EndedBy, Gravity, ended_by
from renewals.roles import May

_ROW = AlarmRow
IS_OPEN = col(_ROW.cleared_at).is_(None)
OPEN_ORDER = Keyset((col(_ROW.gravity), col(_ROW.raised_at), col(_ROW.id)))
ENDED_ORDER = Keyset((col(_ROW.cleared_at), col(_ROW.id)), falling=True)

NOBODY = "nobody"
"""Asks for the alarms that no one sees to."""


class State(StrEnum):
    """Which alarms are wanted: those that nobody has acknowledged, those that somebody has, those that are over."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice among the alarms; None or empty: whichever, but only open ones unless those that have ended."""

    kind: str = ""
    state: State | None = None
    owner: str = ""
    subscription: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many alarms of a kind are open, and how many of them nobody has acknowledged."""

    kind: str
    gravity: Gravity
    open: int
    new: int


class AlarmRefused(Exception):
    """It cannot be done; `code` says why, in one word."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


async def counts(session: AsyncSession) -> list[Counted]:
    """The kinds that have open alarms, the gravest first, then the most frequent."""
    many, new = func.count(), func.count().filter(col(_ROW.acknowledged_at).is_(None))
    query = (
        select(col(_ROW.kind), func.min(col(_ROW.gravity)), many, new)
        .where(IS_OPEN)
        .group_by(col(_ROW.kind))
        .order_by(func.min(col(_ROW.gravity)), many.desc(), col(_ROW.kind))
    )
    return [Counted(kind, Gravity(gravity), *some) for kind, gravity, *some in await session.execute(query)]


async def alarms_page(session: AsyncSession, wanted: Wanted, limit: int, beside: Beside) -> Found:
    """The alarms that are wanted, each row one `AlarmRow`: open ones gravest and oldest first, ended ones newest."""
    order = ENDED_ORDER if wanted.state is State.ENDED else OPEN_ORDER
    found = await page_of(session, select(_ROW).where(*_conditions(wanted)), order, limit, beside)
    return Found([row for (row,) in found.rows], found.first, found.last, found.earlier, found.later)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(_ROW.cleared_at).is_not(None) if wanted.state is State.ENDED else IS_OPEN]
    if wanted.kind:
        found.append(col(_ROW.kind) == wanted.kind)
    if wanted.subscription:
        found.append(col(_ROW.subscription) == wanted.subscription)
    if wanted.owner:
        found.append(col(_ROW.owner).is_(None) if wanted.owner == NOBODY else col(_ROW.owner) == wanted.owner)
    if wanted.state is State.NEW:
        found.append(col(_ROW.acknowledged_at).is_(None))
    if wanted.state is State.ACKNOWLEDGED:
        found.append(col(_ROW.acknowledged_at).is_not(None))
    return found


async def may_own(session: AsyncSession) -> list[str]:
    """Whom an alarm can be given to, as `operator:NAME`: whoever is let in and may see to alarms."""
    return await who_may(session, May.ATTEND)


async def give(
    session: AsyncSession,
    id_: UUID,
    to: str | None,
    *,
    seen: str | None,
    by: str,
    now: datetime,
) -> AlarmRow:
    """Another owner, or none, if it is still the one that was seen. Raises `AlarmRefused`."""
    row = await _open(session, id_)
    if row.owner == to:
        return row
    if row.owner != seen:
        raise AlarmRefused("taken_meanwhile", f"{row.owner or 'Nobody'} has it now; look at it again.")
    action = "alarm.give_up" if to is None else "alarm.take" if to == by else "alarm.give"
    row.owner = to
    _audit(session, row, action, by, now, None, to=to)
    return row


async def acknowledge(session: AsyncSession, id_: UUID, note: str, *, by: str, now: datetime) -> AlarmRow:
    """Say that it was seen and what is being done; whoever says so has it if nobody had. Raises `AlarmRefused`."""
    row = await _open(session, id_)
    row.acknowledged_at, row.acknowledged_by, row.note = now, by, note
    row.owner = row.owner or by
    _audit(session, row, "alarm.acknowledge", by, now, note)
    return row


async def end(session: AsyncSession, id_: UUID, *, by: str, reason: str, now: datetime) -> AlarmRow:
    """Say that what it asks for was done. Raises `AlarmRefused` for one that its cause ends."""
    row = await _open(session, id_)
    if ended_by(row.kind) is not EndedBy.HAND:
        raise AlarmRefused("ends_itself", "It ends when its cause is gone; acknowledge it meanwhile.")
    row.cleared_at, row.cleared_by, row.cleared_because = now, by, reason
    _audit(session, row, "alarm.end", by, now, reason)
    return row


async def open_ones_of(session: AsyncSession, number: str, kind: str) -> Sequence[AlarmRow]:
    """The open alarms of a subscription, of that kind if one is named."""
    query = select(_ROW).where(*_conditions(Wanted(kind=kind, subscription=number)))
    return (await session.scalars(query.order_by(*OPEN_ORDER.keys))).all()


async def _open(session: AsyncSession, id_: UUID) -> AlarmRow:
    row = await session.get(_ROW, id_, with_for_update=True, populate_existing=True)
    if row is None:
        raise AlarmRefused("unknown", "There is no such alarm.")
    if row.cleared_at is not None:
        raise AlarmRefused("over", "It has ended meanwhile.")
    return row


def _audit(
    session: AsyncSession, row: AlarmRow, action: str, by: str, now: datetime, reason: str | None, **more: str | None
) -> None:
    data = {"alarm": str(row.id), "kind": row.kind, **{name: value for name, value in more.items() if value}}
    audit(session, now, by, action, row.subscription, reason=reason, data=data)
