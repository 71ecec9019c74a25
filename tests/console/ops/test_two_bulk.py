"""A bulk action on many takes two people: each line comes out as it was shown, or nothing is done."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from models.engine import Sessions
from renewals.roles import Role
from settings import Settings
from tests.console.ops.staff import People, Person, words
from tests.console.ops.test_bulk import PREVIEW, commands, lines
from tests.console.ops.test_figures import run
from tests.scenarios.portfolios import PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import Life, Theatre, gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]

WAITS = "/ops/second-person"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(data_dir=settings.data_dir, local_stack=True, second_person_bulk=2)


@pytest.fixture
async def lives(theatre: Theatre) -> Sequence[Life]:
    """One renews automatically, two could."""
    return [
        await theatre.subscription(PUNCTUAL),
        await theatre.subscription(SECOND, csn="5200000002", auto_renew="no"),
        await theatre.subscription(THIRD, csn="5200000003", auto_renew="no"),
    ]


@pytest.fixture
async def nils(people: People) -> Person:
    return await people.signed_in("nils", Role.ADMIN)


async def ask(mira: Person, *numbers: str) -> str:
    page = await mira.page(f"{PREVIEW}?command=resume-auto-renew&{'&'.join(f'tick={each}' for each in numbers)}")
    return (await mira.send(page, "/ops/bulk", reason="the outage is over")).headers["location"]


@pytest.mark.usefixtures("lives")
async def test_up_to_the_bound_one_person_is_enough(mira: Person, sessions: Sessions) -> None:
    assert "/ops/bulk/" in await ask(mira, PUNCTUAL, SECOND)
    assert len(await commands(sessions)) == 2


@pytest.mark.usefixtures("lives")
async def test_beyond_it_another_confirms_what_becomes_of_each_line(
    mira: Person, nils: Person, sessions: Sessions
) -> None:
    page = await mira.page(f"{PREVIEW}?command=resume-auto-renew&all=1&view=")
    assert "More than 2 at once take a second person" in words(page)
    assert await ask(mira, PUNCTUAL, SECOND, THIRD) == WAITS
    assert await commands(sessions) == []
    page = await nils.page(WAITS)
    told = words(page)
    assert "One command for many" in told
    assert "Resume auto-renew" in told
    assert "would be done 2" in told
    assert "so already 1" in told
    assert (f"/ops/subscriptions/{SECOND}" in page, f"/ops/subscriptions/{PUNCTUAL}" in page) == (True, False)
    place = (await nils.send(page, "/confirm", reason="I looked too")).headers["location"]
    shown = await nils.page(place)
    assert {number: outcome for number, (outcome, _) in lines(shown).items()} == {
        PUNCTUAL: "so already", SECOND: "done", THIRD: "done",
    }  # fmt: skip
    assert "Confirmed by operator:nils." in words(shown)
    assert {(by, why) for _, _, by, why, _ in await commands(sessions)} == {("operator:mira", "the outage is over")}
    async with sessions() as session:
        act = sa.text("SELECT done_by, data->>'confirmed_by' FROM audit WHERE action = 'bulk_action'")
        assert [tuple(row) for row in await session.execute(act)] == [("operator:mira", "operator:nils")]


@pytest.mark.usefixtures("lives")
async def test_the_page_of_what_was_confirmed_leads_back_to_the_view_it_was_asked_for_in(
    mira: Person, nils: Person
) -> None:
    page = await mira.page(f"{PREVIEW}?command=resume-auto-renew&all=1&view=sort%3D-renews_on")
    assert (await mira.send(page, "/ops/bulk", reason="the outage is over")).headers["location"] == WAITS
    place = (await nils.send(await nils.page(WAITS), "/confirm", reason="so I see")).headers["location"]
    assert place.endswith("?view=sort%3D-renews_on")


CHANGES: dict[str, Any] = {
    "an outcome": "UPDATE subscriptions SET auto_renew = true WHERE csn = '5200000002'",
    "an amount": "UPDATE subscriptions SET seats = seats + 1 WHERE csn = '5200000003'",
}


@pytest.mark.usefixtures("lives")
@pytest.mark.parametrize("change", CHANGES)
async def test_where_one_line_has_changed_since_nothing_is_done(
    mira: Person, nils: Person, sessions: Sessions, change: str
) -> None:
    await ask(mira, PUNCTUAL, SECOND, THIRD)
    page = await nils.page(WAITS)
    old = await mira.page(f"{PREVIEW}?command=resume-auto-renew&all=1&view=")
    await run(sessions, CHANGES[change])
    answer = await nils.send(page, "/confirm", reason="as she asked")
    assert (answer.status_code, "This has changed since it was shown" in words(answer.text)) == (422, True)
    unseen = await mira.send(old, "/ops/bulk", reason="the outage is over")
    assert (unseen.status_code, "This has changed since it was shown" in words(unseen.text)) == (422, True)
    assert await commands(sessions) == []
