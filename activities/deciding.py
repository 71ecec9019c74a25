"""The decision on a stored command, in one transaction: its effect and outcome, or what must be done outside for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio.exceptions import ApplicationError

from activities.answers import AWAITED
from activities.checkout import as_ordered, place_order
from activities.effects import take_effect
from activities.giving_back import numbers_to_lock
from activities.ordered import fellows_of
from activities.outcomes import answer_of, conclude
from activities.quoting import decide_about_quote, lock_lines
from activities.requests import request_of
from activities.settling import in_its_term, renewal_meant
from activities.till import charge_of
from gateways.port import Charge
from models.engine import Sessions
from models.payments import AttemptRow
from models.records import CommandRow
from models.store import Stored, load, lock_all
from renewals import commands as c
from renewals.decisions import Eligible, Refused, no_such_subscription
from renewals.eligibility import decide
from renewals.facts import Subscription
from renewals.payments import Attempt, AttemptState
from renewals.preview import Previewed, bound_lines, lines_of
from renewals.pricing import Line, NotPriced
from renewals.refunding import TakesTwo, two_are_needed
from renewals.renewing import just_before
from renewals.request import Request
from workflows.contract import Answer


@dataclass(frozen=True, slots=True)
class Placed:
    """An order is written and waits to be paid; `resumed`: its attempt, if the gateway may have been called already."""

    stored: Stored
    charge: Charge
    resumed: Attempt | None = None


@dataclass(frozen=True, slots=True)
class GivingUp:
    """That hold on the next term is to be released, by whom, and why if that was said."""

    hold: str
    by: str
    reason: str | None = None


async def decide_command(
    sessions: Sessions, command_id: UUID, wall_now: datetime, signing_key: bytes = b""
) -> Answer | Placed | GivingUp:
    """The answer to a stored command, with its effect if it has one, or what must be done outside for it.

    Needs no workflow: a lapsed subscription has none, and most commands to it are refused. `signing_key` is that of
    previews.
    """
    async with sessions.begin() as session:
        return await decide_in(session, command_id, wall_now, signing_key)


async def decide_in(
    session: AsyncSession,
    command_id: UUID,
    wall_now: datetime,
    signing_key: bytes = b"",
    takes_two: TakesTwo = two_are_needed,
) -> Answer | Placed | GivingUp:
    """The same in the caller's transaction, which commits whatever is decided.

    `takes_two` says of which refunds two people must agree: of each, where the caller does not know.
    """
    row = await session.get(CommandRow, command_id)
    if row is None:
        raise ApplicationError(f"there is no command {command_id}", type="UnknownCommand", non_retryable=True)
    if row.name in c.ABOUT_QUOTES:
        await lock_lines(session, row)
    if row.name == c.Name.RESOLVE_PAYMENT:  # what holds it together with others is locked in the order of numbers
        await lock_all(session, await fellows_of(session, row.subscription))
    if row.name == c.Name.REFUND:
        await lock_all(session, await numbers_to_lock(session, row))
    stored = await load(session, row.subscription, wall_now, lock=True)  # locked first, as by who records an answer
    await session.refresh(row, with_for_update=True)
    return await decide_locked(session, stored, row, wall_now, signing_key, takes_two)


async def decide_locked(
    session: AsyncSession,
    stored: Stored | None,
    row: CommandRow,
    wall_now: datetime,
    signing_key: bytes = b"",
    takes_two: TakesTwo = two_are_needed,
) -> Answer | Placed | GivingUp:
    """The same, of a command whose row is locked, as is all that it is about."""
    if row.outcome is not None:
        return answer_of(row)
    if stored and row.order_id:
        return await _resumed(session, stored, row)
    if stored:
        row.received_at = min(row.received_at, stored.now)  # its sender's clock may be fast
        stored = await in_its_term(session, stored, row.received_at, wall_now)
        row.renews_on = await renewal_meant(session, stored, row.renews_on, row.received_at)
    try:
        if stored and row.name in c.ABOUT_QUOTES:
            return await _about_quote(session, stored, row, wall_now)
        request = await request_of(session, stored, row, takes_two)
    except c.BadArguments as bad:
        return conclude(session, row, Refused("bad_arguments", str(bad)), wall_now)
    if stored is None or request is None:
        return conclude(session, row, no_such_subscription(row.subscription), wall_now)
    decided_on = _as_received(stored, request)
    decision, bound = decide(decided_on, request), None
    if isinstance(decision, Eligible):
        if isinstance(request.command, c.ReleaseHold) and (hold := stored.facts.hold):
            return GivingUp(hold.id, row.given_by, row.reason)
        if _pays_now(request.command):
            return await _placed(session, stored, decided_on, request.command, row, signing_key)
        if isinstance(request.command, c.Renew | c.ChangeTerm) and request.command.preview is not None:
            bound = _lines(decided_on, request.command, row.received_at, signing_key)
            decision = decision if bound else STALE
    answer = conclude(session, row, decision, stored.now)
    if isinstance(decision, Eligible):
        await take_effect(session, stored, request, row, wall_now, bound[0] if bound else None)
    return answer


async def _about_quote(session: AsyncSession, stored: Stored, row: CommandRow, wall_now: datetime) -> Answer | Placed:
    """The decision on a command about a quote; bad arguments leave nothing behind but their refusal."""
    async with session.begin_nested():
        decided = await decide_about_quote(session, row, wall_now)
    if isinstance(decided, Answer):
        return decided
    return Placed(stored, await charge_of(session, stored, str(decided.id)))


STALE = Refused("preview_stale", "What was shown binds no more; look at the price again and confirm it.")


def _as_received(stored: Stored, request: Request) -> Subscription:
    """The facts as the command found them; a buyer pays the price that was in force when his order was received."""
    at = request.received_at
    if isinstance(request.command, c.Renew):
        return as_ordered(stored, at)
    found = just_before(stored.facts, at)
    return stored.priced_at(found, at) if isinstance(request.command, c.AddSeats) else found


def _lines(sub: Subscription, command: Previewed, at: datetime, signing_key: bytes) -> Sequence[Line] | None:
    """The lines of the order or of the planned term, at the prices that were shown; None if they bind no more."""
    try:
        lines = lines_of(sub, command, at)
    except NotPriced:  # a paid term that is sold no more: one can go back to it, but no price of it binds
        return None
    return lines if command.preview is None else bound_lines(command.preview, lines, at, signing_key)


def _pays_now(command: c.Command) -> TypeGuard[c.AddSeats | c.Renew]:
    return isinstance(command, c.AddSeats) or (isinstance(command, c.Renew) and command.when is c.When.NOW)


async def _placed(
    session: AsyncSession,
    stored: Stored,
    decided_on: Subscription,
    command: c.AddSeats | c.Renew,
    row: CommandRow,
    signing_key: bytes,
) -> Placed | Answer:
    """The order, written at the prices that the buyer has seen; refused when those bind no more."""
    lines = _lines(decided_on, command, row.received_at, signing_key)
    if not lines:
        return conclude(session, row, STALE, stored.now)
    attempt = await place_order(session, stored, decided_on, command, lines, row)
    return Placed(stored, await charge_of(session, stored, str(attempt.id)))


async def _resumed(session: AsyncSession, stored: Stored, row: CommandRow) -> Answer | Placed:
    """The order of a command that was cut off: paid now, unless the truth has been found meanwhile."""
    query = select(AttemptRow).where(col(AttemptRow.order_id) == row.order_id)
    attempt = (await session.execute(query)).scalar_one()
    unanswered = stored.facts.in_doubt, stored.facts.seats_attempt  # whichever line asks about it when it has time
    begun = next((each for each in unanswered if each and each.id == str(attempt.id)), None)
    if begun and begun.state is AttemptState.OPEN:
        attempt.next_at = None  # a call is under way
        return Placed(stored, await charge_of(session, stored, begun.id), begun)
    return conclude(session, row, Eligible(), stored.now, AWAITED)
