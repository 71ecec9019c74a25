"""The plan of a term: facts and policy in, dated steps out (domain.md 4).

This is the one place that says what happens next. The workflow walks the steps; each step reads the facts again
before it acts. What is shown as forecast is what runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from renewals.declines import next_try_at, retries_left
from renewals.facts import Phase, Subscription
from renewals.letters import Kind, QueuedNotice
from renewals.money import Money
from renewals.notices import DatedNotice, due_notices
from renewals.payments import ENDED_UNPAID, Attempt, DeclineClass, Way
from renewals.pricing import automatic_line
from renewals.windows import (
    charge_at,
    charges_end_at,
    late_window_closes_at,
    may_not_lapse,
    phase_at,
    phases,
    renewal_begins_at,
    suspension_at,
    today,
)


class Do(StrEnum):
    """What a step does; the order is that of steps that are due at the same instant, but for expiry (`_rank`)."""

    MISS_NOTICES = "miss_notices"
    ROLL_OVER = "roll_over"
    END_HOLD = "end_hold"
    SEND_QUEUED = "send_queued"
    ASK_GATEWAY = "ask_gateway"
    SEND_BACK = "send_back"
    ENTER_PHASE = "enter_phase"
    CHARGE = "charge"
    SUSPEND_ACCESS = "suspend_access"
    SEND_NOTICE = "send_notice"
    PARK = "park"


@dataclass(frozen=True, slots=True)
class NoticeRef:
    """Which notice: its kind and occasion, unique within a term and recipient."""

    kind: Kind
    occasion: str


@dataclass(frozen=True, slots=True)
class Step:
    """One dated step. `at` may lie in the past: then it is due at once.

    Set by what it does: `phase` (enter_phase), `notices` (send_notice: one; miss_notices: several), `subject` (the id
    of a queued notice, an attempt, a hold or a refund), `amount` in minor units and `currency` (charge, send_back).
    """

    at: datetime
    do: Do
    phase: Phase | None = None
    notices: tuple[NoticeRef, ...] = ()
    subject: str | None = None
    amount: int | None = None
    currency: str | None = None


def in_words(step: Step) -> str:
    """A step as a person reads it, without its date.

    >>> in_words(Step(datetime(2027, 3, 31), Do.CHARGE, amount=454500, currency="USD"))
    'charge USD 4,545.00'
    """
    about = [_VERBS.get(step.do, step.do.value), *(notice.kind.value for notice in step.notices)]
    if step.phase:
        about.append(step.phase.value)
    words = " ".join(about).replace("_", " ")
    return words if step.amount is None or step.currency is None else f"{words} {Money(step.amount, step.currency)}"


def step_in(words: str) -> tuple[Do, Phase | None, tuple[Kind, ...], Money | None] | None:
    """What `in_words` said: what the step does, its phase or notices, and its amount; None for anything else.

    A queued mail and a dated one are said alike.

    >>> step_in("charge USD 4,545.00")
    (<Do.CHARGE: 'charge'>, None, (), Money(minor=454500, currency='USD'))
    """
    for do in Do:
        verb = _VERBS.get(do, do.value).replace("_", " ")
        if words == verb or words.startswith(f"{verb} "):
            rest, kinds = words[len(verb) :].strip(), list[Kind]()
            if do in (Do.MISS_NOTICES, Do.SEND_QUEUED):
                for kind in sorted(Kind, key=len, reverse=True):
                    if (said := kind.value.replace("_", " ")) in rest:
                        rest = rest.replace(said, "").strip()
                        kinds.append(kind)
            phase = next((each for each in Phase if each.value.replace("_", " ") == rest), None)
            return do, phase, tuple(kinds), _money_in(rest) if do in (Do.CHARGE, Do.SEND_BACK) else None
    return None


def _money_in(said: str) -> Money | None:
    currency, _, number = said.partition(" ")
    digits = "".join(each for each in number if each.isdigit())
    return Money(int(digits), currency) if digits else None


_VERBS = {
    Do.MISS_NOTICES: "record as missed:",
    Do.ROLL_OVER: "begin the paid term",
    Do.SEND_QUEUED: "mail",
    Do.ENTER_PHASE: "become",
    Do.SEND_NOTICE: "mail",
}


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
    steps = sorted(_steps(sub, now), key=lambda step: (max(step.at, now), _rank(step)))
    untold = sub.mails_paused and any(_mails(sub, now))
    return Plan(tuple(steps), over=sub.phase is Phase.LAPSED and not steps and not untold)


_ORDER = tuple(Do)


def _rank(step: Step) -> tuple[bool, int]:
    """The order of steps that are due at the same instant.

    An overdue charge is made from the phase of its day; but on the last retry date the attempt comes before expiry.
    """
    ends = step.phase in (Phase.EXPIRED, Phase.LAPSED)
    after_charge = ends or _ORDER.index(step.do) > _ORDER.index(Do.CHARGE)
    return after_charge, _ORDER.index(step.do)


def _steps(sub: Subscription, now: datetime) -> Iterator[Step]:
    yield from _whatever_happens(sub, now)
    if sub.parked:
        return
    mails = tuple(_mails(sub, now)) if sub.may_be_mailed else ()
    charges = tuple(_charges(sub, now)) if sub.may_be_charged else ()
    yield from mails
    yield from charges
    closes_at = late_window_closes_at(sub)
    told = any(step.do is Do.SEND_NOTICE and step.at < closes_at for step in mails)
    yield from _phase_changes(sub, replace(sub, noticed=sub.noticed or told), now)
    if _would_be_parked(sub, told=told, tried=bool(charges)):
        yield Step(closes_at, Do.PARK)
    if sub.paid_ahead:
        yield Step(renewal_begins_at(sub), Do.ROLL_OVER)
    if sub.live_at and sub.phase is Phase.PAST_DUE and not sub.suspended and not sub.in_doubt:
        yield Step(suspension_at(sub), Do.SUSPEND_ACCESS)


def _whatever_happens(sub: Subscription, now: datetime) -> Iterator[Step]:
    """What parking does not stop: money that may have moved is asked after, what is owed goes back, a hold ends.

    But no hold ends while money moves.
    """
    for attempt in asked_about(sub):
        yield Step(ask_about_it_at(attempt) or now, Do.ASK_GATEWAY, subject=attempt.id)
    for owed in sub.owed_back:
        yield Step(owed.next_at, Do.SEND_BACK, subject=owed.id, amount=owed.amount, currency=owed.currency)
    if sub.hold and sub.hold.ends_at and sub.hold.seen_to_here and not sub.in_doubt:
        yield Step(sub.hold.ends_at, Do.END_HOLD, subject=sub.hold.id)


def asked_about(sub: Subscription) -> tuple[Attempt, ...]:
    """The attempts that the gateway is asked about: without an answer, a voucher, one that has run out of late."""
    watched = (sub.in_doubt, sub.seats_attempt, sub.voucher, *sub.late_vouchers)
    return tuple(each for each in watched if each and each.seen_to_here)


PAID_WITHIN = timedelta(minutes=4)
"""How long a bulk checkout has to pay an order that it has begun; a plan asks about it only after that."""


def ask_about_it_at(attempt: Attempt) -> datetime | None:
    """When the plan asks about an attempt; None: at once, for nobody else is calling the gateway for it."""
    if attempt.next_at is None and attempt.way is Way.BULK:
        return attempt.called_at + PAID_WITHIN
    return attempt.next_at


def still_wanted(sub: Subscription, attempt: Attempt, now: datetime) -> bool:
    """May an attempt that the gateway never saw be made now, under its key? What is not wanted is only asked after.

    Not while charges are stopped, nor once the buyer has cancelled, or what it would buy cannot be bought any more.
    """
    if attempt.state in ENDED_UNPAID or attempt.called_off or not sub.may_be_charged:
        return False
    match attempt.way:
        case Way.SEATS:
            return today(sub, now) < sub.renews_on
        case Way.CHECKOUT | Way.QUOTE | Way.BULK:
            return now < late_window_closes_at(sub)
    return charge_is_due(sub, now)


def charge_is_due(sub: Subscription, now: datetime) -> bool:
    """Is an automatic charge due now, whether or not one was begun and cut off?"""
    others = tuple(each for each in sub.attempts if not each.may_move_money)
    due_at = next_charge_at(replace(sub, attempts=others), now) if sub.may_be_charged else None
    return due_at is not None and due_at <= now


def _phase_changes(sub: Subscription, expected: Subscription, now: datetime) -> Iterator[Step]:
    """The phase that is due now, and those that time will bring; `expected` has had the mails that are planned."""
    due = phase_at(sub, now)
    if due is not sub.phase:
        yield Step(now, Do.ENTER_PHASE, phase=due)
    for begins_at, phase in phases(expected):
        if begins_at > now:
            yield Step(begins_at, Do.ENTER_PHASE, phase=phase)


def _would_be_parked(sub: Subscription, *, told: bool, tried: bool) -> bool:
    """Will the late window close without anybody having tried to charge, or told the buyer?"""
    if sub.paid_ahead or sub.in_doubt or sub.phase is Phase.LAPSED or tried:
        return False
    return may_not_lapse(replace(sub, noticed=sub.noticed or told))


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


def _charges(sub: Subscription, now: datetime) -> Iterator[Step]:
    """The next try, and the retries after it. A charge that waits for a hold is planned for the hold's end."""
    held_until = sub.hold.ends_at if sub.hold else None
    if sub.hold and (held_until is None or held_until <= now):
        return
    first = next_charge_at(replace(sub, hold=None), now)
    if first is None:
        return
    first = max(first, held_until) if held_until else first
    if first >= charges_end_at(sub):
        return
    line, last = automatic_line(sub), sub.last_decline
    soft = last and last.decline_class is DeclineClass.SOFT
    later = retries_left(sub, last) if last and soft else ()
    for at in (first, *(at for at in later if at > max(first, now))):
        yield Step(at, Do.CHARGE, amount=line.amount, currency=line.currency)


def next_charge_at(sub: Subscription, now: datetime) -> datetime | None:
    """When the next automatic try is due; in the past when overdue, None when none will come by itself.

    None while a hold is open. Nothing is charged after the late window: the next term would not be the one that was
    announced.
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
    if at is None or max(at, now) >= charges_end_at(sub):
        return None
    return at
