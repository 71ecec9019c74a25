"""Giving a stored command to the workflow that owns the subscription, and waiting for its answer."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlmodel import col
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import Priority, WorkflowIDConflictPolicy

from activities.deciding import decide_command
from models.engine import Sessions
from models.records import CommandRow
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase
from workflows import contract
from workflows.contract import Answer, Start, bulk_checkout_id, workflow_id


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
    return answer


async def start_bulk_checkout(client: Client, basket_id: UUID) -> WorkflowHandle[Any, Any]:
    """Let a stored bulk checkout be carried out; one that is under way goes on, and repeating it is harmless.

    Raises `RPCError`.
    """
    return await client.start_workflow(
        contract.BULK_CHECKOUT_WORKFLOW,
        str(basket_id),
        id=bulk_checkout_id(basket_id),
        task_queue=contract.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="Bulk checkout",
        priority=Priority(priority_key=1),  # its buyer waits, while a hundred workflows that it woke plan anew
    )


async def carry_out(client: Client, basket_id: UUID) -> None:
    """Let a stored bulk checkout be carried out, and wait until each of its orders is paid, refused or in doubt.

    Raises `RPCError`, and `WorkflowFailureError` where an order failed for good.
    """
    handle = await start_bulk_checkout(client, basket_id)
    await handle.result()
