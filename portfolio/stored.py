"""What is stored already of the customers, offerings and subscriptions that a portfolio speaks of."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, String, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from models.catalog import OfferingRow, PolicyRow, PriceRow
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.subscriptions import SubscriptionRow
from portfolio.files import CustomerLine, person
from portfolio.reading import Portfolio
from renewals.facts import Channel, OfferingKind, OfferingStatus
from renewals.legal import Audience
from renewals.policy import PolicyVersion

Item = TypeVar("Item")

_BATCH = 5_000
IMPORTS_QUEUE_UP = 0x696D7074  # any number that no other lock of this database uses


@dataclass(frozen=True, slots=True)
class Price:
    """The version of a price that is in force, and the number of the last one, which may be yet to come."""

    last_version: int
    status: OfferingStatus
    list_price: int
    renewal_price: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What the checks ask for. Customers are those the portfolio names, as lines of no file (line 0)."""

    offerings: dict[str, tuple[str, OfferingKind]]
    prices: dict[tuple[str, str, str], Price]
    customers: dict[str, CustomerLine]
    policies: tuple[PolicyVersion, ...]


@dataclass(slots=True)
class People:
    """Contacts by whose they are (id and name), and payment methods by customer, kind, token and last day."""

    contacts: dict[tuple[str, str], tuple[UUID, str]] = field(default_factory=dict)
    methods: dict[tuple[str, str, str, date | None], UUID] = field(default_factory=dict)


def batches(items: Iterable[Item], size: int = _BATCH) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


async def take_turn(connection: AsyncConnection) -> None:
    """Wait until no other import is under way; held until the transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(IMPORTS_QUEUE_UP)))


async def load_stored(connection: AsyncConnection, portfolio: Portfolio, now: datetime) -> Stored:
    """The whole catalog and all policies, and the customers that the portfolio names."""
    offerings = await connection.execute(select(col(OfferingRow.sku), col(OfferingRow.name), col(OfferingRow.kind)))
    named = {line.csn for line in portfolio.customers.good} | {line.csn for line in portfolio.subscriptions.good}
    return Stored(
        offerings={sku: (name, OfferingKind(kind)) for sku, name, kind in offerings},
        prices=await _prices(connection, now),
        customers={line.csn: line async for line in _customers(connection, sorted(named))},
        policies=await _policies(connection),
    )


async def _prices(connection: AsyncConnection, now: datetime) -> dict[tuple[str, str, str], Price]:
    """Of each price the version that is in force; the first one to come where none is yet."""
    query = select(
        col(PriceRow.sku),
        col(PriceRow.term),
        col(PriceRow.currency),
        col(PriceRow.version),
        col(PriceRow.status),
        col(PriceRow.list_price),
        col(PriceRow.renewal_price),
        col(PriceRow.effective_at),
    ).order_by(col(PriceRow.effective_at), col(PriceRow.version))
    found: dict[tuple[str, str, str], Price] = {}
    for row in await connection.execute(query):
        key = row.sku, row.term, row.currency
        known = found.get(key)
        last = max(row.version, known.last_version if known else 0)
        if known and row.effective_at > now:
            found[key] = replace(known, last_version=last)
        else:
            found[key] = Price(last, OfferingStatus(row.status), row.list_price, row.renewal_price)
    return found


async def _customers(connection: AsyncConnection, csns: list[str]) -> AsyncIterator[CustomerLine]:
    for batch in batches(csns):
        query = select(CustomerRow.__table__).where(_among(col(CustomerRow.csn), batch))  # type: ignore[attr-defined]
        for row in await connection.execute(query):
            values = row._asdict()
            yield CustomerLine(line=0, **{**values, "audience": Audience(values["audience"])})


async def _policies(connection: AsyncConnection) -> tuple[PolicyVersion, ...]:
    query = select(
        col(PolicyRow.sku),
        col(PolicyRow.country),
        col(PolicyRow.channel),
        col(PolicyRow.version),
        col(PolicyRow.effective_on),
        PolicyRow.__table__.c["values"].label("changed"),  # type: ignore[attr-defined]
    )
    return tuple(
        PolicyVersion(
            row.sku,
            row.country,
            Channel(row.channel) if row.channel else None,
            row.version,
            row.effective_on,
            row.changed,
        )
        for row in await connection.execute(query)
    )


async def load_people(connection: AsyncConnection, csns: Iterable[str]) -> People:
    """The contacts and payment methods of customers; of several alike methods the one set last."""
    people = People()
    for batch in batches(csns):
        contacts = select(col(ContactRow.id), col(ContactRow.csn), col(ContactRow.email), col(ContactRow.name)).where(
            _among(col(ContactRow.csn), batch)
        )
        for row in await connection.execute(contacts):
            people.contacts[person(row.csn, row.email)] = (row.id, row.name)
        methods = (
            select(
                col(PaymentMethodRow.id),
                col(PaymentMethodRow.csn),
                col(PaymentMethodRow.kind),
                col(PaymentMethodRow.token),
                col(PaymentMethodRow.valid_through),
            )
            .where(_among(col(PaymentMethodRow.csn), batch))
            .order_by(col(PaymentMethodRow.created_at))
        )
        for method in await connection.execute(methods):
            people.methods[method.csn, method.kind, method.token, method.valid_through] = method.id
    return people


async def texts_of_subscriptions(connection: AsyncConnection, numbers: list[str]) -> dict[str, dict[str, str]]:
    """Those of the subscriptions that exist, by number, as `subscriptions.csv` would write them."""
    buyer, admin = aliased(ContactRow), aliased(ContactRow)
    query = (
        select(
            col(SubscriptionRow.number),
            col(SubscriptionRow.csn),
            col(SubscriptionRow.sku),
            col(SubscriptionRow.term),
            col(SubscriptionRow.seats),
            col(SubscriptionRow.starts_on),
            col(SubscriptionRow.renews_on),
            col(SubscriptionRow.auto_renew),
            col(SubscriptionRow.channel),
            col(SubscriptionRow.anchor_day),
            col(buyer.name).label("buyer_name"),
            col(buyer.email).label("buyer_email"),
            col(admin.email).label("admin_email"),
            col(PaymentMethodRow.kind).label("method_kind"),
            col(PaymentMethodRow.token).label("method_token"),
            col(PaymentMethodRow.valid_through).label("method_expires"),
        )
        .join(buyer, col(buyer.id) == col(SubscriptionRow.buyer_id))
        .join(admin, col(admin.id) == col(SubscriptionRow.primary_admin_id))
        .outerjoin(PaymentMethodRow, col(PaymentMethodRow.id) == col(SubscriptionRow.method_id))
        .where(_among(col(SubscriptionRow.number), numbers))
    )
    rows = await connection.execute(query)
    return {row.number: {column: text_of(column, value) for column, value in row._asdict().items()} for row in rows}


def text_of(column: str, value: object) -> str:
    """A value as its column of `subscriptions.csv` writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)[:7] if column == "method_expires" else str(value)


def _among(column: Mapped[str], values: list[str]) -> ColumnElement[bool]:
    """One parameter however many values: a long IN list would be compiled anew for each length."""
    return column == any_(literal(values, ARRAY(String)))
