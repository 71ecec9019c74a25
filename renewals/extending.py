"""How long an operator may let a term be renewed late, beyond what the policy says for everybody (domain.md 3 and 7).

Which day is the last one, `windows.late_window_last_day` alone says; here is which day may be named.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from renewals.calendar import days_after, midnight
from renewals.decisions import Refused
from renewals.facts import Phase, Subscription
from renewals.windows import late_window_last_day, policys_last_day, today


@dataclass(frozen=True, slots=True)
class Span:
    """The local days, both included, of which one may be named; `usual` is the policy's own last day."""

    first: date
    last: date
    usual: date

    @property
    def is_over(self) -> bool:
        return self.last < self.first


def nameable_days(sub: Subscription, at: datetime) -> Span:
    """Which last day of the late window may be named at `at`.

    Never one that has passed, never one before the policy's own, which takes nothing from the buyer that he was told;
    the policy bounds how much later, and nobody can buy a term that is over by then.
    """
    usual = policys_last_day(sub)
    most = days_after(sub.renews_on, sub.policy.late_window_days[sub.term] + sub.policy.late_window_extension_days)
    return Span(max(usual, today(sub, at)), late_window_last_day(replace(sub, late_until=most)), usual)


def extended(sub: Subscription, to: date) -> date | None:
    """What is kept of the day that was named: nothing where it is the policy's own."""
    return None if to == policys_last_day(sub) else to


def may_extend(sub: Subscription, to: date, at: datetime) -> Refused | None:
    """Why the late window of the next renewal cannot end on that day, if so."""
    hold, shorter = sub.hold, to < late_window_last_day(sub)
    if hold and shorter and (hold.ends_at is None or hold.ends_at > midnight(days_after(to, 1), sub.time_zone)):
        return Refused("hold_open", "What holds the next term ends after that day; release it, or name a later day.")
    if sub.paid_ahead:
        hint = f"The term from {sub.renews_on} is paid; the late window after it can be extended once it has begun."
        return Refused("already_renewed", hint)
    return _not_nameable(nameable_days(sub, at), to)


def may_reinstate(sub: Subscription, to: date, at: datetime) -> Refused | None:
    """Why it cannot be brought back into a late window that is open through that day, if so."""
    if sub.phase is not Phase.LAPSED:
        return Refused("not_lapsed", "It has not lapsed; extend its late window instead.")
    return _not_nameable(nameable_days(sub, at), to)


def _not_nameable(span: Span, to: date) -> Refused | None:
    if span.is_over:
        return Refused("too_late", f"It could be renewed late until {span.last} at the most; that day has passed.")
    if not span.first <= to <= span.last:
        return Refused("day_out_of_range", f"Name a day from {span.first} to {span.last}.")
    return None
