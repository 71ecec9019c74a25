"""The secret address of a person's calendar: made, made anew, ended, and whose it is. Rows only.

Calendar programs cannot sign in, so whoever has the address reads the calendar; of its token only a digest is stored.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.accounts import CalendarFeedRow
from models.tokens import digest, new_token

_ROW = CalendarFeedRow


async def open_feed(session: AsyncSession, email: str, now: datetime) -> str:
    """A new address for the person: the token, told this once. Any older one ends."""
    await end_feed(session, email, now)
    token = new_token()
    session.add(_ROW(token_hash=digest(token), email=email.lower(), created_at=now))
    return token


async def end_feed(session: AsyncSession, email: str, now: datetime) -> None:
    """From the commit on nobody reads by the person's address any more."""
    open_ones = (col(_ROW.email) == email.lower(), col(_ROW.ended_at).is_(None))
    await session.execute(select(_ROW).where(*open_ones).with_for_update())
    await session.execute(update(_ROW).where(*open_ones).values(ended_at=now))


async def open_since(session: AsyncSession, email: str) -> datetime | None:
    """Since when the person has an address that works."""
    query = select(col(_ROW.created_at)).where(col(_ROW.email) == email.lower(), col(_ROW.ended_at).is_(None))
    return (await session.execute(query)).scalar_one_or_none()


async def reader_of(session: AsyncSession, token: str) -> str | None:
    """The mail address of the person whose calendar this token opens; None if it opens none."""
    query = select(col(_ROW.email)).where(col(_ROW.token_hash) == digest(token), col(_ROW.ended_at).is_(None))
    return (await session.execute(query)).scalar_one_or_none()
