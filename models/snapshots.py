"""Figures over the whole portfolio, kept for a while: they cost as much as there are subscriptions."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.columns import instant, json


class SnapshotRow(SQLModel, table=True):
    """The figures of a page, or of the watchdog's last look, as they were at `taken_at`; how long it took to get them.

    `gave_up_at` is when it last took too long to take them anew, if that was since.
    """

    __tablename__ = "snapshots"

    name: str = Field(primary_key=True)
    taken_at: datetime = instant()
    took_ms: int
    gave_up_at: datetime | None = instant(nullable=True)
    data: dict[str, Any] = json()


async def snapshot(session: AsyncSession, name: str) -> SnapshotRow | None:
    """The figures as they were taken last."""
    return await session.get(SnapshotRow, name, populate_existing=True)


async def keep_snapshot(session: AsyncSession, name: str, now: datetime, took_ms: int, data: dict[str, Any]) -> None:
    """Keep these in place of those that there were."""
    values = {"taken_at": now, "took_ms": took_ms, "gave_up_at": None, "data": data}
    statement = insert(SnapshotRow).values(name=name, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


async def note_given_up(session: AsyncSession, name: str, now: datetime) -> None:
    """It took too long to take these anew; what there is stays."""
    await session.execute(update(SnapshotRow).where(col(SnapshotRow.name) == name).values(gave_up_at=now))


async def alone_at(session: AsyncSession, name: str) -> bool:
    """Is nobody else taking these figures now? Holds until the transaction ends."""
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(f"snapshot {name}")))))
