"""Endpoints of other systems that are told what happened, what waits for each of them, and every try to hand it over.

Events are not copied: a delivery names an event of the record, and an endpoint the last event that it was looked at
for. Who reads the record may read no further than `models/settled.py` says.
"""

import base64
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Identity,
    Index,
    String,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.audit import audit
from models.columns import fixed, instant, key, one_of
from models.history import last_event
from models.journal import clear_alarm
from models.records import EventRow
from renewals.published import events_behind, type_of

GIVEN_UP = "webhook_given_up"
"""The alarm that an endpoint did not take an event for days; its subject is the endpoint."""

MOST_REPLAYED = 10_000
"""How many events of the record one replay goes through at most."""


class EndpointState(StrEnum):
    """Whether an endpoint is told anything. While it is off nothing is lost: it is told once it is on again."""

    ON = "on"
    OFF = "off"
    REMOVED = "removed"


class DeliveryState(StrEnum):
    """Where an event stands with an endpoint."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class EndpointRow(SQLModel, table=True):
    """An address that is told of events of these types; of all where there are none.

    `secret` signs what is sent, so it has to be stored as it is: who reads this table can sign in our name. `position`
    is the last event that was looked at for it. `leased_until`: until then one worker is about it. `failures` counts
    the turns in a row in which it took nothing, and until `held_until` it is left alone.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        one_of("state", EndpointState),
        CheckConstraint("created_because <> ''", name="created_because"),
        CheckConstraint("(state = 'removed') = (secret IS NULL)", name="secret"),
    )

    id: UUID = key()
    url: str
    types: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    secret: str | None = Field(default=None, repr=False)
    state: str = EndpointState.ON.value
    position: int = Field(sa_type=BigInteger)
    leased_until: datetime | None = instant(nullable=True)
    failures: int = 0
    held_until: datetime | None = instant(nullable=True)
    created_at: datetime = instant()
    created_by: str
    created_because: str
    changed_at: datetime | None = instant(nullable=True)
    changed_by: str | None = None
    changed_because: str | None = None

    @property
    def host(self) -> str:
        """For the audit, which everybody of the staff reads: the rest of an address may be as good as a password."""
        return urlsplit(self.url).hostname or ""

    def wants(self, type_: str) -> bool:
        return not self.types or type_ in self.types


class DeliveryRow(SQLModel, table=True):
    """An event on its way to an endpoint. `subject` is what it is about: events of one subject go in their order.

    `since` is when it was first to be sent, or was to be sent again: from then on the days count after which it is
    given up. `next_at` is when it is tried next, none once that is over.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("state", DeliveryState),
        CheckConstraint("(state = 'waiting') = (next_at IS NOT NULL)", name="next_at"),
        Index("ix_webhook_deliveries_due", "endpoint_id", "next_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_webhook_deliveries_order",
            "endpoint_id",
            "subject",
            "event_id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_webhook_deliveries_state", "endpoint_id", "state", "event_id"),
        Index("ix_webhook_deliveries_open", "endpoint_id", "state", postgresql_where=text("state <> 'delivered'")),
        Index("ix_webhook_deliveries_done_at", "done_at", postgresql_where=text("done_at IS NOT NULL")),
    )

    endpoint_id: UUID = Field(foreign_key="webhook_endpoints.id", primary_key=True)
    event_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    subject: str
    type: str
    state: str = DeliveryState.WAITING.value
    tries: int = 0
    since: datetime = instant()
    next_at: datetime | None = instant(nullable=True)
    done_at: datetime | None = instant(nullable=True)


class TryRow(SQLModel, table=True):
    """One try to hand an event over: the status that came, or what went wrong instead, and the answer's beginning."""

    __tablename__ = "webhook_tries"
    __table_args__ = (Index("ix_webhook_tries_delivery", "endpoint_id", "event_id", "id"), Index(None, "tried_at"))

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    endpoint_id: UUID = Field(foreign_key="webhook_endpoints.id")
    event_id: int = Field(sa_type=BigInteger)
    tried_at: datetime = instant()
    took_ms: int
    status: int | None = None
    error: str | None = None
    answer: str = ""


def new_secret() -> str:
    """A secret as Standard Webhooks has them.

    >>> new_secret().startswith("whsec_"), len(new_secret())
    (True, 50)
    """
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def is_waiting(row: Any = DeliveryRow) -> ColumnElement[bool]:
    """Is the delivery still to be made? Written so that PostgreSQL sees the indexes of those that are."""
    return col(row.state) == fixed(DeliveryState.WAITING.value)


async def add_endpoint(
    session: AsyncSession, url: str, types: Collection[str], *, by: str, reason: str, now: datetime
) -> EndpointRow:
    """A new endpoint, told of what is recorded from now on. Its secret is shown to whoever made it, this once."""
    row = EndpointRow(
        url=url,
        types=sorted(set(types)),
        secret=new_secret(),
        position=await last_event(session),
        created_at=now,
        created_by=by,
        created_because=reason,
    )
    session.add(row)
    await session.flush()
    audit(session, now, by, "webhook.add", str(row.id), reason=reason, data={"host": row.host, "types": row.types})
    return row


async def every_endpoint(session: AsyncSession) -> Sequence[EndpointRow]:
    """Those that there are, the oldest first; what was removed is left out."""
    query = select(EndpointRow).where(col(EndpointRow.state) != EndpointState.REMOVED)
    return (await session.scalars(query.order_by(col(EndpointRow.created_at), col(EndpointRow.id)))).all()


async def find_endpoint(session: AsyncSession, id_: UUID) -> EndpointRow | None:
    """The endpoint, unless it was removed."""
    row = await session.get(EndpointRow, id_, populate_existing=True)
    return row if row and row.state != EndpointState.REMOVED else None


async def set_state(
    session: AsyncSession, id_: UUID, state: EndpointState, *, by: str, reason: str, now: datetime
) -> bool | None:
    """Switch it on or off, or remove it for good; False when it is so already, None when there is none."""
    row = await session.get(EndpointRow, id_, with_for_update=True, populate_existing=True)
    if row is None or (row.state == EndpointState.REMOVED and state is not EndpointState.REMOVED):
        return None
    if row.state == state:
        return False
    row.state, row.changed_at, row.changed_by, row.changed_because = state.value, now, by, reason
    row.failures, row.held_until = 0, None
    if state is EndpointState.ON:
        waits = update(DeliveryRow).where(col(DeliveryRow.endpoint_id) == id_, is_waiting())
        await session.execute(waits.values(since=now, next_at=now))  # the days while it was off count for nothing
    if state is EndpointState.REMOVED:
        row.secret = None
        await clear_alarm(session, None, GIVEN_UP, now, subject=str(id_))
    audit(session, now, by, f"webhook.{state}", str(id_), reason=reason, data={"host": row.host})
    return True


def matching(row: EventRow, endpoint: EndpointRow) -> str | None:
    """The type of the event, if the endpoint wants to hear of it."""
    found = type_of(row.event, row.data)
    return found if found and endpoint.wants(found) else None


async def events_for(
    session: AsyncSession, endpoint: EndpointRow, after: int, up_to: int, limit: int
) -> Sequence[EventRow]:
    """Events of the record, in order, that may concern the endpoint."""
    row = EventRow
    query = select(row).where(col(row.id) > after, col(row.id) <= up_to).order_by(col(row.id)).limit(limit)
    if endpoint.types:
        query = query.where(col(row.event).in_(sorted(events_behind(endpoint.types))))
    return (await session.scalars(query)).all()


def waiting_for(endpoint: EndpointRow, row: EventRow, type_: str, now: datetime) -> dict[str, Any]:
    """The values of a delivery that is to be tried now."""
    return {
        "endpoint_id": endpoint.id,
        "event_id": row.id,
        "subject": row.subscription or row.customer or "",
        "type": type_,
        "state": DeliveryState.WAITING.value,
        "tries": 0,
        "since": now,
        "next_at": now,
    }


async def replay_range(
    session: AsyncSession, endpoint: EndpointRow, first: int, last: int, *, by: str, reason: str, now: datetime
) -> int:
    """Send again what is recorded between these two events, both included; how many that are.

    The caller sees to it that they are at most `MOST_REPLAYED`.
    """
    settled = min(last, endpoint.position)
    rows = await events_for(session, endpoint, first - 1, settled, MOST_REPLAYED)
    values = [waiting_for(endpoint, row, type_, now) for row in rows if (type_ := matching(row, endpoint))]
    again = {"state": DeliveryState.WAITING.value, "since": now, "next_at": now, "done_at": None}
    for at in range(0, len(values), 1000):
        statement = insert(DeliveryRow).values(values[at : at + 1000])
        await session.execute(statement.on_conflict_do_update(index_elements=["endpoint_id", "event_id"], set_=again))
    await _call_again(session, endpoint)
    data = {"from": first, "to": last, "events": len(values)}
    audit(session, now, by, "webhook.replay", str(endpoint.id), reason=reason, data=data)
    return len(values)


async def replay_failed(session: AsyncSession, endpoint: EndpointRow, *, by: str, reason: str, now: datetime) -> int:
    """Send again what was given up, and at once what waits to be tried again; how many that are."""
    row = DeliveryRow
    failed = (
        update(row)
        .where(col(row.endpoint_id) == endpoint.id)
        .where(
            (col(row.state) == fixed(DeliveryState.GIVEN_UP.value)) | (is_waiting() & (col(row.tries) > 0)),
            col(row.state) != fixed(DeliveryState.DELIVERED.value),
        )
        .values(state=DeliveryState.WAITING.value, since=now, next_at=now, done_at=None)
        .returning(col(row.event_id))
    )
    count = len((await session.execute(failed)).all())
    await _call_again(session, endpoint)
    await clear_alarm(session, None, GIVEN_UP, now, subject=str(endpoint.id))
    audit(session, now, by, "webhook.replay", str(endpoint.id), reason=reason, data={"failed": count})
    return count


async def _call_again(session: AsyncSession, endpoint: EndpointRow) -> None:
    """Leave it alone no longer."""
    row = EndpointRow
    await session.execute(update(row).where(col(row.id) == endpoint.id).values(failures=0, held_until=None))


async def standing(session: AsyncSession) -> dict[UUID, dict[str, int]]:
    """By endpoint: how many deliveries wait or were given up."""
    row = DeliveryRow
    query = (
        select(col(row.endpoint_id), col(row.state), func.count())
        .where(col(row.state) != fixed(DeliveryState.DELIVERED.value))
        .group_by(col(row.endpoint_id), col(row.state))
    )
    found: dict[UUID, dict[str, int]] = {}
    for endpoint, state, count in await session.execute(query):
        found.setdefault(endpoint, {})[state] = int(count)
    return found


async def deliveries_of(
    session: AsyncSession, endpoint: UUID, state: DeliveryState | None, *, before: int | None, limit: int
) -> tuple[Sequence[DeliveryRow], int | None]:
    """Up to `limit` deliveries, the newest event first; and before which event the next page begins."""
    row = DeliveryRow
    query = select(row).where(col(row.endpoint_id) == endpoint).order_by(col(row.event_id).desc()).limit(limit + 1)
    if state is not None:
        query = query.where(col(row.state) == state)
    if before is not None:
        query = query.where(col(row.event_id) < before)
    rows = (await session.scalars(query)).all()
    return rows[:limit], rows[limit - 1].event_id if len(rows) > limit else None


async def tries_of(session: AsyncSession, endpoint: UUID, event_id: int) -> Sequence[TryRow]:
    """Every try to deliver that event, the oldest first."""
    row = TryRow
    query = select(row).where(col(row.endpoint_id) == endpoint, col(row.event_id) == event_id).order_by(col(row.id))
    return (await session.scalars(query.limit(200))).all()
