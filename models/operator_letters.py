"""Mails to the operators themselves: each is written down under a key before it is sent, so that it comes once.

A letter of the morning and one about grave alarms differ only in their facts. And how far whoever reads the record for
them has read.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.columns import instant, json, key, one_of
from models.operators import OperatorRow

KINDS = ("alert", "digest")
OUTCOMES = ("sent", "failed")


class OperatorLetterRow(SQLModel, table=True):
    """A letter to one address. `occasion` names what it is about, so that each address gets it once.

    `raw` are the exact bytes, kept so that a resend is the same mail. `next_at` is when it is tried next, none once it
    has an outcome.
    """

    __tablename__ = "operator_letters"
    __table_args__ = (
        UniqueConstraint("kind", "occasion", "recipient"),
        one_of("kind", KINDS),
        one_of("outcome", OUTCOMES, optional=True),
        Index("ix_operator_letters_waiting", "next_at", postgresql_where=text("outcome IS NULL")),
        Index("ix_operator_letters_made_at", "made_at"),
    )

    id: UUID = key()
    kind: str
    occasion: str
    recipient: str
    language: str
    facts: dict[str, Any] = json()
    made_at: datetime = instant()
    next_at: datetime | None = instant(nullable=True)
    tries: int = 0
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True), repr=False)
    sent_at: datetime | None = instant(nullable=True)
    reply: str | None = None
    outcome: str | None = None


class JournalReaderRow(SQLModel, table=True):
    """How far the record was read for a purpose; `since` and `last_at` are what it has to remember meanwhile."""

    __tablename__ = "journal_readers"

    name: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    since: datetime | None = instant(nullable=True)
    last_at: datetime | None = instant(nullable=True)


async def recipients(session: AsyncSession, kind: str, addresses: Mapping[str, str]) -> dict[str, str]:
    """Who gets letters of that kind: the address of each with its language. `addresses` are those of the settings.

    Operators tick it for themselves; whoever is disabled gets nothing. Nobody is written to twice for capital letters.
    """
    wants = col(OperatorRow.wants_alerts if kind == "alert" else OperatorRow.wants_digest)
    query = select(col(OperatorRow.email), col(OperatorRow.language)).where(
        wants, col(OperatorRow.disabled_at).is_(None)
    )
    ticked = {email: language or "en" for email, language in (await session.execute(query)).all()}
    theirs = {email.lower() for email in ticked}
    return {address: language for address, language in addresses.items() if address.lower() not in theirs} | ticked


async def not_reached(session: AsyncSession, addresses: Collection[str]) -> list[str]:
    """Those of the addresses to whom the last letter was refused, or could not be sent until it said nothing more."""
    row = OperatorLetterRow
    last = (
        select(col(row.recipient), col(row.outcome))
        .ext(distinct_on(col(row.recipient)))
        .where(col(row.recipient).in_(addresses), col(row.outcome).is_not(None))
        .order_by(col(row.recipient), col(row.made_at).desc())
    )
    return [address for address, outcome in await session.execute(last) if outcome == "failed"]


async def write_letters(
    session: AsyncSession, kind: str, occasion: str, to: Mapping[str, str], facts: Mapping[str, Any], now: datetime
) -> int:
    """Write a letter down for each address, to be sent at once; how many are new."""
    if not to:
        return 0
    rows = [
        {
            "kind": kind,
            "occasion": occasion,
            "recipient": address,
            "language": language,
            "facts": dict(facts),
            "made_at": now,
            "next_at": now,
            "tries": 0,
        }
        for address, language in to.items()
    ]
    statement = insert(OperatorLetterRow).values(rows).on_conflict_do_nothing()
    return len((await session.execute(statement.returning(col(OperatorLetterRow.id)))).all())
