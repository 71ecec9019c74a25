"""A go-live of many takes two people: what is confirmed is what was shown, and nothing else."""

import re
from uuid import UUID

import pytest
import sqlalchemy as sa

from console.ops.taking_live import ask_to_take_live
from models.engine import Sessions
from models.going_live import first_waiting
from models.second_person import open_requests
from models.together import together
from renewals.roles import Role
from settings import Settings
from tests.console.ops.staff import People, Person, now, words
from tests.console.ops.test_figures import run
from tests.console.ops.test_going_live import GO_LIVE, live

SECOND = "/ops/second-person"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(data_dir=settings.data_dir, local_stack=True, second_person_go_live=2)


async def ask(mira: Person, its: UUID, numbers: str = "S-1001 S-1002 S-1003") -> str:
    """She asks for these; the address that she is led to."""
    ticked = "&".join(f"tick={number}" for number in numbers.split())
    page = await mira.page(f"{GO_LIVE}/{its}/preview?{ticked}")
    answer = await mira.send(page, f"{GO_LIVE}/{its}", reason="the pilot", sure="yes")
    return answer.headers["location"]


async def test_up_to_the_bound_one_person_is_enough(mira: Person, sessions: Sessions, its: UUID) -> None:
    assert f"{GO_LIVE}/runs/" in await ask(mira, its, "S-1001 S-1002")
    assert await live(sessions) == {"the pilot": ["S-1001", "S-1002"]}


async def test_beyond_it_nothing_goes_live_before_another_has_confirmed_what_it_brings(
    mira: Person, nils: Person, sessions: Sessions, its: UUID
) -> None:
    page = await mira.page(f"{GO_LIVE}/{its}/preview?tick=S-1001&tick=S-1002&tick=S-1003")
    assert "More than 2 at once take a second person" in words(page)
    assert await ask(mira, its) == SECOND
    assert await ask(mira, its) == SECOND
    assert await live(sessions) == {}
    own = await mira.page(SECOND)
    assert ("You asked for this yourself" in own, "/confirm" in own) == (True, False)
    page = await nils.page(SECOND)
    assert page.count("<h2>Go live</h2>") == 1
    async with sessions() as session:
        its_facts = await together(session, ["S-1001", "S-1002", "S-1003"], now())
    told = words(page)
    assert "Subscriptions 3" in told
    for number in ("S-1001", "S-1002", "S-1003"):
        assert f"/ops/subscriptions/{number}" in page
    for currency, (count, _) in its_facts.terms.items():
        assert f"Next terms in {currency} {count}:" in told
    answer = await nils.send(page, "/confirm", reason="I looked too")
    place = answer.headers["location"]
    assert await live(sessions) == {"the pilot": ["S-1001", "S-1002", "S-1003"]}
    assert "Confirmed by operator:nils." in words(await nils.page(place))
    async with sessions() as session:
        told_of = await session.execute(
            sa.text("SELECT done_by, reason, data->>'confirmed_by' FROM audit WHERE action = 'go_live'")
        )
        assert [tuple(row) for row in told_of] == [("operator:mira", "the pilot", "operator:nils")]


CHANGES = {
    "a price": "INSERT INTO prices SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),"
    " 'version', p.version + 1, 'renewal_price', p.renewal_price + 1))).* FROM prices p",
    "seats": "UPDATE subscriptions SET seats = seats + 1 WHERE number = 'S-1002'",
    "the method": "UPDATE subscriptions SET method_id = NULL WHERE number = 'S-1003'",
    "auto-renew": "UPDATE subscriptions SET auto_renew = NOT auto_renew WHERE number = 'S-1003'",
    "live already": "UPDATE subscriptions SET live_at = now() WHERE number = 'S-1002'",
    "lapsed": "UPDATE subscriptions SET phase = 'lapsed' WHERE number = 'S-1002'",
    "a policy": "INSERT INTO policies (id, country, version, effective_on, values, set_by, reason, set_at)"
    " VALUES (gen_random_uuid(), 'FR', 1, '2027-01-01', '{}', 'operator:ana', 'the bank asked', now())",
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_has_changed_since_is_not_done_and_can_be_asked_anew(
    mira: Person, nils: Person, sessions: Sessions, its: UUID, change: str
) -> None:
    await ask(mira, its)
    page = await nils.page(SECOND)
    await run(sessions, CHANGES[change])
    answer = await nils.send(page, "/confirm", reason="as she asked")
    assert (answer.status_code, "This has changed since it was shown" in words(answer.text)) == (422, True)
    assert await live(sessions) == {}
    async with sessions() as session:
        assert len(await open_requests(session, now())) == 1


async def test_that_a_phase_goes_on_by_itself_changes_nothing(
    mira: Person, nils: Person, sessions: Sessions, its: UUID
) -> None:
    await run(sessions, "UPDATE subscriptions SET phase = 'active' WHERE number = 'S-1001'")
    await ask(mira, its)
    page = await nils.page(SECOND)
    await run(sessions, "UPDATE subscriptions SET phase = 'renewable', plans = plans + 1 WHERE number = 'S-1001'")
    assert (await nils.send(page, "/confirm", reason="as she asked")).status_code == 303
    assert len((await live(sessions))["the pilot"]) == 3


async def test_whoever_asks_must_have_seen_how_it_stands(mira: Person, sessions: Sessions, its: UUID) -> None:
    page = await mira.page(f"{GO_LIVE}/{its}/preview?tick=S-1001&tick=S-1002&tick=S-1003")
    await run(sessions, CHANGES["seats"])
    answer = await mira.send(page, f"{GO_LIVE}/{its}", reason="the pilot", sure="yes")
    assert (answer.status_code, "This has changed since it was shown" in words(answer.text)) == (422, True)
    assert "Nothing waits for a second person." in await mira.page(SECOND)


async def test_it_is_said_in_french_too(people: People, mira: Person, its: UUID) -> None:
    await ask(mira, its)
    luc = await people.signed_in("luc", Role.OPERATOR)
    page = words(await luc.page(f"{SECOND}?lang=fr"))
    assert re.search(r"Mettre en service.*Les premiers :.*La confirmation vaut pour ceci exactement", page)


@pytest.mark.usefixtures("mira")
async def test_what_the_command_line_chose_of_several_imports_is_confirmed_in_the_same_way(
    nils: Person, sessions: Sessions, its: UUID
) -> None:
    async with sessions.begin() as session:
        numbers = await first_waiting(session, its, 1000)
        asked = await ask_to_take_live(session, None, numbers, by="operator:mira", reason="all of it", now=now())
    assert asked
    page = await nils.page(SECOND)
    assert f"and {len(numbers) - 10} more" in words(page)
    place = (await nils.send(page, "/confirm", reason="as planned")).headers["location"]
    assert await live(sessions) == {"all of it": sorted(numbers)}
    assert f"{len(numbers)} are live." in words(await nils.page(place))
    assert "the pilot" not in await nils.page(GO_LIVE)
