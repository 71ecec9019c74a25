"""Figures over the whole portfolio, kept for a while: they cost as much as there are subscriptions."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.columns import instant, json


class SnapshotRow(SQLModel, table=True):
    """The figures of a page as they were at `taken_at`, and how long it took to get them."""

    __tablename__ = "snapshots"

    name: str = Field(primary_key=True)
    taken_at: datetime = instant()
    took_ms: int
    data: dict[str, Any] = json()
