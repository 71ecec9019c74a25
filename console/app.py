"""The console as an ASGI application: its routes, and the headers that every answer carries.

It shows what is stored and changes nothing. It has no login, so whoever serves it binds it to the loopback address.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from temporalio.client import Client

from console import mailbox, words
from console.overview import read_overview
from console.readiness import not_ready
from models.engine import Sessions
from settings import Settings

_HERE = Path(__file__).parent

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""What a page of ours may load: its own style and pictures, and the frame with a letter. No scripts at all."""

LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""What a letter may load: nothing from anywhere. Letters carry their styles inline, as mail programs want it."""


def create_app(settings: Settings, sessions: Sessions, client: Client) -> FastAPI:
    """The console of one installation. `client` is asked only whether Temporal can be reached."""
    app = FastAPI(title="Perennial", docs_url=None, redoc_url=None, openapi_url=None)
    app.middleware("http")(_with_security_headers)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    templates = Jinja2Templates(_HERE / "templates")
    templates.env.globals.update(
        day=words.day, moment=words.moment, span=words.span, plain=words.plain, event_in_words=words.event_in_words
    )
    _add_pages(app, settings, sessions, templates)
    _add_mails(app, settings, templates)
    _add_health(app, sessions, client)
    return app


def _add_pages(app: FastAPI, settings: Settings, sessions: Sessions, templates: Jinja2Templates) -> None:
    @app.get("/", response_class=HTMLResponse)
    async def status(request: Request) -> Response:
        now = datetime.now(UTC)
        async with sessions() as session:
            overview = await read_overview(session, now)
        mails = await mailbox.newest(settings) if settings.local_stack else None
        return templates.TemplateResponse(
            request, "status.html", {"overview": overview, "mails": mails, "now": now, "settings": settings}
        )


def _add_mails(app: FastAPI, settings: Settings, templates: Jinja2Templates) -> None:
    """The letters that the local stack's sink holds; elsewhere there is no sink, and these pages do not exist."""

    @app.get("/mails", response_class=HTMLResponse)
    async def mails(request: Request) -> Response:
        return templates.TemplateResponse(request, "mails.html", {"mails": await mailbox.newest(settings, limit=500)})

    @app.get("/mails/{name}", response_class=HTMLResponse)
    async def mail(request: Request, name: str) -> Response:
        return templates.TemplateResponse(request, "mail.html", {"mail": await _found(settings, name)})

    @app.get("/mails/{name}/letter", response_class=HTMLResponse)
    async def letter(name: str) -> Response:
        found = await _found(settings, name)
        return HTMLResponse(found.html, headers={"Content-Security-Policy": LETTER_POLICY})


async def _found(settings: Settings, name: str) -> mailbox.Mail:
    found = await mailbox.read(settings, name)
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
        return JSONResponse({"status": "not ready", "faults": faults} if faults else {"status": "ok"}, 503 if faults else 200)


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
