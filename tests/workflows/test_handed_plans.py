"""Who settles an order of many lines plans each subscription, and hands its workflow the plan: that costs a signal."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from activities import planning
from activities.planning import plan_of
from activities.starting import start_bulk_checkout, wake_all
from benchmarks.year import kind_of
from models.store import Stored
from tests.scenarios.bulk import given, three
from tests.scenarios.diary import written
from tests.scenarios.theatre import Life, Theatre
from tests.workflows.telling import wait_for
from workflows import contract
from workflows.contract import TermPlan


async def _kinds(life: Life, *, after: int = 0) -> list[str]:
    """The events of the run since that one, without those that every task has."""
    kinds = [kind_of(event) async for event in life.handle.fetch_history_events() if event.event_id > after]
    return [kind for kind in kinds if not kind.startswith("WORKFLOW_TASK")]


async def _last_event(life: Life) -> int:
    return [event.event_id async for event in life.handle.fetch_history_events()][-1]


async def _steps(life: Life) -> list[str]:
    return [f"{step['at'][:10]} {step['do']}" for step in await life.handle.query(contract.FORECAST_QUERY)]


async def _count_plans_from(life: Life, n: int) -> None:
    async with life.sessions.begin() as session:
        await session.execute(text("UPDATE subscriptions SET plans = :n"), {"n": n})


async def _plan(life: Life) -> TermPlan:
    return await plan_of(life.sessions, life.number, datetime.now(UTC))


async def test_a_line_of_a_bulk_checkout_costs_its_workflow_one_signal(theatre: Theatre) -> None:
    lives = await three(theatre)
    for life in lives:
        await life.move_to("2027-02-01 10:00")
        await life.catch_up()
    before = [await _last_event(life) for life in lives]
    checkout = await start_bulk_checkout(lives[0].client, await given(lives, "2027-02-01 10:00"))
    await checkout.result()
    for life, known in list(zip(lives, before, strict=True))[1:]:  # the first has the confirmation to mail
        assert await _kinds(life, after=known) == ["WORKFLOW_EXECUTION_SIGNALED"]
        assert (await life.handle.query(contract.STATUS_QUERY))["phase"] == "renewed"
    await lives[1].until("2027-04-02")
    assert await lives[1].diary("2027-02-01") == written("""
        2027-02-01 10:00 bulk-renew done
        2027-02-01 10:00 payment 1 of EUR 583200 paid
        2027-02-01 10:00 renewable > renewed
        2027-03-31 00:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 00:00 renewed > active
    """)


async def test_a_plan_of_older_facts_does_not_replace_a_newer_one(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-02-01 10:00")
    old = await _plan(life)
    assert await life.command("2027-02-01 10:01", "cancel-auto-renew", by="operator:ana", reason="budget") == "done"
    newer = await _steps(life)
    await life.handle.signal(contract.WAKE_SIGNAL, old)
    assert await _steps(life) == newer
    assert not any("charge" in step for step in newer)


async def test_a_restored_database_that_counts_from_an_older_plan_is_believed(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await _count_plans_from(life, 1000)
    await life.move_to("2027-02-01 10:00")
    await life.catch_up()
    await _count_plans_from(life, 0)
    assert await life.command("2027-02-01 10:01", "cancel-auto-renew", by="operator:ana", reason="budget") == "done"
    assert not any("charge" in step for step in await _steps(life))
    await life.until("2027-05-20")
    assert await life.phase() == "lapsed"


async def test_a_plan_whose_next_step_comes_sooner_sets_the_timer_anew(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-01-02 10:00")
    await life.catch_up()
    known, plan = await _last_event(life), await _plan(life)
    sooner = replace(plan.steps[0], at=plan.steps[0].at.replace(day=plan.steps[0].at.day - 1))
    await life.handle.signal(contract.WAKE_SIGNAL, replace(plan, steps=(sooner, *plan.steps[1:])))
    assert (await _steps(life))[0].startswith(f"{sooner.at:%Y-%m-%d}")
    kinds = await _kinds(life, after=known)
    assert kinds == ["WORKFLOW_EXECUTION_SIGNALED", "TIMER_CANCELED", "TIMER_STARTED"]


async def test_what_was_held_back_after_a_failure_is_taken_at_once_by_a_plan_that_is_handed_over(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-01-02 10:00")
    await life.catch_up()
    plan = await _plan(life)
    due = replace(plan.steps[0], at=datetime.now(UTC) + (await life.row())["shift"])

    def plan_stored(stored: Stored) -> TermPlan:
        raise ValueError("odd")

    known = await _last_event(life)
    with monkeypatch.context() as broken:
        broken.setattr("activities.planning.plan_stored", plan_stored)
        await life.handle.signal(contract.WAKE_SIGNAL)
        await wait_for(life, "TIMER_STARTED", after=known)
    known = await _last_event(life)
    await life.handle.signal(contract.WAKE_SIGNAL, replace(plan, steps=(due, *plan.steps[1:])))
    await wait_for(life, "ACTIVITY_TASK_SCHEDULED", after=known)


async def test_a_subscription_that_cannot_be_planned_keeps_no_other_asleep(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = await three(theatre)

    before, real = await _last_event(lives[1]), planning.plan_stored

    def plan_stored(stored: Stored) -> TermPlan:
        if stored.row.number == lives[0].number:
            raise ValueError("odd")
        return real(stored)

    monkeypatch.setattr("activities.planning.plan_stored", plan_stored)
    await wake_all(lives[1].client, lives[1].sessions, [life.number for life in lives], datetime.now(UTC))
    assert "WORKFLOW_EXECUTION_SIGNALED" in await _kinds(lives[1], after=before)
