"""The console as an ASGI application: its rooms, and the headers that every answer carries.

The operators' pages, the buyer's account and the JSON API are rooms of their own, each with its own door. Here stand
only what tells nobody anything: the way in, health and readiness.
"""

from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from temporalio.client import Client

from console.account.app import create_account
from console.api.app import Below, create_api
from console.headers import with_headers
from console.ops.app import create_ops
from console.readiness import not_ready
from mail.sender import Mailer
from models.engine import Sessions
from settings import Settings

_STATIC = Path(__file__).parent / "static"


def create_app(settings: Settings, sessions: Sessions, client: Client, mailer: Mailer) -> FastAPI:
    """The console of one installation. Its rooms give commands; the account mails links."""
    app = FastAPI(title="Perennial", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Below, api=create_api(settings, sessions, client))
    app.middleware("http")(with_headers)
    if settings.local_stack:
        # A page of elsewhere, whose name was made to lead to this machine, must not read the console.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"])
    _add_way_in(app)
    app.mount("/account", create_account(settings, sessions, client, mailer))
    app.mount("/ops", create_ops(settings, sessions, client))
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    _add_health(app, sessions, client)

    @app.exception_handler(404)
    async def missing(request: object, fault: Exception) -> Response:
        return PlainTextResponse("There is no such page.", 404)

    return app


def _add_way_in(app: FastAPI) -> None:
    @app.get("/")
    @app.get("/ops")
    async def way_in() -> Response:
        return RedirectResponse("/ops/", 303)


def _add_health(app: FastAPI, sessions: Sessions, client: Client) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        """It can do its work: database and Temporal answer."""
        faults = await not_ready(sessions, client)
        if faults:
            return JSONResponse({"status": "not ready", "no answer from": faults}, 503)
        return JSONResponse({"status": "ok"})
