"""Admins see and steer what other systems are told: a secret once, each try with its answer, everything on record."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from activities.posting import Posting
from gateways.outbound import Outbound
from models.engine import Sessions
from models.journal import record
from models.sealing import seal_of
from renewals.roles import Role
from settings import Settings
from tests.console.ops.staff import People, Person, acts, words
from tests.outside.receiver import Receiver, receiving

HOOKS = "/ops/webhooks"
WHY = "the CRM wants to know"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.ADMIN)


async def added(mira: Person, receiver: Receiver, **fields: str) -> str:
    """The page of an endpoint that mira has just added."""
    answer = await mira.send(await mira.page(HOOKS), HOOKS, url=receiver.url, reason=WHY, **fields)
    assert answer.status_code == 200, words(answer.text)
    return answer.text


async def address(mira: Person) -> str:
    found = re.search(rf'{HOOKS}/[0-9a-f-]{{36}}(?=")', await mira.page(HOOKS))
    assert found
    return found[0]


async def happen(sessions: Sessions, settings: Settings, *numbers: str) -> None:
    async with sessions.begin() as session:
        for number in numbers:
            record(session, number, datetime(2027, 3, 31, tzinfo=UTC), "released", {}, by="operator:nils")
    seal = seal_of(settings.sealed_under)
    await Posting(sessions, Outbound(plain=True, private=True), settings.ops_url, seal).turn()


async def test_the_overview_names_an_endpoint_that_has_taken_nothing_for_an_hour(
    mira: Person, people: People, receiver: Receiver, sessions: Sessions, settings: Settings
) -> None:
    await added(mira, receiver)
    here = await address(mira)
    receiver.answers.extend([503] * 9)
    await happen(sessions, settings, "S-1")
    assert "has taken no event" not in await mira.page("/ops/")
    assert "It took nothing 1 times in a row" in await mira.page(HOOKS)
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE webhook_deliveries SET since = since - interval '61 minutes'"))
    page = await mira.page("/ops/")
    assert re.search(rf'<a href="{here}">127.0.0.1 has taken no event since', page)
    vera = await people.signed_in("vera", Role.VIEWER)
    page = await vera.page("/ops/")
    assert "127.0.0.1 has taken no event since" in page
    assert here not in page
    await mira.send(await mira.page(here), "/turn/off", reason=WHY)
    assert "has taken no event" not in await mira.page("/ops/")


async def test_the_secret_is_shown_once_and_the_adding_is_on_record(
    mira: Person, receiver: Receiver, sessions: Sessions
) -> None:
    assert "No other system is told anything yet." in await mira.page(HOOKS)
    page = await added(mira, receiver)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{44}", page)
    assert secret
    here = await address(mira)
    for later in (HOOKS, here):
        assert "whsec_" not in await mira.page(later)
    told = [act for act in await acts(sessions) if act[1].startswith("webhook")]
    assert told == [("operator:mira", "webhook.add", here.rpartition("/")[2], WHY)]
    async with sessions() as session:
        kept = await session.scalar(sa.text("SELECT jsonb_agg(data)::text FROM audit"))
    assert secret[0] not in str(kept)
    assert receiver.url not in str(kept)
    assert '"host": "' in str(kept)
    async with sessions() as session:
        assert secret[0] not in str(await session.scalar(sa.text("SELECT secret FROM webhook_endpoints")))


async def test_without_a_key_for_its_secret_no_endpoint_is_added_or_tried_out(
    mira: Person, receiver: Receiver, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await added(mira, receiver)
    pages = [await mira.page(HOOKS), await mira.page(await address(mira))]
    monkeypatch.setattr(Settings, "sealed_under", [])
    answers = [
        await mira.send(pages[0], HOOKS, url=receiver.url, reason=WHY),
        await mira.send(pages[1], "/test", reason=WHY),
    ]
    for answer in answers:
        assert (answer.status_code, "must set PERENNIAL_SEAL_KEYS" in words(answer.text)) == (422, True)
    assert not receiver.received
    async with sessions() as session:
        assert await session.scalar(sa.text("SELECT count(*) FROM webhook_endpoints")) == 1


async def test_only_the_ticked_types_are_told(
    mira: Person, receiver: Receiver, sessions: Sessions, settings: Settings
) -> None:
    page = await added(mira, receiver, **{"perennial.subscription.parked": "on"})
    assert "perennial.subscription.parked" in page
    await happen(sessions, settings, "S-1")
    assert not receiver.received


async def test_each_event_shows_its_tries_and_what_came_back(
    mira: Person, receiver: Receiver, sessions: Sessions, settings: Settings
) -> None:
    await added(mira, receiver)
    receiver.refuses.add("S-1")
    receiver.text = "<b>no</b>"
    await happen(sessions, settings, "S-1", "S-2")
    here = await address(mira)
    assert "waiting" in words(await mira.page(here))
    assert "S-2" in await mira.page(f"{here}?state=delivered")
    assert "S-2" not in await mira.page(f"{here}?state=waiting")
    page = await mira.page(f"{here}/1")
    assert "status 500, after" in words(page)
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "subscription.released" in page
    assert "nils" not in page
    receiver.refuses.clear()
    answer = await mira.send(page, "/1/replay", reason="it is back")
    assert answer.headers["location"] == f"{here}/1"
    await happen(sessions, settings)
    assert receiver.subjects.count("S-1") == 2


async def test_trying_it_out_shows_what_came_back(mira: Person, receiver: Receiver, sessions: Sessions) -> None:
    await added(mira, receiver)
    here = await address(mira)
    receiver.answers.append(418)
    receiver.text = "a teapot"
    page = words((await mira.send(await mira.page(here), "/test", reason="new")).text)
    assert "It did not take the event." in page
    assert "status 418" in page
    assert "a teapot" in page
    assert receiver.types == ["test"]
    assert ("operator:mira", "webhook.test", here.rpartition("/")[2], "new") in await acts(sessions)


async def test_it_is_switched_off_and_on_and_removed_for_good(
    mira: Person, receiver: Receiver, sessions: Sessions, settings: Settings
) -> None:
    await added(mira, receiver)
    here = await address(mira)
    await mira.send(await mira.page(here), "/turn/off", reason="they rebuild")
    await happen(sessions, settings, "S-1")
    assert not receiver.received
    await mira.send(await mira.page(here), "/turn/on", reason="they are back")
    await happen(sessions, settings)
    assert receiver.subjects == ["S-1"]
    page = await mira.page(here)
    assert (await mira.send(page, "/turn/removed", reason="over")).status_code == 422  # not sure
    assert (await mira.send(page, "/turn/removed", reason="over", sure="on")).headers["location"] == HOOKS
    assert (await mira.get(here)).status_code == 404
    assert [act[1] for act in await acts(sessions) if act[1].startswith("webhook")] == [
        "webhook.add",
        "webhook.off",
        "webhook.on",
        "webhook.removed",
    ]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"what": "range", "first": "1", "last": "10001"}, "Not a range"),
        ({"what": "range", "first": "3", "last": "2"}, "Not a range"),
        ({"what": "range", "first": "", "last": "²"}, "Not a range"),
        ({"what": "all"}, "Not one of the values"),
    ],
)
async def test_what_cannot_be_replayed_says_so(
    mira: Person, receiver: Receiver, fields: dict[str, str], says: str
) -> None:
    await added(mira, receiver)
    here = await address(mira)
    answer = await mira.send(await mira.page(here), f"{here}/replay", reason="again", **fields)
    assert answer.status_code == 422
    assert says in words(answer.text)


async def test_a_range_is_sent_again(mira: Person, receiver: Receiver, sessions: Sessions, settings: Settings) -> None:
    await added(mira, receiver)
    await happen(sessions, settings, "S-1", "S-2", "S-3")
    here = await address(mira)
    await mira.send(await mira.page(here), f"{here}/replay", reason="lost", what="range", first="2", last="3")
    receiver.received.clear()
    await happen(sessions, settings)
    assert sorted(receiver.subjects) == ["S-2", "S-3"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.com", "Not by https"),
        ("https://a:b@example.com", "No user, no password"),
        ("https://no-such-host.invalid", "Nobody has that name"),
        ("https://", "Not an address"),
    ],
)
async def test_an_address_that_may_not_be_called_is_not_stored(mira: Person, url: str, says: str) -> None:
    answer = await mira.send(await mira.page(HOOKS), HOOKS, url=url, reason=WHY)
    assert answer.status_code == 422
    assert says in words(answer.text)
    assert "No other system is told anything yet." in await mira.page(HOOKS)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.FINANCE])
async def test_it_is_for_admins(people: People, role: Role) -> None:
    nils = await people.signed_in("nils", role)
    assert (await nils.get(HOOKS)).status_code == 403
    assert HOOKS not in await nils.page("/ops/")
