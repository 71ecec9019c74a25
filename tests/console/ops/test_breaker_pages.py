"""What the breaker decided on is said in the reader's language wherever a pause is shown."""

from typing import Any

import pytest
import sqlalchemy as sa

from activities.breaker import in_a_sentence
from models.engine import Sessions
from models.journal import raise_alarm
from models.pauses import CHARGES_STOPPED, Pausable, pause
from renewals.roles import Role
from tests.console.ops.staff import People, acts, now, words

DECLINES: dict[str, Any] = {
    "rule": "declines",
    "since": "2027-03-31T04:00:00+00:00",
    "answered": 1200,
    "declined": 732,
    "usual_answered": 10_000,
    "usual_declined": 1_500,
    "floor": 40,
    "factor": 300,
}
VOLUME: dict[str, Any] = {"rule": "volume", "since": "2027-03-31T04:00:00+00:00"} | {
    "tries": 1801,
    "expected": 900,
    "limit": 1800,
}


@pytest.mark.parametrize(
    ("figures", "english", "french"),
    [
        pytest.param(
            DECLINES,
            "732 of 1,200 first charges were declined (61%). Usual are 15%; above 45% they stop.",
            "732 premiers prélèvements sur 1 200 ont été refusés (61 %). L’habitude est de 15 % ; au-delà de 45 %",
            id="declines",
        ),
        pytest.param(
            DECLINES | {"accepted_answered": 100, "accepted_declined": 58},
            "732 of 1,200 first charges were declined (61%). Usual are 15%; above 79% they stop.",
            "L’habitude est de 15 % ; au-delà de 79 %",
            id="declines beyond what was accepted",
        ),
        pytest.param(
            VOLUME,
            "1,801 were made since March 31, 2027, 4:00 AM. 900 were to be expected; above 1,800 they stop.",
            "1 801 ont été faits depuis le 31 mars 2027",
            id="volume",
        ),
    ],
)
async def test_the_figures_are_on_the_overview_and_the_pauses(
    people: People, sessions: Sessions, figures: dict[str, Any], english: str, french: str
) -> None:
    async with sessions.begin() as session:
        reason = in_a_sentence(figures)
        await pause(session, Pausable.CHARGES, by="system", reason=reason, now=now(), figures=figures)
        await raise_alarm(session, None, CHARGES_STOPPED, reason, now())
    mira = await people.signed_in("mira", Role.VIEWER)

    async def said(path: str) -> str:
        return " ".join(words(await mira.page(path)).replace("\u202f", " ").replace("\xa0", " ").split())

    for path in ("/ops/", "/ops/pauses"):
        assert english in await said(path)
        assert french in await said(f"{path}?lang=fr")
    overview = await said("/ops/")
    assert "charges stopped by themselves" in overview
    assert reason in overview


async def test_with_the_resume_the_share_is_called_usual_if_two_people_say_so(
    people: People, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="system", reason="declined", now=now(), figures=DECLINES)
    mira, nils = [await people.signed_in(name, Role.OPERATOR) for name in ("mira", "nils")]
    await mira.send(await mira.page("/ops/pauses"), "/charges/resume", reason="a wave of expired cards", usual="yes")
    page = await mira.page("/ops/pauses")
    assert "It waits for a second person." in page
    assert "It accepts the declines." in page
    page = await nils.page("/ops/second-person")
    assert "counts as usual for 7 days from then on" in words(page)
    assert (await nils.send(page, "/confirm", reason="I looked too")).status_code == 303
    async with sessions() as session:
        row = (await session.execute(sa.text("SELECT usual_until - ended_at AS usual, ended_by FROM pauses"))).one()
    assert (row.usual.days, row.ended_by) == (7, "operator:mira")
    assert ("operator:mira", "breaker.accept", "charges", "a wave of expired cards") in await acts(sessions)


async def test_a_plain_request_stays_one_though_somebody_asks_again_to_call_the_share_usual(
    people: People, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="system", reason="declined", now=now(), figures=DECLINES)
    mira, nils = [await people.signed_in(name, Role.OPERATOR) for name in ("mira", "nils")]
    page = await nils.page("/ops/pauses")
    await mira.send(await mira.page("/ops/pauses"), "/charges/resume", reason="well again")
    await nils.send(page, "/charges/resume", reason="a wave of expired cards", usual="yes")
    page = words(await nils.page("/ops/pauses"))
    assert "Whoever asks again changes nothing: it holds as it was asked." in page
    assert "It does not accept the declines: for that, withdraw it there and ask anew." in page
    async with sessions() as session:
        assert await session.scalar(sa.text("SELECT count(*) FROM second_person_requests")) == 1


@pytest.mark.parametrize(
    "figures",
    [
        pytest.param(VOLUME, id="too many charges"),
        pytest.param(DECLINES | {"declined": 1200}, id="all were declined"),
        pytest.param(None, id="paused by hand"),
    ],
)
async def test_nothing_else_is_called_usual(people: People, sessions: Sessions, figures: dict[str, Any] | None) -> None:
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="system", reason="odd", now=now(), figures=figures)
    mira, nils = [await people.signed_in(name, Role.OPERATOR) for name in ("mira", "nils")]
    page = await mira.page("/ops/pauses")
    assert 'name="usual"' not in page
    await mira.send(page, "/charges/resume", reason="well again", usual="yes")
    await nils.send(await nils.page("/ops/second-person"), "/confirm", reason="I looked too")
    async with sessions() as session:
        assert await session.scalar(sa.text("SELECT usual_until FROM pauses WHERE ended_at IS NOT NULL")) is None
        assert await session.scalar(sa.text("SELECT count(*) FROM pauses WHERE ended_at IS NOT NULL")) == 1
