"""Giving a stored command to the workflow that owns the subscription, and waiting for its answer."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import or_
from sqlmodel import col
from temporalio.client import Client
from temporalio.service import RPCError

from activities.deciding import decide_command
from activities.starting import STARTABLE, Startable, follow, start_bulk_checkout, start_or_wake, with_start
from models.engine import Sessions
from models.quotes import quote_asked_in
from models.records import CommandRow
from models.subscriptions import SubscriptionRow
from renewals.commands import ABOUT_QUOTES, Name
from renewals.facts import Phase
from renewals.permission import OF_LAPSED_TOO
from workflows import contract
from workflows.contract import Answer


async def deliver(client: Client, sessions: Sessions, command_id: UUID, wall_now: datetime) -> Answer:
    """Deliver a stored command; repeating it is harmless, the outcome stands in its row.

    A workflow that should run but does not is started with it. For a number that does not exist, and for a
    subscription that has lapsed and stays so, the same function decides without a workflow.
    """
    is_of_lapsed_too = col(CommandRow.name).in_([str(name) for name in OF_LAPSED_TOO])
    query = (
        STARTABLE.add_columns(col(CommandRow.name))
        .join(CommandRow, col(CommandRow.subscription) == col(SubscriptionRow.number))
        .where(col(CommandRow.id) == command_id, or_(col(SubscriptionRow.phase) != Phase.LAPSED, is_of_lapsed_too))
    )
    async with sessions() as session:
        found = (await session.execute(query)).one_or_none()
    if found is None:
        decided = await decide_command(sessions, command_id, wall_now)
        if not isinstance(decided, Answer):
            raise ValueError(f"command {command_id} of a subscription that has lapsed was not refused")
        return decided
    *startable, name = found
    answer: Answer = await client.execute_update_with_start_workflow(
        contract.APPLY_UPDATE,
        str(command_id),
        start_workflow_operation=with_start(Startable.of(startable)),
        id=f"{command_id}:{uuid4()}",  # an id that failed once would fail for the rest of the run
        result_type=Answer,
    )
    if name == Name.RE_PLAN and answer.outcome == "done":
        with suppress(RPCError):  # a run that rests after a failure tries again at once
            await start_or_wake(client, Startable.of(startable))
    if name in ABOUT_QUOTES and answer.outcome == "done":
        await _follow_quote(client, sessions, command_id)
    return answer


async def carry_out(client: Client, basket_id: UUID) -> None:
    """Let a stored bulk checkout be carried out, and wait until each of its orders is paid, refused or in doubt.

    Raises `RPCError`, and `WorkflowFailureError` where an order failed for good.
    """
    handle = await start_bulk_checkout(client, basket_id)
    await handle.result()


async def _follow_quote(client: Client, sessions: Sessions, command_id: UUID) -> None:
    """Let the quote that a command was about be looked at now; should this fail, the watchdog sees to it."""
    async with sessions() as session:
        row = await session.get_one(CommandRow, command_id)
        asked = await quote_asked_in(session, command_id)
    with suppress(RPCError):
        await follow(client, asked.reference if asked else str(row.args["quote"]))
