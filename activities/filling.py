"""From a bulk checkout to its orders: the decision on its lines, and the rows of what is bought."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.checkout import as_ordered
from activities.offers import lock_quotes_on, yield_to_checkout
from activities.orders import abandon_unsent, new_large_order
from models.baskets import BasketLineRow, BasketRow
from models.checkouts import ALL_OTHERS
from models.methods import find_kept_method
from models.parties import PaymentMethodRow
from models.payments import AttemptRow
from models.reading import fact_of_method
from models.store import Stored, load_all
from models.subscriptions import ClaimRow
from renewals import commands as c
from renewals.actors import Actor, is_person, parse_actor
from renewals.basket import NAME, Basket, Bound, Candidate, Order, Paying, filled, parse_choice
from renewals.checkout import voucher_expires_at
from renewals.decisions import Refused, no_such_subscription
from renewals.payments import PaymentMethod
from renewals.plan import PAID_WITHIN


async def fill(
    session: AsyncSession,
    basket: BasketRow,
    found: Sequence[Stored],
    bound: Bound | None = None,
    meant: Mapping[str, date | None] | None = None,
) -> Basket:
    """The decision on these subscriptions of a basket, which need not be stored. Raises `commands.BadArguments`.

    `meant` says by number which renewal date was the next one when it was given.
    """
    actor, renews_on = parse_actor(basket.given_by), meant or {}
    candidates = [_candidate(stored, basket, actor, renews_on.get(stored.row.number)) for stored in found]
    first = {stored.customer.csn: stored for stored in reversed(found)}
    paying = {csn: await _paying(session, basket, actor, stored) for csn, stored in first.items()}
    return filled(candidates, actor, paying, bound)


async def preview_basket(
    session: AsyncSession, numbers: Sequence[str], *, by: str, methods: Mapping[str, Any], wall_now: datetime
) -> tuple[Basket, Sequence[Stored]]:
    """What a bulk checkout of these numbers would be now, and the subscriptions that there are; nothing is stored.

    Raises `commands.BadArguments` for a `by` that names nobody.
    """
    found = await load_all(session, sorted(numbers), wall_now) if numbers else []
    basket = BasketRow(client_key="", given_by=by, methods=dict(methods), received_at=wall_now)
    known = await fill(session, basket, found)
    unknown = {
        number: no_such_subscription(number) for number in numbers if number not in {each.row.number for each in found}
    }
    return Basket(known.orders, {**known.refused, **unknown}), found


def given_at(basket: BasketRow, stored: Stored) -> datetime:
    """When a basket was received, in a subscription's own time: that decides what may be bought, and for how much."""
    return min(basket.received_at + stored.row.shift, stored.now)  # its sender's clock may be fast


def _candidate(stored: Stored, basket: BasketRow, actor: Actor, renews_on: date | None) -> Candidate:
    at = given_at(basket, stored)
    is_buyer = is_person(actor, stored.buyer.email)
    return Candidate(as_ordered(stored, at), stored.customer.csn, is_buyer, at, renews_on, stored.now)


async def _paying(session: AsyncSession, basket: BasketRow, actor: Actor, stored: Stored) -> Paying:
    """What a customer's orders are paid with, as chosen."""
    csn, at = stored.customer.csn, given_at(basket, stored)
    try:
        choice = parse_choice(basket.methods.get(csn) or basket.methods.get(ALL_OTHERS) or {}, actor)
    except c.BadArguments as bad:
        return Refused("bad_arguments", str(bad))
    match choice:
        case c.NewMethod(kind, _, valid_through):
            return PaymentMethod("", kind, at, valid_through)
        case c.StoredMethod(id_):
            row = await find_kept_method(session, id_, csn)
            if row is None:
                hint = f'{NAME}: "method" must be the id of a payment method of this customer.'
                return Refused("bad_arguments", hint)
            return fact_of_method(row, at)
    return None


async def place(
    session: AsyncSession,
    basket: BasketRow,
    order: Order,
    found: Sequence[Stored],
    asked: Mapping[str, BasketLineRow],
) -> str:
    """Write the order with its lines, their claims, and its one attempt, which has not been made yet."""
    by_number = {stored.row.number: stored for stored in found}
    bought = [(by_number[line.number], line) for line in order.lines]
    now = max(stored.now for stored, _ in bought)
    method_id = UUID(order.method.id) if order.method.id else await _stored_method(session, basket, order, now)
    await lock_quotes_on(session, [line.number for line in order.lines])
    for stored, _ in bought:
        await yield_to_checkout(session, stored, by=basket.given_by)
        await abandon_unsent(session, stored)
    row, renewals = await new_large_order(session, bought, by=basket.given_by, now=now)
    kind = order.method.kind
    expires_at = (
        None
        if kind.charges_automatically
        else min(voucher_expires_at(stored.facts, kind, given_at(basket, stored)) for stored, _ in bought)
    )
    attempt = AttemptRow(
        order_id=row.id,
        n=1,
        method_id=method_id,
        amount=order.total.minor,
        currency=order.total.currency,
        called_at=now,
        next_at=now + PAID_WITHIN,
        expires_at=expires_at,
    )
    session.add(attempt)
    holder = "voucher" if expires_at else "order"
    session.add_all(
        ClaimRow(renewal_id=renewal.id, holder=holder, order_id=row.id, opened_at=now, ends_at=expires_at)
        for renewal in renewals
    )
    for line in order.lines:
        asked[line.number].order_id = row.id
    await session.flush()
    return str(attempt.id)


async def _stored_method(session: AsyncSession, basket: BasketRow, order: Order, now: datetime) -> UUID:
    """The row of a method that is named in the basket: one for each customer, however many orders it pays."""
    csn = order.group.customer
    chosen = basket.methods.get(csn) or basket.methods[ALL_OTHERS]
    choice = parse_choice(chosen, parse_actor(basket.given_by))
    if not isinstance(choice, c.NewMethod):
        raise TypeError("a new method was chosen")
    query = (
        select(col(AttemptRow.method_id))
        .join(BasketLineRow, col(BasketLineRow.order_id) == col(AttemptRow.order_id))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(AttemptRow.method_id))
        .where(col(BasketLineRow.basket_id) == basket.id, col(PaymentMethodRow.csn) == csn)
        .limit(1)
    )
    known = (await session.execute(query)).scalar_one_or_none()
    if known and await find_kept_method(session, known, csn):  # it may have been removed since another order
        return known
    method = PaymentMethodRow(
        id=uuid4(),
        csn=csn,
        kind=choice.kind,
        token=choice.token,
        valid_through=choice.valid_through,
        created_at=now,
    )
    session.add(method)
    await session.flush()
    return method.id
