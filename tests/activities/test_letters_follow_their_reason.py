"""A letter that waits for the mail server is sent if what it says is still so by then, and missed if not."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from mail.sender import TryAgain
from models.engine import Sessions
from tests.activities.bank import Fate
from tests.activities.desk import PARIS
from tests.activities.world import World
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER

Act = Callable[[World], Awaitable[Any]]
CARD = {"kind": "card", "token": "tok-other", "expires": "2033-08"}
TRANSFER = {"kind": "bank_transfer", "token": "tok-transfer"}


def command(name: str, *, by: str = BUYER, **args: Any) -> Act:
    async def act(world: World) -> None:
        answer = await world.give(name, by=by, **args)
        assert answer is not None
        assert answer.outcome == "done", answer
        await world.rest()

    return act


def the_charge(fate: Fate) -> Act:
    async def act(world: World) -> None:
        world.bank.fates.append(fate)
        await world.be_away(instant("2027-03-31 06:30", PARIS))

    return act


async def the_voucher_runs_out(world: World) -> None:
    await world.give("renew", **TRANSFER)
    await world.be_away(world.now + timedelta(days=8))


RECORDED = command("record-renewal", by="operator:ana", reference="PO-1", reason="partner order")

WAITING: dict[str, tuple[dict[str, str], Act, Act]] = {
    "payment_failed": ({}, the_charge(Fate.SOFT), command("renew", **CARD)),
    "action_required": ({}, the_charge(Fate.HARD), RECORDED),
    "expired": ({"auto_renew": "no"}, the_charge(Fate.PAID), command("renew", **CARD)),
    "voucher_issued": ({"auto_renew": "no"}, command("renew", **TRANSFER), command("release-hold")),
    "voucher_expired": ({"auto_renew": "no"}, the_voucher_runs_out, command("renew", **CARD)),
    "auto_renew_cancelled": ({}, command("cancel-auto-renew"), command("resume-auto-renew")),
    "seats_reduction_scheduled": ({}, command("reduce-seats", to=5), command("withdraw-pending", what="seats")),
    "term_change_scheduled": ({}, command("change-term", term="3-years"), RECORDED),
    "method_changed": ({}, command("set-payment-method", **CARD), command("set-payment-method", **TRANSFER)),
}


@pytest.mark.parametrize("gone", [True, False], ids=["its reason is gone", "its reason stands"])
@pytest.mark.parametrize("kind", WAITING)
async def test_a_letter_goes_out_if_its_reason_stands(
    sessions: Sessions, tmp_path: Path, kind: str, gone: bool
) -> None:
    columns, cause, undo = WAITING[kind]
    world = World(sessions, tmp_path / "files", instant("2027-03-20 12:00", PARIS))
    await world.open(method_token="tok-own", **columns)
    await world.rest()
    if kind == "expired":
        await world.be_away(instant("2027-03-31 00:00", PARIS))
        world.now = instant("2027-03-31 08:55", PARIS)
        world.post.answers.extend([TryAgain("away")] * 30)
        await world.be_away(instant("2027-03-31 09:00", PARIS))
    else:
        world.post.answers.extend([TryAgain("away")] * 30)
        await cause(world)
    if gone:
        world.now += timedelta(seconds=30)
        await undo(world)
    world.post.answers.clear()
    await world.be_away(world.now + timedelta(hours=2))
    outcomes = await world.records.rows(
        "SELECT outcome, message_id FROM notices WHERE kind = :kind ORDER BY planned_for LIMIT 1", kind=kind
    )
    assert [row["outcome"] for row in outcomes] == ["missed" if gone else "sent"]
    taken = {message_from_bytes(raw, policy=policy.default)["Message-ID"] for raw in world.post.taken}
    assert (outcomes[0]["message_id"] in taken) is not gone
    assert world.faults == []
