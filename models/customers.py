"""Customers: searched by what people have at hand, a page at a time; and all that belongs to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.columns import among, one_of_these
from models.keyset import Beside, Found, Keyset, page_of
from models.methods import Label, every_method, labels_of
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.payments import OrderLineRow, OrderRow
from models.quote_reading import find_quotes
from models.quotes import QuoteRow
from models.searching import MOST, Meant, meant_by
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase
from renewals.money import Money

ORDER = Keyset((col(CustomerRow.csn),))

MOST_CONTACTS, MOST_METHODS, NEWEST = 100, 20, 20
"""So many of each are shown of one customer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice among the customers; empty: whichever."""

    text: str = ""
    country: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A customer of the list, and how many subscriptions it has."""

    row: CustomerRow
    subscriptions: int


@dataclass(frozen=True, slots=True)
class Placed:
    """An order of a customer: what it came to (minor units), and the subscriptions that it is for."""

    row: OrderRow
    amount: int
    numbers: Sequence[str]

    @property
    def total(self) -> Money:
        return Money(self.amount, self.row.currency)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is shown of one customer. `cut`: it has more people than are listed."""

    row: CustomerRow
    phases: dict[Phase, int]
    contacts: Sequence[ContactRow]
    cut: bool
    methods: Sequence[PaymentMethodRow]
    labels: Mapping[Label, str]
    orders: Sequence[Placed]
    quotes: Sequence[QuoteRow]

    @property
    def subscriptions(self) -> int:
        return sum(self.phases.values())


async def customers_page(session: AsyncSession, wanted: Wanted, limit: int, beside: Beside) -> tuple[Found, bool]:
    """The customers that are wanted, each row one `Listed`; and whether the search may mean more than was looked at."""
    meant = await meant_by(session, wanted.text) if wanted.text else Meant()
    found = await page_of(session, _wanted(wanted, meant), ORDER, limit, beside)
    rows = [row for (row,) in found.rows]
    counted = await _counts(session, [row.csn for row in rows])
    listed = [Listed(row, counted.get(row.csn, 0)) for row in rows]
    return Found(listed, found.first, found.last, found.earlier, found.later), meant.cut


def _wanted(wanted: Wanted, meant: Meant) -> Select[Any]:
    query = select(CustomerRow)
    if wanted.text:
        of_people = select(col(ContactRow.csn)).where(one_of_these(col(ContactRow.id), meant.contacts[:MOST]))
        csn = col(CustomerRow.csn)
        query = query.where(or_(one_of_these(csn, meant.csns[:MOST]), csn.in_(of_people)))
    if wanted.country:
        query = query.where(col(CustomerRow.country) == wanted.country)
    if wanted.currency:
        query = query.where(col(CustomerRow.currency) == wanted.currency)
    return query


async def _counts(session: AsyncSession, csns: Sequence[str]) -> dict[str, int]:
    csn = col(SubscriptionRow.csn)
    query = select(csn, func.count()).where(among(csn, "csns")).group_by(csn)
    return {each: int(count) for each, count in await session.execute(query, {"csns": list(csns)})}


async def customer_of(session: AsyncSession, csn: str) -> Known | None:
    """One customer with what belongs to it; None where there is none of that number."""
    row = await session.get(CustomerRow, csn)
    if row is None:
        return None
    phase = col(SubscriptionRow.phase)
    phases = select(phase, func.count()).where(col(SubscriptionRow.csn) == csn).group_by(phase)
    people = select(ContactRow).where(col(ContactRow.csn) == csn).order_by(col(ContactRow.email))
    contacts = (await session.scalars(people.limit(MOST_CONTACTS + 1))).all()
    return Known(
        row=row,
        phases={Phase(name): int(count) for name, count in await session.execute(phases)},
        contacts=contacts[:MOST_CONTACTS],
        cut=len(contacts) > MOST_CONTACTS,
        methods=(await every_method(session, csn))[:MOST_METHODS],
        labels=await labels_of(session, csn),
        orders=await _orders(session, csn),
        quotes=await find_quotes(session, customer=csn, limit=NEWEST),
    )


async def _orders(session: AsyncSession, csn: str) -> list[Placed]:
    """The newest orders, with their lines summed up."""
    newest = select(OrderRow).where(col(OrderRow.csn) == csn).order_by(col(OrderRow.ordered_at).desc()).limit(NEWEST)
    rows = (await session.scalars(newest)).all()
    line = OrderLineRow
    sums = select(
        col(line.order_id), func.sum(col(line.amount)), func.array_agg(col(line.subscription).distinct())
    ).where(among(col(line.order_id), "orders"))
    found = {
        id_: (int(amount), sorted(numbers))
        for id_, amount, numbers in await session.execute(
            sums.group_by(col(line.order_id)), {"orders": [row.id for row in rows]}
        )
    }
    return [Placed(row, *found.get(row.id, (0, []))) for row in rows]
