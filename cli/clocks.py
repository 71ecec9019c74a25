"""This machine's clock, by which a command counts as received and may be decided (ADR 22), against the database's."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from cli.output import fail

MAY_DIFFER_BY = timedelta(seconds=5)
"""As much is of no consequence, and what asking takes."""


async def ahead_of_the_database(asked: AsyncConnection | AsyncSession) -> timedelta:
    """How far this machine's clock is ahead of the database's; negative behind it."""
    theirs: datetime = (await asked.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return datetime.now(UTC) - theirs


def in_words(ahead: timedelta) -> str:
    """How far apart, and which way."""
    far = timedelta(seconds=round(abs(ahead).total_seconds()))
    return f"{far} {'ahead of' if ahead > timedelta(0) else 'behind'} the database's"


async def agree_or_fail(session: AsyncSession) -> None:
    """Fail where a command of this machine would count as given in another hour than it is."""
    ahead = await ahead_of_the_database(session)
    if abs(ahead) > MAY_DIFFER_BY:
        fail(f"This machine's clock is {in_words(ahead)}: set it right, then try again. Nothing was stored.")
