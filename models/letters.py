"""Every mail as it was sent or tried: found by recipient, subscription, kind, state and day, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.columns import fixed
from models.keyset import Beside, Found, Keyset, page_of
from models.records import NoticeRow
from renewals.letters import Kind

_ROW = NoticeRow
ORDER = Keyset((col(_ROW.planned_for), col(_ROW.id)), falling=True)


class State(StrEnum):
    """What became of a mail so far."""

    SENT = "sent"
    WAITING = "waiting"
    MISSED = "missed"
    FAILED = "failed"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice among the mails; None or empty: whichever. `recipient` is a whole address; instants are planned ones."""

    recipient: str = ""
    subscription: str = ""
    kind: Kind | None = None
    state: State | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its bytes. `is_kept`: they can be read."""

    id: UUID
    subscription: str
    kind: str
    occasion: str
    recipient: str
    planned_for: datetime
    sent_at: datetime | None
    next_at: datetime | None
    tries: int
    outcome: str | None
    reply: str | None
    message_id: str | None
    is_kept: bool

    @property
    def state(self) -> State:
        return State(self.outcome) if self.outcome else State.WAITING


async def letters_page(session: AsyncSession, wanted: Wanted, limit: int, beside: Beside) -> Found:
    """The mails that are wanted, each row one `Letter`."""
    found = await page_of(session, _query().where(*_conditions(wanted)), ORDER, limit, beside)
    return Found([Letter(*row) for row in found.rows], found.first, found.last, found.earlier, found.later)


def _query() -> Select[Any]:
    columns: list[Any] = [
        col(_ROW.id),
        col(_ROW.subscription),
        col(_ROW.kind),
        col(_ROW.occasion),
        col(_ROW.recipient),
        col(_ROW.planned_for),
        col(_ROW.sent_at),
        col(_ROW.next_at),
        col(_ROW.tries),
        col(_ROW.outcome),
        col(_ROW.reply),
        col(_ROW.message_id),
        col(_ROW.raw).is_not(None),
    ]
    return select(*columns)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = list[ColumnElement[bool]]()
    if wanted.recipient:
        found.append(func.lower(col(_ROW.recipient)) == wanted.recipient.lower())
    if wanted.subscription:
        found.append(col(_ROW.subscription) == wanted.subscription)
    if wanted.kind:
        found.append(col(_ROW.kind) == wanted.kind.value)
    if wanted.state is State.WAITING:
        found.append(col(_ROW.outcome).is_(None))
    elif wanted.state:
        found.append(col(_ROW.outcome) == fixed(wanted.state.value))
    if wanted.since is not None:
        found.append(col(_ROW.planned_for) >= wanted.since)
    if wanted.until is not None:
        found.append(col(_ROW.planned_for) < wanted.until)
    return found
