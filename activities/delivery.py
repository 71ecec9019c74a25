"""Giving a stored command to the workflow that owns the subscription, and waiting for its answer."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlmodel import col
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from activities.deciding import decide_command
from models.engine import Sessions
from models.quotes import quote_asked_in
from models.records import CommandRow
from models.subscriptions import SubscriptionRow
from renewals.commands import ABOUT_QUOTES
from renewals.facts import Phase
from workflows import contract
from workflows.contract import Answer, Start, workflow_id


async def wake(client: Client, number: str) -> None:
    """Let a subscription's workflow plan again; one that does not run is started."""
    await client.start_workflow(
        contract.SUBSCRIPTION_WORKFLOW,
        Start(number),
        id=workflow_id(number),
        task_queue=contract.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=contract.WAKE_SIGNAL,
        static_summary=f"Renewals of {number}",
    )


async def follow(client: Client, reference: str) -> None:
    """Let a quote's workflow look at it; one that does not run is started."""
    await client.start_workflow(
        contract.QUOTE_WORKFLOW,
        reference,
        id=contract.quote_workflow_id(reference),
        task_queue=contract.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=contract.WAKE_SIGNAL,
        static_summary=f"Quote {reference}",
    )


async def deliver(client: Client, sessions: Sessions, command_id: UUID, wall_now: datetime) -> Answer:
    """Deliver a stored command; repeating it is harmless, the outcome stands in its row.

    A workflow that should run but does not is started with it. For a number that does not exist, and for a
    subscription that has lapsed, the same function decides without a workflow.
    """
    query = (
        select(col(SubscriptionRow.number))
        .join(CommandRow, col(CommandRow.subscription) == col(SubscriptionRow.number))
        .where(col(CommandRow.id) == command_id, col(SubscriptionRow.phase) != Phase.LAPSED)
    )
    async with sessions() as session:
        number = (await session.execute(query)).scalar_one_or_none()
    if number is None:
        decided = await decide_command(sessions, command_id, wall_now)
        if not isinstance(decided, Answer):
            raise ValueError(f"command {command_id} of a subscription that has lapsed was not refused")
        return decided
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        contract.SUBSCRIPTION_WORKFLOW,
        Start(number),
        id=workflow_id(number),
        task_queue=contract.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"Renewals of {number}",
    )
    answer: Answer = await client.execute_update_with_start_workflow(
        contract.APPLY_UPDATE,
        str(command_id),
        start_workflow_operation=start,
        id=f"{command_id}:{uuid4()}",  # an id that failed once would fail for the rest of the run
        result_type=Answer,
    )
    await _follow_quote(client, sessions, command_id)
    return answer


async def _follow_quote(client: Client, sessions: Sessions, command_id: UUID) -> None:
    """Let the quote that a command was about be looked at now; should this fail, the watchdog sees to it."""
    async with sessions() as session:
        row = await session.get(CommandRow, command_id)
        if row is None or row.name not in ABOUT_QUOTES or row.outcome != "done":
            return
        asked = await quote_asked_in(session, command_id)
    with suppress(RPCError):
        await follow(client, asked.reference if asked else str(row.args["quote"]))
