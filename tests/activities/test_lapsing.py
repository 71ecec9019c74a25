"""Many that lapse at about the same time are told, with the policy that explains it; as many as usual are not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.alarming import alarm_together
from activities.lapsing import LEAST_LAPSING, LEAST_LOCKED, MANY_LAPSE, MANY_LOCKED, many_lapse
from models.ending import EndedAtOnce, ended_at_once
from renewals.facts import Channel, Phase
from renewals.plan import Do, Step, in_words
from renewals.policy import PolicyVersion
from tests.activities.desk import Desk
from tests.activities.test_alarming import NOON, NOW, run
from tests.console.ops.plans import assert_by_index, heard

COPIES = """
    INSERT INTO subscriptions SELECT (jsonb_populate_record(s, jsonb_build_object('number', CAST(:mark AS text) || n,
        'phase', CAST(:phase AS text), 'phase_since', CAST(:since AS timestamptz),
        'renews_on', CAST(:renews_on AS date), 'starts_on', CAST(:renews_on AS date) - 365,
        'next_step', CAST(:step AS text), 'next_step_at', CAST(:step_at AS timestamptz),
        'live_at', CAST(:live_at AS timestamptz)))).*
    FROM subscriptions s, generate_series(1, CAST(:count AS int)) n WHERE number = :number
"""
TERMS = """
    INSERT INTO terms (subscription, starts_on, renews_on, term, seats, began_at)
    SELECT number, starts_on, renews_on, 'year', 1, starts_on FROM subscriptions WHERE starts_with(number, :mark)
"""
POLICY = """
    INSERT INTO policies (id, sku, country, channel, version, effective_on, values, set_by, reason, set_at)
    VALUES (gen_random_uuid(), NULL, :country, NULL, 1, :day, CAST(:values AS jsonb), 'operator:ben', 'a test', :set_at)
"""
TODAY = NOW.date()


@pytest.fixture
async def live(desk: Desk) -> Desk:
    await desk.open(live="2027-02-10")
    await desk.walk(NOON)
    await desk.change("DELETE FROM alarms")
    return desk


async def copies(
    desk: Desk,
    count: int,
    phase: Phase,
    since: datetime,
    *,
    due_days_ago: int,
    lapses_at: datetime | None = None,
    live_at: datetime = NOW - timedelta(days=400),
) -> None:
    """So many that were due on one day, each with the term that ended then; one that is active has renewed."""
    step = in_words(Step(NOW, Do.ENTER_PHASE, phase=Phase.LAPSED)) if lapses_at else None
    renews_on = TODAY - timedelta(days=due_days_ago)
    mark = f"{phase}-{due_days_ago}-"
    values = {"renews_on": renews_on, "step": step, "step_at": lapses_at, "live_at": live_at, "number": desk.number}
    await run(desk, COPIES, mark=mark, phase=phase.value, since=since, count=count, **values)
    await run(desk, TERMS, mark=mark)


async def policy(desk: Desk, country: str) -> None:
    await run(desk, POLICY, country=country, day=TODAY, values='{"late_window_days": {"year": 5}}', set_at=NOW)


async def told(desk: Desk) -> list[str]:
    await alarm_together(desk.sessions, NOW)
    return [each["detail"] for each in await desk.rows("SELECT kind, detail FROM alarms") if each["kind"] == MANY_LAPSE]


async def test_many_that_have_lapsed_or_are_about_to_are_told_once(live: Desk) -> None:
    half = LEAST_LAPSING // 2
    await copies(live, half - 1, Phase.LAPSED, NOW - timedelta(hours=3), due_days_ago=46)
    tomorrow = NOW + timedelta(days=1)
    await copies(live, half, Phase.EXPIRED, NOW - timedelta(days=44), due_days_ago=44, lapses_at=tomorrow)
    assert await told(live) == []
    await copies(live, 1, Phase.EXPIRED, NOW - timedelta(days=43), due_days_ago=43, lapses_at=NOW + timedelta(hours=47))
    await copies(live, 90, Phase.EXPIRED, NOW - timedelta(days=9), due_days_ago=9, lapses_at=NOW + timedelta(days=36))
    for _ in range(2):
        assert await told(live) == [
            "20 subscriptions have lapsed within a day, or lapse within 2 days; in the four weeks before, 0 did."
        ]


async def test_as_many_as_usual_are_not(live: Desk) -> None:
    await copies(live, LEAST_LAPSING, Phase.LAPSED, NOW - timedelta(hours=3), due_days_ago=46)
    await copies(live, 4 * LEAST_LAPSING, Phase.LAPSED, NOW - timedelta(days=9), due_days_ago=55)
    assert await told(live) == []


@pytest.mark.parametrize(
    ("renewed", "alarms"), [pytest.param(180, 0, id="one in ten, as ever"), pytest.param(10, 1, id="two in three")]
)
async def test_a_day_on_which_many_began_is_no_wave_unless_more_of_them_lapse(
    live: Desk, renewed: int, alarms: int
) -> None:
    """On the first of a month, or of a year, ten times as many end as on another day."""
    for count, of, days in ((LEAST_LAPSING, renewed, 46), (6, 54, 60)):
        await copies(live, count, Phase.LAPSED, NOW - timedelta(days=days - 45, hours=-21), due_days_ago=days)
        await copies(live, of, Phase.ACTIVE, NOW - timedelta(days=days), due_days_ago=days)
    assert len(await told(live)) == alarms


@pytest.mark.parametrize(("country", "alarms"), [("DE", 0), ("FR", 1)], ids=["as they were", "by a policy made since"])
async def test_what_was_about_to_lapse_when_it_went_live_is_no_wave(live: Desk, country: str, alarms: int) -> None:
    await policy(live, country)
    soon, since = NOW + timedelta(days=1), NOW - timedelta(days=44)
    live_at = NOW - timedelta(days=1)
    await copies(live, 3 * LEAST_LAPSING, Phase.EXPIRED, since, due_days_ago=44, lapses_at=soon, live_at=live_at)
    assert len(await told(live)) == alarms


@pytest.mark.parametrize(("country", "explains"), [("FR", True), ("DE", False)])
async def test_the_policy_that_explains_it_is_named(live: Desk, country: str, explains: bool) -> None:
    await policy(live, country)
    await copies(live, LEAST_LAPSING, Phase.LAPSED, NOW - timedelta(minutes=3), due_days_ago=20)
    (detail,) = await told(live)
    assert (f"Since {TODAY} version 1 of the policy for FR closes late windows otherwise." in detail) is explains


@pytest.mark.parametrize(
    ("country", "before", "alarms"),
    [("FR", 0, 1), ("FR", 50, 0), ("DE", 0, 0)],
    ids=["by a policy", "as many as usual", "of elsewhere"],
)
async def test_many_that_a_policy_locks_are_told(live: Desk, country: str, before: int, alarms: int) -> None:
    await run(live, POLICY, country=country, day=TODAY, values='{"past_due_access_days": 3}', set_at=NOW)
    locked = "UPDATE subscriptions SET suspended_at = :at WHERE starts_with(number, :mark)"
    for count, days, at in ((LEAST_LOCKED, 5, NOW - timedelta(hours=1)), (before, 18, NOW - timedelta(days=3))):
        await copies(live, count, Phase.PAST_DUE, NOW - timedelta(days=days), due_days_ago=days)
        await run(live, locked, at=at, mark=f"past_due-{days}-")
    await alarm_together(live.sessions, NOW)
    assert [each["kind"] for each in await live.rows("SELECT kind FROM alarms")].count(MANY_LOCKED) == alarms


@pytest.mark.parametrize(
    ("version", "ended"),
    [
        pytest.param(PolicyVersion(None, "FR", None, 1, TODAY, {"late_window_days": {"year": 5}}), (6, 0), id="cut"),
        pytest.param(PolicyVersion(None, "DE", None, 1, TODAY, {"late_window_days": {"year": 5}}), (0, 0), id="others"),
        pytest.param(
            PolicyVersion(None, "FR", None, 1, TODAY, {"late_window_days": {"year": 60}}), (0, 0), id="longer"
        ),
        pytest.param(
            PolicyVersion(None, None, Channel.DIRECT_ONLINE, 1, TODAY, {"past_due_access_days": 3}), (0, 3), id="access"
        ),
    ],
)
async def test_what_a_version_ends_on_its_day_is_counted(
    live: Desk, version: PolicyVersion, ended: tuple[int, int]
) -> None:
    """Three have expired and three are past due within the windows of now; two expired only yesterday."""
    await copies(live, 3, Phase.EXPIRED, NOW - timedelta(days=20), due_days_ago=20)
    await copies(live, 2, Phase.EXPIRED, NOW - timedelta(days=1), due_days_ago=1)
    await copies(live, 3, Phase.PAST_DUE, NOW - timedelta(days=9), due_days_ago=9)
    async with live.sessions() as session:
        assert await ended_at_once(session, version, TODAY) == EndedAtOnce(*ended)


async def test_both_are_read_by_index(live: Desk, engine: AsyncEngine) -> None:
    version = PolicyVersion(None, "FR", None, 1, TODAY, {"late_window_days": {"year": 5}})
    await copies(live, LEAST_LAPSING, Phase.LAPSED, NOW - timedelta(minutes=3), due_days_ago=20)
    async with heard(engine) as asked, live.sessions() as session:
        assert len([each async for each in many_lapse(session, NOW)]) == 1
        await ended_at_once(session, version, TODAY)
    await assert_by_index(engine, asked, ["subscriptions", "customers"])
