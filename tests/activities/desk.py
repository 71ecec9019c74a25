"""Activities run one by one, at instants that a test names, against real PostgreSQL and a real mail server."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text
from temporalio.testing import ActivityEnvironment

from activities.charging import Charging
from activities.commands import Commands
from activities.holds import Holds
from activities.notices import Notices
from activities.phases import Phases
from activities.planning import Planning
from activities.refunds import Refunds
from mail.sender import Mailer
from models.engine import Sessions
from models.inbox import store_command
from portfolio.golive import go_live
from renewals.refunding import TakesTwo, one_is_enough
from tests.scenarios.diary import Diary, diary_of, instant
from tests.scenarios.fake_gateway import FakeGateway
from tests.scenarios.portfolios import BUYER, PUNCTUAL, import_one
from tests.scenarios.theatre import CONTACTS, SENDER, SIGNING_KEY
from workflows.contract import TermPlan

Result = TypeVar("Result")
PARIS = "Europe/Paris"
DUE = "2027-03-31 06:00"
PRICE = 12 * 48600


class PulledPlug(BaseException):
    """The process died here."""


@dataclass(frozen=True)
class Desk:
    """One subscription in Paris and the activities that serve it. Times are local; its clock is the world's."""

    sessions: Sessions
    gateway: FakeGateway
    mailer: Mailer
    folder: Path
    number: str = PUNCTUAL
    takes_two: TakesTwo = one_is_enough

    @property
    def charging(self) -> Charging:
        return Charging(self.sessions, self.gateway, SIGNING_KEY)

    @property
    def notices(self) -> Notices:
        return Notices(self.sessions, self.mailer, CONTACTS, SENDER, SIGNING_KEY)

    @property
    def phases(self) -> Phases:
        return Phases(self.sessions, SIGNING_KEY)

    @property
    def holds(self) -> Holds:
        return Holds(self.sessions, self.gateway)

    @property
    def refunds(self) -> Refunds:
        return Refunds(self.sessions, self.gateway)

    @property
    def commands(self) -> Commands:
        return Commands(self.sessions, self.gateway, SIGNING_KEY, self.takes_two)

    async def open(self, live: str | None = "2027-01-01", **columns: str) -> None:
        """Import the subscription and let it go live."""
        at = instant(live or "2027-01-01", PARIS)
        await import_one(self.sessions, self.folder, self.number, at, {}, **columns)
        if live is not None:
            async with self.sessions.begin() as session:
                await go_live(session, wall_now=at, by="operator:ana", reason="test", numbers=[self.number])

    async def at(self, local: str, activity: Callable[..., Coroutine[Any, Any, Result]], *args: Any) -> Result:
        """Run an activity that starts at that local time."""
        return await run_at(instant(local, PARIS), activity, *args)

    async def plan(self, local: str) -> TermPlan:
        return await self.at(local, Planning(self.sessions).plan_term, self.number)

    async def walk(self, local: str) -> TermPlan:
        """Perform everything that is due at that local time, as the workflow would."""
        plan = await self.plan(local)
        for _ in range(50):
            if not plan.steps or plan.steps[0].at > instant(local, PARIS):
                return plan
            plan = await self.at(local, *self.performer(plan))
        raise AssertionError("the plan never rests")

    async def wait_for_renewal_date(self) -> None:
        """Live until the eve of the renewal date, so that every notice before it has gone out or is missed."""
        await self.walk("2027-03-30")

    async def charge(self, local: str = DUE) -> TermPlan:
        return await self.at(local, self.charging.charge, self.number)

    async def ask(self, local: str) -> TermPlan:
        """Ask the gateway what became of the attempt in doubt."""
        return await self.at(local, self.charging.ask_gateway, self.number)

    def performer(self, plan: TermPlan) -> tuple[Any, ...]:
        """The activity that takes the first step of a plan, and its arguments."""
        step = plan.steps[0]
        performer: tuple[Any, ...] = {
            "charge": (self.charging.charge,),
            "ask_gateway": (self.charging.ask_gateway,),
            "enter_phase": (self.phases.enter_phase,),
            "suspend_access": (self.phases.suspend_access,),
            "roll_over": (self.phases.begin_paid_term,),
            "park": (self.phases.park,),
            "end_hold": (self.holds.end_hold,),
            "send_back": (self.refunds.send_back, step.subject),
            "miss_notices": (self.notices.miss_notices,),
            "send_notice": (self.notices.send_notice, *step.notices),
            "send_queued": (self.notices.send_queued, step.subject),
        }[step.do]
        return (performer[0], self.number, *performer[1:])

    async def store(
        self,
        local: str,
        name: str,
        /,
        *,
        by: str = BUYER,
        key: str | None = None,
        number: str | None = None,
        **args: Any,
    ) -> UUID:
        """Store a command as received at that local time."""
        async with self.sessions.begin() as session:
            return await store_command(
                session,
                client_key=key or str(uuid4()),
                subscription=number or self.number,
                name=name,
                args=args,
                by=by,
                wall_now=instant(local, PARIS),
            )

    async def give(self, local: str, name: str, /, *, by: str = BUYER, key: str | None = None, **args: Any) -> str:
        """Store a command and apply it: `done`, or `refused CODE`."""
        command_id = await self.store(local, name, by=by, key=key, **args)
        applied = await self.at(local, self.commands.apply_command, self.number, str(command_id))
        answer = applied.answer
        return f"{answer.outcome} {answer.code}" if answer.code else answer.outcome

    async def diary(self, since: str = "") -> Diary:
        return [line for line in await diary_of(self.sessions, self.number, PARIS) if line[0] >= since]

    async def rows(self, query: str, **values: Any) -> list[RowMapping]:
        """What a query finds; `:number` is the subscription's."""
        async with self.sessions() as session:
            return list((await session.execute(text(query), {"number": self.number} | values)).mappings())

    async def table(self, name: str) -> list[dict[str, Any]]:
        """All rows of a table as they stand; how often a subscription was planned is not of interest."""
        found = await self.rows(f"SELECT * FROM {name} ORDER BY 1, 2")  # noqa: S608 - a name of ours
        return [{key: value for key, value in row.items() if key != "plans"} for row in found]

    async def row(self) -> RowMapping:
        (row,) = await self.rows("SELECT * FROM subscriptions WHERE number = :number")
        return row

    async def attempts(self) -> list[tuple[int, str, str | None]]:
        """Every attempt as (n, state, code), by n."""
        rows = await self.rows("SELECT n, state, code FROM attempts ORDER BY n")
        return [(row["n"], row["state"], row["code"]) for row in rows]

    async def new_price(self, effective: str, renewal_price: int) -> None:
        """A further version of the price per seat and year, in force from that local time on."""
        await self.change(
            "INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at) "
            "SELECT gen_random_uuid(), sku, term, currency, version + 1, status, 70000, :price, :at FROM prices "
            "WHERE sku = 'DRAFT-STD' AND currency = 'EUR' AND term = 'year' ORDER BY version DESC LIMIT 1",
            price=renewal_price,
            at=instant(effective, PARIS),
        )

    async def change(self, statement: str, **values: Any) -> None:
        async with self.sessions.begin() as session:
            await session.execute(text(statement), {"number": self.number} | values)


async def run_at(at: datetime, activity: Callable[..., Coroutine[Any, Any, Result]], *args: Any) -> Result:
    """Run an activity that starts at that instant."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=at)
    return await environment.run(activity, *args)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")
