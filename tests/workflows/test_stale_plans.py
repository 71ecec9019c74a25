"""A command may come between a timer and the step it was for: the step asks again, under the lock."""

from uuid import uuid4

from sqlalchemy import text
from temporalio.client import WorkflowUpdateStage

from models.inbox import store_command
from tests.scenarios.diary import instant, written
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Theatre
from tests.workflows.telling import activities_of, wait_for
from workflows import contract
from workflows.contract import Answer


async def test_a_cancel_under_way_when_the_charge_falls_due_stops_it(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-03-25")
    await life.move_to("2027-03-31 05:59:55")
    await life.catch_up()
    before = [event async for event in life.handle.fetch_history_events()][-1].event_id
    wall_now = instant("2027-03-31 05:59:55", life.zone) - (await life.row())["shift"]
    async with life.sessions.begin() as session:
        command_id = await store_command(
            session,
            client_key=str(uuid4()),
            subscription=life.number,
            name="cancel-auto-renew",
            args={},
            by=BUYER,
            wall_now=wall_now,
        )
    async with life.sessions.begin() as session:
        await session.execute(text("SELECT 1 FROM subscriptions FOR UPDATE"))
        update = await life.handle.start_update(
            contract.APPLY_UPDATE,
            str(command_id),
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
            result_type=Answer,
        )
        await wait_for(life, "TIMER_FIRED", after=before)
    assert await update.result() == Answer("done")
    await life.catch_up()
    await life.until("2027-04-20")
    events = [event async for event in life.handle.fetch_history_events()]
    assert "charge" not in activities_of(events)
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 05:59 cancel-auto-renew done
        2027-03-31 05:59 renewable > expired
        2027-03-31 06:00 sent auto_renew_cancelled
        2027-03-31 06:00 sent expired 0
    """)


async def test_a_cancel_and_a_wake_up_at_the_instant_of_the_charge_charge_nothing(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-03-25")
    await life.move_to("2027-03-31 06:00:00")
    await life.handle.signal(contract.CANCEL_SIGNAL)
    await life.handle.signal(contract.WAKE_SIGNAL)
    await life.catch_up()
    await life.until("2027-04-20")
    assert await life.rows("SELECT 1 FROM attempts") == []
    assert await life.phase() == "expired"
