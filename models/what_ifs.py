"""Questions what other rules would change, with their answers; and the version that is made of one once it is applied.

A question names one new version of a policy or of a price, with the number that it would have: if another version has
taken that number meanwhile, the answer is not to be believed any more, and nothing can be made of it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Identity,
    Index,
    and_,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.catalog import PolicyRow, PriceRow
from models.columns import amount, instant, json, key, one_of
from models.parties import CustomerRow
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase
from renewals.what_if import Change

DAYS = timedelta(days=365)
"""How far a what-if looks from the day on which it is asked."""

MOST_LINES = 50_000
"""Lines that one keeps; its totals count them all."""


class What(StrEnum):
    """What there would be another version of."""

    POLICY = "policy"
    PRICE = "price"


class WhatIfRow(SQLModel, table=True):
    """A question. `args` are the columns of the version but its number and date; `at` is the instant it is asked of.

    `chosen` subscriptions might be concerned, `walked` have been looked at, `affected` would live otherwise.
    """

    __tablename__ = "what_ifs"
    __table_args__ = (
        one_of("what", What),
        CheckConstraint("(applied_at IS NULL) = (applied_by IS NULL)", name="applied"),
        Index("ix_what_ifs_at", "at"),
    )

    id: UUID = key()
    what: str
    args: dict[str, Any] = json()
    version: int
    effective_on: date
    zone: str
    asked_by: str
    at: datetime = instant()
    chosen: int
    walked: int = 0
    unpriced: int = 0
    affected: int = 0
    lines: int = 0
    after: str | None = None
    walked_at: datetime | None = instant(nullable=True)
    totals: dict[str, Any] = json()
    failed_because: str | None = None
    applied_at: datetime | None = instant(nullable=True)
    applied_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Is there work to do?"""
        return self.failed_because is None and self.walked_at is None


class WhatIfLineRow(SQLModel, table=True):
    """One thing that would be otherwise: a mail, a charge, a phase. Amounts are in minor units of `currency`."""

    __tablename__ = "what_if_lines"
    __table_args__ = (
        one_of("change", Change),
        CheckConstraint("num_nulls(old_at, new_at) < 2", name="either"),
        Index("ix_what_if_lines_id", "what_if_id", "id"),
        Index("ix_what_if_lines_change", "what_if_id", "what", "change", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    what_if_id: UUID = Field(foreign_key="what_ifs.id")
    subscription: str
    change: str
    what: str
    detail: str
    old_at: datetime | None = instant(nullable=True)
    new_at: datetime | None = instant(nullable=True)
    old_amount: int | None = amount(nullable=True)
    new_amount: int | None = amount(nullable=True)
    currency: str | None = None


def concerned(what: What, args: dict[str, Any]) -> ColumnElement[bool]:
    """Which subscriptions the version might be for: by their offering, their customer's country, their channel."""
    row, customer = SubscriptionRow, CustomerRow
    wanted = [col(row.phase) != Phase.LAPSED.value]
    if args.get("sku"):
        wanted.append(col(row.sku) == args["sku"])
    if args.get("channel"):
        wanted.append(col(row.channel) == args["channel"])
    if args.get("country"):
        wanted.append(col(row.csn).in_(select(col(customer.csn)).where(col(customer.country) == args["country"])))
    if what is What.PRICE:
        wanted.append(or_(col(row.term) == args["term"], col(row.pending_term) == args["term"]))
        wanted.append(col(row.csn).in_(select(col(customer.csn)).where(col(customer.currency) == args["currency"])))
    return and_(*wanted)


async def next_version(session: AsyncSession, what: What, args: dict[str, Any]) -> int:
    """The number that the next version has."""
    if what is What.POLICY:
        policy = PolicyRow
        same = [_same(getattr(policy, name), args.get(name)) for name in ("sku", "country", "channel")]
        last = select(func.max(col(policy.version))).where(*same)
    else:
        price = PriceRow
        same = [_same(getattr(price, name), args[name]) for name in ("sku", "term", "currency")]
        last = select(func.max(col(price.version))).where(*same)
    return ((await session.execute(last)).scalar_one() or 0) + 1


def _same(column: Any, value: str | None) -> ColumnElement[bool]:
    return col(column).is_not_distinct_from(value)


async def ask_what_if(
    session: AsyncSession, what: What, args: dict[str, Any], effective_on: date, zone: str, *, by: str, now: datetime
) -> UUID:
    """Store a question that is to be walked."""
    wanted = select(func.count()).select_from(SubscriptionRow).where(concerned(what, args))
    row = WhatIfRow(
        what=what.value,
        args=args,
        version=await next_version(session, what, args),
        effective_on=effective_on,
        zone=zone,
        asked_by=by,
        at=now,
        chosen=(await session.execute(wanted)).scalar_one(),
    )
    session.add(row)
    return row.id


async def last_what_ifs(session: AsyncSession, most: int) -> Sequence[WhatIfRow]:
    """The newest ones."""
    return (await session.scalars(select(WhatIfRow).order_by(col(WhatIfRow.at).desc()).limit(most))).all()


async def lines_of(
    session: AsyncSession, id_: UUID, what: str | None, change: Change | None, *, after: int | None, limit: int
) -> tuple[Sequence[WhatIfLineRow], int | None]:
    """Up to `limit` lines beyond one; and the id that the next page begins after, if any."""
    row = WhatIfLineRow
    query = select(row).where(col(row.what_if_id) == id_).order_by(col(row.id)).limit(limit + 1)
    for column, value in ((row.what, what), (row.change, change)):
        if value is not None:
            query = query.where(col(column) == str(value))
    if after is not None:
        query = query.where(col(row.id) > literal(after, BigInteger))
    found = (await session.scalars(query)).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None
