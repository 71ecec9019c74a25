"""Bulk checkouts: what was asked for, and what became of each line."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import instant, json, key


class BasketRow(SQLModel, table=True):
    """A bulk checkout as given. It is stored before anybody is told of it; its lines have the outcomes.

    `methods` says by customer what its orders are paid with, and under `*` for all others; `preview` is the token of
    the prices that the buyer has seen. `received_at` is in the world's time, as is `closed_at`: from then on every line
    is refused, or its order has been tried.
    """

    __tablename__ = "baskets"
    __table_args__ = (
        UniqueConstraint("client_key"),
        Index("ix_baskets_open", "received_at", postgresql_where=text("closed_at IS NULL")),
        Index("ix_baskets_given_by", "given_by", "received_at"),
    )

    id: UUID = key()
    client_key: str
    given_by: str
    reason: str | None = None
    methods: dict[str, Any] = json()
    preview: str | None = None
    received_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True)


class BasketLineRow(SQLModel, table=True):
    """One subscription that was asked for, whether or not it exists: in an order, or refused with a code.

    `place` is its place among what was asked, from 1; `renews_on` its next renewal date when it was asked for: the one
    that is meant. `told_at` is when its outcome was first recorded: what is learned later is told by mail.
    """

    __tablename__ = "basket_lines"
    __table_args__ = (
        UniqueConstraint("basket_id", "place"),
        CheckConstraint("order_id IS NULL OR code IS NULL", name="ordered_or_refused"),
        CheckConstraint("(code IS NULL) = (hint IS NULL)", name="hint"),
        CheckConstraint("place BETWEEN 1 AND 100", name="place"),
    )

    basket_id: UUID = Field(foreign_key="baskets.id", primary_key=True)
    subscription: str = Field(primary_key=True)
    place: int
    renews_on: date | None = None
    order_id: UUID | None = Field(default=None, foreign_key="orders.id", index=True)
    code: str | None = None
    hint: str | None = None
    possible_on: date | None = None
    told_at: datetime | None = instant(nullable=True)
