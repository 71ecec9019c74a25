"""Each operator ticks what is mailed to them, and nobody does it for another."""

from models.engine import Sessions
from models.operator_letters import recipients
from renewals.roles import Role
from tests.console.ops.staff import People, acts

PAGE = "/ops/letters-to-me"


async def test_what_is_ticked_is_kept_and_on_record(people: People, sessions: Sessions) -> None:
    mira, nils = await people.signed_in("mira", Role.VIEWER), await people.signed_in("nils", Role.ADMIN)
    page = await mira.page(PAGE)
    assert "mira@vendor.example" in page
    assert "At 07:00 in UTC" in page
    assert "checked" not in page
    answer = await mira.send(page, PAGE, digest="on")
    assert answer.headers["location"] == PAGE
    assert (await mira.page(PAGE)).count("checked") == 1
    assert "checked" not in await nils.page(PAGE)
    async with sessions() as session:
        assert await recipients(session, "digest", {"ops@vendor.example": "en"}) == {
            "ops@vendor.example": "en",
            "mira@vendor.example": "en",
        }
        assert await recipients(session, "alert", {}) == {}
    assert ("operator:mira", "operator.letters", "mira", None) in await acts(sessions)
    await mira.send(await mira.page(PAGE), PAGE, digest="off")
    assert "checked" not in await mira.page(PAGE)
