"""Keys of the JSON API: who may read and who may give commands. Of a key's secret only a digest is stored."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    LargeBinary,
    String,
    UniqueConstraint,
    bindparam,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.audit import audit
from models.columns import instant, key


class Scope(StrEnum):
    """What a key is good for: reading, acting for buyers, acting as an operator; or acting as one partner, alone."""

    READ = "read"
    WRITE = "write"
    OPERATE = "operate"
    PARTNER = "partner"


class ApiKeyRow(SQLModel, table=True):
    """A key: `prefix` is shown to people, `secret_sha256` digests the whole of it. Revoked, it stays for audit."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("prefix"),
        CheckConstraint(
            "scopes <@ ARRAY['read', 'write', 'operate', 'partner']::varchar[] AND cardinality(scopes) > 0",
            name="scopes_known",
        ),
        CheckConstraint("(partner IS NOT NULL) = ('partner' = ANY (scopes))", name="partner"),
        CheckConstraint("partner IS NULL OR cardinality(scopes) = 1", name="partner_alone"),
        CheckConstraint("length(secret_sha256) = 32", name="digest"),
        CheckConstraint("created_because <> ''", name="created_because"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_because IS NULL)", name="revoked_because"),
    )

    id: UUID = key()
    name: str
    prefix: str
    secret_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False), repr=False)
    scopes: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    partner: str | None = Field(default=None, foreign_key="partners.code")
    created_at: datetime = instant()
    created_by: str
    created_because: str
    revoked_at: datetime | None = instant(nullable=True)
    revoked_by: str | None = None
    revoked_because: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A key that was shown and is good; one of a partner is good for what that `partner` sold."""

    key_id: UUID
    scopes: frozenset[Scope]
    partner: str | None = None


_SHAPE = re.compile(r"pk_([a-z2-7]{8})_[A-Za-z0-9_-]{43}")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_NOBODYS = bytes(32)
"""Compared with where no key has the prefix, so that the answer takes as long."""


async def create_key(
    session: AsyncSession,
    *,
    name: str,
    scopes: Collection[Scope],
    by: str,
    reason: str,
    now: datetime,
    partner: str | None = None,
) -> tuple[ApiKeyRow, str]:
    """A new key, and what its caller sends: told this once, and stored nowhere. That of a `partner` has one scope.

    It stands on the audit, as does revoking one.
    """
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    secret = f"pk_{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiKeyRow(
        name=name,
        prefix=prefix,
        secret_sha256=digest_of(secret),
        scopes=sorted(set(scopes)),
        partner=partner,
        created_at=now,
        created_by=by,
        created_because=reason,
    )
    session.add(row)
    await session.flush()
    data = {"name": name, "scopes": row.scopes, "partner": partner}
    audit(session, now, by, "api_key.create", prefix, reason=reason, data=data)
    return row, secret


_GOOD_KEY = select(
    col(ApiKeyRow.id), col(ApiKeyRow.secret_sha256), col(ApiKeyRow.scopes), col(ApiKeyRow.partner)
).where(col(ApiKeyRow.prefix) == bindparam("prefix"), col(ApiKeyRow.revoked_at).is_(None))


async def caller_of(session: AsyncSession, secret: str) -> Caller | None:
    """Whose key this is; None for one that is unknown or revoked."""
    shape = _SHAPE.fullmatch(secret)
    if shape is None:
        return None
    row = (await session.execute(_GOOD_KEY, {"prefix": shape[1]})).one_or_none()
    is_same = hmac.compare_digest(row.secret_sha256 if row else _NOBODYS, digest_of(secret))
    return Caller(row.id, frozenset(map(Scope, row.scopes)), row.partner) if row and is_same else None


def digest_of(secret: str) -> bytes:
    """A key is random and long, so that a plain digest cannot be guessed back."""
    return hashlib.sha256(secret.encode()).digest()


async def good_digests(session: AsyncSession) -> frozenset[bytes]:
    """The digests of all keys that are not revoked."""
    query = select(col(ApiKeyRow.secret_sha256)).where(col(ApiKeyRow.revoked_at).is_(None))
    return frozenset((await session.execute(query)).scalars())


async def every_key(session: AsyncSession) -> Sequence[ApiKeyRow]:
    """All keys that there ever were, the newest first."""
    query = select(ApiKeyRow).order_by(col(ApiKeyRow.created_at).desc(), col(ApiKeyRow.prefix))
    return (await session.execute(query)).scalars().all()


async def revoke_key(session: AsyncSession, prefix: str, *, by: str, reason: str, now: datetime) -> bool | None:
    """Revoke a key from the commit on; False when it is revoked already, None when there is none."""
    revoked = (
        update(ApiKeyRow)
        .where(col(ApiKeyRow.prefix) == prefix, col(ApiKeyRow.revoked_at).is_(None))
        .values(revoked_at=now, revoked_by=by, revoked_because=reason)
        .returning(col(ApiKeyRow.name))
    )
    if (found := (await session.execute(revoked)).first()) is not None:
        audit(session, now, by, "api_key.revoke", prefix, reason=reason, data={"name": found.name})
        return True
    known = select(col(ApiKeyRow.id)).where(col(ApiKeyRow.prefix) == prefix)
    return False if (await session.execute(known)).first() is not None else None
