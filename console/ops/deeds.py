"""What takes two people: each deed by its name, the right that both need, and what is done once it is confirmed.

A new one is an entry of `DEEDS`, its name in the words as `deed.NAME`, and `ask_second_person` where it is asked for.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client
from temporalio.service import RPCError

from console.ops.fields import Wrong
from models.pauses import RESUME_CHARGES, Pausable, args_of, paused_now, resume
from models.second_person import RequestRow
from models.versions import NotApplicable, apply_what_if
from renewals.roles import May
from workflows.client import let_watchdog_look

_log = logging.getLogger(__name__)

Args = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """`do` runs in the transaction that confirms, with who asked and why; `then` after it, with the world outside."""

    right: May
    do: Callable[[AsyncSession, RequestRow, datetime], Awaitable[None]]
    then: Callable[[Client], Awaitable[None]]


APPLY_WHAT_IF = "apply-what-if"


async def _resume_charges(session: AsyncSession, asked: RequestRow, now: datetime) -> None:
    """Raises `Wrong` where charges were stopped anew since it was asked: nobody has looked at why."""
    charges = next((row for row in await paused_now(session) if row.what == Pausable.CHARGES), None)
    if charges and not asked.args.items() >= args_of(charges).items():
        raise Wrong("pause", "wrong.other_pause")
    usual = bool(asked.args.get("usual"))
    await resume(session, Pausable.CHARGES, by=asked.asked_by, reason=asked.asked_because, now=now, usual=usual)


async def _apply_what_if(session: AsyncSession, asked: RequestRow, now: datetime) -> None:
    """Make the version that was asked for. Raises `Wrong` where that cannot be any more; it stays open then."""
    try:
        await apply_what_if(
            session, UUID(asked.args["what_if"]), by=asked.asked_by, reason=asked.asked_because, now=now
        )
    except NotApplicable as fault:
        raise Wrong("what_if", f"what_if.{fault.code}") from None


async def wake_watchdog(client: Client) -> None:
    """Have every plan made anew now; without Temporal the watchdog sees to it when it is back."""
    try:
        await let_watchdog_look(client)
    except RPCError as error:
        _log.warning("the watchdog could not be told: %s", error.status.name)


DEEDS: Mapping[str, Deed] = {
    RESUME_CHARGES: Deed(May.STEER, _resume_charges, wake_watchdog),
    APPLY_WHAT_IF: Deed(May.GOVERN, _apply_what_if, wake_watchdog),
}
