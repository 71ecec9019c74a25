"""Whom a version of a policy would end on the day it takes effect: late windows that close, access that it takes."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.parties import CustomerRow
from models.pipeline import DUE_ON
from models.rules import rulebook_now
from models.subscriptions import SubscriptionRow
from renewals.facts import Channel, Phase, Term
from renewals.policy import PolicyVersion


@dataclass(frozen=True, slots=True)
class EndedAtOnce:
    """How many can still be renewed and could no more; and, beside those, how many are used and would be locked."""

    windows: int
    accesses: int

    @property
    def together(self) -> int:
        return self.windows + self.accesses


async def ended_at_once(session: AsyncSession, version: PolicyVersion, on: date) -> EndedAtOnce:
    """What the version would end on that day, as the customers count it, of what is past due or has expired by now.

    A late window that an operator has extended stays as it is (domain.md 3).
    """
    row, windows, accesses = SubscriptionRow, 0, 0
    rules = await rulebook_now(session)
    others = rules.with_policy(version)
    kinds = (col(row.sku), col(CustomerRow.country), col(row.channel), col(row.term), DUE_ON)
    states = (col(row.phase) == Phase.PAST_DUE.value, col(row.suspended_at).is_(None), col(row.late_until).is_(None))
    query = (
        select(*kinds, *states, func.count())
        .join(CustomerRow, col(CustomerRow.csn) == col(row.csn))
        .where(col(row.phase).in_([Phase.PAST_DUE.value, Phase.EXPIRED.value]))
        .where(col(row.live_at).is_not(None), col(row.parked_at).is_(None))
        .group_by(*kinds, *states)
    )
    for sku, country, channel, term, due_on, past_due, used, by_policy, count in await session.execute(query):
        before, after = (each.policy_of(sku, country, Channel(channel), on) for each in (rules, others))
        closes, locked = (
            [due_on + timedelta(days=days) for days in each]
            for each in (
                (before.late_window_days[Term(term)], after.late_window_days[Term(term)]),
                (before.past_due_access_days, after.past_due_access_days),
            )
        )
        if by_policy and closes[1] < on <= closes[0]:
            windows += count
        elif past_due and used and locked[1] <= on < locked[0]:
            accesses += count
    return EndedAtOnce(windows, accesses)
