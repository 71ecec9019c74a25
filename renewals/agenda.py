"""The dates of a subscription that belong in a calendar: its renewal, and the windows around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from renewals.facts import Phase, Subscription
from renewals.renewing import last_paid_term
from renewals.windows import late_window_last_day, window_opens_on


class Day(StrEnum):
    """What a day is. Their order is that of the dates, unless a term is shorter than its windows."""

    WINDOW_OPENS = "window_opens"
    RENEWS = "renews"
    EXPIRES = "expires"
    LATE_WINDOW_ENDS = "late_window_ends"


@dataclass(frozen=True, slots=True)
class Entry:
    """One day, local to the customer. `renewal` is the renewal date that it belongs to, and tells two terms apart."""

    day: Day
    on: date
    renewal: date


def agenda(sub: Subscription) -> Iterator[Entry]:
    """The days of the next renewal that is not paid yet; none once the subscription has lapsed."""
    if sub.phase is Phase.LAPSED:
        return
    ahead = last_paid_term(sub)
    renews = ahead.renews_automatically and sub.phase is not Phase.EXPIRED
    yield Entry(Day.WINDOW_OPENS, window_opens_on(ahead), ahead.renews_on)
    yield Entry(Day.RENEWS if renews else Day.EXPIRES, ahead.renews_on, ahead.renews_on)
    yield Entry(Day.LATE_WINDOW_ENDS, late_window_last_day(ahead), ahead.renews_on)
