"""A subscription's life without a database: performs what the plan says and keeps a diary of it.

It does to the facts what activities do to the rows, as domain.md says it, and nothing more. The gateway answers from
a script; the worker may sleep; commands come in between.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar, assert_never

from renewals import commands as c
from renewals.actors import Actor, Operator, Person
from renewals.decisions import Eligible
from renewals.declines import ask_at, call_again_at
from renewals.effects import after_command
from renewals.eligibility import decide
from renewals.extending import nameable_days
from renewals.facts import PaidAhead, Phase, Subscription, Term
from renewals.letters import Kind, QueuedNotice
from renewals.payments import Attempt, AttemptState, DeclineClass, Hold, MethodKind
from renewals.permission import BUYER_MAY
from renewals.plan import Do, Plan, Step, plan
from renewals.pricing import automatic_line, next_line
from renewals.renewing import announcement, in_phase, rolled_over, with_renewal
from renewals.request import Request
from renewals.windows import late_window_closes_at, window_opens_on
from tests.renewals.builders import utc

ANNOUNCES = (Kind.ADVANCE_CHARGE_NOTICE, Kind.WINDOW_OPEN)


@dataclass(frozen=True)
class Entry:
    """One step as it was performed, with the facts right before it."""

    at: datetime
    step: Step
    before: Subscription


@dataclass
class Life:
    """`answers` are the gateway's in order, the last one for ever; `naps` are how long the worker oversleeps."""

    sub: Subscription
    now: datetime
    answers: Sequence[str] = ("paid",)
    naps: Sequence[timedelta] = (timedelta(0),)
    orders: Sequence[tuple[datetime, str]] = ()
    diary: list[Entry] = field(default_factory=list)

    def live_until(self, end: datetime) -> "Life":
        """Perform every step that is due before `end`; fails when the plan stands still."""
        answers, naps, orders = _for_ever(self.answers), _for_ever(self.naps), list(self.orders)
        while True:
            current = self._checked_plan()
            if current.next_at is None:
                wake = end
            else:
                wake = max(current.next_at, self.now) + (next(naps) if current.next_at > self.now else timedelta(0))
            if orders and orders[0][0] <= wake:
                at, what = orders.pop(0)
                self.now = max(at, self.now)
                self._order(what)
                continue
            if wake >= end:
                return self
            self.now = wake
            step = self._checked_plan().steps[0]
            if step.at > self.now:
                continue
            before = self.sub
            self.diary.append(Entry(self.now, step, before))
            self.sub = self._perform(step, answers)
            assert self.sub != before, f"{step} changed nothing at {self.now}"
            assert len(self.diary) < 3000, f"no end at {self.now}: {[entry.step.do for entry in self.diary[-9:]]}"

    def _checked_plan(self) -> Plan:
        found = plan(self.sub, self.now)
        assert found == plan(self.sub, self.now)
        when = [max(step.at, self.now) for step in found.steps]
        assert when == sorted(when)
        named = [(s.do, s.phase, s.notices, s.subject) for s in found.steps if s.do is not Do.CHARGE]
        assert len(named) == len(set(named)), "a step stands twice in a plan"
        notices = [ref for s in found.steps for ref in s.notices]
        assert len(notices) == len(set(notices)), "a notice stands twice in a plan"
        assert found.steps or found.over or self.sub.parked, f"nothing planned in {self.sub.phase} at {self.now}"
        return found

    def _perform(self, step: Step, answers: Iterator[str]) -> Subscription:
        sub, now = self.sub, self.now
        match step.do:
            case Do.MISS_NOTICES:
                return replace(sub, recorded=sub.recorded | {(ref.kind, ref.occasion) for ref in step.notices})
            case Do.SEND_NOTICE:
                ref = step.notices[0]
                told = announcement(sub) if ref.kind in ANNOUNCES else sub.announced
                recorded = sub.recorded | {(ref.kind, ref.occasion)}
                return replace(sub, recorded=recorded, noticed=True, announced=told)
            case Do.SEND_QUEUED:
                left = tuple(queued for queued in sub.queued if queued.id != step.subject)
                ref = step.notices[0]
                return replace(sub, queued=left, noticed=True, recorded=sub.recorded | {(ref.kind, ref.occasion)})
            case Do.ENTER_PHASE:
                assert step.phase is not None
                return _expired_at_once(sub, replace(sub, phase=step.phase, phase_since=now), now, by_step=True)
            case Do.SUSPEND_ACCESS:
                return replace(sub, suspended=True)
            case Do.ROLL_OVER:
                return rolled_over(sub, now)
            case Do.END_HOLD:
                return replace(sub, hold=None)
            case Do.SEND_BACK:
                return replace(sub, owed_back=())
            case Do.PARK:
                return replace(sub, parked=True)
            case Do.CHARGE:
                return self._charge(next(answers))
            case Do.ASK_GATEWAY:
                return self._ask(step, next(answers))
            case _:
                assert_never(step.do)

    def _charge(self, answer: str) -> Subscription:
        sub = self.sub
        assert sub.method is not None
        tried = sub.open_attempt
        n = tried.n if tried else 1 + max((attempt.n for attempt in sub.attempts), default=0)
        others = tuple(attempt for attempt in sub.attempts if attempt is not tried)
        attempt = Attempt(f"attempt-{n}", n, AttemptState.OPEN, sub.method.id, self.now)
        if answer == "down":
            again = replace(attempt, next_at=call_again_at(self.now, 10) + timedelta(days=1))
            return replace(sub, attempts=(*others, again))
        return self._answered(replace(sub, attempts=others), attempt, answer, questions=0)

    def _ask(self, step: Step, answer: str) -> Subscription:
        asked = next(attempt for attempt in self.sub.attempts if attempt.id == step.subject)
        others = tuple(attempt for attempt in self.sub.attempts if attempt is not asked)
        return self._answered(replace(self.sub, attempts=others), asked, answer, questions=2)

    def _answered(self, sub: Subscription, attempt: Attempt, answer: str, questions: int) -> Subscription:
        if answer == "paid":
            line = automatic_line(sub)
            return with_renewal(sub, PaidAhead(line.term, line.seats, line.unit_price), self.now)
        if answer in ("unknown", "pending", "down"):
            state = AttemptState.PENDING if answer == "pending" else AttemptState.UNKNOWN
            next_at = ask_at(attempt.called_at, self.now, questions)
            waiting = replace(attempt, state=state, next_at=max(next_at, self.now + timedelta(minutes=5)))
            return replace(sub, attempts=(*sub.attempts, waiting))
        declined = replace(
            attempt,
            state=AttemptState.DECLINED,
            answered_at=self.now,
            next_at=None,
            decline_class=DeclineClass(answer),
        )
        mail = QueuedNotice(f"mail-{attempt.id}", Kind.PAYMENT_FAILED, attempt.id, self.now, dated=False)
        told = replace(sub, attempts=(*sub.attempts, declined), queued=(*sub.queued, mail))
        after = told if told.parked else in_phase(told, self.now)
        return _expired_at_once(sub, after, self.now, by_step=False)

    def _order(self, what: str) -> None:
        """A command, or a buyer's own checkout, if the rules allow it."""
        sub, now = self.sub, self.now
        if what == "checkout":
            self.sub = self._checkout()
        elif what == "quote" and not (sub.hold or sub.in_doubt or sub.paid_ahead or sub.phase is Phase.LAPSED):
            self.sub = replace(sub, hold=Hold(f"hold-{now.isoformat()}", now + timedelta(days=20)))
        elif what in COMMANDS:
            self._command(what)

    def _checkout(self) -> Subscription:
        sub = self.sub
        opens = utc(f"{window_opens_on(sub)}T12:00")
        if (
            sub.hold
            or sub.in_doubt
            or sub.paid_ahead
            or sub.parked
            or not opens < self.now < late_window_closes_at(sub)
        ):
            return sub
        line = next_line(sub)
        return with_renewal(sub, PaidAhead(line.term, line.seats, line.unit_price), self.now)

    def _command(self, what: str) -> None:
        sub, now = self.sub, self.now
        name, given = COMMANDS[what]
        command = given(sub, now) if callable(given) else given
        actor: Actor = Person("b@x.example") if name in BUYER_MAY else Operator("eve")
        if not isinstance(decide(sub, Request(command, name, actor, is_buyer=True, received_at=now)), Eligible):
            return
        # One payment method per instant: its id is the instant.
        changed = after_command(sub, command, at=now, method_id=f"method-{now.isoformat()}")
        self.sub = _expired_at_once(sub, changed, now, by_step=False)


def _expired_at_once(before: Subscription, after: Subscription, now: datetime, *, by_step: bool) -> Subscription:
    """Expiry out of past due, or by an attempt or a command, is told at once and begins a new plan (domain.md 4)."""
    entered = after.phase is Phase.EXPIRED and before.phase is not Phase.EXPIRED
    if not entered or (by_step and before.phase is not Phase.PAST_DUE):
        return after
    mail = QueuedNotice(f"expired-{now.isoformat()}", Kind.EXPIRED, "0", now, dated=False)
    return replace(after, owes_from=now, queued=(*after.queued, mail))


def _as_late_as_may_be(sub: Subscription, now: datetime) -> c.Command:
    return c.ExtendLateWindow(nameable_days(sub, now).last)


def _some_days_later(sub: Subscription, now: datetime) -> c.Command:
    """Later, or earlier again than it was made."""
    days = nameable_days(sub, now)
    return c.ExtendLateWindow(min(days.first + timedelta(days=20), days.last))


def _no_later_than_usual(sub: Subscription, now: datetime) -> c.Command:
    return c.ExtendLateWindow(nameable_days(sub, now).first)


COMMANDS: dict[str, tuple[c.Name, c.Command | Callable[[Subscription, datetime], c.Command]]] = {
    "cancel": (c.Name.CANCEL_AUTO_RENEW, c.Cancel()),
    "resume": (c.Name.RESUME_AUTO_RENEW, c.Resume()),
    "new card": (c.Name.SET_PAYMENT_METHOD, c.SetPaymentMethod(MethodKind.CARD, "ok", None)),
    "konbini": (c.Name.SET_PAYMENT_METHOD, c.SetPaymentMethod(MethodKind.KONBINI, "ok", None)),
    "reduce": (c.Name.REDUCE_SEATS, c.ReduceSeats(3)),
    "monthly": (c.Name.CHANGE_TERM, c.ChangeTerm(Term.MONTH)),
    "park": (c.Name.PARK, c.Park()),
    "release": (c.Name.RELEASE, c.Release()),
    "go live": (c.Name.GO_LIVE, c.GoLive()),
    "longest late window": (c.Name.EXTEND_LATE_WINDOW, _as_late_as_may_be),
    "longer late window": (c.Name.EXTEND_LATE_WINDOW, _some_days_later),
    "usual late window": (c.Name.EXTEND_LATE_WINDOW, _no_later_than_usual),
}


T = TypeVar("T")


def _for_ever(values: Sequence[T]) -> Iterator[T]:
    yield from values
    while True:
        yield values[-1]
