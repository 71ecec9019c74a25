"""What the watchdog notices by holding many rows beside each other, as the questions about them answer it."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """Of whom or what something was counted, and over how long: one wave is still counted on the day after."""

    of: str
    over: timedelta


@dataclass(frozen=True, slots=True)
class Noticed:
    """What there is to tell, in a sentence and as the facts that it is made of.

    Without a subscription it is about the installation as a whole.
    """

    kind: str
    detail: str
    subject: str
    subscription: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    counted: Counted | None = None


Question = Callable[[AsyncSession, datetime], AsyncIterator[Noticed]]
"""Reads what is new, or where there is little, by an index."""


def wave(kind: str, detail: str, of: str, over: timedelta, now: datetime, facts: Mapping[str, Any]) -> Noticed:
    """So many within so long a time."""
    return Noticed(kind, detail, of_day(of, now), facts=facts, counted=Counted(of, over))


def of_day(what: str, at: datetime) -> str:
    return f"{what} {at.date()}"
