"""Two or three activities on one subscription at once, against real PostgreSQL, interleaved by a seed.

Each waits at random before its transactions and around its calls to the bank, as a network would let it. Afterwards,
with everything at rest, nothing of domain.md 10 may be broken, and nobody may have waited for another in a circle.
A seed deals the delays; the machine has its say in what comes of them, so that a fault may take several runs to show.

Every run plays `IN_CI` seeds of all pairs together; `PERENNIAL_INTERLEAVINGS=1000` plays so many, over several minutes:
`PERENNIAL_INTERLEAVINGS=1000 pytest tests/activities/test_interleavings.py`.
"""

import asyncio
import os
import random
from datetime import timedelta
from pathlib import Path

import pytest

from models.engine import Sessions
from models.store import load_all
from tests.activities.acts import (
    CANCEL,
    CARD,
    COLLEAGUE,
    NEW_BUYER,
    PARK,
    RELEASE,
    RENEW,
    RENEW_BY_CARD,
    RESOLVE,
    TRANSFER,
    Act,
    about_the_quote,
    accepted_at_the_last_moment,
    ask,
    at_once,
    begin_paid_term,
    charge,
    command,
    delays,
    end_hold,
    enter_phase,
    method_removed,
    more_is_paid,
    plan,
    received_at_the_last_moment,
    refund,
    release_what_holds,
    send_back,
    the_truth_is_recorded,
    with_method,
)
from tests.activities.bank import PluggedSessions
from tests.activities.desk import PARIS, Desk
from tests.activities.never import broken
from tests.activities.situations import (
    early,
    expired,
    in_doubt,
    on_the_renewal_date,
    paid_ahead_until_its_first_day,
    paid_by_card,
    whose_charge_was_lost,
    whose_order_was_never_sent,
    whose_quote_ends_at_this_instant,
    whose_quotes_code_was_paid_in_the_last_second,
    whose_quotes_payment_was_never_sent,
    whose_voucher_is_paid,
    whose_voucher_was_paid,
    whose_voucher_was_paid_in_the_last_second,
    with_a_colleague_on_the_renewal_date,
    with_a_quote,
    with_a_quote_paid_by_code,
    with_seats_in_doubt,
    with_two_methods_on_the_renewal_date,
    with_two_refunds_owed,
)
from tests.activities.world import World
from tests.scenarios.diary import instant

IN_CI = 50
SEEDS = int(os.environ.get("PERENNIAL_INTERLEAVINGS", IN_CI))

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
    "parked against charge": (on_the_renewal_date, (PARK, charge)),
    "a voucher paid as it runs out": (whose_voucher_was_paid_in_the_last_second, (end_hold, ask)),
    "released against paid": (whose_voucher_is_paid, (RELEASE, ask)),
    "released against reported": (whose_voucher_is_paid, (RELEASE, the_truth_is_recorded, end_hold)),
    "released against a new call": (whose_order_was_never_sent, (RELEASE, ask)),
    "released twice, and bought anew": (whose_order_was_never_sent, (RELEASE, RELEASE, RENEW)),
    "the truth three times": (in_doubt, (ask, the_truth_is_recorded, RESOLVE)),
    "cancel in doubt": (in_doubt, (ask, CANCEL, charge)),
    "cancel while what was lost is asked about": (whose_charge_was_lost, (ask, ask, CANCEL)),
    "parked while what was lost is asked about": (whose_charge_was_lost, (ask, ask, PARK)),
    "bought as the late window ends": (expired, (received_at_the_last_moment("renew"), enter_phase)),
    "a quote accepted by code, on invoice, and bought otherwise": (
        with_a_quote,
        (about_the_quote("accept-quote", **TRANSFER), about_the_quote("accept-quote", purchase_order="PO-1"), RENEW),
    ),
    "a quote's code released, and the quote accepted and declined": (
        with_a_quote_paid_by_code,
        (RELEASE, about_the_quote("accept-quote", **CARD), about_the_quote("decline-quote")),
    ),
    "a quote accepted by card, declined, and bought otherwise": (
        with_a_quote,
        (about_the_quote("accept-quote", **CARD), about_the_quote("decline-quote"), RENEW),
    ),
    "a quote accepted by card and by code, and given up": (
        with_a_quote,
        (about_the_quote("accept-quote", **CARD), about_the_quote("accept-quote", **TRANSFER), release_what_holds),
    ),
    "a quote accepted in its last second, as it ends and the charge goes on": (
        whose_quote_ends_at_this_instant,
        (accepted_at_the_last_moment(**CARD), end_hold, charge),
    ),
    "a quote's payment called again, and the quote declined, and bought otherwise": (
        whose_quotes_payment_was_never_sent,
        (ask, about_the_quote("decline-quote"), RENEW),
    ),
    "a quote's payment called again, given up, and parked": (
        whose_quotes_payment_was_never_sent,
        (ask, release_what_holds, PARK),
    ),
    "a quote's code paid as it runs out": (whose_quotes_code_was_paid_in_the_last_second, (end_hold, ask, RELEASE)),
    "all refunded three times": (paid_by_card, (refund(), refund(), refund(amount=1_000))),
    "sent back by two workers, and more refunded": (with_two_refunds_owed, (send_back, send_back, refund())),
    "refunded as a surplus is reported": (whose_voucher_was_paid, (refund(), more_is_paid, more_is_paid, send_back)),
    "seats against renewal": (early, (command("add-seats", seats=2), RENEW_BY_CARD, command("reduce-seats", to=5))),
    "seats in doubt, and two people decide about the renewal": (
        with_seats_in_doubt,
        (ask, CANCEL, command("resume-auto-renew", by="operator:ana"), command("set-payment-method", **CARD)),
    ),
    "seats in doubt, and others change the price": (
        with_seats_in_doubt,
        (ask, command("reduce-seats", to=5), command("change-term", term="3-years"), RENEW),
    ),
    "refunded as its term begins": (paid_ahead_until_its_first_day, (refund(), begin_paid_term, CANCEL)),
    "a method removed as it is chosen, and charged": (
        with_two_methods_on_the_renewal_date,
        (method_removed(0), method_removed(1), with_method("set-payment-method", 0), charge),
    ),
    "handed over, and to another buyer, as it is bought and charged": (
        with_a_colleague_on_the_renewal_date,
        (command("hand-over-admin", to=COLLEAGUE), NEW_BUYER, RENEW_BY_CARD, charge),
    ),
}


@pytest.mark.parametrize("scene", SCENES)
async def test_whatever_comes_between_nothing_is_broken(sessions: Sessions, tmp_path: Path, scene: str) -> None:
    before, acts = SCENES[scene]
    number = list(SCENES).index(scene)
    for seed in range(number, SEEDS, len(SCENES)):
        await _played(sessions, tmp_path / str(seed), before, acts, seed)


async def _played(sessions: Sessions, folder: Path, before: Act, acts: tuple[Act, ...], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    world = World(sessions, folder, instant("2027-02-28", PARIS), number=f"S-{seed}")
    await world.open(method_token="tok-own")  # a sandbox token
    await before(world)
    world.bank.pause = pause = delays(chance)
    world.slow_down(PluggedSessions(sessions, world.plug, pause).as_sessions())
    world.alone = False
    shuffled = chance.sample(acts, len(acts))
    async with asyncio.timeout(30):
        await asyncio.gather(*(act(world) for act in shuffled))
    world.bank.pause, world.alone = at_once, True
    await world.rest()
    await world.live(world.now + timedelta(days=2))
    found = await broken(sessions, world.bank, world.now, world.number) + world.faults
    undecided = await world.records.rows("SELECT name FROM commands WHERE outcome IS NULL AND subscription = :number")
    assert (seed, found, undecided, world.post.twice) == (seed, [], [], [])


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
