"""Many subscriptions together, as somebody sees them who confirms what another asks for: how many, and for how much.

The digest is of the facts that decide what would happen to them. What time alone changes is not in it: a phase that
goes on is what was shown, a price that comes into force is not.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.catalog import PolicyRow
from models.columns import one_of_these
from models.parties import CustomerRow, PaymentMethodRow
from models.pipeline import next_amount, prices_in_force, with_prices
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase

_S = SubscriptionRow


@dataclass(frozen=True, slots=True)
class Together:
    """`terms`: by currency how many there are, and what their next terms cost together now (minor units)."""

    count: int
    terms: Mapping[str, tuple[int, int]]
    digest: str


async def together(session: AsyncSession, numbers: Sequence[str], now: datetime) -> Together:
    """Those of the numbers that exist. With another price, method, seat, term or policy the digest is another."""
    prices = prices_in_force(now)
    amount = next_amount(prices)
    facts = (
        *(col(each) for each in (_S.number, _S.csn, _S.sku, _S.term, _S.seats, _S.pending_seats, _S.pending_term)),
        *(col(each) for each in (_S.renews_on, _S.late_until, _S.auto_renew, _S.channel, _S.method_id, _S.buyer_id)),
        *(col(each) for each in (_S.live_at, _S.parked_at, PaymentMethodRow.kind, PaymentMethodRow.valid_through)),
        col(_S.phase) == Phase.LAPSED.value,
        amount,
    )
    columns: tuple[ColumnElement[Any], ...] = (col(_S.number).label("number"), amount.label("amount"))
    columns += (func.md5(cast(func.row(*facts), Text)).label("facts"), col(CustomerRow.currency).label("currency"))
    each = with_prices(select(*columns), prices).where(one_of_these(col(_S.number), numbers)).subquery().c
    all_facts = func.string_agg(each.facts, aggregate_order_by(literal(""), each.number))
    query = select(each.currency, func.count(), func.sum(each.amount), all_facts)
    found = (await session.execute(query.group_by(each.currency).order_by(each.currency))).all()
    policies = await session.scalar(select(func.max(col(PolicyRow.set_at))))
    told = "|".join(str(each) for each in (policies, *(text for *_, text in found)))
    terms = {currency: (int(count), int(amount)) for currency, count, amount, _ in found}
    count = sum(many for many, _ in terms.values())
    return Together(count, terms, hashlib.sha256(told.encode()).hexdigest())
