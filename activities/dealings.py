"""What a letter is about, from what its cause left with the queued notice and from the rows that this names."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.papers import lines_of_order, quote_paper, receipt_paper
from documents.paper import Paper, PaperLine, QuotePaper
from mail.dealings import ABOUT, Order, OrderLine, Paid, Quote, Refund, RefundCause, SeatsAdded, Voucher
from models.parties import PaymentMethodRow
from models.payments import BOUGHT_NOTHING, AttemptRow, OrderLineRow, OrderRow, RefundRow
from models.quotes import QuoteRow, find_quote
from renewals.calendar import local_date
from renewals.facts import Phase, Subscription, Term
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import AttemptState, MethodKind
from renewals.pricing import Line
from renewals.quoting import QuoteState

_PAID = (
    select(OrderRow, OrderLineRow, col(PaymentMethodRow.kind))
    .join(OrderLineRow, col(OrderLineRow.order_id) == col(OrderRow.id))
    .outerjoin(
        AttemptRow, and_(col(AttemptRow.order_id) == col(OrderRow.id), col(AttemptRow.state) == AttemptState.PAID)
    )
    .outerjoin(PaymentMethodRow, col(PaymentMethodRow.id) == col(AttemptRow.method_id))
    .where(col(OrderRow.id) == bindparam("order"), col(OrderLineRow.renewal_id) == bindparam("renewal"))
)
"""An order, its line for a renewal, and the kind of method that it was paid with: none of one placed elsewhere."""


async def paid_of(session: AsyncSession, facts: dict[str, Any]) -> Paid | None:
    """The term of the order that the receipt is for."""
    if "renewal" not in facts:
        return None
    of = {"order": UUID(facts["order"]), "renewal": UUID(facts["renewal"])}
    order, line, method = (await session.execute(_PAID, of)).one()
    return Paid(
        amount=Money(line.amount, order.currency),
        starts_on=line.term_starts_on,
        renews_on=datetime.fromisoformat(line.receipt["renews_on"]).date(),
        seats=line.seats,
        term=Term(line.term),
        reference=order.reference,
        method=MethodKind(method) if method and line.amount else None,
    )


async def voucher_of(session: AsyncSession, kind: Kind, facts: dict[str, Any], time_zone: str) -> Voucher | None:
    """The voucher that was issued, was paid in part, or has run out."""
    if ABOUT.get(kind) != "voucher":
        return None
    attempt, method, line = await _attempt_of(session, facts["attempt"])
    if attempt.voucher_code is None or attempt.expires_at is None:
        raise ValueError(f"attempt {attempt.id} is no voucher")
    lines = _lines_of(await lines_of_order(session, attempt.order_id, attempt.currency))
    expires_on = local_date(attempt.expires_at, time_zone)
    quote, quote_until = await _quote_after(session, attempt.order_id, expires_on)
    return Voucher(
        kind=MethodKind(method.kind),
        code=attempt.voucher_code,
        amount=Money(attempt.amount, attempt.currency),
        expires_on=expires_on,
        starts_on=line.term_starts_on,
        renews_on=date.fromisoformat(line.receipt["renews_on"]),
        seats=line.seats,
        term=Term(line.term),
        lines=lines if len(lines) > 1 else (),
        received=_money(facts.get("received"), attempt),
        part=_money(facts.get("part"), attempt),
        quote=quote,
        quote_until=quote_until,
    )


async def _quote_after(session: AsyncSession, order_id: UUID, expires_on: date) -> tuple[str | None, date | None]:
    """The quote that is open beyond the last day of its order's code, and until when."""
    query = select(QuoteRow).where(
        col(QuoteRow.order_id) == order_id,
        col(QuoteRow.state) == QuoteState.ISSUED,
        col(QuoteRow.expires_on) > expires_on,
    )
    quote = (await session.execute(query)).scalar_one_or_none()
    return (quote.reference, quote.expires_on) if quote else (None, None)


def _money(minor: int | None, attempt: AttemptRow) -> Money | None:
    return Money(minor, attempt.currency) if minor else None


async def seats_added_of(
    session: AsyncSession, kind: Kind, facts: dict[str, Any], sub: Subscription, next_line_: Line | None
) -> SeatsAdded | None:
    """The seats that an order added, and what they cost."""
    if ABOUT.get(kind) != "seats_added":
        return None
    query = select(col(AttemptRow.id)).where(
        col(AttemptRow.order_id) == UUID(facts["order"]), col(AttemptRow.state) == AttemptState.PAID
    )
    attempt, method, line = await _attempt_of(session, str((await session.execute(query)).scalar_one()))
    return SeatsAdded(
        count=line.seats,
        seats=sub.seats,
        amount=Money(attempt.amount, attempt.currency),
        list_price=Money(line.unit_price, attempt.currency),
        days=line.receipt["days"],
        term_days=line.receipt["term_days"],
        method=MethodKind(method.kind),
        next_amount=next_line_.total if next_line_ else None,
        reference=facts["order"],
    )


async def refund_of(session: AsyncSession, kind: Kind, facts: dict[str, Any], ahead: Subscription) -> Refund | None:
    """What went back, and of which order; `ahead` is the subscription in the last term that is paid."""
    if ABOUT.get(kind) != "refund":
        return None
    refund = await session.get_one(RefundRow, UUID(facts["refund"]))
    attempt, method, line = await _attempt_of(session, str(refund.attempt_id))
    lines = _lines_of(await lines_of_order(session, attempt.order_id, attempt.currency))
    unpaid = ahead.phase is not Phase.LAPSED and line.term_starts_on == ahead.renews_on
    return Refund(
        amount=Money(refund.amount, refund.currency),
        method=MethodKind(method.kind),
        reference=refund.reference or "",
        because=cast("RefundCause", refund.because),
        price=Money(attempt.amount, attempt.currency),
        lines=lines if len({each.number for each in lines}) > 1 else (),
        renewable=unpaid and refund.because in BOUGHT_NOTHING,
    )


async def order_of(session: AsyncSession, kind: Kind, facts: dict[str, Any]) -> Order | None:
    """The order of several terms that was settled."""
    if ABOUT.get(kind) != "order":
        return None
    row = await session.get_one(OrderRow, UUID(facts["order"]))
    paper = await receipt_paper(session, row, vendor="")
    if paper is None:
        raise ValueError(f"order {row.id} is not settled")
    reference = row.reference or str(row.id)
    return Order(reference=reference, total=paper.total, method=paper.method, lines=_lines_of(paper.lines))


async def quote_of(session: AsyncSession, kind: Kind, facts: dict[str, Any]) -> Quote | None:
    """The quote that was issued, or is about to end; it goes with the letter as a file."""
    if ABOUT.get(kind) != "quote":
        return None
    paper = await _issued(session, facts)
    return Quote(
        reference=paper.reference,
        total=paper.total,
        expires_on=paper.expires_on,
        lines=_lines_of(paper.lines),
        document=True,
    )


async def _issued(session: AsyncSession, facts: dict[str, Any], vendor: str = "") -> QuotePaper:
    quote = await find_quote(session, facts["quote"])
    paper = await quote_paper(session, quote, vendor) if quote else None
    if paper is None:
        raise ValueError(f"quote {facts['quote']} is not issued")
    return paper


def _lines_of(lines: Sequence[PaperLine]) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            number=line.number,
            product=line.product,
            seats=line.seats,
            term=line.term,
            starts_on=line.starts_on,
            renews_on=line.renews_on,
            amount=line.amount,
        )
        for line in lines
    )


async def enclosed(session: AsyncSession, kind: Kind, facts: dict[str, Any], vendor: str) -> Paper | None:
    """What goes with the letter as a file."""
    if ABOUT.get(kind) != "quote":
        return None
    return await _issued(session, facts, vendor)


async def _attempt_of(session: AsyncSession, attempt_id: str) -> tuple[AttemptRow, PaymentMethodRow, OrderLineRow]:
    """An attempt of an order, its method, and the order's first line: that of the running term where there are two."""
    query = (
        select(AttemptRow, PaymentMethodRow, OrderLineRow)
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(AttemptRow.method_id))
        .join(OrderLineRow, col(OrderLineRow.order_id) == col(AttemptRow.order_id))
        .where(col(AttemptRow.id) == UUID(attempt_id))
        .order_by(col(OrderLineRow.subscription), col(OrderLineRow.term_starts_on))
        .limit(1)
    )
    attempt, method, line = (await session.execute(query)).one()
    return attempt, method, line
