"""What takes two people: each deed by its name, the right that both need, and what is done once it is confirmed.

A new one is an entry of `DEEDS`, its name in the words as `deed.NAME`, and `ask_second_person` where it is asked for.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client
from temporalio.service import RPCError

from models.pauses import Pausable, resume
from models.second_person import RequestRow
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


RESUME_CHARGES = "resume-charges"


async def _resume_charges(session: AsyncSession, asked: RequestRow, now: datetime) -> None:
    await resume(session, Pausable.CHARGES, by=asked.asked_by, reason=asked.asked_because, now=now)


async def wake_watchdog(client: Client) -> None:
    """Have every plan made anew now; without Temporal the watchdog sees to it when it is back."""
    try:
        await let_watchdog_look(client)
    except RPCError as error:
        _log.warning("the watchdog could not be told: %s", error.status.name)


DEEDS: Mapping[str, Deed] = {RESUME_CHARGES: Deed(May.STEER, _resume_charges, wake_watchdog)}
