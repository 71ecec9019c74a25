"""Commands: decide by one core call, let the effect and the outcome commit together.

A command arrives as the id of its row; a signal arrives raw and becomes a row first. One that pays places its order
first; its outcome commits with what the gateway answers.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from temporalio import activity

from activities.clock import started_at
from activities.deciding import GivingUp, Placed, decide_in
from activities.holds import Ended, Holds
from activities.outcomes import answer_of, conclude
from activities.planning import plan_after, plan_of
from activities.till import Till
from activities.waiting import decide_earlier
from gateways.port import Gateway
from models.engine import Sessions
from models.inbox import store_command
from models.records import CommandRow
from models.store import load
from renewals.decisions import Decision, Eligible, Refused
from renewals.payments import AttemptState
from renewals.refunding import TakesTwo
from workflows.contract import SIGNAL_SENDER, Answer, Applied, ReceivedSignal


class Commands:
    """Applies commands. `takes_two` says of which refunds two people must agree."""

    def __init__(self, sessions: Sessions, gateway: Gateway, signing_key: bytes, takes_two: TakesTwo) -> None:
        self._sessions, self._signing_key, self._takes_two = sessions, signing_key, takes_two
        self._till, self._holds = Till(sessions, gateway), Holds(sessions, gateway)

    @activity.defn
    async def apply_command(self, number: str, command_id: str) -> Applied:
        """Apply a stored command once; a repeat answers what the first time did."""
        return await self._apply(number, UUID(command_id), started_at())

    async def _apply(self, number: str, command_id: UUID, wall_now: datetime) -> Applied:
        """The outcome, and the plan that follows from it.

        What an allowed command needs of the gateway is done between two transactions.
        """
        async with self._sessions.begin() as session:
            await decide_earlier(session, command_id, wall_now, self._signing_key)
            decided = await decide_in(session, command_id, wall_now, self._signing_key, self._takes_two)
            planned = await plan_after(session, number, wall_now) if isinstance(decided, Answer) else None
        match decided:
            case Placed():
                if decided.resumed:
                    await self._till.resume(decided.stored, decided.resumed, decided.charge, wall_now)
                else:
                    planned = await self._till.pay(decided.stored, decided.charge, wall_now, seen=AttemptState.OPEN)
            case GivingUp(hold, by, reason):
                ended = await self._holds.end(number, wall_now, by=by, reason=reason, meant=hold)
                await self._conclude_release(command_id, ended, wall_now)
        plan = planned or await plan_of(self._sessions, number, wall_now)
        return Applied(decided if isinstance(decided, Answer) else await self._outcome(command_id), plan)

    async def _outcome(self, command_id: UUID) -> Answer:
        async with self._sessions() as session:
            return answer_of(await session.get_one(CommandRow, command_id))

    async def _conclude_release(self, command_id: UUID, ended: Ended, wall_now: datetime) -> None:
        async with self._sessions.begin() as session:
            number = (await session.get_one(CommandRow, command_id)).subscription
            stored = await load(session, number, wall_now, lock=True)
            row = await session.get_one(CommandRow, command_id, with_for_update=True, populate_existing=True)
            if row.outcome is not None or stored is None:
                return
            decision: Decision = Eligible()
            if ended.paid:
                decision = Refused("already_renewed", "The voucher has been paid; the term is renewed.")
            elif ended.under_way:
                decision = Refused("payment_in_doubt", "The payment is under way; wait until the provider has it.")
            elif not ended.released:
                decision = Refused("payment_in_doubt", "The payment provider does not answer; try again later.")
            conclude(session, row, decision, stored.now)

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
        return await self._apply(signal.number, command_id, wall_now)


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
