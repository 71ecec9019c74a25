"""Which subscriptions are threatened or in trouble, kept for a while: to find them costs as much as there are.

A cause of risk or a trouble is sought through the whole portfolio; its list, in any order and with any other filter, is
then read from what was found.
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.at_risk import Cause, at_stake, threatens
from models.subscriptions import SubscriptionRow
from models.troubles import Trouble, is_in

Sought = Cause | Trouble


class FindRow(SQLModel, table=True):
    """A subscription that was found under a name when that was last looked for."""

    __tablename__ = "finds"

    name: str = Field(primary_key=True)
    subscription: str = Field(primary_key=True)


def name_of(sought: Sought) -> str:
    """Under which it is kept.

    >>> name_of(Trouble.PAID_TWICE)
    'trouble paid_twice'
    """
    return f"{type(sought).__name__.lower()} {sought}"


def is_sought(sought: Sought, today: date, now: datetime) -> ColumnElement[bool]:
    """The condition on one subscription."""
    if isinstance(sought, Cause):
        return and_(at_stake(today), threatens(sought, now))
    return is_in(sought, today, now)


def was_found(sought: Sought) -> ColumnElement[bool]:
    """The condition that it was among those found last."""
    found = select(col(FindRow.subscription)).where(col(FindRow.name) == name_of(sought))
    return col(SubscriptionRow.number).in_(found)


async def find(session: AsyncSession, sought: Sought, today: date, now: datetime) -> None:
    """Look for it, and keep what is found in place of what was. Of two at once the second waits, and looks anew."""
    name = name_of(sought)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"find {name}"))))
    found = select(literal(name), col(SubscriptionRow.number)).where(is_sought(sought, today, now))
    await session.execute(delete(FindRow).where(col(FindRow.name) == name))
    await session.execute(insert(FindRow).from_select(["name", "subscription"], found))


async def about_how_many(session: AsyncSession) -> int:
    """How many subscriptions there are, as PostgreSQL estimates it: near enough to tell a few from many."""
    estimate = text("SELECT reltuples FROM pg_class WHERE oid = 'subscriptions'::regclass")
    return int((await session.execute(estimate)).scalar_one())
