"""The sandbox gateway's own book, apart from ours: what it was asked, what it answered, whose money moved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.columns import amount, instant


class SandboxMethodRow(SQLModel, table=True):
    """How often a method of a subscription was tried, and how many calls found nobody."""

    __tablename__ = "methods"
    __table_args__ = {"schema": "sandbox"}

    subscription: str = Field(primary_key=True)
    method_id: UUID = Field(primary_key=True)
    attempts: int = 0
    refused_calls: int = 0


class SandboxChargeRow(SQLModel, table=True):
    """One charge under its key, with the outcome; a pending one becomes `outcome` at `final_at`."""

    __tablename__ = "charges"
    __table_args__ = (CheckConstraint("outcome IN ('paid', 'declined')", name="outcome_known"), {"schema": "sandbox"})

    key: UUID = Field(primary_key=True)
    subscription: str
    method_id: UUID
    amount: int = amount()
    currency: str
    outcome: str
    code: str | None = None
    charged_at: datetime = instant()
    final_at: datetime = instant()
