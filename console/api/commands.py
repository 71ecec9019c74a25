"""Commands: stored under the caller's key, decided on arrival or by the workflow, told as they were decided."""

import asyncio
import logging
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio.client import (
    RPCTimeoutOrCancelledError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError

from activities.delivery import deliver
from console.api import schemas as s
from console.api.problems import Problem, Refusal, no_such_subscription
from console.api.reading import names_tag, subscription_of, tag_of
from console.api.room import Acting, Calling, InRoom, Number, OnBehalf, Reading, Room, found, wall_now
from models.api_keys import Caller
from models.inbox import KeyReused, UnknownNumber, store_command
from models.records import CommandRow
from models.refundable import large_refund
from renewals.arguments import parse_command
from renewals.commands import BadArguments, Refund

_LOG = logging.getLogger(__name__)

routes = APIRouter(tags=["commands"])

ClientKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,200}$",
        description="A key of the caller's own: what is sent again under it acts once.",
        examples=["5d2f9d6e-order-17"],
    ),
]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="Only if the subscription still has this tag.")]

_EXAMPLES: dict[str, Any] = {
    "fewer seats": {"value": {"command": "reduce-seats", "args": {"to": 9}}},
    "more seats": {"value": {"command": "add-seats", "args": {"seats": 2}}},
    "another term": {"value": {"command": "change-term", "args": {"term": "3-years"}}},
    "cancel": {"value": {"command": "cancel-auto-renew", "args": {"reason": "budget"}}},
    "renew now": {"value": {"command": "renew"}},
}


@routes.post(
    "/subscriptions/{number}/commands",
    responses={
        202: {"model": s.Command, "description": "Stored, and not decided yet; `Location` will tell the outcome."},
    },
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": _EXAMPLES}}}},
)
async def give(
    room: InRoom,
    caller: Calling,
    acting: Acting,
    number: Number,
    asked: s.CommandRequest,
    key: ClientKey,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> s.Command:
    """Give a command for a person. What is refused is a problem with the code of the refusal."""
    row = await given(room, caller, acting, number, asked, key, if_match)
    return told_to_caller(row, request, response)


async def given(
    room: Room,
    caller: Caller,
    acting: OnBehalf,
    number: str,
    asked: s.CommandRequest,
    key: str,
    if_match: str | None = None,
) -> CommandRow:
    """The row of a command, stored under the caller's key and waited for. Raises `Problem`."""
    try:
        command = parse_command(asked.command, asked.args, acting.actor)
    except BadArguments as bad:
        raise Refusal("bad_arguments", str(bad)) from None
    client_key = f"api:{caller.key_id}:{key}"
    async with room.sessions.begin() as session:
        if if_match is not None:
            await _check_tag(session, number, client_key, if_match)
        if isinstance(command, Refund):
            await _check_size(session, room, number, command, client_key)
        command_id = await _store(session, number, asked, acting, client_key)
    return await _decided(room, command_id)


def told_to_caller(row: CommandRow, request: Request, response: Response, *, stands_at: str | None = None) -> s.Command:
    """The outcome; where there is none yet, where it will stand: with the command, if at no other address.

    Raises `Refusal`.
    """
    if row.outcome is None:
        response.status_code = 202
        response.headers["Location"] = request.scope.get("root_path", "") + (stands_at or f"/commands/{row.id}")
    elif row.outcome == "refused":
        raise Refusal(row.code or "", row.hint or "", row.possible_on)
    return told_as_stored(row)


async def _check_tag(session: AsyncSession, number: str, client_key: str, if_match: str) -> None:
    """The subscription must be as the caller has seen it; a repeat has moved it itself, and is let through.

    It stays locked until the command is stored. Raises `Problem`.
    """
    stored = await found(session, number, lock=True)
    known = select(col(CommandRow.id)).where(col(CommandRow.client_key) == client_key)
    if (await session.execute(known)).first() is None and not names_tag(if_match, tag_of(subscription_of(stored))):
        raise Problem(412, "has_changed", "The subscription has changed since; read it again, then decide.")


async def _check_size(session: AsyncSession, room: Room, number: str, refund: Refund, client_key: str) -> None:
    """A refund that takes two people is asked for by a person. Raises `Problem`."""
    if await large_refund(session, number, refund, client_key, room.settings.refund_takes_two):
        where = room.settings.ops_url
        detail = f"So much of one order goes back only after two operators have said so: ask for it at {where}."
        raise Problem(403, "second_person_needed", detail)


async def _store(
    session: AsyncSession, number: str, asked: s.CommandRequest, acting: OnBehalf, client_key: str
) -> UUID:
    try:
        return await store_command(
            session,
            client_key=client_key,
            subscription=number,
            name=asked.command,
            args=asked.args,
            by=acting.by,
            wall_now=wall_now(),
            known_only=True,
        )
    except UnknownNumber:
        raise no_such_subscription(number) from None
    except KeyReused:
        detail = "This Idempotency-Key was used for another command; use a new one."
        raise Problem(409, "key_reused", detail) from None


async def _decided(room: Room, command_id: UUID) -> CommandRow:
    """Wait for the outcome, but not for ever: what is stored will be applied, as the watchdog delivers it again."""
    try:
        async with asyncio.timeout(room.patience_seconds):
            return await deliver(room.client, room.sessions, command_id, wall_now())
    except (
        RPCError,
        RPCTimeoutOrCancelledError,
        WorkflowUpdateFailedError,
        WorkflowUpdateRPCTimeoutOrCancelledError,
        TimeoutError,
    ) as late:
        _LOG.warning("command %s is not decided yet (%s)", command_id, type(late).__name__)
    async with room.sessions() as session:
        return await session.get_one(CommandRow, command_id)


@routes.get("/commands/{id}")
async def command(session: Reading, id: UUID) -> s.Command:
    """A command with its outcome, or without while it has none."""
    row = await session.get(CommandRow, id)
    if row is None:
        raise Problem(404, "not_found", "There is no such command.")
    return told_as_stored(row)


def told_as_stored(row: CommandRow) -> s.Command:
    """The command with its outcome so far, whatever that is."""
    return s.Command(
        id=row.id,
        subscription=row.subscription,
        command=row.name,
        by=row.given_by,
        received_at=row.received_at,
        decided_at=row.decided_at,
        outcome=row.outcome,
        code=row.code,
        hint=row.hint,
        possible_on=row.possible_on,
    )
