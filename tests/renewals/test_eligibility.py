"""domain.md 7: who may do what, and the first code that refuses it, against an oracle written from that page alone."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import pytest

from renewals import commands as c
from renewals.actors import Operator, Person
from renewals.decisions import AlreadyTrue, Eligible, Refused
from renewals.eligibility import decide
from renewals.facts import Channel, OfferingKind, OfferingStatus, PaidAhead, Phase, Subscription, Term
from renewals.named import check_named_renewal, just_paid, methods_equal
from renewals.payments import Hold, MethodKind
from renewals.quoting import QuoteState, QuoteTerms
from renewals.refunding import Refundable
from renewals.request import Request
from tests.renewals.builders import PRICES, card, hold, in_doubt, method, paid_ahead, policy, subscription, utc

OPERATOR, BUYER, STRANGER = "operator", "buyer", "stranger"
ACTORS = (OPERATOR, BUYER, STRANGER)


@dataclass(frozen=True)
class Given:
    """A command as a table row names it: the CLI name, the value, and whether it repeats what is stored."""

    name: c.Name
    command: c.Command
    repeats: bool = False
    quote: QuoteTerms | None = None
    wish: c.Wish | None = None
    refundable: Refundable | None = None
    lacks_second: bool = False


ORDER = UUID(int=1)
N, Q = c.Name, QuoteState


def about_quote(
    name: c.Name, state: QuoteState | None, command: c.Command | None = None, *, invoice: bool = True
) -> Given:
    """A command that names a quote in that state, which ends as the renewal date comes; None: one that there is not."""
    quote = QuoteTerms("Q-1001", state, date(2027, 3, 31), utc("2027-03-30T22:00"), invoice) if state else None
    plain: dict[c.Name, c.Command] = {
        N.ACCEPT_QUOTE: c.AcceptQuote("Q-1001"),
        N.DECLINE_QUOTE: c.DeclineQuote("Q-1001"),
        N.ISSUE_QUOTE: c.IssueQuote("Q-1001"),
        N.WITHDRAW_QUOTE: c.WithdrawQuote("Q-1001"),
    }
    return Given(name, command or plain[name], quote=quote)


def ask(**wish: Any) -> Given:
    line = c.Wish("N-1", **wish)
    return Given(N.ASK_FOR_QUOTE, c.AskForQuote((line,)), wish=line)


ON_INVOICE = c.AcceptQuote("Q-1001", purchase_order="PO-1")
QUOTE_NAMES = (N.ACCEPT_QUOTE, N.DECLINE_QUOTE, N.ISSUE_QUOTE, N.WITHDRAW_QUOTE)
GIVEN = {
    "cancel": Given(N.CANCEL_AUTO_RENEW, c.Cancel()),
    "resume": Given(N.RESUME_AUTO_RENEW, c.Resume()),
    "reduce to 9": Given(N.REDUCE_SEATS, c.ReduceSeats(9)),
    "reduce to 12 of 12": Given(N.REDUCE_SEATS, c.ReduceSeats(12)),
    "reduce to 0": Given(N.REDUCE_SEATS, c.ReduceSeats(0)),
    "term month, not sold": Given(N.CHANGE_TERM, c.ChangeTerm(Term.MONTH)),
    "term year": Given(N.CHANGE_TERM, c.ChangeTerm(Term.YEAR)),
    "term 3-years": Given(N.CHANGE_TERM, c.ChangeTerm(Term.THREE_YEARS)),
    "withdraw seats": Given(N.WITHDRAW_PENDING, c.WithdrawPending("seats")),
    "withdraw term": Given(N.WITHDRAW_PENDING, c.WithdrawPending("term")),
    "new method": Given(N.SET_PAYMENT_METHOD, c.SetPaymentMethod(MethodKind.CARD, "ok", date(2030, 5, 31))),
    "same method": Given(N.SET_PAYMENT_METHOD, c.SetPaymentMethod(MethodKind.CARD, "ok", None), repeats=True),
    "record": Given(N.RECORD_RENEWAL, c.RecordRenewal("PO-1")),
    "record the same reference": Given(N.RECORD_RENEWAL, c.RecordRenewal("PO-1"), repeats=True),
    "record 0 seats": Given(N.RECORD_RENEWAL, c.RecordRenewal("PO-1", seats=0)),
    "record 1 seat": Given(N.RECORD_RENEWAL, c.RecordRenewal("PO-1", seats=1)),
    "record a month, not sold": Given(N.RECORD_RENEWAL, c.RecordRenewal("PO-1", term=Term.MONTH)),
    "add a seat": Given(N.ADD_SEATS, c.AddSeats(1)),
    "renew now": Given(N.RENEW, c.Renew()),
    "renew on the renewal date": Given(N.RENEW, c.Renew(when=c.When.ON_RENEWAL_DATE)),
    "release the hold": Given(N.RELEASE_HOLD, c.ReleaseHold()),
    "release the hold, named": Given(N.RELEASE_HOLD, c.ReleaseHold("hold-2")),
    "hand over": Given(N.HAND_OVER_ADMIN, c.HandOverAdmin("it@northwind.example")),
    "hand over to the admin": Given(N.HAND_OVER_ADMIN, c.HandOverAdmin("ada@northwind.example"), repeats=True),
    "ask for a quote": ask(),
    "ask for a quote of 0 seats": ask(seats=0),
    "ask for a quote of a month, not sold": ask(term=Term.MONTH),
    **{f"{name} {state}": about_quote(name, state) for name in QUOTE_NAMES for state in (None, *Q)},
    "accept on invoice": about_quote(N.ACCEPT_QUOTE, Q.ISSUED, ON_INVOICE),
    "accept on invoice what is to be paid": about_quote(N.ACCEPT_QUOTE, Q.ISSUED, ON_INVOICE, invoice=False),
    "park": Given(N.PARK, c.Park()),
    "release": Given(N.RELEASE, c.Release()),
    "go live": Given(N.GO_LIVE, c.GoLive()),
    "extend to the usual last day": Given(N.EXTEND_LATE_WINDOW, c.ExtendLateWindow(date(2027, 5, 15))),
    "extend as far as may be": Given(N.EXTEND_LATE_WINDOW, c.ExtendLateWindow(date(2027, 8, 13))),
    "extend too far": Given(N.EXTEND_LATE_WINDOW, c.ExtendLateWindow(date(2027, 8, 14))),
    "close it before its time": Given(N.EXTEND_LATE_WINDOW, c.ExtendLateWindow(date(2027, 5, 14))),
    "refund it": Given(N.REFUND, c.Refund(ORDER), refundable=Refundable(500, 0, "EUR")),
    "refund all of it": Given(N.REFUND, c.Refund(ORDER, 500), refundable=Refundable(500, 0, "EUR")),
    "refund more than is left": Given(N.REFUND, c.Refund(ORDER, 401), refundable=Refundable(500, 100, "EUR")),
    "refund what it was since": Given(N.REFUND, c.Refund(ORDER, 100, 0), refundable=Refundable(500, 100, "EUR")),
    "refund so much alone": Given(N.REFUND, c.Refund(ORDER), refundable=Refundable(500, 0, "EUR"), lacks_second=True),
    "refund more than is left, alone": Given(
        N.REFUND, c.Refund(ORDER, 401), refundable=Refundable(500, 100, "EUR"), lacks_second=True
    ),
    "refund as it was seen": Given(N.REFUND, c.Refund(ORDER, 100, 100), refundable=Refundable(500, 100, "EUR")),
    "refund all of it a second time": Given(N.REFUND, c.Refund(ORDER, None, 0), refundable=Refundable(500, 500, "EUR")),
    "refund what has gone back": Given(N.REFUND, c.Refund(ORDER), refundable=Refundable(500, 500, "EUR")),
    "refund what was paid elsewhere": Given(N.REFUND, c.Refund(ORDER)),
    "reinstate": Given(N.REINSTATE, c.Reinstate(date(2027, 8, 13))),
    "reinstate for too long": Given(N.REINSTATE, c.Reinstate(date(2027, 8, 14))),
    "another buyer": Given(N.CHANGE_BUYER, c.ChangeBuyer("it@northwind.example")),
    "the same buyer": Given(N.CHANGE_BUYER, c.ChangeBuyer("ada@northwind.example"), repeats=True),
    "correct a contact": Given(N.CHANGE_CONTACT, c.ChangeContact("ada@northwind.example", name="Ada")),
    "correct nothing": Given(N.CHANGE_CONTACT, c.ChangeContact("ada@northwind.example", name="Ada"), repeats=True),
    "plan again": Given(N.RE_PLAN, c.RePlan()),
    "resolve": Given(N.RESOLVE_PAYMENT, c.ResolvePayment(paid=True)),
}

SELF_SERVICE = {
    N.CANCEL_AUTO_RENEW,
    N.RESUME_AUTO_RENEW,
    N.REDUCE_SEATS,
    N.CHANGE_TERM,
    N.WITHDRAW_PENDING,
    N.SET_PAYMENT_METHOD,
    N.ADD_SEATS,
    N.RENEW,
    N.RELEASE_HOLD,
    N.HAND_OVER_ADMIN,
    N.ASK_FOR_QUOTE,
    N.ACCEPT_QUOTE,
    N.DECLINE_QUOTE,
}
OPEN_TO_OPERATORS = {
    N.CANCEL_AUTO_RENEW,
    N.RESUME_AUTO_RENEW,
    N.RECORD_RENEWAL,
    N.PARK,
    N.RELEASE,
    N.GO_LIVE,
    N.RESOLVE_PAYMENT,
    N.EXTEND_LATE_WINDOW,
    N.REFUND,
    N.REINSTATE,
    N.CHANGE_BUYER,
    N.CHANGE_CONTACT,
    N.RE_PLAN,
    N.RELEASE_HOLD,
    N.ISSUE_QUOTE,
    N.WITHDRAW_QUOTE,
}
ONLY_PARTNER_AND_LEGACY_REFUSE = {
    N.CANCEL_AUTO_RENEW,
    N.WITHDRAW_PENDING,
    N.SET_PAYMENT_METHOD,
    N.RELEASE_HOLD,
    N.DECLINE_QUOTE,
}
PAYS = {N.ADD_SEATS, N.RENEW, N.ACCEPT_QUOTE}
QUOTES = {N.ASK_FOR_QUOTE, N.ISSUE_QUOTE}
NEEDS_AN_UNPAID_TERM = {N.RECORD_RENEWAL, N.RENEW, N.EXTEND_LATE_WINDOW, *QUOTES}
CHANGES_PRICE_OR_PAYS = {N.REDUCE_SEATS, N.CHANGE_TERM, N.WITHDRAW_PENDING, N.RECORD_RENEWAL, *PAYS, *QUOTES}
GIVES_UP = {N.RELEASE_HOLD, N.DECLINE_QUOTE, N.WITHDRAW_QUOTE}
BRINGS_ABOUT = {
    N.ACCEPT_QUOTE: Q.ACCEPTED,
    N.DECLINE_QUOTE: Q.DECLINED,
    N.ISSUE_QUOTE: Q.ISSUED,
    N.WITHDRAW_QUOTE: Q.WITHDRAWN,
}
WANTED = {
    N.ACCEPT_QUOTE: {Q.ISSUED},
    N.ISSUE_QUOTE: {Q.ASKED},
    N.DECLINE_QUOTE: {Q.ASKED, Q.ISSUED},
    N.WITHDRAW_QUOTE: {Q.ASKED, Q.ISSUED},
}
ABOUT_SEATS = {N.REDUCE_SEATS, N.ADD_SEATS}

# Every country the tables use, with what domain.md 7 offers there.
SEATS_OFFERED = {"US": True, "CA": True, "AU": False, "FR": True, "GB": True, "CH": True, "NO": True, "JP": False}
TERM_OFFERED = {"US": True, "CA": True, "AU": True, "FR": True, "GB": True, "CH": True, "NO": True, "JP": False}


def oracle(sub: Subscription, given: Given, actor: str, now: datetime) -> str:
    """`eligible`, `done`, or the first refusal code of domain.md 7 that applies."""
    name, command = given.name, given.command
    as_buyer = actor != OPERATOR
    restricted = as_buyer and name not in ONLY_PARTNER_AND_LEGACY_REFUSE
    expired = sub.phase is Phase.EXPIRED
    running_seats = sub.paid_ahead.seats if sub.paid_ahead else sub.seats
    running_term = sub.paid_ahead.term if sub.paid_ahead else sub.term
    on_date = isinstance(command, c.Renew) and command.when is c.When.ON_RENEWAL_DATE
    recorded_term = command.term if isinstance(command, c.RecordRenewal) else None
    wished_term = given.wish.term if given.wish else None
    next_term = recorded_term or wished_term or sub.pending_term or sub.term
    quote, held_by = given.quote, sub.hold.quote if sub.hold else None
    state = quote.state if quote else None
    back = given.refundable
    last_day = command.to if isinstance(command, c.ExtendLateWindow | c.Reinstate) else None
    held_beyond = sub.hold is not None and sub.hold.quote is None  # into June, the quote only up to the date
    on_invoice = isinstance(command, c.AcceptQuote) and command.purchase_order is not None
    yields = held_by is not None and (name is N.RENEW or (name is N.ACCEPT_QUOTE and quote is not None))
    before: list[tuple[str, bool]] = [
        ("not_buyer", (actor == STRANGER and name in SELF_SERVICE) or not (as_buyer or name in OPEN_TO_OPERATORS)),
        ("not_operator", as_buyer and name not in SELF_SERVICE),
        ("lapsed", sub.phase is Phase.LAPSED and name not in (N.REFUND, N.REINSTATE, N.HAND_OVER_ADMIN)),
        ("not_lapsed", sub.phase is not Phase.LAPSED and name is N.REINSTATE),
        ("parked", as_buyer and (sub.parked or (name in PAYS and sub.live_at is None))),
        ("sold_by_partner", as_buyer and sub.channel is Channel.PARTNER),
        ("legacy_order", as_buyer and sub.channel is Channel.LEGACY),
        (
            "sold_by_sales",
            restricted
            and sub.channel is Channel.DIRECT_SALES
            and (name in ABOUT_SEATS or not sub.policy.sales_self_service),
        ),
        ("maintenance_plan", restricted and sub.offering_kind is OfferingKind.MAINTENANCE_PLAN),
        ("product_retired", restricted and sub.offering_status is OfferingStatus.RETIRED),
        (
            "country_not_served",
            as_buyer
            and (
                (name in ABOUT_SEATS and not SEATS_OFFERED[sub.country])
                or (name is N.CHANGE_TERM and not TERM_OFFERED[sub.country])
            ),
        ),
    ]
    for code, applies in before:
        if applies:
            return code
    charged_by_itself = sub.method is not None and sub.method.kind not in (MethodKind.KONBINI, MethodKind.BANK_TRANSFER)
    sold_direct = sub.channel in (Channel.DIRECT_ONLINE, Channel.DIRECT_SALES)
    shown = command.hold if isinstance(command, c.ReleaseHold) else None
    names_it = sub.hold is not None and (shown == sub.hold.id if shown else held_by is None)
    true_already = {
        N.ADD_SEATS: False,
        N.RENEW: on_date
        and (sub.auto_renew and charged_by_itself and sold_direct)
        and (sub.paid_ahead is None and sub.phase not in (Phase.PAST_DUE, Phase.EXPIRED)),
        N.RELEASE_HOLD: sub.hold is None,
        N.HAND_OVER_ADMIN: given.repeats,
        N.CANCEL_AUTO_RENEW: not sub.auto_renew,
        N.RESUME_AUTO_RENEW: sub.auto_renew,
        N.REDUCE_SEATS: isinstance(command, c.ReduceSeats) and sub.pending_seats == command.to,
        N.CHANGE_TERM: isinstance(command, c.ChangeTerm) and (sub.pending_term or running_term) is command.term,
        N.WITHDRAW_PENDING: isinstance(command, c.WithdrawPending)
        and (sub.pending_seats is None if command.what == "seats" else sub.pending_term is None),
        N.SET_PAYMENT_METHOD: given.repeats,
        N.RECORD_RENEWAL: given.repeats,
        N.PARK: sub.parked,
        N.RELEASE: not sub.parked,
        N.GO_LIVE: sub.live_at is not None,
        N.RESOLVE_PAYMENT: False,
        N.REFUND: False,
        N.REINSTATE: False,
        N.CHANGE_BUYER: given.repeats,
        N.CHANGE_CONTACT: given.repeats,
        N.RE_PLAN: False,
        N.EXTEND_LATE_WINDOW: last_day == date(2027, 5, 15) and sub.paid_ahead is None,
        N.ASK_FOR_QUOTE: False,
        **{each: state is brought for each, brought in BRINGS_ABOUT.items()},
    }[name]
    date_has_come = now >= ON_DATE
    after: list[tuple[str, bool]] = [
        ("payment_in_doubt", name in CHANGES_PRICE_OR_PAYS | GIVES_UP and bool(sub.attempts)),
        (
            "hold_open",
            (name in CHANGES_PRICE_OR_PAYS and sub.hold is not None and not yields)
            or (last_day == date(2027, 5, 14) and held_beyond)
            or (name in GIVES_UP and name is not N.RELEASE_HOLD and state is Q.ISSUED and held_beyond),
        ),
        (
            "already_renewed",
            (name in NEEDS_AN_UNPAID_TERM or (name is N.ACCEPT_QUOTE and quote is not None))
            and sub.paid_ahead is not None,
        ),
        ("term_not_paid", name is N.ADD_SEATS and (date_has_come or sub.phase in (Phase.PAST_DUE, Phase.EXPIRED))),
        (
            "too_late",
            ((name is N.RESUME_AUTO_RENEW or on_date) and date_has_come)
            or (name in (N.REDUCE_SEATS, N.CHANGE_TERM) and expired)
            or (
                name is N.ACCEPT_QUOTE
                and state is Q.ISSUED
                and not (on_invoice or charged_by_itself or sub.method is None)
                and now == BEFORE_DATE  # the last second, in which no code can be paid any more
            ),
        ),
        ("day_out_of_range", last_day in (date(2027, 5, 14), date(2027, 8, 14))),
        ("auto_renew_off", name is N.REDUCE_SEATS and not sub.auto_renew),
        (
            "method_cannot_auto_charge",
            ((name in (N.RESUME_AUTO_RENEW, N.ADD_SEATS) or on_date) and not charged_by_itself)
            or (name is N.RENEW and sub.method is None)
            or (name is N.ACCEPT_QUOTE and not on_invoice and sub.method is None),
        ),
        (
            "term_not_offered",
            (isinstance(command, c.ChangeTerm) and command.term is not running_term and command.term not in sub.prices)
            or (name in {N.RECORD_RENEWAL, N.RENEW, *QUOTES} and next_term not in sub.prices)
            or (name is N.ADD_SEATS and sub.term not in sub.prices),
        ),
        (
            "method_not_accepted",
            (name is N.RENEW and not charged_by_itself and sub.currency != "JPY")
            or (on_invoice and quote is not None and not quote.invoice),
        ),
        ("not_a_reduction", isinstance(command, c.ReduceSeats) and command.to >= running_seats),
        (
            "below_one_seat",
            (isinstance(command, c.ReduceSeats) and command.to < 1)
            or (isinstance(command, c.RecordRenewal) and command.seats is not None and command.seats < 1)
            or (given.wish is not None and given.wish.seats == 0),
        ),
        (
            "preview_stale",
            (isinstance(command, c.Refund) and command.seen == 0)
            or (isinstance(command, c.ReleaseHold) and sub.hold is not None and not names_it),
        ),
        (
            "quote_expired",
            name in WANTED and (state is Q.EXPIRED or (state in WANTED[name] and date_has_come)),
        ),
        ("quote_not_open", name in WANTED and state not in WANTED[name]),
        ("nothing_in_doubt", name is N.RESOLVE_PAYMENT and not sub.attempts),
        ("nothing_to_refund", name is N.REFUND and (back is None or back.paid == back.gone_back)),
        ("more_than_paid", isinstance(command, c.Refund) and command.amount == 401),
        ("second_person_needed", given.lacks_second),
    ]
    if true_already:
        return "done"
    return next((code for code, applies in after if applies), "eligible")


def answer(sub: Subscription, given: Given, actor: str, now: datetime) -> str:
    who = Operator("eve") if actor == OPERATOR else Person(f"{actor}@northwind.example")
    request = Request(
        given.command,
        given.name,
        who,
        is_buyer=actor == BUYER,
        received_at=now,
        same_method=given.repeats,
        same_reference=given.repeats,
        same_admin=given.repeats,
        same_person=given.repeats,
        pays_with=sub.method,
        quote=given.quote,
        wish=given.wish,
        refundable=given.refundable,
        lacks_second=given.lacks_second,
    )
    decision = decide(sub, request)
    if isinstance(decision, Refused):
        assert decision.hint.endswith(".")
        assert len(decision.hint) > 15
        assert decision.possible_on is None or (decision.code in MAY_BE_CURED and decision.possible_on >= TODAY[now])
        return decision.code
    return "done" if isinstance(decision, AlreadyTrue) else "eligible"


MAY_BE_CURED = {"hold_open", "already_renewed", "term_not_paid", "window_not_open"}
"""What time alone may end; on which day exactly, test_curing.py lives to see."""

SOLD = {term: price for term, price in PRICES.items() if term is not Term.MONTH}
DOUBT = (in_doubt("2027-03-01T10:00"),)
# Paris is one hour ahead of UTC in winter and two from 28 March 2027 on.
BEFORE_DATE = datetime(2027, 3, 30, 21, 59, 59, tzinfo=UTC)
ON_DATE = datetime(2027, 3, 30, 22, 0, tzinfo=UTC)

TODAY = defaultdict(lambda: date(2026, 3, 31), {BEFORE_DATE: date(2027, 3, 30), ON_DATE: date(2027, 3, 31)})

SELLER: dict[str, tuple[Any, ...]] = {
    "phase": tuple(Phase),
    "parked": (False, True),
    "channel": tuple(Channel),
    "offering_kind": tuple(OfferingKind),
    "offering_status": tuple(OfferingStatus),
    "country": ("FR", "US", "AU", "JP"),
    "policy": (policy(), policy(sales_self_service=False)),
}
STATE: dict[str, tuple[Any, ...]] = {
    "attempts": ((), DOUBT),
    "hold": (None, hold("2027-06-01T00:00"), Hold("hold-2", utc("2027-03-30T22:00"), quote="Q-1001")),
    "paid_ahead": (None, paid_ahead(Term.THREE_YEARS, seats=9)),
    "auto_renew": (True, False),
    "method": (card(), method(MethodKind.KONBINI), None),
    "pending_seats": (None, 9),
    "pending_term": (None, Term.THREE_YEARS),
    "live_at": (None, utc("2026-04-01T00:00")),
}
ORDINARY = subscription(prices=SOLD)


Changed = tuple[dict[str, Any], Subscription]
"""What is not ordinary about a subscription, and the subscription."""


def _changed(changes: dict[str, Any]) -> Changed:
    return changes, replace(ORDINARY, **changes)


def _product(table: dict[str, tuple[Any, ...]]) -> list[Changed]:
    return [_changed(dict(zip(table, values, strict=True))) for values in itertools.product(*table.values())]


@cache
def _of_sellers() -> list[Changed]:
    return _product(SELLER)


@cache
def _of_states() -> list[Changed]:
    return _product({"phase": (Phase.RENEWABLE, Phase.EXPIRED), "parked": (False, True), **STATE})


def _disagreements(
    facts: Iterable[Changed], names: Iterable[str], actors: tuple[str, ...], instants: tuple[datetime, ...]
) -> list[str]:
    wrong = []
    named = [(label, GIVEN[label]) for label in names]
    for changes, sub in facts:
        for (label, given), actor, now in itertools.product(named, actors, instants):
            expected, found = oracle(sub, given, actor, now), answer(sub, given, actor, now)
            if expected != found:
                wrong.append(f"{label} by {actor} at {now}: {found}, not {expected}, with {changes}")
    return wrong


@pytest.mark.parametrize("label", [pytest.param(label, id=label) for label in GIVEN])
def test_actor_seller_offering_and_country_refuse_in_order(label: str) -> None:
    """Every combination of actor, phase, parking, channel, kind, status, country and sales policy."""
    assert _disagreements(_of_sellers(), [label], ACTORS, (BEFORE_DATE,))[:3] == []


@pytest.mark.parametrize("label", [pytest.param(label, id=label) for label in GIVEN])
def test_the_state_of_the_subscription_refuses_in_order(label: str) -> None:
    """Every combination of actor, phase, doubt, hold, paid ahead, auto-renew, method and pending changes."""
    assert _disagreements(_of_states(), [label], (OPERATOR, BUYER), (BEFORE_DATE, ON_DATE))[:3] == []


def test_seller_and_state_together_refuse_in_order() -> None:
    """Ten thousand combinations of everything at once, the same ones on every run."""
    draw = random.Random(7)  # noqa: S311 - a reproducible sample, nothing secret
    everything = {**SELLER, **STATE}
    sample = [_changed({key: draw.choice(values) for key, values in everything.items()}) for _ in range(250)]
    assert _disagreements(sample, GIVEN, ACTORS, (BEFORE_DATE, ON_DATE))[:3] == []


def test_the_tables_reach_every_answer_there_is() -> None:
    """A table that never sees a code proves nothing about it."""
    draw = random.Random(7)  # noqa: S311 - a reproducible sample, nothing secret
    everything = {**SELLER, **STATE}
    seen = set()
    for _ in range(4000):
        sub = replace(ORDINARY, **{key: draw.choice(values) for key, values in everything.items()})
        seen.add(
            oracle(sub, draw.choice(list(GIVEN.values())), draw.choice(ACTORS), draw.choice((BEFORE_DATE, ON_DATE)))
        )
    # The rarest ones, which a random sample may not meet, by hand.
    seen.add(oracle(ORDINARY, GIVEN["term month, not sold"], BUYER, BEFORE_DATE))
    seen.add(oracle(ORDINARY, GIVEN["reduce to 12 of 12"], BUYER, BEFORE_DATE))
    seen.add(oracle(ORDINARY, GIVEN["reduce to 0"], BUYER, BEFORE_DATE))
    seen.add(oracle(replace(ORDINARY, auto_renew=False), GIVEN["reduce to 9"], BUYER, BEFORE_DATE))
    seen.add(oracle(ORDINARY, GIVEN["add a seat"], BUYER, ON_DATE))
    seen.add(oracle(ORDINARY, GIVEN["accept-quote expired"], BUYER, BEFORE_DATE))
    seen.add(oracle(ORDINARY, GIVEN["accept-quote asked"], BUYER, BEFORE_DATE))
    seen.add(oracle(replace(ORDINARY, method=method(MethodKind.KONBINI)), GIVEN["renew now"], BUYER, BEFORE_DATE))
    assert seen == {
        "eligible",
        "done",
        "not_buyer",
        "not_operator",
        "lapsed",
        "not_lapsed",
        "parked",
        "sold_by_partner",
        "legacy_order",
        "sold_by_sales",
        "maintenance_plan",
        "product_retired",
        "country_not_served",
        "payment_in_doubt",
        "hold_open",
        "already_renewed",
        "term_not_paid",
        "too_late",
        "day_out_of_range",
        "auto_renew_off",
        "method_cannot_auto_charge",
        "method_not_accepted",
        "term_not_offered",
        "not_a_reduction",
        "below_one_seat",
        "preview_stale",
        "quote_expired",
        "quote_not_open",
        "nothing_in_doubt",
        "nothing_to_refund",
        "more_than_paid",
        "second_person_needed",
    }


def test_every_command_stands_in_the_tables() -> None:
    assert {given.name for given in GIVEN.values()} == set(c.Name)


# --- countries --------------------------------------------------------------------------------------------------------

EU = ["AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"]
EU += ["IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"]


@pytest.mark.parametrize(
    ("country", "seats", "term"),
    [
        *(pytest.param(country, "eligible", "eligible", id=country) for country in [*EU, "IS", "LI", "NO", "GB", "CH"]),
        pytest.param("US", "eligible", "eligible", id="US"),
        pytest.param("CA", "eligible", "eligible", id="CA"),
        pytest.param("AU", "country_not_served", "eligible", id="AU: term only"),
        pytest.param("JP", "country_not_served", "country_not_served", id="JP"),
        pytest.param("NZ", "country_not_served", "country_not_served", id="NZ"),
        pytest.param("TR", "country_not_served", "country_not_served", id="TR is not of the EEA"),
        pytest.param("RS", "country_not_served", "country_not_served", id="RS"),
        pytest.param("UA", "country_not_served", "country_not_served", id="UA"),
    ],
)
def test_seats_and_term_changes_are_offered_by_country(country: str, seats: str, term: str) -> None:
    sub = subscription(country=country)
    assert answer(sub, GIVEN["reduce to 9"], BUYER, BEFORE_DATE) == seats
    assert answer(sub, GIVEN["term 3-years"], BUYER, BEFORE_DATE) == term
    assert answer(sub, GIVEN["resume"], BUYER, BEFORE_DATE) == "done"
    assert answer(sub, GIVEN["cancel"], BUYER, BEFORE_DATE) == "eligible"


# --- seats and terms in detail ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sub", "to", "expected"),
    [
        pytest.param(subscription(), 11, "eligible", id="one fewer"),
        pytest.param(subscription(), 1, "eligible", id="down to one"),
        pytest.param(subscription(), 0, "below_one_seat", id="none"),
        pytest.param(subscription(), -3, "below_one_seat", id="negative"),
        pytest.param(subscription(), 12, "not_a_reduction", id="as many"),
        pytest.param(subscription(), 13, "not_a_reduction", id="more"),
        pytest.param(subscription(pending_seats=9), 10, "eligible", id="a smaller reduction than the pending one"),
        pytest.param(subscription(pending_seats=9), 9, "done", id="the pending one again"),
        pytest.param(subscription(phase=Phase.PAST_DUE), 9, "eligible", id="while past due"),
        pytest.param(subscription(seats=1), 0, "below_one_seat", id="the only seat"),
        pytest.param(
            subscription(phase=Phase.RENEWED, paid_ahead=PaidAhead(Term.YEAR, 9, 48600)),
            9,
            "not_a_reduction",
            id="paid ahead: counted from the paid term",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWED, paid_ahead=PaidAhead(Term.YEAR, 9, 48600)),
            8,
            "eligible",
            id="paid ahead: fewer than in the paid term",
        ),
        pytest.param(
            subscription(auto_renew=False, phase=Phase.EXPIRED), 9, "too_late", id="expired comes before auto-renew off"
        ),
    ],
)
def test_seats_are_reduced(sub: Subscription, to: int, expected: str) -> None:
    assert answer(sub, Given(N.REDUCE_SEATS, c.ReduceSeats(to)), BUYER, BEFORE_DATE) == expected


@pytest.mark.parametrize(
    ("sub", "term", "expected"),
    [
        pytest.param(subscription(), Term.MONTH, "eligible", id="to monthly"),
        pytest.param(subscription(), Term.YEAR, "done", id="the running term, nothing pending"),
        pytest.param(subscription(pending_term=Term.MONTH), Term.YEAR, "eligible", id="the running term withdraws"),
        pytest.param(subscription(pending_term=Term.MONTH), Term.MONTH, "done", id="the pending one again"),
        pytest.param(
            subscription(prices={Term.YEAR: PRICES[Term.YEAR]}), Term.MONTH, "term_not_offered", id="not sold"
        ),
        pytest.param(
            subscription(prices={Term.MONTH: PRICES[Term.MONTH]}, pending_term=Term.MONTH),
            Term.YEAR,
            "eligible",
            id="the running term needs no offer",
        ),
        pytest.param(subscription(phase=Phase.PAST_DUE), Term.MONTH, "eligible", id="while past due"),
        pytest.param(subscription(auto_renew=False), Term.MONTH, "eligible", id="auto-renew off does not matter"),
    ],
)
def test_the_term_is_changed(sub: Subscription, term: Term, expected: str) -> None:
    assert answer(sub, Given(N.CHANGE_TERM, c.ChangeTerm(term)), BUYER, BEFORE_DATE) == expected


def test_not_yet_being_the_renewal_date_is_asked_in_the_customers_zone() -> None:
    off = {"auto_renew": False, "phase": Phase.RENEWABLE}
    assert answer(subscription(**off), GIVEN["resume"], BUYER, BEFORE_DATE) == "eligible"
    assert answer(subscription(**off), GIVEN["resume"], BUYER, ON_DATE) == "too_late"
    in_tokyo = subscription(**off, time_zone="Asia/Tokyo")
    assert answer(in_tokyo, GIVEN["resume"], BUYER, utc("2027-03-30T15:00")) == "too_late"
    in_la = subscription(**off, time_zone="America/Los_Angeles")
    assert answer(in_la, GIVEN["resume"], BUYER, utc("2027-03-31T06:59")) == "eligible"


# --- the renewal date that a cancel names -----------------------------------------------------------------------------

AHEAD = subscription(phase=Phase.RENEWED, paid_ahead=PaidAhead(Term.YEAR, 12, 48600))


@pytest.mark.parametrize(
    ("sub", "named", "is_paid"),
    [
        pytest.param(subscription(), None, False, id="none"),
        pytest.param(subscription(), date(2027, 3, 31), False, id="the next one"),
        pytest.param(subscription(unit_price=48600), date(2026, 3, 31), True, id="the one that began this term"),
        pytest.param(AHEAD, date(2027, 3, 31), True, id="the one paid ahead"),
        pytest.param(AHEAD, date(2028, 3, 31), False, id="the next unpaid one, after the one paid ahead"),
    ],
)
def test_a_cancel_may_name_the_next_unpaid_renewal_or_the_one_just_paid(
    sub: Subscription, named: date | None, is_paid: bool
) -> None:
    check_named_renewal(sub, named)
    assert just_paid(sub, named) is is_paid


@pytest.mark.parametrize(
    ("sub", "named"),
    [
        pytest.param(subscription(), date(2027, 3, 30), id="a day off"),
        pytest.param(subscription(), date(2026, 3, 31), id="the one that began an imported term"),
        pytest.param(
            subscription(unit_price=48600, phase=Phase.EXPIRED),
            date(2026, 3, 31),
            id="one that is over was not just paid",
        ),
        pytest.param(subscription(), date(2028, 3, 31), id="the one after the next"),
        pytest.param(AHEAD, date(2029, 3, 31), id="two terms after the one paid ahead"),
    ],
)
def test_a_cancel_that_names_any_other_date_is_bad_arguments(sub: Subscription, named: date) -> None:
    with pytest.raises(c.BadArguments):
        check_named_renewal(sub, named)


@pytest.mark.parametrize(
    ("stored", "same"),
    [
        pytest.param((MethodKind.CARD, "ok", date(2030, 5, 31)), True, id="the same"),
        pytest.param((MethodKind.PAYPAL, "ok", date(2030, 5, 31)), False, id="another kind"),
        pytest.param((MethodKind.CARD, "ok*2", date(2030, 5, 31)), False, id="another token"),
        pytest.param((MethodKind.CARD, "ok", date(2030, 6, 30)), False, id="another expiry"),
        pytest.param(None, False, id="none stored"),
    ],
)
def test_the_same_method_is_the_same_kind_token_and_expiry(
    stored: tuple[MethodKind, str, date | None] | None, same: bool
) -> None:
    assert methods_equal(stored, c.SetPaymentMethod(MethodKind.CARD, "ok", date(2030, 5, 31))) is same


def test_decisions_are_values() -> None:
    assert Eligible() == Eligible()
    assert Refused("lapsed", "Buy anew.") == Refused("lapsed", "Buy anew.")


@pytest.mark.parametrize(
    "given",
    [
        Given(N.RENEW, c.Renew()),
        Given(N.ADD_SEATS, c.AddSeats(1)),
        Given(N.SET_PAYMENT_METHOD, c.SetPaymentMethod(MethodKind.CARD, "ok", None)),
    ],
    ids=["renew", "add seats", "set method"],
)
def test_which_methods_are_taken_is_the_policys(given: Given) -> None:
    sub = subscription(policy=policy(methods=(MethodKind.PAYPAL,)))
    assert answer(sub, given, BUYER, BEFORE_DATE) == "method_not_accepted"
    assert answer(replace(sub, policy=policy(methods=(MethodKind.CARD,))), given, BUYER, BEFORE_DATE) == "eligible"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({}, None, id="what the partner quotes"),
        pytest.param({"partner": None}, "sold_by_partner", id="nobody quotes it"),
        pytest.param({"offering_kind": OfferingKind.MAINTENANCE_PLAN}, "sold_by_partner", id="a plan"),
        pytest.param({"offering_status": OfferingStatus.RETIRED}, "sold_by_partner", id="retired"),
    ],
)
def test_of_what_a_partner_sold_the_partner_is_asked_and_never_our_sales_team(
    changed: dict[str, Any], code: str | None
) -> None:
    sub = subscription(**{"channel": Channel.PARTNER, "partner": "north-tools", "auto_renew": False} | changed)
    asked = ask()
    request = Request(
        asked.command, asked.name, Person("ada@northwind.example"), True, utc("2027-02-01T09:00"), wish=asked.wish
    )
    answer = decide(sub, request)
    assert (answer.code if isinstance(answer, Refused) else None) == code
