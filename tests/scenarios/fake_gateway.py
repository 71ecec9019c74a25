"""A gateway that answers as a test tells it, for what no sandbox token can script. It honours keys, as a real one."""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from gateways.port import Answer, Charge, GivenUp, NotReceived, Paid, Pending, Refunded, RefundRefused
from renewals.money import Money

Say = Answer | BaseException | Callable[[], Awaitable[Answer]]
Found = Answer | NotReceived | GivenUp | BaseException


@dataclass
class FakeGateway:
    """Charges are answered by `answers` in order, questions by `truths`; when one is used up, by `Paid`.

    Of a charge that never came it says so. `refusals` are the words that the next refunds are refused with. `moved` is
    the money that moved, by key: what a customer's bank statement would show.
    """

    answers: deque[Say] = field(default_factory=deque)
    truths: deque[Found] = field(default_factory=deque)
    charges: list[Charge] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    moved: dict[str, int] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    refusals: deque[str] = field(default_factory=deque)

    async def charge(self, charge: Charge, now: datetime) -> Answer:
        self.charges.append(charge)
        if charge.key in self.moved:
            return Paid(f"fake-{charge.key}")
        said = self.answers.popleft() if self.answers else Paid(f"fake-{charge.key}")
        if isinstance(said, BaseException):
            raise said
        answer = said if not callable(said) else await said()
        if isinstance(answer, Paid):
            self.moved[charge.key] = charge.amount.minor
        return answer

    async def look_up(self, key: str, now: datetime) -> Answer | NotReceived:
        self.questions.append(key)
        came = any(charge.key == key for charge in self.charges)
        found = self.truths.popleft() if self.truths else Paid(f"fake-{key}") if came else NotReceived()
        if isinstance(found, BaseException):
            raise found
        if isinstance(found, Paid):
            self.moved[key] = self._amount_of(key)
        assert not isinstance(found, GivenUp)
        return found

    async def give_up(self, key: str, now: datetime) -> Paid | Pending | GivenUp:
        self.given_up.append(key)
        found = self.truths.popleft() if self.truths else GivenUp()
        if isinstance(found, BaseException):
            raise found
        if isinstance(found, Paid):
            self.moved[key] = self._amount_of(key)
        return found if isinstance(found, Paid | Pending | GivenUp) else GivenUp()

    async def refund(self, key: str, amount: Money, refund_key: str, now: datetime) -> Refunded | RefundRefused:
        if self.refusals:
            return RefundRefused(self.refusals.popleft())
        self.refunds[refund_key] = amount.minor
        return Refunded(f"fake-refund-{refund_key}")

    def _amount_of(self, key: str) -> int:
        return next(charge.amount.minor for charge in self.charges if charge.key == key)
