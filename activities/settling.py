"""`settle` is the one mover of terms: whichever way a renewal is paid, its order is settled here.

Before the renewal date the term is paid ahead and `roll_over` begins it on its first day; from that date on it begins
at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.offers import close_quotes_on, lock_quotes_on
from activities.outbox import queue
from models.engine import Sessions
from models.journal import raise_alarm, record
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.records import NoticeRow
from models.store import Stored, load, load_all, write
from models.subscriptions import ClaimRow, RenewalRow, TermRow
from renewals.calendar import midnight
from renewals.causes import Cause
from renewals.effects import with_more_seats
from renewals.facts import PaidAhead, Subscription, Term
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import AttemptState, Way
from renewals.plan import Do, plan
from renewals.renewing import announcement, rolled_over, should_have_begun, with_renewal
from renewals.windows import today


class AlreadySettled(Exception):
    """The renewal was paid another way: the money of this order must go back, the term must not move again."""


async def settle(
    session: AsyncSession,
    order: OrderRow,
    wall_now: datetime,
    *,
    known: Sequence[Stored] = (),
    reason: str | None = None,
) -> None:
    """Settle a paid order: every line's renewal, term, pending changes and phase, in the caller's one transaction.

    Lines are locked in number order, so that two orders cannot wait for each other; `known` are those that the caller
    has locked and read already. Raises `AlreadySettled`, then nothing may be committed.
    """
    order.state = "paid"
    lines = await _lines_of(session, order)
    stored = {each.row.number: each for each in known}
    others = sorted({line.subscription for line, _ in lines} - stored.keys())
    if others:
        stored |= {each.row.number: each for each in await load_all(session, others, wall_now, lock=True)}
        lines = await _lines_of(session, order)
    for line, renewal in lines:
        if renewal and renewal.settled_at is not None:
            raise AlreadySettled(line.subscription)
    if len(stored) > 1:
        await lock_quotes_on(session, sorted(stored))
    now = max(each.now for each in stored.values())
    await _void_others(session, order, [renewal.id for _, renewal in lines if renewal], now)
    together = order.way == Way.BULK or sum(renewal is not None for _, renewal in lines) > 1
    for line, renewal in lines:
        if renewal:
            await _settle_renewal(session, order, line, renewal, stored[line.subscription], reason)
            if not together:
                await _send_receipt(session, order, renewal, stored[line.subscription])
        else:
            await _settle_seats(session, order, line, stored[line.subscription], reason)
    if together:
        await _confirm(session, order, stored[lines[0][0].subscription], len(lines))


async def _lines_of(session: AsyncSession, order: OrderRow) -> list[tuple[OrderLineRow, RenewalRow | None]]:
    query = (
        select(OrderLineRow, RenewalRow)
        .outerjoin(RenewalRow, col(RenewalRow.id) == col(OrderLineRow.renewal_id))
        .where(col(OrderLineRow.order_id) == order.id)
        .order_by(col(OrderLineRow.subscription), col(OrderLineRow.term_starts_on))
        .execution_options(populate_existing=True)
    )
    return [(line, renewal) for line, renewal in (await session.execute(query)).all()]


async def _confirm(session: AsyncSession, order: OrderRow, first: Stored, count: int) -> None:
    """One confirmation of all the lines of an order that renews many, to their buyer."""
    cause = Cause("renewal_of_many", {"way": order.way, "count": count})
    await queue(session, first, Kind.ORDER_CONFIRMATION, f"order:{order.id}", cause, at=first.now, order=str(order.id))


async def _settle_seats(
    session: AsyncSession, order: OrderRow, line: OrderLineRow, stored: Stored, reason: str | None
) -> None:
    """Add paid seats to the term that they are for, if it is running; a paid next term counts its own (reading.py)."""
    sub = stored.facts
    if sub.paid_ahead and line.term_starts_on == sub.renews_on:
        return
    if line.term_starts_on != sub.starts_on or today(sub, stored.now) >= sub.renews_on:
        paid = Money(line.amount, order.currency)
        facts = {"order": str(order.id), "amount": line.amount, "currency": order.currency, "seats": line.seats}
        detail = f"Order {order.id} paid {paid} for {line.seats} seats of a term that was over by then; offer a refund."
        number, subject = line.subscription, str(order.id)
        await raise_alarm(session, number, "seats_paid_late", detail, stored.now, subject=subject, facts=facts)
        return
    write(session, stored, with_more_seats(stored.facts, line.seats, stored.now), by=order.ordered_by, reason=reason)
    await session.execute(
        update(TermRow)
        .where(col(TermRow.subscription) == line.subscription, col(TermRow.starts_on) == line.term_starts_on)
        .values(seats=stored.facts.seats)
    )
    data = {"added": line.seats, "seats": stored.facts.seats, "amount": line.amount, "currency": order.currency}
    record(session, line.subscription, stored.now, "seats", data, by=order.ordered_by, reason=reason)
    await queue(
        session,
        stored,
        Kind.SEATS_ADDED,
        f"order:{order.id}",
        Cause("seats_added", {"seats": line.seats, "on": line.term_starts_on.isoformat()}),
        at=stored.now,
        order=str(order.id),
    )


async def _settle_renewal(
    session: AsyncSession,
    order: OrderRow,
    line: OrderLineRow,
    renewal: RenewalRow,
    stored: Stored,
    reason: str | None,
) -> None:
    renewal.settled_at, renewal.order_id = stored.now, order.id
    wall_now = stored.now - stored.row.shift
    await close_quotes_on(session, order, line.subscription, renewal.term_starts_on, wall_now)
    paid = PaidAhead(Term(line.term), line.seats, line.unit_price)
    await move(session, stored, paid, by=order.ordered_by, reason=reason)


async def _send_receipt(session: AsyncSession, order: OrderRow, renewal: RenewalRow, stored: Stored) -> None:
    await queue(
        session,
        stored,
        Kind.RENEWED,
        f"order:{order.id}",
        Cause("renewal", {"way": order.way, "on": renewal.term_starts_on.isoformat()}),
        at=stored.now,
        order=str(order.id),
        renewal=str(renewal.id),
    )


async def move(session: AsyncSession, stored: Stored, paid: PaidAhead, *, by: str, reason: str | None) -> None:
    """Write the paid term: ahead of its time, or begun. Its receipt announces the charge after it."""
    after = with_renewal(stored.facts, paid, stored.now)
    after = replace(after, announced=announcement(after))
    await _give_up_unsent(session, stored, after)
    write(session, stored, after, by=by, reason=reason)


async def roll_over(sessions: Sessions, number: str, wall_now: datetime) -> None:
    """Begin a term that was paid ahead, if its first day has come."""
    async with sessions.begin() as session:
        stored = await load(session, number, wall_now, lock=True)
        if stored is not None and is_due(stored, Do.ROLL_OVER):
            await _begin(session, stored)


async def in_its_term(session: AsyncSession, stored: Stored, at: datetime, wall_now: datetime) -> Stored:
    """The subscription in the paid term in which a command found it that came at `at`, which is begun if nobody did.

    The caller holds the subscription's lock.
    """
    if not should_have_begun(stored.facts, at):
        return stored
    await _begin(session, stored)
    begun = await load(session, stored.row.number, wall_now)
    assert begun is not None, "it is locked"
    return begun


async def renewal_meant(session: AsyncSession, begun: Stored, renews_on: date | None, at: datetime) -> date | None:
    """The renewal date meant by an order that came at `at`, when the next one on record was `renews_on`.

    It is a later one if a term that was paid by then was running already, and nobody had begun it yet.
    """
    facts = begun.facts
    if renews_on != facts.starts_on or midnight(facts.starts_on, facts.time_zone) >= at:
        return renews_on
    paid_by_then = (
        exists()
        .where(col(RenewalRow.subscription) == facts.number, col(RenewalRow.term_starts_on) == facts.starts_on)
        .where(col(RenewalRow.settled_at) < at)
    )
    return facts.renews_on if await session.scalar(select(paid_by_then)) else renews_on


async def _begin(session: AsyncSession, stored: Stored) -> None:
    after = rolled_over(stored.facts, stored.now)
    await _give_up_unsent(session, stored, after)
    write(session, stored, after)


def is_due(stored: Stored, do: Do) -> bool:
    """Does the plan, made again from the facts just read, still hold that step, due now?"""
    return any(step.do is do and step.at <= stored.now for step in plan(stored.facts, stored.now).steps)


async def _give_up_unsent(session: AsyncSession, stored: Stored, after: Subscription) -> None:
    """Dated notices of a term that is over and never reached the mail server are missed."""
    if after.starts_on == stored.facts.starts_on or not any(notice.dated for notice in stored.facts.queued):
        return
    await session.execute(
        update(NoticeRow)
        .where(col(NoticeRow.subscription) == after.number, col(NoticeRow.dated), col(NoticeRow.outcome).is_(None))
        .values(outcome="missed")
    )


async def _void_others(session: AsyncSession, order: OrderRow, renewals: Sequence[UUID], now: datetime) -> None:
    """Whoever else was about to pay these renewals stops: claims are released, open orders on them are void."""
    if not renewals:
        return
    released = (
        update(ClaimRow)
        .where(col(ClaimRow.renewal_id).in_(renewals), col(ClaimRow.released_at).is_(None))
        .values(released_at=now)
        .execution_options(synchronize_session=False)
        .returning(col(ClaimRow.id))
    )
    others = (
        select(col(OrderRow.id))
        .join(OrderLineRow, col(OrderLineRow.order_id) == col(OrderRow.id))
        .where(col(OrderLineRow.renewal_id).in_(renewals))
        .where(col(OrderRow.id) != order.id, col(OrderRow.state) == "open")
        .add_cte(released.cte("released"))
    )
    ids = list((await session.execute(others)).scalars())
    if not ids:
        return
    await session.execute(update(OrderRow).where(col(OrderRow.id).in_(ids)).values(state="void"))
    await session.execute(
        update(AttemptRow)
        .where(col(AttemptRow.order_id).in_(ids), col(AttemptRow.state) == AttemptState.OPEN)
        .values(state=AttemptState.ABANDONED, next_at=None)
    )
