"""What is bought or offered for two subscriptions at once, and what happens to either meanwhile, interleaved by a seed.

As test_interleavings.py plays one; `PERENNIAL_INTERLEAVINGS` is how many seeds of all scenes together.
"""

import asyncio
import os
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.engine import Sessions
from tests.activities.acts import (
    CANCEL,
    CARD,
    PARK,
    RELEASE,
    RENEW,
    RENEW_BY_CARD,
    RESOLVE,
    TRANSFER,
    ask,
    at_once,
    charge,
    delays,
    end_hold,
    received_at_the_last_moment,
    refund,
    release_what_holds,
)
from tests.activities.bank import Fate, PluggedSessions
from tests.activities.desk import PARIS
from tests.activities.pair import Pair, PairAct, first, second
from tests.scenarios.diary import instant

IN_CI = 20
SEEDS = int(os.environ.get("PERENNIAL_INTERLEAVINGS", IN_CI))


async def bulk(pair: Pair) -> None:
    await pair.buy({})


async def bulk_by_transfer(pair: Pair) -> None:
    await pair.buy(TRANSFER)


async def look(pair: Pair) -> None:
    await pair.look()


def about_the_quote(name: str, *, at: int, **args: Any) -> PairAct:
    async def act(pair: Pair) -> None:
        await pair.worlds[at].give(name, quote=pair.quote, **args)

    return act


async def accepted_at_the_last_moment(pair: Pair) -> None:
    await received_at_the_last_moment("accept-quote", quote=pair.quote, **CARD)(pair.worlds[1])


async def early(pair: Pair) -> None:
    await pair.be_away(instant("2027-03-01 12:00", PARIS))


async def on_the_renewal_date(pair: Pair) -> None:
    await pair.be_away(instant("2027-03-30 12:00", PARIS))
    pair.now = instant("2027-03-31 08:00", PARIS)


async def with_a_quote(pair: Pair) -> None:
    await early(pair)
    await pair.ask_for_quote()


async def with_a_quote_paid_by_code(pair: Pair) -> None:
    await with_a_quote(pair)
    await about_the_quote("accept-quote", at=1, **TRANSFER)(pair)
    await pair.rest()


async def whose_quotes_code_is_paid(pair: Pair) -> None:
    await with_a_quote_paid_by_code(pair)
    _pay_codes(pair)


async def whose_quotes_payment_was_never_sent(pair: Pair) -> None:
    await with_a_quote(pair)
    pair.first.bank.fates.append(Fate.AWAY)
    await about_the_quote("accept-quote", at=1, **CARD)(pair)
    pair.now += timedelta(seconds=20)


async def whose_quote_ends_at_this_instant(pair: Pair) -> None:
    await with_a_quote(pair)
    (row,) = await pair.first.records.rows("SELECT expires_at FROM quotes WHERE csn = :csn", csn=pair.csn)
    await pair.be_away(row["expires_at"] - timedelta(minutes=10))
    pair.now = row["expires_at"]


async def whose_code_is_paid(pair: Pair) -> None:
    await early(pair)
    await bulk_by_transfer(pair)
    await pair.rest()
    _pay_codes(pair)


async def whose_order_was_never_sent(pair: Pair) -> None:
    await early(pair)
    pair.first.bank.fates.append(Fate.AWAY)
    await bulk(pair)
    pair.now += timedelta(seconds=20)


async def in_doubt(pair: Pair) -> None:
    await early(pair)
    pair.first.bank.fates.append(Fate.TAKEN)
    await bulk(pair)
    pair.now += timedelta(minutes=6)


async def bought_at_once(pair: Pair) -> None:
    await early(pair)
    await bulk(pair)
    await pair.rest()


def _pay_codes(pair: Pair) -> None:
    pair.now += timedelta(minutes=5)
    for key in pair.first.bank.waiting("issued"):
        pair.first.bank.settle(key, "paid")


ACCEPT, DECLINE = about_the_quote("accept-quote", at=0, **CARD), about_the_quote("decline-quote", at=1)
WITHDRAW = about_the_quote("withdraw-quote", at=1, by="operator:ana", reason="sold otherwise")

SCENES: dict[str, tuple[PairAct, tuple[PairAct, ...]]] = {
    "a quote accepted through one, declined through the other, which is bought": (
        with_a_quote,
        (ACCEPT, DECLINE, second(RENEW_BY_CARD)),
    ),
    "a quote accepted through both, by card and by code": (
        with_a_quote,
        (ACCEPT, about_the_quote("accept-quote", at=1, **TRANSFER), second(RENEW)),
    ),
    "a quote accepted, withdrawn, and both bought at once": (with_a_quote, (ACCEPT, WITHDRAW, bulk)),
    "a quote's code released through both, and the quote accepted": (
        with_a_quote_paid_by_code,
        (first(RELEASE), second(RELEASE), ACCEPT),
    ),
    "a quote's code paid, and released through both": (
        whose_quotes_code_is_paid,
        (first(ask), first(RELEASE), second(release_what_holds), bulk),
    ),
    "a quote's payment called again, and the quote given up through the other": (
        whose_quotes_payment_was_never_sent,
        (first(ask), second(release_what_holds), bulk),
    ),
    "a quote's payment called again, and the other parked and cancelled": (
        whose_quotes_payment_was_never_sent,
        (first(ask), second(PARK), second(CANCEL)),
    ),
    "a quote accepted in its last second, as it ends and the charges go on": (
        whose_quote_ends_at_this_instant,
        (accepted_at_the_last_moment, look, first(end_hold), first(charge), second(charge)),
    ),
    "a quote ends as both are bought at once and charged": (
        whose_quote_ends_at_this_instant,
        (bulk, look, first(end_hold), first(charge), second(charge)),
    ),
    "both bought at once, released, and one bought alone": (early, (bulk, first(release_what_holds), second(RENEW))),
    "both bought at once twice, and cancelled": (early, (bulk, bulk_by_transfer, second(CANCEL))),
    "both bought at once and charged": (on_the_renewal_date, (bulk, first(charge), second(charge))),
    "an order of both called again, released through the other, and given again": (
        whose_order_was_never_sent,
        (first(ask), second(RELEASE), bulk),
    ),
    "a code for both paid, released through the other, and both bought": (
        whose_code_is_paid,
        (first(ask), second(RELEASE), bulk),
    ),
    "an order of both in doubt, and its truth found through both": (in_doubt, (first(ask), second(RESOLVE), bulk)),
    "an order of both refunded through both": (
        bought_at_once,
        (first(refund()), second(refund()), second(refund(amount=1_000))),
    ),
}


@pytest.mark.parametrize("scene", SCENES)
async def test_whatever_comes_between_nothing_of_two_is_broken(sessions: Sessions, tmp_path: Path, scene: str) -> None:
    before, acts = SCENES[scene]
    number = list(SCENES).index(scene)
    for seed in range(number, SEEDS, len(SCENES)):
        await _played(sessions, tmp_path / str(seed), before, acts, seed)


async def _played(sessions: Sessions, folder: Path, before: PairAct, acts: tuple[PairAct, ...], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    pair = Pair(sessions, folder, instant("2027-02-28", PARIS), str(seed))
    await pair.open()
    await before(pair)
    _let_others_come_between(pair, chance)
    shuffled = chance.sample(acts, len(acts))
    async with asyncio.timeout(30):
        await asyncio.gather(*(act(pair) for act in shuffled))
    pair.first.bank.pause = at_once
    for world in pair.worlds:
        world.alone = True
    await pair.rest()
    await pair.live(pair.now + timedelta(days=2))
    assert (seed, await pair.faults(), pair.first.post.twice) == (seed, [], [])


def _let_others_come_between(pair: Pair, chance: random.Random) -> None:
    pair.first.bank.pause = pause = delays(chance)
    pair.slow_down(PluggedSessions(pair.sessions, pair.first.plug, pause).as_sessions())
    for world in pair.worlds:
        world.alone = False
