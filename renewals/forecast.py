"""What is coming: the plan walked ahead, as if every charge were paid and nobody gave a command.

It asks the same plan that runs, step by step, so that forecast and life cannot differ by a rule. Rules that take effect
on the way are turns: from then on the plan is made under them, as the watchdog would have it made.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from renewals.facts import PaidAhead, Phase, Subscription
from renewals.letters import Kind
from renewals.notices import ANNOUNCING
from renewals.plan import Do, NoticeRef, Step, plan
from renewals.pricing import automatic_line
from renewals.renewing import announcement, in_phase, rolled_over, with_renewal
from renewals.windows import today

LONGEST = 10_000
"""Steps of one subscription: more than eighty years of monthly terms."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A mail, a charge or a change of phase to come. `amount` is in minor units of `currency`."""

    at: datetime
    what: str
    detail: str
    amount: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """From `at` on other rules are in force: `ruled` gives the facts under them."""

    at: datetime
    ruled: Callable[[Subscription], Subscription]


def as_if_live(sub: Subscription, now: datetime) -> Subscription:
    """A watched subscription as it would be if it went live at `now`; a live one as it is."""
    if sub.live_at is not None:
        return sub
    return replace(sub, live_at=now, late_start_at=now, announced=announcement(sub))


def forecast(sub: Subscription, now: datetime, until: date, turns: Iterable[Turn] = ()) -> Iterator[Coming]:
    """Everything to come up to the end of the local day `until`. Raises `pricing.NotPriced`."""
    ahead = replace(as_if_live(sub, now), late_vouchers=(), owed_back=())  # they change no term
    waiting = sorted(turns, key=lambda turn: turn.at)
    for _ in range(LONGEST):
        steps = plan(ahead, now).steps
        if waiting and (not steps or waiting[0].at <= max(steps[0].at, now)):
            turn = waiting.pop(0)
            now = max(turn.at, now)
            ahead = turn.ruled(ahead)
            continue
        if not steps:
            return
        step = steps[0]
        now = max(step.at, now)
        if today(ahead, now) > until:
            return
        before = ahead
        ahead, told = _after(ahead, step, now)
        yield from _shown(step, now)
        if ahead.phase is not before.phase:
            yield Coming(now, "phase", ahead.phase)
        for kind in told:
            yield Coming(now, "notice", kind)


def _shown(step: Step, at: datetime) -> Iterator[Coming]:
    """What the step itself shows."""
    if step.do in (Do.SEND_NOTICE, Do.SEND_QUEUED):
        yield Coming(at, "notice", step.notices[0].kind)
    elif step.do is Do.MISS_NOTICES:
        for notice in step.notices:
            yield Coming(at, "missed", notice.kind)
    elif step.do is Do.CHARGE:
        yield Coming(at, "charge", "automatic", step.amount, step.currency)
    elif step.do is Do.PARK:
        yield Coming(at, "parked", "for an operator")


def _after(sub: Subscription, step: Step, now: datetime) -> tuple[Subscription, tuple[Kind, ...]]:
    """The facts once the step went as expected, and the mails that this causes."""
    match step.do:
        case Do.MISS_NOTICES:
            return _recorded(sub, step.notices), ()
        case Do.SEND_NOTICE:
            return _told(replace(_recorded(sub, step.notices), noticed=True), step.notices[0].kind), ()
        case Do.SEND_QUEUED:
            return replace(sub, queued=tuple(each for each in sub.queued if each.id != step.subject)), ()
        case Do.ROLL_OVER:
            return rolled_over(sub, now), ()
        case Do.END_HOLD:
            return replace(sub, hold=None), ()
        case Do.SEND_BACK:
            return replace(sub, owed_back=tuple(each for each in sub.owed_back if each.id != step.subject)), ()
        case Do.SUSPEND_ACCESS:
            return replace(sub, suspended=True), ()
        case Do.PARK:
            return replace(sub, parked=True), ()
        case Do.ASK_GATEWAY | Do.CHARGE:
            line = automatic_line(sub)
            paid = with_renewal(sub, PaidAhead(line.term, line.seats, line.unit_price), now)
            return replace(paid, announced=announcement(paid)), (Kind.RENEWED,)
        case Do.ENTER_PHASE:
            after = in_phase(sub, now)
            if after.phase is Phase.EXPIRED and sub.phase is Phase.PAST_DUE:
                return replace(after, recorded=sub.recorded | {(Kind.EXPIRED, "0")}), (Kind.EXPIRED,)
            return after, ()


def _told(sub: Subscription, kind: Kind) -> Subscription:
    """The facts once a mail has named the price of the next charge, if it is one that does (domain.md 4)."""
    if kind not in ANNOUNCING or not sub.renews_automatically:
        return sub
    return replace(sub, announced=announcement(sub) or sub.announced)


def _recorded(sub: Subscription, notices: tuple[NoticeRef, ...]) -> Subscription:
    keys = {(notice.kind, notice.occasion) for notice in notices}
    return replace(
        sub,
        recorded=sub.recorded | keys,
        queued=tuple(each for each in sub.queued if (each.kind, each.occasion) not in keys),
    )
