"""From the stored facts to the plan of the term."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.clock import started_at
from activities.legal import watch_legal_notices
from models.engine import Sessions
from models.journal import raise_alarm
from models.store import Stored, load, load_all
from models.subscriptions import SubscriptionRow
from renewals.plan import in_words, plan
from renewals.windows import renewal_begins_at
from workflows.contract import UNKNOWN_SUBSCRIPTION, TermPlan


class Planning:
    """Plans terms."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn
    async def plan_term(self, number: str, wall_now: datetime | None = None) -> TermPlan:
        """The plan of the current term. A local activity gets the time as argument; a regular one knows it."""
        return await plan_of(self._sessions, number, wall_now or started_at())

    @activity.defn
    async def report_failure(self, number: str, what: str, error: str) -> None:
        """Raise the alarm that a step or command failed for good. `error` names its class: messages may be personal."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            row = await session.get(SubscriptionRow, number)
            if row is not None:
                detail = f"{what} failed ({error}); it is tried again later. The worker's log says where."
                facts = {"what": what, "error": error}
                await raise_alarm(session, number, "step_failed", detail, wall_now + row.shift, facts=facts)


async def plan_of(sessions: Sessions, number: str, wall_now: datetime) -> TermPlan:
    """Load, plan, and note when the next step is due, for the watchdog. Raises for a number that does not exist."""
    async with sessions.begin() as session:
        stored = await load(session, number, wall_now, lock=True)
        if stored is None:
            raise ApplicationError(f"there is no subscription {number}", type=UNKNOWN_SUBSCRIPTION, non_retryable=True)
        return await _planned(session, stored)


async def plan_after(session: AsyncSession, number: str, wall_now: datetime) -> TermPlan | None:
    """As `plan_of`, of what this transaction leaves behind, as the last that it does; its caller holds the lock.

    None for facts that cannot be planned: what was recorded of them is committed all the same, and `plan_of`, which
    whoever called asks then, says what is wrong with them.
    """
    try:
        stored = await load(session, number, wall_now)
        return await _planned(session, stored) if stored else None
    except SQLAlchemyError:
        raise
    except Exception:
        return None


async def plans_of(sessions: Sessions, numbers: Sequence[str], wall_now: datetime) -> dict[str, TermPlan]:
    """The plans of several subscriptions, made in one transaction. Raises what the facts of any of them raise."""
    async with sessions.begin() as session:
        found = await load_all(session, sorted(numbers), wall_now, lock=True)
        return {stored.row.number: await _planned(session, stored) for stored in found}


async def _planned(session: AsyncSession, stored: Stored) -> TermPlan:
    """The plan, noted once nothing is left that the facts could make impossible: `plan_after` may not note half."""
    answer = plan_stored(stored)
    await watch_legal_notices(session, stored)
    await _note(session, stored, answer)
    return answer


def plan_stored(stored: Stored) -> TermPlan:
    sub = stored.facts
    planned = plan(sub, stored.now)
    return TermPlan(
        number=sub.number,
        customer=stored.customer.csn,
        phase=sub.phase,
        starts_on=sub.starts_on,
        renews_on=sub.renews_on,
        renews_at=renewal_begins_at(sub),
        auto_renew=sub.auto_renew,
        clock_ahead_seconds=stored.row.shift.total_seconds(),
        steps=planned.steps,
        over=planned.over,
        n=stored.row.plans + 1,
    )


async def _note(session: AsyncSession, stored: Stored, answer: TermPlan) -> None:
    """Note the next step and when it is due, in the world's time; a plan that waits for nothing is noted as `NEVER`."""
    step = answer.steps[0] if answer.steps else None
    await session.execute(
        update(SubscriptionRow)
        .where(col(SubscriptionRow.number) == answer.number)
        .values(
            next_step_at=step.at - stored.row.shift if step else NEVER,
            next_step=in_words(step) if step else None,
            planned_under=stored.rules,
            plans=answer.n,
        )
        .execution_options(synchronize_session=False)
    )


NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The next step of a subscription that is planned and has none."""
