"""The update `apply`, the queries and the search attributes: what pages and scripts rely on."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError

from models.inbox import store_command
from renewals.calendar import days_after, local_date
from renewals.letters import Kind
from renewals.plan import Do, Step
from tests.scenarios.diary import instant, written
from tests.scenarios.portfolios import BUYER, CUSTOMER
from tests.scenarios.theatre import Life, Theatre
from workflows import contract
from workflows.contract import Answer


async def _stored(life: Life, at: str, name: str, **args: Any) -> str:
    """A command of the buyer that is stored but not delivered, at that local time."""
    await life.move_to(at)
    async with life.sessions.begin() as session:
        command_id = await store_command(
            session,
            client_key=str(uuid4()),
            subscription=life.number,
            name=name,
            args=args,
            by=BUYER,
            wall_now=datetime.now(UTC),
        )
    return str(command_id)


async def _apply(life: Life, command_id: str) -> Answer:
    answer: Answer = await life.handle.execute_update(
        contract.APPLY_UPDATE, command_id, id=str(uuid4()), result_type=Answer
    )
    await life.catch_up()
    return answer


async def test_a_command_delivered_twice_takes_effect_once(theatre: Theatre) -> None:
    life = await theatre.subscription()
    command_id = await _stored(life, "2027-03-26 10:00", "reduce-seats", to=9)
    assert await _apply(life, command_id) == await _apply(life, command_id) == Answer("done")
    assert await life.diary("2027-03-26") == written("""
        2027-03-26 10:00 reduce-seats done
        2027-03-26 10:00 sent seats_reduction_scheduled
    """)


async def test_a_command_delivered_again_in_the_next_run_answers_what_the_first_did(theatre: Theatre) -> None:
    life = await theatre.subscription()
    command_id = await _stored(life, "2027-03-26 10:00", "reduce-seats", to=9)
    first = await _apply(life, command_id)
    run = (await life.handle.describe()).run_id
    await life.until("2027-04-01")
    assert (await life.handle.describe()).run_id != run
    assert await _apply(life, command_id) == first == Answer("done")
    row = await life.row()
    assert (row["seats"], row["pending_seats"]) == (9, None)
    assert len([words for _, words in await life.diary() if words.startswith("reduce-seats")]) == 1


async def test_a_refusal_is_an_answer_with_a_code_and_a_hint(theatre: Theatre) -> None:
    life = await theatre.subscription()
    answer = await _apply(life, await _stored(life, "2027-03-26 10:00", "reduce-seats", to=12))
    assert (answer.outcome, answer.code) == ("refused", "not_a_reduction")
    assert "12 seats" in (answer.hint or "")


async def test_what_is_no_id_is_turned_away_without_a_trace(theatre: Theatre) -> None:
    life = await theatre.subscription()
    length = (await life.handle.describe()).history_length
    with pytest.raises(WorkflowUpdateFailedError):
        await life.handle.execute_update(contract.APPLY_UPDATE, "S-1", result_type=Answer)
    assert (await life.handle.describe()).history_length == length


async def test_an_id_that_nobody_stored_fails_and_the_workflow_lives_on(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-03-25")
    with pytest.raises(WorkflowUpdateFailedError):
        await life.handle.execute_update(contract.APPLY_UPDATE, str(uuid4()), result_type=Answer)
    await life.until("2027-04-01")
    assert await life.payments() == ["payment 1 of EUR 583200 paid"]


async def test_status_and_forecast_tell_the_plan_that_runs(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-03-25")
    status = await life.handle.query(contract.STATUS_QUERY)
    assert {key: status[key] for key in ("number", "planned", "phase", "starts_on", "renews_on", "auto_renew")} == {
        "number": life.number,
        "planned": True,
        "phase": "renewable",
        "starts_on": "2026-03-31",
        "renews_on": "2027-03-31",
        "auto_renew": True,
    }
    assert "charge" in status["next"]
    forecast: list[Step] = await life.handle.query(contract.FORECAST_QUERY, result_type=list[Step])
    assert [(step.do, step.at) for step in forecast] == [
        (Do.CHARGE, instant("2027-03-31 06:00", life.zone)),
        (Do.ENTER_PHASE, instant("2027-04-01", life.zone)),
    ]
    assert (forecast[0].amount, forecast[0].currency) == (583200, "EUR")


async def test_the_forecast_of_one_renewed_by_hand_names_every_notice(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-03-25", auto_renew="no")
    forecast: list[Step] = await life.handle.query(contract.FORECAST_QUERY, result_type=list[Step])
    assert [notice.kind for step in forecast for notice in step.notices] == [
        Kind.REMINDER,
        Kind.EXPIRED,
        Kind.LATE_WINDOW_CLOSING,
        Kind.LATE_WINDOW_CLOSING,
        Kind.LAPSED,
    ]


async def test_search_attributes_follow_the_phase(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="insufficient_funds*1")
    seen = [await _attributes(life)]
    await life.until("2027-04-01")
    seen.append(await _attributes(life))
    await life.until("2027-04-02")
    seen.append(await _attributes(life))
    assert await life.command("2027-04-02 12:00", "cancel-auto-renew") == "done"
    seen.append(await _attributes(life))
    customer = f"C-{life.number}"
    this_year, next_year = instant("2027-03-31", life.zone), instant("2028-03-31", life.zone)
    assert seen == [
        ("renewable", this_year, customer, True),
        ("past_due", this_year, customer, True),
        ("active", next_year, customer, True),
        ("active", next_year, customer, False),
    ]


async def test_what_the_watchdog_starts_is_found_from_its_first_event_and_the_first_plan_adds_nothing(
    theatre: Theatre,
) -> None:
    today = local_date(datetime.now(UTC), CUSTOMER["time_zone"])  # nobody moves its clock, and nothing is due
    renews_on = days_after(today, 60)
    term: dict[str, Any] = {"starts_on": f"{days_after(renews_on, -365)}", "renews_on": f"{renews_on}"}
    life = await theatre.subscription(live=None, imported=f"{today}", **term)
    await theatre.client.execute_workflow(contract.WATCHDOG_WORKFLOW, id="look", task_queue=contract.TASK_QUEUE)
    assert (await life.handle.query(contract.STATUS_QUERY))["planned"]
    renews_at = instant(f"{renews_on}", life.zone)
    assert await _attributes(life) == ("renewable", renews_at, f"C-{life.number}", True)
    kinds = {event.event_type async for event in life.handle.fetch_history_events()}
    assert EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES not in kinds


async def _attributes(life: Life) -> tuple[object, ...]:
    found = (await life.handle.describe()).typed_search_attributes
    return tuple(found.get(attribute) for attribute in contract.SEARCH_ATTRIBUTES)
