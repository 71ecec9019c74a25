"""Dates of terms, and the instants that local dates stand for.

Business dates are local dates in the customer's zone; instants are derived from them last, in UTC (domain.md 2).
Zone rules come from the pinned `tzdata` package, never from the host.
"""

import calendar
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from renewals.facts import Term

zoneinfo.reset_tzpath(())
ZoneInfo.clear_cache()


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name, from `tzdata`. Raises `ValueError` for a name it does not know."""
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Paris") from error


def add_months(day: date, months: int, anchor_day: int) -> date:
    """The anchored date `months` after (or, negative, before) the month of `day`.

    The anchor day decides, never the day of `day`, so that a short month does not shorten the ones after it.

    >>> add_months(date(2027, 1, 31), 1, anchor_day=31), add_months(date(2027, 2, 28), 1, anchor_day=31)
    (datetime.date(2027, 2, 28), datetime.date(2027, 3, 31))
    >>> add_months(date(2027, 2, 28), 12, anchor_day=29)
    datetime.date(2028, 2, 29)
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(anchor_day, calendar.monthrange(year, month0 + 1)[1]))


def term_end(starts_on: date, term: Term, anchor_day: int) -> date:
    """The renewal date of a term that begins on `starts_on`: the first day it does not cover."""
    return add_months(starts_on, term.months, anchor_day)


def anchor_of_import(starts_on: date, renews_on: date) -> int:
    """The anchor day of a subscription whose import names none (domain.md 2).

    >>> anchor_of_import(date(2024, 2, 29), date(2027, 2, 28)), anchor_of_import(date(2026, 10, 5), date(2026, 11, 30))
    (29, 30)
    """
    month_ends = renews_on.day == calendar.monthrange(renews_on.year, renews_on.month)[1]
    return max(renews_on.day, starts_on.day) if month_ends else renews_on.day


@lru_cache(maxsize=16_384)
def at_local(day: date, clock: time, zone_name: str) -> datetime:
    """The UTC instant of a local wall-clock time.

    A time that a DST gap skips becomes the first instant after the gap; one that exists twice, the first.

    >>> at_local(date(2027, 3, 28), time(2, 30), "Europe/Paris").isoformat()
    '2027-03-28T01:00:00+00:00'
    >>> at_local(date(2027, 10, 31), time(2, 30), "Europe/Paris").isoformat()
    '2027-10-31T00:30:00+00:00'
    """
    local = datetime.combine(day, clock, tzinfo=zone(zone_name))
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    return _end_of_gap(local)


def _end_of_gap(local: datetime) -> datetime:
    """The first instant after the gap that swallowed `local` (a wall-clock time that does not exist).

    Inside a gap fold=0 answers with the offset from before it and fold=1 with the one after, so the two readings
    enclose the transition; it is found by halving, since zoneinfo does not name its transitions.
    """
    after = local.astimezone(UTC)
    before = local.replace(fold=1).astimezone(UTC)
    old_offset = before.astimezone(local.tzinfo).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, local.tzinfo).utcoffset() == old_offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def midnight(day: date, zone_name: str) -> datetime:
    """00:00 local of `day` as a UTC instant."""
    return at_local(day, time(0), zone_name)


def local_date(instant: datetime, zone_name: str) -> date:
    """The customer's own date at an instant."""
    return instant.astimezone(zone(zone_name)).date()


def days_after(day: date, days: int) -> date:
    """`day` moved by whole days; negative counts backwards."""
    return day + timedelta(days=days)
