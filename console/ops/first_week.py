"""What going live would bring in the first days: charges and mails, walked ahead as if it were live from now on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from models.ahead import turns
from models.store import Stored
from renewals.calendar import local_date
from renewals.forecast import forecast
from renewals.money import Money
from renewals.pricing import NotPriced

DAYS = timedelta(days=7)
WALKED = 500
"""Subscriptions that are walked for a page, the first by renewal date: that takes less than a second."""


@dataclass(slots=True)
class FirstWeek:
    """How much comes, of how many subscriptions; `missed` are notices whose time has passed, which are not sent."""

    walked: int = 0
    unpriced: int = 0
    charges: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    missed: int = 0

    @property
    def money(self) -> list[tuple[int, Money]]:
        """By currency: how many charges, and of how much together."""
        return [(self.charges[each], Money(self.amounts[each], each)) for each in sorted(self.charges)]


def first_week(found: Iterable[Stored]) -> FirstWeek:
    """What comes to these within seven days of their own time, if they go live now."""
    week = FirstWeek()
    for stored in found:
        sub, until = stored.facts, stored.now + DAYS
        week.walked += 1
        try:
            for each in forecast(
                sub, stored.now, local_date(until, sub.time_zone), turns(stored.rulebook, sub, stored.now, until)
            ):
                if each.at >= until:
                    break
                if each.what == "notice":
                    week.mails[each.detail] += 1
                elif each.what == "missed":
                    week.missed += 1
                elif each.what == "charge" and each.currency:
                    week.charges[each.currency] += 1
                    week.amounts[each.currency] += each.amount or 0
        except NotPriced:
            week.unpriced += 1
    return week
