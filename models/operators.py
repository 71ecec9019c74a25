"""The vendor's staff: their accounts, one-time links, sessions, recovery codes, and the tries to sign in.

Of tokens and codes only SHA-256 is stored, of passwords argon2. The secret of a second factor has to be read again, and
is stored closed (`sealing.py`).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import instant, key, one_of
from renewals.roles import Role

BROWSERS = ("edge", "firefox", "chrome", "safari", "other")
SYSTEMS = ("android", "ios", "windows", "macos", "linux", "other")
"""All that is kept of the browser in which somebody is signed in; the last of each is whatever else there is."""

_HASH = "~ '^[0-9a-f]{64}$'"


class OperatorRow(SQLModel, table=True):
    """A person of the staff, written `operator:NAME` wherever they act.

    A local account has a password and a second factor, or neither yet; one of an identity provider has the provider's
    `issuer` and `subject`, and takes its role from there at each sign-in. `totp_secret` is closed under a key of the
    settings, `totp_step` the last one that was used.
    `wants_alerts`, `wants_digest`: grave alarms, and what each morning brings, come by mail.
    """

    __tablename__ = "operators"
    __table_args__ = (
        one_of("role", Role),
        one_of("language", ("en", "fr"), optional=True),
        CheckConstraint("name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$'", name="name"),
        CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="identity"),
        CheckConstraint("(password_hash IS NULL) = (totp_secret IS NULL)", name="two_factors"),
        CheckConstraint("issuer IS NULL OR password_hash IS NULL", name="one_way_in"),
        CheckConstraint("created_because <> ''", name="created_because"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_by IS NULL)", name="disabled_by"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_because IS NULL)", name="disabled_because"),
        UniqueConstraint("issuer", "subject"),
    )

    name: str = Field(primary_key=True)
    email: str
    role: str
    language: str | None = None
    wants_alerts: bool = False
    wants_digest: bool = False
    issuer: str | None = None
    subject: str | None = None
    password_hash: str | None = Field(default=None, repr=False)
    totp_secret: str | None = Field(default=None, repr=False)
    totp_step: int | None = Field(default=None, sa_type=BigInteger)
    created_at: datetime = instant()
    created_by: str
    created_because: str
    disabled_at: datetime | None = instant(nullable=True)
    disabled_by: str | None = None
    disabled_because: str | None = None

    @property
    def is_set_up(self) -> bool:
        """Is there a way in without a link?"""
        return self.password_hash is not None or self.issuer is not None


class OperatorLinkRow(SQLModel, table=True):
    """A link that signs its operator in once, before `expires_at`: for the first sign-in, and after a reset.

    Whoever made it saw it.
    """

    __tablename__ = "operator_links"
    __table_args__ = (
        CheckConstraint(f"token_hash {_HASH}", name="token_hash"),
        Index("ix_operator_links_expires_at", "expires_at"),
    )

    id: UUID = key()
    token_hash: str = Field(unique=True)
    operator: str = Field(foreign_key="operators.name", index=True)
    made_at: datetime = instant()
    made_by: str
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


class OperatorSessionRow(SQLModel, table=True):
    """An operator who is signed in, until `expires_at`, too long a silence after `seen_at`, or its end.

    `browser` and `system` say of what kind the browser is. `totp_offered` is the secret of a second factor that is
    being set up in it, closed as well.
    """

    __tablename__ = "operator_sessions"
    __table_args__ = (
        CheckConstraint(f"token_hash {_HASH}", name="token_hash"),
        one_of("way", ("link", "password", "provider")),
        one_of("browser", BROWSERS, optional=True),
        one_of("system", SYSTEMS, optional=True),
        CheckConstraint("(browser IS NULL) = (system IS NULL)", name="browser_with_its_system"),
        Index("ix_operator_sessions_expires_at", "expires_at"),
    )

    id: UUID = key()
    token_hash: str = Field(unique=True)
    operator: str = Field(foreign_key="operators.name", index=True)
    way: str
    browser: str | None = None
    system: str | None = None
    started_at: datetime = instant()
    seen_at: datetime = instant()
    expires_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    totp_offered: str | None = Field(default=None, repr=False)


class RecoveryCodeRow(SQLModel, table=True):
    """A code that stands in for the second factor, once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (CheckConstraint(f"code_hash {_HASH}", name="code_hash"),)

    operator: str = Field(foreign_key="operators.name", primary_key=True)
    code_hash: str = Field(primary_key=True)
    made_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


class OperatorTryRow(SQLModel, table=True):
    """A try to sign in by password, whoever made it; those that failed are counted to limit them."""

    __tablename__ = "operator_tries"
    __table_args__ = (
        Index("ix_operator_tries_name_hash", "name_hash", "tried_at"),
        Index("ix_operator_tries_client_hash", "client_hash", "tried_at"),
        Index("ix_operator_tries_tried_at", "tried_at"),
    )

    id: UUID = key()
    name_hash: str
    client_hash: str
    tried_at: datetime = instant()
    succeeded: bool = False
