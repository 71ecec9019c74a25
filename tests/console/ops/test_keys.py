"""The keys of the API as an admin finds them: what each is good for, and taken back at once when one has leaked."""

import pytest

from models.api_keys import Scope, caller_of, create_key
from models.engine import Sessions
from models.parties import PartnerRow
from renewals.roles import Role
from tests.console.ops.staff import People, Person, acts, now, words

KEYS = "/ops/keys"


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.ADMIN, reads="en-GB")


async def made(sessions: Sessions, *scopes: Scope, partner: str | None = None) -> tuple[str, str]:
    """A new key: its prefix, and what its caller sends."""
    async with sessions.begin() as session:
        if partner:
            why = {"created_by": "operator:ana", "created_because": "a test"}
            session.add(PartnerRow(code=partner, name="North Tools", created_at=now(), **why))
            await session.flush()
        row, secret = await create_key(
            session, name="the shop", scopes=scopes, partner=partner, by="operator:ana", reason="a test", now=now()
        )
        return row.prefix, secret


async def test_without_keys_the_page_says_so(mira: Person) -> None:
    page = words(await mira.page(KEYS))
    assert "There are no keys yet." in page
    assert "Revoke a key" not in page


async def test_each_key_says_what_it_is_good_for_that_of_a_partner_too(mira: Person, sessions: Sessions) -> None:
    await made(sessions, Scope.READ, Scope.WRITE, Scope.OPERATE)
    await made(sessions, Scope.PARTNER, partner="north-tools")
    page = words(await mira.page(KEYS))
    assert "operate, read, act for buyers" in page
    assert "issue a partner’s quotes north-tools" in page
    french = words((await mira.client.get(KEYS, headers={"accept-language": "fr-FR"})).text)
    assert "établir les devis d’un partenaire north-tools" in french


async def test_one_that_has_leaked_is_revoked_with_a_reason_and_lets_nobody_in(
    mira: Person, sessions: Sessions
) -> None:
    prefix, secret = await made(sessions, Scope.READ)
    other, _ = await made(sessions, Scope.READ)
    page = await mira.page(KEYS)
    unsure = await mira.send(page, f"{prefix}/revoke", reason="it leaked")
    assert unsure.status_code == 422
    assert "Nothing was revoked" in words(unsure.text)
    silent = await mira.send(page, f"{prefix}/revoke", reason=" ", sure="yes")
    assert silent.status_code == 422
    async with sessions() as session:
        assert await caller_of(session, secret) is not None
    for _ in range(2):
        answer = await mira.send(page, f"{prefix}/revoke", reason="it leaked", sure="yes")
        assert answer.headers["location"] == KEYS
    async with sessions() as session:
        assert await caller_of(session, secret) is None
    page = await mira.page(KEYS)
    assert "operator:mira: it leaked" in words(page)
    assert f"/ops/keys/{prefix}/revoke" not in page
    assert f"/ops/keys/{other}/revoke" in page
    done = [each for each in await acts(sessions) if each[1].startswith("api_key")]
    assert done == [
        ("operator:ana", "api_key.create", prefix, "a test"),
        ("operator:ana", "api_key.create", other, "a test"),
        ("operator:mira", "api_key.revoke", prefix, "it leaked"),
    ]


async def test_a_key_that_nobody_has_is_not_found(mira: Person, sessions: Sessions) -> None:
    prefix, _ = await made(sessions, Scope.READ)
    page = (await mira.page(KEYS)).replace(prefix, "nobodys7")
    answer = await mira.send(page, "nobodys7/revoke", reason="it leaked", sure="yes")
    assert answer.status_code == 404
