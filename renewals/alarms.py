"""The kinds of alarms: how grave each is, and what ends it. What to do about each stands in docs/operations.md."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Gravity(IntEnum):
    """How soon somebody must look: the smallest number first."""

    GRAVE = 1
    """Money or renewals come to harm, a law is about to be broken, or others go on without news: now."""
    SERIOUS = 2
    """A buyer is left without an answer or a letter: today."""
    SLIGHT = 3
    """Somebody waits for an operator: within the team's usual time."""


class EndedBy(StrEnum):
    """What ends an alarm."""

    ITSELF = "itself"
    RELEASE = "release"
    RESUME = "resume"
    REPLAY = "replay"
    HAND = "hand"


_KINDS: Mapping[str, tuple[Gravity, EndedBy]] = {
    "charges_stopped": (Gravity.GRAVE, EndedBy.RESUME),
    "renewal_may_be_missed": (Gravity.GRAVE, EndedBy.ITSELF),
    "watchdog_silent": (Gravity.GRAVE, EndedBy.ITSELF),
    "paid_after_all": (Gravity.GRAVE, EndedBy.HAND),
    "legal_notice_missing": (Gravity.GRAVE, EndedBy.ITSELF),
    "step_failed": (Gravity.GRAVE, EndedBy.HAND),
    "paid_twice": (Gravity.GRAVE, EndedBy.HAND),
    "locked_though_paid": (Gravity.GRAVE, EndedBy.ITSELF),
    "price_leaps": (Gravity.GRAVE, EndedBy.HAND),
    "many_declines": (Gravity.GRAVE, EndedBy.HAND),
    "many_refunds": (Gravity.GRAVE, EndedBy.HAND),
    "webhook_given_up": (Gravity.GRAVE, EndedBy.REPLAY),
    "parked": (Gravity.SERIOUS, EndedBy.RELEASE),
    "refund_refused": (Gravity.SERIOUS, EndedBy.HAND),
    "voucher_in_doubt": (Gravity.SERIOUS, EndedBy.HAND),
    "gateway_fails": (Gravity.SERIOUS, EndedBy.HAND),
    "mail_rejected": (Gravity.SERIOUS, EndedBy.HAND),
    "cancelled_after_payment": (Gravity.SERIOUS, EndedBy.HAND),
    "cancelled_together": (Gravity.SERIOUS, EndedBy.HAND),
    "many_cancelled": (Gravity.SERIOUS, EndedBy.HAND),
    "many_lapse": (Gravity.SERIOUS, EndedBy.HAND),
    "many_locked": (Gravity.SERIOUS, EndedBy.HAND),
    "many_rejected": (Gravity.SERIOUS, EndedBy.HAND),
    "policy_date_odd": (Gravity.SERIOUS, EndedBy.HAND),
    "not_compared": (Gravity.SERIOUS, EndedBy.ITSELF),
    "seats_paid_late": (Gravity.SERIOUS, EndedBy.HAND),
    "quote_asked": (Gravity.SLIGHT, EndedBy.ITSELF),
}

KINDS: Mapping[str, tuple[Gravity, EndedBy]] = MappingProxyType(_KINDS)
GRAVE = frozenset(kind for kind, (gravity, _) in _KINDS.items() if gravity is Gravity.GRAVE)
"""Of these operators are told at once, by mail; the others wait for the morning."""


def gravity_of(kind: str) -> Gravity:
    """How grave; a kind that is not known here is serious.

    >>> gravity_of("quote_asked"), gravity_of("something new")
    (<Gravity.SLIGHT: 3>, <Gravity.SERIOUS: 2>)
    """
    return KINDS[kind][0] if kind in KINDS else Gravity.SERIOUS


def ended_by(kind: str) -> EndedBy:
    """What ends it; of a kind that is not known here somebody says that it is over.

    >>> ended_by("parked"), ended_by("something new")
    (<EndedBy.RELEASE: 'release'>, <EndedBy.HAND: 'hand'>)
    """
    return KINDS[kind][1] if kind in KINDS else EndedBy.HAND
