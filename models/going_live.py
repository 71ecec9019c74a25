"""What was imported and is not live yet: how much of which import, what is odd about it, and what is taken live.

Oddities are looked for among the first by renewal date: those are charged first, and with them live the next come up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    CTE,
    CheckConstraint,
    ColumnElement,
    Index,
    Select,
    UniqueConstraint,
    and_,
    distinct,
    func,
    not_,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import Field, SQLModel, col

from models.audit import audit, why_imported
from models.columns import instant, json, key, one_of_these
from models.inbox import KeyReused
from models.keyset import Beside, Found, Keyset, page_of
from models.parties import ContactRow, PaymentMethodRow
from models.pipeline import CHARGEABLE, DIRECT, DUE_ON, RENEWS_AUTOMATICALLY, prices_in_force, with_prices
from models.subscriptions import ImportRow, SubscriptionRow
from renewals.facts import Phase

MOST = 1000
"""Subscriptions that are taken live at once."""

LOOKED_AT = 10_000
SOON = timedelta(days=7)
MANY_CUSTOMERS = 5
"""An address that buys for more customers than so many may be a placeholder of the older system."""

_S = SubscriptionRow


class GoLiveRow(SQLModel, table=True):
    """What somebody took live at once. `client_key` is that of the form: what is sent again is the same one.

    `import_id` is None of what the command line chose; `confirmed_by` is the second person where it took two.
    """

    __tablename__ = "go_lives"
    __table_args__ = (
        UniqueConstraint("client_key"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_go_lives_given_at", "given_at"),
    )

    id: UUID = key()
    client_key: str
    import_id: UUID | None = Field(default=None, foreign_key="imports.id")
    numbers: list[str] = json()
    given_by: str
    confirmed_by: str | None = None
    reason: str
    given_at: datetime = instant()


class Oddity(StrEnum):
    """What somebody should look at before it is live."""

    PAST = "past"
    SOON = "soon"
    NO_METHOD = "no_method"
    CARD_ENDS = "card_ends"
    NO_PRICE = "no_price"
    SHARED = "shared"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Imported:
    """An import: how many subscriptions came with it, wait for go-live, or lapsed without it; `reason`: why."""

    row: ImportRow
    waiting: int
    lapsed: int
    reason: str | None

    @property
    def live(self) -> int:
        return self.row.subscriptions - self.waiting - self.lapsed


@dataclass(frozen=True, slots=True)
class Progress:
    """Of what was taken live at once: how many are, and how many wait."""

    live: int
    waiting: int


def waits() -> ColumnElement[bool]:
    """Is it watched only, and could still go live?"""
    return and_(col(_S.live_at).is_(None), col(_S.phase) != Phase.LAPSED.value)


async def imports_that_wait(session: AsyncSession) -> list[Imported]:
    """The imports of which something is not live yet, the newest first."""
    lapsed = col(_S.phase) == Phase.LAPSED.value
    query = (
        select(col(_S.import_id), func.count().filter(~lapsed), func.count().filter(lapsed))
        .where(col(_S.live_at).is_(None), col(_S.import_id).is_not(None))
        .group_by(col(_S.import_id))
    )
    found = {id_: (int(wait), int(over)) for id_, wait, over in await session.execute(query) if wait}
    newest = select(ImportRow).where(col(ImportRow.id).in_(found)).order_by(col(ImportRow.imported_at).desc())
    rows = (await session.scalars(newest)).all()
    reasons = await why_imported(session, [row.id for row in rows])
    return [Imported(row, *found[row.id], reasons.get(row.id)) for row in rows]


async def imported(session: AsyncSession, id_: UUID) -> Imported | None:
    """One import as it stands, live or not."""
    row = await session.get(ImportRow, id_)
    if row is None:
        return None
    lapsed = col(_S.phase) == Phase.LAPSED.value
    query = select(func.count().filter(~lapsed), func.count().filter(lapsed))
    wait, over = (await session.execute(query.where(col(_S.live_at).is_(None), col(_S.import_id) == id_))).one()
    return Imported(row, wait, over, (await why_imported(session, [id_])).get(id_))


def _near(id_: UUID) -> CTE:
    """The first of an import by renewal date that wait."""
    columns: tuple[Any, ...] = (col(_S.number).label("number"), col(_S.buyer_id).label("buyer_id"))
    query: Select[Any] = select(*columns, col(_S.csn).label("csn"))
    by = (col(_S.renews_on), col(_S.number))
    return query.where(waits(), col(_S.import_id) == id_).order_by(*by).limit(LOOKED_AT).cte("near")


def _oddities(prices: CTE, near: CTE, today: date) -> Mapping[Oddity, ColumnElement[bool]]:
    """The condition of each, over joins to customer, payment method, price and `near`."""
    unpaid = col(_S.phase) != Phase.RENEWED.value
    address = func.lower(col(ContactRow.email))
    shared = (
        select(address)
        .join_from(near, ContactRow, col(ContactRow.id) == near.c.buyer_id)
        .group_by(address)
        .having(func.count(distinct(near.c.csn)) > MANY_CUSTOMERS)
    )
    buys_so = select(col(ContactRow.id)).join_from(near, ContactRow, col(ContactRow.id) == near.c.buyer_id)
    return {
        Oddity.PAST: and_(unpaid, today > DUE_ON),
        Oddity.SOON: and_(unpaid, DUE_ON.between(today, today + SOON)),
        Oddity.NO_METHOD: and_(col(_S.auto_renew), DIRECT, not_(func.coalesce(CHARGEABLE, False))),
        Oddity.CARD_ENDS: and_(RENEWS_AUTOMATICALLY, col(PaymentMethodRow.valid_through) < col(_S.renews_on)),
        Oddity.NO_PRICE: prices.c.sku.is_(None),
        Oddity.SHARED: col(_S.buyer_id).in_(buys_so.where(address.in_(shared))),
        Oddity.PARKED: col(_S.parked_at).is_not(None),
    }


async def oddities(session: AsyncSession, id_: UUID, today: date, now: datetime) -> dict[Oddity, int]:
    """How many of the first of an import by renewal date are odd in each way."""
    near, prices = _near(id_), prices_in_force(now)
    conditions = _oddities(prices, near, today)
    counts = select(*(func.count().filter(condition).label(odd.value) for odd, condition in conditions.items()))
    found = (await session.execute(with_prices(counts, prices).join(near, near.c.number == col(_S.number)))).one()
    return dict(zip(conditions, found, strict=True))


async def waiting_page(
    session: AsyncSession, id_: UUID, odd: Oddity | None, today: date, now: datetime, limit: int, beside: Beside
) -> Found:
    """What waits of an import, in order of renewal dates; only what is odd in that way."""
    query = select(col(_S.number)).where(waits(), col(_S.import_id) == id_)
    if odd is not None:
        near, prices = _near(id_), prices_in_force(now)
        condition = _oddities(prices, near, today)[odd]
        query = with_prices(query, prices).join(near, near.c.number == col(_S.number)).where(condition)
    return await page_of(session, query, Keyset((col(_S.renews_on), col(_S.number))), limit, beside)


async def first_waiting(session: AsyncSession, id_: UUID, most: int) -> Sequence[str]:
    """The first of an import by renewal date."""
    query = select(col(_S.number)).where(waits(), col(_S.import_id) == id_)
    return (await session.scalars(query.order_by(col(_S.renews_on), col(_S.number)).limit(most))).all()


async def by_renewal_date(session: AsyncSession, id_: UUID | None, numbers: Sequence[str]) -> Sequence[str]:
    """Those of an import, or of any, that wait among the ones that are named, in order of renewal dates."""
    query = select(col(_S.number)).where(waits(), one_of_these(col(_S.number), numbers))
    if id_ is not None:
        query = query.where(col(_S.import_id) == id_)
    return (await session.scalars(query.order_by(col(_S.renews_on), col(_S.number)))).all()


async def store_go_live(
    session: AsyncSession,
    *,
    client_key: str,
    import_id: UUID | None,
    numbers: Sequence[str],
    by: str,
    confirmed_by: str | None = None,
    reason: str,
    now: datetime,
) -> UUID | None:
    """Keep what is to go live, as far as it waits; a known `client_key` gives the one that it has. None for nothing.

    Raises `KeyReused` when that one is of another import.
    """
    known = select(GoLiveRow).where(col(GoLiveRow.client_key) == client_key)
    row = await session.scalar(known)
    if row is None:
        chosen = list(await by_renewal_date(session, import_id, numbers))
        if not chosen:
            return None
        id_, data = uuid4(), {"import": str(import_id) if import_id else None, "subscriptions": len(chosen)}
        if confirmed_by:
            data["confirmed_by"] = confirmed_by
        values = {"import_id": import_id, "numbers": chosen, "given_by": by, "reason": reason, "given_at": now}
        new = insert(GoLiveRow).values(id=id_, client_key=client_key, confirmed_by=confirmed_by, **values)
        if await session.scalar(new.on_conflict_do_nothing(index_elements=["client_key"]).returning(col(GoLiveRow.id))):
            audit(session, now, by, "go_live", str(id_), reason=reason, data=data)
            return id_
        row = (await session.execute(known)).scalar_one()
    if row.import_id != import_id:
        raise KeyReused(f"The key {client_key!r} was used for another import: use another.")
    return row.id


async def progress(session: AsyncSession, numbers: Sequence[str]) -> Progress:
    """How far it is. What lapsed meanwhile neither waits nor is live."""
    query = select(func.count().filter(col(_S.live_at).is_not(None)), func.count().filter(waits()))
    return Progress(*(await session.execute(query.where(one_of_these(col(_S.number), numbers)))).one())


async def last_go_lives(session: AsyncSession, most: int) -> list[tuple[GoLiveRow, int]]:
    """The newest ones without their numbers, each with how many there are."""
    row = GoLiveRow
    query = select(row, func.jsonb_array_length(col(row.numbers))).options(defer(row.numbers))  # type: ignore[arg-type]
    newest = query.order_by(col(row.given_at).desc()).limit(most)
    return [(each, count) for each, count in await session.execute(newest)]
