"""Signing in by OpenID Connect, against a provider that speaks it over loopback HTTP."""

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from console.app import create_app
from console.ops.app import create_ops
from models.engine import Sessions
from models.staff import disable
from renewals.roles import Role
from settings import BadSettings, Settings
from tests.console.ops.identity_provider import CLIENT_ID, CLIENT_SECRET, Provider, running_provider
from tests.console.ops.staff import People, Person, acts, now, words

NOBODY: Any = None


@pytest.fixture(scope="module")
async def serving() -> AsyncIterator[Provider]:
    async with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(serving: Provider) -> Provider:
    """As it is before anybody has bent it."""
    fresh = Provider(serving.issuer)
    serving.claims, serving.bend, serving.signed_by_another = fresh.claims, fresh.bend, False
    return serving


@pytest.fixture
def settings(tmp_path: Path, provider: Provider) -> Settings:
    return Settings(
        data_dir=tmp_path,
        ops_url="https://localhost/ops",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_roles="chiefs=admin;support=operator;everybody=viewer",
    )


@pytest.fixture
def mira(people: People) -> Person:
    people.base = "https://localhost"
    return people.stranger("mira")


async def answer_for(mira: Person, provider: Provider, wanted: str = "") -> dict[str, str]:
    """Go to the provider, agree, and bring its answer back."""
    away = await mira.get(f"/ops/provider{wanted}")
    assert away.status_code == 303, words(away.text)
    return provider.authorize(away.headers["location"], "https://localhost/ops/provider/answer")


async def sign_in(mira: Person, provider: Provider, wanted: str = "", **bent: str) -> httpx.Response:
    params = await answer_for(mira, provider, wanted) | bent
    return await mira.client.get("/ops/provider/answer", params=params)


async def test_who_has_a_group_with_a_role_is_let_in_with_it(
    mira: Person, provider: Provider, sessions: Sessions
) -> None:
    assert 'href="/ops/provider?next=' in await mira.page("/ops/sign-in")
    answer = await sign_in(mira, provider, "?next=/ops/pauses")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ops/pauses")
    assert "mira · operator" in await mira.page("/ops/pauses")
    assert await acts(sessions) == [
        ("identity-provider", "operator.add", "mira", "first sign-in"),
        ("operator:mira", "sign_in", "mira", None),
    ]


@pytest.mark.parametrize(
    "bend",
    [
        lambda claims: claims.update(nonce="another"),
        lambda claims: claims.pop("nonce"),
        lambda claims: claims.update(aud="somebody-else"),
        lambda claims: claims.update(aud=["somebody-else"], azp=CLIENT_ID),
        lambda claims: claims.update(aud=[CLIENT_ID, "somebody-else"], azp="somebody-else"),
        lambda claims: claims.update(iss="https://evil.example"),
        lambda claims: claims.update(exp=int(time.time()) - 120),
        lambda claims: claims.pop("exp"),
        lambda claims: claims.pop("sub"),
    ],
    ids=[
        "wrong nonce",
        "no nonce",
        "wrong audience",
        "wrong audience, right party",
        "wrong party",
        "wrong issuer",
        "expired",
        "no expiry",
        "no subject",
    ],
)
async def test_a_token_that_is_not_for_us_here_and_now_lets_nobody_in(
    mira: Person, provider: Provider, bend: Callable[[dict[str, Any]], Any]
) -> None:
    provider.bend = bend
    answer = await sign_in(mira, provider)
    assert answer.status_code == 403
    assert "could not be verified" in answer.text
    assert (await mira.get("/ops/pauses")).status_code == 303


async def test_a_token_signed_by_another_key_lets_nobody_in(mira: Person, provider: Provider) -> None:
    provider.signed_by_another = True
    assert (await sign_in(mira, provider)).status_code == 403


async def test_a_token_signed_with_our_own_secret_lets_nobody_in(
    mira: Person, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider says that it can sign so; whoever knew the secret could then be anybody."""

    def forged(asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = provider.claims | {"iss": provider.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        return jwt.encode({"alg": "HS256"}, claims | {"nonce": asked["nonce"]}, OctKey.import_key(CLIENT_SECRET))

    monkeypatch.setattr(provider, "id_token", forged)
    assert (await sign_in(mira, provider)).status_code == 403


@pytest.mark.parametrize(
    "bent",
    [{"state": "another"}, {"state": ""}, {"code": "another"}, {"error": "access_denied"}, {"iss": "https://evil"}],
    ids=["wrong state", "no state", "wrong code", "denied", "answer of another provider"],
)
async def test_an_answer_that_is_not_ours_lets_nobody_in(
    mira: Person, provider: Provider, bent: dict[str, str]
) -> None:
    assert (await sign_in(mira, provider, **bent)).status_code == 403


async def test_an_answer_is_good_only_in_the_browser_that_asked_and_once(
    mira: Person, people: People, provider: Provider
) -> None:
    params = await answer_for(mira, provider)
    assert (await people.stranger().client.get("/ops/provider/answer", params=params)).status_code == 403
    params = await answer_for(mira, provider)
    assert (await mira.client.get("/ops/provider/answer", params=params)).status_code == 303
    assert (await mira.client.get("/ops/provider/answer", params=params)).status_code == 403


async def test_a_group_without_a_role_is_no_access_and_ends_what_was_open(mira: Person, provider: Provider) -> None:
    await sign_in(mira, provider)
    assert (await mira.get("/ops/pauses")).status_code == 200
    provider.claims["groups"] = ["strangers"]
    answer = await sign_in(mira, provider)
    assert answer.status_code == 403
    assert "none of your groups has a role here." in answer.text
    assert (await mira.get("/ops/pauses")).status_code == 303


async def test_the_role_follows_the_groups_and_the_mapping_decides_between_them(
    mira: Person, people: People, provider: Provider
) -> None:
    await sign_in(mira, provider)
    provider.claims["groups"] = "chiefs"
    other = people.stranger("mira")
    await sign_in(other, provider)
    assert "mira · admin" in await other.page("/ops/people")
    assert (await mira.get("/ops/pauses")).status_code == 303
    assert ("identity-provider", "operator.role", "mira", "its groups changed") in await acts(other.sessions)


@pytest.mark.parametrize("name", ["ana", "", "mira durand", "évil", "../x"])
async def test_a_name_that_is_taken_or_unusable_lets_nobody_in(
    mira: Person, people: People, provider: Provider, name: str
) -> None:
    await people.add("ana", Role.ADMIN)
    provider.claims["preferred_username"] = name
    answer = await sign_in(mira, provider)
    assert (answer.status_code, "No usable name" in answer.text) == (403, True)


async def test_who_was_disabled_here_is_not_let_in(mira: Person, people: People, provider: Provider) -> None:
    await sign_in(mira, provider)
    async with people.sessions.begin() as session:
        await disable(session, "mira", by="operator:ana", reason="left", now=now())
    answer = await sign_in(mira, provider)
    assert (answer.status_code, "disabled your account" in answer.text) == (403, True)


async def test_a_provider_that_is_away_is_one_sentence(settings: Settings, sessions: Sessions, people: People) -> None:
    away = settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    app = create_app(away, sessions, NOBODY, NOBODY)
    answer = await People(app, sessions, away, "https://localhost").stranger().get("/ops/provider")
    assert (answer.status_code, "does not answer" in answer.text) == (502, True)


def test_an_issuer_without_the_rest_is_one_sentence(settings: Settings) -> None:
    with pytest.raises(BadSettings, match="but not PERENNIAL_OIDC_ROLES: set it as well, or unset the issuer"):
        create_ops(settings.model_copy(update={"oidc_roles": None}), NOBODY, NOBODY)
