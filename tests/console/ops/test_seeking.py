"""A list of what is threatened or in trouble: looked for among few, kept for a minute among many."""

import asyncio
from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from console.ops import keeping, seeking
from console.ops.fields import Wrong
from models.at_risk import Cause
from models.engine import Sessions
from models.finds import Sought, find, name_of
from models.listing import Asked, Sort, listing
from models.snapshots import alone_at
from models.troubles import Trouble
from renewals.roles import Role
from tests.console.ops.plans import assert_by_index, heard
from tests.console.ops.staff import People, words
from tests.console.ops.test_listing import NOW, TODAY, _portfolio, numbers, run
from tests.console.ops.test_subscriptions import LIST, rows

__all__ = ["_portfolio"]

PARKED_LONG_AGO = "UPDATE subscriptions SET parked_at = '2026-01-01', parked_because = 'look' WHERE number = '{}'"


async def found_before(sessions: Sessions, asked: Asked) -> list[str]:
    async with sessions() as session:
        page = await (await listing(session, asked, TODAY, NOW, found_before=True)).page(session, 100)
    return [number.removeprefix("S-10") for number in page.numbers]


@pytest.mark.usefixtures("_portfolio")
@pytest.mark.parametrize("sought", [*Cause, *Trouble], ids=str)
async def test_what_was_found_is_what_the_list_finds(sessions: Sessions, sought: Sought) -> None:
    await run(sessions, PARKED_LONG_AGO.format("S-1004"))
    asked = Asked(cause=sought) if isinstance(sought, Cause) else Asked(trouble=sought)
    assert await found_before(sessions, asked) == []
    async with sessions.begin() as session:
        await find(session, sought, TODAY, NOW)
    assert await found_before(sessions, asked) == await numbers(sessions, asked)


@pytest.mark.usefixtures("_portfolio")
async def test_what_is_no_longer_so_goes_when_it_is_looked_for_again(sessions: Sessions) -> None:
    asked = Asked(cause=Cause.PARKED)
    async with sessions.begin() as session:
        await find(session, Cause.PARKED, TODAY, NOW)
        await find(session, Cause.AUTO_RENEW_OFF, TODAY, NOW)
    await run(sessions, "UPDATE subscriptions SET parked_at = NULL, parked_because = NULL")
    assert await found_before(sessions, asked) == ["04"]
    async with sessions.begin() as session:
        await find(session, Cause.PARKED, TODAY, NOW)
    assert await found_before(sessions, asked) == []
    assert await found_before(sessions, Asked(cause=Cause.AUTO_RENEW_OFF)) == ["04", "07"]


@pytest.mark.usefixtures("_portfolio")
async def test_of_two_who_look_at_once_the_second_waits_and_keeps_what_it_found_alone(sessions: Sessions) -> None:
    async def look() -> None:
        async with sessions.begin() as session:
            await find(session, Cause.PARKED, TODAY, NOW)

    async with sessions.begin() as session:
        await find(session, Cause.PARKED, TODAY, NOW)
        await run(sessions, "UPDATE subscriptions SET parked_at = NULL, parked_because = NULL")
        await run(sessions, PARKED_LONG_AGO.format("S-1005"))
        second = asyncio.create_task(look())
        await asyncio.wait([second], timeout=0.3)
    await second
    assert await found_before(sessions, Asked(cause=Cause.PARKED)) == ["05"]


@pytest.mark.usefixtures("_portfolio")
async def test_it_is_narrowed_down_and_sorted_like_any_list(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await find(session, Cause.AUTO_RENEW_OFF, TODAY, NOW)
    await run(sessions, "UPDATE subscriptions SET renews_on = '2027-01-31' WHERE number = 'S-1007'")
    asked = Asked(cause=Cause.AUTO_RENEW_OFF, sort=Sort.RENEWS_ON)
    assert await found_before(sessions, asked) == ["07", "04"]
    later = Asked(cause=Cause.AUTO_RENEW_OFF, since=date(2027, 2, 1))
    assert await found_before(sessions, later) == ["04"]


@pytest.mark.usefixtures("_portfolio")
async def test_among_few_the_page_is_of_now_and_among_many_of_a_moment_ago(
    people: People, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, mira = f"{LIST}?trouble=parked_long", await people.signed_in("mira", Role.VIEWER)
    await run(sessions, PARKED_LONG_AGO.format("S-1004"))
    page = await mira.page(address)
    assert rows(page) == ["S-1004"]
    assert "as of" not in words(page).lower()
    monkeypatch.setattr(keeping, "FEW", -2)
    page = await mira.page(address)
    assert rows(page) == ["S-1004"]
    assert "as of" in words(page).lower()
    await run(sessions, PARKED_LONG_AGO.format("S-1005"))
    assert rows(await mira.page(address)) == ["S-1004"]
    await run(sessions, "UPDATE snapshots SET taken_at = taken_at - interval '61 seconds'")
    assert rows(await mira.page(address)) == ["S-1004"]
    assert rows(await mira.page(address)) == ["S-1004", "S-1005"]


@pytest.mark.usefixtures("_portfolio")
async def test_what_takes_too_long_to_find_anew_is_shown_as_it_was_found_with_its_age(
    people: People, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(*_: object) -> None:
        raise Wrong("view", "wrong.too_slow")

    address, mira = f"{LIST}?trouble=parked_long", await people.signed_in("mira", Role.VIEWER)
    await run(sessions, PARKED_LONG_AGO.format("S-1004"))
    monkeypatch.setattr(keeping, "FEW", -2)
    with monkeypatch.context() as slow:
        slow.setattr(seeking, "find", endless)
        assert "That takes too long" in (await mira.client.get(address)).text
    await mira.page(address)
    await run(sessions, "UPDATE snapshots SET taken_at = '2026-05-06 07:08:00+00'", PARKED_LONG_AGO.format("S-1005"))
    tries = list[object]()

    async def slowly(*asked: object) -> None:
        tries.append(asked)
        await endless()

    with monkeypatch.context() as slow:
        slow.setattr(seeking, "find", slowly)
        for _ in range(3):
            page = await mira.page(address)
            assert rows(page) == ["S-1004"]
            assert "as of May 6, 2026" in words(page)
        assert len(tries) == 1, "whoever comes next does not wait for what took too long a moment ago"
    await run(sessions, "UPDATE snapshots SET gave_up_at = gave_up_at - interval '61 seconds'")
    assert rows(await mira.page(address)) == ["S-1004"], "and nobody from then on: it is taken once a page was sent"
    assert rows(await mira.page(address)) == ["S-1004", "S-1005"]


@pytest.mark.usefixtures("_portfolio")
async def test_who_finds_somebody_taking_what_is_stale_does_not_wait_for_it(
    people: People, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, mira = f"{LIST}?trouble=parked_long", await people.signed_in("mira", Role.VIEWER)
    await run(sessions, PARKED_LONG_AGO.format("S-1004"))
    monkeypatch.setattr(keeping, "FEW", -2)
    await mira.page(address)
    await run(sessions, "UPDATE snapshots SET taken_at = taken_at - interval '2 hours'")
    async with sessions.begin() as session:
        assert await alone_at(session, name_of(Trouble.PARKED_LONG))
        await run(sessions, PARKED_LONG_AGO.format("S-1005"))
        assert rows(await mira.page(address)) == ["S-1004"]
    assert rows(await mira.page(address)) == ["S-1004", "S-1005"]


@pytest.mark.usefixtures("_portfolio")
async def test_what_was_found_is_read_by_index(sessions: Sessions, engine: AsyncEngine) -> None:
    async with heard(engine) as asked:
        await found_before(sessions, Asked(trouble=Trouble.PAID_TWICE))
    await assert_by_index(engine, asked, ["subscriptions", "finds", "attempts", "order_lines"])
