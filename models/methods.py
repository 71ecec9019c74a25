"""The payment methods of a customer: which there are, who may store one, and the storing, once and on record."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.journal import record_of_customer
from models.parties import ContactRow, PaymentMethodRow, has_address
from models.subscriptions import SubscriptionRow
from renewals.payments import MethodKind

_ROW = PaymentMethodRow


async def every_method(session: AsyncSession, csn: str) -> list[PaymentMethodRow]:
    """The customer's methods, the newest first; of those that are the same (kind, token, expiry) only the newest."""
    query = select(_ROW).where(col(_ROW.csn) == csn).order_by(col(_ROW.created_at).desc(), col(_ROW.id))
    once: dict[tuple[str, str, date | None], PaymentMethodRow] = {}
    for row in (await session.execute(query)).scalars():
        once.setdefault((row.kind, row.token, row.valid_through), row)
    return list(once.values())


async def same_methods(session: AsyncSession, row: PaymentMethodRow) -> Sequence[PaymentMethodRow]:
    """Every row of the customer that is the same method: a subscription may use any of them."""
    return (await session.execute(_same(row.csn, row.kind, row.token, row.valid_through))).scalars().all()


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
