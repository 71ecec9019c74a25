"""Orders that a buyer places: the next term, or more seats. The order commits before the gateway is called."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.offers import yield_to_checkout
from activities.orders import abandon_unsent, new_order
from models.methods import find_kept_method
from models.parties import ContactRow, PaymentMethodRow, has_address
from models.payments import AttemptRow
from models.reading import fact_of_method
from models.records import CommandRow
from models.store import Stored
from models.subscriptions import ClaimRow
from renewals import commands as c
from renewals.checkout import voucher_expires_at
from renewals.facts import Subscription
from renewals.named import check_method_not_over
from renewals.payments import MethodKind, PaymentMethod, Way
from renewals.pricing import Line
from renewals.renewing import before_it_expired, just_before


async def place_order(
    session: AsyncSession,
    stored: Stored,
    decided_on: Subscription,
    command: c.AddSeats | c.Renew,
    lines: Sequence[Line],
    row: CommandRow,
) -> AttemptRow:
    """Write the order of these lines, with its first and only attempt; the command waits for its answer.

    `decided_on` are the facts that the command was allowed on.
    """
    method = await method_of(session, stored, command)
    way = Way.SEATS if isinstance(command, c.AddSeats) else Way.CHECKOUT
    if way is Way.CHECKOUT:
        await yield_to_checkout(session, stored, by=row.given_by)
        await abandon_unsent(session, stored)
    kind = MethodKind(method.kind)
    expires_at = None if kind.charges_automatically else voucher_expires_at(decided_on, kind, row.received_at)
    order = await new_order(session, stored, lines, way=way, by=row.given_by)
    row.order_id = order.id
    attempt = AttemptRow(
        order_id=order.id,
        n=1,
        method_id=method.id,
        amount=sum(line.amount for line in lines),
        currency=order.currency,
        called_at=stored.now,
        expires_at=expires_at,
    )
    session.add(attempt)
    if way is Way.CHECKOUT and stored.renewal:
        holder = "voucher" if expires_at else "order"
        session.add(
            ClaimRow(
                renewal_id=stored.renewal.id,
                holder=holder,
                order_id=order.id,
                opened_at=stored.now,
                ends_at=expires_at,
            )
        )
    await session.flush()
    return attempt


def as_ordered(stored: Stored, at: datetime) -> Subscription:
    """The facts as an order of the next term found them that was received at `at`: its buyer pays the price of then."""
    return before_it_expired(stored.priced_at(just_before(stored.facts, at), at), at)


async def method_of(session: AsyncSession, stored: Stored, command: c.Command) -> PaymentMethodRow:
    """The method that a command names, stored now if it is new; else that of the subscription.

    A method that was named for one order is not that of the subscription (domain.md 8).
    """
    chosen = command.method if isinstance(command, c.AddSeats | c.Renew | c.AcceptQuote) else None
    if isinstance(command, c.ChooseMethod):
        return await session.get_one(PaymentMethodRow, command.id)
    if isinstance(chosen, c.StoredMethod):
        return await session.get_one(PaymentMethodRow, chosen.id)
    if isinstance(chosen, c.NewMethod):
        method = PaymentMethodRow(
            id=uuid4(),
            csn=stored.customer.csn,
            kind=chosen.kind,
            token=chosen.token,
            valid_through=chosen.valid_through,
            created_at=stored.now,
        )
        session.add(method)
        await session.flush()
        return method
    if stored.method is None:
        raise ValueError(f"{stored.row.number} has no payment method")
    return stored.method


_NAMES: Mapping[type, c.Name] = {
    c.AddSeats: c.Name.ADD_SEATS,
    c.Renew: c.Name.RENEW,
    c.AcceptQuote: c.Name.ACCEPT_QUOTE,
}


async def pays_with(session: AsyncSession, stored: Stored, command: c.Command, at: datetime) -> PaymentMethod | None:
    """The method that a command pays with or chooses, or the subscription's own. Raises `BadArguments`."""
    if isinstance(command, c.ChooseMethod):
        return await stored_method(session, stored, command.id, at)
    if not isinstance(command, c.AddSeats | c.Renew | c.AcceptQuote):
        return None
    match command.method:
        case c.StoredMethod(id_):
            return await stored_method(session, stored, id_, at)
        case c.NewMethod(kind, _, valid_through):
            check_method_not_over(stored.facts, _NAMES[type(command)], valid_through, at)
            return PaymentMethod("", kind, at, valid_through)
    return stored.facts.method


async def stored_method(session: AsyncSession, stored: Stored, id_: UUID, at: datetime) -> PaymentMethod | None:
    method = await find_kept_method(session, id_, stored.customer.csn)
    if method is None:
        raise c.BadArguments('"method" must be the id of a payment method of this customer.')
    return stored.facts.method if method is stored.method else fact_of_method(method, at)


async def contact_of(session: AsyncSession, csn: str, email: str) -> ContactRow | None:
    """The contact of an organisation with that mail address."""
    query = select(ContactRow).where(col(ContactRow.csn) == csn, has_address(email))
    return (await session.execute(query)).scalars().first()
