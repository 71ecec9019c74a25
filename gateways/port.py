"""What Perennial asks of a payment gateway, and every answer it can get.

A call carries a key, stored before the call: the same key never moves money twice. `now` is always an argument.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from renewals.money import Money
from renewals.payments import MethodKind


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge: `key` is the attempt's id; `method_id` and `token` name the stored method of `subscription`.

    `voucher_expires_at` is set for a method that needs its buyer: until then the voucher can be paid.
    """

    key: str
    amount: Money
    subscription: str
    method_id: str
    method_kind: MethodKind
    token: str
    voucher_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """The amount is in. `received` is what has come in all, in minor units, where that may be more (a voucher)."""

    reference: str
    received: int | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    code: str
    reference: str


@dataclass(frozen=True, slots=True)
class Pending:
    """The provider has it and will say later (days)."""

    reference: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A voucher: its buyer pays with the code, at a store or by transfer, or does not.

    `news_at` is when to ask again at the latest, if the provider says so. `received` is what has come in all so far, in
    minor units: never what came since the last answer, so that news that is old or told twice counts once.
    """

    code: str
    reference: str
    news_at: datetime | None = None
    received: int = 0


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A voucher that can be paid no more; `received` is what had come of it in all, in minor units.

    Money that comes all the same is told by later look-ups: as `Paid`, or as `Issued` with more `received`.
    """

    received: int = 0


@dataclass(frozen=True, slots=True)
class NotReceived:
    """A look-up's answer: the gateway never saw that key."""


Answer = Paid | Declined | Pending | Issued


@dataclass(frozen=True, slots=True)
class Refunded:
    """The money of a refund is on its way back."""

    reference: str


@dataclass(frozen=True, slots=True)
class RefundRefused:
    """The provider sends nothing back under this key, now or later; `says` is in its own words, `already refunded`."""

    says: str


class Unreachable(Exception):
    """Nobody answered and nothing was sent: the same call may simply be made again."""


class NoAnswer(Exception):
    """The call may have been received; only a look-up can tell. The message is a code such as `timeout`."""


class Gateway(Protocol):
    """A payment provider."""

    async def charge(self, charge: Charge, now: datetime) -> Answer:
        """Charge a stored method; a key that was seen before gets its first answer again.

        Raises `Unreachable`, `NoAnswer`.
        """

    async def look_up(self, key: str, now: datetime) -> Answer | NotReceived:
        """What became of a charge. Raises `Unreachable`, `NoAnswer`."""

    async def give_up(self, key: str, now: datetime) -> Paid | Pending | GivenUp:
        """Let a voucher be paid no more, unless it has been paid already, or its payment is under way (`Pending`).

        Raises `Unreachable`, `NoAnswer`.
        """

    async def refund(self, key: str, amount: Money, refund_key: str, now: datetime) -> Refunded | RefundRefused:
        """Send that much of the money of a charge back, once under a key.

        A key that was seen before gets its first answer again, however long ago that was: an outage may lie between two
        calls, and of a provider that forgets keys its refunds of that charge are to be asked for first. The parts of a
        voucher may go back one by one, each under a key of its own. Raises `Unreachable`, `NoAnswer`.
        """
