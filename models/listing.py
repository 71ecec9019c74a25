"""The list of subscriptions: filtered, in one of three orders, a page at a time in both directions.

A page begins beside a place, the keys of the subscription at its edge, so that it costs the same wherever it lies and
pages tile whatever is added or removed meanwhile. What a page shows of each stands in `listed.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, exists, func, literal, literal_column, not_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.at_risk import Cause
from models.engine import FOR_THESE_VALUES
from models.finds import Sought, is_sought, was_found
from models.parties import CustomerRow, PaymentMethodRow
from models.pipeline import PATH, Path
from models.reading import HOLDS_IT
from models.searching import Meant, is_meant, meant_by
from models.subscriptions import NEXT_STEP_AT, RenewalRow, SubscriptionRow
from models.troubles import Trouble
from renewals.facts import Channel, Phase

_S = SubscriptionRow


class Sort(StrEnum):
    """What the list is in order of; equals are in order of their numbers."""

    NUMBER = "number"
    RENEWS_ON = "renews_on"
    NEXT_STEP = "next_step"


Place = tuple[Any, ...]
"""Of a subscription in an order: what it is sorted by, and its number. In order of numbers the number alone."""

_KEYS: Mapping[Sort, tuple[Any, ...]] = {
    Sort.NUMBER: (col(_S.number),),
    Sort.RENEWS_ON: (col(_S.renews_on), col(_S.number)),
    Sort.NEXT_STEP: (literal_column(NEXT_STEP_AT, DateTime(timezone=True)), col(_S.number)),
}
"""Each has its index. What has no next step yet, or never will, comes last."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of the list; None or empty: whatever. `since` and `until` are the first and last renewal date."""

    text: str = ""
    phase: Phase | None = None
    path: Path | None = None
    channel: Channel | None = None
    sku: str = ""
    currency: str = ""
    since: date | None = None
    until: date | None = None
    cause: Cause | None = None
    trouble: Trouble | None = None
    parked: bool | None = None
    held: bool | None = None
    auto_renew: bool | None = None
    sort: Sort = Sort.NUMBER
    descending: bool = False

    @property
    def sought(self) -> Sequence[Sought]:
        """What is looked for through the whole portfolio."""
        return [each for each in (self.cause, self.trouble) if each is not None]


@dataclass(frozen=True, slots=True)
class Page:
    """The numbers of a page, the places at its edges, and whether anything lies beyond them.

    `cut`: the search may mean more than was looked for.
    """

    numbers: Sequence[str]
    first: Place | None
    last: Place | None
    earlier: bool
    later: bool
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it is asked for at an instant; `today` is the operations team's day."""

    asked: Asked
    meant: Meant
    today: date
    now: datetime
    found_before: bool = False
    """What is threatened or in trouble is read from what was found a moment ago (`models/finds.py`)."""

    async def page(
        self, session: AsyncSession, limit: int, *, after: Place | None = None, before: Place | None = None
    ) -> Page:
        """Up to `limit` subscriptions beyond one place; from the beginning without any."""
        keys, back = _KEYS[self.asked.sort], before is not None
        falling = self.asked.descending is not back
        query = self._wanted(*keys).order_by(*(key.desc() if falling else key for key in keys)).limit(limit + 1)
        edge = before if back else after
        if edge is not None:
            here, there = (
                tuple_(*keys),
                tuple_(*(literal(part, key.type) for part, key in zip(edge, keys, strict=True))),
            )
            query = query.where(here < there if falling else here > there)
        found = [tuple(row) for row in await session.execute(query, execution_options=FOR_THESE_VALUES)]
        beyond, found = len(found) > limit, found[:limit]
        if back:
            found.reverse()
        return Page(
            numbers=[each[-1] for each in found],
            first=found[0] if found else None,
            last=found[-1] if found else None,
            earlier=beyond if back else after is not None,
            later=back or beyond,
            cut=self.meant.cut,
        )

    async def count(self, session: AsyncSession, most: int) -> int:
        """How many there are; `most` + 1 if there are more than `most`, for a large list is not counted."""
        few = self._wanted(col(_S.number)).limit(most + 1).subquery()
        counted = select(func.count()).select_from(few)
        return (await session.execute(counted, execution_options=FOR_THESE_VALUES)).scalar_one()

    def _wanted(self, *columns: Any) -> Select[Any]:
        query = select(*columns).select_from(_S).where(*self._conditions())
        if self.asked.path is not None:
            query = query.outerjoin(PaymentMethodRow, col(PaymentMethodRow.id) == col(_S.method_id))
        return query

    def _conditions(self) -> list[ColumnElement[bool]]:
        asked, found = self.asked, list[ColumnElement[bool]]()
        if asked.text:
            found.append(is_meant(asked.text, self.meant))
        for column, value in (
            (col(_S.phase), asked.phase),
            (col(_S.channel), asked.channel),
            (col(_S.sku), asked.sku),
        ):
            if value:
                found.append(column == str(value))
        if asked.path is not None:
            found.append(_comes_by(asked.path))
        if asked.currency:
            found.append(
                col(_S.csn).in_(select(col(CustomerRow.csn)).where(col(CustomerRow.currency) == asked.currency))
            )
        if asked.since is not None:
            found.append(col(_S.renews_on) >= asked.since)
        if asked.until is not None:
            found.append(col(_S.renews_on) <= asked.until)
        for sought in asked.sought:
            found.append(was_found(sought) if self.found_before else is_sought(sought, self.today, self.now))
        for wanted, is_so in (
            (asked.parked, col(_S.parked_at).is_not(None)),
            (asked.held, _is_held()),
            (asked.auto_renew, col(_S.auto_renew).is_(True)),
        ):
            if wanted is not None:
                found.append(is_so if wanted else not_(is_so))
        return found


def _comes_by(path: Path) -> ColumnElement[bool]:
    """Partners and the older systems are channels of their own, which have an index."""
    return (col(_S.channel) if path in (Path.PARTNER, Path.LEGACY) else PATH).in_([path.value])


def _is_held() -> ColumnElement[bool]:
    """Has an order, a quote or a voucher the next term?"""
    return (
        exists()
        .where(col(RenewalRow.subscription) == col(_S.number), col(RenewalRow.term_starts_on) == col(_S.renews_on))
        .where(HOLDS_IT)
        .correlate(_S)
    )


async def listing(
    session: AsyncSession, asked: Asked, today: date, now: datetime, *, found_before: bool = False
) -> Listing:
    """The list that is asked for; whom a search means is looked up here."""
    return Listing(asked, await meant_by(session, asked.text) if asked.text else Meant(), today, now, found_before)
