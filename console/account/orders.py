"""The orders of a subscription with what was paid, and the voucher that waits to be paid."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.finding import numbers_of
from console.account.speech import Speech
from models.parties import PaymentMethodRow
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.sent_back import SentBack, sent_back
from models.store import Stored
from models.subscriptions import SubscriptionRow
from renewals.money import Money
from renewals.payments import AttemptState, MethodKind, Purpose

_MOST = 50


@dataclass(slots=True)
class Order:
    """One order, as far as it concerns the subscription. `notes` say what became of its payment."""

    date: str
    way: str
    state: str
    state_words: str
    amount: str
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The orders, newest first, and how to pay the voucher that is open."""

    orders: list[Order]
    to_pay: str | None


async def orders_of(session: AsyncSession, stored: Stored, email: str, t: Speech) -> Record:
    """What was ordered for the subscription, as its buyer or primary admin may see it.

    Of an order with others that are not theirs to see, only its own part is told: no code, no sum, no receipt.
    """
    number = stored.facts.number
    mine = select(col(OrderLineRow.order_id)).where(col(OrderLineRow.subscription) == number)
    newest = select(OrderRow).where(col(OrderRow.id).in_(mine)).order_by(col(OrderRow.ordered_at).desc()).limit(_MOST)
    rows = (await session.execute(newest)).scalars().all()
    bought = await what_was_bought(session, rows, col(OrderLineRow.subscription) == number, email)
    orders = [order_told(row, bought, stored.facts.time_zone, t) for row in rows]
    return Record(orders, _to_pay(bought.attempts, bought.amounts, bought.seen, stored, t))


Tried = tuple[AttemptRow, str]
Amounts = dict[UUID, dict[str, int]]
"""By order and number: what is ordered for each subscription, in minor units."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What belongs to some orders: the `lines` that concern whoever asks, and the orders that he may see whole."""

    lines: Sequence[OrderLineRow]
    attempts: Sequence[Tried]
    amounts: Amounts
    refunds: Mapping[UUID, Sequence[SentBack]]
    seen: Set[UUID]


async def what_was_bought(
    session: AsyncSession, rows: Sequence[OrderRow], concern: ColumnElement[bool], email: str
) -> Bought:
    """All that is told of these orders; `concern` says which of their lines are to be told."""
    ids = [row.id for row in rows]
    lines = select(OrderLineRow).where(col(OrderLineRow.order_id).in_(ids), concern)
    in_order = lines.order_by(col(OrderLineRow.subscription), col(OrderLineRow.term_starts_on))
    amounts = await _amounts(session, ids)
    return Bought(
        lines=(await session.execute(in_order)).scalars().all(),
        attempts=await _attempts(session, ids),
        amounts=amounts,
        refunds=await sent_back(session, amounts),
        seen=await _seen_whole(session, amounts, email),
    )


def order_told(row: OrderRow, bought: Bought, zone_name: str, t: Speech, *, named: bool = False) -> Order:
    """One of these orders, as far as its lines are to be told; `named`: each with its subscription's number."""
    own = [line for line in bought.lines if line.order_id == row.id]
    total = Money(sum(line.amount for line in own), row.currency)
    numbers = {line.subscription for line in own}
    tried = [each for each in bought.attempts if each[0].order_id == row.id]
    back = [_refunded(each, numbers, zone_name, t) for each in bought.refunds.get(row.id, ())]
    receipt = f"/account/orders/{row.id}/receipt.pdf" if row.state == "paid" and row.id in bought.seen else None
    return Order(
        date=t.day_of(row.ordered_at, zone_name),
        way=t.first(f"order.way.{row.way}"),
        state=row.state,
        state_words=t.first(f"order.state.{row.state}"),
        amount=t.w.amount(total),
        lines=[f"{line.subscription} · {_line(line, t)}" if named else _line(line, t) for line in own],
        notes=_notes(tried, row, t) + back,
        receipt=receipt,
    )


async def _amounts(session: AsyncSession, orders: Sequence[UUID]) -> Amounts:
    line = OrderLineRow
    query = (
        select(col(line.order_id), col(line.subscription), func.sum(col(line.amount)))
        .where(col(line.order_id).in_(orders))
        .group_by(col(line.order_id), col(line.subscription))
        .order_by(col(line.order_id), col(line.subscription))
    )
    found: Amounts = {}
    for order, number, amount in (await session.execute(query)).all():
        found.setdefault(order, {})[number] = int(amount)
    return found


async def _seen_whole(session: AsyncSession, amounts: Amounts, email: str) -> set[UUID]:
    """The orders of which a person may see every subscription."""
    numbers = {number for order in amounts.values() for number in order}
    query = numbers_of(email).where(col(SubscriptionRow.number).in_(numbers))
    seen = set((await session.execute(query)).scalars())
    return {order for order, lines in amounts.items() if lines.keys() <= seen}


async def _attempts(session: AsyncSession, orders: Sequence[UUID]) -> list[Tried]:
    query = (
        select(AttemptRow, col(PaymentMethodRow.kind))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(AttemptRow.method_id))
        .where(col(AttemptRow.order_id).in_(orders))
        .order_by(col(AttemptRow.n))
    )
    return [(row, kind) for row, kind in (await session.execute(query)).all()]


def _line(line: OrderLineRow, t: Speech) -> str:
    seats, ends_on = t.w.seats(line.seats), date.fromisoformat(str(line.receipt["renews_on"]))
    span = t.w.span(line.term_starts_on, ends_on)
    match Purpose(line.purpose):
        case Purpose.SEATS:
            return t("order.seats", seats=seats, day=t.w.last_day_before(ends_on))
        case Purpose.NEXT_SEATS:
            return t("order.next_seats", seats=seats, span=span)
    return t("order.renewal", seats=seats, span=span)


def _notes(attempts: Sequence[Tried], row: OrderRow, t: Speech) -> list[str]:
    notes = [t.w.method_as_label(MethodKind(kind)) for attempt, kind in attempts if attempt.state == AttemptState.PAID]
    declined = sum(attempt.state == AttemptState.DECLINED for attempt, _ in attempts)
    if declined:
        notes.append(t("order.declined", count=str(declined)))
    if row.reference:
        notes.append(row.reference)
    return notes


def _refunded(back: SentBack, numbers: Set[str], zone_name: str, t: Speech) -> str:
    """The part of a refund that is these subscriptions' own, and when it went back."""
    own = Money(sum(share for number, share in back.shares.items() if number in numbers), back.money.currency)
    return t("order.refunded", amount=t.w.amount(own), day=t.day_of(back.at, zone_name))


def _to_pay(attempts: Sequence[Tried], amounts: Amounts, seen: Set[UUID], stored: Stored, t: Speech) -> str | None:
    """What to bring to the store or to write on the transfer, and until when; or who knows it."""
    for attempt, kind in attempts:
        if attempt.state == AttemptState.ISSUED and attempt.voucher_code and attempt.expires_at:
            until = t.moment(attempt.expires_at, stored.facts.time_zone)
            if attempt.order_id not in seen:
                own = Money(amounts[attempt.order_id][stored.facts.number], attempt.currency)
                buyer = stored.buyer.name or stored.buyer.email
                return t("panel.voucher_together", amount=t.w.amount(own), until=until, buyer=buyer)
            code = code_in_words(MethodKind(kind), attempt.voucher_code, t)
            amount, received = Money(attempt.amount, attempt.currency), Money(attempt.received, attempt.currency)
            return voucher_in_words(amount, received, code, until, t)
    return None


def code_in_words(kind: MethodKind, code: str, t: Speech) -> str:
    """The code that a voucher is paid with, by its name."""
    return t("order.store_code" if kind is MethodKind.KONBINI else "order.transfer", code=code)


def voucher_in_words(amount: Money, received: Money, code: str, until: str, t: Speech) -> str:
    """How to pay a voucher, or what remains of it."""
    if not received.minor:
        return t("panel.voucher", amount=t.w.amount(amount), code=code, until=until)
    rest, come = t.w.amount(amount + received * -1), t.w.amount(received)
    return t("panel.voucher_rest", amount=t.w.amount(amount), received=come, rest=rest, code=code, until=until)
