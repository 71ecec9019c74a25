"""The alarm of a renewal that would be charged without a notice that the law wants (domain.md 9)."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.journal import clear_alarm, raise_alarm
from models.records import AlarmRow
from models.store import Stored
from renewals.compliance import standings, warning

LEGAL_NOTICE_MISSING = "legal_notice_missing"
"""Nothing that was sent or is planned meets a duty of the coming charge."""


async def watch_legal_notices(session: AsyncSession, stored: Stored) -> None:
    """Compare the duties of the term with what was sent and what is planned: raise, or clear, the alarm.

    It is open as long as the cause stands, and raised anew when what is missing changes. Before go-live and while
    parked nothing is asked and nothing changes.
    """
    sub = stored.facts
    if sub.live_at is None or sub.parked:
        return
    detail = warning(sub, standings(sub, stored.now))
    query = select(col(AlarmRow.detail)).where(
        col(AlarmRow.subscription) == sub.number,
        col(AlarmRow.kind) == LEGAL_NOTICE_MISSING,
        col(AlarmRow.cleared_at).is_(None),
    )
    known = (await session.execute(query)).scalar_one_or_none()
    if known is not None and known != detail:
        await clear_alarm(session, sub.number, LEGAL_NOTICE_MISSING, stored.now)
    if detail is not None and known != detail:
        await raise_alarm(session, sub.number, LEGAL_NOTICE_MISSING, detail, stored.now)
