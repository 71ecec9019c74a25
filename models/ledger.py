"""The ledger: every order, attempt, part, settlement and refund, as plain entries in order of time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, null, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.journal import SYSTEM
from models.payments import AttemptRow, OrderLineRow, OrderRow, PartRow, RefundRow
from models.records import CommandRow
from models.subscriptions import RenewalRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of one order line. `amount` is the line's, in minor units of `currency`; an attempt's is the order's.

    So are those of a `part` of a voucher that came and of a `refund`, money that is owed or went back; its `code` says
    why. A refund's `state` is `sent`, `owed`, `refused` by the provider or, where it never answered, `failed`.

    `purpose` says what the line buys; seats belong to a term that is paid, so that only a renewal has a settlement.

    `at` is the instant in UTC, in the subscription's own time: of an order when it was placed, of an attempt when the
    gateway was called, of a settlement when the renewal was paid. `state` is the order's or the attempt's as it stands
    now, and `settled` for a settlement. `attempt` counts an order's attempts from 1; its `key` is the gateway's
    idempotency key; `reference` is the gateway's own, or that of an order placed elsewhere. `by` is who ordered it, and
    of a refund who gave it.
    """

    at: datetime
    entry: Literal["order", "attempt", "part", "settlement", "refund"]
    subscription: str
    customer: str
    term_starts_on: date
    purpose: str
    order: str
    way: str
    state: str
    amount: int
    currency: str
    seats: int
    unit_price: int
    attempt: int | None
    code: str | None
    key: str | None
    reference: str | None
    by: str


Place = tuple[datetime, UUID, int, int, date, str]
"""Where a page of the ledger begins: what the entry before it is sorted by."""


async def entries(
    session: AsyncSession, *, subscription: str | None = None, customer: str | None = None
) -> AsyncIterator[Entry]:
    """The ledger of one subscription, of one customer, or of all; streamed, whatever its length."""
    query, _ = _together(subscription, customer)
    async for row in await session.stream(query.execution_options(yield_per=1000)):
        yield _entry(row)


async def page_of_entries(
    session: AsyncSession, subscription: str, *, beyond: Place | None, limit: int
) -> tuple[list[Entry], Place | None]:
    """Up to `limit` entries of a subscription after that place; the place of the last, if more follow."""
    query, order = _together(subscription, None)
    if beyond is not None:
        query = query.where(tuple_(*order) > tuple_(*(literal(part) for part in beyond)))
    rows = (await session.execute(query.limit(limit + 1))).all()
    last = rows[limit - 1] if len(rows) > limit else None
    found = [_entry(row) for row in rows[:limit]]
    if last is None:
        return found, None
    return found, (last.at, last.order, last.rank, last.attempt or 0, last.term_starts_on, last.purpose)


def _together(subscription: str | None, customer: str | None) -> tuple[Select[Any], list[ColumnElement[Any]]]:
    """All entries in order, and what that order is by; no two are equal in it."""
    parts = [
        part.where(
            *([col(OrderLineRow.subscription) == subscription] if subscription else []),
            *([col(OrderRow.csn) == customer] if customer else []),
        )
        for part in (_orders(), _attempts(), _parts(), _settlements(), _refunds())
    ]
    c = (together := union_all(*parts).subquery()).c
    order = [c.at, c.order, c.rank, func.coalesce(c.attempt, 0), c.term_starts_on, c.purpose]
    return select(together).order_by(*order), order


def _entry(row: Any) -> Entry:
    values = dict(row._mapping)
    del values["rank"]
    return Entry(**values | {"order": str(row.order), "key": str(row.key) if row.key else None})


def _orders() -> Select[tuple[object, ...]]:
    return _lines(0, "order", col(OrderRow.ordered_at), col(OrderRow.state), reference=col(OrderRow.reference))


def _settlements() -> Select[tuple[object, ...]]:
    settled = _lines(3, "settlement", col(RenewalRow.settled_at), literal("settled"), reference=col(OrderRow.reference))
    return settled.where(col(RenewalRow.order_id) == col(OrderRow.id))


def _attempts() -> Select[tuple[object, ...]]:
    made = _lines(
        1,
        "attempt",
        col(AttemptRow.called_at),
        col(AttemptRow.state),
        amount=col(AttemptRow.amount),
        attempt=col(AttemptRow.n),
        code=col(AttemptRow.code),
        key=col(AttemptRow.id),
        reference=col(AttemptRow.gateway_reference),
    )
    return made.join(AttemptRow, col(AttemptRow.order_id) == col(OrderRow.id))


def _parts() -> Select[tuple[object, ...]]:
    came = _lines(2, "part", col(PartRow.came_at), literal("received"), amount=col(PartRow.amount), **_OF_ATTEMPT)
    return came.join(AttemptRow, col(AttemptRow.order_id) == col(OrderRow.id)).join(
        PartRow, col(PartRow.attempt_id) == col(AttemptRow.id)
    )


def _refunds() -> Select[tuple[object, ...]]:
    row = RefundRow
    state = case(
        (col(row.sent_at).is_not(None), "sent"),
        (col(row.refused_at).is_not(None), "refused"),
        (col(row.next_at).is_not(None), "owed"),
        else_="failed",
    )
    at = func.coalesce(col(row.sent_at), col(row.refused_at), col(row.owed_at))
    sum_, why = col(row.amount), col(row.because)
    who, reference = func.coalesce(col(CommandRow.given_by), SYSTEM), col(row.reference)
    back = _lines(4, "refund", at, state, amount=sum_, code=why, reference=reference, by=who, **_OF_ATTEMPT)
    return (
        back.join(AttemptRow, col(AttemptRow.order_id) == col(OrderRow.id))
        .join(RefundRow, col(row.attempt_id) == col(AttemptRow.id))
        .outerjoin(CommandRow, col(CommandRow.id) == col(row.id))
    )


_OF_ATTEMPT = {"attempt": col(AttemptRow.n), "key": col(AttemptRow.id)}


def _lines(rank: int, entry: str, at: object, state: object, **others: object) -> Select[tuple[object, ...]]:
    """Entries of one kind, one for each order line."""
    columns = {
        "rank": literal(rank),
        "at": at,
        "entry": literal(entry),
        "subscription": col(OrderLineRow.subscription),
        "customer": col(OrderRow.csn),
        "term_starts_on": col(OrderLineRow.term_starts_on),
        "purpose": col(OrderLineRow.purpose),
        "order": col(OrderRow.id),
        "way": col(OrderRow.way),
        "state": state,
        "amount": others.get("amount", col(OrderLineRow.amount)),
        "currency": col(OrderRow.currency),
        "seats": col(OrderLineRow.seats),
        "unit_price": col(OrderLineRow.unit_price),
        "attempt": others.get("attempt", null()),
        "code": others.get("code", null()),
        "key": others.get("key", null()),
        "reference": others.get("reference", null()),
        "by": others.get("by", col(OrderRow.ordered_by)),
    }
    labelled = [column.label(name) for name, column in columns.items()]  # type: ignore[attr-defined]
    return (
        select(*labelled)
        .select_from(OrderRow)
        .join(OrderLineRow, col(OrderLineRow.order_id) == col(OrderRow.id))
        .outerjoin(RenewalRow, col(RenewalRow.id) == col(OrderLineRow.renewal_id))
    )
