"""The watchdog: what does not run is started, what is overdue is woken, what may be missed is told to an operator."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowUpdateRPCTimeoutOrCancelledError

from activities import missed, watch
from activities.watch import Watch, Watched
from models.inbox import store_command
from tests.activities.desk import PARIS, Desk
from tests.console.ops.plans import heard
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import PATIENCE, Life, Theatre
from workflows import contract

NOON = "2027-02-10 12:00"
ADVANCE_NOTICE = "2027-02-21 09:00"


@dataclass
class Doorbell:
    """Stands for Temporal where only matters whom the watchdog calls. `out_of_order` is raised at whoever rings."""

    rung: list[str] = field(default_factory=list)
    out_of_order: Exception | None = None

    async def start_workflow(self, *_: object, id: str, **__: object) -> None:  # the client's own name
        if self.out_of_order:
            raise self.out_of_order
        self.rung.append(id)


async def look(desk: Desk, at: str = NOON, bell: Doorbell | None = None) -> Watched:
    return await desk.at(at, Watch(desk.sessions, cast("Client", bell or Doorbell())).look)


async def planned(desk: Desk, at: str = NOON) -> None:
    """A subscription whose workflow has just planned it."""
    await desk.open(live="2027-02-10")
    await desk.walk(at)


async def open_alarms(desk: Desk) -> list[str]:
    return [row["kind"] for row in await desk.rows("SELECT kind FROM alarms WHERE cleared_at IS NULL")]


async def look_around(theatre: Theatre) -> dict[str, Any]:
    """One run of the real watchdog."""
    run = theatre.client.execute_workflow(
        contract.WATCHDOG_WORKFLOW, id="look", task_queue=contract.TASK_QUEUE, result_type=dict[str, Any]
    )
    return await asyncio.wait_for(run, PATIENCE)


async def change(life: Life, statement: str, **values: object) -> None:
    async with life.sessions.begin() as session:
        await session.execute(text(statement), {"number": life.number} | values)


async def has_ended(life: Life) -> bool:
    return (await life.handle.describe()).status is not WorkflowExecutionStatus.RUNNING


async def asleep(_: Life) -> None:
    """The workflow sleeps, and was not told."""


async def ended(life: Life) -> None:
    """The workflow is gone."""
    await life.handle.terminate("for a test")
    assert await has_ended(life)


@pytest.mark.parametrize("where", [pytest.param(asleep, id="asleep"), pytest.param(ended, id="gone")])
async def test_what_is_overdue_happens_after_a_look(theatre: Theatre, where: Callable[[Life], Any]) -> None:
    life = await theatre.subscription(live="2027-02-10")
    await where(life)
    await life.move_to(ADVANCE_NOTICE)
    await change(
        life,
        "UPDATE subscriptions SET next_step_at = :at WHERE number = :number",
        at=datetime.now(UTC) - timedelta(minutes=5),
    )
    mail = asyncio.Event()
    theatre.sink.respond = lambda command, _: mail.set() if command == "DATA" else None
    assert (await look_around(theatre))["woken"] == 1
    await asyncio.wait_for(mail.wait(), PATIENCE)
    await life.catch_up()
    assert (await life.diary(ADVANCE_NOTICE))[0] == (ADVANCE_NOTICE, "sent advance_charge_notice 38")
    assert not await has_ended(life)


async def test_what_was_only_imported_is_started_and_planned(theatre: Theatre) -> None:
    life = await theatre.subscription(live=None)
    assert (await life.row())["next_step_at"] is None
    assert (await look_around(theatre))["woken"] == 1
    await life.handle.query(contract.STATUS_QUERY)
    assert (await life.row())["next_step_at"] is not None


async def test_a_command_that_got_no_answer_is_delivered_again(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-02-10")
    async with life.sessions.begin() as session:
        await store_command(
            session,
            client_key="click-1",
            subscription=life.number,
            name="cancel-auto-renew",
            args={},
            by=BUYER,
            wall_now=datetime.now(UTC) - timedelta(minutes=5),
        )
    assert (await look_around(theatre))["redelivered"] == 1
    assert [row["outcome"] for row in await life.rows("SELECT outcome FROM commands")] == ["done"]
    assert (await life.row())["auto_renew"] is False
    assert (await look_around(theatre))["redelivered"] == 0


async def test_a_new_policy_is_planned_under_at_the_next_look(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-02-10")
    before = await life.row()
    assert (await look_around(theatre))["woken"] == 0
    await change(
        life,
        "INSERT INTO policies (id, version, effective_on, values, set_by, reason, set_at) VALUES "
        "(gen_random_uuid(), 1, '2020-01-01', '{\"notice_time\": \"12:00\"}', 'operator:ana', 'later', '2020-01-01Z')",
    )
    assert (await look_around(theatre))["woken"] == 1
    await life.handle.query(contract.STATUS_QUERY)
    after = await life.row()
    assert after["next_step_at"] - before["next_step_at"] == timedelta(hours=3)
    assert (await look_around(theatre))["woken"] == 0


async def test_what_is_planned_and_in_time_is_left_alone(desk: Desk) -> None:
    await planned(desk)
    assert await look(desk) == Watched(woken=0, redelivered=0, alarms=0)
    assert await look(desk, "2027-02-21 09:01:59") == Watched(woken=0, redelivered=0, alarms=0)


@pytest.mark.parametrize(
    "assignment",
    [
        pytest.param("next_step_at = NULL", id="never planned"),
        pytest.param("next_step_at = '2027-02-10 10:57Z'", id="overdue"),
        pytest.param("planned_under = 'tzdata 1970.1, policies 0/0'", id="older zone data"),
    ],
)
async def test_what_is_not_planned_or_not_taken_is_woken(desk: Desk, assignment: str) -> None:
    await planned(desk)
    await desk.change(f"UPDATE subscriptions SET {assignment}")  # noqa: S608  # the literals above
    bell = Doorbell()
    assert await look(desk, bell=bell) == Watched(woken=1, redelivered=0, alarms=0)
    assert bell.rung == [contract.workflow_id(desk.number)]


async def test_a_policy_is_planned_under_wherever_its_day_has_begun(desk: Desk) -> None:
    await desk.open(live="2027-02-09", time_zone="America/Los_Angeles", country="US", currency="USD")
    await desk.change(
        "INSERT INTO policies (id, version, effective_on, values, set_by, reason, set_at) VALUES "
        "(gen_random_uuid(), 1, '2027-02-10', '{}', 'operator:ana', 'later', '2027-02-01Z')"
    )
    await desk.walk("2027-02-10 01:05")
    bell = Doorbell()
    assert (await look(desk, "2027-02-10 12:00", bell)).woken == 0
    assert (await look(desk, "2027-02-10 13:05", bell)).woken == 1
    await desk.walk("2027-02-10 13:05")
    assert (await look(desk, "2027-02-10 13:05", bell)).woken == 0


MISSED = {
    "date passed, nothing planned": ("2027-04-02", "next_step_at = '9999-01-01Z'", 1),
    "date passed, never planned": ("2027-04-02", "next_step_at = NULL", 1),
    "nothing planned, date to come": ("2027-03-30", "next_step_at = '9999-01-01Z'", 0),
    "a step long overdue": (NOON, "next_step_at = '2027-02-10 09:59Z'", 1),
    "a step just overdue": (NOON, "next_step_at = '2027-02-10 10:01Z'", 0),
    "past due and forgotten": ("2027-04-02", "next_step_at = '9999-01-01Z', phase = 'past_due'", 1),
    "renewed and not begun": ("2027-04-02", "next_step_at = '9999-01-01Z', phase = 'renewed'", 1),
    "expired: the buyer was told": ("2027-04-02", "next_step_at = '9999-01-01Z', phase = 'expired'", 0),
    "lapsed": ("2027-04-02", "next_step_at = '9999-01-01Z', phase = 'lapsed'", 0),
    "parked: known": ("2027-04-02", "next_step_at = '9999-01-01Z', parked_at = now(), parked_because = 'x'", 0),
    "date passed by its own clock": (NOON, "next_step_at = '9999-01-01Z', shift = '60 days'", 1),
}
AS_PLANNED = "next_step_at = '2027-02-21 08:00Z', phase = 'renewable', parked_at = NULL, shift = '0'"


async def test_what_may_be_missed_is_told(desk: Desk) -> None:
    await planned(desk)
    told = {}
    for what, (at, assignment, _) in MISSED.items():
        await desk.change(f"UPDATE subscriptions SET {assignment}")  # noqa: S608  # the literals above
        told[what] = (await look(desk, at)).alarms
        assert await open_alarms(desk) == ["renewal_may_be_missed"] * told[what]
        await desk.change(f"UPDATE subscriptions SET {AS_PLANNED}")  # noqa: S608  # the literal above
        await desk.change("DELETE FROM alarms")
    assert told == {what: alarms for what, (_, _, alarms) in MISSED.items()}
    assert len([words for _, words in await desk.diary() if words.startswith("alarm")]) == sum(told.values())


async def test_an_alarm_is_raised_once_cleared_when_all_is_well_and_raised_anew(desk: Desk) -> None:
    await planned(desk)
    await desk.change("UPDATE subscriptions SET next_step_at = '2027-02-10 09:00Z'")
    assert [(await look(desk)).alarms for _ in range(2)] == [1, 0]
    await desk.plan(NOON)
    assert (await look(desk)).alarms == 0
    assert await open_alarms(desk) == []
    await desk.change("UPDATE subscriptions SET next_step_at = '2027-02-10 09:00Z'")
    assert (await look(desk)).alarms == 1


STUCK = "UPDATE subscriptions SET next_step_at = '2027-02-10 09:00Z'"


async def copies(desk: Desk, count: int) -> None:
    """So many more subscriptions that stand as this one does."""
    await desk.change(
        "INSERT INTO subscriptions SELECT (jsonb_populate_record(s, jsonb_build_object('number', 'T-' || n))).*"
        " FROM subscriptions s, generate_series(1, CAST(:count AS int)) n WHERE number = :number",
        count=count,
    )


async def test_more_than_one_look_tells_of_are_told_by_the_next_ones(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await planned(desk)
    await desk.change(STUCK)
    await copies(desk, 4)
    monkeypatch.setattr(missed, "MOST_AT_ONCE", 2)
    assert [(await look(desk)).alarms for _ in range(4)] == [2, 2, 1, 0]
    assert await open_alarms(desk) == ["renewal_may_be_missed"] * 5


async def test_of_what_waits_for_its_plan_the_first_is_what_is_due_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large portfolio that went live is planned in many looks: what is late must not wait for next year."""
    await planned(desk)
    await copies(desk, 1)
    await desk.change("UPDATE subscriptions SET next_step_at = NULL, renews_on = '2027-11-30' WHERE number = :number")
    await desk.change("UPDATE subscriptions SET next_step_at = NULL, renews_on = '2027-02-01' WHERE number <> :number")
    monkeypatch.setattr(watch, "PER_LOOK", 1)
    bell = Doorbell()
    await look(desk, bell=bell)
    assert bell.rung == ["subscription-T-1"]


async def test_many_alarms_are_written_a_few_at_a_time_and_heard_of(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that wrote all of them at once would be silent for so long that it counts as dead, and begins anew."""
    await planned(desk)
    await desk.change(STUCK)
    await copies(desk, 4)
    monkeypatch.setattr(missed, "TOLD_TOGETHER", 2)

    def cut_off() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await missed.alarm_missed(desk.sessions, instant(NOON, PARIS), cut_off)
    assert len(await open_alarms(desk)) == 2, "what was written stays"


async def test_however_many_are_well_again_one_statement_says_so(desk: Desk, engine: AsyncEngine) -> None:
    await planned(desk)
    await desk.change(STUCK)
    await copies(desk, 4)
    await look(desk)
    await desk.change("UPDATE subscriptions SET next_step_at = '2027-02-11', access_until = '2027-03-31'")
    async with heard(engine) as asked:
        await look(desk)
    assert await open_alarms(desk) == []
    assert len([each for each, _ in asked if each.startswith("UPDATE alarms") and "FROM subscriptions" in each]) == 2


async def test_alarms_are_raised_when_temporal_is_in_trouble(desk: Desk) -> None:
    await planned(desk)
    await desk.change("UPDATE subscriptions SET next_step_at = '2027-02-10 09:00Z'")
    with pytest.raises(ConnectionError):
        await look(desk, bell=Doorbell(out_of_order=ConnectionError("no Temporal")))
    assert await open_alarms(desk) == ["renewal_may_be_missed"]


async def test_a_young_command_is_left_to_its_sender(desk: Desk) -> None:
    await planned(desk)
    await desk.store("2027-02-10 11:58:30", "cancel-auto-renew")
    assert (await look(desk)).redelivered == 0


class Hung(Doorbell):
    """A worker takes the command and says nothing: whoever stops waiting is told so in the client's own way."""

    async def execute_update_with_start_workflow(self, *_: object, **__: object) -> None:
        try:
            await asyncio.sleep(PATIENCE)
        except asyncio.CancelledError as given_up:
            raise WorkflowUpdateRPCTimeoutOrCancelledError from given_up


async def test_a_command_that_hangs_keeps_nothing_else_from_being_seen_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PER_ITEM", timedelta(milliseconds=50))
    await desk.open(live="2027-02-10")
    at: dict[str, Any] = {"client_key": "k", "subscription": desk.number, "wall_now": datetime(2027, 2, 10, tzinfo=UTC)}
    async with desk.sessions.begin() as session:
        await store_command(session, name="add-seats", args={"seats": 1}, by=BUYER, **at)
        await session.execute(
            text(
                "INSERT INTO baskets (id, client_key, given_by, methods, received_at)"
                " VALUES (gen_random_uuid(), 'b', 'ada@northwind.example', '{}', '2027-02-10')"
            )
        )
    seen = await look(desk, bell=Hung())
    assert seen.redelivered == 1, "the bulk checkout that comes after it; the command is not through"
