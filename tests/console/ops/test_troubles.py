"""What an operator looks into: each trouble is found as life left it, named on the overview, and leads to its list."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

import models.troubles
from console.ops.overview import ELSEWHERE, seen_at
from console.ops.words import WORDS
from models.engine import Sessions
from models.listing import Asked, listing
from models.troubles import ORDINARY, Found, Trouble, troubles
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.roles import Role
from tests.console.ops.plans import heard, plan_of
from tests.console.ops.staff import People, Person, words

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
NUMBER = "S-1001"

AN_ORDER = """
    INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
    SELECT '00000000-0000-4000-8000-00000000000{n}', csn, 'USD', 'checkout', '{order}', 'system', now()
    FROM subscriptions WHERE number = 'S-1001';
    INSERT INTO renewals (id, subscription, term_starts_on)
    SELECT '10000000-0000-4000-8000-000000000000', number, renews_on FROM subscriptions WHERE number = 'S-1001'
    ON CONFLICT DO NOTHING;
    INSERT INTO order_lines (order_id, subscription, term_starts_on, renewal_id, purpose, term, seats, unit_price,
        amount, receipt)
    SELECT '00000000-0000-4000-8000-00000000000{n}', number, renews_on, '10000000-0000-4000-8000-000000000000',
        'renewal', 'year', 1, 100, 100, '{{}}' FROM subscriptions WHERE number = 'S-1001';
    INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, calls, questions, answered_at,
        code, voucher_code, expires_at, received)
    SELECT '20000000-0000-4000-8000-00000000000{n}', '00000000-0000-4000-8000-00000000000{n}', 1, method_id, 100, 'USD',
        '{attempt}', now() - interval '{ago}', 1, 0,
        CASE WHEN '{attempt}' IN ('paid', 'declined') THEN now() - interval '{ago}' END,
        CASE WHEN '{attempt}' = 'declined' THEN 'insufficient_funds' END,
        CASE WHEN '{attempt}' = 'issued' THEN 'K-1' END,
        CASE WHEN '{attempt}' = 'issued' THEN now() + interval '5 hours' END, {received}
    FROM subscriptions WHERE number = 'S-1001'
"""


def order(n: int, attempt: str, *, state: str = "open", ago: str = "1 hour", received: int = 0) -> str:
    return AN_ORDER.format(n=n, order=state, attempt=attempt, ago=ago, received=received)


def refund(*, ago: str, next_at: str) -> str:
    return f"""
    INSERT INTO refunds (id, attempt_id, subscription, amount, currency, because, owed_at, next_at, calls)
    VALUES ('30000000-0000-4000-8000-000000000000', '20000000-0000-4000-8000-000000000001', 'S-1001', 100, 'USD',
        'operator', now() - interval '{ago}', {next_at}, 1)
    """  # noqa: S608  # the literals of this test


def alarm(cleared: str) -> str:
    return f"""
    INSERT INTO alarms (id, subscription, kind, gravity, subject, detail, raised_at, cleared_at)
    VALUES (gen_random_uuid(), 'S-1001', 'paid_after_all', 1, '30000000-0000-4000-8000-000000000000', 'x', now(),
        {cleared})
    """  # noqa: S608  # the literals of this test


REFUSED = """
    UPDATE refunds SET refused_at = now(), refusal = 'already refunded';
    INSERT INTO alarms (id, subscription, kind, gravity, subject, detail, raised_at)
    VALUES (gen_random_uuid(), 'S-1001', 'refund_refused', 2, '30000000-0000-4000-8000-000000000000', 'x', now())
"""


def changed(assignment: str) -> str:
    return f"UPDATE subscriptions SET {assignment} WHERE number = 'S-1001'"  # noqa: S608  # the literals of this test


def letter(ago: str) -> str:
    return f"""
    INSERT INTO notices (id, subscription, term_starts_on, kind, occasion, recipient, dated, why, facts, planned_for,
        next_at, tries)
    SELECT gen_random_uuid(), number, starts_on, 'reminder', '7', 'ada@survey.example', true, 'x', '{{}}',
        now() - interval '{ago}', now(), 3 FROM subscriptions WHERE number = 'S-1001'
    """  # noqa: S608  # the literals of this test


def command(ago: str) -> str:
    return f"""
    INSERT INTO commands (id, client_key, subscription, name, args, given_by, received_at, stored_at)
    VALUES (gen_random_uuid(), 'k', 'S-1001', 'park', '{{}}', 'operator:ana', now(), now() - interval '{ago}')
    """  # noqa: S608  # the literals of this test


def basket(ago: str, code: str) -> str:
    return f"""
    INSERT INTO baskets (id, client_key, given_by, methods, received_at)
    VALUES ('40000000-0000-4000-8000-000000000000', 'b', 'ada@survey.example', '{{}}', now() - interval '{ago}');
    INSERT INTO basket_lines (basket_id, subscription, place, code, hint)
    VALUES ('40000000-0000-4000-8000-000000000000', 'S-1001', 37, {code}, {code})
    """  # noqa: S608  # the literals of this test


def price(version: int, factor: str, status: str = "active") -> str:
    return f"""
    INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at)
    SELECT gen_random_uuid(), p.sku, p.term, p.currency, {version}, '{status}', p.list_price,
        (p.renewal_price * {factor})::bigint, now()
    FROM prices p JOIN subscriptions s ON s.sku = p.sku AND s.term = p.term
    WHERE s.number = 'S-1001' AND p.currency = 'USD' AND p.version = 1
    """  # noqa: S608  # the literals of this test


USERS = """
    INSERT INTO seat_assignments (subscription, "user", assigned_on, told_at, told_by)
    SELECT 'S-1001', 'u' || n || '@survey.example', current_date - 9, now(), 'api'
    FROM generate_series(1, {count}) n
"""
ENDED_CARD = """
    UPDATE payment_methods SET valid_through = current_date - {ago}
    WHERE id = (SELECT method_id FROM subscriptions WHERE number = 'S-1001')
"""
LATE = """
    UPDATE subscriptions SET unit_price = 101000 WHERE number = 'S-1001';
    INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
    SELECT '00000000-0000-4000-8000-000000000009', csn, 'USD', 'checkout', 'paid', 'system', now() - interval '1 year'
    FROM subscriptions WHERE number = 'S-1001';
    INSERT INTO renewals (id, subscription, term_starts_on, settled_at, order_id)
    SELECT '10000000-0000-4000-8000-000000000009', number, starts_on, now() - interval '1 year',
        '00000000-0000-4000-8000-000000000009' FROM subscriptions WHERE number = 'S-1001';
    INSERT INTO order_lines (order_id, subscription, term_starts_on, renewal_id, purpose, term, seats, unit_price,
        amount, receipt)
    SELECT '00000000-0000-4000-8000-000000000009', number, starts_on, '10000000-0000-4000-8000-000000000009',
        'renewal', 'year', 1, 101000, 101000, '{"basis" : "list_price"}' FROM subscriptions WHERE number = 'S-1001'
"""
UNPRICED = "INSERT INTO offerings (sku, name, kind) VALUES ('NEW', 'New', 'subscription')"
UNANNOUNCED = changed("announced_term = NULL, announced_unit_price = NULL")
SOON = changed("renews_on = current_date + 3")

SAME_BUYER = """
    INSERT INTO customers SELECT (jsonb_populate_record(c, '{"csn" : "C-99"}')).* FROM customers c
        WHERE csn = '5100000001';
    INSERT INTO contacts SELECT (jsonb_populate_record(c, jsonb_build_object(
        'id', '99000000-0000-4000-8000-000000000000', 'csn', 'C-99', 'email', upper(c.email)))).*
        FROM contacts c JOIN subscriptions s ON s.buyer_id = c.id WHERE s.number = 'S-1001';
    INSERT INTO subscriptions SELECT (jsonb_populate_record(s, jsonb_build_object(
        'number', 'S-99', 'csn', 'C-99', 'buyer_id', '99000000-0000-4000-8000-000000000000'))).*
        FROM subscriptions s WHERE number = 'S-1001'
"""
BY_HAND = "UPDATE subscriptions SET auto_renew = false WHERE number = 'S-99'"

CASES: Sequence[tuple[Trouble, str, Sequence[str]]] = (
    (Trouble.PAID_TWICE, "by two orders", [order(1, "paid", state="paid"), order(2, "paid", state="paid")]),
    (
        Trouble.LOCKED,
        "access ended",
        [changed("access_until = (current_date - 2)::timestamp AT TIME ZONE 'America/Los_Angeles'")],
    ),
    (Trouble.LOCKED, "access suspended", [changed("suspended_at = now()")]),
    (Trouble.OVERDUE, "a step not taken", [changed("next_step_at = now() - interval '11 minutes'")]),
    (Trouble.OVERDUE, "never planned", [changed("next_step_at = NULL, live_at = now() - interval '2 hours'")]),
    (Trouble.PRICE_LEAPS, "ten times the price before", [UNANNOUNCED, price(2, "10")]),
    (Trouble.PRICE_LEAPS, "a tenth of it", [price(2, "0.1")]),
    (Trouble.PRICE_LEAPS, "ten times what was paid", [changed("unit_price = 5050")]),
    (Trouble.NO_PRICE, "a term without a price", [UNPRICED, changed("sku = 'NEW'")]),
    (Trouble.NO_PRICE, "a change to what is retired", [changed("pending_term = term"), price(2, "1", "retired")]),
    (
        Trouble.REFUND_OWED,
        "nobody takes it",
        [order(1, "paid", state="paid"), refund(ago="2 hours", next_at="now()")],
    ),
    (
        Trouble.REFUND_OWED,
        "left to an operator",
        [order(1, "paid", state="paid"), refund(ago="2 days", next_at="NULL"), alarm("NULL")],
    ),
    (
        Trouble.REFUND_OWED,
        "refused, and left to an operator",
        [order(1, "paid", state="paid"), refund(ago="1 minute", next_at="NULL"), REFUSED],
    ),
    (Trouble.IN_DOUBT, "no answer", [order(1, "unknown", ago="25 hours")]),
    (Trouble.IN_DOUBT, "under way for long", [order(1, "pending", ago="11 days")]),
    (Trouble.UNANSWERED, "a command", [command("11 minutes")]),
    (Trouble.UNANSWERED, "a line of a bulk checkout", [basket("11 minutes", "NULL")]),
    (Trouble.VOUCHER_ENDS, "half of it came", [order(1, "issued", ago="3 days", received=50)]),
    (Trouble.CARD_ENDED, "and it is due", [SOON, ENDED_CARD.format(ago=1)]),
    (Trouble.NOT_LIVE, "and it is near", [changed("live_at = NULL")]),
    (Trouble.LETTER_WAITS, "for two hours", [letter("2 hours")]),
    (Trouble.OTHER_ZONE, "the customer moved", ["UPDATE customers SET time_zone = 'Asia/Tokyo'"]),
    (Trouble.SAME_BUYER, "the same offering for another customer", [SAME_BUYER]),
    (Trouble.MORE_USERS, "one too many", [changed("seats = 12"), USERS.format(count=13)]),
    (Trouble.SEATS_FALL, "a slip of the keyboard", [changed("seats = 400, pending_seats = 40")]),
    (Trouble.PARKED_LONG, "for 31 days", [changed("parked_at = now() - interval '31 days', parked_because = 'x'")]),
    (Trouble.DECLINED_LATELY, "an hour ago", [order(1, "declined")]),
)

ORDINARY_DAYS: Sequence[tuple[str, Sequence[str]]] = (
    ("paid once", [order(1, "paid", state="paid")]),
    ("paid, and declined before", [order(1, "declined", state="void", ago="3 days"), order(2, "paid", state="paid")]),
    (
        "paid twice and one went back",
        [
            order(1, "paid", state="paid"),
            order(2, "paid", state="paid"),
            refund(ago="1 minute", next_at="now()"),
        ],
    ),
    ("a step that is just due", [changed("next_step_at = now() - interval '9 minutes'")]),
    ("a price that rose by half", [UNANNOUNCED, price(2, "1.5")]),
    ("ten times the price, and a lower one was announced", [price(2, "10")]),
    ("twice the price, paid by hand", [UNANNOUNCED, price(2, "2"), changed("auto_renew = false")]),
    ("free, as before", [UNANNOUNCED, changed("unit_price = 0"), price(2, "0"), price(3, "0")]),
    (
        "a refund that was given by hand",
        [order(1, "paid", state="paid"), refund(ago="2 days", next_at="NULL"), alarm("now()")],
    ),
    ("in doubt since this morning", [order(1, "unknown", ago="3 hours")]),
    ("a debit under way", [order(1, "pending", ago="9 days")]),
    ("a command just given", [command("9 minutes")]),
    ("a refused line", [basket("11 minutes", "'hold_open'")]),
    ("a voucher of which nothing came", [order(1, "issued", ago="3 days")]),
    ("a card that ends today", [SOON, ENDED_CARD.format(ago=0)]),
    ("a card that has ended, of what a partner sold", [SOON, ENDED_CARD.format(ago=1), changed("channel = 'partner'")]),
    (
        "the end of what needs its buyer at every payment",
        [SOON, ENDED_CARD.format(ago=1), "UPDATE payment_methods SET kind = 'konbini', token = token || id"],
    ),
    ("bought late, at twice the price of those who renew in time", [UNANNOUNCED, LATE]),
    ("expired, so that it costs the list price", [changed("unit_price = 1, phase = 'expired'")]),
    ("not live and far away", [changed("live_at = NULL, renews_on = current_date + 60")]),
    ("a letter that was just tried", [letter("59 minutes")]),
    ("one buyer, of whose two one is paid by hand", [SAME_BUYER, BY_HAND]),
    ("one buyer for three customers", [SAME_BUYER, SAME_BUYER.replace("99", "98")]),
    ("one customer buys it twice", [SAME_BUYER, "UPDATE subscriptions SET csn = '5100000001' WHERE number = 'S-99'"]),
    ("every seat used", [changed("seats = 12"), USERS.format(count=12)]),
    ("half the seats", [changed("seats = 400, pending_seats = 200")]),
    ("a single seat of a few", [changed("seats = 9, pending_seats = 1")]),
    ("a tenth of the seats, far away", [changed("seats = 400, pending_seats = 1, renews_on = current_date + 60")]),
    ("parked lately", [changed("parked_at = now() - interval '29 days', parked_because = 'x'")]),
    ("suspended while past due", [changed("suspended_at = now(), phase = 'past_due'")]),
    ("lapsed and without access", [changed("access_until = now() - interval '9 days', phase = 'lapsed'")]),
    ("parked past its date", [changed("access_until = '2020-01-01', parked_at = now(), parked_because = 'x'")]),
)


@pytest.fixture
async def _example(sessions: Sessions) -> None:
    """Live and planned, every renewal date ten days from today."""
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=now, imported_by="operator:ana")
        await go_live(session, wall_now=now, by="operator:ana", reason="a test")
    await run(
        sessions,
        "UPDATE subscriptions SET phase = 'renewable', starts_on = current_date - 355, renews_on = current_date + 10,"
        " next_step_at = now() + interval '1 day', access_until = (current_date + 20)::timestamp AT TIME ZONE time_zone"
        " FROM customers WHERE customers.csn = subscriptions.csn",
        "UPDATE subscriptions SET next_step_at = '2999-01-01' WHERE next_step_at IS NULL",
        "DELETE FROM customers WHERE csn NOT IN (SELECT csn FROM subscriptions)",
    )


async def run(sessions: Sessions, *statements: str) -> None:
    async with sessions.begin() as session:
        for statement in statements:
            for each in statement.split(";"):
                await session.execute(sa.text(each))


async def found(sessions: Sessions) -> dict[Trouble, list[str]]:
    """What the overview counts and what the lists find; both are the same."""
    now = datetime.now(UTC)
    async with sessions() as session:
        counted = {each.trouble: each.count for each in await troubles(session, now.date(), now)}
        lists = {}
        for trouble in Trouble:
            page = await (await listing(session, Asked(trouble=trouble), now.date(), now)).page(session, 50)
            if page.numbers:
                lists[trouble] = list(page.numbers)
    assert counted == {each: len(numbers) for each, numbers in lists.items() if each not in ORDINARY}
    return lists


@pytest.mark.usefixtures("_example")
@pytest.mark.parametrize(
    ("trouble", "planted"), [pytest.param(each, sql, id=f"{each}: {how}") for each, how, sql in CASES]
)
async def test_each_trouble_is_found_and_no_other(sessions: Sessions, trouble: Trouble, planted: Sequence[str]) -> None:
    assert await found(sessions) == {}
    await run(sessions, *planted)
    lists = await found(sessions)
    assert set(lists) == {trouble}
    assert NUMBER in lists[trouble]
    several = (Trouble.PRICE_LEAPS, Trouble.OTHER_ZONE, Trouble.SAME_BUYER)
    assert trouble in several or lists[trouble] == [NUMBER]


def test_every_trouble_has_its_case() -> None:
    assert {trouble for trouble, _, _ in CASES} == set(Trouble)


@pytest.mark.usefixtures("_example")
@pytest.mark.parametrize("planted", [pytest.param(sql, id=how) for how, sql in ORDINARY_DAYS])
async def test_an_ordinary_day_has_none(sessions: Sessions, planted: Sequence[str]) -> None:
    await run(sessions, *planted)
    assert set(await found(sessions)) <= set(ORDINARY)


@pytest.mark.usefixtures("_example")
async def test_the_overview_names_each_says_what_to_do_and_leads_to_its_list(
    people: People, sessions: Sessions
) -> None:
    mira = await people.signed_in("mira", Role.VIEWER)
    assert WORDS["en"]["troubles_none"] in words(await mira.page("/ops/"))
    await run(sessions, *order_twice(), letter("2 hours"), changed("live_at = NULL"))
    page = await mira.page("/ops/")
    assert page.index('id="alarms"') < page.index('id="troubles"') < page.index('id="pipeline"')
    for trouble in (Trouble.PAID_TWICE, Trouble.LETTER_WAITS, Trouble.NOT_LIVE):
        assert f'<a href="{seen_at(trouble)}">{WORDS["en"][f"trouble.{trouble}"]}</a>' in page
        assert words(WORDS["en"][f"trouble.todo.{trouble}"]) in words(page)
    for address in (seen_at(Trouble.PAID_TWICE), *ELSEWHERE.values()):
        await mira.page(address)
    listed = words(await mira.page(seen_at(Trouble.PAID_TWICE)))
    assert NUMBER in listed
    assert "What to do: " + WORDS["en"]["trouble.todo.paid_twice"] in listed


def order_twice() -> tuple[str, str]:
    return order(1, "paid", state="paid"), order(2, "paid", state="paid")


@pytest.mark.usefixtures("_example")
async def test_one_that_takes_too_long_to_count_is_named_and_keeps_no_other_from_being_counted(
    people: People, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run(sessions, *order_twice())
    monkeypatch.setattr(models.troubles, "_overdue", lambda now: sa.func.pg_sleep(60).is_not(None))
    monkeypatch.setattr(models.troubles, "TOGETHER_MS", 400)
    monkeypatch.setattr(models.troubles, "ALONE_MS", 2_000)
    now = datetime.now(UTC)
    async with sessions() as session:
        counted = await troubles(session, now.date(), now)
        assert await session.scalar(sa.text("SHOW statement_timeout")) == "0"
    assert counted == [Found(Trouble.PAID_TWICE, 1), Found(Trouble.OVERDUE, None)]
    mira = await people.signed_in("mira", Role.VIEWER)
    for _ in range(2):  # from the database, then as they were kept
        page = words(await mira.page("/ops/"))
        assert WORDS["en"]["trouble.overdue"] in page
        assert WORDS["en"]["troubles_uncounted"] in page


@pytest.mark.usefixtures("_example")
async def test_todays_figures_and_what_is_overdue_lead_on(people: People, sessions: Sessions) -> None:
    mira: Person = await people.signed_in("mira", Role.VIEWER)
    await run(sessions, order(1, "declined", ago="0 hours"), changed("next_step_at = now() - interval '1 hour'"))
    await run(sessions, changed("next_step = 'charge', live_at = NULL"), changed("parked_at = NULL"))
    page = await mira.page("/ops/")
    for address in ("/ops/letters?state=waiting", "/ops/letters?state=undelivered&amp;from=", "/ops/go-live"):
        assert f'href="{address}' in page
    assert re.search(r'S-1001</a>\s*<span class="what"[^>]*>charge</span>.*?<span class="late">', page, re.S)


@pytest.mark.usefixtures("_example")
async def test_every_trouble_is_sought_by_an_index(sessions: Sessions, engine: AsyncEngine) -> None:
    """As PostgreSQL would, if the tables were too large to read through."""
    big = ("subscriptions", "notices", "attempts", "orders", "order_lines", "commands", "refunds", "seat_assignments")
    now = datetime.now(UTC)
    async with sessions() as session, heard(engine) as asked:
        for trouble in Trouble:
            await (await listing(session, Asked(trouble=trouble), now.date(), now)).page(session, 5)
        await troubles(session, now.date(), now + timedelta(seconds=1))
    for statement, parameters in asked:
        plan = await plan_of(engine, statement, parameters, "seqscan")
        assert not [line for line in plan if any(f"Seq Scan on {table} " in line for table in big)], statement
