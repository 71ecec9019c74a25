"""The JSON API as an application of its own, which the console serves under `/api/v1`."""

import time
from collections.abc import Callable, MutableMapping
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.security import HTTPBearer
from temporalio.client import Client

from console.api import (
    access,
    bulk,
    calendars,
    commands,
    methods,
    papers,
    partner,
    previews,
    quotes,
    seats,
    subscriptions,
)
from console.api.gate import Asgi, Gate, Receive, Send
from console.api.known_keys import KnownKeys
from console.api.openapi import MOUNTED_AT, described
from console.api.problems import Problem, add_problem_answers
from console.api.room import Room
from console.limits import RateLimits
from models.engine import Sessions
from settings import Settings

PATIENCE_SECONDS = 10.0
"""A worker that runs answers much sooner; beyond, a command is promised instead."""


class Below:
    """ASGI middleware of the console: whatever lies at or below `/api/v1` is the API's, and nothing else.

    A mount of the framework leaves out addresses with a line end, which would get a page instead of a problem.
    """

    def __init__(self, app: Asgi, *, api: FastAPI) -> None:
        self._app, self._api = app, api

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and f"{scope['path']}/".startswith(f"{MOUNTED_AT}/"):
            await self._api({**scope, "root_path": f"{scope.get('root_path', '')}{MOUNTED_AT}"}, receive, send)
        else:
            await self._app(scope, receive, send)


def create_api(
    settings: Settings,
    sessions: Sessions,
    client: Client,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """The API of one installation. `clock` counts the seconds of the rate limits."""
    api = FastAPI(
        title="Perennial",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        routes=_parts().routes,
    )
    setattr(api, "openapi", description)  # noqa: B010 - as FastAPI's own guide does; mypy forbids it as an assignment
    api.state.room = Room(settings, sessions, client, PATIENCE_SECONDS)
    of_keys, of_strangers = (RateLimits(settings.api_requests_per_minute, settings.api_burst, clock) for _ in range(2))
    known = KnownKeys(sessions, clock)
    api.add_middleware(Gate, sessions=sessions, limits=of_keys, strangers=of_strangers, known=known)
    add_problem_answers(api)
    return api


@cache
def _parts() -> APIRouter:
    """What every API serves; the framework reads all signatures when it puts routes together, so once in a process."""
    key = HTTPBearer(scheme_name="key", description="A key of `perennial api-key create`.", auto_error=False)
    router = APIRouter(dependencies=[Depends(key), Depends(_refuse_unknown_queries)])
    for part in (subscriptions, previews, commands, bulk, quotes, papers, calendars, access, methods, seats, partner):
        router.include_router(part.routes)
    return router


@cache
def description() -> dict[str, Any]:
    """What the API says of itself, to be read only: that of the routes, and so of every API of this process."""
    return described(_parts())


async def _refuse_unknown_queries(request: Request) -> None:
    """A parameter that is misspelt, or given twice, must not be read as if it were not there."""
    operation = description()["paths"][request.scope["route"].path][request.method.lower()]
    known = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            takes = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
            raise Problem(422, "unknown_parameter", f"The query has a parameter that is not known here; {takes}.")
        if given.count(name) > 1:
            raise Problem(422, "repeated_parameter", f"The parameter {name} is given twice; give it once.")
