"""Signing in as an operator: two factors, links that work once, limits, sessions that end."""

from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from console.ops import factors
from console.ops.entering import MOST_PER_CLIENT, MOST_PER_NAME
from console.ops.signing_in import wanted
from models import staff
from models.engine import Sessions
from models.operators import OperatorTryRow
from models.tokens import digest
from renewals.roles import Role
from settings import Settings
from tests.console.ops.staff import PASSWORD, SECRET, People, Person, acts, form, now, words

BY = {"by": "operator:ana", "reason": "a test"}


async def run(sessions: Sessions, statement: str) -> None:
    async with sessions.begin() as session:
        await session.execute(sa.text(statement))


async def failed(sessions: Sessions, name: str, client: str) -> None:
    """A try of a moment ago."""
    async with sessions.begin() as session:
        session.add(OperatorTryRow(name_hash=digest(name), client_hash=digest(client), tried_at=now()))


@pytest.fixture
async def mira(people: People) -> Person:
    await people.add("mira", Role.OPERATOR, password=True)
    return people.stranger("mira")


async def link_for(sessions: Sessions, name: str = "nils", role: Role = Role.ADMIN) -> str:
    async with sessions.begin() as session:
        token = await staff.add_operator(session, name, "nils@vendor.example", role, now=now(), **BY)
    return f"/ops/enter/{token}"


async def test_password_and_code_let_in(mira: Person, sessions: Sessions) -> None:
    answer = await mira.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/ops/")
    assert "mira" in await mira.page("/ops/pauses")
    assert await acts(sessions) == [("operator:mira", "sign_in", "mira", None)]


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [("mira", "wrong", None), ("mira", PASSWORD, "000000"), ("nobody", PASSWORD, None), ("", "", "")],
    ids=["password", "code", "name", "nothing"],
)
async def test_whatever_is_wrong_the_answer_is_the_same(mira: Person, name: str, password: str, code: str) -> None:
    mira.name = name
    answer = await mira.sign_in(password, code)
    assert answer.status_code == 422
    assert "Name, password or code is wrong, or the code was used before." in answer.text
    assert (await mira.get("/ops/pauses")).status_code == 303


async def test_a_name_that_nobody_has_takes_the_same_work(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def matches(stored: str, password: str) -> bool:
        asked.append(stored)
        return False

    monkeypatch.setattr(factors, "_matches", matches)
    for name in ("mira", "nobody"):
        mira.name = name
        await mira.sign_in("wrong")
    assert len(asked) == 2
    assert {stored.rpartition("$")[0].rpartition("$")[0] for stored in asked} == {"$argon2id$v=19$m=65536,t=3,p=4"}


async def test_a_code_counts_once(mira: Person, people: People) -> None:
    code = pyotp.TOTP(SECRET).at(now())
    assert (await mira.sign_in(code=code)).status_code == 303
    again = people.stranger("mira")
    assert (await again.sign_in(code=code)).status_code == 422
    assert (await again.sign_in(code=pyotp.TOTP(SECRET).at(now() - timedelta(seconds=30)))).status_code == 422


async def test_a_password_that_is_wrong_uses_up_no_code(mira: Person) -> None:
    code = pyotp.TOTP(SECRET).at(now())
    await mira.sign_in("wrong", code)
    assert (await mira.sign_in(code=code)).status_code == 303


async def test_after_too_many_tries_even_the_right_ones_wait(mira: Person, sessions: Sessions) -> None:
    for _ in range(MOST_PER_NAME):
        await failed(sessions, "mira", "elsewhere")
    answer = await mira.sign_in()
    assert answer.status_code == 429
    assert "Too many tries have failed." in words(answer.text)
    mira.name = "nobody"
    assert (await mira.sign_in()).status_code == 422
    await run(sessions, "UPDATE operator_tries SET tried_at = tried_at - interval '16 minutes'")
    mira.name = "mira"
    assert (await mira.sign_in()).status_code == 303


async def test_one_address_may_not_try_many_names(mira: Person, sessions: Sessions) -> None:
    for n in range(MOST_PER_CLIENT):
        await failed(sessions, str(n), "127.0.0.1")
    assert (await mira.sign_in()).status_code == 429


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/ops/pauses", "/ops/pauses"),
        ("/ops/subscriptions?cause=declined", "/ops/subscriptions?cause=declined"),
        ("//evil.example/ops", "/ops/"),
        ("https://evil.example/ops", "/ops/"),
        ("/ops/../account", "/ops/"),
        ("/ops\\evil.example", "/ops/"),
        ("/opsevil", "/ops/"),
        ("/account/subscriptions", "/ops/"),
        ("/ops/sign-in", "/ops/"),
    ],
)
def test_after_signing_in_one_goes_where_one_wanted_and_nowhere_else(asked: str, leads_to: str) -> None:
    assert wanted(asked) == leads_to


async def test_the_page_that_was_wanted_comes_after_the_form(mira: Person) -> None:
    page = await mira.page("/ops/sign-in?next=/ops/pauses")
    assert form(page, "/sign-in").fields["next"] == "/ops/pauses"
    assert (await mira.sign_in(next="/ops/pauses")).headers["location"] == "/ops/pauses"


async def test_who_is_not_signed_in_is_led_back_to_the_page(mira: Person) -> None:
    answer = await mira.get("/ops/people?a=b")
    assert answer.headers["location"] == "/ops/sign-in?next=%2Fops%2Fpeople%3Fa%3Db"


async def test_a_link_works_once_and_only_by_its_button(people: People, sessions: Sessions) -> None:
    link, nils = await link_for(sessions), people.stranger("nils")
    for _ in range(2):
        assert (await nils.get(link)).status_code == 200
    assert (await nils.enter(link)).headers["location"] == "/ops/"
    assert (await nils.get(link)).status_code == 410
    assert "admin" in await nils.page("/ops/people")


async def test_a_link_is_over_after_half_an_hour_and_when_its_owner_is_disabled(
    people: People, sessions: Sessions
) -> None:
    late, disabled = await link_for(sessions, "late"), await link_for(sessions, "gone", Role.VIEWER)
    await run(sessions, "UPDATE operator_links SET expires_at = now() WHERE operator = 'late'")
    async with sessions.begin() as session:
        await staff.disable(session, "gone", now=now(), **BY)
    for link in (late, disabled, "/ops/enter/nothing"):
        assert (await people.stranger().get(link)).status_code == 410


class TestAwayFromTheLocalStack:
    """Over TLS, and with everything set up before anything is seen."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(
            update={
                "local_stack": False,
                "ops_url": "https://localhost/ops",
                "seal_keys": SecretStr("a key of 32 characters or more ..."),
            }
        )

    @pytest.fixture
    def people(self, people: People) -> People:
        people.base = "https://localhost"
        return people

    async def test_cookies_are_bound_to_the_host_and_to_tls(self, mira: Person) -> None:
        answer = await mira.sign_in()
        (cookie,) = answer.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-perennial_ops=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()

    async def test_a_link_leads_to_setting_up_and_nowhere_else_before(self, people: People, sessions: Sessions) -> None:
        nils = people.stranger("nils")
        await nils.enter(await link_for(sessions))
        for path in ("/ops/pauses", "/ops/people"):
            assert (await nils.get(path)).headers["location"] == "/ops/set-up"
        page = await nils.page("/ops/set-up")
        secret = page.partition('<code class="address">')[2].partition("<")[0].replace(" ", "")
        before = dict(nils.client.cookies)
        wrong = {"password": "too short", "again": "too short", "code": "123456"}
        assert "12 to 200 characters" in (await nils.send(page, "/set-up", **wrong)).text
        right = {"password": PASSWORD, "again": PASSWORD, "code": pyotp.TOTP(secret).at(now())}
        for field, sentence in (("again", "The two passwords differ."), ("code", "not the one of now")):
            assert sentence in (await nils.send(page, "/set-up", **right | {field: "000000"})).text
        answer = await nils.send(page, "/set-up", **right)
        assert answer.status_code == 200
        assert dict(nils.client.cookies) != before
        codes = [part.partition("</code>")[0] for part in answer.text.split("<li><code>")[1:]]
        assert len(codes) == 10
        assert "nils" in await nils.page("/ops/people")
        once = people.stranger("nils")
        assert (await once.sign_in(code=codes[0])).status_code == 303
        assert (await people.stranger("nils").sign_in(code=codes[0])).status_code == 422
        assert (await acts(sessions))[-1][:2] == ("unknown", "sign_in.failed")


async def test_each_sign_in_has_a_session_of_its_own_and_ends_the_one_before(mira: Person, people: People) -> None:
    other = await people.signed_in("nils")
    token = dict(other.client.cookies)["perennial_ops"]
    other.name = "mira"
    await other.sign_in()
    assert dict(other.client.cookies)["perennial_ops"] != token
    thief = people.stranger()
    thief.client.cookies.set("perennial_ops", token, domain="localhost.local", path="/")
    assert (await thief.get("/ops/pauses")).status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE operator_sessions SET seen_at = seen_at - interval '31 minutes'",
        "UPDATE operator_sessions SET expires_at = now()",
        "UPDATE operator_sessions SET ended_at = now()",
        "UPDATE operators SET disabled_at = now(), disabled_by = 'x', disabled_because = 'x'",
    ],
    ids=["silence", "its end", "ended", "disabled"],
)
async def test_a_session_ends(people: People, sessions: Sessions, change: str) -> None:
    mira = await people.signed_in("mira")
    assert (await mira.get("/ops/pauses")).status_code == 200
    await run(sessions, change)
    assert (await mira.get("/ops/pauses")).headers["location"].startswith("/ops/sign-in")


async def test_signing_out_ends_the_session_in_the_database(people: People) -> None:
    mira = await people.signed_in("mira")
    cookies = dict(mira.client.cookies)
    answer = await mira.send(await mira.page("/ops/pauses"), "/sign-out")
    assert answer.headers["location"] == "/ops/sign-in"
    mira.client.cookies.set("perennial_ops", cookies["perennial_ops"], domain="localhost.local", path="/")
    assert (await mira.get("/ops/pauses")).status_code == 303


@pytest.mark.parametrize("act", ["role", "disable", "reset"])
async def test_another_role_disabling_and_a_reset_end_every_session(people: People, act: str) -> None:
    admin, mira = await people.signed_in("ana"), await people.signed_in("mira", Role.OPERATOR)
    other = await people.again("mira")
    page = await admin.page("/ops/people")
    assert (await admin.send(page, f"/mira/{act}", reason="left", role="viewer")).status_code in (200, 303)
    for each in (mira, other):
        assert (await each.get("/ops/pauses")).status_code == 303
    assert ("operator:ana", f"operator.{act}", "mira", "left") in await acts(admin.sessions)


async def test_nobody_takes_the_last_admin_away(people: People) -> None:
    admin = await people.signed_in("ana")
    page = await admin.page("/ops/people")
    for act in ("role", "disable"):
        answer = await admin.send(page, f"/ana/{act}", reason="why not", role="viewer")
        assert answer.status_code == 409
        assert "Nobody would be left who governs." in answer.text


async def test_an_admin_adds_an_operator_and_sees_the_link_once(people: People) -> None:
    admin = await people.signed_in("ana")
    fields = {"name": "nils", "email": "nils@vendor.example", "role": "finance", "reason": "new colleague"}
    answer = await admin.send(await admin.page("/ops/people"), "/people", **fields)
    link = answer.text.partition('<code class="address">')[2].partition("<")[0]
    assert link not in await admin.page("/ops/people")
    assert (await people.stranger("nils").enter(link)).status_code == 303
    for field, value in (("name", "a b"), ("email", "x"), ("role", "king"), ("reason", " ")):
        bad = await admin.send(await admin.page("/ops/people"), "/people", **fields | {"name": "next", field: value})
        assert bad.status_code == 422, field


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}],
    ids=["site", "origin"],
)
async def test_a_form_from_elsewhere_is_refused(people: People, headers: dict[str, str]) -> None:
    mira = await people.signed_in("mira")
    its = form(await mira.page("/ops/pauses"), "/charges/pause")
    data = its.fields | {"reason": "evil"}
    assert (await mira.client.post(its.action, data=data, headers=headers)).status_code == 403
    assert (await mira.client.post(its.action, data=data | {"csrf": "0" * 64})).status_code == 403
    assert "Charges go on as planned." in await mira.page("/ops/pauses")


async def test_the_language_is_remembered(people: People) -> None:
    mira = await people.signed_in("mira")
    csrf = form(await mira.page("/ops/pauses"), "/sign-out").fields
    answer = await mira.client.post("/ops/language?lang=fr", data=csrf | {"next": "/ops/pauses"})
    assert answer.headers["location"] == "/ops/pauses"
    assert "Suspendre tous les prélèvements" in await mira.page("/ops/pauses")
