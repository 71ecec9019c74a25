"""From the stored facts to the values of a paper: a quote that was issued, or an order that is settled."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from documents.paper import PaperLine, QuotePaper, ReceiptPaper
from models.catalog import OfferingRow
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.quotes import QuoteLineRow, QuoteRow, quote_lines
from models.sent_back import refunds_of
from models.subscriptions import RenewalRow, SubscriptionRow
from renewals.calendar import local_date
from renewals.facts import Channel, Term
from renewals.money import Money
from renewals.payments import AttemptState, MethodKind, Purpose, Way


async def quote_paper(session: AsyncSession, quote: QuoteRow, vendor: str) -> QuotePaper | None:
    """The paper of a quote; None before it is issued."""
    if quote.issued_at is None:
        return None
    lines = await quote_lines(session, quote)
    if any(line.amount is None for line in lines):
        return None
    customer = await session.get_one(CustomerRow, quote.csn)
    products = await _products(session, [line.subscription for line in lines])
    return QuotePaper(
        reference=quote.reference,
        locale=customer.locale,
        vendor=vendor,
        customer=customer.name,
        csn=customer.csn,
        buyer=await _buyer(session, quote.subscription),
        made_at=quote.issued_at,
        dated_on=local_date(quote.issued_at, customer.time_zone),
        lines=tuple(_line(line, Purpose.RENEWAL, products, quote.currency) for line in lines),
        expires_on=quote.expires_on,
        invoice=quote.invoice,
        by_partner=quote.channel == Channel.PARTNER,
    )


async def receipt_paper(session: AsyncSession, order: OrderRow, vendor: str) -> ReceiptPaper | None:
    """The receipt of an order, with what of it went back since; None while it is not settled."""
    if order.state != "paid":
        return None
    lines = await _rows_of(session, order.id)
    customer = await session.get_one(CustomerRow, order.csn)
    attempt, method = await _payment(session, order)
    settled_at = await _settled_at(session, order, attempt)
    refunds = await refunds_of(session, order.id)
    return ReceiptPaper(
        reference=str(order.id),
        locale=customer.locale,
        vendor=vendor,
        customer=customer.name,
        csn=customer.csn,
        buyer=await _buyer(session, lines[0].subscription),
        made_at=max(settled_at, *(at for _, at in refunds)) if refunds else settled_at,
        dated_on=local_date(settled_at, customer.time_zone),
        lines=await _lines_of(session, lines, order.currency),
        way=Way(order.way),
        method=method,
        ordered_as=order.reference,
        voucher=attempt.voucher_code if attempt else None,
        quote=next((str(line.receipt["quote"]) for line in lines if "quote" in line.receipt), None),
        refunds=tuple((money, local_date(at, customer.time_zone)) for money, at in refunds),
    )


async def lines_of_order(session: AsyncSession, order_id: UUID, currency: str) -> tuple[PaperLine, ...]:
    """What an order buys, by number, whether or not it is paid."""
    return await _lines_of(session, await _rows_of(session, order_id), currency)


async def _rows_of(session: AsyncSession, order_id: UUID) -> Sequence[OrderLineRow]:
    query = (
        select(OrderLineRow)
        .where(col(OrderLineRow.order_id) == order_id)
        .order_by(col(OrderLineRow.subscription), col(OrderLineRow.term_starts_on))
    )
    return (await session.execute(query)).scalars().all()


async def _lines_of(session: AsyncSession, lines: Sequence[OrderLineRow], currency: str) -> tuple[PaperLine, ...]:
    products = await _products(session, [line.subscription for line in lines])
    return tuple(_line(line, Purpose(line.purpose), products, currency) for line in lines)


def _line(line: QuoteLineRow | OrderLineRow, purpose: Purpose, products: Mapping[str, str], currency: str) -> PaperLine:
    receipt = line.receipt
    return PaperLine(
        number=line.subscription,
        product=products[line.subscription],
        purpose=purpose,
        term=Term(receipt["term"]),
        starts_on=line.term_starts_on,
        renews_on=date.fromisoformat(receipt["renews_on"]),
        seats=receipt["seats"],
        unit_price=Money(receipt["unit_price"], currency),
        amount=Money(line.amount or 0, currency),
        basis=receipt["basis"],
        days=receipt.get("days"),
        term_days=receipt.get("term_days"),
    )


async def _products(session: AsyncSession, numbers: Sequence[str]) -> Mapping[str, str]:
    """The name of what each subscription is for."""
    query = (
        select(col(SubscriptionRow.number), col(OfferingRow.name))
        .join(OfferingRow, col(OfferingRow.sku) == col(SubscriptionRow.sku))
        .where(col(SubscriptionRow.number).in_(numbers))
    )
    return {row.number: row.name for row in await session.execute(query)}


async def _buyer(session: AsyncSession, number: str) -> str:
    query = (
        select(ContactRow)
        .join(SubscriptionRow, col(SubscriptionRow.buyer_id) == col(ContactRow.id))
        .where(col(SubscriptionRow.number) == number)
    )
    buyer = (await session.execute(query)).scalar_one()
    return buyer.name or buyer.email


async def _payment(session: AsyncSession, order: OrderRow) -> tuple[AttemptRow | None, MethodKind | None]:
    """The attempt that paid the order, and with what; an order placed elsewhere or on invoice has none."""
    query = (
        select(AttemptRow, col(PaymentMethodRow.kind))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(AttemptRow.method_id))
        .where(col(AttemptRow.order_id) == order.id, col(AttemptRow.state) == AttemptState.PAID)
    )
    found = (await session.execute(query)).first()
    return (found[0], MethodKind(found[1])) if found else (None, None)


async def _settled_at(session: AsyncSession, order: OrderRow, attempt: AttemptRow | None) -> datetime:
    if attempt and attempt.answered_at:
        return attempt.answered_at
    query = select(col(RenewalRow.settled_at)).where(col(RenewalRow.order_id) == order.id)
    return (await session.execute(query)).scalars().first() or order.ordered_at
