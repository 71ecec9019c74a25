"""What of a paid order an operator may send back: never more than was paid, minus what went back already (domain.md 5).

A refund leaves the term as it is. What a gateway sends back by itself, because it bought nothing, is `parts.py`'s.
"""

from collections.abc import Callable
from dataclasses import dataclass

from renewals.decisions import Refused
from renewals.money import Money


@dataclass(frozen=True, slots=True)
class Refundable:
    """What was paid for an order, and what of it went back or is on its way; in minor units of `currency`."""

    paid: int
    gone_back: int
    currency: str

    @property
    def left(self) -> int:
        """What may still go back.

        >>> Refundable(583200, 48600, "EUR").left, Refundable(583200, 583200, "EUR").left
        (534600, 0)
        """
        return max(0, self.paid - self.gone_back)


TakesTwo = Callable[[Money], bool]
"""Must two people agree where so much of one order has gone back?"""


def one_is_enough(money: Money) -> bool:
    """Where the installation asks for no second person."""
    return False


def two_are_needed(money: Money) -> bool:
    """Where nobody says what the installation asks for."""
    return True


SECOND_PERSON_NEEDED = Refused(
    "second_person_needed",
    "With this so much of the order has gone back that it takes two people; ask for it again, and another confirms.",
)


def may_refund(order: Refundable | None, amount: int | None, seen: int | None = None) -> Refused | None:
    """Why that much of an order cannot be sent back by anybody, if so. None for the amount: all that is left.

    `seen` is what had gone back when it was decided on: of two who decide on the same part, one is refused.
    """
    if order and seen is not None and seen != order.gone_back:
        gone = Money(order.gone_back, order.currency)
        return Refused("preview_stale", f"{gone} of this order went back by now; look at it again, and decide anew.")
    if order is None or order.left == 0:
        return Refused("nothing_to_refund", "Nothing that was paid here for this order is left to send back.")
    if amount is not None and amount > order.left:
        left = Money(order.left, order.currency)
        return Refused("more_than_paid", f"At most {left} of this order is left to send back; name no more than that.")
    return None
