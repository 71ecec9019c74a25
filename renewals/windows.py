"""When the next term can be bought, when it is charged, and the phase at an instant (domain.md 3)."""

import hashlib
from datetime import UTC, date, datetime, timedelta

from renewals.calendar import at_local, days_after, local_date, midnight, term_end
from renewals.facts import Phase, Subscription

ALWAYS = datetime.min.replace(tzinfo=UTC)


def window_opens_on(sub: Subscription) -> date:
    """First local day of the early window: never more than one term ahead."""
    return max(days_after(sub.renews_on, -sub.policy.early_window_days), sub.starts_on)


def policys_last_day(sub: Subscription) -> date:
    """The last local day of the late window as the policy has it; never beyond the term that is lost.

    The running term decides how many days; the term that would be bought decides where it ends at the latest.
    """
    by_policy = days_after(sub.renews_on, sub.policy.late_window_days[sub.term])
    return min(by_policy, _last_day_of_lost_term(sub))


def late_window_last_day(sub: Subscription) -> date:
    """The last local day on which the lost term can still be bought: the policy's own.

    Unless an operator has named another day for this very renewal (`extending.py`).
    """
    return min(sub.late_until, _last_day_of_lost_term(sub)) if sub.late_until else policys_last_day(sub)


def _last_day_of_lost_term(sub: Subscription) -> date:
    return days_after(term_end(sub.renews_on, sub.next_term, sub.anchor_day), -1)


def late_window_closes_at(sub: Subscription) -> datetime:
    """00:00 local of the day after the late window's last day."""
    return midnight(days_after(late_window_last_day(sub), 1), sub.time_zone)


def charges_end_at(sub: Subscription) -> datetime:
    """Until when it is charged automatically: through the policy's own late window.

    That an operator lets its buyer renew later never charges a card later.
    """
    return midnight(days_after(policys_last_day(sub), 1), sub.time_zone)


def renewal_begins_at(sub: Subscription) -> datetime:
    """00:00 local of the renewal date."""
    return midnight(sub.renews_on, sub.time_zone)


def charge_at(sub: Subscription, days: int = 0) -> datetime:
    """The charge time, `days` after the renewal date.

    A subscription's own offset spreads the charges of one morning over two hours; it never changes.
    """
    digest = hashlib.sha256(sub.number.encode()).digest()
    offset = int.from_bytes(digest[:4], "big") % sub.policy.charge_spread_seconds
    day = days_after(sub.renews_on, days)
    return at_local(day, sub.policy.charge_time, sub.time_zone) + timedelta(seconds=offset)


def retry_dates(sub: Subscription) -> tuple[datetime, ...]:
    """The instants of the retries that fit into the policy's late window, first to last."""
    return tuple(charge_at(sub, days) for days in _retry_days(sub))


def _retry_days(sub: Subscription) -> list[int]:
    last_day = policys_last_day(sub)
    return [days for days in sub.policy.retry_days if days_after(sub.renews_on, days) <= last_day]


def past_due_ends_at(sub: Subscription) -> datetime:
    """When `past_due` gives up: the last retry date inside the late window, or the charge time if none fits."""
    return charge_at(sub, max(_retry_days(sub), default=0))


def suspension_at(sub: Subscription) -> datetime:
    """When access is suspended while past due."""
    return midnight(days_after(sub.renews_on, sub.policy.past_due_access_days), sub.time_zone)


def phases(sub: Subscription) -> tuple[tuple[datetime, Phase], ...]:
    """The phases that time alone brings, each with the instant it begins, in order.

    Payments, commands and declines change the facts, and with them this timeline. What would lapse although nobody
    ever tried (or, for a manual renewal, told) stays what it is: `plan` parks it instead.
    """
    if sub.phase is Phase.LAPSED:
        return ((ALWAYS, Phase.LAPSED),)
    if sub.paid_ahead:
        return ((ALWAYS, Phase.RENEWED),)
    if sub.phase is Phase.EXPIRED:
        return ((ALWAYS, Phase.EXPIRED), *_lapse(sub))
    before = (
        (ALWAYS, Phase.ACTIVE),
        (midnight(window_opens_on(sub), sub.time_zone), Phase.RENEWABLE),
    )
    if sub.in_doubt or sub.renews_automatically:
        return before + _while_unpaid(sub)
    return (*before, (renewal_begins_at(sub), Phase.EXPIRED), *_lapse(sub))


def _while_unpaid(sub: Subscription) -> tuple[tuple[datetime, Phase], ...]:
    """From the renewal date on, for a term that is charged automatically or whose payment is in doubt.

    The attempt of the last retry date has until the end of that day to reach the gateway; while a voucher holds the
    renewal it waits, and nothing ends before it, as long as the buyer can still pay his code (domain.md 5).
    """
    next_day = midnight(days_after(sub.renews_on, 1), sub.time_zone)
    decline = sub.last_decline
    if decline is None:
        return ((next_day, Phase.PAST_DUE),)
    declined_at = min(decline.answered_at or next_day, next_day)
    past_due = ((max(declined_at, renewal_begins_at(sub)), Phase.PAST_DUE),)
    if sub.in_doubt or sub.voucher:
        return past_due
    ends_at = past_due_ends_at(sub)
    if sub.open_attempt:
        ends_at = midnight(days_after(local_date(ends_at, sub.time_zone), 1), sub.time_zone)
    return (*past_due, (ends_at, Phase.EXPIRED), *_lapse(sub))


def _lapse(sub: Subscription) -> tuple[tuple[datetime, Phase], ...]:
    if sub.in_doubt or sub.voucher or may_not_lapse(sub):
        return ()
    return ((late_window_closes_at(sub), Phase.LAPSED),)


def may_not_lapse(sub: Subscription) -> bool:
    """Would it lapse without ever having been tried or noticed? Then it is for an operator to look at."""
    tried = sub.last_decline is not None or sub.in_doubt is not None
    return not tried if sub.renews_automatically and sub.phase is not Phase.EXPIRED else not (tried or sub.noticed)


def phase_at(sub: Subscription, now: datetime) -> Phase:
    """The phase that the facts give at `now`."""
    return current_phase(sub, now)[1]


def current_phase(sub: Subscription, now: datetime) -> tuple[datetime, Phase]:
    """When the phase began that the facts give at `now` (`ALWAYS`: nobody knows), and which it is."""
    return [(begins_at, phase) for begins_at, phase in phases(sub) if begins_at <= now][-1]


def today(sub: Subscription, now: datetime) -> date:
    """The customer's own date at `now`."""
    return local_date(now, sub.time_zone)


def access_until(sub: Subscription, now: datetime) -> datetime:
    """When the product must lock if nothing more happens.

    A term that renews automatically keeps access for the policy's days past due, and for as long as a payment is in
    doubt; what has ended keeps the instant at which it did.
    """
    if sub.paid_ahead:
        ends_on = term_end(sub.renews_on, sub.paid_ahead.term, sub.anchor_day)
        grace = sub.policy.past_due_access_days if sub.renews_automatically else 0
        return midnight(days_after(ends_on, grace), sub.time_zone)
    if sub.phase in (Phase.EXPIRED, Phase.LAPSED):
        return min(sub.phase_since, suspension_at(sub))
    if sub.in_doubt:
        return max(suspension_at(sub), late_window_closes_at(sub))
    return suspension_at(sub) if sub.renews_automatically else renewal_begins_at(sub)
