"""What people of the staff did: the acts of the audit and their commands on subscriptions, in one list by time.

The audit has what was done and read at the pages and by the commands about people and pauses; the record (`events`) has
the commands to subscriptions with their outcome. A command that was given at a page stands in both: as it was given,
and as it was decided. Events are on their subscription's own clock; outside of a time machine that is the world's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, literal_column, select, text, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import String
from sqlmodel import col

from models.audit import AuditRow
from models.columns import among
from models.engine import FOR_THESE_VALUES
from models.keyset import Beside, Found, Place, found_in
from models.records import BY_STAFF, DEED, EventRow
from models.searching import part
from models.subscriptions import SubscriptionRow
from renewals.permission import OPERATOR_MAY

AUDIT, RECORD = "audit", "record"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice among the acts; None or empty: whichever. `why` is any part of the reason."""

    by: str = ""
    deed: str = ""
    about: str = ""
    why: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `about` is what it concerns, such as a number or a name; `data` what belongs to it."""

    at: datetime
    source: str
    id: int
    by: str
    deed: str
    about: str | None
    why: str | None
    data: dict[str, Any]

    @property
    def place(self) -> Place:
        return self.at, self.source, self.id


@dataclass(frozen=True, slots=True)
class _Source:
    """A table of acts: what stands for each part of one."""

    name: str
    at: Any
    id: Any
    by: Any
    deed: Any
    about: Any
    why: Any
    data: Any
    of_staff: tuple[ColumnElement[bool], ...] = ()

    def query(self, wanted: Wanted, limit: int, beside: Beside) -> Select[Any]:
        back = beside.before is not None
        chosen = [*self.of_staff, *self._conditions(wanted), *self._beyond(beside)]
        columns = (self.at, literal(self.name), self.id, self.by, self.deed, self.about, self.why, self.data)
        query = select(*(column.label(name) for column, name in zip(columns, _PARTS, strict=True))).where(*chosen)
        order = (self.at, self.id) if back else (self.at.desc(), self.id.desc())
        return query.order_by(*order).limit(limit)

    def _conditions(self, wanted: Wanted) -> Iterable[ColumnElement[bool]]:
        for column, value in ((self.by, wanted.by), (self.deed, wanted.deed), (self.about, wanted.about)):
            if value:
                yield column == value
        if wanted.why:
            yield func.lower(self.why).like(part(wanted.why))
        if wanted.since is not None:
            yield self.at >= wanted.since
        if wanted.until is not None:
            yield self.at < wanted.until

    def _beyond(self, beside: Beside) -> Iterable[ColumnElement[bool]]:
        """The condition on the table alone: of acts at the same instant those of the record are the later ones."""
        edge = beside.after if beside.before is None else beside.before
        if edge is None:
            return
        at, source, id_ = edge
        here, there = tuple_(self.at, self.id), tuple_(literal(at, self.at.type), literal(id_, self.id.type))
        if source == self.name:
            yield here > there if beside.before else here < there
        elif beside.before:
            yield self.at >= at if self.name > source else self.at > at
        else:
            yield self.at <= at if self.name < source else self.at < at


_PARTS = ("at", "source", "id", "by", "deed", "about", "why", "data")
_SOURCES = (
    _Source(
        AUDIT,
        at=col(AuditRow.at),
        id=col(AuditRow.id),
        by=col(AuditRow.done_by),
        deed=col(AuditRow.action),
        about=col(AuditRow.about),
        why=col(AuditRow.reason),
        data=col(AuditRow.data),
    ),
    _Source(
        RECORD,
        at=col(EventRow.at),
        id=col(EventRow.id),
        by=col(EventRow.caused_by),
        deed=literal_column(DEED, String),
        about=col(EventRow.subscription),
        why=col(EventRow.reason),
        data=col(EventRow.data),
        of_staff=(text(BY_STAFF),),  # type: ignore[arg-type]
    ),
)


async def acts_page(session: AsyncSession, wanted: Wanted, limit: int, beside: Beside) -> Found:
    """The acts that are wanted, each row one `Act`, the newest first. Each table is read by an index of its own."""
    parts = [source.query(wanted, limit + 1, beside).subquery() for source in _SOURCES]
    both = union_all(*(select(each) for each in parts)).subquery()
    keys = (both.c.at, both.c.source, both.c.id)
    falling = beside.before is None
    query = select(both).order_by(*(key.desc() if falling else key for key in keys)).limit(limit + 1)
    acts = [Act(*row) for row in await session.execute(query, execution_options=FOR_THESE_VALUES)]
    return found_in([(act, act.place) for act in acts], limit, beside)


_KNOWN_ACTIONS = text(
    "WITH RECURSIVE known AS ((SELECT action FROM audit ORDER BY action LIMIT 1) UNION ALL"
    " SELECT (SELECT action FROM audit WHERE action > known.action ORDER BY action LIMIT 1)"
    " FROM known WHERE known.action IS NOT NULL) SELECT action FROM known WHERE action IS NOT NULL"
)
"""Every action that was ever audited, by one look into the index for each."""


async def known_deeds(session: AsyncSession) -> list[str]:
    """What can be asked for: every action that was ever audited, and the commands that operators give."""
    audited = (await session.scalars(_KNOWN_ACTIONS)).all()
    return [*audited, *sorted(name.value for name in OPERATOR_MAY)]


async def subscriptions_among(session: AsyncSession, names: Sequence[str]) -> frozenset[str]:
    """Those that are numbers of subscriptions."""
    query = select(col(SubscriptionRow.number)).where(among(col(SubscriptionRow.number), "names"))
    return frozenset((await session.scalars(query, {"names": list(names)})).all())
