"""What an allowed command does: the pure effect, its rows, and the mail that confirms it."""

from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.checkout import contact_of, method_of
from activities.conclusions import settle_declined, settle_paid
from activities.giving_back import owe_refund
from activities.offers import yield_to_checkout
from activities.ordered import locked
from activities.orders import abandon_unsent, call_off, new_order
from activities.outbox import queue
from activities.people import change_buyer, change_contact
from activities.releasing import release
from activities.settling import settle
from activities.standing import set_parked, store_phase
from models.journal import raise_alarm, record
from models.parties import PaymentMethodRow
from models.reading import fact_of_method
from models.records import CommandRow, EventRow
from models.store import Stored, write
from renewals import commands as c
from renewals.actors import Operator
from renewals.causes import Cause
from renewals.effects import after_command, at_bound_price, reinstated
from renewals.eligibility import attempt_to_resolve
from renewals.facts import Phase, Subscription
from renewals.letters import Kind
from renewals.named import just_paid
from renewals.payments import Way
from renewals.pricing import Line, renewal_line
from renewals.request import Request
from renewals.windows import renewal_begins_at


async def take_effect(
    session: AsyncSession,
    stored: Stored,
    request: Request,
    row: CommandRow,
    wall_now: datetime,
    bound: Line | None = None,
) -> None:
    """Let the command take effect, in the caller's transaction. `bound`: the next term at the price shown."""
    if isinstance(request.command, c.Renew):
        await yield_to_checkout(session, stored, by=row.given_by)
    match request.command:
        case c.RecordRenewal(reference, seats, term):
            line = renewal_line(stored.facts, term, seats)
            order = await new_order(session, stored, [line], way=Way.RECORDED, by=row.given_by, reference=reference)
            await settle(session, order, wall_now, known=[stored], reason=row.reason)
        case c.ResolvePayment(paid):
            await _resolve(session, stored, row, paid, wall_now)
        case c.Reinstate(to):
            await _reinstate(session, stored, row, to)
        case c.Refund() as refund:
            await owe_refund(session, stored, refund, row, wall_now)
        case _:
            await _change_facts(session, stored, request, row, bound)


async def _resolve(session: AsyncSession, stored: Stored, row: CommandRow, paid: bool, wall_now: datetime) -> None:
    """An operator says what became of the attempt in doubt. The next try, if any, is a new attempt."""
    doubt = attempt_to_resolve(stored.facts, row.received_at)
    if doubt is None:
        raise ValueError(f"{stored.row.number}: no attempt is in doubt")
    ordered = await locked(session, stored.row.number, doubt.id, wall_now)
    if paid:
        await settle_paid(session, ordered, wall_now, by=row.given_by, reason=row.reason)
    elif ordered.attempt.voucher_code:
        await release(session, stored.row.number, wall_now, by=row.given_by, ran_out=True, reason=row.reason)
    else:
        await settle_declined(session, ordered, wall_now, None, by=row.given_by, reason=row.reason)
        if doubt.expires_at:  # its provider may have issued a code: one that nobody wants (answers.py)
            ordered.attempt.questions, ordered.attempt.next_at = 0, ordered.first.now


async def _reinstate(session: AsyncSession, stored: Stored, row: CommandRow, to: date) -> None:
    """Back in the late window; nobody is mailed that it expired, as that was told then.

    It expired when it did for this renewal date, not when it was brought back before, nor with an earlier term.
    """
    phase = col(EventRow.subscription) == stored.row.number, col(EventRow.event) == "phase"
    into = col(EventRow.data)["to"].astext == Phase.EXPIRED, col(EventRow.data)["from"].astext != Phase.LAPSED
    since = col(EventRow.at) >= renewal_begins_at(stored.facts)
    last = select(func.max(col(EventRow.at))).where(*phase, *into, since)
    expired_at = await session.scalar(last) or stored.row.access_until
    after = reinstated(stored.facts, to, row.received_at, expired_at=expired_at)
    _record_last_day(session, stored, row, to)
    write(session, stored, after, by=row.given_by, reason=row.reason)
    stored.row.next_step_at = None  # whatever becomes of the workflow that decides this, the watchdog starts another


def _record_last_day(session: AsyncSession, stored: Stored, row: CommandRow, to: date) -> None:
    data = {"last_day": to.isoformat()}
    record(session, stored.row.number, row.received_at, "late_window", data, by=row.given_by, reason=row.reason)


async def _change_facts(
    session: AsyncSession, stored: Stored, request: Request, row: CommandRow, bound: Line | None
) -> None:
    command, before = request.command, stored.facts
    method = None if request.same_method else await _new_method(session, stored, command)
    pays_with = fact_of_method(method, row.received_at) if method else None
    after = after_command(
        before, command, at=row.received_at, method_id=str(method.id) if method else "", pays_with=pays_with
    )
    if bound:
        after = at_bound_price(after, bound)
    if method:
        session.add(method)
        await session.flush()
        stored.row.method_id, stored.row.method_set_at = method.id, row.received_at
    if isinstance(command, c.Cancel):
        await call_off(session, stored)
    if isinstance(command, c.HandOverAdmin):
        await _hand_over(session, stored, command, row)
    if isinstance(command, c.ChangeBuyer):
        await change_buyer(session, stored, command, row)
    if isinstance(command, c.ChangeContact):
        await change_contact(session, stored, command, row)
    if isinstance(command, c.ExtendLateWindow):
        _record_last_day(session, stored, row, command.to)
    if isinstance(command, c.Park | c.Release):
        await set_parked(session, stored, row.reason if isinstance(command, c.Park) else None, by=row.given_by)
    if after.open_attempt and not after.renews_automatically:
        await abandon_unsent(session, stored)
    await _confirm(session, stored, request, row, after)
    late_start = isinstance(command, c.Release | c.GoLive)
    await store_phase(session, stored, after, by=row.given_by, reason=row.reason, at_once=not late_start)


async def _hand_over(session: AsyncSession, stored: Stored, command: c.HandOverAdmin, row: CommandRow) -> None:
    contact = await contact_of(session, stored.customer.csn, command.to)
    if contact is None:
        raise ValueError(f"{stored.row.number}: the organisation has no such contact")
    stored.row.primary_admin_id = contact.id
    record(session, stored.row.number, row.received_at, "admin", {"contact": str(contact.id)}, by=row.given_by)


async def _new_method(session: AsyncSession, stored: Stored, command: c.Command) -> PaymentMethodRow | None:
    """The method that the subscription is to have from now on, if the command names another."""
    if isinstance(command, c.Renew | c.ChooseMethod):
        method = await method_of(session, stored, command)
        return None if method is stored.method else method
    if not isinstance(command, c.SetPaymentMethod):
        return None
    return PaymentMethodRow(
        id=uuid4(),
        csn=stored.customer.csn,
        kind=command.kind,
        token=command.token,
        valid_through=command.valid_through,
        created_at=stored.now,
    )


async def _confirm(
    session: AsyncSession, stored: Stored, request: Request, row: CommandRow, after: Subscription
) -> None:
    """Queue the mail that confirms the command; operators' own commands have none."""
    facts: dict[str, object] = {}
    match request.command:
        case c.Cancel(renewal):
            kind = Kind.AUTO_RENEW_CANCELLED
            if just_paid(stored.facts, renewal):
                facts["too_late_for_this_term"] = True
                detail = f"Cancelled for {renewal}, which had just been paid; offer a refund."
                number, meant = stored.row.number, {"renewal": str(renewal)}
                await raise_alarm(
                    session, number, "cancelled_after_payment", detail, stored.now, subject=str(renewal), facts=meant
                )
        case c.Resume():
            kind = Kind.AUTO_RENEW_RESUMED
        case c.ReduceSeats(to):
            kind, facts["to"] = Kind.SEATS_REDUCTION_SCHEDULED, to
        case c.ChangeTerm() if after.pending_term is None:
            kind, facts["what"] = Kind.CHANGE_WITHDRAWN, "term"
        case c.ChangeTerm(term):
            kind, facts["term"] = Kind.TERM_CHANGE_SCHEDULED, term
        case c.WithdrawPending(what):
            kind, facts["what"] = Kind.CHANGE_WITHDRAWN, what
        case c.Renew() if not stored.facts.auto_renew:
            kind = Kind.AUTO_RENEW_RESUMED
        case c.SetPaymentMethod() | c.ChooseMethod() | c.Renew():
            kind, facts["method"] = Kind.METHOD_CHANGED, str(stored.row.method_id)
        case _:
            return
    whose = "operator" if isinstance(request.actor, Operator) else "buyer"
    cause = Cause(f"command_of_{whose}", {"command": request.name})
    await queue(session, stored, kind, f"command:{row.id}", cause, at=row.received_at, **facts)
