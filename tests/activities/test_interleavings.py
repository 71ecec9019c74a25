"""Two or three activities on one subscription at once, against real PostgreSQL, interleaved by a seed.

Each waits at random before its transactions and around its calls to the bank, as a network would let it. Afterwards,
with everything at rest, nothing of domain.md 10 may be broken, and nobody may have waited for another in a circle.

Every run plays `IN_CI` seeds of all pairs together; `PERENNIAL_INTERLEAVINGS=1000` plays so many, over several minutes:
`PERENNIAL_INTERLEAVINGS=1000 pytest tests/activities/test_interleavings.py`.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.answers import record_answer
from gateways.port import Paid
from models.engine import Sessions
from models.store import load_all
from tests.activities.bank import Fate, PluggedSessions
from tests.activities.desk import PARIS, Desk
from tests.activities.never import broken
from tests.activities.world import World
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER

IN_CI = 50
SEEDS = int(os.environ.get("PERENNIAL_INTERLEAVINGS", IN_CI))
CARD = {"kind": "card", "token": "tok-other", "expires": "2033-08"}
TRANSFER = {"kind": "bank_transfer", "token": "tok-transfer"}
Act = Callable[[World], Awaitable[Any]]


def command(name: str, *, by: str = BUYER, **args: Any) -> Act:
    async def act(world: World) -> None:
        await world.give(name, by=by, **args)

    return act


async def charge(world: World) -> None:
    await world.run(world.desk.charging.charge, world.number)


async def ask(world: World) -> None:
    await world.run(world.desk.charging.ask_gateway, world.number)


async def end_hold(world: World) -> None:
    await world.run(world.desk.holds.end_hold, world.number)


async def enter_phase(world: World) -> None:
    await world.run(world.desk.phases.enter_phase, world.number)


async def plan(world: World) -> None:
    await world.run(world.planning.plan_term, world.number)


async def at(world: World, local: str) -> None:
    await world.be_away(instant(local, PARIS))


async def on_the_renewal_date(world: World) -> None:
    """Late enough for the charge of every number."""
    await at(world, "2027-03-30 12:00")
    world.now = instant("2027-03-31 08:00", PARIS)


async def early(world: World) -> None:
    await at(world, "2027-03-01 12:00")


async def with_a_voucher(world: World) -> None:
    await early(world)
    await world.give("renew", **TRANSFER)
    await world.rest()


async def whose_voucher_is_paid(world: World) -> None:
    await with_a_voucher(world)
    world.now += timedelta(minutes=5)
    for key in world.bank.waiting("issued"):
        world.bank.settle(key, "paid")


async def whose_voucher_was_paid_in_the_last_second(world: World) -> None:
    await with_a_voucher(world)
    await at(world, "2027-03-08 23:50")
    world.now = instant("2027-03-09 00:00", PARIS)
    for key in world.bank.waiting("issued"):
        world.bank.settle(key, "paid")


async def whose_order_was_never_sent(world: World) -> None:
    await early(world)
    world.bank.fates.append(Fate.AWAY)
    await world.give("renew", **CARD)
    world.now += timedelta(seconds=20)


async def in_doubt(world: World, met: Fate = Fate.TAKEN) -> None:
    await on_the_renewal_date(world)
    world.bank.fates.append(met)
    await charge(world)
    world.now += timedelta(minutes=5)


async def whose_charge_was_lost(world: World) -> None:
    await in_doubt(world, Fate.LOST)


async def expired(world: World) -> None:
    await world.give("cancel-auto-renew")
    await at(world, "2027-05-15 12:00")
    world.now = instant("2027-05-16 00:00", PARIS)


async def with_a_quote(world: World) -> None:
    await early(world)
    await world.give("ask-for-quote", lines=[{"subscription": world.number}])
    await world.give("issue-quote", by="operator:ana", quote=await quote_of(world), reason="as agreed")


async def with_a_quote_paid_by_code(world: World) -> None:
    await with_a_quote(world)
    await world.give("accept-quote", quote=await quote_of(world), **TRANSFER)
    await world.rest()


async def whose_quotes_code_was_paid_in_the_last_second(world: World) -> None:
    await with_a_quote_paid_by_code(world)
    await at(world, "2027-03-08 23:50")
    world.now = instant("2027-03-09 00:00", PARIS)
    for key in world.bank.waiting("issued"):
        world.bank.settle(key, "paid")


async def quote_of(world: World) -> str:
    (row,) = await world.records.rows("SELECT quote_id FROM quote_lines WHERE subscription = :number")
    return f"Q-{row['quote_id']}"


def about_the_quote(name: str, **args: Any) -> Act:
    async def act(world: World) -> None:
        await world.give(name, quote=await quote_of(world), **args)

    return act


def received_at_the_last_moment(name: str, **args: Any) -> Act:
    async def act(world: World) -> None:
        now, world.now = world.now, world.now - timedelta(seconds=1)
        try:
            command_id = await world.store(name, **args)
        finally:
            world.now = now
        await world.apply(command_id)

    return act


async def the_truth_is_recorded(world: World) -> None:
    """A zombie, or a web hook, reports that the payment in doubt was made."""
    facts = await world.facts()
    doubt = facts.in_doubt or facts.voucher
    if doubt and doubt.id in world.bank.book and world.bank.book[doubt.id].state == "paid":
        await record_answer(world.desk.sessions, world.number, doubt.id, Paid("hook"), world.now)


def refund(**args: Any) -> Act:
    async def act(world: World) -> None:
        (row,) = await world.records.rows(
            "SELECT DISTINCT order_id::text FROM order_lines WHERE subscription = :number"
        )
        await world.give("refund", by="operator:ana", order=row["order_id"], reason="they called", **args)

    return act


async def paid_by_card(world: World) -> None:
    await early(world)
    await world.give("renew", **CARD)
    await world.rest()


async def with_two_refunds_owed(world: World) -> None:
    """The bank does not answer the first call of either."""
    await paid_by_card(world)
    for minor in (1_000, 2_000):
        await refund(amount=minor)(world)
    world.bank.silent = 2


async def whose_voucher_was_paid(world: World) -> None:
    await whose_voucher_is_paid(world)
    await world.rest()


async def send_back(world: World) -> None:
    """All that is owed, by one of several workers of which each believes the others dead."""
    owed = "SELECT id::text FROM refunds WHERE subscription = :number AND next_at IS NOT NULL ORDER BY amount"
    for row in await world.records.rows(owed):
        await world.run(world.desk.refunds.send_back, world.number, row["id"])


async def more_is_paid(world: World) -> None:
    """A web hook reports that a voucher was paid by too much, once it was paid."""
    (row,) = await world.records.rows(
        "SELECT a.id::text AS key, a.amount FROM attempts a JOIN order_lines l USING (order_id)"
        " WHERE l.subscription = :number"
    )
    more = row["amount"] + 500
    world.bank.book[row["key"]].come = more
    await record_answer(world.desk.sessions, world.number, row["key"], Paid("hook", more), world.now)


RENEW, RENEW_BY_CARD = command("renew"), command("renew", **CARD)
CANCEL, RELEASE = command("cancel-auto-renew"), command("release-hold")
RESOLVE = command("resolve-payment", by="operator:ana", outcome="paid", reason="looked")

SCENES: dict[str, tuple[Act, tuple[Act, ...]]] = {
    "cancel against charge": (on_the_renewal_date, (CANCEL, charge)),
    "cancel against charge against the plan": (on_the_renewal_date, (CANCEL, charge, plan)),
    "two charges": (on_the_renewal_date, (charge, charge)),
    "two checkouts": (early, (RENEW, RENEW_BY_CARD)),
    "three checkouts": (early, (RENEW, RENEW_BY_CARD, command("renew", **TRANSFER))),
    "checkout against charge": (on_the_renewal_date, (RENEW_BY_CARD, charge)),
    "checkout against charge against cancel": (on_the_renewal_date, (RENEW_BY_CARD, charge, CANCEL)),
    "another method against charge": (on_the_renewal_date, (command("set-payment-method", **CARD), charge)),
    "recorded against charge": (
        on_the_renewal_date,
        (command("record-renewal", by="operator:ana", reference="PO-1", reason="partner"), charge),
    ),
    "parked against charge": (on_the_renewal_date, (command("park", by="operator:ana", reason="dispute"), charge)),
    "a voucher paid as it runs out": (whose_voucher_was_paid_in_the_last_second, (end_hold, ask)),
    "released against paid": (whose_voucher_is_paid, (RELEASE, ask)),
    "released against reported": (whose_voucher_is_paid, (RELEASE, the_truth_is_recorded, end_hold)),
    "released against a new call": (whose_order_was_never_sent, (RELEASE, ask)),
    "released twice, and bought anew": (whose_order_was_never_sent, (RELEASE, RELEASE, RENEW)),
    "the truth three times": (in_doubt, (ask, the_truth_is_recorded, RESOLVE)),
    "cancel in doubt": (in_doubt, (ask, CANCEL, charge)),
    "cancel while what was lost is asked about": (whose_charge_was_lost, (ask, ask, CANCEL)),
    "parked while what was lost is asked about": (
        whose_charge_was_lost,
        (ask, ask, command("park", by="operator:ana", reason="dispute")),
    ),
    "bought as the late window ends": (expired, (received_at_the_last_moment("renew"), enter_phase)),
    "a quote accepted by code, on invoice, and bought otherwise": (
        with_a_quote,
        (about_the_quote("accept-quote", **TRANSFER), about_the_quote("accept-quote", purchase_order="PO-1"), RENEW),
    ),
    "a quote's code released, and the quote accepted and declined": (
        with_a_quote_paid_by_code,
        (RELEASE, about_the_quote("accept-quote", **CARD), about_the_quote("decline-quote")),
    ),
    "a quote's code paid as it runs out": (whose_quotes_code_was_paid_in_the_last_second, (end_hold, ask, RELEASE)),
    "all refunded three times": (paid_by_card, (refund(), refund(), refund(amount=1_000))),
    "sent back by two workers, and more refunded": (with_two_refunds_owed, (send_back, send_back, refund())),
    "refunded as a surplus is reported": (whose_voucher_was_paid, (refund(), more_is_paid, more_is_paid, send_back)),
    "seats against renewal": (early, (command("add-seats", seats=2), RENEW_BY_CARD, command("reduce-seats", to=5))),
}


@pytest.mark.parametrize("scene", SCENES)
async def test_whatever_comes_between_nothing_is_broken(sessions: Sessions, tmp_path: Path, scene: str) -> None:
    before, acts = SCENES[scene]
    number = list(SCENES).index(scene)
    for seed in range(number, SEEDS, len(SCENES)):
        await _played(sessions, tmp_path / str(seed), before, acts, seed)


async def _played(sessions: Sessions, folder: Path, before: Act, acts: tuple[Act, ...], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret: the same seed plays the same
    world = World(sessions, folder, instant("2027-02-28", PARIS), number=f"S-{seed}")
    await world.open(method_token="tok-own")  # a sandbox token
    await before(world)

    async def pause() -> None:
        await asyncio.sleep(chance.choice((0, 0, 0.001, 0.005, 0.02, 0.05)))

    world.bank.pause = pause
    world.slow_down(PluggedSessions(sessions, world.plug, pause).as_sessions())
    world.alone = False
    shuffled = chance.sample(acts, len(acts))
    async with asyncio.timeout(30):
        await asyncio.gather(*(act(world) for act in shuffled))
    world.bank.pause, world.alone = _at_once, True
    await world.rest()
    await world.live(world.now + timedelta(days=2))
    found = await broken(sessions, world.bank, world.now, world.number) + world.faults
    undecided = await world.records.rows("SELECT name FROM commands WHERE outcome IS NULL AND subscription = :number")
    assert (seed, found, undecided, world.post.twice) == (seed, [], [], [])


async def _at_once() -> None: ...


async def test_two_orders_that_touch_two_subscriptions_the_other_way_round_do_not_wait_for_each_other(
    sessions: Sessions, tmp_path: Path
) -> None:
    """Whoever locks several subscriptions locks them in the order of their numbers."""
    worlds = [World(sessions, tmp_path / n, instant("2027-01-01", PARIS), number=n) for n in ("S-1", "S-2")]
    for world in worlds:
        await world.open(method_token="tok-own")  # a sandbox token

    async def locked(numbers: list[str]) -> list[str]:
        async with sessions.begin() as session:
            return [each.row.number for each in await load_all(session, numbers, worlds[0].now, lock=True)]

    async with asyncio.timeout(30):
        found = await asyncio.gather(*(locked(order) for _ in range(20) for order in (["S-1", "S-2"], ["S-2", "S-1"])))
    assert found == [["S-1", "S-2"]] * 40


async def test_no_answer_and_command_of_one_subscription_wait_for_each_other(desk: Desk) -> None:
    """A command locks its subscription before its row, as does who records the answer that concludes it."""
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-01 12:00")
    for minute in range(10):
        at_ = f"2027-03-01 12:{minute:02}"
        ids = [await desk.store(at_, "release-hold"), await desk.store(at_, "renew")]
        async with asyncio.timeout(30):
            await asyncio.gather(
                *(desk.at(at_, desk.commands.apply_command, desk.number, str(each)) for each in ids * 2),
                desk.plan(at_),
            )
    assert await desk.rows("SELECT 1 FROM commands WHERE outcome IS NULL") == []
    assert len(desk.gateway.moved) == 1
