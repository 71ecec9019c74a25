"""The sandbox gateway's own book, apart from ours: what it was asked, what it answered, whose money moved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.columns import amount, instant, json


class SandboxMethodRow(SQLModel, table=True):
    """How often a method of a subscription was tried, and how many calls found nobody."""

    __tablename__ = "methods"
    __table_args__ = {"schema": "sandbox"}

    subscription: str = Field(primary_key=True)
    method_id: UUID = Field(primary_key=True)
    attempts: int = 0
    refused_calls: int = 0


class SandboxChargeRow(SQLModel, table=True):
    """One charge under its key, with the outcome; a pending one becomes `outcome` at `final_at`.

    A voucher has a code, and is `paid` at `final_at`, or never where that is NULL, unless it was given up before. In
    `parts` stands by instant what has come of it in all by then; from `pends_from` on its payment is under way. Of one
    with a `refund_refusal` nothing is sent back, in those words.
    """

    __tablename__ = "charges"
    __table_args__ = (
        CheckConstraint("outcome IN ('paid', 'declined')", name="outcome_known"),
        CheckConstraint("final_at IS NOT NULL OR voucher_code IS NOT NULL", name="final_at"),
        {"schema": "sandbox"},
    )

    key: UUID = Field(primary_key=True)
    subscription: str
    method_id: UUID
    amount: int = amount()
    currency: str
    outcome: str
    code: str | None = None
    charged_at: datetime = instant()
    final_at: datetime | None = instant(nullable=True)
    voucher_code: str | None = None
    given_up_at: datetime | None = instant(nullable=True)
    pends_from: datetime | None = instant(nullable=True)
    parts: dict[str, int] = json()
    refund_refusal: str | None = None


class SandboxRefundRow(SQLModel, table=True):
    """Money that went back, under the key of the call."""

    __tablename__ = "refunds"
    __table_args__ = {"schema": "sandbox"}

    key: UUID = Field(primary_key=True)
    charge_key: UUID = Field(foreign_key="sandbox.charges.key")
    amount: int = amount()
    currency: str
    refunded_at: datetime = instant()
