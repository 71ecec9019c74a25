"""The alarm of a renewal that would be charged without a notice that the law wants (domain.md 9)."""

from sqlalchemy.ext.asyncio import AsyncSession

from models.journal import clear_alarm, raise_alarm
from models.reading import LEGAL_NOTICE_MISSING
from models.store import Stored
from renewals.compliance import standings, warning


async def watch_legal_notices(session: AsyncSession, stored: Stored) -> None:
    """Compare the duties of the term with what was sent and what is planned: raise, or clear, the alarm.

    It is open as long as the cause stands, and raised anew when what is missing changes. Before go-live and while
    parked nothing is asked and nothing changes.
    """
    sub = stored.facts
    if sub.live_at is None or sub.parked:
        return
    found = standings(sub, stored.now)
    detail = warning(sub, found)
    known = stored.legal_alarm
    if known is not None and known != detail:
        await clear_alarm(session, sub.number, LEGAL_NOTICE_MISSING, stored.now)
    if detail is not None and known != detail:
        missing = [standing.duty for standing in found if standing.is_missing]
        facts = {
            "duties": [[duty.rule.id, duty.first_on.isoformat(), duty.last_on.isoformat()] for duty in missing],
            "renews_on": sub.renews_on.isoformat(),
        }
        await raise_alarm(session, sub.number, LEGAL_NOTICE_MISSING, detail, stored.now, facts=facts)
