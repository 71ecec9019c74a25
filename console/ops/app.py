"""The operators' console as an ASGI application, to be mounted under `/ops`: its routes, faults and headers."""

from functools import cache
from pathlib import Path
from types import ModuleType
from uuid import uuid4

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined
from temporalio.client import Client

from console import words
from console.headers import with_page_headers
from console.ops import (
    alarms,
    auditing,
    bulk,
    calendar,
    charges,
    compliance,
    customers,
    forecasting,
    going_live,
    import_forecast,
    keys,
    letters,
    letters_to_me,
    live,
    mails,
    offerings,
    overview,
    pausing,
    people,
    policies,
    provided,
    results,
    runbooks,
    second_person,
    sessions,
    setting_up,
    signing_in,
    subscription,
    subscriptions,
    webhooks,
    what_if,
)
from console.ops.alarm_words import alarm_in_words, todo_in_words
from console.ops.commanding import BadForm
from console.ops.desk import Desk, see_other
from console.ops.fields import Wrong
from console.ops.guard import Needs, NotYourRole, Open, SetUpFirst, SignInFirst
from console.ops.offering import why_not
from console.ops.provider import IdentityProvider
from console.ops.setting_up import SET_UP
from console.ops.signing_in import sign_in_for
from console.ops.subscription import NoSubscription
from console.ops.webhooks import NoEndpoint
from console.ops.words import LANGUAGES
from console.own_forms import NotOurForm
from models.engine import Sessions
from models.history import NoSuchPlace
from models.staff import StaffRefused
from settings import Settings

_TEMPLATES = Path(__file__).parent.parent / "templates"

PARTS = (
    overview,
    alarms,
    runbooks,
    auditing,
    letters,
    compliance,
    customers,
    charges,
    calendar,
    live,
    subscriptions,
    bulk,
    signing_in,
    setting_up,
    second_person,
    sessions,
    pausing,
    people,
    keys,
    webhooks,
    letters_to_me,
    subscription,
    forecasting,
    offerings,
    policies,
    what_if,
    going_live,
    import_forecast,
    results,
)
"""The rooms, each with its `routes`. A new one is a line here, and one in `rooms.py` if it stands in the menu."""


class Unguarded(Exception):
    """A route has no rule who may come. The console does not start with one."""


def create_ops(settings: Settings, sessions: Sessions, client: Client) -> FastAPI:
    """The console of one installation. `client` gets the commands. Raises `Unguarded`, `BadSettings`."""
    parts = (*PARTS, *((mails,) if settings.local_stack else ()), *((provided,) if settings.oidc_issuer else ()))
    routes = _rooms(parts).routes
    app = FastAPI(title="Perennial operations", docs_url=None, redoc_url=None, openapi_url=None, routes=routes)
    app.state.desk = Desk(settings, sessions, client, _templates())
    app.state.live = live.Broadcast(app.state.desk)
    app.middleware("http")(with_page_headers)
    if settings.oidc_issuer:
        app.state.provider = IdentityProvider(settings)
    _add_faults(app)
    return app


@cache
def _rooms(parts: tuple[ModuleType, ...]) -> APIRouter:
    """Those of the rooms, each with its rule; the framework reads all signatures for that, so once in a process."""
    router = APIRouter()
    for part in parts:
        router.include_router(part.routes)
    for route in iter_route_contexts(router.routes):
        rule_of(route)
    return router


def rule_of(route: RouteContext) -> Needs | Open:
    """Who may come, as the route declares it. Raises `Unguarded` unless it declares exactly one rule."""
    dependant = getattr(route, "dependant", None)
    rules = [each.call for each in dependant.dependencies if isinstance(each.call, Needs | Open)] if dependant else []
    if len(rules) != 1:
        raise Unguarded(f"{route.path} must declare one of the rules of console/ops/guard.py")
    return rules[0]


@cache
def _templates() -> Jinja2Templates:
    """Compiled once in a process."""
    templates = Jinja2Templates(_TEMPLATES)
    templates.env.undefined = StrictUndefined
    templates.env.trim_blocks = templates.env.lstrip_blocks = True
    templates.env.globals.update(
        new_key=lambda: str(uuid4()),
        languages=LANGUAGES,
        plain=words.plain,
        leads_to=alarms.leads_to,
        alarm_in_words=alarm_in_words,
        todo_in_words=todo_in_words,
        event_in_words=words.event_in_words,
        why_not=why_not,
    )
    return templates


def _add_faults(app: FastAPI) -> None:
    desk: Desk = app.state.desk

    @app.exception_handler(SignInFirst)
    async def sign_in_first(request: Request, fault: SignInFirst) -> Response:
        return see_other(sign_in_for(request))

    @app.exception_handler(SetUpFirst)
    async def set_up_first(request: Request, fault: SetUpFirst) -> Response:
        return see_other(SET_UP)

    def told(request: Request, status: int, about: str, **values: str) -> Response:
        who = getattr(request.state, "staff", None)
        return desk.page(request, "message.html", who, status=status, about=about, **values)

    @app.exception_handler(NotYourRole)
    async def not_your_role(request: Request, fault: NotYourRole) -> Response:
        return told(request, 403, "not_your_role")

    @app.exception_handler(NotOurForm)
    async def refused(request: Request, fault: NotOurForm) -> Response:
        return told(request, 403, "refused_form")

    @app.exception_handler(Wrong)
    async def wrong(request: Request, fault: Wrong) -> Response:
        return told(request, 422, fault.words)

    @app.exception_handler(StaffRefused)
    async def impossible(request: Request, fault: StaffRefused) -> Response:
        return told(request, 409, f"refused.{fault.code}")

    @app.exception_handler(BadForm)
    async def bad_form(request: Request, fault: BadForm) -> Response:
        who = getattr(request.state, "staff", None)
        return desk.page(request, "message.html", who, status=422, about="wrong.arguments", sentence=str(fault))

    @app.exception_handler(NoSubscription)
    async def no_subscription(request: Request, fault: NoSubscription) -> Response:
        return told(request, 404, "no_subscription")

    @app.exception_handler(NoEndpoint)
    @app.exception_handler(NoSuchPlace)
    @app.exception_handler(404)
    @app.exception_handler(405)
    async def missing(request: Request, fault: Exception) -> Response:
        return told(request, 404, "not_found")
