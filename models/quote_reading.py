"""Quotes as they are shown: to operators, to other systems, to their buyers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.catalog import OfferingRow
from models.parties import ContactRow, CustomerRow, PaymentMethodRow, has_address
from models.payments import AttemptRow, OrderRow
from models.quotes import QuoteLineRow, QuoteRow, quote_lines
from models.subscriptions import SubscriptionRow
from renewals.payments import AttemptState, MethodKind
from renewals.quoting import QuoteState


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of a quote. Before it is issued only what was asked for is known, and of that only what changes."""

    subscription: str
    product: str
    term_starts_on: date
    asked_seats: int | None
    asked_term: str | None
    term: str | None
    seats: int | None
    unit_price: int | None
    amount: int | None
    receipt: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShownVoucher:
    """The code by which an accepted quote can be paid until `expires_at`; of its amount `received` has come so far."""

    kind: MethodKind
    code: str
    amount: int
    received: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A quote with its lines; amounts in minor units of `currency`. `amount` is the sum, None before it is issued.

    `purchase_order` is the number that it was accepted by, if any: whoever sold it invoices that. `voucher` is there
    while it is accepted and its code waits to be paid: it is `issued` until then.
    """

    quote: str
    customer: str
    customer_name: str
    buyer: str
    currency: str
    channel: str
    subscription: str
    state: QuoteState
    asked_at: datetime
    issued_at: datetime | None
    expires_on: date
    expires_at: datetime
    ended_at: datetime | None
    invoice: bool
    order: str | None
    purchase_order: str | None
    voucher: ShownVoucher | None
    amount: int | None
    lines: tuple[ShownLine, ...]


async def show_quote(session: AsyncSession, quote: QuoteRow) -> ShownQuote:
    """The quote with all that people ask about."""
    customer = await session.get_one(CustomerRow, quote.csn)
    order = await session.get(OrderRow, quote.order_id) if quote.state == QuoteState.ACCEPTED else None
    lines = await quote_lines(session, quote)
    products = await _products(session, lines)
    amounts = [line.amount for line in lines if line.amount is not None]
    return ShownQuote(
        quote=quote.reference,
        customer=quote.csn,
        customer_name=customer.name,
        buyer=await _buyer(session, quote.subscription),
        currency=quote.currency,
        channel=quote.channel,
        subscription=quote.subscription,
        state=QuoteState(quote.state),
        asked_at=quote.asked_at,
        issued_at=quote.issued_at,
        expires_on=quote.expires_on,
        expires_at=quote.expires_at,
        ended_at=quote.ended_at,
        invoice=quote.invoice,
        order=str(order.id) if order else None,
        purchase_order=order.reference if order else None,
        voucher=await _voucher(session, quote),
        amount=sum(amounts) if len(amounts) == len(lines) else None,
        lines=tuple(_shown(line, products) for line in lines),
    )


async def _voucher(session: AsyncSession, quote: QuoteRow) -> ShownVoucher | None:
    if quote.order_id is None or quote.state != QuoteState.ISSUED:
        return None
    query = (
        select(AttemptRow, col(PaymentMethodRow.kind))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(AttemptRow.method_id))
        .where(col(AttemptRow.order_id) == quote.order_id, col(AttemptRow.state) == AttemptState.ISSUED)
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    attempt, kind = found
    if attempt.voucher_code is None or attempt.expires_at is None:
        raise ValueError(f"attempt {attempt.id} is issued without a code")
    return ShownVoucher(MethodKind(kind), attempt.voucher_code, attempt.amount, attempt.received, attempt.expires_at)


def _shown(line: QuoteLineRow, products: Mapping[str, str]) -> ShownLine:
    return ShownLine(
        subscription=line.subscription,
        product=products[line.subscription],
        term_starts_on=line.term_starts_on,
        asked_seats=line.asked_seats,
        asked_term=line.asked_term,
        term=line.term,
        seats=line.seats,
        unit_price=line.unit_price,
        amount=line.amount,
        receipt=line.receipt,
    )


async def _products(session: AsyncSession, lines: Sequence[QuoteLineRow]) -> Mapping[str, str]:
    query = (
        select(col(SubscriptionRow.number), col(OfferingRow.name))
        .join(OfferingRow, col(OfferingRow.sku) == col(SubscriptionRow.sku))
        .where(col(SubscriptionRow.number).in_([line.subscription for line in lines]))
    )
    return {row.number: row.name for row in await session.execute(query)}


async def _buyer(session: AsyncSession, number: str) -> str:
    query = (
        select(col(ContactRow.email))
        .join(SubscriptionRow, col(SubscriptionRow.buyer_id) == col(ContactRow.id))
        .where(col(SubscriptionRow.number) == number)
    )
    return (await session.execute(query)).scalar_one()


async def find_quotes(
    session: AsyncSession,
    *,
    state: QuoteState | None = None,
    customer: str | None = None,
    subscription: str | None = None,
    buyer: str | None = None,
    partner: str | None = None,
    after: int | None = None,
    limit: int = 100,
) -> Sequence[QuoteRow]:
    """Quotes, the newest first; `after` goes on below the one of that id."""
    query = select(QuoteRow).order_by(col(QuoteRow.id).desc()).limit(limit)
    if state is not None:
        query = query.where(col(QuoteRow.state) == state)
    if customer is not None:
        query = query.where(col(QuoteRow.csn) == customer)
    if after is not None:
        query = query.where(col(QuoteRow.id) < after)
    if subscription is not None:
        lines = select(col(QuoteLineRow.quote_id)).where(col(QuoteLineRow.subscription) == subscription)
        query = query.where(col(QuoteRow.id).in_(lines))
    if buyer is not None:
        bought = (
            select(col(SubscriptionRow.number))
            .join(ContactRow, col(ContactRow.id) == col(SubscriptionRow.buyer_id))
            .where(has_address(buyer))
        )
        query = query.where(col(QuoteRow.subscription).in_(bought))
    if partner is not None:
        query = query.where(col(QuoteRow.partner) == partner)
    return (await session.execute(query)).scalars().all()
