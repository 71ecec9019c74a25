"""What the list shows of each subscription, for the numbers of a page by one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, null, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.catalog import OfferingRow
from models.columns import among
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.pipeline import PATH, next_amount, prices_in_force, with_prices
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list. `amount` (minor units) is what the next term costs now, None where nothing is to be paid.

    `next_step_at` is in the subscription's own time.
    """

    number: str
    csn: str
    customer: str
    country: str
    time_zone: str
    currency: str
    sku: str
    product: str
    term: str
    seats: int
    phase: str
    starts_on: date
    renews_on: date
    auto_renew: bool
    path: str
    channel: str
    method: str | None
    amount: int | None
    next_step: str | None
    next_step_at: datetime | None
    parked_because: str | None
    live: bool
    buyer: str
    admin: str


async def listed(session: AsyncSession, numbers: Sequence[str], now: datetime) -> list[Listed]:
    """The lines of these subscriptions, in this order."""
    row, customer = SubscriptionRow, CustomerRow
    buyer, admin, prices = aliased(ContactRow), aliased(ContactRow), prices_in_force(now)
    unpaid = col(row.phase).not_in([Phase.RENEWED.value, Phase.LAPSED.value])
    columns: dict[str, Any] = {
        "number": col(row.number),
        "csn": col(row.csn),
        "customer": col(customer.name),
        "country": col(customer.country),
        "time_zone": col(customer.time_zone),
        "currency": col(customer.currency),
        "sku": col(row.sku),
        "product": col(OfferingRow.name),
        "term": func.coalesce(col(row.pending_term), col(row.term)),
        "seats": func.coalesce(col(row.pending_seats), col(row.seats)),
        "phase": col(row.phase),
        "starts_on": col(row.starts_on),
        "renews_on": col(row.renews_on),
        "auto_renew": col(row.auto_renew),
        "path": PATH,
        "channel": col(row.channel),
        "method": col(PaymentMethodRow.kind),
        "amount": case((unpaid, func.nullif(next_amount(prices), 0)), else_=null()),
        "next_step": col(row.next_step),
        "next_step_at": col(row.next_step_at) + col(row.shift),
        "parked_because": col(row.parked_because),
        "live": col(row.live_at).is_not(None),
        "buyer": col(buyer.email),
        "admin": col(admin.email),
    }
    chosen: Select[Any] = select(*(value.label(name) for name, value in columns.items()))
    query = (
        with_prices(chosen, prices)
        .join(OfferingRow, col(OfferingRow.sku) == col(row.sku))
        .join(buyer, col(buyer.id) == col(row.buyer_id))
        .join(admin, col(admin.id) == col(row.primary_admin_id))
        .where(among(col(row.number), "numbers"))
    )
    found = {each.number: Listed(**each._mapping) for each in await session.execute(query, {"numbers": list(numbers)})}
    return [found[number] for number in numbers if number in found]
