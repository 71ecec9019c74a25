"""Alarms that nobody's own step would raise: what only shows when many rows are held beside each other.

The watchdog asks at each look, once it has woken what it is to wake. What is to be ended by hand is told once for its
subject, whether or not it goes on, and again only when it has grown.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType

from sqlalchemy import and_, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.lapsing import many_lapse, many_locked
from activities.noticed import A_DAY, Noticed, Question, of_day
from activities.oddities import leaping_prices, odd_policies, paid_by_two
from activities.waves import cancelled_together, many_cancelled, many_declines, many_refunds, many_rejected
from models.engine import Sessions, limit_statements
from models.journal import clear_alarm, raise_alarm
from models.records import AlarmRow
from models.standing_alarms import clear_what_is_well, has_alarm
from models.subscriptions import SubscriptionRow
from models.troubles import locked_though_paid

MOST_AT_ONCE = 1_000
"""Of how many that are locked one look tells at most; the others wait for the next one."""
PATIENCE_MS, PATIENCE_SECONDS = 10_000, 30.0
"""How long a statement of a question may take, and all of it: silent for two minutes, the watchdog is believed dead."""

GROWN = 5
"""A wave so many times what was told of it is another matter for whoever saw to that, or has ended it."""

LOCKED = "locked_though_paid"
NOT_COMPARED = "not_compared"
"""The alarm that a question has no answer: what it would tell is not known. Cleared as soon as there is one."""

QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "paid_twice": paid_by_two,
        "price_leaps": leaping_prices,
        "many_declines": many_declines,
        "many_refunds": many_refunds,
        "cancelled_together": cancelled_together,
        "many_cancelled": many_cancelled,
        "many_rejected": many_rejected,
        "many_lapse": many_lapse,
        "many_locked": many_locked,
        "policy_date_odd": odd_policies,
    }
)
"""By the kind of alarm that they raise."""

_log = logging.getLogger(__name__)

Compare = Callable[[AsyncSession, datetime], Awaitable[int]]


async def alarm_together(sessions: Sessions, now: datetime, alive: Callable[[], object] = lambda: None) -> int:
    """Raise what is new, and clear what is in order again; how many were raised. `alive` is called between questions.

    Each question has a transaction and little time of its own: one that fails silences no other.
    """
    raised = 0
    asked: list[tuple[str, Compare]] = [(LOCKED, _locked)]
    asked += [(kind, partial(_tell, question)) for kind, question in QUESTIONS.items()]
    for kind, compare in asked:
        raised += await _compared(sessions, kind, compare, now)
        alive()
    return raised


async def _compared(sessions: Sessions, kind: str, compare: Compare, now: datetime) -> int:
    """The answer to a question; an alarm where there is none, which ends with the next one."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), sessions.begin() as session:
            await limit_statements(session, PATIENCE_MS)
            raised = await compare(session, now)
            await clear_alarm(session, None, NOT_COMPARED, now, subject=kind)
            return raised
    except Exception as odd:  # whatever is wrong with it: operators are told, and the other questions are asked
        error = type(getattr(odd, "orig", None) or odd).__name__
        _log.warning("the watchdog could not compare for %s, and tries again: %s", kind, error)
    async with sessions.begin() as session:
        detail = f"What would raise {kind} could not be compared ({error}); the worker's log says when."
        facts = {"kind": kind, "error": error}
        return int(await raise_alarm(session, None, NOT_COMPARED, detail, now, subject=kind, facts=facts))


async def _tell(question: Question, session: AsyncSession, now: datetime) -> int:
    raised = 0
    async for each in question(session, now):
        if await _is_news(session, each, now):
            raised += await raise_alarm(
                session, each.subscription, each.kind, each.detail, now, subject=each.subject, facts=each.facts
            )
    return raised


async def _is_news(session: AsyncSession, noticed: Noticed, now: datetime) -> bool:
    """Was it not told yet? A wave that has grown far beyond what was told of it is, and takes the place of that."""
    told = await _told(session, noticed, now)
    if told is None:
        return True
    if noticed.counted is None or noticed.facts["count"] < told.facts["count"] * GROWN:
        return False
    await clear_alarm(session, noticed.subscription, noticed.kind, now, subject=told.subject)
    return True


async def _told(session: AsyncSession, noticed: Noticed, now: datetime) -> AlarmRow | None:
    """Under its subject; or, of what is counted, under that of a day before, so lately that it is still the same.

    Of several the one that told of most.
    """
    row = AlarmRow
    same = col(row.subject) == noticed.subject
    if noticed.counted:
        twice = 2 * noticed.counted.over
        earlier = [of_day(noticed.counted.of, now - A_DAY * days) for days in range(1, max(twice.days, 1) + 1)]
        lately = col(row.raised_at) > now - twice
        same = or_(same, and_(col(row.subject).in_(earlier), lately))
    most_first = col(row.facts)["count"].as_integer().desc().nulls_last()
    told = select(row).where(col(row.kind) == noticed.kind, same).order_by(most_first)
    return (await session.scalars(told.limit(1))).first()


async def _locked(session: AsyncSession, now: datetime) -> int:
    row, raised = SubscriptionRow, 0
    locked = locked_though_paid(now)
    await clear_what_is_well(session, LOCKED, locked, now)
    for each in await session.scalars(select(row).where(locked, not_(has_alarm(LOCKED))).limit(MOST_AT_ONCE)):
        since = (each.suspended_at or each.access_until).date()
        detail = f"{each.phase}, paid up to {each.renews_on}, and without access since {since}"
        facts = {"phase": each.phase, "renews_on": each.renews_on.isoformat(), "since": since.isoformat()}
        raised += await raise_alarm(session, each.number, LOCKED, detail, now + each.shift, facts=facts)
    return raised
