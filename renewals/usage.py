"""How much of a subscription its users use, and when that is worth a word before it renews.

Nothing is decided by it: the seats of the next term are the buyer's choice. Dates are local ones of the customer.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from renewals.facts import Phase, Subscription

SHORT_DAYS, LONG_DAYS = 30, 90
"""The two spans that use is counted over; each ends with the day that is asked about, which counts."""

LISTED_WITHIN_DAYS = 7
"""How often a user used a seat is said while their days were listed so lately, as seen from what was told last."""


def used_since(on: date, days: int) -> date:
    """The first day of the span of so many days that ends with `on`; none lies before the calendar's first.

    >>> used_since(date(2027, 3, 31), 30)
    datetime.date(2027, 3, 2)
    """
    return max(on, date.min + timedelta(days=days - 1)) - timedelta(days=days - 1)


@dataclass(frozen=True, slots=True)
class Usage:
    """What is known of the users of one subscription on a day.

    `assigned` users have a seat on that day; of them `active_30` and `active_90` used it in so many days. `told_on` is
    the day up to which use was last told; None: never, and then the two counts say nothing. `days_30` and `days_90` are
    the days on which each of them used it, summed up; None where the days of one of them were not listed.
    """

    assigned: int = 0
    active_30: int = 0
    active_90: int = 0
    told_on: date | None = None
    days_30: int | None = None
    days_90: int | None = None

    def is_fresh(self, on: date, within_days: int) -> bool:
        """Was use told so lately that it may still be spoken of?"""
        return self.told_on is not None and (on - self.told_on).days <= within_days

    def exceeds(self, seats: int) -> bool:
        """Are there more users than seats? An oddity: somebody has to be unassigned, or a seat added."""
        return self.assigned > seats


@dataclass(frozen=True, slots=True)
class UnusedSeats:
    """`seats` are paid for in the next term, `used` of them had a user in the last `days`, as told up to `told_on`."""

    seats: int
    used: int
    days: int
    told_on: date


def unused_seats(sub: Subscription, usage: Usage, on: date) -> UnusedSeats | None:
    """What is worth saying before the next term is paid; None where there is nothing to say.

    Only of a term that is not paid yet, whose seats the buyer has not changed, and only by data that is there and
    fresh. One seat always stays, so that a subscription with one is never spoken of.
    """
    if sub.paid_ahead or sub.phase is Phase.LAPSED or sub.pending_seats is not None or usage.told_on is None:
        return None
    if not usage.is_fresh(on, sub.policy.usage_fresh_days) or usage.active_90 >= sub.seats or sub.seats == 1:
        return None
    return UnusedSeats(sub.seats, usage.active_90, LONG_DAYS, usage.told_on)
