"""Editing a stored payment method: its name, a card's expiry, another one in its place, and its removal.

What the provider knows is never changed. A new expiry is a new method of the same token; that one, or another, is what
every subscription of the person's that used the old one is told to use, by the same command as on its own page.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.account.desk import Desk
from console.account.finding import NotYours
from console.account.forms import Form, Wrong, client_key, month_of, paid_with
from console.account.giving import give
from models.inbox import KeyReused
from models.method_edits import Removal, name_method, remove_method
from models.methods import bought_by, buys, find_kept_method, keep_method, subscriptions_using
from models.parties import CustomerRow, PaymentMethodRow
from models.records import CommandRow
from renewals.calendar import local_date
from renewals.cards import method_label, month_end
from renewals.commands import Name
from renewals.payments import MethodKind

AT_ONCE = 5


async def bought_for(session: AsyncSession, csn: str, email: str) -> CustomerRow:
    """The customer, locked, if the person buys for it. Raises `NotYours`."""
    customer = await session.get(CustomerRow, csn, with_for_update=True)
    if customer is None or not await buys(session, csn, email):
        raise NotYours
    return customer


async def store(session: AsyncSession, customer: CustomerRow, asked: Form, by: str) -> PaymentMethodRow:
    """Store a method that was read from a form. Raises `Wrong` for a card that is over."""
    last_day, now = month_end(asked["expires"]) if "expires" in asked else None, datetime.now(UTC)
    if last_day is not None and last_day < local_date(now, customer.time_zone):
        raise Wrong("expires", "wrong.month_over")
    row, _ = await keep_method(
        session, customer.csn, MethodKind(asked["kind"]), asked["token"], last_day, by=by, now=now
    )
    return row


async def give_name(desk: Desk, email: str, method_id: UUID, form: Form) -> None:
    """Raises `Wrong` for what can be no name, `NotYours` for another's method."""
    try:
        label = method_label(form.get("label", ""))
    except ValueError:
        raise Wrong("label", "wrong.label") from None
    async with desk.sessions.begin() as session:
        method, _ = await _method_of(session, method_id, email)
        await name_method(session, method, label, by=email, now=datetime.now(UTC))


async def give_expiry(desk: Desk, email: str, method_id: UUID, form: Form) -> bool:
    """Store the card with its new expiry, and let the person's subscriptions use it; do they all? Raises as above."""
    key, month = client_key(form), month_of(form)
    async with desk.sessions.begin() as session:
        method, customer = await _method_of(session, method_id, email)
        if method.kind != MethodKind.CARD:
            raise NotYours
        asked = {"kind": method.kind, "token": method.token, "expires": month}
        new = await store(session, customer, asked, email)
        numbers, kept = await subscriptions_using(session, method, bought_by(email)), new.id
    return await _use(desk, email, key, numbers, kept)


async def use_instead(desk: Desk, email: str, method_id: UUID, form: Form) -> bool:
    """Let the person's subscriptions use another method, stored or new, in its place; do they all? Raises as above."""
    key, chosen = client_key(form), paid_with(form)
    async with desk.sessions.begin() as session:
        method, customer = await _method_of(session, method_id, email)
        numbers = await subscriptions_using(session, method, bought_by(email))
        if "method" in chosen:
            other = await find_kept_method(session, UUID(chosen["method"]), customer.csn)
            if other is None:
                raise Wrong("method", "wrong.choice")
        else:
            other = await store(session, customer, chosen, email)
        kept = other.id
    return await _use(desk, email, key, numbers, kept)


async def take_away(desk: Desk, email: str, method_id: UUID) -> Removal:
    """Remove a method that nothing uses. Raises `NotYours`; a method that was removed before is no fault."""
    async with desk.sessions.begin() as session:
        method = await session.get(PaymentMethodRow, method_id)
        if method is None or not await buys(session, method.csn, email):
            raise NotYours
        return await remove_method(session, method, by=email, now=datetime.now(UTC))


async def _method_of(session: AsyncSession, method_id: UUID, email: str) -> tuple[PaymentMethodRow, CustomerRow]:
    """The method with its customer, who is locked. Raises `NotYours` for one that was removed, too."""
    method = await session.get(PaymentMethodRow, method_id)
    if method is None:
        raise NotYours
    customer = await bought_for(session, method.csn, email)
    await session.refresh(method)
    if method.removed_at is not None:
        raise NotYours
    return method, customer


async def _use(desk: Desk, email: str, key: str, numbers: Sequence[str], method: UUID) -> bool:
    """Give each the command; was it done everywhere?

    A command that gets no answer in time is stored, and delivered later by the watchdog.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def uses_it(number: str) -> bool:
        async with gate:
            try:
                command_id = await give(
                    desk.sessions,
                    desk.client,
                    key=f"{key}:{number}",
                    number=number,
                    name=Name.SET_PAYMENT_METHOD,
                    args={"method": str(method)},
                    by=email,
                )
            except KeyReused:  # the form was sent before with something else in it
                return False
        async with desk.sessions() as session:
            return (await session.get_one(CommandRow, command_id)).outcome == "done"

    return all(await asyncio.gather(*(uses_it(number) for number in numbers)))
