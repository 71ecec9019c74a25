"""A deed that takes two people: the right that both need, and what is done once the second one has confirmed it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from console.ops.desk import Desk
from console.ops.fields import Wrong
from models.second_person import RequestRow
from renewals.roles import May

SECOND_PERSON = "/ops/second-person"

FIRST_NUMBERS = 10
"""So many of the subscriptions that it is about are shown by their numbers."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What confirming has begun: where it can be watched, and what is left to do outside of its transaction.

    What `is_long` is done after the answer.
    """

    address: str
    rest: Callable[[Desk], Awaitable[None]]
    is_long: bool = True


@dataclass(frozen=True, slots=True)
class Deed:
    """`do` runs in the transaction that confirms, with who asked and why. Where it raises `Wrong` nothing was done."""

    right: May
    do: Callable[[AsyncSession, RequestRow, datetime], Awaitable[Begun]]


def stale() -> Wrong:
    """What is asked for is no longer what was shown."""
    return Wrong("second", "wrong.second_stale")
