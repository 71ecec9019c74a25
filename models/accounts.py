"""Who is signed in to the account: mailed links that open it once, the sessions that they began, calendar addresses.

Of a token only its SHA-256 is stored, so that whoever reads these tables cannot sign in by them.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from models.columns import instant, key

_HASH = "~ '^[0-9a-f]{64}$'"


class SignInLinkRow(SQLModel, table=True):
    """One request for a link, whoever asked; the rows are counted to limit them.

    `email` is None where nobody is known by the address: then no mail was sent, and no token opens the account.
    `leads_to` is the number of the subscription that the person wanted to see.
    """

    __tablename__ = "sign_in_links"
    __table_args__ = (
        CheckConstraint(f"token_hash {_HASH}", name="token_hash"),
        CheckConstraint("used_at IS NULL OR email IS NOT NULL", name="used_by_somebody"),
        Index("ix_sign_in_links_address_hash", "address_hash", "asked_at"),
        Index("ix_sign_in_links_client_hash", "client_hash", "asked_at"),
        Index("ix_sign_in_links_expires_at", "expires_at"),
    )

    id: UUID = key()
    token_hash: str = Field(unique=True)
    address_hash: str
    client_hash: str
    email: str | None = None
    leads_to: str | None = None
    asked_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


class AccountSessionRow(SQLModel, table=True):
    """A person who is signed in, known by mail address, until `expires_at` or until they sign out. One per link."""

    __tablename__ = "account_sessions"
    __table_args__ = (
        CheckConstraint(f"token_hash {_HASH}", name="token_hash"),
        Index("ix_account_sessions_expires_at", "expires_at"),
    )

    id: UUID = key()
    token_hash: str = Field(unique=True)
    link_id: UUID = Field(foreign_key="sign_in_links.id", unique=True)
    email: str
    started_at: datetime = instant()
    expires_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


class CalendarFeedRow(SQLModel, table=True):
    """A secret address from which a calendar program reads a person's renewal dates, until `ended_at`; one at a time.

    `email` is the person's, in small letters.
    """

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        CheckConstraint(f"token_hash {_HASH}", name="token_hash"),
        CheckConstraint("email = lower(email)", name="email_in_small_letters"),
        Index("uq_calendar_feeds_open", "email", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: UUID = key()
    token_hash: str = Field(unique=True)
    email: str
    created_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
