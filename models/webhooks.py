"""Endpoints of other systems that are told what happened: what waits for each of them, and every try to hand it over.

Events are not copied: a delivery names an event of the record, and an endpoint the last event that it was looked at
for (`webhook_deliveries.py`).
"""

import base64
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Identity,
    Index,
    String,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.audit import audit
from models.columns import fixed, instant, key, one_of
from models.history import last_event
from models.journal import clear_alarm
from models.sealing import Seal

GIVEN_UP = "webhook_given_up"
"""The alarm that an endpoint did not take an event for days; its subject is the endpoint."""


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

    `secret` signs what is sent; it is stored closed (`sealing.py`). `position` is the last event that was looked at for
    it. `leased_until`: until then one worker is about it. `failures` counts the turns in a row in which it took
    nothing, and until `held_until` it is left alone.
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

    def secret_by(self, seal: Seal | None) -> str | None:
        """What signs events; None where no key opens it, or it was removed."""
        return seal.open(self.secret, str(self.id)) if seal and self.secret else None

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
    session: AsyncSession, url: str, types: Collection[str], seal: Seal, *, by: str, reason: str, now: datetime
) -> tuple[EndpointRow, str]:
    """A new endpoint, told of what is recorded from now on; its secret is shown to whoever made it, this once."""
    id_, secret = uuid4(), new_secret()
    row = EndpointRow(
        id=id_,
        url=url,
        types=sorted(set(types)),
        secret=seal.close(secret, str(id_)),
        position=await last_event(session),
        created_at=now,
        created_by=by,
        created_because=reason,
    )
    session.add(row)
    await session.flush()
    audit(session, now, by, "webhook.add", str(row.id), reason=reason, data={"host": row.host, "types": row.types})
    return row, secret


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
