"""The next step as lists say it: in the reader's language what the timeline says of the same step."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from console.ops.desk import speech_in
from console.ops.next_step import step_said
from console.ops.timeline import step_in_words
from models.engine import Sessions
from portfolio.importing import import_portfolio
from renewals.facts import Phase
from renewals.letters import Kind
from renewals.plan import Do, NoticeRef, Step, in_words
from tests.console.ops.staff import People, words

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"

NOON = datetime(2027, 3, 31, 12, tzinfo=UTC)
MAILS = (Do.SEND_NOTICE, Do.SEND_QUEUED)
BARE = (Do.ROLL_OVER, Do.END_HOLD, Do.ASK_GATEWAY, Do.SUSPEND_ACCESS, Do.PARK)

STEPS = [
    *(Step(NOON, do) for do in BARE),
    *(Step(NOON, Do.ENTER_PHASE, phase=phase) for phase in Phase),
    *(Step(NOON, do, notices=(NoticeRef(kind, "7"),)) for do in MAILS for kind in Kind),
    Step(NOON, Do.MISS_NOTICES, notices=tuple(NoticeRef(kind, "7") for kind in Kind)),
    Step(NOON, Do.CHARGE, amount=123454500, currency="USD"),
    Step(NOON, Do.CHARGE, amount=0, currency="EUR"),
    Step(NOON, Do.SEND_BACK, amount=51500, currency="JPY"),
]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_step_is_read_back_and_said_as_the_timeline_says_it(language: str) -> None:
    t = speech_in(language)
    assert {step.do for step in STEPS} == set(Do)
    for step in STEPS:
        assert step_said(in_words(step), t) == step_in_words(step, t), in_words(step)


@pytest.mark.parametrize(
    "kept", ["charge", "charge USD 1.5", "charge USD many", "mail nobody knows", "become rich", "park it", "", "wait"]
)
def test_words_that_are_none_of_a_step_stay_as_they_are(kept: str) -> None:
    assert step_said(kept, speech_in("fr")) == kept


async def test_the_overview_and_the_list_say_it_in_french(people: People, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=NOON, imported_by="operator:ana")
        change = "UPDATE subscriptions SET next_step = 'mail late window closing', next_step_at = now()"
        await session.execute(sa.text(f"{change} WHERE number = 'S-1001'"))
    mira = await people.signed_in("mira")
    for path in ("/ops/", "/ops/subscriptions"):
        page = words((await mira.client.get(path, headers={"accept-language": "fr-FR"})).text)
        assert "Courriel : dernière chance de renouveler" in page
        assert "late window" not in page


async def test_what_awaits_its_plan_since_something_changed_is_said_so(people: People, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=NOON, imported_by="operator:ana")
        changed = "UPDATE subscriptions SET next_step = NULL, next_step_at = now() - interval '3 minutes'"
        await session.execute(sa.text(f"{changed} WHERE number = 'S-1001'"))
    mira = await people.signed_in("mira")
    page = words((await mira.client.get("/ops/subscriptions/S-1001")).text)
    assert "Next step to be planned" in page
