"""What may be missed without anyone being told: a renewal date that has passed, a step that nobody takes.

Each is told once, and for as long as it is so; however many they are after an outage, no look hangs on writing them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, and_, exists, func, literal, not_, or_, select
from sqlmodel import col

from activities.planning import NEVER
from models.engine import Sessions
from models.journal import raise_alarm
from models.pauses import resumed_since
from models.payments import UNANSWERED, AttemptRow, OrderLineRow
from models.standing_alarms import clear_what_is_well, has_alarm
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase

STUCK_AFTER = timedelta(hours=1)
"""A step this late in spite of being woken needs an operator."""

MAY_BE_MISSED = "renewal_may_be_missed"
"""The alarm of what nobody would otherwise be told of."""

MOST_AT_ONCE, TOLD_TOGETHER = 20_000, 500
"""Of how many one look tells at most, the others wait for the next one; and how many are written at a time."""


async def alarm_missed(sessions: Sessions, now: datetime, alive: Callable[[], object]) -> int:
    """Tell of what may be missed, and clear the alarms of what is in order again; how many are new.

    `alive` is called each time that some are written.
    """
    missed = may_be_missed(now)
    async with sessions.begin() as session:
        await clear_what_is_well(session, MAY_BE_MISSED, missed, now)
    query = select(SubscriptionRow).where(missed, not_(has_alarm(MAY_BE_MISSED))).limit(MOST_AT_ONCE)
    async with sessions() as session:
        untold = (await session.scalars(query)).all()
    raised = 0
    for first in range(0, len(untold), TOLD_TOGETHER):
        async with sessions.begin() as session:
            for stuck in untold[first : first + TOLD_TOGETHER]:
                step = stuck.next_step_at
                detail = f"{stuck.phase}, renewal date {stuck.renews_on}, next step {step or 'not planned'}"
                planned = step.isoformat() if step and step != NEVER else None
                facts = {"phase": stuck.phase, "renews_on": stuck.renews_on.isoformat(), "next_step_at": planned}
                at = now + stuck.shift
                raised += await raise_alarm(session, stuck.number, MAY_BE_MISSED, detail, at, facts=facts)
        alive()
    return raised


def may_be_missed(now: datetime) -> ColumnElement[bool]:
    """The renewal date has passed, by the subscription's own clock, and nothing is planned; or a step is not taken."""
    row = SubscriptionRow
    next_step_at = col(row.next_step_at)
    lately = now - STUCK_AFTER
    waits_for_its_plan = and_(
        next_step_at.is_(None), or_(func.coalesce(col(row.live_at), now) > lately, resumed_since(lately))
    )
    asked_for = (  # of an order of many lines the first one's plan asks; the others have nothing to plan meanwhile
        exists()
        .where(
            col(OrderLineRow.subscription) == col(row.number), col(OrderLineRow.order_id) == col(AttemptRow.order_id)
        )
        .where(col(AttemptRow.state).in_(UNANSWERED), col(AttemptRow.next_at).is_not(None))
    )
    nothing_planned = and_(func.coalesce(next_step_at, NEVER) == NEVER, not_(or_(waits_for_its_plan, asked_for)))
    date_passed = col(row.renews_on) < func.date(literal(now, DateTime(timezone=True)) + col(row.shift))
    not_taken = func.coalesce(next_step_at, NEVER) < now - STUCK_AFTER
    unrenewed = col(row.phase).in_([Phase.ACTIVE, Phase.RENEWABLE, Phase.RENEWED, Phase.PAST_DUE])
    return and_(unrenewed, col(row.parked_at).is_(None), or_(and_(date_passed, nothing_planned), not_taken))
