"""Commands: decide by one core call, let the effect and the outcome commit together.

A command arrives as the id of its row; a signal arrives raw and becomes a row first.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.clock import started_at
from activities.effects import take_effect
from activities.planning import plan_of
from models.engine import Sessions
from models.inbox import store_command
from models.journal import record
from models.parties import PaymentMethodRow
from models.payments import OrderRow
from models.records import CommandRow
from models.store import Stored, load
from models.subscriptions import RenewalRow
from renewals import commands as c
from renewals.calendar import midnight
from renewals.eligibility import (
    AlreadyTrue,
    Decision,
    Eligible,
    Refused,
    Request,
    check_method_not_over,
    check_named_renewal,
    decide,
    methods_equal,
)
from renewals.facts import MethodKind
from renewals.renewing import just_before
from workflows.contract import SIGNAL_SENDER, Answer, Applied, ReceivedSignal

REPEATED_WITHIN = timedelta(days=7)
"""A renewal recorded again under its reference so soon is the same one, said twice."""


class Commands:
    """Applies commands."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn
    async def apply_command(self, number: str, command_id: str) -> Applied:
        """Apply a stored command once; a repeat answers what the first time did."""
        wall_now = started_at()
        answer = await decide_command(self._sessions, UUID(command_id), wall_now)
        return Applied(answer, await plan_of(self._sessions, number, wall_now))

    @activity.defn
    async def take_signal(self, signal: ReceivedSignal) -> Applied:
        """Store a signal as a command, then apply it."""
        wall_now = started_at()
        by, args = _read_signal(signal.request)
        async with self._sessions.begin() as session:
            command_id = await store_command(
                session,
                client_key=signal.key,
                subscription=signal.number,
                name=signal.command,
                args=args,
                by=by,
                wall_now=signal.received_at,
            )
        answer = await decide_command(self._sessions, command_id, wall_now)
        return Applied(answer, await plan_of(self._sessions, signal.number, wall_now))


def _read_signal(request: object) -> tuple[str, Mapping[str, Any]]:
    """Who sent it, and its arguments; anything but an object that a database can keep is refused by its `argument`."""
    if request is None:
        return SIGNAL_SENDER, {}
    if not isinstance(request, Mapping) or not _can_be_kept(request):
        return SIGNAL_SENDER, {"argument": repr(request)[:200]}
    args = {str(key): value for key, value in request.items() if key != "by"}
    by = request.get("by")
    return (SIGNAL_SENDER if by is None else str(by)), args


def _can_be_kept(request: Mapping[str, Any]) -> bool:
    """Can a database keep it as JSON? Infinity and NUL it cannot."""
    try:
        return "\\u0000" not in json.dumps(request, allow_nan=False)
    except ValueError:
        return False


async def decide_command(sessions: Sessions, command_id: UUID, wall_now: datetime) -> Answer:
    """The answer to a stored command, with its effect if it has one. Needs no workflow: a lapsed one has none."""
    async with sessions.begin() as session:
        row = await session.get(CommandRow, command_id, with_for_update=True)
        if row is None:
            raise ApplicationError(f"there is no command {command_id}", type="UnknownCommand", non_retryable=True)
        if row.outcome is not None:
            return Answer(row.outcome, row.code, row.hint)
        stored = await load(session, row.subscription, wall_now, lock=True)
        if stored:
            row.received_at = min(row.received_at, stored.now)  # its sender's clock may be fast
        try:
            request = await _request(session, stored, row)
        except c.BadArguments as bad:
            return _conclude(session, row, Refused("bad_arguments", str(bad)), wall_now)
        if stored is None or request is None:
            hint = f"There is no subscription {row.subscription}; check the number."
            return _conclude(session, row, Refused("unknown_subscription", hint), wall_now)
        decision = decide(just_before(stored.facts, row.received_at), request)
        answer = _conclude(session, row, decision, stored.now)
        if isinstance(decision, Eligible):
            await take_effect(session, stored, request, row, wall_now)
        return answer


async def _request(session: AsyncSession, stored: Stored | None, row: CommandRow) -> Request | None:
    """What the row asks; None for a subscription that does not exist. Raises `BadArguments`."""
    actor = c.parse_actor(row.given_by)
    command = c.parse_command(row.name, row.args, actor)
    if stored is None:
        return None
    if isinstance(command, c.Cancel | c.Resume):
        check_named_renewal(stored.facts, command.renewal)
    same_method = isinstance(command, c.SetPaymentMethod) and methods_equal(_method_of(stored.method), command)
    if isinstance(command, c.SetPaymentMethod) and not same_method:
        check_method_not_over(stored.facts, command.valid_through, row.received_at)
    return Request(
        command=command,
        name=c.Name(row.name),
        actor=actor,
        is_buyer=isinstance(actor, c.Person) and actor.email.casefold() == stored.buyer.email.casefold(),
        received_at=row.received_at,
        same_method=same_method,
        same_reference=isinstance(command, c.RecordRenewal) and await _recorded(session, stored, command.reference),
    )


def _method_of(method: PaymentMethodRow | None) -> tuple[MethodKind, str, date | None] | None:
    return (MethodKind(method.kind), method.token, method.valid_through) if method else None


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


def _conclude(session: AsyncSession, row: CommandRow, decision: Decision, now: datetime) -> Answer:
    refused = decision if isinstance(decision, Refused) else None
    row.outcome = "refused" if refused else "done"
    row.code, row.hint = (refused.code, refused.hint) if refused else (None, None)
    row.decided_at = now
    data = {
        "name": row.name,
        "by": row.given_by,
        "outcome": row.outcome,
        "code": row.code,
        "repeat": isinstance(decision, AlreadyTrue),
    }
    record(session, row.subscription, row.received_at, "command", data, by=row.given_by, reason=row.reason)
    return Answer(row.outcome, row.code, row.hint)
