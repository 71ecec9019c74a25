"""What takes longer than a page may: handed to the workers, shown while it is walked, read again until it is there."""

import logging
from uuid import UUID

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client
from temporalio.service import RPCError

from activities.starting import start_foresight
from console.ops.desk import Desk
from console.ops.fields import Wrong
from console.ops.staff import Staff
from models.open_walks import TooManyOpen, room_for_another
from workflows.client import let_watchdog_look

AGAIN_SECONDS = 3
"""After so long a page that waits is loaded again."""

_log = logging.getLogger(__name__)


async def make_room(session: AsyncSession, who: Staff) -> None:
    """Raises `Wrong` where as much is looked ahead already as may be at once."""
    try:
        await room_for_another(session, who.by)
    except TooManyOpen as fault:
        raise Wrong("open", f"wrong.open_of_{fault.of}") from None


async def have_walked(desk: Desk, what: str, id_: UUID) -> None:
    """Have a `forecast` or a `what-if` carried on now; without Temporal the watchdog sees to it when it is back."""
    try:
        await start_foresight(desk.client, what, id_)
    except RPCError as error:
        _log.warning("the %s %s could not be started: %s", what, id_, error.status.name)


async def wake_watchdog(client: Client) -> None:
    """Have every plan made anew now; without Temporal the watchdog sees to it when it is back."""
    try:
        await let_watchdog_look(client)
    except RPCError as error:
        _log.warning("the watchdog could not be told: %s", error.status.name)


def again_soon(response: Response, *, is_open: bool) -> Response:
    """Have the browser load the page again while there is work to do."""
    if is_open:
        response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response
