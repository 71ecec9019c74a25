"""Charges stop by themselves when too many are declined or made, say why, and go on when two people say so."""

import asyncio
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from activities.breaker import Breaker
from activities.charging import Charging
from models.charging_rate import accepted_declines, charges_since, usual_charges
from models.engine import Sessions
from models.pauses import Pausable, paused_now, resume
from renewals.breaker import Accepted, Bounds, Seen
from tests.activities.desk import DUE, PARIS, Desk, run_at
from tests.scenarios.diary import instant
from tests.scenarios.theatre import SIGNING_KEY

NOW = instant(DUE, PARIS)
BOUNDS = Bounds(least=10, declines_floor=40, declines_factor=300, volume_floor=50, volume_factor=200)

CHARGED = """
    WITH made AS (
        INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
        SELECT gen_random_uuid(), s.csn, 'EUR', :way, 'open', 'system', :at
        FROM subscriptions s, generate_series(1, :count) WHERE s.number = :number
        RETURNING id, csn)
    INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, calls, questions, received,
        answered_at, code)
    SELECT gen_random_uuid(), made.id, :n, m.id, 100, 'EUR', CAST(:state AS varchar), :at, 0, 0, 0,
        CASE WHEN CAST(:state AS varchar) IN ('paid', 'declined') THEN CAST(:at AS timestamptz) END,
        CASE WHEN CAST(:state AS varchar) = 'declined' THEN 'x' END
    FROM made, (SELECT method_id AS id FROM subscriptions WHERE number = :number) m
"""


async def charged(
    desk: Desk,
    count: int,
    state: str = "paid",
    *,
    ago: timedelta = timedelta(minutes=5),
    n: int = 1,
    way: str = "automatic",
) -> None:
    """So many attempts of other orders, at one instant before the charge time."""
    await desk.change(CHARGED, count=count, state=state, at=NOW - ago, n=n, way=way)


@pytest.fixture
async def shop(desk: Desk) -> Desk:
    """A subscription whose charge is due now."""
    await desk.open()
    await desk.wait_for_renewal_date()
    return desk


def breaker(desk: Desk) -> Breaker:
    return Breaker(desk.sessions, BOUNDS)


async def paused(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return [row.began_because for row in await paused_now(session)]


async def charge(desk: Desk, its: Breaker | None = None, at: datetime = NOW) -> int:
    """Let the charge that is due be made; how many reached the gateway in all."""
    await run_at(at, Charging(desk.sessions, desk.gateway, SIGNING_KEY, its or breaker(desk)).charge, desk.number)
    return len(desk.gateway.charges)


async def test_too_many_declines_stop_all_charges_before_the_next_one_is_made(shop: Desk) -> None:
    await charged(shop, 5, "declined")
    await charged(shop, 6, "paid")
    assert await charge(shop) == 0
    (why,) = await paused(shop.sessions)
    assert why == "5 of 11 first charges of an hour were declined; in the four weeks before, 0 of 0 were"
    alarms = await shop.rows(
        "SELECT subscription, kind, detail FROM alarms WHERE cleared_at IS NULL AND subscription IS NULL"
    )
    assert [dict(each) for each in alarms] == [{"subscription": None, "kind": "charges_stopped", "detail": why}]
    audit = await shop.rows(
        "SELECT done_by, action, about, data ->> 'declined' AS declined FROM audit WHERE action = 'pause'"
    )
    assert [dict(each) for each in audit] == [
        {"done_by": "system", "action": "pause", "about": "charges", "declined": "5"}
    ]


async def test_on_the_bound_charges_go_on(shop: Desk) -> None:
    await charged(shop, 4, "declined")
    await charged(shop, 6, "paid")
    assert await charge(shop) == 1
    assert await paused(shop.sessions) == []


async def test_a_share_that_is_usual_stops_nothing(shop: Desk) -> None:
    await charged(shop, 6, "declined")
    await charged(shop, 4, "paid")
    await charged(shop, 60, "declined", ago=timedelta(days=10))
    await charged(shop, 40, "paid", ago=timedelta(days=10))
    assert await charge(shop) == 1


async def test_too_many_charges_stop_all_others(shop: Desk) -> None:
    await charged(shop, 51, "open")
    assert await charge(shop) == 0
    (why,) = await paused(shop.sessions)
    assert why == "51 charges in an hour; at most 50 are usual, where 1 were to be expected"


async def test_as_many_as_are_due_stop_nothing(shop: Desk) -> None:
    """A month's end."""
    await charged(shop, 51, "open")
    await shop.change(
        "INSERT INTO subscriptions SELECT (jsonb_populate_record(s, jsonb_build_object('number', 'T-' || n))).* "
        "FROM subscriptions s, generate_series(1, 25) AS n WHERE s.number = :number"
    )
    assert await charge(shop) == 1


async def test_the_busiest_hour_of_the_weekday_is_usual(shop: Desk) -> None:
    await charged(shop, 60, "paid")
    await charged(shop, 30, "paid", ago=timedelta(days=14))
    assert await charge(shop) == 1


@pytest.mark.parametrize(
    ("such", "is_seen"),
    [
        pytest.param({}, True, id="first tries of now"),
        pytest.param({"n": 2}, False, id="retries come together, and are declined again"),
        pytest.param({"ago": timedelta(minutes=61)}, False, id="an hour ago"),
        pytest.param({"way": "checkout"}, False, id="a buyer's own order"),
    ],
)
async def test_of_declines_only_first_tries_of_the_last_hour_count(
    shop: Desk, such: dict[str, object], is_seen: bool
) -> None:
    await charged(shop, 20, "declined", **such)  # type: ignore[arg-type]
    assert await charge(shop) == (0 if is_seen else 1)


async def test_of_two_workers_that_trip_at_once_one_stops_charges(shop: Desk) -> None:
    await charged(shop, 20, "declined")
    await asyncio.gather(*(breaker(shop).check(NOW) for _ in range(4)))
    assert len(await paused(shop.sessions)) == 1
    assert len(await shop.rows("SELECT 1 FROM alarms WHERE subscription IS NULL")) == 1
    assert len(await shop.rows("SELECT 1 FROM events WHERE event = 'alarm' AND subscription IS NULL")) == 1
    assert len(await shop.rows("SELECT 1 FROM audit WHERE action = 'pause'")) == 1


async def test_a_worker_looks_once_a_minute(shop: Desk) -> None:
    its = breaker(shop)
    await its.check(NOW)
    await charged(shop, 20, "declined")
    await its.check(NOW + timedelta(seconds=59))
    assert await paused(shop.sessions) == []
    await its.check(NOW + timedelta(seconds=60))
    assert len(await paused(shop.sessions)) == 1


async def test_after_a_resume_the_figures_of_before_do_not_count_and_those_of_after_do(shop: Desk) -> None:
    await charged(shop, 20, "declined")
    its = breaker(shop)
    assert await charge(shop, its) == 0
    later = NOW + timedelta(minutes=2)
    async with shop.sessions.begin() as session:
        assert await resume(session, Pausable.CHARGES, by="operator:mira", reason="looked", now=later)
    assert await shop.rows("SELECT 1 FROM alarms WHERE cleared_at IS NULL AND subscription IS NULL") == []
    assert await charge(shop, its, later + timedelta(minutes=1)) == 1
    await charged(shop, 10, "declined", ago=timedelta(minutes=-10))
    await its.check(NOW + timedelta(minutes=11))
    assert len(await paused(shop.sessions)) == 1


async def test_a_share_that_was_called_usual_stops_nothing_for_a_week_unless_it_gets_worse(shop: Desk) -> None:
    await charged(shop, 12, "declined")
    await charged(shop, 8, "paid")
    its, later = breaker(shop), NOW + timedelta(minutes=2)
    await its.check(NOW)
    async with shop.sessions.begin() as session:
        who, why = "operator:mira", "cards expired everywhere"
        assert await resume(session, Pausable.CHARGES, by=who, reason=why, now=later, usual=True)
    (act,) = await shop.rows("SELECT done_by, reason, data FROM audit WHERE action = 'breaker.accept'")
    assert (act["done_by"], act["reason"]) == ("operator:mira", "cards expired everywhere")
    assert (act["data"]["declined"], act["data"]["answered"]) == (12, 20)
    await charged(shop, 16, "declined", ago=timedelta(minutes=-10))
    await charged(shop, 4, "paid", ago=timedelta(minutes=-10))
    await its.check(NOW + timedelta(minutes=11))
    assert await paused(shop.sessions) == []
    await charged(shop, 1, "declined", ago=timedelta(minutes=-12))
    await its.check(NOW + timedelta(minutes=13))
    (why_again,) = await paused(shop.sessions)
    assert why_again.endswith("; 12 of 20 were accepted as usual")


async def test_after_a_week_what_was_accepted_is_forgotten_and_its_hour_is_as_usual_as_any(shop: Desk) -> None:
    await charged(shop, 12, "declined")
    await charged(shop, 8, "paid")
    await breaker(shop).check(NOW)
    async with shop.sessions.begin() as session:
        await resume(session, Pausable.CHARGES, by="operator:mira", reason="so it is", now=NOW, usual=True)
        assert await accepted_declines(session, NOW + timedelta(days=6, hours=23)) == Accepted(20, 12)
        assert await accepted_declines(session, NOW + timedelta(days=7)) is None
        usual = await usual_charges(session, NOW + timedelta(days=8), NOW + timedelta(days=8))
    assert (usual.answered, usual.declined) == (20, 12)


async def test_a_worker_that_had_counted_before_the_resume_does_not_stop_charges_after_it(
    shop: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await charged(shop, 20, "declined")
    slow, usual_of = breaker(shop), Breaker._usual_of

    async def while_somebody_resumes(its: Breaker, since: datetime, now: datetime) -> object:
        await breaker(shop)._look(now)
        async with shop.sessions.begin() as session:
            await resume(session, Pausable.CHARGES, by="operator:mira", reason="looked", now=now)
        return await usual_of(its, since, now)

    with monkeypatch.context() as patched:
        patched.setattr(slow, "_usual_of", lambda since, now: while_somebody_resumes(slow, since, now))
        await slow.check(NOW)
    assert await paused(shop.sessions) == []


async def test_a_small_hour_costs_one_short_look(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("activities.breaker.usual_charges", never)
    await charged(shop, 9, "declined")
    assert await charge(shop) == 1


async def test_the_counts_are_found_by_index(shop: Desk) -> None:
    await charged(shop, 3_000, "paid", ago=timedelta(days=20))
    await charged(shop, 5, "declined")
    await shop.change("ANALYZE attempts")
    since = NOW - timedelta(hours=1)
    async with shop.sessions() as session:
        assert await charges_since(session, since, NOW) == Seen(tries=5, answered=5, declined=5)
        usual = await usual_charges(session, since, NOW)
        assert (usual.answered, usual.declined, usual.due) == (3_000, 0, 1)
        plan = await session.scalars(
            sa.text("EXPLAIN SELECT count(*) FROM attempts WHERE called_at > :since AND called_at <= :now"),
            {"since": since, "now": NOW},
        )
        assert "ix_attempts_called_at" in "\n".join(plan)
