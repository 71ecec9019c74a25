"""Every mail as it was sent or tried: found by recipient, subscription, kind, state and day, the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
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
BY_SENDING = Keyset((col(_ROW.sent_at), col(_ROW.id)), falling=True)
"""The order of those that are asked for by the day on which they were sent."""


class State(StrEnum):
    """What became of a mail so far."""

    SENT = "sent"
    WAITING = "waiting"
    MISSED = "missed"
    FAILED = "failed"
    BOUNCED = "bounced"


ASKED: Mapping[str, tuple[State, ...]] = MappingProxyType(
    {state.value: (state,) for state in State} | {"undelivered": (State.FAILED, State.BOUNCED)}
)
"""By which states mails are asked for: one of them, or those that reached nobody."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice among the mails; None or empty: whichever. `recipient` is a whole address.

    `since` and `until` bound the instants for which they were planned, the other two those at which they were sent.
    """

    recipient: str = ""
    subscription: str = ""
    kind: Kind | None = None
    states: tuple[State, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    sent_since: datetime | None = None
    sent_until: datetime | None = None

    @property
    def order(self) -> Keyset:
        """Each has its index."""
        return BY_SENDING if self.sent_since or self.sent_until else ORDER


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
    found = await page_of(session, _query().where(*_conditions(wanted)), wanted.order, limit, beside)
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
    if State.WAITING in wanted.states:
        found.append(col(_ROW.outcome).is_(None))
    elif wanted.states:
        found.append(col(_ROW.outcome).in_([fixed(state.value) for state in wanted.states]))
    for column, since, until in (
        (col(_ROW.planned_for), wanted.since, wanted.until),
        (col(_ROW.sent_at), wanted.sent_since, wanted.sent_until),
    ):
        if since is not None:
            found.append(column >= since)
        if until is not None:
            found.append(column < until)
    return found
