"""The sandbox sends back what has come of a charge, no more than that, and each key once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from gateways.port import Charge, Refunded, RefundRefused
from gateways.sandbox import SandboxGateway
from models.engine import Sessions
from renewals.money import Money
from renewals.payments import MethodKind

NOW = datetime(2027, 4, 1, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)
PAID = 10_000


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


async def charged(sandbox: SandboxGateway, script: str = "ok", *, voucher: bool = False) -> str:
    """The key of a charge that was just made, or of a voucher that was just issued."""
    kind = MethodKind.BANK_TRANSFER if voucher else MethodKind.CARD
    until = NOW + 3 * A_DAY if voucher else None
    charge = Charge(str(uuid4()), yen(PAID), "S-1001", str(uuid4()), kind, script, until)
    await sandbox.charge(charge, NOW)
    return charge.key


@pytest.fixture
def sandbox(sessions: Sessions) -> SandboxGateway:
    return SandboxGateway(sessions)


async def test_parts_go_back_until_all_of_it_has(sandbox: SandboxGateway) -> None:
    charge, first = await charged(sandbox), str(uuid4())
    assert isinstance(await sandbox.refund(charge, yen(4_000), first, NOW), Refunded)
    too_much = await sandbox.refund(charge, yen(6_001), str(uuid4()), NOW)
    assert too_much == RefundRefused("more_than_was_paid")
    assert isinstance(await sandbox.refund(charge, yen(6_000), str(uuid4()), NOW), Refunded)
    assert await sandbox.refund(charge, yen(4_000), first, NOW) == Refunded(f"sandbox-refund-{first}"), "seen before"
    assert await sandbox.refund(charge, yen(1), str(uuid4()), NOW) == RefundRefused("more_than_was_paid")


@pytest.mark.parametrize("token", ["insufficient_funds", "pending-then-paid:3d"], ids=["declined", "under way"])
async def test_of_what_was_not_paid_nothing_goes_back(sandbox: SandboxGateway, token: str) -> None:
    charge = await charged(sandbox, token)
    assert await sandbox.refund(charge, yen(1), str(uuid4()), NOW) == RefundRefused("more_than_was_paid")


async def test_of_a_voucher_goes_back_what_has_come_by_then(sandbox: SandboxGateway) -> None:
    charge = await charged(sandbox, "voucher-in-parts:40@1d+80@2d", voucher=True)
    for now, minor in ((NOW, 0), (NOW + A_DAY, 4_000), (NOW + 2 * A_DAY, 8_000)):
        assert isinstance(await sandbox.refund(charge, yen(minor + 1), str(uuid4()), now), RefundRefused)
        if minor:
            assert isinstance(await sandbox.refund(charge, yen(minor), str(uuid4()), now), Refunded)


async def test_what_it_never_saw_is_refused_in_words(sandbox: SandboxGateway) -> None:
    """As of a charge of which an operator said that it was paid."""
    assert await sandbox.refund(str(uuid4()), yen(1), str(uuid4()), NOW) == RefundRefused("no_such_charge")
