"""What only shows when many rows are held beside each other is told: once, in time, and not on ordinary days."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from activities import alarming
from activities.alarming import alarm_together
from activities.noticed import Noticed
from activities.waves import (
    LEAST_CANCELS,
    LEAST_DECLINES,
    LEAST_LEAVING,
    LEAST_OF_FEW,
    LEAST_REFUNDS,
    LEAST_REJECTED,
    MANY_CANCELLED,
)
from models.inbox import store_command
from models.journal import record
from renewals.commands import Name
from tests.activities.desk import Desk
from tests.activities.test_watchdog import Doorbell, look, open_alarms
from tests.scenarios.diary import instant

NOON = "2027-02-10 12:00"
NOW = instant(NOON, "Europe/Paris")

SECOND_ORDER = """
    INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
    SELECT '00000000-0000-4000-8000-000000000002', csn, currency, 'checkout', 'paid', 'system', ordered_at FROM orders;
    INSERT INTO order_lines (order_id, subscription, term_starts_on, renewal_id, purpose, term, seats, unit_price,
        amount, receipt)
    SELECT '00000000-0000-4000-8000-000000000002', subscription, term_starts_on, renewal_id, purpose, term, seats,
        unit_price, amount, receipt FROM order_lines;
    INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, calls, questions, answered_at,
        received)
    SELECT gen_random_uuid(), '00000000-0000-4000-8000-000000000002', 1, method_id, amount, currency, 'paid',
        called_at, 1, 0, answered_at, 0 FROM attempts
"""
CHARGES = """
    WITH made AS (
        INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
        SELECT gen_random_uuid(), csn, 'EUR', 'automatic', 'open', 'system', CAST(:at AS timestamptz)
        FROM subscriptions, generate_series(1, CAST(:count AS int)) RETURNING id
    )
    INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, calls, questions, answered_at,
        code, received)
    SELECT gen_random_uuid(), made.id, CAST(:n AS int), s.method_id, 100, 'EUR', CAST(:state AS text), :at, 1, 0, :at,
        CAST(:code AS text), 0
    FROM made, subscriptions s
"""
POLICY = """
    INSERT INTO policies (id, sku, country, channel, version, effective_on, values, set_by, reason, set_at)
    VALUES (gen_random_uuid(), NULL, 'FR', NULL, :version, :day, '{}', 'operator:ben', 'a test', :set_at)
"""
PRICE = """
    INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at)
    SELECT gen_random_uuid(), sku, term, currency, version + 1, status, list_price, renewal_price * 10, :at
    FROM prices WHERE (sku, term, currency, version) IN (
        SELECT p.sku, p.term, p.currency, max(p.version) FROM prices p
        JOIN subscriptions s ON s.sku = p.sku AND s.term = p.term JOIN customers c ON c.csn = s.csn
        WHERE p.currency = c.currency GROUP BY 1, 2, 3)
"""


@pytest.fixture
async def live(desk: Desk) -> Desk:
    await desk.open(live="2027-02-10")
    await desk.walk(NOON)
    await desk.change("DELETE FROM alarms")
    return desk


async def run(desk: Desk, statements: str, **values: object) -> None:
    async with desk.sessions.begin() as session:
        for statement in statements.split(";"):
            await session.execute(text(statement), values)


async def told(desk: Desk, at: datetime = NOW) -> int:
    return await alarm_together(desk.sessions, at)


async def test_a_question_that_fails_silences_no_other_and_wakes_as_ever(
    live: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
        await session.execute(text("SELECT 1 / 0"))
        yield Noticed("never", "told", "x")

    async def finds(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
        yield Noticed("found", "told", "x")

    monkeypatch.setattr(alarming, "QUESTIONS", {"one": fails, "other": finds})
    await live.change("UPDATE subscriptions SET next_step_at = NULL")
    watched = await look(live)
    assert (watched.alarms, watched.woken) == (2, 1)
    assert sorted(await open_alarms(live)) == ["found", "not_compared"]
    (alarm,) = await live.rows("SELECT subject, facts FROM alarms WHERE kind = 'not_compared'")
    assert (alarm["subject"], alarm["facts"]) == ("one", {"kind": "one", "error": "DivisionByZero"})
    monkeypatch.setattr(alarming, "QUESTIONS", {"one": finds})
    assert await told(live) == 0
    assert await open_alarms(live) == ["found"], "it ends with the first answer"


async def test_a_question_that_takes_too_long_or_is_wrong_keeps_no_other_from_being_asked(
    live: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleeps(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
        await session.execute(text("SELECT pg_sleep(60)"))
        yield Noticed("never", "told", "x")

    async def dawdles(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
        await asyncio.Event().wait()
        yield Noticed("never", "told", "x")

    async def errs(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
        yield Noticed(dict[str, str]()["ours"], "told", "x")

    monkeypatch.setattr(alarming, "PATIENCE_MS", 50)
    monkeypatch.setattr(alarming, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(alarming, "QUESTIONS", {"a": sleeps, "b": dawdles, "c": errs})
    alive = list[None]()
    assert await alarm_together(live.sessions, NOW, lambda: alive.append(None)) == 3
    assert len(alive) == 4, "Temporal hears of each"
    rows = await live.rows("SELECT subject, facts ->> 'error' AS error FROM alarms ORDER BY subject")
    assert [tuple(row.values()) for row in rows] == [("a", "QueryCanceled"), ("b", "TimeoutError"), ("c", "KeyError")]


async def test_renewals_are_woken_before_anything_is_compared(live: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bell, rung = Doorbell(), list[str]()

    async def listens(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
        rung.extend(bell.rung)
        for each in list[Noticed]():
            yield each

    monkeypatch.setattr(alarming, "QUESTIONS", {"one": listens})
    await live.change("UPDATE subscriptions SET next_step_at = NULL")
    await look(live, bell=bell)
    assert rung == bell.rung == [f"subscription-{live.number}"]


async def test_the_watchdog_asks_too(live: Desk) -> None:
    await live.change("UPDATE subscriptions SET suspended_at = now()")
    assert (await look(live)).alarms == 1
    assert await open_alarms(live) == ["locked_though_paid"]


async def test_an_ordinary_portfolio_has_nothing_to_tell(live: Desk) -> None:
    assert await told(live) == 0


async def test_a_term_that_was_paid_twice_is_told_once_even_when_somebody_has_ended_it(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    await desk.charge()
    at = instant("2027-03-31 12:00", "Europe/Paris")
    assert await told(desk, at) == 0
    await run(desk, SECOND_ORDER)
    assert [await told(desk, at) for _ in range(2)] == [1, 0]
    assert await open_alarms(desk) == ["paid_twice"]
    await desk.change("UPDATE alarms SET cleared_at = now()")
    assert await told(desk, at) == 0


async def test_a_term_whose_second_payment_was_under_way_for_days_is_told_once_its_money_came(desk: Desk) -> None:
    """A direct debit that was called a week ago, and is paid only now."""
    await desk.open()
    await desk.wait_for_renewal_date()
    await desk.charge()
    await run(desk, SECOND_ORDER)
    await desk.change("UPDATE attempts SET called_at = called_at - interval '7 days'")
    at = instant("2027-04-03 12:00", "Europe/Paris")
    assert await told(desk, at) == 0
    await desk.change(
        "UPDATE attempts SET answered_at = '2027-04-02' WHERE order_id = '00000000-0000-4000-8000-000000000002'"
    )
    assert [await told(desk, at) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(("back", "told_of"), [("amount", 0), ("amount - 1", 1)], ids=["all of it", "a part of it"])
async def test_what_was_paid_twice_is_in_order_once_all_of_one_order_goes_back(
    desk: Desk, back: str, told_of: int
) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    await desk.charge()
    await run(desk, SECOND_ORDER)
    await desk.change(
        "INSERT INTO refunds (id, attempt_id, subscription, amount, currency, because, owed_at, calls)"  # noqa: S608
        f" SELECT gen_random_uuid(), id, :number, {back}, currency, 'operator', called_at, 0 FROM attempts"
        " WHERE order_id = '00000000-0000-4000-8000-000000000002'",
        number=desk.number,
    )
    assert await told(desk, instant("2027-03-31 12:00", "Europe/Paris")) == told_of


async def test_access_that_is_locked_though_paid_is_told_and_planning_again_gives_it_back(live: Desk) -> None:
    await live.change("UPDATE subscriptions SET access_until = '2027-02-09', suspended_at = '2027-02-09'")
    assert [await told(live) for _ in range(2)] == [1, 0]
    async with live.sessions.begin() as session:
        command = await store_command(
            session,
            client_key="k",
            subscription=live.number,
            name=Name.RE_PLAN,
            args={"reason": "paid, and locked"},
            by="operator:ana",
            wall_now=NOW,
        )
    await live.at(NOON, live.commands.apply_command, live.number, str(command))
    (row,) = await live.rows("SELECT access_until, suspended_at FROM subscriptions")
    assert row["access_until"] > NOW + timedelta(days=40)
    assert row["suspended_at"] is None
    assert await told(live) == 0
    assert await open_alarms(live) == []


async def test_more_that_are_locked_than_one_look_tells_of_are_told_by_the_next(
    live: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live.change(
        "INSERT INTO subscriptions SELECT (jsonb_populate_record(s, jsonb_build_object('number', 'T-' || n))).*"
        " FROM subscriptions s, generate_series(1, 4) n WHERE number = :number"
    )
    await live.change("UPDATE subscriptions SET suspended_at = '2027-02-09'")
    monkeypatch.setattr(alarming, "MOST_AT_ONCE", 2)
    assert [await told(live) for _ in range(4)] == [2, 2, 1, 0]
    await live.change("UPDATE subscriptions SET suspended_at = NULL")
    assert await told(live) == 0
    assert await open_alarms(live) == []


@pytest.mark.parametrize(("ends_at", "alarms"), [("2027-02-10 23:00+00", 0), ("2027-02-09 23:00+00", 1)])
async def test_a_term_that_ends_in_a_zone_ahead_of_ours_is_not_locked_where_its_step_is_late(
    live: Desk, ends_at: str, alarms: int
) -> None:
    await run(
        live,
        "UPDATE subscriptions SET auto_renew = false, starts_on = '2026-02-11', renews_on = '2027-02-11',"
        " access_until = CAST(CAST(:ends_at AS text) AS timestamptz)",
        ends_at=ends_at,
    )
    assert await told(live, instant("2027-02-11 00:20", "Europe/Paris")) == alarms


async def test_a_price_that_leaps_is_told_once_somebody_is_about_to_be_charged_by_it(live: Desk) -> None:
    await run(live, PRICE, at=NOW)
    await live.change("UPDATE subscriptions SET announced_term = NULL, announced_unit_price = NULL")
    assert await told(live, NOW + timedelta(days=30)) == 0
    near = instant("2027-03-20 12:00", "Europe/Paris")
    assert [await told(live, near) for _ in range(2)] == [1, 0]
    (alarm,) = await live.rows("SELECT kind, subject, detail FROM alarms")
    assert alarm["kind"] == "price_leaps"
    assert "1 are charged by it within 14 days, the first on 2027-03-31." in alarm["detail"]


@pytest.mark.parametrize(("factor", "alarms"), [(10, 1), (1, 0)], ids=["ten times", "as before"])
async def test_a_price_to_come_that_leaps_is_told_once_as_soon_as_it_is_there(
    live: Desk, factor: int, alarms: int
) -> None:
    await run(live, PRICE.replace("* 10", f"* {factor}"), at=NOW + timedelta(days=60))
    assert [await told(live) for _ in range(2)] == [alarms, 0]
    await live.change("UPDATE alarms SET cleared_at = raised_at")
    assert await told(live, NOW + timedelta(days=61)) == 0
    found = await live.rows("SELECT kind, detail FROM alarms")
    assert all(
        each["kind"] == "price_leaps" and " a seat from 2027-04-11, against " in each["detail"] for each in found
    )


async def test_a_price_that_leaps_again_to_what_it_was_once_corrected_from_is_told_again(live: Desk) -> None:
    await run(live, PRICE, at=NOW + timedelta(days=60))
    assert await told(live) == 1
    await live.change("UPDATE alarms SET cleared_at = raised_at")
    await run(live, PRICE.replace("* 10", "/ 10"), at=NOW + timedelta(days=60))
    await run(live, PRICE, at=NOW + timedelta(days=90))
    assert [await told(live) for _ in range(2)] == [1, 0]


async def test_an_odd_price_of_one_buyer_is_no_alarm_where_another_price_leaps(live: Desk) -> None:
    await live.change(
        "INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at)"
        " SELECT gen_random_uuid(), sku, term, 'JPY', v, 'active', 100, 100 * v, '2027-02-11'"
        " FROM subscriptions, (VALUES (91), (990)) x (v)"
    )
    await live.change("UPDATE subscriptions SET unit_price = 1, announced_term = NULL, announced_unit_price = NULL")
    assert await told(live, instant("2027-03-20 12:00", "Europe/Paris")) == 0


async def declines(desk: Desk, count: int, at: datetime, *, code: str = "processing_error", n: int = 1) -> None:
    await run(desk, CHARGES, count=count, at=at, n=n, state="declined", code=code)


async def paid(desk: Desk, count: int, at: datetime) -> None:
    await run(desk, CHARGES, count=count, at=at, n=1, state="paid", code=None)


async def test_many_declines_with_one_code_are_told(live: Desk) -> None:
    await paid(live, 60, NOW - timedelta(hours=3))
    await declines(live, LEAST_DECLINES - 1, NOW - timedelta(hours=3))
    assert await told(live) == 0
    await declines(live, 1, NOW - timedelta(hours=2))
    assert [await told(live) for _ in range(2)] == [1, 0]
    (alarm,) = await live.rows("SELECT detail FROM alarms")
    assert alarm["detail"].startswith("20 of 80 first charges of a day were declined with processing_error;")


@pytest.mark.parametrize(
    ("declined", "one_is_paid", "alarms"),
    [
        pytest.param(LEAST_OF_FEW - 1, False, 0, id="too few"),
        pytest.param(LEAST_OF_FEW, False, 1, id="none is paid"),
        pytest.param(LEAST_OF_FEW, True, 0, id="one is paid"),
    ],
)
async def test_of_a_small_portfolio_a_week_without_a_single_payment_is_told(
    live: Desk, declined: int, one_is_paid: bool, alarms: int
) -> None:
    for day in range(declined):
        await declines(live, 1, NOW - timedelta(days=day, hours=3), code="processing_error" if day else "lost_card")
    await paid(live, int(one_is_paid), NOW - timedelta(days=6))
    assert [await told(live, NOW + timedelta(days=days)) for days in (0, 0, 1, 2)] == [alarms, 0, 0, 0]
    found = await live.rows("SELECT detail, subject FROM alarms")
    said = "None of 5 first charges of a week was paid; 4 were declined with processing_error."
    assert [dict(each) for each in found] == [{"detail": said, "subject": "all 2027-02-10"}] * alarms


async def test_on_the_first_day_of_an_installation_ordinary_declines_are_not(live: Desk) -> None:
    await paid(live, 380, NOW - timedelta(hours=3))
    await declines(live, LEAST_DECLINES, NOW - timedelta(hours=3), code="insufficient_funds")
    assert await told(live) == 0


async def test_what_is_counted_is_told_once_past_midnight_and_the_next_wave_anew(live: Desk) -> None:
    evening = instant("2027-02-10 22:00", "Europe/Paris")
    await declines(live, LEAST_DECLINES, evening - timedelta(hours=1))
    await refunds(live, LEAST_REFUNDS, evening + timedelta(minutes=150))
    assert await told(live, evening) == 1
    assert await told(live, evening + timedelta(minutes=170)) == 1
    for hours in (3.2, 6, 20, 22):
        assert await told(live, evening + timedelta(hours=hours)) == 0
    later = evening + timedelta(days=3)
    await declines(live, LEAST_DECLINES, later - timedelta(hours=1))
    assert await told(live, later) == 1


@pytest.mark.parametrize("ended", [False, True], ids=["open", "ended by hand"])
async def test_a_wave_that_grows_far_beyond_what_was_told_is_told_anew_in_its_place(live: Desk, ended: bool) -> None:
    at = NOW - timedelta(hours=2)
    await declines(live, LEAST_DECLINES, at)
    assert await told(live) == 1
    if ended:
        await live.change("UPDATE alarms SET cleared_at = raised_at")
    await declines(live, 3 * LEAST_DECLINES, at)
    assert await told(live) == 0
    await declines(live, LEAST_DECLINES, at)
    tomorrow = NOW + timedelta(hours=13)
    assert [await told(live, when) for when in (NOW, NOW, tomorrow)] == [1, 0, 0]
    (alarm,) = await live.rows("SELECT facts FROM alarms WHERE cleared_at IS NULL")
    assert alarm["facts"]["count"] == 5 * LEAST_DECLINES


async def test_as_many_as_usual_are_not_nor_are_retries(live: Desk) -> None:
    for when in (NOW - timedelta(hours=3), NOW - timedelta(days=5)):
        await paid(live, 60, when)
        await declines(live, 20, when, code="insufficient_funds")
    await declines(live, 50, NOW - timedelta(hours=1), n=2)
    assert await told(live) == 0


async def refunds(desk: Desk, count: int, at: datetime, by: str = "operator:tom") -> None:
    async with desk.sessions.begin() as session:
        for _ in range(count):
            record(session, desk.number, at, "command", {"name": "refund", "outcome": "done"}, by=by, reason="x")


async def test_many_refunds_by_one_operator_are_told(live: Desk) -> None:
    await refunds(live, LEAST_REFUNDS - 1, NOW - timedelta(minutes=30))
    await refunds(live, 5, NOW - timedelta(minutes=70))
    await refunds(live, 5, NOW - timedelta(minutes=10), by="operator:ana")
    assert await told(live) == 0
    await refunds(live, 1, NOW - timedelta(minutes=1))
    assert [await told(live) for _ in range(2)] == [1, 0]
    (alarm,) = await live.rows("SELECT detail, subject FROM alarms")
    assert alarm["detail"] == "operator:tom gave 20 refunds within an hour."
    assert alarm["subject"] == "operator:tom 2027-02-10"


async def cancelled(desk: Desk, count: int) -> None:
    await run(
        desk,
        "INSERT INTO subscriptions SELECT (jsonb_populate_record(s, jsonb_build_object('number', 'T-' || n))).*"
        " FROM subscriptions s, generate_series(1, CAST(:count AS int)) n WHERE number = :number;"
        " INSERT INTO commands (id, client_key, subscription, name, args, given_by, received_at, stored_at, decided_at,"
        " outcome) SELECT gen_random_uuid(), number, number, 'cancel-auto-renew', '{}', 'x@y.example', :at, :at, :at,"
        " 'done' FROM subscriptions WHERE number LIKE 'T-%'",
        count=count,
        number=desk.number,
        at=NOW - timedelta(hours=3),
    )


@pytest.mark.parametrize(("count", "alarms"), [(LEAST_CANCELS - 1, 0), (LEAST_CANCELS, 1)], ids=["few", "many"])
async def test_many_that_are_cancelled_together_are_told(live: Desk, count: int, alarms: int) -> None:
    await cancelled(live, count)
    assert await told(live) == alarms
    assert await told(live, NOW + timedelta(days=2)) == 0


async def left(desk: Desk, count: int, at: datetime, *, live_at: datetime = NOW - timedelta(days=400)) -> None:
    """So many customers cancel one subscription each, of the same offering."""
    await run(
        desk,
        "INSERT INTO customers SELECT (jsonb_populate_record(c, jsonb_build_object('csn', :mark || n))).*"
        " FROM customers c JOIN subscriptions s USING (csn), generate_series(1, CAST(:count AS int)) n"
        " WHERE s.number = :number;"
        " INSERT INTO subscriptions SELECT (jsonb_populate_record(s, jsonb_build_object('number', :mark || n,"
        " 'csn', :mark || n, 'live_at', CAST(:live_at AS timestamptz)))).*"
        " FROM subscriptions s, generate_series(1, CAST(:count AS int)) n WHERE number = :number;"
        " INSERT INTO commands (id, client_key, subscription, name, args, given_by, received_at, stored_at, decided_at,"
        " outcome) SELECT gen_random_uuid(), number, number, 'cancel-auto-renew', '{}', 'x@y.example', :at, :at, :at,"
        " 'done' FROM subscriptions WHERE starts_with(number, :mark)",
        mark=f"L{at:%m%d}-",
        count=count,
        number=desk.number,
        at=at,
        live_at=live_at,
    )


@pytest.mark.parametrize(("count", "alarms"), [(LEAST_LEAVING - 1, 0), (LEAST_LEAVING, 1)], ids=["few", "many"])
async def test_many_customers_who_cancel_one_offering_are_told(live: Desk, count: int, alarms: int) -> None:
    await left(live, count, NOW - timedelta(hours=3))
    assert [await told(live) for _ in range(2)] == [alarms, 0]
    found = await live.rows("SELECT kind, detail FROM alarms")
    assert [each["kind"] for each in found] == [MANY_CANCELLED] * alarms
    assert all("20 customers cancelled DRAFT-STD" in each["detail"] for each in found)


async def test_as_many_as_usually_cancel_are_no_wave(live: Desk) -> None:
    await left(live, LEAST_LEAVING, NOW - timedelta(hours=3))
    await left(live, 10 * LEAST_LEAVING, NOW - timedelta(days=9))
    assert await told(live) == 0


@pytest.mark.parametrize(
    ("others", "alarms"), [pytest.param(500, 0, id="of many"), pytest.param(0, 1, id="nearly all of them")]
)
async def test_what_went_live_lately_has_no_usual_day_and_is_held_beside_its_customers(
    live: Desk, others: int, alarms: int
) -> None:
    """Of a large portfolio some cancel each day, from the first day on."""
    lately = NOW - timedelta(days=2)
    await left(live, LEAST_LEAVING, NOW - timedelta(hours=3), live_at=lately)
    await left(live, others, NOW - timedelta(days=40), live_at=lately)
    assert await told(live) == alarms


async def mails(desk: Desk, outcome: str, domain: str, count: int) -> None:
    await run(
        desk,
        "INSERT INTO notices (id, subscription, term_starts_on, kind, occasion, recipient, dated, why, facts,"
        " planned_for, tries, outcome, sent_at) SELECT gen_random_uuid(), :number, '2026-02-10', 'reminder',"
        " :outcome || n, 'p' || n || :domain, true, 'x', '{}', :at, 1, :outcome, :at"
        " FROM generate_series(1, CAST(:count AS int)) n",
        number=desk.number,
        outcome=outcome,
        domain=domain,
        count=count,
        at=NOW - timedelta(hours=3),
    )


@pytest.mark.parametrize(
    ("bounced", "sent", "alarms"),
    [
        pytest.param(LEAST_REJECTED - 1, 0, 0, id="few"),
        pytest.param(LEAST_REJECTED, LEAST_REJECTED + 1, 0, id="most arrive"),
        pytest.param(LEAST_REJECTED, LEAST_REJECTED, 1, id="half"),
    ],
)
async def test_a_domain_that_takes_no_mail_is_told_once(live: Desk, bounced: int, sent: int, alarms: int) -> None:
    await mails(live, "bounced", "@Big.example", bounced)
    await mails(live, "sent", "@big.example", sent)
    await mails(live, "failed", "@other.example", 1)
    assert [await told(live) for _ in range(2)] == [alarms, 0]
    found = await live.rows("SELECT detail, subject FROM alarms")
    wanted = {"detail": "10 of 20 mails of a day to big.example did not arrive.", "subject": "big.example 2027-02-10"}
    assert [dict(each) for each in found] == [wanted] * alarms


@pytest.mark.parametrize(
    ("day", "alarms"),
    [
        pytest.param("2027-02-10", 0, id="today"),
        pytest.param("2028-03-01", 0, id="in a year"),
        pytest.param("2026-12-01", 1, id="before it was made"),
        pytest.param("2062-12-01", 1, id="a slip of the year"),
    ],
)
async def test_a_policy_that_is_dated_oddly_is_told(live: Desk, day: str, alarms: int) -> None:
    await run(live, POLICY, version=9, day=datetime.fromisoformat(day).replace(tzinfo=UTC).date(), set_at=NOW)
    assert [await told(live) for _ in range(2)] == [alarms, 0]
