"""The payment methods of a customer: which there are and what uses them, who may store one, and the storing, once."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.journal import record_of_customer
from models.parties import ContactRow, CustomerRow, PaymentMethodRow, has_address
from models.rules import rulebook_now
from models.subscriptions import SubscriptionRow
from renewals.calendar import local_date
from renewals.checkout import currency_not_taken
from renewals.facts import Channel, Phase
from renewals.payments import MethodKind

_ROW = PaymentMethodRow

IS_KEPT = col(_ROW.removed_at).is_(None)

Label = tuple[str, str]
"""Kind and token: a name is of what the provider knows by that token, whichever its expiry, stored once or often."""


async def every_method(session: AsyncSession, csn: str) -> list[PaymentMethodRow]:
    """The customer's methods, the newest first; of those that are the same (kind, token, expiry) only the newest.

    What was removed is none of them.
    """
    query = select(_ROW).where(col(_ROW.csn) == csn, IS_KEPT).order_by(col(_ROW.created_at).desc(), col(_ROW.id))
    once: dict[tuple[str, str, date | None], PaymentMethodRow] = {}
    for row in (await session.execute(query)).scalars():
        once.setdefault((row.kind, row.token, row.valid_through), row)
    return list(once.values())


async def find_kept_method(session: AsyncSession, id_: UUID, csn: str) -> PaymentMethodRow | None:
    """The customer's method of that id, to be used by whoever asks: until that is done nobody removes it."""
    row = await session.get(_ROW, id_, with_for_update={"read": True, "key_share": True})
    return row if row and row.csn == csn and row.removed_at is None else None


async def same_methods(session: AsyncSession, row: PaymentMethodRow) -> Sequence[PaymentMethodRow]:
    """Every row of the customer that is the same method: a subscription may use any of them."""
    return (await session.execute(_same(row.csn, row.kind, row.token, row.valid_through))).scalars().all()


async def labels_of(session: AsyncSession, csn: str) -> dict[Label, str]:
    """The names that buyers gave the customer's methods."""
    query = select(col(_ROW.kind), col(_ROW.token), col(_ROW.label))
    named = await session.execute(query.where(col(_ROW.csn) == csn, IS_KEPT, col(_ROW.label).is_not(None)))
    return {(kind, token): label for kind, token, label in named if label}


async def subscriptions_using(
    session: AsyncSession, method: PaymentMethodRow, among: Select[str] | None = None
) -> Sequence[str]:
    """The subscriptions that use the method and have not lapsed, all or those among some, in order of their numbers."""
    ids = [each.id for each in await same_methods(session, method)]
    query = select(col(SubscriptionRow.number)).where(
        col(SubscriptionRow.csn) == method.csn,
        col(SubscriptionRow.method_id).in_(ids),
        col(SubscriptionRow.phase) != Phase.LAPSED,
    )
    if among is not None:
        query = query.where(col(SubscriptionRow.number).in_(among))
    return (await session.execute(query.order_by(col(SubscriptionRow.number)))).scalars().all()


async def kinds_taken(session: AsyncSession, customer: CustomerRow, now: datetime) -> Sequence[MethodKind]:
    """The kinds of method that can pay one of the customer's subscriptions at least, of those that have not lapsed."""
    row = SubscriptionRow
    query = select(col(row.sku), col(row.channel)).where(col(row.csn) == customer.csn, col(row.phase) != Phase.LAPSED)
    rules, today = await rulebook_now(session), local_date(now, customer.time_zone)
    policies = [
        rules.policy_of(sku, customer.country, Channel(channel), today)
        for sku, channel in await session.execute(query.distinct())
    ]
    return [
        kind
        for kind in MethodKind
        if not currency_not_taken(customer.currency, kind) and any(kind in each.methods for each in policies)
    ]


def bought_by(email: str) -> Select[str]:
    """The numbers of the subscriptions that a person buys."""
    contacts = select(col(ContactRow.id)).where(has_address(email))
    return select(col(SubscriptionRow.number)).where(col(SubscriptionRow.buyer_id).in_(contacts))


async def buys(session: AsyncSession, csn: str, email: str) -> bool:
    """Is this the buyer of one of the customer's subscriptions?"""
    query = (
        exists()
        .where(col(SubscriptionRow.csn) == csn, col(SubscriptionRow.buyer_id) == col(ContactRow.id))
        .where(has_address(email))
    )
    return bool((await session.execute(select(query))).scalar_one())


async def keep_method(
    session: AsyncSession, csn: str, kind: MethodKind, token: str, valid_through: date | None, *, by: str, now: datetime
) -> tuple[PaymentMethodRow, bool]:
    """The stored method, and whether it is new: storing the same again is a repeat. The customer's row is locked."""
    known = (await session.execute(_same(csn, kind.value, token, valid_through).limit(1))).scalar_one_or_none()
    if known:
        return known, False
    row = _ROW(csn=csn, kind=kind.value, token=token, valid_through=valid_through, created_at=now)
    session.add(row)
    await session.flush()
    data = {
        "method": str(row.id),
        "kind": kind.value,
        "valid_through": valid_through.isoformat() if valid_through else None,
    }
    record_of_customer(session, csn, now, "method_stored", data, by=by)
    return row, True


def _same(csn: str, kind: str, token: str, valid_through: date | None) -> Select[PaymentMethodRow]:
    return (
        select(_ROW)
        .where(col(_ROW.csn) == csn, col(_ROW.kind) == kind, col(_ROW.token) == token)
        .where(col(_ROW.valid_through).is_not_distinct_from(valid_through))
        .order_by(col(_ROW.created_at).desc())
    )
