"""What becomes of a quote, in the transaction of its cause: it is offered, ordered from, or over.

Locks come in one order, subscriptions by their numbers and then the quote. A quote that ends touches no subscription
but through its claims, so that a checkout of one line needs no lock on the others; they are woken by the quote's
workflow (quotes.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.asking import ASKED
from models.journal import SYSTEM, clear_alarm, record
from models.payments import UNANSWERED, AttemptRow, OrderLineRow, OrderRow
from models.quotes import STATES_OF_OPEN, QuoteLineRow, QuoteRow, find_quote, quote_lines
from models.store import Stored
from models.subscriptions import ClaimRow, SubscriptionRow
from renewals.payments import Purpose, Way
from renewals.quoting import QuoteState


async def tell(
    session: AsyncSession, quote: QuoteRow, wall_now: datetime, *, by: str, reason: str | None = None
) -> None:
    """Record the state of a quote with each of its subscriptions, on their own clocks."""
    total = await total_of(session, quote)
    data = {"quote": quote.reference, "state": quote.state, "expires_on": quote.expires_on.isoformat()}
    offered = {"amount": total, "currency": quote.currency} if total is not None else {}
    query = (
        select(col(QuoteLineRow.subscription), col(SubscriptionRow.shift))
        .join(SubscriptionRow, col(SubscriptionRow.number) == col(QuoteLineRow.subscription))
        .where(col(QuoteLineRow.quote_id) == quote.id)
        .order_by(col(QuoteLineRow.subscription))
    )
    for number, shift in (await session.execute(query)).all():
        record(session, number, wall_now + shift, "quote", data | offered, by=by, reason=reason)


async def total_of(session: AsyncSession, quote: QuoteRow) -> int | None:
    """What all lines cost together, in minor units; None before it is issued."""
    amounts = [line.amount for line in await quote_lines(session, quote)]
    return None if None in amounts else sum(amount or 0 for amount in amounts)


async def close_quote(
    session: AsyncSession,
    quote: QuoteRow,
    state: QuoteState,
    wall_now: datetime,
    *,
    by: str,
    reason: str | None = None,
) -> None:
    """A quote that the caller has locked is over: it holds nothing any more. What is over already stays as it is."""
    if quote.state not in STATES_OF_OPEN:
        return
    quote.state, quote.ended_at, quote.ended_by, quote.next_step_at = state, wall_now, by, None
    await session.flush()
    await session.execute(
        update(ClaimRow)
        .where(col(ClaimRow.quote_id) == quote.id, col(ClaimRow.released_at).is_(None))
        .values(released_at=wall_now)
    )
    await clear_alarm(session, quote.subscription, ASKED, wall_now, subject=quote.reference)
    await tell(session, quote, wall_now, by=by, reason=reason)


async def yield_to_checkout(session: AsyncSession, stored: Stored, *, by: str) -> None:
    """An open quote on the next term is void with its buyer's own checkout (domain.md 5)."""
    hold = stored.facts.hold
    quote = await find_quote(session, hold.quote, lock=True) if hold and hold.quote else None
    if quote is None:
        return
    await close_quote(session, quote, QuoteState.VOID, stored.now - stored.row.shift, by=by)
    stored.facts = replace(stored.facts, hold=None)


async def lock_quotes_on(session: AsyncSession, numbers: Sequence[str]) -> None:
    """Lock the open quotes on several subscriptions, which the caller has locked: in the order of their references.

    Two orders of many lines that share quotes, but no line, would else wait for each other.
    """
    on_them = select(col(QuoteLineRow.quote_id)).where(col(QuoteLineRow.subscription).in_(numbers))
    query = select(col(QuoteRow.id)).where(col(QuoteRow.id).in_(on_them), col(QuoteRow.state).in_(STATES_OF_OPEN))
    await session.execute(query.order_by(col(QuoteRow.id)).with_for_update())


async def close_quotes_on(
    session: AsyncSession, order: OrderRow, number: str, term_starts_on: date, wall_now: datetime
) -> None:
    """The term is settled: the quote that the order was placed for is accepted, any other on that term is void."""
    query = (
        select(QuoteRow)
        .join(QuoteLineRow, col(QuoteLineRow.quote_id) == col(QuoteRow.id))
        .where(col(QuoteLineRow.subscription) == number, col(QuoteLineRow.term_starts_on) == term_starts_on)
        .where(col(QuoteRow.state).in_(STATES_OF_OPEN))
        .order_by(col(QuoteRow.id))
        .with_for_update(of=QuoteRow)
        .execution_options(populate_existing=True)
    )
    for quote in (await session.execute(query)).scalars().all():
        state = QuoteState.ACCEPTED if quote.order_id == order.id else QuoteState.VOID
        await close_quote(session, quote, state, wall_now, by=order.ordered_by)


async def offer_again(session: AsyncSession, order: OrderRow, now: datetime, wall_now: datetime) -> None:
    """The order of a quote was not paid: the quote stands as it did, and holds its terms, if it is not over by now.

    The caller has locked the subscriptions, and has released what the order held. A quote whose order held nothing, as
    it was to be paid at once, has held its terms all along; its workflow ends it in time.
    """
    issued = select(QuoteRow).where(col(QuoteRow.order_id) == order.id, col(QuoteRow.state) == QuoteState.ISSUED)
    query = issued.with_for_update().execution_options(populate_existing=True)
    quote = (await session.execute(query)).scalar_one_or_none()
    if quote is None:
        return
    quote.next_step_at = None
    holds = select(col(ClaimRow.id)).where(col(ClaimRow.quote_id) == quote.id, col(ClaimRow.released_at).is_(None))
    if (await session.execute(holds.limit(1))).first() is not None:
        return
    if now < quote.expires_at:
        await hold_for(session, quote, await quote_lines(session, quote), now)
    else:
        await close_quote(session, quote, QuoteState.EXPIRED, wall_now, by=SYSTEM)


async def hold_by_code(
    session: AsyncSession,
    quote: QuoteRow,
    order: OrderRow,
    lines: Sequence[QuoteLineRow],
    now: datetime,
    ends_at: datetime,
) -> None:
    """The order of a quote that is paid by a code holds the terms in its place, until the code can be paid no more."""
    mine = update(ClaimRow).where(col(ClaimRow.quote_id) == quote.id, col(ClaimRow.released_at).is_(None))
    await session.execute(mine.values(released_at=now))
    for line in lines:
        assert line.renewal_id is not None, "the line is not offered yet"
        session.add(
            ClaimRow(
                renewal_id=line.renewal_id,
                holder="voucher",
                order_id=order.id,
                opened_at=now,
                ends_at=ends_at,
                again_until=quote.expires_at,
            )
        )
    await session.flush()


async def hold_for(session: AsyncSession, quote: QuoteRow, renewals: Sequence[QuoteLineRow], now: datetime) -> None:
    """From now on the quote holds the next terms of its lines. The unique index refuses a second holder."""
    for line in renewals:
        assert line.renewal_id is not None, "the line is not offered yet"
        session.add(
            ClaimRow(
                renewal_id=line.renewal_id,
                holder="quote",
                quote_id=quote.id,
                opened_at=now,
                ends_at=quote.expires_at,
            )
        )
    await session.flush()


async def order_from(
    session: AsyncSession, quote: QuoteRow, *, by: str, at: datetime, reference: str | None = None
) -> OrderRow:
    """The order of all lines, at the prices that the quote binds; `reference` is that of a purchase order."""
    order = OrderRow(
        id=uuid4(),
        csn=quote.csn,
        currency=quote.currency,
        way=Way.QUOTE,
        state="open",
        reference=reference,
        ordered_by=by,
        ordered_at=at,
    )
    session.add(order)
    await session.flush()
    for line in await quote_lines(session, quote):
        session.add(_order_line(order, quote, line))
    quote.order_id = order.id
    await session.flush()
    return order


_OFFERED = ("renewal_id", "term", "seats", "unit_price", "amount")
"""What a line has once it is issued: all of them or none."""


def _order_line(order: OrderRow, quote: QuoteRow, line: QuoteLineRow) -> OrderLineRow:
    receipt: Mapping[str, object] = line.receipt | {"quote": quote.reference}
    return OrderLineRow(
        order_id=order.id,
        subscription=line.subscription,
        term_starts_on=line.term_starts_on,
        purpose=Purpose.RENEWAL,
        receipt=dict(receipt),
        **{name: getattr(line, name) for name in _OFFERED},
    )


async def payment_of(session: AsyncSession, quote: QuoteRow) -> AttemptRow | None:
    """The attempt of the quote's order whose money may be moving, or whose code can still be paid."""
    if quote.order_id is None:
        return None
    query = select(AttemptRow).where(col(AttemptRow.order_id) == quote.order_id, col(AttemptRow.state).in_(UNANSWERED))
    return (await session.execute(query)).scalar_one_or_none()
