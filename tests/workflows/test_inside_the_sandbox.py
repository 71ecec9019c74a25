"""Every workflow of the worker runs inside Temporal's sandbox, and its history replays inside it (ADR 12)."""

from uuid import UUID

from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Replayer, WorkflowRunner

from activities.starting import start_bulk_checkout, start_foresight
from tests.scenarios.bulk import given, three
from tests.scenarios.theatre import Life, Theatre
from worker import WORKFLOWS
from workflows import contract
from workflows.client import DATA_CONVERTER

NOON, QUOTE = "2027-02-01 12:00", "Q-1001"


async def test_every_workflow_runs_and_replays_in_it(theatre: Theatre, workflow_runner: WorkflowRunner) -> None:
    lives = await three(theatre)
    played = await _played(theatre.client, lives)
    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=workflow_runner, data_converter=DATA_CONVERTER)
    for handle in played:
        await replayer.replay_workflow(await handle.fetch_history())
    names = {(await handle.describe()).workflow_type for handle in played}
    assert names == {workflow._Definition.must_from_class(each).name for each in WORKFLOWS}


async def _played(client: Client, lives: list[Life]) -> list[WorkflowHandle[object, object]]:
    """One of each, as far as it goes at once: a forecast that there is not is over at its first look."""
    lines = [{"subscription": lives[0].number}]
    assert await lives[0].command("2027-02-01 10:00", "ask-for-quote", lines=lines) == "done"
    bulk = await start_bulk_checkout(client, await given(lives, NOON))
    look = await client.start_workflow(contract.WATCHDOG_WORKFLOW, id="look", task_queue=contract.TASK_QUEUE)
    await start_foresight(client, "forecast", UUID(int=0))
    foresight = client.get_workflow_handle(contract.foresight_id("forecast", UUID(int=0)))
    for handle in (bulk, look, foresight):
        await handle.result()
    for life in lives:
        await life.catch_up()
    quote = client.get_workflow_handle(contract.quote_workflow_id(QUOTE))
    return [bulk, look, foresight, quote, *(life.handle for life in lives)]
