"""Pauses of all charges or all mails: who began each and why, who ended it and why. At most one of a kind is open."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.columns import instant, key, one_of
from models.journal import clear_alarm
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase

CHARGES_STOPPED = "charges_stopped"
"""The alarm that charges were stopped by themselves; cleared when somebody lets them go on."""


class Pausable(StrEnum):
    """What an operator can pause for all subscriptions at once."""

    CHARGES = "charges"
    MAILS = "mails"


class PauseRow(SQLModel, table=True):
    """A pause, in the world's time; open until it has ended. `figures` are those by which it began by itself."""

    __tablename__ = "pauses"
    __table_args__ = (
        one_of("what", Pausable),
        CheckConstraint("began_because <> ''", name="began_because"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by"),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_because"),
        Index("uq_pauses_open", "what", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: UUID = key()
    what: str
    began_at: datetime = instant()
    began_by: str
    began_because: str
    figures: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    ended_at: datetime | None = instant(nullable=True)
    ended_by: str | None = None
    ended_because: str | None = None


async def paused_now(session: AsyncSession) -> Sequence[PauseRow]:
    """The pauses that are open."""
    query = select(PauseRow).where(col(PauseRow.ended_at).is_(None)).order_by(col(PauseRow.what))
    return (await session.execute(query)).scalars().all()


async def pause(
    session: AsyncSession,
    what: Pausable,
    *,
    by: str,
    reason: str,
    now: datetime,
    figures: Mapping[str, Any] | None = None,
) -> bool:
    """Pause all charges or all mails from now on; False when they are paused already.

    Every step reads the facts again before it acts, so that this holds from the commit on; what was under way ends.
    """
    statement = (
        insert(PauseRow)
        .values(what=what, began_at=now, began_by=by, began_because=reason, figures=dict(figures) if figures else None)
        .on_conflict_do_nothing(index_elements=["what"], index_where=col(PauseRow.ended_at).is_(None))
        .returning(col(PauseRow.id))
    )
    return (await session.execute(statement)).first() is not None


async def resume(session: AsyncSession, what: Pausable, *, by: str, reason: str, now: datetime) -> bool:
    """Let them go on; False when they are not paused. What is overdue by then is a late start.

    Every plan is made anew by the watchdog, also of what lapsed meanwhile and waits to be told.
    """
    ended = (
        update(PauseRow)
        .where(col(PauseRow.what) == what, col(PauseRow.ended_at).is_(None))
        .values(ended_at=now, ended_by=by, ended_because=reason)
        .returning(col(PauseRow.began_at))
    )
    began_at = (await session.execute(ended)).scalar_one_or_none()
    if began_at is None:
        return False
    if what is Pausable.CHARGES:
        await clear_alarm(session, None, CHARGES_STOPPED, now)
    row = SubscriptionRow
    replanned = (
        update(row)
        .where(col(row.live_at).is_not(None))
        .where(or_(col(row.phase) != Phase.LAPSED, col(row.phase_since) >= began_at))
    )
    if what is Pausable.MAILS:
        replanned = replanned.values(late_start_at=now + col(row.shift))
    await session.execute(replanned.values(next_step_at=None))
    return True
