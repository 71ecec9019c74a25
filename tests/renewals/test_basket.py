"""domain.md 8: every number that was asked for is in one order or refused; an order's sum is that of its lines."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewals import commands as c
from renewals.actors import Person
from renewals.basket import (
    STALE,
    Basket,
    Bound,
    Candidate,
    Outcome,
    Paying,
    asked_once,
    bound_by,
    filled,
    outcome_of,
    parse_choice,
    size_refused,
    token_of,
)
from renewals.decisions import Refused
from renewals.eligibility import decide
from renewals.facts import Channel, Phase, Policy, Price, Term
from renewals.payments import AttemptState, MethodKind
from renewals.preview import Preview
from renewals.preview import token_of as single_token
from renewals.pricing import checkout_line
from renewals.request import Request
from tests.renewals.builders import PRICES, card, hold, method, subscription, utc

NOON = utc("2027-02-10T11:00")
ADA = Person("ada@northwind.example")
KEY = b"a key for tests, of 32 characters"
YEN = {Term.YEAR: Price(list_price=71500, renewal_price=64350, version="yen-1")}
IN_YEN: dict[str, Any] = {"currency": "JPY", "prices": YEN}


def candidate(number: str, *, customer: str = "C-1", is_buyer: bool = True, **changes: Any) -> Candidate:
    return Candidate(subscription(number=number, **changes), customer, is_buyer, NOON)


def fill(*candidates: Candidate, paying: dict[str, Paying] | None = None, bound: Bound | None = None) -> Basket:
    return filled(candidates, ADA, paying or {}, bound)


def numbers_of(basket: Basket) -> list[list[str]]:
    return [[line.number for line in order.lines] for order in basket.orders]


def codes(basket: Basket) -> dict[str, str]:
    return {number: refused.code for number, refused in basket.refused.items()}


def test_each_customer_currency_and_channel_has_an_order_of_its_own() -> None:
    basket = fill(
        candidate("S-4", customer="C-2", currency="USD"),
        candidate("S-3"),
        candidate("S-2", channel=Channel.DIRECT_SALES),
        candidate("S-1"),
    )
    assert numbers_of(basket) == [["S-1", "S-3"], ["S-2"], ["S-4"]]
    assert [order.total.currency for order in basket.orders] == ["EUR", "EUR", "USD"]
    assert basket.orders[0].total.minor == 2 * 12 * 48600


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_buyer": False}, "not_buyer"),
        ({"phase": Phase.LAPSED}, "lapsed"),
        ({"parked": True}, "parked"),
        ({"charges_paused": True}, "parked"),
        ({"channel": Channel.PARTNER}, "sold_by_partner"),
        ({"hold": hold(None)}, "hold_open"),
        ({"renews_on": utc("2027-09-30T00:00").date()}, "window_not_open"),
        ({"prices": {}}, "term_not_offered"),
        ({"policy": Policy(methods=(MethodKind.PAYPAL,))}, "method_not_accepted"),
    ],
)
def test_a_line_that_cannot_be_bought_is_left_out_with_the_code_of_a_single_checkout(
    changes: dict[str, Any], code: str
) -> None:
    left_out = candidate("S-2", **changes)
    basket = fill(candidate("S-1"), left_out, candidate("S-3"))
    assert codes(basket) == {"S-2": code}
    assert [number for order in numbers_of(basket) for number in order] == ["S-1", "S-3"]
    alone = Request(c.Renew(), c.Name.RENEW, ADA, left_out.is_buyer, NOON, pays_with=left_out.sub.method)
    assert decide(left_out.sub, alone) == basket.refused["S-2"]


def test_a_store_takes_the_sum_or_none_of_it() -> None:
    in_yen: dict[str, Any] = {"currency": "JPY", "prices": YEN, "seats": 1}
    konbini: dict[str, Paying] = {"C-1": method(MethodKind.KONBINI)}
    four = [candidate(f"S-{n}", **in_yen) for n in range(4)]
    assert fill(*four, paying=konbini).orders[0].total.minor == 257400
    basket = fill(*four, candidate("S-4", **in_yen), paying=konbini)
    assert (basket.orders, set(codes(basket).values())) == ((), {"method_not_accepted"})
    assert "JPY 300,000, this is JPY 321,750" in basket.refused["S-0"].hint


def test_the_smallest_amount_of_a_store_is_one_of_the_sum_too() -> None:
    cheap: dict[str, Any] = {"currency": "JPY", "prices": {Term.YEAR: Price(90, 90, "yen-2")}, "seats": 1}
    konbini: dict[str, Paying] = {"C-1": method(MethodKind.KONBINI)}
    assert codes(fill(candidate("S-1", **cheap), paying=konbini)) == {"S-1": "method_not_accepted"}
    assert not fill(candidate("S-1", **cheap), candidate("S-2", **cheap), paying=konbini).refused


def test_without_a_choice_it_is_paid_with_the_method_that_most_lines_have() -> None:
    lines = [candidate("S-1", method=card("a")), candidate("S-2", method=card("b")), candidate("S-3", method=card("b"))]
    assert fill(*lines).orders[0].method.id == "b"
    assert fill(*lines[:2]).orders[0].method.id == "a"
    assert codes(fill(candidate("S-1", method=None))) == {"S-1": "method_cannot_auto_charge"}
    assert not fill(lines[0], candidate("S-4", method=None)).refused


def test_a_card_that_is_over_pays_for_nothing() -> None:
    over = card("", valid_through=utc("2027-01-31T00:00").date())
    assert codes(fill(candidate("S-1"), paying={"C-1": over})) == {"S-1": "bad_arguments"}


def test_a_method_that_cannot_be_had_is_told_after_what_stands_against_the_renewal() -> None:
    nobodys = Refused("bad_arguments", "no such method")
    basket = fill(candidate("S-1"), candidate("S-2", parked=True), paying={"C-1": nobodys})
    assert codes(basket) == {"S-1": "bad_arguments", "S-2": "parked"}


def test_at_most_a_hundred_are_renewed_together() -> None:
    assert size_refused([f"S-{n}" for n in range(100)]) is None
    refused = size_refused([f"S-{n}" for n in range(101)])
    assert refused is not None
    assert refused.code == "bulk_over_100"
    assert asked_once(["S-2", "S-1", "S-2"]) == ("S-2", "S-1")


@pytest.mark.parametrize("wrong", [{"when": "now"}, {"method": "x"}, {"kind": "cash"}, {"preview": "p"}])
def test_a_choice_that_is_none_is_refused_in_a_sentence(wrong: dict[str, str]) -> None:
    with pytest.raises(c.BadArguments, match="bulk-renew"):
        parse_choice(wrong, ADA)


DEARER = {**PRICES, Term.YEAR: Price(99000, 90000, "year-2")}


def test_what_was_shown_is_what_is_charged_for_a_quarter_of_an_hour() -> None:
    token = token_of(fill(candidate("S-1"), candidate("S-2")), NOON, KEY)
    now = [candidate("S-1", prices=DEARER), candidate("S-2")]
    assert fill(*now, bound=bound_by(token, NOON, KEY)).orders[0].total.minor == 2 * 12 * 48600
    late = NOON + timedelta(minutes=15)
    assert fill(*now, bound=bound_by(token, late, KEY)).refused == {"S-1": STALE, "S-2": STALE}


def test_what_has_changed_or_was_not_shown_is_stale_and_nothing_else() -> None:
    token = token_of(fill(candidate("S-1"), candidate("S-2")), NOON, KEY)
    basket = fill(candidate("S-1"), candidate("S-2", seats=13), candidate("S-3"), bound=bound_by(token, NOON, KEY))
    assert (numbers_of(basket), codes(basket)) == ([["S-1"]], {"S-2": "preview_stale", "S-3": "preview_stale"})


@pytest.mark.parametrize("token", ["", "made up", "a.b"])
def test_a_token_that_is_not_ours_binds_nothing(token: str) -> None:
    assert codes(fill(candidate("S-1"), bound=bound_by(token, NOON, KEY))) == {"S-1": "preview_stale"}


def test_the_token_of_a_single_preview_is_none_of_a_basket() -> None:
    token = single_token(Preview((checkout_line(subscription()),), NOON + timedelta(minutes=15)), KEY)
    assert codes(fill(candidate("S-1"), bound=bound_by(token, NOON, KEY))) == {"S-1": "preview_stale"}


@pytest.mark.parametrize(
    ("code", "order", "attempt", "outcome"),
    [
        ("parked", None, None, Outcome.REFUSED),
        (None, None, None, Outcome.WAITING),
        (None, "open", AttemptState.OPEN, Outcome.PENDING),
        (None, "open", AttemptState.UNKNOWN, Outcome.PENDING),
        (None, "open", AttemptState.ISSUED, Outcome.AWAITING_PAYMENT),
        (None, "paid", AttemptState.PAID, Outcome.RENEWED),
        (None, "void", AttemptState.DECLINED, Outcome.PAYMENT_FAILED),
        (None, "void", AttemptState.EXPIRED, Outcome.PAYMENT_FAILED),
    ],
)
def test_the_outcome_of_a_line_follows_from_its_order(
    code: str | None, order: str | None, attempt: AttemptState | None, outcome: Outcome
) -> None:
    assert outcome_of(code, order, attempt) is outcome


_METHODS = st.sampled_from([None, card("a"), card("b"), method(MethodKind.KONBINI), Refused("bad_arguments", "none")])
_CANDIDATES = st.builds(
    lambda n, customer, yen, changes: candidate(
        f"S-{n:03}", customer=customer, **{**changes, **(IN_YEN if yen else {})}
    ),
    n=st.integers(0, 150),
    customer=st.sampled_from(["C-1", "C-2"]),
    yen=st.booleans(),
    changes=st.fixed_dictionaries(
        {
            "channel": st.sampled_from([Channel.DIRECT_ONLINE, Channel.DIRECT_SALES, Channel.PARTNER]),
            "seats": st.integers(1, 30),
            "phase": st.sampled_from([Phase.ACTIVE, Phase.RENEWABLE, Phase.LAPSED]),
            "parked": st.booleans(),
            "is_buyer": st.booleans(),
            "hold": st.sampled_from([None, hold(None)]),
            "method": st.sampled_from([None, card("a"), card("b"), method(MethodKind.KONBINI)]),
        }
    ),
)


@given(
    st.lists(_CANDIDATES, max_size=40, unique_by=lambda each: each.sub.number),
    st.fixed_dictionaries({"C-1": _METHODS, "C-2": _METHODS}),
)
def test_orders_tile_what_was_asked_for(candidates: Sequence[Candidate], paying: dict[str, Paying]) -> None:
    basket = fill(*candidates, paying=paying)
    ordered = [line.number for order in basket.orders for line in order.lines]
    asked = {each.sub.number: each for each in candidates}
    assert Counter([*ordered, *basket.refused]) == Counter(asked.keys())
    assert len({order.group for order in basket.orders}) == len(basket.orders)
    for order in basket.orders:
        assert order.lines
        assert {asked[line.number].group for line in order.lines} == {order.group}
        assert [line.number for line in order.lines] == sorted(line.number for line in order.lines)
        assert order.total.minor == sum(checkout_line(asked[line.number].sub).amount for line in order.lines)
        for line in order.lines:
            assert line.amount == line.unit_price * line.seats
            assert order.method.kind in asked[line.number].sub.policy.methods
        if order.method.kind is MethodKind.KONBINI:
            assert 120 <= order.total.minor <= 300_000
