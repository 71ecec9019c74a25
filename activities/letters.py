"""From the stored facts to the values of one letter; the words are the mail room's."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.papers import lines_of_order, quote_paper, receipt_paper
from documents.paper import Paper, PaperLine, QuotePaper
from mail.dealings import Order, OrderLine, Paid, Quote, Refund, RefundCause, SeatsAdded, Voucher
from mail.letter import Letter
from models.parties import PaymentMethodRow
from models.payments import AttemptRow, OrderLineRow, OrderRow, RefundRow
from models.quotes import QuoteRow, find_quote
from models.seat_use import unused_of
from models.store import Stored
from renewals import commands as c
from renewals.actors import Person
from renewals.calendar import local_date, term_end
from renewals.decisions import Refused
from renewals.facts import OfferingKind, OfferingStatus, Phase, Subscription, Term
from renewals.letters import Kind
from renewals.money import Money
from renewals.options import options
from renewals.payments import AttemptState, DeclineClass, MethodKind
from renewals.plan import next_charge_at
from renewals.pricing import Line, NotPriced, next_line
from renewals.quoting import QuoteState
from renewals.renewing import last_paid_term
from renewals.windows import charge_at, late_window_last_day

BEFORE_THE_RENEWAL = frozenset({Kind.WINDOW_OPEN, Kind.REMINDER, Kind.ADVANCE_CHARGE_NOTICE})
"""The letters in which a word on seats that hardly anybody uses comes in time."""


async def letter_of(session: AsyncSession, stored: Stored, kind: Kind, facts: dict[str, Any]) -> Letter:
    """The letter of that kind as it must be sent now; `facts` are those its cause left with the queued notice."""
    sub, now = stored.facts, stored.now
    ahead = last_paid_term(sub)
    line = _next_line(ahead)
    method = sub.method
    unused = await unused_of(session, stored) if kind in BEFORE_THE_RENEWAL else None
    return Letter(
        kind=kind,
        locale=stored.locale,
        number=sub.number,
        product=stored.offering.name,
        customer=stored.customer.name,
        buyer_name=stored.buyer.name,
        channel=sub.channel,
        automatic=sub.renews_automatically,
        seats=sub.seats,
        term=sub.term,
        starts_on=sub.starts_on,
        renews_on=sub.renews_on,
        next_seats=ahead.next_seats,
        next_term=ahead.next_term,
        next_starts_on=ahead.renews_on,
        next_renews_on=term_end(ahead.renews_on, ahead.next_term, ahead.anchor_day),
        today=local_date(now, sub.time_zone),
        charge_on=_charge_on(ahead),
        price=line.total if line else None,
        unit_price=Money(line.unit_price, line.currency) if line else None,
        list_amount=Money(line.list_price * line.seats, line.currency) if line else None,
        method=method.kind if method else None,
        method_valid_through=method.valid_through if method else None,
        access_ends_on=local_date(stored.access_until, sub.time_zone),
        late_window_last_day=late_window_last_day(ahead),
        retry_on=_retry_on(sub, now),
        decline_code=await _decline_code(session, facts),
        paid=await _paid(session, facts),
        what=facts.get("what"),
        own_order=Money(**facts["own_order"]) if "own_order" in facts else None,
        own_lines=facts.get("lines", 1),
        code_open=sub.voucher is not None,
        too_late_for_this_term=bool(facts.get("too_late_for_this_term")),
        self_service=_self_service(sub),
        voucher=await _voucher(session, kind, facts, sub.time_zone),
        seats_added=await _seats_added(session, kind, facts, sub, line),
        refund=await _refund(session, kind, facts),
        unused=unused,
        may_reduce_seats=unused is not None and _may_reduce_seats(stored),
        order=await _order(session, kind, facts),
        quote=await _quote(session, kind, facts),
    )


def _may_reduce_seats(stored: Stored) -> bool:
    answers = options(stored.facts, Person(stored.buyer.email), is_buyer=True, at=stored.now)
    return not isinstance(answers[c.Name.REDUCE_SEATS], Refused)


def _next_line(ahead: Subscription) -> Line | None:
    try:
        return next_line(ahead)
    except NotPriced:
        return None


def _charge_on(ahead: Subscription) -> date | None:
    """The day of the next automatic charge, if there will be one."""
    if not ahead.renews_automatically or ahead.phase in (Phase.EXPIRED, Phase.LAPSED):
        return None
    return local_date(charge_at(ahead), ahead.time_zone)


def _retry_on(sub: Subscription, now: datetime) -> date | None:
    """The day of the next automatic try after a decline, if one comes by itself; a pause is expected to be over."""
    at = next_charge_at(sub, now) if sub.last_decline else None
    return local_date(at, sub.time_zone) if at else None


def _self_service(sub: Subscription) -> bool:
    return sub.offering_kind is OfferingKind.SUBSCRIPTION and sub.offering_status is OfferingStatus.ACTIVE


async def _decline_code(session: AsyncSession, facts: dict[str, Any]) -> str | None:
    """The code of the declined attempt, unless it is one whose reason may not be named."""
    if "attempt" not in facts:
        return None
    attempt = await session.get_one(AttemptRow, UUID(facts["attempt"]))
    return None if attempt.decline_class == DeclineClass.HARD else attempt.code


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


async def _paid(session: AsyncSession, facts: dict[str, Any]) -> Paid | None:
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


async def _voucher(session: AsyncSession, kind: Kind, facts: dict[str, Any], time_zone: str) -> Voucher | None:
    """The voucher that was issued, was paid in part, or has run out."""
    if kind not in (Kind.VOUCHER_ISSUED, Kind.VOUCHER_PART_RECEIVED, Kind.VOUCHER_EXPIRED):
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


async def _seats_added(
    session: AsyncSession, kind: Kind, facts: dict[str, Any], sub: Subscription, next_line_: Line | None
) -> SeatsAdded | None:
    """The seats that an order added, and what they cost."""
    if kind is not Kind.SEATS_ADDED:
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


async def _refund(session: AsyncSession, kind: Kind, facts: dict[str, Any]) -> Refund | None:
    if kind is not Kind.REFUND:
        return None
    refund = await session.get_one(RefundRow, UUID(facts["refund"]))
    attempt, method, _ = await _attempt_of(session, str(refund.attempt_id))
    return Refund(
        amount=Money(refund.amount, refund.currency),
        method=MethodKind(method.kind),
        reference=refund.reference or "",
        because=cast("RefundCause", refund.because),
        price=Money(attempt.amount, attempt.currency),
    )


async def _order(session: AsyncSession, kind: Kind, facts: dict[str, Any]) -> Order | None:
    """The order of several terms that was settled."""
    if kind is not Kind.ORDER_CONFIRMATION:
        return None
    row = await session.get_one(OrderRow, UUID(facts["order"]))
    paper = await receipt_paper(session, row, vendor="")
    if paper is None:
        raise ValueError(f"order {row.id} is not settled")
    reference = row.reference or str(row.id)
    return Order(reference=reference, total=paper.total, method=paper.method, lines=_lines_of(paper.lines))


async def _quote(session: AsyncSession, kind: Kind, facts: dict[str, Any]) -> Quote | None:
    """The quote that was issued, or is about to end; it goes with the letter as a file."""
    if kind not in (Kind.QUOTE_ISSUED, Kind.QUOTE_EXPIRING):
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
    if kind not in (Kind.QUOTE_ISSUED, Kind.QUOTE_EXPIRING):
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
