"""Pauses of all charges or all mails: who began each and why, who ended it and why. At most one of a kind is open."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ColumnElement, Index, exists, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.audit import audit
from models.columns import instant, key, one_of
from models.journal import clear_alarm
from models.second_person import RequestRow, ask_second_person, open_requests
from models.subscriptions import SubscriptionRow
from renewals.breaker import Tripped
from renewals.facts import Phase

RESUME_CHARGES = "resume-charges"
"""What a second person is asked for where all charges are to go on."""
USUAL_FOR = timedelta(days=7)
"""How long a share of declines stays accepted: by then what came meanwhile has moved what is usual by itself."""
CHARGES_STOPPED = "charges_stopped"
"""The alarm that charges were stopped by themselves; cleared when somebody lets them go on."""


class Pausable(StrEnum):
    """What an operator can pause for all subscriptions at once."""

    CHARGES = "charges"
    MAILS = "mails"


class PauseRow(SQLModel, table=True):
    """A pause, in the world's time; open until it has ended. `figures` are those by which it began by itself.

    `usual_until`: who ended it called its share of declines usual, until then. `confirmed_by` is the second person,
    where ending it took two.
    """

    __tablename__ = "pauses"
    __table_args__ = (
        one_of("what", Pausable),
        CheckConstraint("began_because <> ''", name="began_because"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by"),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_because"),
        CheckConstraint("confirmed_by IS NULL OR coalesce(confirmed_by <> ended_by, false)", name="two_people"),
        CheckConstraint("usual_until IS NULL OR figures ->> 'rule' = 'declines'", name="usual_until"),
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
    confirmed_by: str | None = None
    usual_until: datetime | None = instant(nullable=True)


async def paused_now(session: AsyncSession) -> Sequence[PauseRow]:
    """The pauses that are open."""
    query = select(PauseRow).where(col(PauseRow.ended_at).is_(None)).order_by(col(PauseRow.what))
    return (await session.execute(query)).scalars().all()


async def paused_between(session: AsyncSession, began: datetime, ended: datetime) -> Sequence[Pausable]:
    """What was paused at any time from the one instant to the other."""
    row = PauseRow
    query = select(col(row.what)).where(
        col(row.began_at) <= ended, or_(col(row.ended_at).is_(None), col(row.ended_at) >= began)
    )
    return sorted({Pausable(what) for what in (await session.execute(query)).scalars()})


def resumed_since(at: datetime) -> ColumnElement[bool]:
    """Has anything been resumed since? Then every plan is being made anew, and many have none for a while."""
    return exists().where(col(PauseRow.ended_at) > at)


async def pause(
    session: AsyncSession,
    what: Pausable,
    *,
    by: str,
    reason: str,
    now: datetime,
    figures: Mapping[str, Any] | None = None,
) -> bool:
    """Pause all charges or all mails from now on; False when they are paused already. Both stand on the audit.

    Every step reads the facts again before it acts, so that this holds from the commit on; what was under way ends.
    """
    statement = (
        insert(PauseRow)
        .values(what=what, began_at=now, began_by=by, began_because=reason, figures=dict(figures) if figures else None)
        .on_conflict_do_nothing(index_elements=["what"], index_where=col(PauseRow.ended_at).is_(None))
        .returning(col(PauseRow.id))
    )
    if (await session.execute(statement)).first() is None:
        return False
    audit(session, now, by, "pause", what, reason=reason, data=figures)
    return True


async def ask_to_resume(
    session: AsyncSession, paused: PauseRow, *, by: str, reason: str, now: datetime, usual: bool = False
) -> bool:
    """Ask a second person to end that very pause of charges; False when it is asked for already.

    Overdue charges are made at once then: of that somebody else must be sure, too. `usual`: as in `resume`.
    """
    if await request_for(session, paused, now):
        return False
    args = args_of(paused) | ({"usual": True} if usual and may_be_usual(paused) else {})
    return await ask_second_person(session, RESUME_CHARGES, args, by=by, reason=reason, now=now)


async def request_for(session: AsyncSession, paused: PauseRow, now: datetime) -> RequestRow | None:
    """What waits for a second person's word to end this very pause; it holds as it was asked, whoever asks again."""
    waiting = (row for row in await open_requests(session, now) if row.what == RESUME_CHARGES)
    return next((row for row in waiting if row.args.items() >= args_of(paused).items()), None)


def accepts_declines(request: RequestRow) -> bool:
    """Does whoever confirms it call the share of declines usual, too (`resume`)?"""
    return "usual" in request.args


def args_of(pause: PauseRow) -> dict[str, Any]:
    """What a request to end that very pause of charges names."""
    return {"pause": str(pause.id)}


def may_be_usual(pause: PauseRow) -> bool:
    """Can its share of declines be called usual? Not where charges stopped for something else, or all were declined."""
    figures = pause.figures or {}
    return figures.get("rule") == Tripped.DECLINES and figures["declined"] < figures["answered"]


async def resume(
    session: AsyncSession,
    what: Pausable,
    *,
    by: str,
    reason: str,
    now: datetime,
    usual: bool = False,
    confirmed_by: str | None = None,
) -> bool:
    """Let them go on; False when they are not paused. What is overdue by then is a late start.

    `confirmed_by` is the second person, where it took two. `usual`: the share of declines that stopped charges stops
    them no more for a week.

    Every plan is made anew by the watchdog, also of what lapsed meanwhile and waits to be told.
    """
    values = {"ended_at": now, "ended_by": by, "ended_because": reason, "confirmed_by": confirmed_by}
    ended = (
        update(PauseRow)
        .where(col(PauseRow.what) == what, col(PauseRow.ended_at).is_(None))
        .values(**values, usual_until=now + USUAL_FOR if usual else None)
        .returning(col(PauseRow.began_at), col(PauseRow.figures))
    )
    found = (await session.execute(ended)).one_or_none()
    if found is None:
        return False
    began_at, figures = found
    audit(
        session, now, by, "resume", what, reason=reason, data={"confirmed_by": confirmed_by} if confirmed_by else None
    )
    if usual:
        data = {name: figures[name] for name in ("declined", "answered")} | {"until": (now + USUAL_FOR).isoformat()}
        audit(session, now, by, "breaker.accept", what, reason=reason, data=data)
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
