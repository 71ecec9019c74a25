"""What may never happen, PostgreSQL refuses: each rule is broken by hand, past all Python, and a constraint answers."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cli.stack_postgres import database_named, run_sql
from gateways.port import Declined, NoAnswer
from mail.sender import Mailer
from models.engine import create_engine, sessions_of
from models.journal import raise_alarm
from tests.activities.desk import Desk, utc
from tests.scenarios.fake_gateway import FakeGateway


@pytest.fixture(scope="module")
async def lived(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A subscription with a year behind it and a payment in doubt; no test of this module changes it."""
    await run_sql(postgres, "CREATE DATABASE lived TEMPLATE template")
    engine = create_engine(database_named(postgres, "lived"))
    desk = Desk(sessions_of(engine), FakeGateway(), Mailer("127.0.0.1", 1), tmp_path_factory.mktemp("lived"))
    await desk.open()
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.charge()
    await desk.charge("2027-04-01 06:00")
    assert await desk.give("2027-05-01", "reduce-seats", key="click-1", to=9) == "done"
    desk.gateway.answers.append(NoAnswer("timeout"))
    await desk.charge("2028-03-31 06:00")
    async with desk.sessions.begin() as session:
        assert await raise_alarm(session, desk.number, "parked", "for a test", utc("2027-05-01T00:00"))
    await desk.change(
        "INSERT INTO policies (id, country, version, effective_on, values, set_by, reason, set_at) "
        "VALUES (gen_random_uuid(), 'FR', 1, '2027-06-01', '{}', 'operator:ana', 'test', '2027-05-01 00:00Z')"
    )
    yield desk
    await engine.dispose()
    await run_sql(postgres, "DROP DATABASE lived WITH (FORCE)")


def a_copy(table: str, where: str = "true", **changed: str) -> str:
    """A statement that inserts a row of the table again under a new id, with some columns changed (SQL)."""
    fresh = {"id": "gen_random_uuid()"} | changed
    names = ", ".join(f"'{name}', {value}" for name, value in fresh.items())
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(row, jsonb_build_object({names}))).* "  # noqa: S608  # literals
        f"FROM {table} AS row WHERE {where} LIMIT 1"
    )


def setting(table: str, assignment: str, where: str = "true") -> str:
    return f"UPDATE {table} SET {assignment} WHERE {where}"  # noqa: S608  # literals of this module


OURS = "number = :number"
UNANSWERED = "state = 'unknown'"
NEXT_YEAR = "starts_on = '2027-03-31'"

REFUSED = {
    "a second renewal of one term": (a_copy("renewals"), "uq_renewals_subscription_term_starts_on"),
    "a renewal settled by no order": (
        setting("renewals", "order_id = NULL", "settled_at IS NOT NULL"),
        "ck_renewals_settled_by_an_order",
    ),
    "a second open claim": (a_copy("claims", "released_at IS NULL"), "uq_claims_open"),
    "a second open claim of another kind": (
        a_copy("claims", "released_at IS NULL", holder="'voucher'", order_id="NULL"),
        "uq_claims_open",
    ),
    "a claim by a stranger": (setting("claims", "holder = 'somebody'"), "ck_claims_holder_known"),
    "an attempt with the number of another": (
        a_copy("attempts", "state = 'declined'"),
        "uq_attempts_order_id_n",
    ),
    "a second attempt while one is unknown": (a_copy("attempts", UNANSWERED, n="2"), "uq_attempts_unanswered"),
    "an open attempt beside an unknown one": (
        a_copy("attempts", UNANSWERED, n="2", state="'open'"),
        "uq_attempts_unanswered",
    ),
    "a pending attempt beside an unknown one": (
        a_copy("attempts", UNANSWERED, n="2", state="'pending'"),
        "uq_attempts_unanswered",
    ),
    "an attempt before the first": (setting("attempts", "n = 0", UNANSWERED), "ck_attempts_n"),
    "an attempt of a negative amount": (setting("attempts", "amount = -1"), "ck_attempts_amount"),
    "an attempt paid at no instant": (setting("attempts", "state = 'paid'", UNANSWERED), "ck_attempts_answered"),
    "an attempt in an unknown state": (setting("attempts", "state = 'lost'", UNANSWERED), "ck_attempts_state_known"),
    "a decline of an unknown class": (setting("attempts", "decline_class = 'odd'"), "ck_attempts_decline_class_known"),
    "an order in an unknown state": (setting("orders", "state = 'late'"), "ck_orders_state_known"),
    "an order that came in an unknown way": (setting("orders", "way = 'fax'"), "ck_orders_way_known"),
    "a recorded order without a reference": (setting("orders", "way = 'recorded'"), "ck_orders_recorded_reference"),
    "a line that is not its price times its seats": (setting("order_lines", "amount = 1"), "ck_order_lines_amount"),
    "a line of a negative price": (
        setting("order_lines", "unit_price = -1, amount = -seats"),
        "ck_order_lines_unit_price",
    ),
    "a line of no seats": (setting("order_lines", "seats = 0, amount = 0"), "ck_order_lines_seats"),
    "a subscription of no seats": (setting("subscriptions", "seats = 0", OURS), "ck_subscriptions_seats"),
    "a reduction to no seats": (setting("subscriptions", "pending_seats = 0", OURS), "ck_subscriptions_pending_seats"),
    "a seat that cost less than nothing": (
        setting("subscriptions", "unit_price = -1", OURS),
        "ck_subscriptions_unit_price",
    ),
    "a negative price announced": (
        setting("subscriptions", "announced_unit_price = -1", OURS),
        "ck_subscriptions_announced_unit_price",
    ),
    "an unknown phase": (setting("subscriptions", "phase = 'frozen'", OURS), "ck_subscriptions_phase_known"),
    "an unknown channel": (setting("subscriptions", "channel = 'shop'", OURS), "ck_subscriptions_channel_known"),
    "an unknown term": (setting("subscriptions", "term = 'week'", OURS), "ck_subscriptions_term_known"),
    "an unknown pending term": (
        setting("subscriptions", "pending_term = 'week'", OURS),
        "ck_subscriptions_pending_term_known",
    ),
    "a term that ends before it begins": (
        setting("subscriptions", "renews_on = starts_on", OURS),
        "ck_subscriptions_term_runs_forward",
    ),
    "the 32nd as anchor": (setting("subscriptions", "anchor_day = 32", OURS), "ck_subscriptions_anchor_day"),
    "parked for no reason": (
        setting("subscriptions", "parked_at = phase_since", OURS),
        "ck_subscriptions_parked_because",
    ),
    "a gap between terms": (
        setting("terms", "starts_on = '2027-04-02'", NEXT_YEAR),
        "ck_terms_no_gap",
    ),
    "an overlap of terms": (
        setting("terms", "starts_on = '2027-03-30', follows = '2027-03-30'", NEXT_YEAR),
        "fk_terms_tile",
    ),
    "a term after which another began, made longer": (
        setting("terms", "renews_on = '2027-04-30'", "follows IS NULL"),
        "fk_terms_tile",
    ),
    "a second first term": (
        a_copy("terms", starts_on="'2020-01-01'", renews_on="'2021-01-01'", follows="NULL"),
        "uq_terms_first",
    ),
    "two terms after one": (
        a_copy("terms", NEXT_YEAR, renews_on="'2027-06-30'"),
        "pk_terms",
    ),
    "a term that begins with its end": (
        a_copy("terms", NEXT_YEAR, starts_on="'2028-03-31'", follows="'2028-03-31'"),
        "ck_terms_runs_forward",
    ),
    "a term of no seats": (setting("terms", "seats = 0"), "ck_terms_seats"),
    "a term of a negative price": (setting("terms", "unit_price = -1"), "ck_terms_unit_price"),
    "a notice twice for one occasion": (
        a_copy("notices"),
        "uq_notices_subscription_term_starts_on_kind_occasion_recipient",
    ),
    "a letter that nobody wrote": (setting("notices", "kind = 'greeting'"), "ck_notices_kind_known"),
    "a notice sent at no instant": (setting("notices", "outcome = 'sent'"), "ck_notices_sent_at"),
    "a notice of unknown outcome": (setting("notices", "outcome = 'lost'"), "ck_notices_outcome_known"),
    "a command twice under one key": (a_copy("commands"), "uq_commands_client_key"),
    "an outcome decided at no instant": (setting("commands", "decided_at = NULL"), "ck_commands_decided"),
    "an unknown outcome": (setting("commands", "outcome = 'maybe'"), "ck_commands_outcome_known"),
    "an alarm that is open already": (a_copy("alarms", "cleared_at IS NULL"), "uq_alarms_open"),
    "a card number for a token": (
        setting("payment_methods", "token = '4242 4242 4242 4242'"),
        "ck_payment_methods_no_card_number",
    ),
    "an unknown method": (setting("payment_methods", "kind = 'cheque'"), "ck_payment_methods_kind_known"),
    "a currency that is none": (setting("customers", "currency = 'eur'"), "ck_customers_currency_code"),
    "an unknown audience": (setting("customers", "audience = 'friend'"), "ck_customers_audience_known"),
    "an unknown kind of offering": (setting("offerings", "kind = 'gift'"), "ck_offerings_kind_known"),
    "a negative list price": (a_copy("prices", version="100", list_price="-1"), "ck_prices_not_negative"),
    "a negative renewal price": (a_copy("prices", version="100", renewal_price="-1"), "ck_prices_not_negative"),
    "two prices of one version": (a_copy("prices"), "uq_prices_sku_term_currency_version"),
    "two policies of one version": (a_copy("policies"), "uq_policies_sku_country_channel_version"),
    "a decline code of no class": (
        setting("decline_codes", "decline_class = 'odd'"),
        "ck_decline_codes_decline_class_known",
    ),
}


@pytest.mark.parametrize(
    ("statement", "constraint"), [pytest.param(*broken, id=what) for what, broken in REFUSED.items()]
)
async def test_postgresql_refuses(lived: Desk, statement: str, constraint: str) -> None:
    assert await refusal(lived, statement) == constraint


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE events SET caused_by = 'operator:mallory'", id="changed"),
        pytest.param("DELETE FROM events WHERE id = 0", id="taken away"),
        pytest.param("TRUNCATE events", id="emptied"),
        pytest.param("UPDATE prices SET renewal_price = 1", id="a price"),
        pytest.param("DELETE FROM policies", id="a policy"),
    ],
)
async def test_what_happened_what_it_cost_and_by_which_rules_is_only_ever_added_to(lived: Desk, statement: str) -> None:
    with pytest.raises(DBAPIError, match="are only ever added"):
        await lived.change(statement)


@pytest.mark.parametrize("table", ["subscriptions", "orders", "renewals", "payment_methods", "contacts", "customers"])
async def test_nothing_that_something_else_rests_on_can_be_deleted(lived: Desk, table: str) -> None:
    assert (await refusal(lived, f"DELETE FROM {table}")).startswith("fk_")  # noqa: S608  # the names above


async def refusal(desk: Desk, statement: str) -> str:
    """The constraint that refuses the statement; nothing is ever committed."""
    async with desk.sessions() as session:
        try:
            await session.execute(text(statement), {"number": desk.number} if ":number" in statement else {})
        except DBAPIError as refused:
            return str(refused.orig.diag.constraint_name) if isinstance(refused.orig, psycopg.Error) else str(refused)
    return "nobody"
