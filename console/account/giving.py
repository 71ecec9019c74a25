"""Giving a command that came by a form, and telling what became of it."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.answers import AWAITED, BY_VOUCHER
from activities.delivery import deliver
from console.account.desk import Desk, see_other
from console.account.doing import Ask, sentence, whom_to_ask
from console.account.finding import Found
from console.account.speech import Speech
from models.engine import Sessions
from models.inbox import KeyReused, store_command
from models.records import CommandRow
from renewals.commands import ABOUT_QUOTES, Name, When
from settings import Settings

_log = logging.getLogger(__name__)

PATIENCE_SECONDS = 10.0
"""How long a person waits for the answer; what takes longer is told as received, and is carried out all the same."""

_AWAITED = {AWAITED: "answer.awaited", BY_VOUCHER: "answer.voucher"}
"""What is still missing where a command is done, but its payment is not."""


async def give(
    sessions: Sessions, client: Client, *, key: str, number: str, name: Name, args: dict[str, Any], by: str
) -> UUID:
    """Store the command under its key, and wait a while for its outcome, which stands in its row.

    Raises `models.inbox.KeyReused` for a form that was sent before with other values.
    """
    wall_now = datetime.now(UTC)
    async with sessions.begin() as session:
        command_id = await store_command(
            session, client_key=key, subscription=number, name=name, args=args, by=by, wall_now=wall_now
        )
    await wait_for_answer(sessions, client, command_id, wall_now)
    return command_id


async def give_and_see(
    desk: Desk, here: str, *, key: str, number: str, name: Name, args: dict[str, Any], by: str
) -> Response:
    """Give the command (see `give`), then go back to the page `here`, where it stands what became of it."""
    try:
        command_id = await give(desk.sessions, desk.client, key=key, number=number, name=name, args=args, by=by)
    except KeyReused:
        return see_other(f"{here}?used=1")
    return see_other(f"{here}?answer={command_id}")


async def wait_for_answer(sessions: Sessions, client: Client, command_id: UUID, wall_now: datetime) -> None:
    """Have a stored command carried out, and wait a while for its answer, which stands in its row."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await deliver(client, sessions, command_id, wall_now)
    except (TimeoutError, RPCError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        _log.warning("command %s got no answer yet: %s", command_id, type(error).__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a command: `tone` is done, refused or waiting."""

    tone: str
    headline: str
    more: str | None = None
    ask: Ask | None = None


async def told(
    session: AsyncSession,
    command_id: str,
    found: Found,
    email: str,
    t: Speech,
    settings: Settings,
    *,
    of_any: bool = False,
) -> Told | None:
    """The outcome in the person's words, read from the command's row.

    None unless it is theirs, and of this number, or about quotes where one `of_any` number may be told.
    """
    try:
        row = await session.get(CommandRow, UUID(command_id))
    except ValueError:
        return None
    if row is None or row.given_by.lower() != email.lower():
        return None
    if row.subscription != found.stored.facts.number and not (of_any and row.name in ABOUT_QUOTES):
        return None
    later = row.args.get("when") == When.ON_RENEWAL_DATE
    what = t("command.renew_later") if later else t.first(f"command.{row.name}")
    if row.outcome is None:
        return Told("waiting", t("answer.waiting", what=what))
    if row.outcome == "done":
        if row.hint in _AWAITED:
            return Told("waiting", t("answer.begun", what=what), t(_AWAITED[row.hint]))
        more = None if row.name in ABOUT_QUOTES else row.hint
        return Told("done", t("answer.done", what=what), more)
    code = row.code or "bad_arguments"
    words = sentence(code, row.possible_on, row.name, found, t)
    return Told("refused", t("answer.refused", what=what), words, whom_to_ask(code, row.name, found, t, settings))
