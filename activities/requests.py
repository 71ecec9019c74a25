"""What a stored command asks, with all that it is decided on."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.checkout import contact_of, pays_with
from activities.giving_back import lacks_second, order_to_refund
from activities.people import is_same_person
from models.parties import PaymentMethodRow
from models.payments import AttemptRow, OrderRow
from models.quotes import find_quote
from models.records import CommandRow
from models.store import Stored
from models.subscriptions import ClaimRow, RenewalRow
from renewals import commands as c
from renewals.actors import is_person, parse_actor
from renewals.arguments import parse_command
from renewals.calendar import midnight
from renewals.named import check_method_not_over, check_named_renewal, methods_equal
from renewals.payments import AttemptState, MethodKind
from renewals.refunding import TakesTwo
from renewals.request import Request

REPEATED_WITHIN = timedelta(days=7)
"""A renewal recorded again under its reference so soon is the same one, said twice."""


async def request_of(
    session: AsyncSession, stored: Stored | None, row: CommandRow, takes_two: TakesTwo
) -> Request | None:
    """What the row asks; None for a subscription that does not exist. Raises `BadArguments`.

    `takes_two` says of which refunds two people must agree.
    """
    actor = parse_actor(row.given_by)
    command = parse_command(row.name, row.args, actor)
    if stored is None:
        return None
    if isinstance(command, c.Cancel | c.Resume):
        check_named_renewal(stored.facts, command.renewal)
    named = command.method if isinstance(command, c.Renew) else command
    same_method = isinstance(named, c.SetPaymentMethod | c.NewMethod) and methods_equal(
        _method_of(stored.method), named
    )
    if isinstance(command, c.SetPaymentMethod) and not same_method:
        check_method_not_over(stored.facts, c.Name(row.name), command.valid_through, row.received_at)
    is_buyer = is_person(actor, stored.buyer.email)
    method = await pays_with(session, stored, command, row.received_at)
    refunded = await order_to_refund(session, stored, command) if isinstance(command, c.Refund) else None
    if isinstance(command, c.ChooseMethod):
        same_method = method is stored.facts.method
    return Request(
        command=command,
        name=c.Name(row.name),
        actor=actor,
        is_buyer=is_buyer,
        received_at=row.received_at,
        same_method=same_method,
        same_admin=isinstance(command, c.HandOverAdmin) and is_buyer and await _is_admin(session, stored, command),
        same_person=isinstance(command, c.ChangeBuyer | c.ChangeContact)
        and await is_same_person(session, stored, command),
        paid_since=isinstance(command, c.ReleaseHold) and await _voucher_paid_since(session, stored, row.received_at),
        cancelled_since=isinstance(command, c.Resume) and await _cancelled_since(session, row),
        let_go_since=isinstance(command, c.ReleaseHold)
        and await _let_go_since(session, stored, command, row.received_at),
        held_since=isinstance(command, c.ReleaseHold) and await _held_since(session, stored, row),
        pays_with=method,
        renews_on=row.renews_on,
        handled_at=stored.now,
        refundable=refunded.refundable if refunded else None,
        lacks_second=isinstance(command, c.Refund)
        and refunded is not None
        and await lacks_second(session, refunded, command, row, takes_two),
        same_reference=isinstance(command, c.RecordRenewal) and await _recorded(session, stored, command.reference),
    )


async def _is_admin(session: AsyncSession, stored: Stored, command: c.HandOverAdmin) -> bool:
    """Is the contact that it names the primary admin already? Raises `BadArguments` for one that is unknown."""
    contact = await contact_of(session, stored.customer.csn, command.to)
    if contact is None:
        raise c.BadArguments('hand-over-admin: "to" must be the mail address of a contact of the organisation.')
    return contact.id == stored.row.primary_admin_id


def _method_of(method: PaymentMethodRow | None) -> tuple[MethodKind, str, date | None] | None:
    return (MethodKind(method.kind), method.token, method.valid_through) if method else None


async def _voucher_paid_since(session: AsyncSession, stored: Stored, at: datetime) -> bool:
    """Was a term of this subscription settled by a voucher at `at` or later?"""
    query = (
        select(AttemptRow.id)  # type: ignore[call-overload]
        .join(RenewalRow, col(RenewalRow.order_id) == col(AttemptRow.order_id))
        .where(col(RenewalRow.subscription) == stored.row.number, col(RenewalRow.settled_at) >= at)
        .where(col(AttemptRow.voucher_code).is_not(None), col(AttemptRow.state) == AttemptState.PAID)
    )
    return (await session.execute(query)).first() is not None


async def _cancelled_since(session: AsyncSession, row: CommandRow) -> bool:
    """Was auto-renew cancelled later than that, though that was decided earlier? A signal waits for its turn unstored.

    The other way round nobody asks: of clocks that differ nobody is charged.
    """
    query = select(col(CommandRow.id)).where(
        col(CommandRow.subscription) == row.subscription,
        col(CommandRow.name) == c.Name.CANCEL_AUTO_RENEW.value,
        col(CommandRow.outcome) == "done",
        col(CommandRow.stored_at) > row.stored_at,
    )
    return (await session.execute(query.limit(1))).first() is not None


async def _let_go_since(session: AsyncSession, stored: Stored, command: c.ReleaseHold, received_at: datetime) -> bool:
    """Was what the command meant let go since it came, so that something else holds the term by now?

    Perhaps by this very command, before it was cut off. One that names nothing has meant the code by which a quote was
    accepted, where that quote holds the term again only since then.
    """
    hold = stored.facts.hold
    if hold is None:
        return False
    if command.hold is not None:
        meant = await session.get(ClaimRow, UUID(command.hold))
        return hold.id != command.hold and bool(meant and meant.released_at and meant.released_at >= received_at)
    quote = await find_quote(session, hold.quote) if hold.quote else None
    claim = await session.get_one(ClaimRow, UUID(hold.id))
    return quote is not None and quote.order_id is not None and claim.opened_at >= received_at


async def _held_since(session: AsyncSession, stored: Stored, row: CommandRow) -> bool:
    """Did what holds the next term come only after the command, which then cannot mean it?

    An order came when its own command did, however long that waited to be decided; that may have been given to another
    subscription of it, whose clock runs ahead otherwise: the world's time tells.
    """
    claim = await session.get_one(ClaimRow, UUID(stored.facts.hold.id)) if stored.facts.hold else None
    if claim is None or claim.opened_at <= row.received_at:
        return False
    if claim.order_id is None:
        return True
    query = select(func.min(col(CommandRow.stored_at))).where(col(CommandRow.order_id) == claim.order_id)
    ordered_at = await session.scalar(query)
    return ordered_at is None or ordered_at > row.stored_at


async def _recorded(session: AsyncSession, stored: Stored, reference: str) -> bool:
    """Was the next term recorded under that reference already, or was the current one, late, a few days ago?

    An order that covers several terms has one reference: for a further term it counts anew.
    """
    facts = stored.facts
    late = max(midnight(facts.starts_on, facts.time_zone), stored.now - REPEATED_WITHIN)
    next_term = col(RenewalRow.term_starts_on) == facts.renews_on
    this_term_late = and_(col(RenewalRow.term_starts_on) == facts.starts_on, col(RenewalRow.settled_at) >= late)
    query = (
        select(OrderRow.id)  # type: ignore[call-overload]
        .join(RenewalRow, col(RenewalRow.order_id) == col(OrderRow.id))
        .where(col(RenewalRow.subscription) == stored.row.number, col(OrderRow.reference) == reference)
        .where(or_(next_term, this_term_late))
    )
    return (await session.execute(query)).first() is not None
