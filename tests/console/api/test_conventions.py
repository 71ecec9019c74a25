"""What holds at every address: keys and scopes, problems, limits, and a description that is true."""

import logging
from datetime import UTC, datetime

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy import make_url
from temporalio.testing import WorkflowEnvironment

from cli.stack_postgres import run_sql
from console.api import gate
from console.api.app import create_api
from models.api_keys import Scope, revoke_key
from models.engine import Sessions, create_engine, sessions_of
from renewals.actors import Person
from renewals.arguments import parse_command
from settings import Settings
from tests.console.api.calling import ADA, Api, codes, console_of, filled, new_key, operations

pytestmark = pytest.mark.usefixtures("portfolio")


async def description(api: Api) -> dict[str, object]:
    answer = await api.get("/openapi.json")
    page: dict[str, object] = answer.json()
    return page


async def test_nobody_gets_in_without_a_key_that_is_good(api: Api, sessions: Sessions) -> None:
    good, other = await new_key(sessions), await new_key(sessions)
    strangers = [
        None,
        "x",
        good[:-1],
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        f"{good[:11]}_{other[12:]}",
        good.upper(),
        "pk_" + "é" * 52,
    ]
    for method, path in [*operations(await description(api)), ("GET", "/nowhere"), ("DELETE", "/")]:
        for key in strangers[: None if path == "/subscriptions" else 2]:
            answer = await Api(api.app, key).ask(method, filled(path))
            assert codes([answer]) == [(401, "no_key")]
            assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await Api(api.app, good).get("/subscriptions")).status_code == 200


async def test_other_ways_to_say_who_one_is_are_none(api: Api) -> None:
    for said in (api.key, f"Basic {api.key}", f"Bearer{api.key}", "Bearer", ""):
        answer = await Api(api.app, None).get("/subscriptions", headers={"Authorization": str(said)})
        assert answer.status_code == 401
    assert (await Api(api.app, None).get(f"/subscriptions?key={api.key}")).status_code == 401


async def test_a_revoked_key_is_good_for_nothing_from_then_on(api: Api, sessions: Sessions) -> None:
    key = await new_key(sessions)
    caller, prefix = Api(api.app, key), key.split("_")[1]
    assert (await caller.get("/subscriptions")).status_code == 200
    for changed in (True, False):
        async with sessions.begin() as session:
            done = await revoke_key(session, prefix, by="operator:ana", reason="leaked", now=datetime.now(UTC))
        assert done is changed
    assert (await caller.get("/subscriptions")).status_code == 401


async def test_of_a_key_only_its_digest_is_stored(api: Api, sessions: Sessions) -> None:
    async with sessions() as session:
        stored = (await session.execute(sa.text("SELECT row_to_json(api_keys)::text FROM api_keys"))).scalar_one()
    assert api.key is not None
    assert api.key[12:] not in stored


async def test_a_key_acts_for_buyers_by_one_scope_and_as_an_operator_by_another(api: Api, sessions: Sessions) -> None:
    for_buyers = Api(api.app, await new_key(sessions, Scope.WRITE))
    operating = Api(api.app, await new_key(sessions, Scope.OPERATE))
    reason = {"reason": "a test"}
    answers = [
        await for_buyers.give("S-1001", "park", reason, by="operator:ana"),
        await operating.give("S-1001", "renew", {}, by=ADA),
        await operating.get("/subscriptions"),
    ]
    assert codes(answers) == [(403, "scope_missing")] * 3
    assert "lacks the scope operate" in answers[0].json()["detail"]


async def test_a_scope_opens_its_own_methods_only(api: Api, sessions: Sessions) -> None:
    reader = Api(api.app, await new_key(sessions, Scope.READ))
    writer = Api(api.app, await new_key(sessions, Scope.WRITE))
    everybody = Api(api.app, await new_key(sessions))
    for method, path in operations(await description(api)):
        if path.startswith("/partner/"):
            assert codes([await everybody.ask(method, filled(path))]) == [(403, "scope_missing")]
            continue
        wrong = writer if method == "GET" else reader
        right = reader if method == "GET" else writer
        assert codes([await wrong.ask(method, filled(path))]) == [(403, "scope_missing")]
        assert (await right.ask(method, filled(path))).status_code not in (401, 403)


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        pytest.param("GET", "/nowhere", (404, "not_found"), id="no such address"),
        pytest.param("GET", "/a%0Ab", (404, "not_found"), id="an address with a line end"),
        pytest.param("GET", "/subscriptions/S-1001%0A", (422, "invalid"), id="a number with a line end"),
        pytest.param("GET", "/api/v1", (404, "not_found"), id="the root of it"),
        pytest.param("GET", "/subscriptions/", (404, "not_found"), id="a slash too many"),
        pytest.param("GET", "/docs", (404, "not_found"), id="no pages about it"),
        pytest.param("GET", "/subscriptions/S-0000", (404, "unknown_subscription"), id="no such subscription"),
        pytest.param("GET", "/subscriptions/S-0000/forecast", (404, "unknown_subscription"), id="of no subscription"),
        pytest.param("GET", "/access/S-0000", (404, "unknown_subscription"), id="no access to it"),
        pytest.param("GET", "/customers/0/payment-methods", (404, "unknown_customer"), id="no such customer"),
        pytest.param("GET", f"/commands/{'0' * 32}", (404, "not_found"), id="no such command"),
        pytest.param("GET", "/subscriptions/S%001", (422, "invalid"), id="a number with a NUL"),
        pytest.param("GET", "/subscriptions?buyer=%00", (422, "invalid"), id="a NUL in the query"),
        pytest.param("GET", "/subscriptions?limit=201", (422, "invalid"), id="too many at once"),
        pytest.param("GET", "/subscriptions?limit=0", (422, "invalid"), id="none at once"),
        pytest.param("GET", "/subscriptions?phase=dead", (422, "invalid"), id="no such phase"),
        pytest.param("GET", "/subscriptions?after=~", (422, "bad_cursor"), id="no place in the list"),
        pytest.param("GET", "/subscriptions?page=2", (422, "unknown_parameter"), id="an unknown parameter"),
        pytest.param("GET", "/subscriptions?limit=1&limit=2", (422, "repeated_parameter"), id="a parameter twice"),
        pytest.param("GET", "/access/S-1001?x=1", (422, "unknown_parameter"), id="a parameter where there is none"),
        pytest.param("GET", "/subscriptions/S-1001/preview/add-seats", (422, "invalid"), id="seats missing"),
        pytest.param("PUT", "/subscriptions/S-1001", (405, "method_not_allowed"), id="no such method"),
        pytest.param("DELETE", "/customers/5100000001/payment-methods", (405, "method_not_allowed"), id="nor such"),
    ],
)
async def test_every_error_is_a_problem(api: Api, method: str, path: str, wanted: tuple[int, str]) -> None:
    answer = await api.ask(method, path)
    assert codes([answer]) == [wanted]
    if answer.status_code == 405:
        assert answer.headers["allow"] in ("GET", "GET, POST")
        assert ("POST" in answer.headers["allow"]) == ("payment-methods" in path)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        pytest.param(b"{", (422, "invalid"), id="no JSON"),
        pytest.param(b"[" * 60_000, (400, "unreadable"), id="too deep"),
        pytest.param(b"\xff", (400, "unreadable"), id="no UTF-8"),
        pytest.param(b'{"command": "renew", "when": "now"}', (422, "invalid"), id="an unknown field"),
        pytest.param(b'{"command": "dance"}', (422, "invalid"), id="an unknown command"),
        pytest.param(b'{"command": "renew", "args": []}', (422, "invalid"), id="no object"),
        pytest.param(b'{"command": "renew", "args": {"\\u0000": 1}}', (422, "bad_arguments"), id="a NUL"),
        pytest.param(
            b'{"command": "renew", "args": {"reason": "\\ud800"}}', (422, "bad_arguments"), id="half a letter"
        ),
        pytest.param(b'{"command": "add-seats", "args": {"seats": 1e999}}', (422, "bad_arguments"), id="infinity"),
        pytest.param(b" " * (64 * 1024) + b"{}", (413, "too_large"), id="too large"),
    ],
)
async def test_a_body_that_is_none_of_ours_is_a_problem(api: Api, body: bytes, wanted: tuple[int, str]) -> None:
    headers = {"Perennial-Actor": ADA, "Idempotency-Key": "1", "Content-Type": "application/json"}
    answer = await api.ask("POST", "/subscriptions/S-1001/commands", content=body, headers=headers)
    assert codes([answer]) == [wanted]

    async def in_parts() -> object:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    again = await api.ask("POST", "/subscriptions/S-1001/commands", content=in_parts(), headers=headers)
    assert codes([again]) == [wanted]


async def test_more_requests_than_a_key_may_make_are_told_when_to_go_on(
    sessions: Sessions, temporal: WorkflowEnvironment
) -> None:
    now = [1000.0]
    settings = Settings(api_requests_per_minute=6, api_burst=3)
    app = create_api(settings, sessions, temporal.client, clock=lambda: now[0])
    transport = httpx.ASGITransport(app)
    one, other = await new_key(sessions), await new_key(sessions)

    async def asked(key: str) -> tuple[int, str | None]:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answer = await client.get("/access/S-1001", headers={"Authorization": f"Bearer {key}"})
        return answer.status_code, answer.headers.get("retry-after")

    assert [await asked(one) for _ in range(4)] == [(200, None)] * 3 + [(429, "10")]
    now[0] += 4
    assert await asked(one) == (429, "6")
    assert await asked(other) == (200, None)
    now[0] += 6
    assert [await asked(one) for _ in range(2)] == [(200, None), (429, "10")]
    now[0] += 3600
    assert [(await asked(one))[0] for _ in range(4)] == [200, 200, 200, 429]


async def test_a_fault_of_ours_is_a_problem_and_its_log_names_nobody(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(f"{ADA} broke it")

    monkeypatch.setattr("console.api.subscriptions.subscription_of", broken)
    with caplog.at_level(logging.INFO):
        answer = await api.get("/subscriptions/S-1001?")
        listed = await api.get("/subscriptions?buyer=ada@northwind.example")
    assert codes([answer, listed]) == [(500, "fault")] * 2
    said = "\n".join(record.getMessage() for record in caplog.records if record.name == gate.__name__)
    assert "GET of /subscriptions/{number} failed with ValueError" in said
    assert "northwind" not in said
    assert str(api.key) not in said


async def test_a_database_that_is_away_is_a_problem(temporal: WorkflowEnvironment, api: Api) -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/nowhere")
    away = Api(console_of(sessions_of(engine), temporal.client), api.key)
    answer = await away.get("/subscriptions")
    assert codes([answer]) == [(503, "unavailable")]
    assert answer.headers["retry-after"] == "5"
    await engine.dispose()


async def test_where_the_role_of_the_pages_serves_there_is_no_api(
    database_url: str, temporal: WorkflowEnvironment, api: Api
) -> None:
    role = f"pages_{make_url(database_url).database}"
    await run_sql(database_url, f"CREATE ROLE {role} LOGIN")
    engine = create_engine(make_url(database_url).set(username=role).render_as_string(hide_password=False))
    pages = Api(console_of(sessions_of(engine), temporal.client), api.key)
    assert codes([await pages.get("/subscriptions")]) == [(503, "not_served")]
    await engine.dispose()
    await run_sql(database_url, f"DROP ROLE {role}")


async def test_answers_are_not_kept_unless_they_say_so(api: Api) -> None:
    for method, path in operations(await description(api)):
        if method == "GET" and not path.startswith("/access"):
            assert (await api.get(filled(path))).headers["cache-control"] == "no-store"


async def test_the_description_has_examples_that_are_commands(api: Api) -> None:
    page = (await api.get("/openapi.json")).json()
    body = page["paths"]["/subscriptions/{number}/commands"]["post"]["requestBody"]["content"]["application/json"]
    assert len(body["examples"]) >= 5
    for example in body["examples"].values():
        parse_command(example["value"]["command"], example["value"].get("args", {}), Person(ADA))
    assert page["servers"] == [{"url": "/api/v1"}]
    assert page["openapi"].startswith("3.1")


async def test_methods_are_told_without_their_tokens(api: Api) -> None:
    answer = await api.get("/customers/5100000001/payment-methods")
    methods = answer.json()["items"]
    assert {each["kind"] for each in methods} == {"card"}
    assert all(set(each) == {"id", "kind", "valid_through", "label"} for each in methods)
    assert "insufficient_funds" not in answer.text


async def test_a_method_is_stored_once_by_a_buyer_or_an_operator(api: Api) -> None:
    address, method = "/customers/5100000001/payment-methods", {"kind": "card", "token": "tok_1", "expires": "2030-05"}
    first = await api.ask("POST", address, json=method, headers={"Perennial-Actor": "ADA@northwind.example"})
    again = await api.ask("POST", address, json=method, headers={"Perennial-Actor": "operator:ana"})
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    assert first.json()["valid_through"] == "2030-05-31"
    assert first.json() in (await api.get(address)).json()["items"]
    assert "tok_1" not in first.text


@pytest.mark.parametrize(
    ("by", "method", "wanted"),
    [
        pytest.param("it@northwind.example", {}, (403, "not_buyer"), id="a contact who buys nothing"),
        pytest.param("mia@harbour.example", {}, (403, "not_buyer"), id="the buyer of another customer"),
        pytest.param(ADA, {"token": "4242 4242 4242 4242"}, (422, "bad_arguments"), id="the number of a card"),
        pytest.param(ADA, {"token": "4242424242424241"}, (422, "bad_arguments"), id="a mistyped one"),
        pytest.param(ADA, {"expires": "2020-01"}, (422, "bad_arguments"), id="a card that is over"),
        pytest.param(ADA, {"expires": "05/30"}, (422, "bad_arguments"), id="no month"),
        pytest.param(ADA, {"kind": "cash"}, (422, "invalid"), id="no such kind"),
        pytest.param(ADA, {"cvc": "123"}, (422, "invalid"), id="more than is asked for"),
        pytest.param("ana", {}, (400, "bad_actor"), id="nobody"),
    ],
)
async def test_what_is_no_method_or_not_theirs_is_refused(
    api: Api, by: str, method: dict[str, str], wanted: tuple[int, str]
) -> None:
    address, whole = "/customers/5100000001/payment-methods", {"kind": "card", "token": "tok_1", "expires": "2030-05"}
    before = (await api.get(address)).json()
    answer = await api.ask("POST", address, json=whole | method, headers={"Perennial-Actor": by})
    assert codes([answer]) == [wanted]
    assert method.get("token", "4242") not in answer.text.replace("docs/api.md", "")
    assert (await api.get(address)).json() == before
