"""What legal rules demand of one subscription: the days in which each wants a notice, and the notices to add for them.

A duty is met by an `advance_charge_notice` whose local day lies in its window. The cancel deadline is the renewal date:
until then a buyer may cancel without being charged. What was sent is compared with what is owed in `compliance`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from renewals.calendar import add_months, at_local, days_after, local_date
from renewals.facts import Subscription
from renewals.legal import Anchor, LegalRule, Network, Unit
from renewals.payments import MethodKind
from renewals.windows import charge_at


@dataclass(frozen=True, slots=True)
class Duty:
    """A notice must go out from `first_on` to `last_on`, both included; local dates in the customer's zone."""

    rule: LegalRule
    first_on: date
    last_on: date

    def is_met_on(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


@dataclass(frozen=True, slots=True)
class AddedNotice:
    """A notice that the policy does not hold and a duty needs; after `last_on` it comes too late."""

    on: date
    last_on: date


def binds(rule: LegalRule, sub: Subscription) -> bool:
    """Does the rule bind the renewal of the current term? Only what renews automatically is bound.

    The running term counts, as it was bought, also while another length is pending.
    """
    if not sub.renews_automatically or sub.term.months < rule.shortest_term:
        return False
    return rule.audience in (None, sub.audience) and rule.jurisdiction in jurisdictions(sub)


def jurisdictions(sub: Subscription) -> frozenset[str]:
    """The country, the region, and the network of the payment method. SEPA debits are in euro."""
    kind = sub.method.kind if sub.method else None
    found = {sub.country, sub.region}
    if kind is MethodKind.CARD:
        found.add(Network.CARD)
    if kind is MethodKind.DIRECT_DEBIT and sub.currency == "EUR":
        found.add(Network.SEPA)
    return frozenset(place for place in found if place)


def duties(sub: Subscription) -> tuple[Duty, ...]:
    """What the rules in force demand before the next renewal, in order of their last days.

    A window that was over before the rule took effect, or before the term began, demands nothing.
    """
    found = (_duty(rule, sub) for rule in sub.legal_rules if binds(rule, sub))
    owed = (duty for duty in found if duty.last_on >= max(duty.rule.effective_on or duty.last_on, sub.starts_on))
    return tuple(sorted(owed, key=lambda duty: (duty.last_on, duty.rule.id)))


def _duty(rule: LegalRule, sub: Subscription) -> Duty:
    """The window of a rule. One without an earliest day opens with the term."""
    anchor = local_date(charge_at(sub), sub.time_zone) if rule.anchor is Anchor.CHARGE else sub.renews_on
    last = before(anchor, rule.latest, rule.unit)
    first = sub.starts_on if rule.earliest is None else before(anchor, rule.earliest, rule.unit)
    return Duty(rule, first, last)


def before(anchor: date, count: int, unit: Unit) -> date:
    """The day that is so many days or calendar months before the anchor.

    A month that has no such day gives its last one.

    >>> before(date(2027, 3, 31), 1, Unit.MONTH), before(date(2027, 3, 31), 38, Unit.DAY)
    (datetime.date(2027, 2, 28), datetime.date(2027, 2, 21))
    """
    if unit is Unit.MONTH:
        return add_months(anchor, -count, anchor_day=anchor.day)
    return days_after(anchor, -count)


def unmet(owed: Iterable[Duty], days: Iterable[date]) -> tuple[Duty, ...]:
    """The duties in whose window none of those days lies."""
    noticed = frozenset(days)
    return tuple(duty for duty in owed if not any(duty.is_met_on(day) for day in noticed))


def added_notices(sub: Subscription, policy_days: Iterable[date]) -> tuple[AddedNotice, ...]:
    """The notices to add so that every duty is met that the policy's own days and what was sent do not meet.

    Nothing is added to a day that is not owed. A notice that failed is not made up for by another.
    """
    since = _first_owed_day(sub)
    days = {*sub.advance_noticed_on, *(day for day in policy_days if day >= since)}
    missing = unmet(duties(sub), days)
    return tuple(fewest(replace(duty, first_on=max(duty.first_on, since)) for duty in missing if duty.last_on >= since))


def _first_owed_day(sub: Subscription) -> date:
    """The first day of the term whose notice time is not before the plan that the last command or payment made."""
    if sub.owes_from is None:
        return sub.starts_on
    day = local_date(sub.owes_from, sub.time_zone)
    if at_local(day, sub.policy.notice_time, sub.time_zone) < sub.owes_from:
        day = days_after(day, 1)
    return max(day, sub.starts_on)


def fewest(missing: Iterable[Duty]) -> Iterator[AddedNotice]:
    """The fewest days that meet all of them, each as early as its windows allow, so that resends have room.

    Whatever meets the duty that ends first should meet as many others as possible: those already open on its last day.
    """
    left = sorted(missing, key=lambda duty: duty.last_on)
    while left:
        last_on = left[0].last_on
        together = [duty for duty in left if duty.first_on <= last_on]
        yield AddedNotice(max(duty.first_on for duty in together), last_on)
        left = [duty for duty in left if duty.first_on > last_on]
