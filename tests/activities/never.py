"""What may never happen (domain.md 10), asked of the stored facts and of the bank's own book, at any moment at rest.

Each check is written from the rule, not from the code that keeps it: plain SQL over the tables, and arithmetic.
"""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, text

from models.engine import Sessions
from renewals.calendar import zone
from tests.activities.bank import Bank
from tests.scenarios.portfolios import BUYER, BUYER_NAME

SECRET = "tok-"
"""Every payment token of these tests begins like this."""

UNANSWERED = ("open", "unknown", "pending", "issued")

_LEDGER = """
    SELECT a.id::text AS key, a.order_id::text AS order_id, a.n, a.state, a.amount, a.next_at, o.way,
           o.state AS order_state, l.purpose, l.subscription, l.term_starts_on, l.renewal_id::text AS renewal_id
    FROM attempts a JOIN orders o ON o.id = a.order_id JOIN order_lines l ON l.order_id = o.id
"""
_OWED = """
    SELECT r.subscription, r.attempt_id::text AS key, sum(r.amount)::bigint AS owed FROM refunds r
    WHERE r.sent_at IS NULL AND r.because <> 'operator' GROUP BY 1, 2
"""
_GIVEN_BACK = """
    SELECT r.subscription, r.attempt_id::text AS key, sum(r.amount)::bigint AS given FROM refunds r
    WHERE r.sent_at IS NOT NULL AND r.because = 'operator' GROUP BY 1, 2
"""
_RENEWALS = """
    SELECT r.id::text AS id, r.subscription, r.term_starts_on, r.settled_at, r.order_id::text AS order_id,
           o.way, o.state AS order_state, l.term, l.seats, l.unit_price, l.amount, l.receipt
    FROM renewals r LEFT JOIN orders o ON o.id = r.order_id
    LEFT JOIN order_lines l ON l.order_id = r.order_id AND l.renewal_id = r.id
"""
_OPEN_CLAIMS = """
    SELECT c.id::text AS id, c.order_id::text AS order_id, o.state AS order_state, r.subscription
    FROM claims c JOIN orders o ON o.id = c.order_id JOIN renewals r ON r.id = c.renewal_id
    WHERE c.released_at IS NULL
"""
_SEATS = """
    SELECT l.subscription, l.term_starts_on, l.purpose, l.seats, o.id::text AS order_id FROM order_lines l
    JOIN orders o ON o.id = l.order_id WHERE o.state = 'paid' AND l.purpose <> 'renewal'
"""
_LINES = """
    SELECT l.*, o.way, o.currency, p.list_price AS listed, p.renewal_price AS renewal FROM order_lines l
    JOIN orders o ON o.id = l.order_id JOIN subscriptions s ON s.number = l.subscription
    JOIN prices p ON p.sku || '/' || p.term || '/' || p.currency || '/' || p.version = l.receipt ->> 'price_version'
"""


async def broken(sessions: Sessions, bank: Bank, now: datetime, *numbers: str) -> list[str]:
    """Every rule that does not hold now for these subscriptions, each as a line that says of what.

    They are all that the bank has taken money for.
    """
    async with sessions() as session:

        async def rows(query: str) -> Sequence[RowMapping]:
            only = text(f"SELECT * FROM ({query}) AS found WHERE subscription = ANY(:numbers)")  # noqa: S608  # those below
            return (await session.execute(only, {"numbers": list(numbers)})).mappings().all()

        owed = {row["key"]: row["owed"] for row in await rows(_OWED)}
        given = {row["key"]: row["given"] for row in await rows(_GIVEN_BACK)}
        ledger, renewals, alarms = await rows(_LEDGER), await rows(_RENEWALS), await rows("SELECT * FROM alarms")
        subs = await rows(
            "SELECT s.*, s.number AS subscription, c.time_zone FROM subscriptions s JOIN customers c USING (csn)"
        )
        terms, claims = await rows("SELECT * FROM terms ORDER BY starts_on"), await rows(_OPEN_CLAIMS)
        seats, lines = await rows(_SEATS), await rows(_LINES)
    found = [*_money(ledger, alarms, owed, given, bank), *_orders(ledger, renewals), *_claims(claims, ledger)]
    found += [*_terms(terms, renewals, seats, alarms, subs), *_amounts(lines), *_phases(subs, ledger, alarms, now)]
    return found


def _money(
    ledger: Sequence[RowMapping],
    alarms: Sequence[RowMapping],
    owed: Mapping[str, int],
    given: Mapping[str, int],
    bank: Bank,
) -> Iterator[str]:
    """Money that the bank keeps is accounted for, and money that we count is at the bank.

    By attempt: `owed` is still to go back by itself, `given` has gone back of its price because an operator wanted it.
    """
    ours = {row["key"]: row for row in ledger}
    told = {row["subject"] for row in alarms if row["kind"] == "paid_after_all"}
    kept = bank.kept()
    for key, minor in kept.items():
        row = ours.get(key)
        if row is None:
            yield f"the bank took money under {key}, which is no attempt of ours"
            continue
        asked_late = row["state"] == "expired" and row["next_at"] is not None
        price = row["amount"] - given.get(key, 0) if row["state"] == "paid" else 0
        more = minor - owed.get(key, 0) - price
        if more and row["state"] not in UNANSWERED and not asked_late and key not in told:
            yield f"the bank keeps {more} of attempt {row['n']} ({row['way']}), which is {row['state']}: nobody knows"
    for key, row in ours.items():
        if row["state"] == "paid" and kept.get(key, 0) + given.get(key, 0) < row["amount"]:
            yield f"attempt {row['n']} ({row['way']}) counts as paid, the bank has {kept.get(key, 0)}"
        if key in bank.book and not row["amount"]:
            yield f"attempt {row['n']} of nothing went to the bank"
        if key in bank.book and bank.book[key].charge.amount.minor != row["amount"]:
            yield f"attempt {row['n']} asked the bank for another amount than it says"
    for key, minor in kept.items():
        if minor < 0:
            yield f"{key} was refunded by {-minor} more than had come"


def _orders(ledger: Sequence[RowMapping], renewals: Sequence[RowMapping]) -> Iterator[str]:
    """An order is paid by one attempt, and a renewal by one order."""
    by_renewal = defaultdict[str, set[str]](set)
    for row in ledger:
        if row["state"] == "paid" and row["renewal_id"]:
            by_renewal[row["renewal_id"]].add(row["order_id"])
    states = {row["order_id"]: (row["way"], row["order_state"]) for row in ledger}
    paid_keys = {(row["order_id"], row["key"]) for row in ledger if row["state"] == "paid"}
    for order, (way, state) in states.items():
        attempts = sum(1 for of, _ in paid_keys if of == order)
        if (state == "paid") != (attempts == 1):
            yield f"the {way} order {order} is {state} with {attempts} paid attempts"
    for row in renewals:
        orders = by_renewal.get(row["id"], set())
        if len(orders | ({row["order_id"]} if row["order_id"] else set())) > 1:
            yield f"the term from {row['term_starts_on']} is paid by several orders"
        if orders and row["settled_at"] is None:
            yield f"the term from {row['term_starts_on']} is paid and not settled"
        if row["settled_at"] is not None and row["order_state"] != "paid":
            yield f"the term from {row['term_starts_on']} is settled by an order that is {row['order_state']}"


def _claims(claims: Sequence[RowMapping], ledger: Sequence[RowMapping]) -> Iterator[str]:
    """Who holds a renewal has something under way."""
    under_way = {row["order_id"] for row in ledger if row["state"] in UNANSWERED}
    for claim in claims:
        if claim["order_state"] != "open" or claim["order_id"] not in under_way:
            yield f"a claim is open by an order that is {claim['order_state']} and has nothing under way"


def _terms(
    terms: Sequence[RowMapping],
    renewals: Sequence[RowMapping],
    seats: Sequence[RowMapping],
    alarms: Sequence[RowMapping],
    subs: Sequence[RowMapping],
) -> Iterator[str]:
    """Terms tile, each is settled, and has the seats, length and price that were paid."""
    settled = {(row["subscription"], row["term_starts_on"]): row for row in renewals if row["settled_at"]}
    late = {row["subject"] for row in alarms if row["kind"] == "seats_paid_late"}
    for term in terms:
        if term["follows"] is None:
            continue
        at = term["subscription"], term["starts_on"]
        paid = settled.get(at)
        if paid is None:
            yield f"the term from {term['starts_on']} began unpaid"
            continue
        ahead = sum(s["seats"] for s in seats if (s["subscription"], s["term_starts_on"]) == at)
        late_seats = sum(
            s["seats"]
            for s in seats
            if (s["subscription"], s["term_starts_on"]) == at and s["purpose"] == "seats" and s["order_id"] in late
        )
        wanted = paid["term"], paid["unit_price"], paid["seats"] + ahead - late_seats
        if (term["term"], term["unit_price"], term["seats"]) != wanted:
            yield f"the term from {term['starts_on']} is {dict(term)}, paid was {wanted}"
    last = {term["subscription"]: term for term in terms}
    for sub in subs:
        term = last[sub["number"]]
        if any(term[name] != sub[name] for name in ("starts_on", "renews_on", "term", "seats", "unit_price")):
            yield f"{sub['number']} stands in another term than the last of its chain"


def _amounts(lines: Sequence[RowMapping]) -> Iterator[str]:
    """Every amount follows from its own line, and its price from the version that the line names."""
    for line in lines:
        whole, days, of = line["unit_price"] * line["seats"], line["days"], line["term_days"]
        amount = whole if days is None else (2 * whole * days + of) // (2 * of)
        if line["amount"] != amount or line["receipt"]["amount"] != amount:
            yield f"{line['amount']} is not {amount}: {dict(line)}"
        basis = line["receipt"]["basis"]
        prices = {"list_price": line["listed"], "renewal_price": line["renewal"]}
        if basis in prices and prices[basis] != line["unit_price"]:
            yield f"{basis} is {prices[basis]}, charged was {line['unit_price']}"
        if basis == "announced_price" and line["unit_price"] > line["renewal"]:
            yield "an announced price that is dearer than the one in force was charged"


def _phases(
    subs: Sequence[RowMapping], ledger: Sequence[RowMapping], alarms: Sequence[RowMapping], now: datetime
) -> Iterator[str]:
    """Nothing is forgotten: what is due has happened, waits for an answer, or an operator has been told."""
    unanswered = {row["subscription"] for row in ledger if row["state"] in UNANSWERED}
    told = {row["subscription"] for row in alarms if row["cleared_at"] is None}
    for sub in subs:
        if sub["parked_at"] or sub["live_at"] is None or sub["phase"] == "lapsed":
            continue
        today = now.astimezone(zone(sub["time_zone"])).date()
        where = f"{sub['phase']} on {today}, renewal date {sub['renews_on']}"
        if sub["next_step_at"] is None or sub["next_step_at"].year == 9999:
            if sub["renews_on"] < today and sub["number"] not in told:
                yield f"nothing is planned: {where}"
        elif sub["next_step_at"] <= now:
            yield f"at rest, and the next step is due ({sub['next_step']} {sub['next_step_at']}): {where}"
        if sub["phase"] in ("active", "renewable", "renewed") and sub["renews_on"] < today:
            yield f"not renewed and not past due: {where}"
        cared_for = sub["number"] in unanswered or sub["number"] in told
        if sub["phase"] == "past_due" and sub["renews_on"] + timedelta(days=46) < today and not cared_for:
            yield f"still past due, and nobody was told: {where}"


def personal(answered: Any) -> list[str]:
    """What an activity answered that may not stand in Temporal's histories."""
    said = json.dumps(_plain(answered), ensure_ascii=False, default=str)
    return [each for each in (BUYER, BUYER_NAME, "Northwind", "@", SECRET) if each in said]


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
