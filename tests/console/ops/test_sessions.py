"""Everybody sees where they are signed in, and ends it; an admin ends all of a person; each end is on record."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from console.ops import entering
from console.ops.guard import session_cookie
from models.engine import Sessions
from models.operators import OperatorSessionRow
from models.tokens import digest
from renewals.roles import Role
from settings import Settings
from tests.console.ops.staff import People, Person, acts, form, now, words

PAGE = "/ops/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def ends(page: str) -> list[str]:
    """The addresses of the forms that end one."""
    return re.findall(r'action="(/ops/sessions/[0-9a-f-]{36}/end)"', page)


async def is_in(person: Person) -> bool:
    return (await person.get("/ops/")).status_code == 200


async def test_it_says_since_when_and_of_what_kind_the_browser_is_and_keeps_no_more_of_it(
    people: People, sessions: Sessions
) -> None:
    await people.add("mira", Role.VIEWER, password=True)
    mira = people.stranger("mira")
    mira.client.headers["user-agent"] = FIREFOX
    assert (await mira.sign_in()).status_code == 303
    page = words(await mira.page(PAGE))
    assert "this one" in page
    assert "Firefox Linux" in page
    assert "Password and second factor" in page
    assert "You are signed in nowhere else." in page
    async with sessions() as session:
        (row,) = await session.execute(sa.text("SELECT * FROM operator_sessions"))
    assert "128" not in "".join(str(value) for name, value in row._mapping.items() if name in ("browser", "system"))
    assert set(row._mapping) == {each.name for each in OperatorSessionRow.__table__.columns}  # type: ignore[attr-defined]
    assert not {"agent", "address", "client_hash"} & set(row._mapping)


async def test_one_is_ended_and_the_others_stay(people: People, sessions: Sessions) -> None:
    mira = await people.signed_in("mira", Role.VIEWER)
    lost, kept = await people.again("mira"), await people.again("mira")
    page = await lost.page(PAGE)
    assert len(ends(page)) == 2
    (of_lost,) = set(ends(await mira.page(PAGE))) & set(ends(await kept.page(PAGE)))
    answer = await mira.client.post(of_lost, data=form(page := await mira.page(PAGE), of_lost).fields)
    assert answer.headers["location"] == PAGE
    assert [await is_in(each) for each in (mira, lost, kept)] == [True, False, True]
    await mira.client.post(of_lost, data=form(page, of_lost).fields)
    ended = [each for each in await acts(sessions) if each[1] == "session.end"]
    assert ended == [("operator:mira", "session.end", "mira", None)]


async def test_all_others_are_ended_at_once_and_nobody_elses(people: People, sessions: Sessions) -> None:
    mira, nils = await people.signed_in("mira", Role.VIEWER), await people.signed_in("nils", Role.ADMIN)
    others = [await people.again("mira") for _ in range(2)]
    await mira.send(await mira.page(PAGE), "/end-others")
    assert [await is_in(each) for each in (mira, nils, *others)] == [True, True, False, False]
    assert [each for each in await acts(sessions) if each[1] == "session.end"] == [
        ("operator:mira", "session.end", "mira", None)
    ]


async def test_nobody_ends_or_sees_a_session_of_somebody_else(people: People) -> None:
    mira, nils = await people.signed_in("mira", Role.VIEWER), await people.signed_in("nils", Role.OPERATOR)
    await people.again("mira")
    (of_mira,) = ends(await mira.page(PAGE))
    page = await nils.page(PAGE)
    assert ends(page) == []
    await nils.client.post(of_mira, data=form(page, "/sign-out").fields)
    assert len(ends(await mira.page(PAGE))) == 1
    assert (await nils.get("/ops/people/mira/sessions")).status_code == 403
    answer = await nils.client.post("/ops/people/mira/sessions/end", data=form(page, "/sign-out").fields)
    assert answer.status_code == 403
    assert await is_in(mira)


async def test_an_admin_ends_all_of_a_person_with_a_reason(people: People, sessions: Sessions) -> None:
    ada, mira = await people.signed_in("ada", Role.ADMIN), await people.signed_in("mira", Role.VIEWER)
    other = await people.again("mira")
    assert 'href="/ops/people/mira/sessions"' in await ada.page("/ops/people")
    page = await ada.page("/ops/people/mira/sessions")
    assert ends(page) == []
    assert (await ada.send(page, "/sessions/end", reason=" ")).status_code == 422
    assert await is_in(mira)
    answer = await ada.send(page, "/sessions/end", reason="a laptop was stolen")
    assert "mira is signed in nowhere." in await ada.page(answer.headers["location"])
    assert [await is_in(each) for each in (ada, mira, other)] == [True, False, False]
    assert ("operator:ada", "session.end", "mira", "a laptop was stolen") in await acts(sessions)
    assert (await ada.get("/ops/people/nobody/sessions")).status_code == 404


async def test_what_is_over_is_not_shown(people: People, sessions: Sessions) -> None:
    mira = await people.signed_in("mira", Role.VIEWER)
    for _ in range(2):
        await people.again("mira")
    async with sessions.begin() as session:
        old = sa.text("UPDATE operator_sessions SET seen_at = seen_at - interval '2 hours' WHERE token_hash <> :this")
        await session.execute(old, {"this": digest(mira.client.cookies[session_cookie(mira.settings)])})
    assert ends(await mira.page(PAGE)) == []


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36 Edg/126.0", "Edge Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1.15", "Safari macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) CriOS/126.0 Safari/604.1", "Chrome iOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome Android"),
        ("curl/8.5.0", "Another browser another system"),
    ],
)
async def test_a_browser_is_known_by_its_kind(people: People, agent: str, kind: str) -> None:
    await people.add("mira", Role.VIEWER, password=True)
    mira = people.stranger("mira")
    mira.client.headers["user-agent"] = agent
    await mira.sign_in()
    assert kind in words(await mira.page(PAGE))
    french = words(await mira.page(f"{PAGE}?lang=fr"))
    assert "Mot de passe et second facteur" in french


async def test_whoever_goes_on_stays_signed_in_even_where_a_minute_of_silence_ends_it(
    people: People, sessions: Sessions
) -> None:
    await people.add("mira", Role.VIEWER)
    began, short = now(), Settings(operator_idle_minutes=1)
    async with sessions.begin() as session:
        token = await entering.begin(session, "mira", "password", began, short)
    stays = []
    for seconds in (40, 75, 110, 171):
        async with sessions.begin() as session:
            stays.append(
                await entering.signed_in(session, token, began + timedelta(seconds=seconds), short) is not None
            )
    assert stays == [True, True, True, False]
