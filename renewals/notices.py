"""The dated notices of a term: which, when, and until when each still has a reason (domain.md 4 and 6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from renewals.calendar import at_local, days_after, midnight
from renewals.duties import added_notices
from renewals.facts import Phase, Subscription, Term
from renewals.letters import Kind
from renewals.payments import MethodKind
from renewals.windows import charge_at, late_window_closes_at, late_window_last_day, renewal_begins_at, window_opens_on

ON_TIME = timedelta(hours=1)
"""A notice handled later than this after its instant is overdue: the worker was away."""


TELLS_OF_THE_END = frozenset(
    {
        Kind.WINDOW_OPEN,
        Kind.REMINDER,
        Kind.ADVANCE_CHARGE_NOTICE,
        Kind.CARD_EXPIRING,
        Kind.PAYMENT_FAILED,
        Kind.ACTION_REQUIRED,
        Kind.EXPIRED,
        Kind.LATE_WINDOW_CLOSING,
    }
)
"""The letters after which nobody can say that he was not told of the renewal date."""

ANNOUNCING = frozenset({Kind.WINDOW_OPEN, Kind.ADVANCE_CHARGE_NOTICE})
"""Dated notices that name the amount of the coming charge."""


@dataclass(frozen=True, slots=True)
class DatedNotice:
    """A notice of the term's calendar. `gone_at` is when its reason is gone; None: never."""

    kind: Kind
    occasion: str
    at: datetime
    gone_at: datetime | None

    @property
    def key(self) -> tuple[Kind, str]:
        return self.kind, self.occasion


@dataclass(frozen=True, slots=True)
class DueNotices:
    """What to do with the notices of a term at one moment: send some now, write some off, send the rest later."""

    send: tuple[DatedNotice, ...]
    miss: tuple[DatedNotice, ...]
    later: tuple[DatedNotice, ...]


def dated_notices(sub: Subscription) -> tuple[DatedNotice, ...]:
    """Every notice that the calendar of the current term holds, in order of time."""
    if sub.paid_ahead:
        return ()
    ended = sub.phase in (Phase.EXPIRED, Phase.LAPSED)
    if sub.in_doubt and not ended and not sub.renews_automatically:
        return ()
    chosen = _automatic(sub) if sub.renews_automatically and not ended else _manual(sub)
    return tuple(sorted(chosen, key=lambda notice: notice.at))


def _automatic(sub: Subscription) -> Iterator[DatedNotice]:
    policy, gone_at = sub.policy, charge_at(sub)
    if sub.term is Term.MONTH:
        by_debit = sub.method is not None and sub.method.kind is MethodKind.DIRECT_DEBIT
        advance = policy.monthly_debit_notice_days if by_debit else policy.monthly_advance_notice_days
    else:
        advance = policy.advance_notice_days
        yield _window_open(sub, gone_at)
    yield from _added_by_law(sub, advance)
    wanted = [(Kind.ADVANCE_CHARGE_NOTICE, days) for days in advance]
    if sub.method and sub.method.valid_through and sub.method.valid_through < sub.renews_on:
        wanted.append((Kind.CARD_EXPIRING, policy.card_expiring_days))
    for kind, days in wanted:
        day = days_after(sub.renews_on, -days)
        if day >= sub.starts_on:
            yield DatedNotice(kind, str(days), _notice_at(sub, day), gone_at)


def _added_by_law(sub: Subscription, policy_days: tuple[int, ...]) -> Iterator[DatedNotice]:
    """What legal rules want beyond the policy's own days; its reason is gone with the window that it is for."""
    for added in added_notices(sub, (days_after(sub.renews_on, -days) for days in policy_days)):
        occasion = str((sub.renews_on - added.on).days)
        gone_at = min(midnight(days_after(added.last_on, 1), sub.time_zone), charge_at(sub))
        yield DatedNotice(Kind.ADVANCE_CHARGE_NOTICE, occasion, _notice_at(sub, added.on), gone_at)


def _manual(sub: Subscription) -> Iterator[DatedNotice]:
    policy, closes_at = sub.policy, late_window_closes_at(sub)
    if not sub.renews_automatically:
        yield from _reminders(sub)
    yield DatedNotice(Kind.EXPIRED, "0", _notice_at(sub, sub.renews_on), closes_at)
    last_day = late_window_last_day(sub)
    for days in policy.late_window_closing_days:
        day = days_after(last_day, -days)
        if day >= sub.renews_on:
            yield DatedNotice(Kind.LATE_WINDOW_CLOSING, _of_the_close(sub, days), _notice_at(sub, day), closes_at)
    if not sub.in_doubt:
        yield DatedNotice(Kind.LAPSED, _of_the_close(sub, 0), _notice_at(sub, days_after(last_day, 1)), None)


def _of_the_close(sub: Subscription, days: int) -> str:
    """The occasion of a notice so many days before the close: where an operator moved that, another one for each day.

    Whoever was told of a close that then was moved is told of the new one, and each of them only once.
    """
    return f"{days}:{late_window_last_day(sub)}" if sub.late_until else str(days)


def days_of(occasion: str) -> int:
    """The days before that a dated notice's occasion names.

    >>> days_of("15"), days_of("3:2027-06-30")
    (15, 3)
    """
    return int(occasion.partition(":")[0])


def _reminders(sub: Subscription) -> Iterator[DatedNotice]:
    """What a term that does not renew automatically is told before it ends."""
    policy, begins_at = sub.policy, renewal_begins_at(sub)
    if sub.term is not Term.MONTH:
        yield _window_open(sub, begins_at)
    for days in policy.monthly_reminder_days if sub.term is Term.MONTH else policy.reminder_days:
        day = days_after(sub.renews_on, -days)
        if day >= window_opens_on(sub):
            yield DatedNotice(Kind.REMINDER, str(days), _notice_at(sub, day), begins_at)


def _window_open(sub: Subscription, gone_at: datetime) -> DatedNotice:
    days = sub.policy.window_open_days
    day = max(days_after(sub.renews_on, -days), window_opens_on(sub))
    return DatedNotice(Kind.WINDOW_OPEN, str(days), _notice_at(sub, day), gone_at)


def _notice_at(sub: Subscription, day: date) -> datetime:
    return at_local(day, sub.policy.notice_time, sub.time_zone)


def due_notices(sub: Subscription, now: datetime) -> DueNotices:
    """Sort the owed notices of the term at `now`.

    Of several that are due only the latest goes out; what has lost its reason goes out never. Two of one instant both
    go out, unless they are overdue. What is held back from lapsing (a payment in doubt, parking) is not told that it
    has lapsed; what has, always is.
    """
    has_lapsed = sub.phase is Phase.LAPSED
    owed = [notice for notice in dated_notices(sub) if notice.key not in sub.recorded and _owes(sub, notice)]
    due = [notice for notice in owed if notice.at <= now and (notice.kind is not Kind.LAPSED or has_lapsed)]
    standing = [notice for notice in due if notice.gone_at is None or now < notice.gone_at]
    latest = [notice for notice in standing if notice.at == standing[-1].at]
    if latest and _overdue(sub, latest[-1].at, now):
        latest = latest[-1:]
    return DueNotices(
        send=tuple(latest),
        miss=tuple(notice for notice in due if notice not in latest),
        later=tuple(notice for notice in owed if notice.at > now),
    )


def _owes(sub: Subscription, notice: DatedNotice) -> bool:
    """Is it dated within the plan that the last command or payment made?"""
    return sub.owes_from is None or notice.at >= sub.owes_from or notice.kind is Kind.LAPSED


def _overdue(sub: Subscription, at: datetime, now: datetime) -> bool:
    late_start = sub.late_start_at is not None and at <= sub.late_start_at
    return late_start or now - at > ON_TIME
