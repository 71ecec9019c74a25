"""What was asked, sent, noticed and done: commands, notices, alarms, and the record of all events."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import instant, json, key, one_of
from renewals.letters import Kind

BY_STAFF = "event IN ('command', 'go_live') AND \"left\"(caused_by, 9) = 'operator:'"
"""Events that are an operator's own doing, not what follows from it; their indexes hold these alone."""

DEED = "coalesce(data ->> 'name', 'go-live')"
"""What was done, of those events: the command."""

NOTICE_OUTCOMES = ("sent", "missed", "failed", "bounced")


class CommandRow(SQLModel, table=True):
    """A command as given. It is stored before anybody is told of it, and its outcome commits with its effect.

    `subscription` is what the sender wrote, whether or not it exists. `received_at` is in the subscription's own time
    and, once decided, never later than `decided_at`; `stored_at` in the world's, by the clock of who stored it. A
    command that pays has the order that it placed; its outcome commits with the gateway's answer. `renews_on` is the
    next renewal date of the subscription when it was stored: the one that whoever renews means.
    """

    __tablename__ = "commands"
    __table_args__ = (
        UniqueConstraint("client_key"),
        one_of("outcome", ("done", "refused"), optional=True),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("ix_commands_undecided", "stored_at", postgresql_where=text("outcome IS NULL")),
        Index("ix_commands_cancels", "stored_at", postgresql_where=text("name = 'cancel-auto-renew'")),
    )

    id: UUID = key()
    client_key: str
    subscription: str = Field(index=True)
    name: str
    args: dict[str, Any] = json()
    given_by: str
    reason: str | None = None
    received_at: datetime = instant()
    stored_at: datetime = instant()
    renews_on: date | None = None
    decided_at: datetime | None = instant(nullable=True)
    outcome: str | None = None
    code: str | None = None
    hint: str | None = None
    possible_on: date | None = None
    order_id: UUID | None = Field(default=None, foreign_key="orders.id", index=True)


class NoticeRow(SQLModel, table=True):
    """A mail, from the moment it is claimed. `raw` are the exact bytes, kept so that a resend is the same mail.

    `why` says what caused it; `facts` what a caused mail needs to know of its cause.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("subscription", "term_starts_on", "kind", "occasion", "recipient"),
        one_of("kind", Kind),
        one_of("outcome", NOTICE_OUTCOMES, optional=True),
        CheckConstraint("outcome <> 'sent' OR sent_at IS NOT NULL", name="sent_at"),
        Index("ix_notices_waiting", "subscription", postgresql_where=text("outcome IS NULL")),
        Index("ix_notices_sent_at", "sent_at", "id", postgresql_where=text("sent_at IS NOT NULL")),
        Index("ix_notices_by_time", "planned_for", "id"),
        Index("ix_notices_by_kind", "kind", "planned_for", "id"),
        Index("ix_notices_by_recipient", literal_column("lower(recipient)"), "planned_for", "id"),
        Index("ix_notices_not_sent", "outcome", "planned_for", "id", postgresql_where=text("outcome <> 'sent'")),
        Index("ix_notices_queue", "planned_for", "id", postgresql_where=text("outcome IS NULL")),
        Index("ix_notices_undelivered", "subscription", postgresql_where=text("outcome IN ('failed', 'bounced')")),
    )

    id: UUID = key()
    subscription: str = Field(foreign_key="subscriptions.number")
    term_starts_on: date
    kind: str
    occasion: str
    recipient: str
    dated: bool
    why: str
    facts: dict[str, Any] = json()
    planned_for: datetime = instant()
    next_at: datetime | None = instant(nullable=True)
    tries: int = 0
    locale: str | None = None
    message_id: str | None = None
    content_hash: str | None = None
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    sent_at: datetime | None = instant(nullable=True)
    reply: str | None = None
    outcome: str | None = None


class AlarmRow(SQLModel, table=True):
    """Something an operator must look at; open until cleared, and open only once per subscription, kind and subject.

    Without a subscription it is about the installation as a whole. `subject` tells apart what may happen twice: an
    attempt, a notice, a renewal date, an endpoint; else it is empty. `gravity` is that of its kind when it was raised.
    `detail` is a sentence in English, `facts` what it is made of, as far as it can be said in another language.
    `owner` (`operator:NAME`) sees to it. Acknowledged, it stays open until it is cleared; `cleared_by` is whoever said
    that it is over, none where its cause went by itself.
    """

    __tablename__ = "alarms"
    __table_args__ = (
        Index(
            "uq_alarms_open",
            "subscription",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("cleared_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_alarms_open", "gravity", "raised_at", "id", postgresql_where=text("cleared_at IS NULL")),
        Index("ix_alarms_open_kind", "kind", "gravity", "raised_at", "id", postgresql_where=text("cleared_at IS NULL")),
        Index(
            "ix_alarms_open_owner", "owner", "gravity", "raised_at", "id", postgresql_where=text("cleared_at IS NULL")
        ),
        Index("ix_alarms_ended", "cleared_at", "id", postgresql_where=text("cleared_at IS NOT NULL")),
        Index("ix_alarms_ended_kind", "kind", "cleared_at", "id", postgresql_where=text("cleared_at IS NOT NULL")),
        Index("ix_alarms_ended_owner", "owner", "cleared_at", "id", postgresql_where=text("cleared_at IS NOT NULL")),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged_by"),
        CheckConstraint("(cleared_by IS NULL) = (cleared_because IS NULL)", name="cleared_because"),
    )

    id: UUID = key()
    subscription: str | None = Field(default=None, foreign_key="subscriptions.number")
    kind: str
    gravity: int
    subject: str = ""
    detail: str
    facts: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'"))
    )
    raised_at: datetime = instant()
    owner: str | None = None
    acknowledged_at: datetime | None = instant(nullable=True)
    acknowledged_by: str | None = None
    note: str | None = None
    cleared_at: datetime | None = instant(nullable=True)
    cleared_by: str | None = None
    cleared_because: str | None = None


class EventRow(SQLModel, table=True):
    """One thing that happened, with who and why: the audit. Rows are added, never changed (a trigger holds it).

    `data` is what `perennial rehearse` prints, without personal data; a notice's recipient is read from its row. What
    concerns a customer rather than one of its subscriptions names the customer; what concerns us all names neither.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_subscription_at", "subscription", "at", "id"),
        Index("ix_events_deeds", "at", "id", postgresql_where=text(BY_STAFF)),
        Index("ix_events_deeds_by", "caused_by", "at", "id", postgresql_where=text(BY_STAFF)),
        Index("ix_events_deeds_what", text(DEED), "at", "id", postgresql_where=text(BY_STAFF)),
        Index(
            "ix_events_deeds_reason",
            literal_column("lower(reason)"),
            postgresql_ops={"lower(reason)": "gin_trgm_ops"},
            postgresql_using="gin",
            postgresql_where=text(BY_STAFF),
        ),
        Index("ix_events_alarm", "id", postgresql_where=text("event = 'alarm'")),
        CheckConstraint("subscription IS NULL OR customer IS NULL", name="of_one"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    subscription: str | None = None
    customer: str | None = None
    at: datetime = instant()
    event: str
    data: dict[str, Any] = json()
    notice_id: UUID | None = Field(default=None, foreign_key="notices.id")
    caused_by: str
    reason: str | None = None
