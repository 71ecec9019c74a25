"""Why a step of a plan has its date: the rule that it follows from, with that rule's numbers (domain.md 3 to 6).

`plan` says what happens and when; here each date is led back to its rule. What is said of it in words is no concern of
this module.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from renewals.calendar import at_local, local_date
from renewals.declines import retries_left
from renewals.duties import duties
from renewals.facts import Phase, Subscription
from renewals.letters import Kind
from renewals.notices import days_of
from renewals.payments import AttemptState
from renewals.plan import Do, NoticeRef, Step
from renewals.windows import charge_at, late_window_last_day, past_due_ends_at, retry_dates, window_opens_on


class Rule(StrEnum):
    """The rules that date a step."""

    WINDOW = "window"
    WINDOW_OF_TERM = "window_of_term"
    NOTICE_OPENING = "notice_opening"
    NOTICE_BEFORE = "notice_before"
    NOTICE_LAW = "notice_law"
    NOTICE_CARD = "notice_card"
    NOTICE_EXPIRED = "notice_expired"
    NOTICE_CLOSING = "notice_closing"
    NOTICE_LAPSED = "notice_lapsed"
    CAUSED = "caused"
    RESENT = "resent"
    MISSED = "missed"
    CHARGE = "charge"
    RETRY = "retry"
    NEW_METHOD = "new_method"
    AFTER_HOLD = "after_hold"
    CALL_AGAIN = "call_again"
    AT_ONCE = "at_once"
    ASK = "ask"
    ASK_VOUCHER = "ask_voucher"
    ASK_LATE = "ask_late"
    UNWANTED = "unwanted"
    SEND_BACK = "send_back"
    QUOTE_ENDS = "quote_ends"
    HOLD_ENDS = "hold_ends"
    SUSPENSION = "suspension"
    PAST_DUE = "past_due"
    DECLINED = "declined"
    EXPIRES = "expires"
    GIVES_UP = "gives_up"
    LAPSES = "lapses"
    TERM_BEGINS = "term_begins"
    PARKED = "parked"
    DUE_ALREADY = "due_already"


@dataclass(frozen=True, slots=True)
class Because:
    """A rule with its numbers: `days` counted to or from the local date `on`, the local time `clock` of that day.

    `minutes` are a subscription's own offset; `names` are legal rules, or the reference of a quote.
    """

    rule: Rule
    days: int = 0
    on: date | None = None
    clock: time | None = None
    minutes: int = 0
    names: tuple[str, ...] = ()


def because(sub: Subscription, step: Step, now: datetime) -> Because:
    """The rule by which a step of `plan(sub, now)` has its date."""
    match step.do:
        case Do.SEND_NOTICE:
            return _notice(sub, step.notices[0])
        case Do.SEND_QUEUED:
            return Because(Rule.CAUSED if step.at <= now else Rule.RESENT)
        case Do.MISS_NOTICES:
            return Because(Rule.MISSED)
        case Do.CHARGE:
            return _charge(sub, step)
        case Do.ASK_GATEWAY:
            return _asked(sub, step)
        case Do.SEND_BACK:
            return Because(Rule.SEND_BACK)
        case Do.END_HOLD:
            quote = sub.hold.quote if sub.hold else None
            return Because(Rule.QUOTE_ENDS, names=(quote,)) if quote else Because(Rule.HOLD_ENDS)
        case Do.SUSPEND_ACCESS:
            return Because(Rule.SUSPENSION, days=sub.policy.past_due_access_days, on=sub.renews_on)
        case Do.ROLL_OVER:
            return Because(Rule.TERM_BEGINS, on=sub.renews_on)
        case Do.PARK:
            return Because(Rule.PARKED, on=late_window_last_day(sub))
        case Do.ENTER_PHASE:
            return _phase(sub, step, now)


def _notice(sub: Subscription, notice: NoticeRef) -> Because:
    clock, days = sub.policy.notice_time, days_of(notice.occasion)
    match notice.kind:
        case Kind.WINDOW_OPEN:
            return Because(Rule.NOTICE_OPENING, days=days, on=window_opens_on(sub), clock=clock)
        case Kind.CARD_EXPIRING:
            return Because(Rule.NOTICE_CARD, days=days, on=sub.renews_on, clock=clock)
        case Kind.EXPIRED:
            return Because(Rule.NOTICE_EXPIRED, on=sub.renews_on, clock=clock)
        case Kind.LATE_WINDOW_CLOSING:
            return Because(Rule.NOTICE_CLOSING, days=days, on=late_window_last_day(sub), clock=clock)
        case Kind.LAPSED:
            return Because(Rule.NOTICE_LAPSED, on=late_window_last_day(sub), clock=clock)
        case Kind.ADVANCE_CHARGE_NOTICE if days not in _advance_days(sub):
            met = (duty.rule.id for duty in duties(sub) if duty.is_met_on(sub.renews_on - timedelta(days=days)))
            return Because(Rule.NOTICE_LAW, days=days, on=sub.renews_on, clock=clock, names=tuple(met))
    return Because(Rule.NOTICE_BEFORE, days=days, on=sub.renews_on, clock=clock)


def _advance_days(sub: Subscription) -> tuple[int, ...]:
    policy = sub.policy
    return policy.advance_notice_days + policy.monthly_advance_notice_days + policy.monthly_debit_notice_days


def _charge(sub: Subscription, step: Step) -> Because:
    attempt, last = sub.open_attempt, sub.last_decline
    if sub.hold and step.at == sub.hold.ends_at:
        return Because(Rule.AFTER_HOLD)
    if attempt and step.at == attempt.next_at:
        return Because(Rule.CALL_AGAIN)
    if last and sub.method and sub.method.id != last.method_id and step.at == sub.method.set_at:
        return Because(Rule.NEW_METHOD)
    if step.at in retry_dates(sub) and (last is None or step.at in retries_left(sub, last)):
        days = (local_date(step.at, sub.time_zone) - sub.renews_on).days
        return Because(Rule.RETRY, days=days, on=sub.renews_on)
    if step.at == charge_at(sub):
        clock = sub.policy.charge_time
        offset = step.at - at_local(sub.renews_on, clock, sub.time_zone)
        return Because(Rule.CHARGE, on=sub.renews_on, clock=clock, minutes=offset // timedelta(minutes=1))
    return Because(Rule.AT_ONCE)


def _asked(sub: Subscription, step: Step) -> Because:
    late = next((each for each in sub.late_vouchers if each.id == step.subject), None)
    if late:
        is_told = late.unwanted and late.expires_at and step.at < late.expires_at
        return Because(Rule.UNWANTED if is_told else Rule.ASK_LATE)
    if sub.voucher and sub.voucher.id == step.subject and sub.voucher.state is AttemptState.ISSUED:
        return Because(Rule.ASK_VOUCHER)
    return Because(Rule.ASK)


def _phase(sub: Subscription, step: Step, now: datetime) -> Because:
    if step.at <= now:
        return Because(Rule.DUE_ALREADY)
    match step.phase:
        case Phase.RENEWABLE:
            opens_on, days = window_opens_on(sub), sub.policy.early_window_days
            if opens_on == sub.starts_on:
                return Because(Rule.WINDOW_OF_TERM, days=days, on=opens_on)
            return Because(Rule.WINDOW, days=days, on=sub.renews_on)
        case Phase.PAST_DUE:
            return Because(Rule.DECLINED if sub.last_decline else Rule.PAST_DUE, on=sub.renews_on)
        case Phase.EXPIRED if sub.renews_automatically or sub.last_decline:
            days = (local_date(past_due_ends_at(sub), sub.time_zone) - sub.renews_on).days
            return Because(Rule.GIVES_UP, days=days, on=sub.renews_on)
        case Phase.EXPIRED:
            return Because(Rule.EXPIRES, on=sub.renews_on)
        case Phase.LAPSED:
            last_day = late_window_last_day(sub)
            return Because(Rule.LAPSES, days=(last_day - sub.renews_on).days, on=last_day)
    return Because(Rule.DUE_ALREADY)
