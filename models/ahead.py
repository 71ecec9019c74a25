"""Rules that are yet to come: at which instants a subscription's plan will be made under other ones."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from models.rules import Rulebook
from renewals.calendar import local_date, midnight
from renewals.facts import Subscription
from renewals.forecast import Turn
from renewals.legal import Network


def ruled(rulebook: Rulebook, sub: Subscription, at: datetime) -> Subscription:
    """The facts with the prices, the policy and the legal rules that are in force at that instant."""
    on = local_date(at, sub.time_zone)
    status, prices = rulebook.prices_of(sub.sku, sub.currency, sub.term, sub.pending_term, at)
    return replace(
        sub,
        prices=prices,
        offering_status=status,
        policy=rulebook.policy_of(sub.sku, sub.country, sub.channel, on),
        legal_rules=rulebook.legal_rules_of(on, [sub.country, sub.region or "", *Network]),
    )


def turns(rulebook: Rulebook, sub: Subscription, now: datetime, until: datetime) -> Iterator[Turn]:
    """The instants after `now`, and up to `until`, from which on other rules are in force for this subscription."""
    for at in sorted(set(_instants(rulebook, sub, local_date(now, sub.time_zone)))):
        if now < at <= until:
            yield Turn(at, lambda facts, at=at: ruled(rulebook, facts, at))  # type: ignore[misc]


def _instants(rulebook: Rulebook, sub: Subscription, today: date) -> Iterator[datetime]:
    """Policies and legal rules take effect on a local date, prices at an instant; none of a day that has begun."""
    for version in rulebook.policies:
        on = version.effective_on
        if on > today and version.applies(sub.sku, sub.country, sub.channel, on):
            yield midnight(on, sub.time_zone)
    for rule, _ in rulebook.legal_rules:
        if rule.effective_on is not None and rule.effective_on > today:
            yield midnight(rule.effective_on, sub.time_zone)
    for price in rulebook.prices.get((sub.sku, sub.currency), ()):
        yield price.effective_at
