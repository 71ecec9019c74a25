"""One pulled plug and one random schedule, so that `make chaos` (docs/chaos.md) stays alive between its long runs."""

import subprocess
import sys
from datetime import UTC, datetime

from chaos import plugs
from chaos.cast import small_cast
from chaos.scenarios import Scenario, run
from chaos.schedules import run_schedules, schedule


async def test_a_worker_killed_after_the_money_moved_pays_and_tells_once() -> None:
    cast = small_cast(datetime.now(UTC).date())[:1]
    killed = Scenario("killed", plugs.worker_dies("charge:before-record", nth=1))
    result = await run(killed, cast, calm=None)
    assert (result.verdict.violations, result.verdict.paid) == ((), 1)


async def test_of_two_workers_whichever_takes_the_only_charge_is_killed() -> None:
    cast = small_cast(datetime.now(UTC).date())[:1]
    result = await run(Scenario("one of two", plugs.one_of_two_dies("charge:before-record")), cast, calm=None)
    assert (result.verdict.violations, result.verdict.paid) == ((), 1)


async def test_a_random_schedule_ends_as_if_nothing_had_happened() -> None:
    report = await run_schedules(seed=4, number=1)
    assert report.violations == ()
    assert report.faults.total() > 0


def test_the_same_seed_is_the_same_schedule_and_25_in_a_row_share_nobody() -> None:
    assert schedule(4711) == schedule(4711)
    cast = [role.number for seed in range(4711, 4736) for role in schedule(seed).cast]
    assert len(set(cast)) == len(cast) == 65


def test_every_point_is_where_it_is_said_to_be() -> None:
    """In a process of its own: what is armed stays armed."""
    arm_all = "from chaos.points import POINTS\nfor install in POINTS.values(): install(lambda: None)"
    subprocess.run([sys.executable, "-c", arm_all], check=True, timeout=60)
