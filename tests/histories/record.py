"""Record the histories that `test_replay.py` replays: `python -m tests.histories.record`.

Record anew only where a change of the workflow is meant to break replay and no history of before is alive any more;
otherwise add a life and keep the files that are there. They hold no host name, no path and nobody's data: the server
and the worker are both called `perennial`.
"""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from benchmarks.year import runs_of
from tests.scenarios.theatre import Life, Theatre

RECORDED = Path(__file__).parent / "recorded"
WHY = {"by": "operator:ana", "reason": "seen by ana"}
NEW_CARD = {"kind": "card", "token": "ok", "expires": "2030-01"}


async def a_year(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2026-12-30")
    await life.until("2028-01-02")
    return life


async def declined_to_lapse(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-20", method_token="insufficient_funds")
    await life.until("2027-05-17")
    return life


async def a_new_card(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="lost_card")
    await life.command("2027-04-02 12:00", "set-payment-method", **NEW_CARD)
    return life


async def in_doubt(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="timeout-then-paid")
    await life.until("2027-04-01")
    return life


async def out_of_reach_and_cancelled_by_signals(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25", method_token="down*9")
    await life.signal_at("2027-03-31 06:01", "cancel_auto_renew", {"by": "operator:ana", "renewal": "2027-03-31"})
    await life.signal_at("2027-03-31 06:30", "cancel_auto_renew")
    return life


async def commands(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-01")
    await life.command("2027-03-04 10:00", "reduce-seats", to=9)
    await life.command("2027-03-04 10:01", "change-term", term="month")
    await life.command("2027-03-04 10:02", "withdraw-pending", what="term")
    await life.command("2027-03-05 10:00", "cancel-auto-renew")
    await life.command("2027-03-06 10:00", "resume-auto-renew")
    await life.command("2027-03-07 10:00", "reduce-seats", to=12)
    await life.until("2027-04-01")
    return life


async def recorded_ahead(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-02-01", channel="partner", method_kind="")
    await life.command("2027-02-10 12:00", "record-renewal", reference="PO-1", **WHY)
    await life.until("2027-04-01")
    return life


async def parked_and_released(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25")
    await life.command("2027-03-28 12:00", "park", **WHY)
    await life.command("2027-04-02 12:00", "release", **WHY)
    return life


async def parked_untried(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-05-20")
    await life.until("2027-06-01")
    return life


async def renewed_by_hand_and_expired(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2026-12-30", auto_renew="no")
    await life.until("2027-05-17")
    return life


LIVES: tuple[Callable[[Theatre], Awaitable[Life]], ...] = (
    a_year,
    declined_to_lapse,
    a_new_card,
    in_doubt,
    out_of_reach_and_cancelled_by_signals,
    commands,
    recorded_ahead,
    parked_and_released,
    parked_untried,
    renewed_by_hand_and_expired,
)


@pytest.mark.parametrize("live", LIVES, ids=lambda live: live.__name__)
async def test_record(theatre: Theatre, live: Callable[[Theatre], Awaitable[Life]]) -> None:
    life = await live(theatre)
    RECORDED.mkdir(exist_ok=True)
    for file in RECORDED.glob(f"{live.__name__}-*.json"):
        file.unlink()
    for n, history in enumerate(await runs_of(life.client, life.handle.id), start=1):
        (RECORDED / f"{live.__name__}-{n}.json").write_text(history.to_json() + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-n0", "-p", "no:cacheprovider", __file__]))
