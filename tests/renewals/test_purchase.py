"""What is offered to pay with is what would be taken: by the policy, in the currency, for the sum (domain.md 3, 5)."""

import pytest

from renewals import commands as c
from renewals.actors import Person
from renewals.checkout import not_accepted
from renewals.decisions import Eligible
from renewals.eligibility import decide
from renewals.facts import Price, Subscription, Term
from renewals.money import Money
from renewals.payments import MethodKind, PaymentMethod
from renewals.purchase import Bar, Purchase, purchase_of, renewal_of
from renewals.request import Request
from tests.renewals.builders import policy, subscription, utc

AT = utc("2027-02-01T10:00")
CARD, PAYPAL, DEBIT, KONBINI, TRANSFER = MethodKind


def in_yen(unit_price: int, *kinds: MethodKind, seats: int = 1) -> Subscription:
    prices = {Term.YEAR: Price(unit_price, unit_price, "1")}
    methods = policy(methods=kinds or tuple(MethodKind))
    return subscription(currency="JPY", seats=seats, prices=prices, policy=methods)


SUBS = [
    pytest.param(subscription(), id="in euro"),
    pytest.param(subscription(policy=policy(methods=(PAYPAL,))), id="PayPal alone"),
    pytest.param(subscription(policy=policy(methods=(KONBINI, TRANSFER))), id="in euro, by codes alone"),
    pytest.param(subscription(policy=policy(methods=())), id="nothing at all"),
    pytest.param(in_yen(300_000), id="JPY 300,000"),
    pytest.param(in_yen(300_001), id="JPY 300,001"),
    pytest.param(in_yen(119), id="JPY 119"),
    pytest.param(in_yen(5000, KONBINI, TRANSFER), id="by codes alone"),
]


def would_take(sub: Subscription, command: c.Command, name: c.Name, kind: MethodKind) -> bool:
    asked = Request(command, name, Person("ada@northwind.example"), True, AT, pays_with=PaymentMethod("", kind, AT))
    return isinstance(decide(sub, asked), Eligible)


@pytest.mark.parametrize("name", [c.Name.RENEW, c.Name.ADD_SEATS], ids=str)
@pytest.mark.parametrize("sub", SUBS)
def test_what_is_offered_is_what_would_be_taken(sub: Subscription, name: c.Name) -> None:
    purchase = purchase_of(name, sub)
    assert purchase is not None
    command = c.Renew() if name is c.Name.RENEW else c.AddSeats(1)
    assert purchase.kinds == tuple(kind for kind in MethodKind if would_take(sub, command, name, kind))


@pytest.mark.parametrize("sub", SUBS)
def test_nothing_is_offered_to_be_kept_that_would_be_refused(sub: Subscription) -> None:
    purchase = purchase_of(c.Name.SET_PAYMENT_METHOD, sub)
    assert purchase is not None
    for kind in purchase.kinds:
        assert would_take(sub, c.SetPaymentMethod(kind, "token", None), c.Name.SET_PAYMENT_METHOD, kind)


@pytest.mark.parametrize(
    ("purchase", "kind", "bar"),
    [
        pytest.param(Purchase((subscription(),)), CARD, None, id="taken"),
        pytest.param(Purchase((subscription(),)), KONBINI, Bar.CURRENCY, id="stores take yen"),
        pytest.param(Purchase((in_yen(1, PAYPAL),)), CARD, Bar.POLICY, id="the policy says no"),
        pytest.param(Purchase((in_yen(1), in_yen(1, PAYPAL))), CARD, Bar.POLICY, id="that of one of several does"),
        pytest.param(Purchase((in_yen(1),), (Money(300_001, "JPY"),)), KONBINI, Bar.SUM, id="too much"),
        pytest.param(Purchase((in_yen(1),), at_once=True), TRANSFER, Bar.AT_ONCE, id="nobody waits for its money"),
    ],
)
def test_why_a_kind_cannot_pay(purchase: Purchase, kind: MethodKind, bar: Bar | None) -> None:
    assert purchase.bar(kind) is bar


def test_an_order_of_several_is_too_much_for_a_store_though_each_is_not() -> None:
    each = in_yen(200_000, KONBINI, TRANSFER)
    assert KONBINI in renewal_of([each]).kinds
    assert renewal_of([each, each]).kinds == (TRANSFER,)
    assert renewal_of([each, each]).stand_in(AT).kind is TRANSFER
    assert not_accepted(Money(400_000, "JPY"), KONBINI)


@pytest.mark.parametrize(
    ("subs", "kind"),
    [
        pytest.param([in_yen(5000)], CARD, id="a card, where one is taken"),
        pytest.param([in_yen(5000, KONBINI, PAYPAL)], PAYPAL, id="what is charged by itself"),
        pytest.param([in_yen(5000, PAYPAL), in_yen(5000, DEBIT), in_yen(5000, DEBIT)], DEBIT, id="what most take"),
        pytest.param([in_yen(400_000, KONBINI)], KONBINI, id="what is taken at all"),
    ],
)
def test_what_stands_for_a_method_that_is_chosen_later(subs: list[Subscription], kind: MethodKind) -> None:
    assert renewal_of(subs).stand_in(AT).kind is kind
