"""A watchdog that does not look any more raises no alarm: whoever listens for it does."""

from datetime import timedelta

import pytest

from activities.overlooked import SILENT_FOR, Listener
from tests.activities.desk import Desk
from tests.activities.test_watchdog import Doorbell, look, open_alarms, planned

MINUTE = timedelta(minutes=1)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def clock(desk: Desk) -> Clock:
    await planned(desk)
    await desk.change("DELETE FROM alarms")
    return Clock()


async def hear(desk: Desk, clock: Clock, listener: Listener, after: timedelta) -> list[str]:
    clock.now += after.total_seconds()
    await listener.turn()
    return await open_alarms(desk)


async def test_a_watchdog_that_came_through_no_look_for_long_is_told_once_until_it_does(
    desk: Desk, clock: Clock
) -> None:
    await look(desk)
    listener = Listener(desk.sessions, MINUTE, seconds=clock)
    assert await hear(desk, clock, listener, MINUTE) == []
    await desk.change("UPDATE subscriptions SET next_step_at = '2027-02-10 10:57Z'")
    with pytest.raises(ConnectionError):
        await look(desk, bell=Doorbell(out_of_order=ConnectionError("no Temporal")))
    assert await hear(desk, clock, listener, SILENT_FOR - MINUTE) == []
    for _ in range(2):
        assert await hear(desk, clock, listener, MINUTE) == ["watchdog_silent"]
    (alarm,) = await desk.rows("SELECT subscription, facts FROM alarms")
    assert (alarm["subscription"], alarm["facts"]) == (None, {"minutes": 40})
    await look(desk, "2027-02-10 12:01")
    assert await hear(desk, clock, listener, MINUTE) == []


async def test_one_that_has_never_looked_is_told_too(desk: Desk, clock: Clock) -> None:
    listener = Listener(desk.sessions, MINUTE, seconds=clock)
    assert await hear(desk, clock, listener, SILENT_FOR) == ["watchdog_silent"]


async def test_a_worker_that_has_just_started_waits_for_a_look_however_long_ago_the_last_one_was(
    desk: Desk, clock: Clock
) -> None:
    await look(desk)
    clock.now = SILENT_FOR.total_seconds() * 9
    listener = Listener(desk.sessions, MINUTE, seconds=clock)
    assert await hear(desk, clock, listener, SILENT_FOR - MINUTE) == []


async def test_one_that_is_told_to_look_once_a_day_is_not_silent_after_an_hour(desk: Desk, clock: Clock) -> None:
    listener = Listener(desk.sessions, timedelta(days=1), seconds=clock)
    assert await hear(desk, clock, listener, timedelta(days=2)) == []
    assert await hear(desk, clock, listener, timedelta(days=1)) == ["watchdog_silent"]
