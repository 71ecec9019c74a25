"""Views of the list that an operator keeps: a name, and the query of the address. Each is its owner's alone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, UniqueConstraint, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.audit import audit
from models.columns import instant, key

MOST_VIEWS = 50
LONGEST_NAME = 60


class SavedViewRow(SQLModel, table=True):
    """One view of one operator. A name that is used again stands for the new query."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("operator", "name"),
        CheckConstraint(f"name <> '' AND length(name) <= {LONGEST_NAME}", name="name"),
    )

    id: UUID = key()
    operator: str = Field(foreign_key="operators.name")
    name: str
    query: str
    saved_at: datetime = instant()


async def views_of(session: AsyncSession, operator: str) -> Sequence[SavedViewRow]:
    """An operator's views by name."""
    row = SavedViewRow
    query = select(row).where(col(row.operator) == operator).order_by(func.lower(col(row.name)), col(row.name))
    return (await session.scalars(query)).all()


async def save_view(session: AsyncSession, operator: str, name: str, query: str, now: datetime) -> bool:
    """Keep a view under a name; False where the operator has as many as can be kept."""
    kept = await views_of(session, operator)
    if len(kept) >= MOST_VIEWS and name not in {each.name for each in kept}:
        return False
    values = {"query": query, "saved_at": now}
    statement = insert(SavedViewRow).values(id=uuid4(), operator=operator, name=name, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["operator", "name"], set_=values))
    audit(session, now, f"operator:{operator}", "view.save", name, data={"query": query})
    return True


async def delete_view(session: AsyncSession, operator: str, id_: UUID, now: datetime) -> None:
    """Forget a view of the operator's; nobody else's, and what is gone stays gone."""
    row = SavedViewRow
    gone = delete(row).where(col(row.id) == id_, col(row.operator) == operator).returning(col(row.name))
    name = (await session.execute(gone)).scalar_one_or_none()
    if name is not None:
        audit(session, now, f"operator:{operator}", "view.delete", name)
