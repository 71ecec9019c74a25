"""When time alone ends what refuses a command, and how the subscription stands by then (domain.md 7).

Four reasons pass by themselves. Every other one waits for somebody: its buyer, an operator, a seller, or a provider
whose answer has no date.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from renewals.calendar import days_after, local_date, midnight
from renewals.commands import Name
from renewals.facts import Subscription
from renewals.payments import AttemptState
from renewals.plan import next_charge_at
from renewals.renewing import in_phase, last_paid_term, rolled_over
from renewals.windows import today, window_opens_on

CURED_BY_TIME = frozenset({"hold_open", "already_renewed", "window_not_open", "term_not_paid"})
"""The codes of the refusals that may have a date."""

_ONCE_IT_HAS_BEGUN = (Name.RECORD_RENEWAL, Name.EXTEND_LATE_WINDOW)
"""What an operator does for the term after a paid one, as soon as that has begun; buyers wait for its early window."""

_BUYS_THE_TERM = (Name.RENEW, Name.ASK_FOR_QUOTE, Name.ISSUE_QUOTE, Name.ACCEPT_QUOTE)
"""What means the very term that is held, and has nothing left to buy once that is paid."""

_QUOTE_YIELDS_TO = (Name.RENEW, Name.ACCEPT_QUOTE, Name.DECLINE_QUOTE, Name.WITHDRAW_QUOTE)
"""What only the code of a quote refuses, and not the quote that holds the term again after it."""


@dataclass(frozen=True, slots=True)
class Cure:
    """The reason is gone on all of the local day `on`, if nothing else happens; `sub` is as it stands as it begins."""

    on: date
    sub: Subscription

    @property
    def at(self) -> datetime:
        """00:00 local of that day."""
        return midnight(self.on, self.sub.time_zone)


def cure_of(sub: Subscription, name: Name, code: str, at: datetime) -> Cure | None:
    """When the reason of that code, which refuses the command at `at`, goes away by itself; None: never, or who knows.

    What a command is refused for by then is not asked here.
    """
    match code:
        case "hold_open" if name is not Name.EXTEND_LATE_WINDOW:  # by then the day that it names has passed
            return _once_the_hold_ends(sub, name, at)
        case "already_renewed":
            return _once_the_next_can_be_renewed(sub, name, at)
        case "window_not_open":
            return _standing(sub, window_opens_on(sub))
        case "term_not_paid" if today(sub, at) < sub.starts_on:
            return _standing(sub, sub.starts_on)
    return None


def _once_the_hold_ends(sub: Subscription, name: Name, at: datetime) -> Cure | None:
    """No hold ends while a payment is in doubt. What is overdue by then ends any moment.

    A charge that waited for it comes first: what it may have paid by the end of that day cannot be bought on all of it.
    """
    if sub.hold is None or sub.hold.ends_at is None or sub.in_doubt:
        return None
    ends_at = sub.hold.ends_at if name in _QUOTE_YIELDS_TO else sub.hold.again_until or sub.hold.ends_at
    without_code = tuple(each for each in sub.attempts if each.state is not AttemptState.ISSUED)
    let_go = replace(sub, hold=None, attempts=without_code)
    on = _first_whole_day(max(ends_at, at), sub.time_zone)
    charge_at = next_charge_at(let_go, max(ends_at, at)) if sub.may_be_charged else None
    if name in _BUYS_THE_TERM and charge_at and charge_at < midnight(days_after(on, 1), sub.time_zone):
        return None
    return _standing(let_go, on)


def _once_the_next_can_be_renewed(sub: Subscription, name: Name, at: datetime) -> Cure | None:
    """The term after a paid one: once its early window opens, or for some once the paid term has begun."""
    ahead = last_paid_term(sub)
    on = ahead.starts_on if name in _ONCE_IT_HAS_BEGUN else window_opens_on(ahead)
    return _standing(sub, on) if on > today(sub, at) else None


def _standing(sub: Subscription, on: date) -> Cure:
    """As it stands as that day begins. A parked one neither begins a paid term nor changes its phase.

    Its buyer will have been told by then that it lapses: what would be parked instead is an operator's to look at.
    """
    at = midnight(on, sub.time_zone)
    if sub.parked:
        return Cure(on, sub)
    begins = sub.paid_ahead and on >= sub.renews_on
    return Cure(on, rolled_over(sub, at) if begins else in_phase(replace(sub, noticed=True), at))


def _first_whole_day(at: datetime, zone_name: str) -> date:
    """The first local day that begins at an instant or after it.

    >>> from datetime import UTC
    >>> [_first_whole_day(datetime(2027, 3, 7, hour, tzinfo=UTC), "Europe/Paris").isoformat() for hour in (22, 23)]
    ['2027-03-08', '2027-03-08']
    """
    day = local_date(at, zone_name)
    return day if midnight(day, zone_name) == at else days_after(day, 1)
