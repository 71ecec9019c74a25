"""What is dangerous takes two people, and each of them stands on record."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from models.engine import Sessions
from models.operators import OperatorLinkRow, OperatorRow
from models.pauses import Pausable, pause, paused_now, resume
from models.second_person import one_hand
from models.tokens import digest
from renewals.roles import Role
from tests.console.ops.staff import People, Person, acts, form, now, words

SECOND = "/ops/second-person"


@pytest.fixture
async def mira(people: People, sessions: Sessions) -> Person:
    """She has asked to resume charges."""
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="operator:ana", reason="odd", now=now())
    mira = await people.signed_in("mira", Role.OPERATOR)
    await mira.send(await mira.page("/ops/pauses"), "/charges/resume", reason="all is well")
    return mira


async def paused(sessions: Sessions) -> bool:
    async with sessions() as session:
        return bool(await paused_now(session))


async def test_another_operator_confirms_and_it_is_done_as_the_first_asked(
    mira: Person, people: People, sessions: Sessions
) -> None:
    assert await paused(sessions)
    assert "It waits for a second person." in await mira.page("/ops/pauses")
    nils = await people.signed_in("nils", Role.OPERATOR)
    page = await nils.page(SECOND)
    assert (await nils.send(page, "/confirm", reason="I looked too")).headers["location"] == SECOND
    assert not await paused(sessions)
    assert (await nils.send(page, "/confirm", reason="again")).status_code == 409
    told = [(by, action, why) for by, action, _, why in await acts(sessions) if action.startswith("second")]
    assert told == [
        ("operator:mira", "second_person.ask", "all is well"),
        ("operator:nils", "second_person.decide", "I looked too"),
    ]
    async with sessions() as session:
        row = (await session.execute(sa.text("SELECT ended_by, ended_because, confirmed_by FROM pauses"))).one()
        act = sa.text("SELECT done_by, data FROM audit WHERE action = 'resume'")
        assert (await session.execute(act)).one() == ("operator:mira", {"confirmed_by": "operator:nils"})
    assert tuple(row) == ("operator:mira", "all is well", "operator:nils")
    assert "confirmed by nils" in words(await nils.page("/ops/audit?deed=resume"))


async def test_nobody_confirms_what_they_asked_for_themselves(mira: Person, people: People, sessions: Sessions) -> None:
    nils = await people.signed_in("nils", Role.OPERATOR)
    page = await nils.page(SECOND)
    action = page.partition('action="/ops/second-person/')[2].partition('"')[0]
    assert "/confirm" not in await mira.page(SECOND)
    csrf = {"csrf": (await mira.page(SECOND)).partition('name="csrf" value="')[2].partition('"')[0]}
    answer = await mira.client.post(f"{SECOND}/{action}", data=csrf | {"reason": "me too"})
    assert answer.status_code == 409
    assert await paused(sessions)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.FINANCE])
async def test_the_second_person_needs_the_right_as_well(mira: Person, people: People, role: Role) -> None:
    other = await people.signed_in("other", role)
    assert "Your role may not confirm this." in await other.page(SECOND)


async def test_it_can_be_rejected_and_withdrawn_and_asked_again(
    mira: Person, people: People, sessions: Sessions
) -> None:
    nils = await people.signed_in("nils", Role.ADMIN)
    page = await nils.page(SECOND)
    reject = page.partition('formaction="')[2].partition('"')[0]
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    assert (await nils.client.post(reject, data={"csrf": csrf, "reason": "not yet"})).status_code == 303
    await mira.send(await mira.page("/ops/pauses"), "/charges/resume", reason="now?")
    await mira.send(await mira.page(SECOND), "/withdraw")
    assert "Nothing waits for a second person." in await nils.page(SECOND)
    await mira.send(await mira.page("/ops/pauses"), "/charges/resume", reason="now!")
    assert "now!" in await nils.page(SECOND)
    assert await paused(sessions)


async def test_to_let_charges_go_on_is_asked_for_one_pause_and_never_for_the_next(
    mira: Person, people: People, sessions: Sessions
) -> None:
    nils = await people.signed_in("nils", Role.OPERATOR)
    page = await nils.page(SECOND)
    async with sessions.begin() as session:
        await resume(session, Pausable.CHARGES, by="operator:ana", reason="by the command line", now=now())
        await pause(session, Pausable.CHARGES, by="system", reason="too many declined", now=now())
    assert "It waits for a second person." not in await mira.page("/ops/pauses")
    answer = await nils.send(page, "/confirm", reason="as she asked")
    assert (answer.status_code, "That was another pause" in answer.text) == (422, True)
    assert await paused(sessions)
    await mira.send(await mira.page("/ops/pauses"), "/charges/resume", reason="seen to that as well")
    assert "It waits for a second person." in await mira.page("/ops/pauses")


async def test_after_a_day_it_has_expired(mira: Person, people: People, sessions: Sessions) -> None:
    nils = await people.signed_in("nils", Role.OPERATOR)
    page = await nils.page(SECOND)
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE second_person_requests SET expires_at = now()"))
    assert (await nils.send(page, "/confirm", reason="late")).status_code == 409
    await mira.send(await mira.page("/ops/pauses"), "/charges/resume", reason="still wanted")
    async with sessions() as session:
        told = await session.execute(sa.text("SELECT decision, decided_by FROM second_person_requests ORDER BY 1"))
        assert [tuple(row) for row in told] == [("expired", "system"), (None, None)]
    decided = [(by, what) for by, what, *_ in await acts(sessions) if what == "second_person.decide"]
    assert decided == [("system", "second_person.decide")]
    page = words(await mira.page("/ops/audit?by=system&deed=second_person.decide"))
    assert "ran out unanswered; asked by mira" in page


async def test_what_is_not_paused_is_not_asked_for(people: People) -> None:
    mira = await people.signed_in("mira", Role.OPERATOR)
    csrf = form(await mira.page("/ops/pauses"), "/charges/pause").fields
    answer = await mira.client.post("/ops/pauses/charges/resume", data=csrf | {"reason": "just so"})
    assert answer.status_code == 303
    assert "Nothing waits for a second person." in await mira.page(SECOND)


async def test_mails_are_resumed_by_one_person(people: People, sessions: Sessions) -> None:
    mira = await people.signed_in("mira", Role.OPERATOR)
    await mira.send(await mira.page("/ops/pauses"), "/mails/pause", reason="odd letters")
    assert "All mails are paused" in await mira.page("/ops/pauses")
    await mira.send(await mira.page("/ops/pauses"), "/mails/resume", reason="corrected")
    assert not await paused(sessions)
    assert [row for row in await acts(sessions) if row[1] in ("pause", "resume")] == [
        ("operator:mira", "pause", "mails", "odd letters"),
        ("operator:mira", "resume", "mails", "corrected"),
    ]


async def test_the_table_itself_refuses_one_person_as_two(mira: Person, sessions: Sessions) -> None:
    change = "UPDATE second_person_requests SET decision = 'confirmed', decided_by = asked_by, decided_at = now()"
    with pytest.raises(sa.exc.IntegrityError, match="two_people"):
        async with sessions.begin() as session:
            await session.execute(sa.text(change))


LINKS = (
    pytest.param([("nils", "mira", 23)], False, id="whoever asks made the account"),
    pytest.param([("mira", "nils", 23)], False, id="whoever confirms made the one that asks"),
    pytest.param([("zoe", "mira", 1), ("nils", "zoe", 0)], False, id="over another account"),
    pytest.param([("mira", "zoe", 1), ("nils", "zoe", 0)], False, id="both from one account"),
    pytest.param([("nils", "mira", 3), ("nils", "zoe", 1)], False, id="somebody else reset it since"),
    pytest.param([("nils", "mira", 25)], True, id="a day lies between"),
    pytest.param([("zoe", "mira", 1), ("zoe", "nils", 1)], True, id="both made a third one"),
    pytest.param([("mira", "setup", 1), ("nils", "setup", 1)], True, id="by the command line, without an account"),
)


@pytest.mark.parametrize(("links", "two"), LINKS)
async def test_whoever_may_be_behind_both_accounts_is_not_two_people(
    mira: Person, people: People, sessions: Sessions, links: list[tuple[str, str, int]], two: bool
) -> None:
    nils = await people.signed_in("nils", Role.OPERATOR)
    page = await nils.page(SECOND)
    await people.add("zoe", Role.ADMIN)
    async with sessions.begin() as session:
        for n, (of, by, hours) in enumerate(links):
            made: dict[str, Any] = {
                "made_at": now() - timedelta(hours=hours),
                "made_by": f"operator:{by}",
                "operator": of,
            }
            session.add(OperatorLinkRow(token_hash=digest(str(n)), expires_at=now(), **made))
    assert ("Somebody else must confirm this until" in await nils.page(SECOND)) is not two
    assert (await nils.send(page, "/confirm", reason="looks right")).status_code == (303 if two else 409)
    assert await paused(sessions) is not two


async def test_links_made_at_the_page_name_their_maker(people: People, sessions: Sessions) -> None:
    mira = await people.signed_in("mira")
    page = await mira.page("/ops/people")
    await mira.send(page, "/ops/people", name="otto", email="otto@vendor.example", role="operator", reason="new")
    await mira.send(await mira.page("/ops/people"), "/otto/reset", reason="phone lost")
    async with sessions() as session:
        makers = (await session.scalars(sa.select(col(OperatorLinkRow.made_by)))).all()
        found = await one_hand(session, "operator:mira", "operator:otto", now())
    assert makers == ["operator:mira", "operator:mira"]
    assert found
    assert found.until


MAILBOXES = (
    pytest.param("Mira@Vendor.example ", "mira@vendor.example", False, id="the same but for how it is written"),
    pytest.param("nils@vendor.example", "mira@vendor.example", True, id="another one"),
    pytest.param("", "", True, id="the provider names none"),
)


@pytest.mark.parametrize(("its", "hers", "two"), MAILBOXES)
async def test_a_local_account_and_one_of_the_provider_with_one_mail_address_are_one_person(
    mira: Person, people: People, sessions: Sessions, its: str, hers: str, two: bool
) -> None:
    nils = await people.signed_in("nils", Role.OPERATOR)
    page = await nils.page(SECOND)
    async with sessions.begin() as session:
        for name, address in (("nils", its), ("mira", hers)):
            await session.execute(sa.update(OperatorRow).where(col(OperatorRow.name) == name).values(email=address))
    assert ("the account that asked has your mail address" in words(await nils.page(SECOND))) is not two
    assert (await nils.send(page, "/confirm", reason="looks right")).status_code == (303 if two else 409)
    assert await paused(sessions) is not two


async def test_nor_does_an_account_that_one_of_the_two_made_confirm_it(
    mira: Person, people: People, sessions: Sessions
) -> None:
    await people.add("mira-sso", Role.ADMIN)
    nils = await people.signed_in("nils", Role.OPERATOR)
    page = await nils.page(SECOND)
    made: dict[str, Any] = {"made_at": now(), "made_by": "operator:mira-sso", "operator": "nils", "expires_at": now()}
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE operators SET email = 'mira@vendor.example' WHERE name = 'mira-sso'"))
        session.add(OperatorLinkRow(token_hash=digest("link"), **made))
    assert (await nils.send(page, "/confirm", reason="looks right")).status_code == 409
    assert await paused(sessions)


ENDS = (
    pytest.param({"role": "viewer"}, id="another role"),
    pytest.param({"disabled_at": now(), "disabled_by": "operator:ana", "disabled_because": "left"}, id="disabled"),
)


@pytest.mark.parametrize("change", ENDS)
async def test_nothing_is_done_in_the_name_of_somebody_who_may_not_do_it_any_more(
    mira: Person, people: People, sessions: Sessions, change: dict[str, Any]
) -> None:
    nils = await people.signed_in("nils", Role.OPERATOR)
    page = await nils.page(SECOND)
    async with sessions.begin() as session:
        await session.execute(sa.update(OperatorRow).where(col(OperatorRow.name) == "mira").values(**change))
    answer = await nils.send(page, "/confirm", reason="as she asked")
    assert (answer.status_code, "Whoever asked may not do this any more" in words(answer.text)) == (422, True)
    assert await paused(sessions)
    page = await nils.page(SECOND)
    assert ("Whoever asked may not do this any more" in words(page), "Confirm" in words(page)) == (True, False)
    assert "Qui l’a demandé n’en a plus le droit" in words(await nils.page(f"{SECOND}?lang=fr"))
    reject = page.partition('formaction="')[2].partition('"')[0]
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    assert (await nils.client.post(reject, data={"csrf": csrf, "reason": "she left"})).status_code == 303
    assert "Nothing waits for a second person." in await nils.page(SECOND)
