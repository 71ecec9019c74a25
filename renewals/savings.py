"""What a longer term would save (domain.md 5)."""

from dataclasses import dataclass, replace

from renewals.facts import Subscription, Term
from renewals.money import Money
from renewals.pricing import NotPriced, checkout_line
from renewals.renewing import last_paid_term, with_next_term


@dataclass(frozen=True, slots=True)
class Saving:
    """The next term at another length: what it costs, and how much less that is than its months cost now."""

    term: Term
    total: Money
    saved: Money


def longer_terms(sub: Subscription) -> tuple[Saving, ...]:
    """Each longer term that saves money against the next one, at the prices of a checkout now; all seats together.

    Raises `NotPriced` when the next term itself has no price.
    """
    next_line = checkout_line(sub)
    found = []
    for term in Term:
        if term.months <= next_line.term.months:
            continue
        try:
            longer = checkout_line(replace(sub, pending_term=term)).amount
        except NotPriced:
            continue
        times, rest = divmod(term.months, next_line.term.months)
        saved = next_line.amount * times - longer
        if rest == 0 and saved > 0:
            found.append(Saving(term, Money(longer, sub.currency), Money(saved, sub.currency)))
    return tuple(found)


def saved_per_year(sub: Subscription, term: Term) -> Money | None:
    """How much less a year costs at that term than at the one that comes next anyhow; below zero: how much more.

    Rounded towards zero. None where the next term has no price, or is of that length. Raises `NotPriced` for a term
    that is not sold.
    """
    changed = checkout_line(last_paid_term(with_next_term(sub, term)))
    try:
        planned = checkout_line(last_paid_term(sub))
    except NotPriced:
        return None
    if planned.term is term:
        return None
    saved = planned.amount * 12 * term.months - changed.amount * 12 * planned.term.months
    whole = abs(saved) // (planned.term.months * term.months)
    return Money(whole if saved > 0 else -whole, sub.currency)
