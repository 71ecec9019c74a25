"""Random lives: any command, any answer of the bank, a process that dies at any step, any jump of time.

After every step of a life nothing of domain.md 10 may be broken, by our facts and by the bank's own book (never.py).

Every run plays the same few short lives. `PERENNIAL_LIVES=300 pytest tests/activities/test_model.py` plays so many
longer ones at random, about a second each, and prints the steps of the first that breaks a rule; pytest's
`--hypothesis-seed=N` plays the same ones again, and `PERENNIAL_SHRINK=1` looks for the shortest, which takes minutes.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from activities.missed import alarm_missed
from cli.stack_postgres import database_named, run_sql
from mail.sender import Accepted, Rejected, TryAgain
from models.engine import create_engine, sessions_of
from models.pauses import Pausable, pause, resume
from renewals.commands import Renew
from renewals.facts import Subscription
from renewals.preview import preview, token_of
from renewals.pricing import NotPriced
from tests.activities.bank import Fate
from tests.activities.never import broken
from tests.activities.world import World
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import SIGNING_KEY
from workflows.contract import Answer

Result = TypeVar("Result")
LIVES = int(os.environ.get("PERENNIAL_LIVES", "0"))
SHRINK = "PERENNIAL_SHRINK" in os.environ
ANA = "operator:ana"

SETTINGS = settings(
    max_examples=LIVES or 4,
    stateful_step_count=30 if LIVES else 14,
    derandomize=not LIVES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,),
    report_multiple_bugs=False,
)

LIVED_BY: dict[str, dict[str, str]] = {
    "a card": {},
    "a card, by hand": {"auto_renew": "no"},
    "a monthly card": {"term": "month", "starts_on": "2027-01-31", "renews_on": "2027-02-28"},
    "a debit": {"method_kind": "direct_debit"},
    "a transfer": {"method_kind": "bank_transfer", "auto_renew": "no"},
    "a store": {"method_kind": "konbini", "country": "JP", "currency": "JPY", "seats": "4", "auto_renew": "no"},
    "three years": {"term": "3-years", "starts_on": "2024-03-31"},
    "an old card": {"method_expires": "2027-02"},
}

FATES = st.lists(st.sampled_from(list(Fate)), min_size=1, max_size=3)
CARDS = st.sampled_from([f"tok-card-{n}" for n in range(3)])
SPANS = st.one_of(
    st.integers(1, 180).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 30).map(lambda hours: timedelta(hours=hours)),
    st.integers(1, 12).map(lambda days: timedelta(days=days)),
    st.integers(2, 9).map(lambda weeks: timedelta(weeks=weeks)),
    st.sampled_from([timedelta(days=120), timedelta(days=300)]),
)


class Lives(RuleBasedStateMachine):
    """One life; `url` is that of a server with a database `template`, which each life has a copy of."""

    url = ""
    runner: asyncio.Runner
    engine: Any = None
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.auto: bool | None = None
        self.away = False

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)

    @initialize(who=st.sampled_from(sorted(LIVED_BY)), day=st.integers(0, 100))
    def begins(self, who: str, day: int) -> None:
        columns = {"method_token": "tok-imported"} | LIVED_BY[who]
        begins = datetime(2027, 1, 1, 11, tzinfo=UTC) + timedelta(days=day if who != "a monthly card" else day % 40)
        self.folder = tempfile.TemporaryDirectory(prefix="perennial-life-")
        self.do(self._open(begins, columns))

    async def _open(self, begins: datetime, columns: dict[str, str]) -> None:
        if Lives.engine is not None:
            await Lives.engine.dispose()
        await run_sql(self.url, "DROP DATABASE IF EXISTS life WITH (FORCE)")
        await run_sql(self.url, "CREATE DATABASE life TEMPLATE template")
        if Lives.engine is None:
            Lives.engine = create_engine(database_named(self.url, "life"))
        self.world = World(sessions_of(Lives.engine), Path(self.folder.name), begins)
        await self.world.open(**columns)
        await self.world.rest()
        self.auto = bool((await self.world.records.row())["auto_renew"])

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule(span=SPANS)
    def time_passes(self, span: timedelta) -> None:
        self.do(self.world.live(self.world.now + span))

    @rule(span=SPANS)
    def an_outage(self, span: timedelta) -> None:
        self.do(self.world.be_away(self.world.now + span))

    @rule(days=st.integers(-3, 50))
    def until_about_the_renewal_date(self, days: int) -> None:
        row = self.do(self.world.records.row())
        noon = datetime.combine(row["renews_on"], datetime.min.time(), UTC) + timedelta(days=days, hours=4)
        if noon > self.world.now:
            self.do(self.world.live(noon))

    @rule(fates=FATES)
    def the_bank_will_say(self, fates: list[Fate]) -> None:
        self.world.bank.fates.extend(fates)

    @rule(silent=st.integers(1, 4))
    def the_bank_falls_silent(self, silent: int) -> None:
        self.world.bank.silent = silent

    @rule(
        answers=st.lists(
            st.sampled_from([TryAgain("busy"), TryAgain("cut", ambiguous=True), Rejected(550, "no"), Accepted("250")])
        )
    )
    def the_post_office_will_say(self, answers: list[Any]) -> None:
        self.world.post.answers.extend(answers)

    @rule(step=st.integers(0, 12))
    def a_process_will_die(self, step: int) -> None:
        self.world.plug.at = step

    @rule(paid=st.booleans())
    def the_provider_decides(self, paid: bool) -> None:
        for key in self.world.bank.waiting("pending"):
            self.world.bank.settle(key, "paid" if paid else "declined")

    @rule()
    def a_voucher_is_paid(self) -> None:
        """At the store, also when its code has run out, as long as anybody still asks."""
        asked = (
            "SELECT id::text AS id FROM attempts WHERE state = 'issued' OR state = 'expired' AND next_at IS NOT NULL"
        )
        known = {row["id"] for row in self.do(self._rows(asked))}
        for key in self.world.bank.waiting("issued"):
            if key in known:
                self.world.bank.settle(key, "paid")

    @rule(percent=st.sampled_from([30, 70, 130]))
    def a_part_of_a_voucher_is_paid(self, percent: int) -> None:
        """Or too much, while its code can be paid or anybody still asks."""
        asked = (
            "SELECT id::text AS id FROM attempts WHERE state = 'issued' OR state = 'expired' AND next_at IS NOT NULL"
        )
        known = {row["id"] for row in self.do(self._rows(asked))}
        for key in self.world.bank.waiting("issued"):
            if key in known:
                self.world.bank.pay(key, self.world.bank.book[key].charge.amount.minor * percent // 100)

    @rule()
    def a_transfer_sets_out(self) -> None:
        """It is under way; the provider will decide."""
        for key in self.world.bank.waiting("issued"):
            entry = self.world.bank.book[key]
            if entry.come == 0 and not entry.given_up:
                entry.state = "pending"

    @rule(method=st.sampled_from(["own", "card", "konbini", "bank_transfer", "stored"]), token=CARDS)
    def renew(self, method: str, token: str) -> None:
        self.give("renew", **self._method(method, token))

    @rule(method=st.sampled_from(["own", "card", "stored"]), token=CARDS)
    def renew_on_the_renewal_date(self, method: str, token: str) -> None:
        answer = self.give("renew", when="on-renewal-date", **self._method(method, token))
        if answer and answer.outcome == "done":
            self.auto = True

    @rule(minutes=st.sampled_from([0, 5, 20]))
    def renew_at_the_price_that_was_shown(self, minutes: int) -> None:
        facts = cast("Subscription", self.do(self.world.facts()))
        try:
            token = token_of(preview(facts, Renew(), self.world.now), SIGNING_KEY)
        except NotPriced:
            return
        self.do(self.world.live(self.world.now + timedelta(minutes=minutes)))
        answer = self.give("renew", preview=token)
        assert not (answer and minutes == 20 and answer.outcome == "done"), "a preview bound for twenty minutes"

    def _method(self, method: str, token: str) -> dict[str, str]:
        if method == "own":
            return {}
        if method == "stored":
            (row,) = self.do(self._rows("SELECT id::text AS id FROM payment_methods ORDER BY created_at, id LIMIT 1"))
            return {"method": row["id"]}
        return {"kind": method, "token": token} | ({"expires": "2033-08"} if method == "card" else {})

    def _hold_shown(self) -> dict[str, str]:
        query = "SELECT id::text AS id FROM claims WHERE released_at IS NULL AND holder <> 'automatic'"
        held = self.do(self._rows(query))
        return {"hold": held[0]["id"]} if held else {}

    @rule(seats=st.integers(1, 5), method=st.sampled_from(["own", "card"]), token=CARDS)
    def add_seats(self, seats: int, method: str, token: str) -> None:
        self.give("add-seats", seats=seats, **self._method(method, token))

    @rule(to=st.integers(1, 12))
    def reduce_seats(self, to: int) -> None:
        self.give("reduce-seats", to=to)

    @rule(term=st.sampled_from(["month", "year", "3-years"]))
    def change_term(self, term: str) -> None:
        self.give("change-term", term=term)

    @rule(what=st.sampled_from(["seats", "term"]))
    def withdraw(self, what: str) -> None:
        self.give("withdraw-pending", what=what)

    @rule(by=st.sampled_from([BUYER, ANA]))
    def cancel(self, by: str) -> None:
        answer = self.give("cancel-auto-renew", by=by)
        if answer and answer.outcome == "done":
            self.auto = False

    @rule(by=st.sampled_from([BUYER, ANA]))
    def resume(self, by: str) -> None:
        answer = self.give("resume-auto-renew", by=by)
        if answer and answer.outcome == "done":
            self.auto = True

    @rule(kind=st.sampled_from(["card", "card", "direct_debit", "bank_transfer"]), token=CARDS)
    def set_payment_method(self, kind: str, token: str) -> None:
        expires = {"expires": "2033-08"} if kind == "card" else {}
        self.give("set-payment-method", kind=kind, token=token, **expires)

    @rule()
    def choose_a_stored_method(self) -> None:
        self.give("set-payment-method", **self._method("stored", ""))

    @rule()
    def release_hold(self) -> None:
        self.give("release-hold", **self._hold_shown())

    @rule(reference=st.sampled_from(["PO-1", "PO-2"]))
    def record_renewal(self, reference: str) -> None:
        self.give("record-renewal", by=ANA, reference=reference, reason="partner order")

    @rule()
    def park(self) -> None:
        self.give("park", by=ANA, reason="dispute")

    @rule()
    def release(self) -> None:
        self.give("release", by=ANA, reason="settled")

    @rule()
    def resolve_payment(self) -> None:
        """An operator reads the provider's book and says what it says; what waits there is given up first."""
        facts = self.do(self.world.facts())
        run_out = facts.voucher if facts.voucher and facts.voucher.expires_at <= self.world.now else None
        doubt = facts.in_doubt or facts.seats_attempt or run_out
        if doubt is None:
            answer = self.give("resolve-payment", by=ANA, outcome="paid", reason="looked")
            assert not answer or answer.outcome == "refused"
            return
        entry = self.world.bank.book.get(doubt.id)
        if entry and entry.state == "pending":
            self.world.bank.settle(doubt.id, "declined")
        paid = entry is not None and entry.state == "paid"
        self.give("resolve-payment", by=ANA, outcome="paid" if paid else "declined", reason="looked")

    @rule(what=st.sampled_from([Pausable.CHARGES, Pausable.MAILS]), on=st.booleans())
    def pause_or_resume(self, what: Pausable, on: bool) -> None:
        async def change() -> None:
            async with self.world.plain.begin() as session:
                act = pause if on else resume
                await act(session, what, by=ANA, reason="storm", now=self.world.now)

        self.do(change())
        self.do(self.world.rest())

    @rule(
        values=st.sampled_from(
            [
                {"notice_time": "12:00"},
                {"retry_days": [1, 2]},
                {"late_window_days": {"year": 10, "month": 5, "3-years": 10}},
                {"voucher_days": {"konbini": 1, "bank_transfer": 60}},
            ]
        )
    )
    def another_policy(self, values: dict[str, Any]) -> None:
        self.do(
            self.world.records.change(
                "INSERT INTO policies (id, version, effective_on, values, set_by, reason, set_at) "
                "SELECT gen_random_uuid(), 1 + count(*), :on, CAST(:values AS jsonb), 'operator:ana', 'test', :now "
                "FROM policies",
                on=self.world.now.date(),
                now=self.world.now,
                values=json.dumps(values),
            )
        )
        self.do(self.world.rest())

    @rule(renewal_price=st.sampled_from([0, 30_000, 60_000]))
    def another_price(self, renewal_price: int) -> None:
        self.do(
            self.world.records.change(
                "INSERT INTO prices "
                "(id, sku, term, currency, version, status, list_price, renewal_price, effective_at) "
                "SELECT gen_random_uuid(), sku, term, currency, max(version) + 1, 'active', 70000, :price, :at "
                "FROM prices WHERE sku = 'DRAFT-STD' GROUP BY sku, term, currency",
                price=renewal_price,
                at=self.world.now,
            )
        )
        self.do(self.world.rest())

    def give(self, name: str, *, by: str = BUYER, **args: Any) -> Answer | None:
        answer = self.do(self.world.give(name, by=by, **args))
        self.do(self.world.rest())
        if answer is None:  # it was cut off, and has been delivered again
            (row,) = self.do(self._rows("SELECT * FROM commands WHERE id = :id", id=self.world.last_command))
            answer = Answer(row["outcome"], row["code"], row["hint"], row["possible_on"])
        return answer

    async def _rows(self, query: str, **values: Any) -> Any:
        return await self.world.records.rows(query, **values)

    @invariant()
    def nothing_is_broken(self) -> None:
        if not hasattr(self, "world"):
            return
        assert self.do(self._seen()) == []

    async def _seen(self) -> list[str]:
        world = self.world
        plug, world.plug.at = world.plug.at, None
        await world.rest()
        await alarm_missed(world.plain, world.now, lambda: None)
        found = await broken(world.plain, world.bank, world.now, world.number)
        found += world.faults + [f"mailed twice: {raw[:200]!r}" for raw in world.post.twice]
        undecided = await self._rows("SELECT name FROM commands WHERE outcome IS NULL")
        row = await world.records.row()
        if row["auto_renew"] != self.auto:
            found.append(f"auto-renew is {row['auto_renew']}, the last word was {self.auto}")
        world.plug.at = plug
        return found + [f"{each['name']} got no answer" for each in undecided]


def test_nothing_that_may_never_happen_happens_in_any_life(postgres: str) -> None:
    Lives.url = postgres
    with asyncio.Runner() as Lives.runner:
        try:
            run_state_machine_as_test(Lives, settings=SETTINGS)
        finally:
            if Lives.engine is not None:
                Lives.runner.run(Lives.engine.dispose())
                Lives.engine = None
