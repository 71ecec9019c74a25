"""One timeline of a subscription, the latest first: what its plan holds and why then, what happened and by whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from babel.dates import format_time

from console.ops.happening import event_in_words
from console.ops.mail_words import cause_in_words
from console.speech import Speech
from models.past import Happened, Tried
from models.store import Stored
from renewals.causes import CALENDAR
from renewals.facts import Phase, Subscription
from renewals.forecast import as_if_live
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import DeclineClass, MethodKind
from renewals.plan import Do, Step, plan
from renewals.pricing import NotPriced
from renewals.reasons import Because, because


@dataclass(frozen=True, slots=True)
class Coming:
    """A step to come: its time, what it is, why then. `overdue`: its time has passed; `maybe`: only if still unpaid."""

    at: datetime
    when: str
    what: str
    why: str
    tone: str
    overdue: bool
    maybe: bool


@dataclass(frozen=True, slots=True)
class Past:
    """An event: its time, what it was, details, by whom and why; `mail` is the id of one that can be read."""

    at: datetime
    when: str
    what: str
    details: tuple[str, ...]
    by: str
    reason: str | None
    tone: str
    mail: str | None


_TONES = {
    Do.CHARGE: "money",
    Do.ASK_GATEWAY: "money",
    Do.SEND_BACK: "money",
    Do.ENTER_PHASE: "phase",
    Do.ROLL_OVER: "phase",
    Do.SUSPEND_ACCESS: "phase",
    Do.PARK: "alarm",
}


def coming(stored: Stored, t: Speech) -> list[Coming]:
    """The steps of the plan that runs, the latest first. Before go-live: of the plan as it would run then."""
    sub, now = as_if_live(stored.facts, stored.now), stored.now
    try:
        steps = plan(sub, now).steps
    except NotPriced:
        return []
    shown = [
        Coming(
            at=step.at,
            when=t.moment(step.at, sub.time_zone),
            what=step_in_words(step, t),
            why=reason_in_words(because(sub, step, now), t),
            tone=_TONES.get(step.do, "mail"),
            overdue=step.at < now,
            maybe=_only_if_unpaid(sub, step, steps),
        )
        for step in steps
    ]
    return shown[::-1]


def is_unpriced(stored: Stored) -> bool:
    """Can nothing be planned, as the next term has no price?"""
    try:
        plan(as_if_live(stored.facts, stored.now), stored.now)
    except NotPriced:
        return True
    return False


_IF_UNPAID = (Do.CHARGE, Do.SUSPEND_ACCESS, Do.END_HOLD, Do.PARK)
_LATE = (Kind.EXPIRED, Kind.LATE_WINDOW_CLOSING, Kind.LAPSED)
_LATE_PHASES = (Phase.PAST_DUE, Phase.EXPIRED, Phase.LAPSED)


def _only_if_unpaid(sub: Subscription, step: Step, steps: tuple[Step, ...]) -> bool:
    """Would a payment before it make the step needless? The next charge itself is sure."""
    if step is next((each for each in steps if each.do is Do.CHARGE), None):
        return False
    late_mail = any(notice.kind in _LATE for notice in step.notices) and step.do is Do.SEND_NOTICE
    return not sub.paid_ahead and (step.do in _IF_UNPAID or late_mail or step.phase in _LATE_PHASES)


def step_in_words(step: Step, t: Speech) -> str:
    """What a step does."""
    if step.phase:
        return t("step.enter_phase", phase=t(f"phase.{step.phase}"))
    amount = "" if step.amount is None or step.currency is None else t.w.amount(Money(step.amount, step.currency))
    kinds = ", ".join(t.first(f"kind.{notice.kind}") for notice in step.notices)
    return t(f"step.{step.do}", amount=amount, kinds=kinds)


def reason_in_words(why: Because, t: Speech) -> str:
    """Why a step has its date, in one sentence."""
    return t(
        f"because.{why.rule}",
        days=str(why.days),
        on=t.w.day(why.on) if why.on else "",
        clock=_clock(why.clock, t) if why.clock else "",
        minutes=str(why.minutes),
        names=", ".join(why.names),
    )


def _clock(clock: time, t: Speech) -> str:
    return str(format_time(clock, "short", locale=t.w.locale))


_EVENT_TONES = {"payment": "money", "voucher": "money", "refund": "money", "notice": "mail", "command": "command"}
_BAD = ("alarm", "refund_refused")
"""Bad whatever their outcome."""
_PHASES = ("phase", "term", "parked", "released", "access_suspended", "go_live")


def happened(each: Happened, stored: Stored, t: Speech) -> Past:
    """One event of the record."""
    tone = "phase" if each.event in _PHASES else _EVENT_TONES.get(each.event, "other")
    bad = each.event in _BAD or each.data.get("outcome") in ("declined", "failed", "bounced", "refused")
    return Past(
        at=each.at,
        when=t.moment(each.at, stored.facts.time_zone),
        what=event_in_words(each.event, each.data, t),
        details=tuple(_details(each, t)),
        by=each.by,
        reason=each.reason,
        tone="alarm" if bad else tone,
        mail=str(each.mail.id) if each.mail and each.mail.is_kept else None,
    )


def _details(each: Happened, t: Speech) -> Iterator[str]:
    if each.mail:
        yield t("detail.mail_to", to=each.mail.recipient)
        if each.data.get("outcome") in ("failed", "bounced") and each.mail.reply:
            yield t("detail.reply", reply=each.mail.reply)
    why = each.data.get("why") if each.event == "notice" else None
    if why and why != CALENDAR:  # of a dated one the plan has told why then
        yield t("detail.why", why=cause_in_words(why, each.mail.cause if each.mail else None, t) or why)
    if each.event == "alarm" and each.data.get("detail"):
        yield each.data["detail"]
    if each.event == "command" and each.data.get("repeat"):
        yield t("detail.repeat")
    if each.tried:
        yield from attempt_details(each.tried, t)


def attempt_details(tried: Tried, t: Speech) -> Iterator[str]:
    """How it was tried to pay: which try, with what, what follows from a decline, where the gateway has it."""
    row = tried.row
    yield t("detail.attempt", n=str(row.n), method=t.w.method(MethodKind(tried.kind)))
    if row.decline_class:
        yield t(f"decline_class.{DeclineClass(row.decline_class)}")
    if row.gateway_reference:
        yield t("detail.gateway", reference=row.gateway_reference)
