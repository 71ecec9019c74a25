"""Deleting what nobody needs any more: old links to sign in, the sessions they began, calendar addresses that ended.

They are personal data, and no record of anything: what was done in a session stands in its commands, or on the audit.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.accounts import AccountSessionRow, CalendarFeedRow, SignInLinkRow
from models.operators import OperatorLinkRow, OperatorSessionRow, OperatorTryRow

_Over = AccountSessionRow | SignInLinkRow | CalendarFeedRow | OperatorSessionRow | OperatorLinkRow | OperatorTryRow

PER_LOOK = 5_000
"""Rows of each table that one look deletes at most; the next one goes on."""


async def forget_sign_ins(session: AsyncSession, before: datetime) -> int:
    """Delete what was over by then; how many rows. A link goes after the session that it began."""
    began = select(col(AccountSessionRow.id)).where(col(AccountSessionRow.link_id) == col(SignInLinkRow.id)).exists()
    link_over = (col(SignInLinkRow.expires_at) < before) & ~began
    return (
        await _delete(session, AccountSessionRow, col(AccountSessionRow.expires_at) < before)
        + await _delete(session, SignInLinkRow, link_over)
        + await _delete(session, CalendarFeedRow, col(CalendarFeedRow.ended_at) < before)
        + await _delete(session, OperatorSessionRow, col(OperatorSessionRow.expires_at) < before)
        + await _delete(session, OperatorLinkRow, col(OperatorLinkRow.expires_at) < before)
        + await _delete(session, OperatorTryRow, col(OperatorTryRow.tried_at) < before)
    )


async def _delete(
    session: AsyncSession,
    table: type[_Over],
    over: ColumnElement[bool],
) -> int:
    some = select(col(table.id)).where(over).limit(PER_LOOK)
    gone = await session.execute(delete(table).where(col(table.id).in_(some)).returning(col(table.id)))
    return len(gone.all())
