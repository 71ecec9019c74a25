"""What the breaker decided on is said in the reader's language wherever a pause is shown."""

from typing import Any

import pytest

from activities.breaker import in_a_sentence
from models.engine import Sessions
from models.journal import raise_alarm
from models.pauses import CHARGES_STOPPED, Pausable, pause
from renewals.roles import Role
from tests.console.ops.staff import People, now, words

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
            "732 of 1,200 first charges were declined (61 %). Usual are 15 %; above 45 % they stop.",
            "732 premiers prélèvements sur 1 200 ont été refusés (61 %). L’habitude est de 15 % ; au-delà de 45 %",
            id="declines",
        ),
        pytest.param(
            VOLUME,
            "1,801 were made since March 31, 2027, 4:00 AM. 900 were to be expected; above 1,800 they stop.",
            "1 801 ont été faits depuis 31 mars 2027",
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
