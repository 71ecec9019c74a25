"""The audit of the operations console: who did or saw what, when and why. Rows are added, never changed.

What happens to a subscription stands in its record (`events`); here stands what people did at their pages, also what
they only read where that is sensitive.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, insert, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import Field, SQLModel, col

from models.columns import instant, json, one_of_these


class AuditRow(SQLModel, table=True):
    """One act. `about` is what it concerns, such as a number or a name; `data` holds no secret."""

    __tablename__ = "audit"
    __table_args__ = (
        CheckConstraint("action <> ''", name="action"),
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_done_by", "done_by", "at", "id"),
        Index("ix_audit_about", "about", "at", "id"),
        Index("ix_audit_action", "action", "at", "id"),
        Index(
            "ix_audit_reason",
            literal_column("lower(reason)"),
            postgresql_ops={"lower(reason)": "gin_trgm_ops"},
            postgresql_using="gin",
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = instant()
    done_by: str
    action: str
    about: str | None = None
    reason: str | None = None
    data: dict[str, Any] = json()


def audit(
    session: AsyncSession,
    now: datetime,
    by: str,
    action: str,
    about: str | None = None,
    *,
    reason: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add one act, in the transaction of its effect. `by` is `operator:NAME`, `action` such as `operator.disable`."""
    session.add(AuditRow(at=now, done_by=by, action=action, about=about, reason=reason, data=dict(data or {})))


async def audit_import(
    connection: AsyncConnection, now: datetime, by: str, action: str, id_: UUID, *, reason: str, data: Mapping[str, Any]
) -> None:
    """Add that files were imported. An import has no session, but the connection that its rows are copied over."""
    row = {"at": now, "done_by": by, "action": action, "about": str(id_), "reason": reason, "data": dict(data)}
    await connection.execute(insert(AuditRow), row)


async def why_imported(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Why portfolios were imported, by import; of one that is older than this audit nothing."""
    row = AuditRow
    its = one_of_these(col(row.about), [str(each) for each in ids])
    query = select(col(row.about), col(row.reason)).where(its, col(row.action) == PORTFOLIO_IMPORT)
    return {UUID(about): reason for about, reason in await session.execute(query) if about and reason}


PORTFOLIO_IMPORT, USAGE_IMPORT = "portfolio.import", "usage.import"
MAIL_READ = "mail.read"
_ONE_READING = timedelta(minutes=10)
"""A page and the frame in it are one reading."""


async def audit_framed_mail(session: AsyncSession, now: datetime, by: str, number: str, notice: UUID) -> None:
    """Add that a mail's letter was read, unless the page that frames it did so just now."""
    row, text = AuditRow, str(notice)
    lately = select(col(row.id)).where(
        col(row.about) == number,
        col(row.at) > now - _ONE_READING,
        col(row.action) == MAIL_READ,
        col(row.done_by) == by,
        col(row.data)["notice"].astext == text,
    )
    if (await session.execute(lately.limit(1))).first() is None:
        audit(session, now, by, MAIL_READ, number, data={"notice": text})
