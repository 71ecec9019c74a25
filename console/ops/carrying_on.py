"""What takes longer than a page may: handed to the workers, shown while it is walked, read again until it is there."""

import logging
from uuid import UUID

from fastapi import Response
from temporalio.service import RPCError

from activities.starting import start_foresight
from console.ops.desk import Desk

AGAIN_SECONDS = 3
"""After so long a page that waits is loaded again."""

_log = logging.getLogger(__name__)


async def have_walked(desk: Desk, what: str, id_: UUID) -> None:
    """Have a `forecast` or a `what-if` carried on now; without Temporal the watchdog sees to it when it is back."""
    try:
        await start_foresight(desk.client, what, id_)
    except RPCError as error:
        _log.warning("the %s %s could not be started: %s", what, id_, error.status.name)


def again_soon(response: Response, *, is_open: bool) -> Response:
    """Have the browser load the page again while there is work to do."""
    if is_open:
        response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response
