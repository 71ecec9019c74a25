"""A stored command is decided: where it arrives, if that can be, else by the workflow that owns the subscription."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, or_
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.arriving import decide_on_arrival
from activities.deciding import decide_command
from activities.starting import STARTABLE, Startable, ask_subscription, follow, start_bulk_checkout, start_or_wake
from models.engine import Sessions
from models.quotes import quote_asked_in
from models.records import CommandRow
from models.subscriptions import SubscriptionRow
from renewals.commands import ABOUT_QUOTES, Name
from renewals.facts import Phase
from renewals.permission import OF_LAPSED_TOO
from workflows import contract
from workflows.contract import Answer

_log = logging.getLogger(__name__)

_WAKING_SECONDS = 2.0
"""How long Temporal may take to hear of what is decided already; beyond, the watchdog tells it."""


async def deliver(client: Client, sessions: Sessions, command_id: UUID, wall_now: datetime) -> CommandRow:
    """Have a stored command decided; the command with its outcome. Repeating it is harmless.

    What bears on the next charge is decided here if it can be, and its workflow woken; Temporal need not be there. All
    else the workflow decides in its turn, and is started with it where it should run but does not. For a number that
    does not exist, and for a subscription that has lapsed and stays so, there is none to ask.
    """
    addressed, decided = await _arrived(sessions, command_id, wall_now)
    if addressed is None:
        if not isinstance(await decide_command(sessions, command_id, wall_now), Answer):
            raise ValueError(f"command {command_id} of a subscription that has lapsed was not refused")
    elif decided:
        if decided.outcome == "done":
            await _wake(client, addressed)
        return decided
    else:
        await ask_subscription(client, addressed, contract.APPLY_UPDATE, str(command_id), result=Answer)
    async with sessions() as session:
        command = await session.get_one(CommandRow, command_id)
    if addressed and command.outcome == "done":
        await _see_to_what_follows(client, sessions, addressed, command)
    return command


async def carry_out(client: Client, basket_id: UUID) -> None:
    """Let a stored bulk checkout be carried out, and wait until each of its orders is paid, refused or in doubt.

    Raises `RPCError`, and `WorkflowFailureError` where an order failed for good.
    """
    handle = await start_bulk_checkout(client, basket_id)
    await handle.result()


_ADDRESSED = (
    STARTABLE.join(CommandRow, col(CommandRow.subscription) == col(SubscriptionRow.number))
    .where(col(CommandRow.id) == bindparam("id"))
    .where(
        or_(
            col(SubscriptionRow.phase) != Phase.LAPSED.value,
            col(CommandRow.name).in_([str(name) for name in OF_LAPSED_TOO]),
        )
    )
    .with_for_update(of=SubscriptionRow)
)


async def _arrived(
    sessions: Sessions, command_id: UUID, wall_now: datetime
) -> tuple[Startable | None, CommandRow | None]:
    """Whose workflow the command is for, if there is one, and the command, if it could be decided without it.

    Should deciding fail, the workflow's activity tries it again and again, and tells the operators.
    """
    addressed = None
    try:
        async with sessions.begin() as session:
            row = (await session.execute(_ADDRESSED, {"id": command_id})).one_or_none()
            addressed = Startable.of(row) if row else None
            if addressed is None:
                return None, None
            return addressed, await decide_on_arrival(session, addressed.number, command_id, wall_now)
    except SQLAlchemyError:
        raise
    except Exception as odd:
        _log.warning("command %s could not be decided on arrival: %s", command_id, type(odd).__name__)
        return addressed, None


async def _wake(client: Client, it: Startable) -> None:
    """Have the workflow plan what was decided without it, and act by it. Should this fail, the watchdog does it."""
    handle = client.get_workflow_handle(contract.workflow_id(it.number))
    with suppress(RPCError, TimeoutError):
        async with asyncio.timeout(_WAKING_SECONDS):
            try:
                await handle.signal(contract.WAKE_SIGNAL)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                await start_or_wake(client, it)


async def _see_to_what_follows(client: Client, sessions: Sessions, it: Startable, command: CommandRow) -> None:
    """What no plan of the subscription does; should this fail, the watchdog sees to it."""
    with suppress(RPCError):
        if command.name == Name.RE_PLAN:
            await start_or_wake(client, it)  # a run that rests after a failure tries again at once
        if command.name in ABOUT_QUOTES:
            async with sessions() as session:
                asked = await quote_asked_in(session, command.id)
            await follow(client, asked.reference if asked else str(command.args["quote"]))
