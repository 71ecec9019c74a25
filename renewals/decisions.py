"""The answers to a command: three values, never an exception for an ordinary refusal."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from renewals.cards import holds_card_number
from renewals.commands import Name


@dataclass(frozen=True, slots=True)
class Eligible:
    """The command may take effect."""


@dataclass(frozen=True, slots=True)
class AlreadyTrue:
    """The command asks for what is so already: answered `done`, without effect and without mail."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The command may not take effect; `hint` says in one sentence what to do instead.

    `possible_on`, a local date of the customer, is set where time will cure it: the first day on all of which it is
    allowed if nothing else happens (`curing.py`).
    """

    code: str
    hint: str
    possible_on: date | None = None


Decision = Eligible | AlreadyTrue | Refused

PRECEDENCE = (
    "bad_arguments unknown_subscription not_buyer not_operator lapsed not_lapsed parked sold_by_partner legacy_order "
    "sold_by_sales maintenance_plan product_retired country_not_served payment_in_doubt hold_open already_renewed "
    "window_not_open term_not_paid too_late day_out_of_range auto_renew_off method_cannot_auto_charge term_not_offered "
    "method_not_accepted not_a_reduction below_one_seat bulk_over_100 preview_stale quote_expired quote_not_open "
    "payment_declined nothing_in_doubt nothing_to_refund more_than_paid second_person_needed "
    "not_carried_out"
).split()
"""The codes of refusals; the first that applies is the answer (domain.md 7)."""

_BY_OTHER_ARGUMENTS = frozenset(
    "method_cannot_auto_charge method_not_accepted term_not_offered not_a_reduction below_one_seat day_out_of_range "
    "preview_stale".split()
)

_NAMES_A_TERM = (Name.CHANGE_TERM, Name.ASK_FOR_QUOTE, Name.RECORD_RENEWAL)


def is_of_its_arguments(refused: Refused, name: Name) -> bool:
    """Is the command refused only as it was given, so that with another method, term, number or day it goes through?

    Whoever cannot name another term waits for a price instead.
    """
    waits_for_a_price = refused.code == "term_not_offered" and name not in _NAMES_A_TERM
    return refused.code in _BY_OTHER_ARGUMENTS and not waits_for_a_price


def no_such_subscription(number: str) -> Refused:
    """The answer about a number that nobody has. It may be that of a card: then it is not repeated."""
    if holds_card_number(number):
        return Refused("bad_arguments", "Give the number of a subscription; card numbers are never stored.")
    return Refused("unknown_subscription", f"There is no subscription {number}; check the number.")


def first_that_applies(refusals: Iterable[Refused], name: Name) -> Refused | None:
    """Of what refuses a command for each of several subscriptions, the answer for them all; of equals the first.

    Time cures it for them all only on the latest of their days, and never while it does not cure one of them; but for
    what the command's own arguments are to blame for.
    """
    several = tuple(refusals)
    first = min(several, key=lambda refused: PRECEDENCE.index(refused.code), default=None)
    if first is None or first.possible_on is None:
        return first
    others = [each for each in several if each.possible_on or not is_of_its_arguments(each, name)]
    days = [each.possible_on for each in others if each.possible_on]
    return replace(first, possible_on=max(days) if len(days) == len(others) else None)
