"""The buyer's account as an ASGI application, to be mounted under `/account`: its routes, faults and headers."""

from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request, Response
from temporalio.client import Client

from console.account.calendar import calendar_routes
from console.account.carts import cart_routes
from console.account.contracts import contract_routes
from console.account.desk import HOME, SIGN_IN, Desk, see_other, speech_for, templates_of
from console.account.finding import NotYours
from console.account.guard import SignInFirst
from console.account.methods import method_routes
from console.account.pages import subscription_routes
from console.account.quotes import quote_routes
from console.account.signing_in import sign_in_routes
from console.account.usage import usage_routes
from console.account.usage_files import usage_file_routes
from console.headers import with_page_headers
from console.own_forms import NotOurForm
from mail.sender import Mailer
from models.engine import Sessions
from settings import Settings

_TEMPLATES = Path(__file__).parent.parent / "templates"


def create_account(settings: Settings, sessions: Sessions, client: Client, mailer: Mailer) -> FastAPI:
    """The account of one installation. `client` gets the commands, `mailer` the links to sign in."""
    app = FastAPI(title="Perennial account", docs_url=None, redoc_url=None, openapi_url=None)
    desk = Desk(settings, sessions, client, mailer, templates_of(_TEMPLATES))
    app.middleware("http")(with_page_headers)
    app.include_router(sign_in_routes(desk))
    app.include_router(calendar_routes(desk))
    app.include_router(method_routes(desk))
    app.include_router(usage_routes(desk))
    app.include_router(usage_file_routes(desk))
    app.include_router(subscription_routes(desk))
    app.include_router(quote_routes(desk))
    app.include_router(cart_routes(desk))
    app.include_router(contract_routes(desk))
    _add_faults(app, desk)

    @app.get("/")
    async def home() -> Response:
        return see_other(HOME)

    return app


def _add_faults(app: FastAPI, desk: Desk) -> None:
    @app.exception_handler(SignInFirst)
    async def sign_in_first(request: Request, fault: SignInFirst) -> Response:
        """To the sign-in; whoever wanted to see one subscription comes back to it. Only its number is kept."""
        number = request.path_params.get("number")
        return see_other(f"{SIGN_IN}?number={quote(number, safe='')}" if number else SIGN_IN)

    @app.exception_handler(NotYours)
    @app.exception_handler(404)
    @app.exception_handler(405)
    async def missing(request: Request, fault: NotYours | HTTPException) -> Response:
        return desk.page(request, "message.html", speech_for(request), status=404, about="not_found")

    @app.exception_handler(NotOurForm)
    async def refused(request: Request, fault: NotOurForm) -> Response:
        return desk.page(request, "message.html", speech_for(request), status=403, about="refused_form")
