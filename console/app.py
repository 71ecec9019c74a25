"""The console as an ASGI application: its routes, and the headers that every answer carries.

The status page shows what is stored and changes nothing. It has no login, so whoever serves it binds it to the loopback
address, or lets a proxy pass on `/account`, `/static` and `/api/v1` alone. The buyer's account and the JSON API, which
has keys, are rooms of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from temporalio.client import Client

from console import words
from console.account.app import create_account
from console.api.app import Below, create_api
from console.overview import read_overview
from console.readiness import not_ready
from mail.sender import Mailer
from mail.sink import StoredMail, list_mails, read_mail
from models.engine import Sessions
from settings import Settings

_HERE = Path(__file__).parent
_NEWEST = 12
_LISTED = 500

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""What a page of ours may load: its own style and pictures, and the frame with a letter. No scripts at all."""

LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""What a letter may load: nothing from anywhere. Letters carry their styles inline, as mail programs want it."""


def create_app(settings: Settings, sessions: Sessions, client: Client, mailer: Mailer) -> FastAPI:
    """The console of one installation, with the account of its buyers: that gives commands and mails links."""
    app = FastAPI(title="Perennial", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Below, api=create_api(settings, sessions, client))
    app.middleware("http")(_with_security_headers)
    if settings.local_stack:
        # A page of elsewhere, whose name was made to lead to this machine, must not read the console.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"])
    app.mount("/account", create_account(settings, sessions, client, mailer))
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    templates = Jinja2Templates(_HERE / "templates")
    templates.env.globals.update(
        day=words.day, moment=words.moment, span=words.span, plain=words.plain, event_in_words=words.event_in_words
    )
    _add_fault_page(app, templates)
    _add_pages(app, settings, sessions, templates)
    if settings.local_stack:
        _add_mails(app, settings, templates)
    _add_health(app, sessions, client)
    return app


def _add_fault_page(app: FastAPI, templates: Jinja2Templates) -> None:
    @app.exception_handler(404)
    async def missing(request: Request, fault: HTTPException) -> Response:
        hint = "There is no such page." if fault.detail == "Not Found" else fault.detail
        return templates.TemplateResponse(request, "missing.html", {"hint": hint}, status_code=404)


def _add_pages(app: FastAPI, settings: Settings, sessions: Sessions, templates: Jinja2Templates) -> None:
    @app.get("/", response_class=HTMLResponse)
    async def status(request: Request) -> Response:
        now = datetime.now(UTC)
        async with sessions() as session:
            overview = await read_overview(session, now)
        mails = await asyncio.to_thread(list_mails, settings.mails_dir, _NEWEST) if settings.local_stack else None
        return templates.TemplateResponse(
            request, "status.html", {"overview": overview, "mails": mails, "now": now, "settings": settings}
        )


def _add_mails(app: FastAPI, settings: Settings, templates: Jinja2Templates) -> None:
    """The letters that the local stack's sink holds; elsewhere there are none to show."""

    @app.get("/mails", response_class=HTMLResponse)
    async def mails(request: Request) -> Response:
        found = await asyncio.to_thread(list_mails, settings.mails_dir, _LISTED)
        return templates.TemplateResponse(request, "mails.html", {"mails": found, "listed": _LISTED})

    @app.get("/mails/{mail_id}", response_class=HTMLResponse)
    async def mail(request: Request, mail_id: str) -> Response:
        found = await _stored(settings, mail_id)
        headers = found.raw.partition(b"\r\n\r\n")[0].decode(errors="replace")
        return templates.TemplateResponse(
            request, "mail.html", {"letter": found, "mail": found.mail, "headers": headers}
        )

    @app.get("/mails/{mail_id}/letter", response_class=HTMLResponse)
    async def letter(mail_id: str) -> Response:
        found = await _stored(settings, mail_id)
        return HTMLResponse(found.html, headers={"Content-Security-Policy": LETTER_POLICY})


async def _stored(settings: Settings, mail_id: str) -> StoredMail:
    found = await asyncio.to_thread(read_mail, settings.mails_dir, mail_id)
    if found is None:
        raise HTTPException(404, "There is no such mail.")
    return found


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


async def _with_security_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in {
        "Content-Security-Policy": PAGE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }.items():
        response.headers.setdefault(name, value)
    return response
