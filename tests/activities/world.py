"""A subscription, a bank and a post office on one clock that a test moves, with processes that may die at any step.

The activities are run as the workflow and the watchdog would: what is due is performed, an activity that was cut off is
tried again, a command that got no answer is delivered again.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from temporalio.client import Client

from activities.delivery import deliver
from activities.outcomes import answer_of
from activities.planning import Planning
from gateways.port import Charge
from mail.sender import Mailer
from models.engine import Sessions
from models.inbox import store_command
from models.store import load
from portfolio.golive import go_live
from renewals.calendar import zone
from tests.activities.bank import Bank, Plug, PluggedSessions, PostOffice
from tests.activities.desk import PARIS, Desk, PulledPlug, run_at
from tests.activities.never import personal
from tests.scenarios.fake_gateway import FakeGateway
from tests.scenarios.portfolios import BUYER, PUNCTUAL, import_one
from workflows.contract import Answer, TermPlan

Result = TypeVar("Result")
MOST_STEPS = 400
"""More steps than this in one stretch of time mean that a plan never rests."""


@dataclass
class World:
    """`faults` are lines on what was seen to be wrong while it happened; `now` is the clock.

    Not `alone`, what was begun may be called off before its call: it is in doubt then, and if paid it stands.
    Activities run at `desk`, where the plug may be pulled; a test looks at `records`.
    """

    plain: Sessions
    folder: Path
    now: datetime
    plug: Plug = field(default_factory=Plug)
    faults: list[str] = field(default_factory=list)
    open_commands: list[UUID] = field(default_factory=list)
    number: str = PUNCTUAL
    alone: bool = True

    def __post_init__(self) -> None:
        self.bank = Bank(self.plug, before_charge=self._before_charge)
        self.post = PostOffice(self.plug, before=self._before_mail)
        gateway, mailer = cast("FakeGateway", self.bank), cast("Mailer", self.post)
        self.records = Desk(self.plain, gateway, mailer, self.folder, self.number)
        self.slow_down(PluggedSessions(self.plain, self.plug).as_sessions())

    def slow_down(self, sessions: Sessions) -> None:
        """Let the activities work by these sessions from now on."""
        self.desk = Desk(sessions, cast("FakeGateway", self.bank), cast("Mailer", self.post), self.folder, self.number)

    async def open(self, **columns: str) -> None:
        """Import the subscription and let it go live now."""
        await import_one(self.plain, self.folder, self.number, self.now, {}, **columns)
        async with self.plain.begin() as session:
            await go_live(session, wall_now=self.now, by="operator:ana", reason="test", numbers=[self.number])

    async def run(self, activity: Callable[..., Coroutine[Any, Any, Result]], *args: Any) -> Result | None:
        """One activity, as of now; None when its process died."""
        try:
            answered = await run_at(self.now, activity, *args)
        except PulledPlug:
            return None
        self.faults += [f"{activity.__name__} answered {said}: {answered}" for said in personal(answered)]
        return answered

    async def rest(self) -> TermPlan:
        """Deliver what got no answer, and perform what is due now."""
        for _ in range(MOST_STEPS):
            await self._deliver()
            plan = await self._plan()
            if not self.open_commands and (not plan.steps or plan.steps[0].at > self.now):
                return plan
            await self.run(*self.desk.performer(plan))
        raise AssertionError(f"the plan never rests at {self.now}: {plan.steps[:3]}")

    async def _plan(self) -> TermPlan:
        while (plan := await self.run(self.planning.plan_term, self.number)) is None:
            pass
        return plan

    @property
    def planning(self) -> Planning:
        return Planning(self.desk.sessions)

    async def live(self, until: datetime) -> None:
        """Let everything happen at its own time."""
        plan = await self.rest()
        for _ in range(MOST_STEPS):
            if not plan.steps or plan.steps[0].at > until:
                break
            self.now = max(self.now, plan.steps[0].at)
            plan = await self.rest()
        else:
            raise AssertionError(f"too many steps until {until}: {plan.steps[:3]}")
        self.now = until
        await self.rest()

    async def be_away(self, until: datetime) -> None:
        """An outage: nothing happens until then; what is overdue happens at once."""
        self.now = until
        await self.rest()

    async def give(self, name: str, *, by: str = BUYER, **args: Any) -> Answer | None:
        """Give a command now; None when the process died, and it will be delivered again."""
        return await self.apply(await self.store(name, by=by, **args))

    async def store(self, name: str, *, by: str = BUYER, **args: Any) -> UUID:
        """Store a command as received now."""
        async with self.plain.begin() as session:
            command_id = await store_command(
                session,
                client_key=str(uuid4()),
                subscription=self.number,
                name=name,
                args=args,
                by=by,
                wall_now=self.now,
            )
        self.open_commands.append(command_id)
        self.last_command = command_id
        return command_id

    async def apply(self, command_id: UUID) -> Answer | None:
        """Have it decided, on arrival or by the workflow's activity; None when a process died."""
        try:
            command = await deliver(cast("Client", Line(self)), self.desk.sessions, command_id, self.now)
        except PulledPlug:
            return None
        if command_id in self.open_commands:
            self.open_commands.remove(command_id)
        return answer_of(command)

    async def _deliver(self) -> None:
        for command_id in list(self.open_commands):
            await self.apply(command_id)

    async def facts(self) -> Any:
        async with self.plain() as session:
            stored = await load(session, self.number, self.now)
        assert stored is not None
        return stored.facts

    async def _before_charge(self, charge: Charge, now: datetime) -> None:
        """No charge after a cancellation, in another's hold, while stopped, or above what was announced.

        A term is held for an order by the order itself, or by the quote that is accepted with it (domain.md 5); the
        unique index lets nobody hold it besides.
        """
        rows = await self.records.rows(
            "SELECT s.*, o.way, o.state AS order_state, o.id AS order_id, a.state AS attempt_state, a.called_off_at, "
            "l.purpose, l.seats AS ordered, l.term AS ordered_term, l.renewal_id, r.settled_at, "
            "(SELECT c.order_id = o.id OR q.order_id = o.id FROM claims c LEFT JOIN quotes q ON q.id = c.quote_id "
            " WHERE c.renewal_id = l.renewal_id AND c.released_at IS NULL) AS is_held_for_it, "
            "(SELECT count(*) FROM pauses WHERE what = 'charges' AND ended_at IS NULL) AS paused "
            "FROM attempts a JOIN orders o ON o.id = a.order_id JOIN order_lines l ON l.order_id = o.id "
            "JOIN subscriptions s ON s.number = l.subscription LEFT JOIN renewals r ON r.id = l.renewal_id "
            "WHERE a.id = :key",
            key=UUID(charge.key),
        )
        self.faults += [
            f"charged at {now} ({rows[0]['way']}) {wrong}" for wrong in _wrong(rows, charge, now, alone=self.alone)
        ]

    async def _before_mail(self, raw: bytes) -> None:
        """No mail whose reason is gone."""
        message_id = message_from_bytes(raw)["Message-ID"]
        (row,) = await self.records.rows(
            "SELECT n.kind, n.occasion, n.facts, n.dated, n.term_starts_on = s.starts_on AS current, s.phase, "
            "s.auto_renew, s.parked_at, s.pending_seats, s.pending_term, "
            "EXISTS (SELECT 1 FROM renewals r WHERE r.subscription = s.number AND r.term_starts_on = s.renews_on "
            " AND r.settled_at IS NOT NULL) AS paid, "
            "EXISTS (SELECT 1 FROM pauses WHERE what = 'mails' AND ended_at IS NULL) AS paused, "
            "EXISTS (SELECT 1 FROM refunds r WHERE r.id::text = n.facts ->> 'refund' AND r.sent_at IS NOT NULL) "
            "AS sent_back, (SELECT a.state FROM attempts a WHERE a.id::text = n.facts ->> 'attempt') AS attempt_state "
            "FROM notices n JOIN subscriptions s ON s.number = n.subscription WHERE n.message_id = :message_id",
            message_id=message_id,
        )
        wrong = _untrue(row)
        if wrong:
            self.faults.append(f"mailed {row['kind']} {row['occasion']} at {self.now}: {wrong}")


@dataclass
class Line:
    """Stands for Temporal: what is to be applied is, by the activity; a wake-up is for `rest` to follow."""

    world: World

    def get_workflow_handle(self, _: str) -> "Line":
        return self

    async def signal(self, *_: object, **__: object) -> None: ...

    async def start_workflow(self, *_: object, **__: object) -> None: ...

    async def execute_update_with_start_workflow(self, _: str, args: Sequence[str], **__: object) -> None:
        if await self.world.run(self.world.desk.commands.apply_command, self.world.number, *args) is None:
            raise PulledPlug


def _wrong(rows: Any, charge: Charge, now: datetime, *, alone: bool) -> list[str]:
    if not rows:
        return ["without an attempt"]
    row, found = rows[0], []
    if row["attempt_state"] not in ("open", "unknown"):
        found.append(f"an attempt that is {row['attempt_state']}")
    if alone and (row["parked_at"] or row["live_at"] is None or row["paused"]):
        found.append("while charges are stopped")
    if row["order_state"] != "open" or (alone and row["called_off_at"]):
        found.append("what was called off")
    if charge.amount.minor == 0:
        found.append("nothing")
    if any(line["purpose"] == "renewal" and (line["settled_at"] or not line["is_held_for_it"]) for line in rows):
        found.append("what is paid or held by another")
    if row["way"] == "automatic":
        if alone and (not row["auto_renew"] or row["phase"] in ("expired", "lapsed")):
            found.append(f"though cancelled or over ({row['phase']})")
        if now.astimezone(zone(PARIS)).date() < row["renews_on"]:
            found.append("before the renewal date")
        announced = row["announced_unit_price"]
        if row["announced_term"] == row["ordered_term"] and charge.amount.minor > announced * row["ordered"]:
            found.append(f"{charge.amount}, announced was {announced} a seat")
    return found


def _untrue(row: Any) -> str | None:
    kind, unpaid = row["kind"], row["current"] and not row["paid"]
    if row["parked_at"] or row["paused"]:
        return "though mails are stopped"
    stands = {
        "window_open": unpaid and row["phase"] in ("active", "renewable"),
        "reminder": unpaid and row["phase"] in ("active", "renewable"),
        "advance_charge_notice": unpaid and row["auto_renew"] and row["phase"] in ("active", "renewable"),
        "card_expiring": unpaid and row["auto_renew"],
        "late_window_closing": unpaid and row["phase"] == "expired",
        "expired": unpaid and row["phase"] == "expired",
        "lapsed": row["phase"] == "lapsed",
        "payment_failed": unpaid or row["facts"].get("what") == "seats",
        "action_required": unpaid,
        "voucher_issued": row["attempt_state"] == "issued",
        "voucher_part_received": row["attempt_state"] == "issued",
        "voucher_expired": unpaid and row["attempt_state"] == "expired",
        "auto_renew_cancelled": not row["auto_renew"],
        "auto_renew_resumed": row["auto_renew"],
        "seats_reduction_scheduled": row["pending_seats"] == row["facts"].get("to"),
        "term_change_scheduled": row["pending_term"] == row["facts"].get("term"),
        "change_withdrawn": row["pending_seats" if row["facts"].get("what") == "seats" else "pending_term"] is None,
        "refund": row["sent_back"],
    }
    return None if stands.get(kind, True) else f"its reason is gone ({row['phase']}, paid {row['paid']})"
