"""A gateway with a book of its own, a post office that keeps what it took, and a plug to pull at any step.

What the book says is what a customer's bank statement would: the tests of this folder compare ours with it.
"""

from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from gateways.port import (
    Answer,
    Charge,
    Declined,
    GivenUp,
    Issued,
    NoAnswer,
    NotReceived,
    Paid,
    Pending,
    Refunded,
    Unreachable,
)
from mail.sender import Accepted, Delivery, TryAgain
from models.engine import Sessions
from renewals.money import Money
from tests.activities.desk import PulledPlug


class Fate(StrEnum):
    """What a charge meets. Of those without an answer: `taken`, the money moved; `lost`, nothing was received."""

    PAID = "paid"
    SOFT = "insufficient_funds"
    ACTS = "authentication_required"
    HARD = "lost_card"
    TAKEN = "taken"
    DECLINED_UNHEARD = "declined unheard"
    LOST = "lost"
    AWAY = "away"
    PENDING = "pending"


@dataclass
class Entry:
    """A line of the bank's book. `state`: paid, declined, pending or issued; a voucher can be `given_up`.

    `come` is what has come of it, in minor units; of a voucher maybe in parts.
    """

    charge: Charge
    state: str
    code: str = ""
    given_up: bool = False
    come: int = 0

    def __post_init__(self) -> None:
        self.come = self.charge.amount.minor if self.state == "paid" else 0


async def _nothing(*_: Any) -> None: ...


@dataclass
class Plug:
    """Counts the steps of a process, transactions and calls to the outside, and pulls its plug at one of them."""

    at: int | None = None
    pulled: int = 0

    def step(self) -> None:
        if self.at is None:
            return
        self.at -= 1
        if self.at < 0:
            self.at = None
            self.pulled += 1
            raise PulledPlug


@dataclass
class Bank:
    """`fates` are those of the next charges; when they are used up, charges are paid. `silent`: answers to come not.

    `before_charge` sees every charge before it is made, `pause` every call, as a network would take its time.
    """

    plug: Plug = field(default_factory=Plug)
    fates: deque[Fate] = field(default_factory=deque)
    silent: int = 0
    book: dict[str, Entry] = field(default_factory=dict)
    refunds: dict[str, tuple[str, int]] = field(default_factory=dict)
    before_charge: Callable[[Charge, datetime], Awaitable[None]] = _nothing
    pause: Callable[[], Awaitable[None]] = _nothing

    async def charge(self, charge: Charge, now: datetime) -> Answer:
        self.plug.step()
        await self.pause()
        if charge.key not in self.book:
            await self.before_charge(charge, now)
            self._enter(charge, self.fates.popleft() if self.fates else Fate.PAID)
        await self.pause()
        self.plug.step()
        return self._answer(charge.key)

    def _enter(self, charge: Charge, fate: Fate) -> None:
        if fate is Fate.AWAY:
            raise Unreachable("nobody")
        if fate is Fate.LOST:
            raise NoAnswer("timeout")
        if charge.voucher_expires_at:
            self.book[charge.key] = Entry(charge, "issued")
        elif fate in (Fate.PAID, Fate.TAKEN):
            self.book[charge.key] = Entry(charge, "paid")
        elif fate is Fate.PENDING:
            self.book[charge.key] = Entry(charge, "pending")
        else:
            self.book[charge.key] = Entry(charge, "declined", "lost_card" if fate is Fate.DECLINED_UNHEARD else fate)
        if fate in (Fate.TAKEN, Fate.DECLINED_UNHEARD):
            raise NoAnswer("timeout")

    def _answer(self, key: str) -> Answer:
        entry, reference = self.book[key], f"bank-{key}"
        match entry.state:
            case "paid":
                return Paid(reference, entry.come)
            case "declined":
                return Declined(entry.code, reference)
            case "pending":
                return Pending(reference)
        return Issued("1234-5678", reference, received=entry.come)

    async def _reached(self) -> None:
        self.plug.step()
        await self.pause()
        if self.silent:
            self.silent -= 1
            raise NoAnswer("timeout")

    async def look_up(self, key: str, now: datetime) -> Answer | NotReceived:
        await self._reached()
        found: Answer | NotReceived = self._answer(key) if key in self.book else NotReceived()
        await self.pause()
        self.plug.step()
        return found

    async def give_up(self, key: str, now: datetime) -> Paid | Pending | GivenUp:
        await self._reached()
        entry = self.book.get(key)
        said = self._answer(key) if entry else None
        if isinstance(said, Paid | Pending):
            return said
        received = entry.come if entry else 0
        if entry:
            entry.given_up = True
        await self.pause()
        self.plug.step()
        return GivenUp(received)

    async def refund(self, key: str, amount: Money, refund_key: str, now: datetime) -> Refunded:
        await self._reached()
        self.refunds.setdefault(refund_key, (key, amount.minor))
        self.plug.step()
        return Refunded(f"bank-refund-{refund_key}")

    def settle(self, key: str, state: str) -> None:
        """The provider decides on a pending charge, or a customer pays a voucher, whether or not it was given up."""
        entry = self.book[key]
        assert entry.state in ("pending", "issued"), entry
        entry.state, entry.code = state, "processing_error"
        if state == "paid":
            entry.come = max(entry.come, entry.charge.amount.minor)

    def pay(self, key: str, minor: int) -> None:
        """A customer pays a part of a voucher, or more than is left of it."""
        entry = self.book[key]
        assert entry.state == "issued", entry
        entry.come += minor
        if entry.come >= entry.charge.amount.minor:
            entry.state = "paid"

    def waiting(self, state: str) -> list[str]:
        return [key for key, entry in self.book.items() if entry.state == state]

    def kept(self) -> dict[str, int]:
        """The money that moved and did not go back, by key."""
        back = Counter[str]()
        for key, minor in self.refunds.values():
            back[key] += minor
        return {key: entry.come - back[key] for key, entry in self.book.items() if entry.come != back[key]}


@dataclass
class PostOffice:
    """Takes mails in an instant; `answers` are what it says to the next ones, then it takes each.

    `before` sees every mail before it is taken. A mail that it has taken may be handed in again only if its
    answer did not arrive, or the process died that was to record it.
    """

    plug: Plug = field(default_factory=Plug)
    answers: deque[Delivery] = field(default_factory=deque)
    taken: dict[bytes, int] = field(default_factory=dict)
    twice: list[bytes] = field(default_factory=list)
    before: Callable[[bytes], Awaitable[None]] = _nothing

    async def send(self, raw: bytes, *, sender: str, recipient: str) -> Delivery:
        self.plug.step()
        await self.before(raw)
        said = self.answers.popleft() if self.answers else Accepted("250 ok")
        unheard = isinstance(said, TryAgain)
        if isinstance(said, Accepted) or (isinstance(said, TryAgain) and said.ambiguous):
            if self.taken.get(raw) == self.plug.pulled:
                self.twice.append(raw)
            self.taken[raw] = -1 if unheard else self.plug.pulled
        self.plug.step()
        return said


class PluggedSessions:
    """Sessions whose every transaction is a step at which the plug may be pulled.

    `pause` is awaited as each begins and ends.
    """

    def __init__(self, sessions: Sessions, plug: Plug, pause: Callable[[], Awaitable[None]] | None = None) -> None:
        self._sessions, self._plug, self._pause = sessions, plug, pause

    def as_sessions(self) -> Sessions:
        return cast("Sessions", self)

    def __call__(self) -> Any:
        return _Stepping(self._sessions(), self)

    def begin(self) -> Any:
        return _Stepping(self._sessions.begin(), self)

    async def step(self) -> None:
        self._plug.step()
        if self._pause:
            await self._pause()

    async def linger(self) -> None:
        """A transaction takes its time before it ends."""
        if self._pause:
            await self._pause()


class _Stepping:
    def __init__(self, inner: Any, sessions: PluggedSessions) -> None:
        self._inner, self._sessions = inner, sessions

    async def __aenter__(self) -> AsyncSession:
        await self._sessions.step()
        return cast("AsyncSession", await self._inner.__aenter__())

    async def __aexit__(self, *error: Any) -> Any:
        await self._sessions.linger()
        return await self._inner.__aexit__(*error)
