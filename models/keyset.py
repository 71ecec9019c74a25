"""Pages of a large list: each begins beside a place, the keys of the row at its edge, in either direction.

A page costs the same wherever it lies, and pages tile whatever is added or removed meanwhile. Never an OFFSET.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from models.engine import FOR_THESE_VALUES

Place = tuple[Any, ...]
"""The keys of a row, in the order that the list is sorted by."""


@dataclass(frozen=True, slots=True)
class Keyset:
    """What a list is sorted by: columns that have an index in this order, the last of them unique."""

    keys: tuple[Any, ...]
    falling: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """Where a page begins: after one place or before another; at the beginning without any."""

    after: Place | None = None
    before: Place | None = None

    def __bool__(self) -> bool:
        return self.after is not None or self.before is not None


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a page, the places at its edges, and whether anything lies beyond them."""

    rows: Sequence[Any]
    first: Place | None = None
    last: Place | None = None
    earlier: bool = False
    later: bool = False


async def page_of(session: AsyncSession, query: Select[Any], by: Keyset, limit: int, beside: Beside) -> Found:
    """Up to `limit` rows of the query beyond a place, each as a tuple of the query's own columns."""
    wanted = beyond(query, by, limit + 1, beside)
    rows = (await session.execute(wanted, execution_options=FOR_THESE_VALUES)).all()
    return found_in([(tuple(row[: -len(by.keys)]), tuple(row[-len(by.keys) :])) for row in rows], limit, beside)


def beyond(query: Select[Any], by: Keyset, limit: int, beside: Beside) -> Select[Any]:
    """The query with the keys as its last columns, from the place on; backwards where the page ends at it."""
    falling = by.falling is not (beside.before is not None)
    edge = beside.after if beside.before is None else beside.before
    query = query.add_columns(*by.keys).order_by(*(key.desc() if falling else key for key in by.keys)).limit(limit)
    if edge is None:
        return query
    here = tuple_(*by.keys)
    there = tuple_(*(literal(part, key.type) for part, key in zip(edge, by.keys, strict=True)))
    return query.where(here < there if falling else here > there)


def found_in(rows: Sequence[tuple[Any, Place]], limit: int, beside: Beside) -> Found:
    """The page in rows that were read from its place on, one more than it holds if there are more."""
    back, more = beside.before is not None, len(rows) > limit
    kept = list(rows[:limit])
    if back:
        kept.reverse()
    return Found(
        rows=[row for row, _ in kept],
        first=kept[0][1] if kept else None,
        last=kept[-1][1] if kept else None,
        earlier=more if back else beside.after is not None,
        later=back or more,
    )
