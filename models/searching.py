"""Search for subscriptions by what people have at hand: a number, a customer's number or name, somebody's mail address.

Numbers are found by how they begin, names and addresses by any part, whatever the case. Trigrams (pg_trgm) serve the
parts; who is meant is found first, so that a search costs as much as it finds.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.columns import one_of_these
from models.engine import FOR_THESE_VALUES
from models.parties import ContactRow, CustomerRow
from models.subscriptions import SubscriptionRow

MOST = 500
"""So many customers, and so many people, a search may mean; beyond, it says too little and is told so."""

_WHOLE_TRIGRAM = 3
"""A part shorter than this has no trigram of its own: it is sought at the beginning only."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a search may mean. `cut`: there are more."""

    csns: tuple[str, ...] = ()
    contacts: tuple[UUID, ...] = ()

    @property
    def cut(self) -> bool:
        return len(self.csns) > MOST or len(self.contacts) > MOST


async def meant_by(session: AsyncSession, text: str) -> Meant:
    """The customers and people whom the text may mean."""
    csn, name = col(CustomerRow.csn), func.lower(col(CustomerRow.name))
    customers = union(
        select(csn).where(func.lower(csn).like(beginning(text))).limit(MOST + 1),
        select(csn).where(name.like(part(text))).limit(MOST + 1),
    )
    people = select(col(ContactRow.id)).where(func.lower(col(ContactRow.email)).like(part(text))).limit(MOST + 1)
    csns = await session.scalars(customers.limit(MOST + 1), execution_options=FOR_THESE_VALUES)
    contacts = await session.scalars(people, execution_options=FOR_THESE_VALUES)
    return Meant(tuple(csns.all()), tuple(contacts.all()))


def is_meant(text: str, meant: Meant) -> ColumnElement[bool]:
    """The condition on subscriptions: its number begins so, or it is of one of these."""
    row = SubscriptionRow
    found: list[ColumnElement[bool]] = [func.lower(col(row.number)).like(beginning(text))]
    if meant.csns:
        found.append(one_of_these(col(row.csn), meant.csns[:MOST]))
    if meant.contacts:
        theirs = (col(row.buyer_id), col(row.primary_admin_id))
        found += [one_of_these(which, meant.contacts[:MOST]) for which in theirs]
    return or_(*found)


def beginning(text: str) -> str:
    """A pattern for what begins so, in small letters."""
    return f"{_literally(text)}%"


def part(text: str) -> str:
    """A pattern for what has it as a part, in small letters."""
    return f"%{_literally(text)}%" if len(text) >= _WHOLE_TRIGRAM else beginning(text)


def _literally(text: str) -> str:
    """As a pattern that matches nothing but the text.

    >>> print(_literally("50%_Off"))
    50\\%\\_off
    """
    return text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
