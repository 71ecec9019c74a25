"""Faults inside one process: a gateway, a mailer and a database that fail where a schedule says so.

Each fault belongs to a subscription, a point, and the n-th passing of that point, so that the same schedule does the
same again however its subscriptions overtake each other.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import Session
from temporalio import activity

from gateways.port import (
    Answer,
    Charge,
    Gateway,
    GivenUp,
    NoAnswer,
    NotReceived,
    Paid,
    Pending,
    Refunded,
    RefundRefused,
    Unreachable,
)
from mail.sender import Accepted, Delivery, Mailer, TryAgain
from models.engine import Sessions
from renewals.money import Money
from workflows.contract import workflow_id


class PulledPlug(BaseException):
    """The activity ends here, as far as Temporal learns: nothing in it may catch this and go on."""


KINDS: Mapping[str, tuple[str, ...]] = {
    "charge": ("dies before", "dies after", "answer lost", "never arrives", "unreachable", "worker restarts"),
    "look up": ("dies after", "answer lost", "unreachable"),
    "mail": ("dies before", "dies after", "busy", "reply lost", "body lost", "worker restarts"),
    "commit": ("refused", "reply lost", "worker restarts"),
}
"""What can happen at each point."""

LATEST: Mapping[str, int] = {"charge": 2, "look up": 2, "mail": 3, "commit": 14}
"""At which passing of a point at the latest: a short life passes it about so often."""

FAULTS_PER_LIFE = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` happens to the subscription's workflow when it passes the point for the `nth` time."""

    workflow: str
    point: str
    nth: int
    kind: str


def drawn(random: Random, number: str) -> list[Fault]:
    """The faults of one life; of two that would meet the first drawn stays."""
    faults: dict[tuple[str, int], Fault] = {}
    for _ in range(random.randint(1, FAULTS_PER_LIFE)):
        point = random.choice(list(KINDS))
        nth, kind = random.randint(1, LATEST[point]), random.choice(KINDS[point])
        faults.setdefault((point, nth), Fault(workflow_id(number), point, nth, kind))
    return list(faults.values())


@dataclass
class Faults:
    """The faults of the lives under way, and what became of them. `restart` is told when the worker shall restart."""

    planned: dict[tuple[str, str, int], str]
    restart: Callable[[], None]
    fired: list[Fault] = field(default_factory=list)
    may_double: Counter[str] = field(default_factory=Counter)
    _passed: Counter[tuple[str, str]] = field(default_factory=Counter)
    _unrecorded: set[str] = field(default_factory=set)

    def passing(self, point: str) -> str | None:
        """Which fault happens here and now to the workflow whose activity this is."""
        if not activity.in_activity():
            return None
        workflow = activity.info().workflow_id or ""
        self._passed[workflow, point] += 1
        nth = self._passed[workflow, point]
        kind = self.planned.get((workflow, point, nth))
        if kind is not None:
            self.fired.append(Fault(workflow, point, nth, kind))
        if kind == "worker restarts":
            self.restart()
        return kind

    def taken(self) -> None:
        """The mail server took a mail that we have not recorded yet."""
        self._unrecorded.add(activity.info().workflow_id or "")

    def forgotten(self) -> None:
        """What the mail server said is lost: this mail may be sent twice."""
        workflow = activity.info().workflow_id or ""
        if workflow in self._unrecorded:
            self.may_double[workflow] += 1
        self._unrecorded.discard(workflow)

    def recorded(self) -> None:
        if activity.in_activity():
            self._unrecorded.discard(activity.info().workflow_id or "")


class FaultyGateway:
    """A gateway with a bad line."""

    def __init__(self, gateway: Gateway, faults: Faults) -> None:
        self._gateway, self._faults = gateway, faults

    async def charge(self, charge: Charge, now: datetime) -> Answer:
        kind = self._faults.passing("charge")
        if kind == "dies before":
            raise PulledPlug(kind)
        if kind == "unreachable":
            raise Unreachable(kind)
        if kind == "never arrives":
            raise NoAnswer("timeout")
        answer = await self._gateway.charge(charge, now)
        if kind == "dies after":
            raise PulledPlug(kind)
        if kind == "answer lost":
            raise NoAnswer("timeout")
        return answer

    async def look_up(self, key: str, now: datetime) -> Answer | NotReceived:
        kind = self._faults.passing("look up")
        if kind == "unreachable":
            raise Unreachable(kind)
        answer = await self._gateway.look_up(key, now)
        if kind == "dies after":
            raise PulledPlug(kind)
        if kind == "answer lost":
            raise NoAnswer("timeout")
        return answer

    async def give_up(self, key: str, now: datetime) -> Paid | Pending | GivenUp:
        return await self._gateway.give_up(key, now)

    async def refund(self, key: str, amount: Money, refund_key: str, now: datetime) -> Refunded | RefundRefused:
        return await self._gateway.refund(key, amount, refund_key, now)


class FaultyMailer(Mailer):
    """A mail server at the end of a bad line."""

    def __init__(self, host: str, port: int, faults: Faults) -> None:
        super().__init__(host, port, tls="none", local_hostname="perennial.example")
        self._faults = faults

    async def send(self, raw: bytes, *, sender: str, recipient: str) -> Delivery:
        kind = self._faults.passing("mail")
        if kind == "dies before":
            raise PulledPlug(kind)
        if kind == "busy":
            return TryAgain("450 busy")
        if kind == "body lost":
            return TryAgain("the connection broke", ambiguous=True)
        delivery = await super().send(raw, sender=sender, recipient=recipient)
        if isinstance(delivery, Accepted):
            self._faults.taken()
        if kind == "dies after":
            self._faults.forgotten()
            raise PulledPlug(kind)
        if kind == "reply lost":
            self._faults.forgotten()
            return TryAgain("the connection broke", ambiguous=True)
        return delivery


def faulty_sessions(engine: AsyncEngine, faults: Faults) -> Sessions:
    """Sessions whose commits fail: refused, or done without our learning of it."""

    class FaultySession(Session):
        """Its own class, so that no other session has these events."""

    lost = set[int]()

    def before(session: Any) -> None:
        kind = faults.passing("commit")
        if kind == "refused":
            faults.forgotten()
            raise _gone()
        faults.recorded()
        if kind == "reply lost":
            lost.add(id(session))

    def ended(session: Any, transaction: Any) -> None:
        if transaction.parent is None and id(session) in lost:
            lost.discard(id(session))
            raise _gone()

    event.listen(FaultySession, "before_commit", before)
    event.listen(FaultySession, "after_transaction_end", ended)
    return async_sessionmaker(engine, expire_on_commit=False, sync_session_class=FaultySession)


def _gone() -> OperationalError:
    return OperationalError("COMMIT", None, Exception("server closed the connection unexpectedly"))
