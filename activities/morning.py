"""What the letter of a morning says: read from the facts as of then, as plain JSON."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models.at_risk import risks
from models.pauses import paused_now
from models.pipeline import PAID, pipeline
from models.today import charged, mailed, open_alarms
from models.troubles import troubles
from renewals.calendar import midnight
from renewals.payments import AttemptState

Counted = list[tuple[str, int, int]]
"""By currency: so many, for so much in minor units."""


async def morning_facts(session: AsyncSession, today: date, now: datetime, zone: str) -> dict[str, Any]:
    """What is due today and failed yesterday, what is at risk, which alarms are open and what is paused."""
    since, until = midnight(today - timedelta(days=1), zone), midnight(today, zone)
    cells = [cell for cell in await pipeline(session, today, now) if cell.due_on == today]
    declined = await charged(session, since, until)
    return {
        "day": today.isoformat(),
        "due": _by_key(
            (PAID if cell.phase == PAID else cell.path.value, cell.currency, cell.count, cell.amount) for cell in cells
        ),
        "declined": _by_key(
            ("", each.currency, each.count, each.amount) for each in declined if each.state is AttemptState.DECLINED
        ).get("", []),
        "mails_failed": (await mailed(session, since, until)).failed,
        "risks": _by_key(
            (each.cause.value, each.currency, each.count, each.amount) for each in await risks(session, today, now)
        ),
        "troubles": [(each.trouble.value, each.count) for each in await troubles(session, today, now)],
        "alarms": [(each.kind, each.open) for each in (await open_alarms(session, 0)).kinds],
        "pauses": [
            (each.what, each.began_at.isoformat(), each.began_by, each.began_because)
            for each in await paused_now(session)
        ],
    }


def _by_key(parts: Iterable[tuple[str, str, int, int]]) -> dict[str, Counted]:
    """Summed by key and currency, in the order of their first appearance."""
    sums: dict[str, dict[str, tuple[int, int]]] = {}
    for key, currency, count, amount in parts:
        by_currency = sums.setdefault(key, {})
        before = by_currency.get(currency, (0, 0))
        by_currency[currency] = before[0] + count, before[1] + amount
    return {
        key: [(currency, count, amount) for currency, (count, amount) in sorted(each.items())]
        for key, each in sums.items()
    }
