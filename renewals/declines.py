"""What follows from a decline: its class, and when the next try is due (domain.md 6)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from renewals.facts import Subscription
from renewals.payments import Attempt, DeclineClass
from renewals.windows import retry_dates

DEFAULT_CLASSES: Mapping[str, DeclineClass] = MappingProxyType(
    {
        "insufficient_funds": DeclineClass.SOFT,
        "try_again_later": DeclineClass.SOFT,
        "processing_error": DeclineClass.SOFT,
        "authentication_required": DeclineClass.CUSTOMER_ACTS,
        "expired_card": DeclineClass.CUSTOMER_ACTS,
        "incorrect_cvc": DeclineClass.CUSTOMER_ACTS,
        "card_not_supported": DeclineClass.CUSTOMER_ACTS,
        "lost_card": DeclineClass.HARD,
        "stolen_card": DeclineClass.HARD,
        "fraudulent": DeclineClass.HARD,
        "revocation_of_authorization": DeclineClass.HARD,
        "account_closed": DeclineClass.HARD,
    }
)
"""The classes a new installation begins with; afterwards they are rows that an operator edits."""


def decline_class(code: str | None, classes: Mapping[str, DeclineClass]) -> DeclineClass:
    """The class of a gateway's decline code; a code that is not listed is soft."""
    return classes.get(code or "", DeclineClass.SOFT)


def next_try_at(sub: Subscription) -> datetime | None:
    """When the next automatic try is due after a decline, or None when none will come by itself.

    A method that was not tried yet is tried at once. The same one is tried again on the first retry date after the
    decline was known, if it was soft; retry dates that an outage swallowed are not made up for one by one.
    """
    last = sub.last_decline
    if last is None or sub.method is None:
        return None
    if sub.method.id != last.method_id:
        return sub.method.set_at
    if last.decline_class is not DeclineClass.SOFT:
        return None
    return next(iter(retries_left(sub, last)), None)


def waits_for_another_method(sub: Subscription) -> bool:
    """Was the next term declined so that no try comes by itself any more?"""
    return sub.last_decline is not None and next_try_at(sub) is None


def retries_left(sub: Subscription, last: Attempt) -> tuple[datetime, ...]:
    """The retry dates after the decline of the `last` attempt was known."""
    return tuple(at for at in retry_dates(sub) if at > (last.answered_at or last.called_at))


def ask_late_at(now: datetime, questions: int, payable_until: datetime | None) -> datetime | None:
    """When to ask again whether a voucher that is over was paid all the same: daily, and after two weeks no more.

    Two weeks also from when its code could have been paid: a gateway that could not be told that it was given up takes
    its money until then.
    """
    may_come = payable_until is not None and now < payable_until + _LAST_LATE_QUESTION * _DAILY
    return now + _DAILY if may_come or questions < _LAST_LATE_QUESTION else None


FIRST_CALL_AGAIN = timedelta(seconds=10)
LONGEST_CALL_AGAIN = timedelta(minutes=10)
_QUESTIONS = (timedelta(minutes=5), timedelta(hours=1))
_DAILY = timedelta(days=1)
_LAST_LATE_QUESTION = 14


def call_again_at(now: datetime, calls: int) -> datetime:
    """When to call a gateway again that nobody answered at, after `calls` calls (from 1): 10 s, doubling to 10 min."""
    return now + min(FIRST_CALL_AGAIN * (1 << min(calls - 1, 20)), LONGEST_CALL_AGAIN)


def ask_at(called_at: datetime, now: datetime, questions: int) -> datetime:
    """When to ask what became of an attempt: 5 min and 1 h after the charge, then daily.

    `questions` counts those already asked.
    """
    if questions < len(_QUESTIONS):
        return max(called_at + _QUESTIONS[questions], now)
    return now + _DAILY
