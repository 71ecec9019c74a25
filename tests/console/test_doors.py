"""Every route of the console has a door: who may come is declared, asked, and tried for each role and for nobody.

A new route of the operators' pages without a rule keeps the console from starting; one of any other room is found here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount
from temporalio.client import Client

from console.app import create_app
from console.ops import app as ops_app
from console.ops import live
from console.ops.app import Unguarded, create_ops, rule_of
from console.ops.guard import Needs, Open, Reads
from console.ops.signing_in import SIGNING_IN
from mail.sender import Mailer
from models.engine import create_engine, sessions_of
from renewals.roles import RIGHTS, May, Role, may
from settings import Settings
from tests.console.ops.staff import People, form

OPEN = {"/", "/ops", "/healthz", "/readyz"}
"""Outside of every room: these tell nobody anything."""

OPEN_IN_ACCOUNT = re.compile(r"/account/(sign-in(/.*)?|)|/account/calendar/[^/]+\.ics")
"""Ways in, and the calendar, whose address is the secret."""

OPEN_IN_API = {"/openapi.json"}

FILLED = {
    "number": "S-1001",
    "csn": "5100000001",
    "name": "nobody",
    "command": "renew",
    "what": "charges",
    "quote": "Q-1001",
    "id": str(UUID(int=0)),
    "method": str(UUID(int=0)),
    "id_": str(UUID(int=0)),
    "event_id": "1",
    "state": "off",
}
"""What stands for a name in an address; anything else is `x`."""

NOBODY: Any = None


@dataclass(frozen=True)
class Door:
    """A route, with its address filled in."""

    method: str
    path: str
    route: Any

    @property
    def address(self) -> str:
        return re.sub(r"{(\w+)(?::\w+)?}", lambda found: FILLED.get(found[1], "x"), self.path)


def doors(app: FastAPI, at: str = "") -> Iterator[Door]:
    """Every route, also of the applications that are mounted, under the address that people use."""
    for route in iter_route_contexts(app.routes):
        mounted = route.original_route
        if isinstance(mounted, Mount):
            if isinstance(mounted.app, FastAPI):
                yield from doors(mounted.app, at + mounted.path)
            else:
                assert isinstance(mounted.app, StaticFiles), f"{mounted.path} has no rule"
            continue
        for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
            yield Door(method, at + str(route.path), route)


def room(app: FastAPI, at: str) -> list[Door]:
    return [door for door in doors(app) if door.path.startswith(at + "/")]


def test_outside_of_the_rooms_only_what_is_known_is_open(app: FastAPI) -> None:
    rooms = ("/ops/", "/account/")
    assert {door.path for door in doors(app) if not door.path.startswith(rooms)} == OPEN
    assert [route.path for route in app.routes if isinstance(route, Mount)] == ["/account", "/ops", "/static"]


def test_every_page_of_the_operators_declares_one_rule(app: FastAPI) -> None:
    rules = {door.path: rule_of(door.route) for door in room(app, "/ops")}
    assert len(rules) > 15
    assert {path for path, rule in rules.items() if isinstance(rule, Open)} == {"/ops/sign-in", "/ops/enter/{token}"}


def test_a_page_without_a_rule_keeps_the_console_from_starting(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Part:
        routes = APIRouter()

    @Part.routes.get("/open-to-all")
    async def forgotten() -> None: ...

    monkeypatch.setattr(ops_app, "PARTS", (*ops_app.PARTS, Part))
    with pytest.raises(Unguarded, match="/open-to-all must declare one of the rules"):
        create_ops(settings, NOBODY, NOBODY)


def test_a_page_with_two_rules_does_not_start_either(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Part:
        routes = APIRouter(dependencies=[SIGNING_IN])

    @Part.routes.get("/both")
    async def both(who: Reads) -> None: ...

    monkeypatch.setattr(ops_app, "PARTS", (*ops_app.PARTS, Part))
    with pytest.raises(Unguarded):
        create_ops(settings, NOBODY, NOBODY)


async def test_nobody_is_led_to_the_sign_in_from_every_page(app: FastAPI, people: People) -> None:
    nobody = people.stranger().client
    for door in room(app, "/ops"):
        if isinstance(rule_of(door.route), Needs):
            answer = await nobody.request(door.method, door.address)
            assert answer.status_code == 303, door
            assert answer.headers["location"].startswith("/ops/sign-in"), door


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_comes_in_where_it_may_and_nowhere_else(
    app: FastAPI, people: People, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forms are ours and say nothing else, so that nothing is done; nobody stays to listen, which has no end."""
    monkeypatch.setattr(live, "MOST_PER_OPERATOR", 0)
    await people.add("somebody", role)
    for door in room(app, "/ops"):
        rule = rule_of(door.route)
        if isinstance(rule, Open):
            continue
        person = await people.again("somebody")
        csrf = form(await person.page("/ops/pauses"), "/sign-out").fields
        answer = await person.client.request(door.method, door.address, data=csrf)
        refused = answer.status_code == 403 and "Not for your role" in answer.text
        assert refused is not may(role, rule.right), (role, door, answer.status_code)
        assert answer.status_code not in (500, 403) or refused, door
        if door.method != "GET" and may(role, rule.right):
            foreign = await (await people.again("somebody")).client.request(door.method, door.address)
            assert foreign.status_code == 403, door


def test_the_table_of_roles_is_this_one() -> None:
    assert {role.value: "".join(sorted(each.value[0] for each in rights)) for role, rights in RIGHTS.items()} == {
        "viewer": "r",
        "operator": "ars",
        "finance": "amr",
        "admin": "agmrs",
    }
    assert set(RIGHTS) == set(Role)
    assert RIGHTS[Role.ADMIN] == set(May)


async def test_nobody_is_led_to_the_sign_in_from_every_page_of_the_account(app: FastAPI, people: People) -> None:
    nobody = people.stranger().client
    asked = [door for door in room(app, "/account") if not OPEN_IN_ACCOUNT.fullmatch(door.path)]
    led = 0
    for door in asked:
        answer = await nobody.request(door.method, door.address)
        assert answer.status_code in (303, 404), door
        assert answer.headers.get("location", "/account/sign-in").startswith("/account/sign-in"), door
        led += answer.status_code == 303
    assert led > 20


async def test_nobody_gets_anything_from_the_api_without_a_key(app: FastAPI, people: People) -> None:
    (api,) = [cast("FastAPI", each.kwargs["api"]) for each in app.user_middleware if "api" in each.kwargs]
    nobody = people.stranger().client
    asked = [door for door in doors(api) if door.path not in OPEN_IN_API]
    assert len(asked) > 25
    for door in asked:
        answer = await nobody.request(door.method, f"/api/v1{door.address}")
        assert answer.status_code == 401, door


async def test_who_serves_says_nothing_to_whoever_asks(people: People) -> None:
    nobody = people.stranger()
    for path in ("/", "/ops"):
        assert (await nobody.get(path)).headers["location"] == "/ops/"
    assert (await nobody.get("/healthz")).json() == {"status": "ok"}
    assert (await nobody.get("/readyz")).json() == {"status": "ok"}
    assert (await nobody.get("/elsewhere")).text == "There is no such page."


@pytest.mark.parametrize("path", ["/", "/ops/sign-in", "/healthz", "/static/perennial.css", "/elsewhere"])
async def test_every_answer_carries_the_security_headers(people: People, path: str) -> None:
    headers = (await people.stranger().get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_page_of_elsewhere_cannot_borrow_the_local_console(people: People) -> None:
    assert (await people.stranger().get("/ops/sign-in", host="evil.example")).status_code == 400


async def test_it_is_not_ready_when_a_part_does_not_answer_and_names_it(settings: Settings) -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/nowhere")
    client = await Client.connect("127.0.0.1:9", lazy=True)
    app = create_app(settings, sessions_of(engine), client, Mailer("127.0.0.1", 9, tls="none"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as nobody:
        answer = await nobody.get("/readyz")
        assert (await nobody.get("/healthz")).status_code == 200
    await engine.dispose()
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "no answer from": ["database", "temporal"]}
