"""The plan of a term: facts and policy in, dated steps out (domain.md 4).

This is the one place that says what happens next. The workflow walks the steps; each step reads the facts again
before it acts. What is shown as forecast is what runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from renewals.declines import next_try_at
from renewals.facts import Kind, Phase, QueuedNotice, Subscription
from renewals.notices import DatedNotice, due_notices
from renewals.pricing import automatic_line
from renewals.windows import (
    charge_at,
    late_window_closes_at,
    may_not_lapse,
    phase_at,
    phases,
    renewal_begins_at,
    suspension_at,
)


class Do(StrEnum):
    """What a step does; the order is that of steps that are due at the same instant."""

    MISS_NOTICES = "miss_notices"
    ROLL_OVER = "roll_over"
    END_HOLD = "end_hold"
    SEND_QUEUED = "send_queued"
    ASK_GATEWAY = "ask_gateway"
    CHARGE = "charge"
    ENTER_PHASE = "enter_phase"
    SUSPEND_ACCESS = "suspend_access"
    SEND_NOTICE = "send_notice"
    PARK = "park"


_RANK = {do: rank for rank, do in enumerate(Do)}


@dataclass(frozen=True, slots=True)
class NoticeRef:
    """Which notice: its kind and occasion, unique within a term and recipient."""

    kind: Kind
    occasion: str


@dataclass(frozen=True, slots=True)
class Step:
    """One dated step. `at` may lie in the past: then it is due at once.

    Set by what it does: `phase` (enter_phase), `notices` (send_notice: one; miss_notices: several), `subject` (the id
    of a queued notice, an attempt or a hold), `amount` in minor units and `currency` (charge).
    """

    at: datetime
    do: Do
    phase: Phase | None = None
    notices: tuple[NoticeRef, ...] = ()
    subject: str | None = None
    amount: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in the order in which they are taken. `over`: the subscription has lapsed and nothing is left to do."""

    steps: tuple[Step, ...]
    over: bool = False

    @property
    def next_at(self) -> datetime | None:
        return self.steps[0].at if self.steps else None


def plan(sub: Subscription, now: datetime) -> Plan:
    """The steps that remain of the current term, seen at `now`. Raises `pricing.NotPriced`."""
    steps = sorted(_steps(sub, now), key=lambda step: (max(step.at, now), _RANK[step.do]))
    return Plan(tuple(steps), over=sub.phase is Phase.LAPSED and not steps)


def _steps(sub: Subscription, now: datetime) -> Iterator[Step]:
    yield from _questions(sub, now)
    if sub.parked:
        return
    yield from _phase_changes(sub, now)
    yield from _parking(sub)
    if sub.paid_ahead:
        yield Step(renewal_begins_at(sub), Do.ROLL_OVER)
    if sub.live_at is None:
        return
    yield from _mails(sub, now)
    yield from _money(sub, now)


def _questions(sub: Subscription, now: datetime) -> Iterator[Step]:
    """Ask what became of an attempt, parked or not: money may have moved."""
    attempt = sub.in_doubt
    if attempt:
        yield Step(attempt.next_at or now, Do.ASK_GATEWAY, subject=attempt.id)


def _phase_changes(sub: Subscription, now: datetime) -> Iterator[Step]:
    due = phase_at(sub, now)
    if due is not sub.phase:
        yield Step(now, Do.ENTER_PHASE, phase=due)
    for begins_at, phase in phases(sub):
        if begins_at > now:
            yield Step(begins_at, Do.ENTER_PHASE, phase=phase)


def _parking(sub: Subscription) -> Iterator[Step]:
    settled = sub.paid_ahead or sub.phase is Phase.LAPSED or sub.in_doubt
    if not settled and may_not_lapse(sub):
        yield Step(late_window_closes_at(sub), Do.PARK)


def _mails(sub: Subscription, now: datetime) -> Iterator[Step]:
    waiting = {(queued.kind, queued.occasion): queued for queued in sub.queued}
    for queued in sub.queued:
        if not queued.dated:
            yield Step(queued.next_at, Do.SEND_QUEUED, notices=(_ref(queued),), subject=queued.id)
    due = due_notices(sub, now)
    if due.miss:
        yield Step(now, Do.MISS_NOTICES, notices=tuple(_ref(notice) for notice in due.miss))
    for notice in due.send + due.later:
        begun = waiting.get(notice.key)
        if begun is None or begun.dated:
            yield Step(begun.next_at if begun else notice.at, Do.SEND_NOTICE, notices=(_ref(notice),))


def _ref(notice: DatedNotice | QueuedNotice) -> NoticeRef:
    return NoticeRef(notice.kind, notice.occasion)


def _money(sub: Subscription, now: datetime) -> Iterator[Step]:
    if sub.hold and not sub.in_doubt and sub.hold.ends_at:
        yield Step(sub.hold.ends_at, Do.END_HOLD, subject=sub.hold.id)
    at = next_charge_at(sub, now)
    if at is not None:
        line = automatic_line(sub)
        yield Step(at, Do.CHARGE, amount=line.amount, currency=line.currency)
    if sub.phase is Phase.PAST_DUE and sub.renews_automatically and not sub.suspended and not sub.in_doubt:
        yield Step(suspension_at(sub), Do.SUSPEND_ACCESS)


def next_charge_at(sub: Subscription, now: datetime) -> datetime | None:
    """When the next automatic try is due; in the past when overdue, None when none will come by itself.

    Nothing is charged after the late window: the next term would not be the one that was announced.
    """
    ended = sub.phase in (Phase.EXPIRED, Phase.LAPSED)
    if not sub.renews_automatically or ended or sub.paid_ahead or sub.hold or sub.in_doubt:
        return None
    if sub.open_attempt:
        at = sub.open_attempt.next_at
    elif sub.last_decline:
        at = next_try_at(sub)
    else:
        at = charge_at(sub)
    if at is None or max(at, now) >= late_window_closes_at(sub):
        return None
    return at
