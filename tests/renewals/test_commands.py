"""domain.md 7: the shape of commands. What is malformed is `bad_arguments`, before all else."""

from datetime import date
from typing import Any

import pytest

from renewals.actors import Operator, Person, parse_actor
from renewals.arguments import parse_command
from renewals.cards import looks_like_card_number, month_end
from renewals.commands import (
    BadArguments,
    Cancel,
    ChangeTerm,
    Command,
    GoLive,
    Name,
    Park,
    RecordRenewal,
    ReduceSeats,
    Release,
    ResolvePayment,
    Resume,
    SetPaymentMethod,
    WithdrawPending,
)
from renewals.facts import Term
from renewals.payments import MethodKind
from renewals.permission import BUYER_MAY, OPERATOR_MAY

BUYER = Person("ada@northwind.example")
EVE = Operator("eve")
WHY = {"reason": "asked by phone"}


@pytest.mark.parametrize(
    ("name", "args", "actor", "expected"),
    [
        pytest.param("cancel-auto-renew", {}, BUYER, Cancel(), id="cancel"),
        pytest.param("cancel-auto-renew", {"reason": "budget"}, BUYER, Cancel(), id="cancel with a reason"),
        pytest.param("cancel-auto-renew", {}, EVE, Cancel(), id="an operator needs no reason to cancel"),
        pytest.param(
            "cancel-auto-renew", {"renewal": "2027-03-31"}, BUYER, Cancel(date(2027, 3, 31)), id="cancel, named"
        ),
        pytest.param("cancel-auto-renew", {"renewal": None}, BUYER, Cancel(), id="null is as if left out"),
        pytest.param("resume-auto-renew", {}, EVE, Resume(), id="nor to resume"),
        pytest.param("resume-auto-renew", {}, BUYER, Resume(), id="resume"),
        pytest.param("reduce-seats", {"to": 9}, BUYER, ReduceSeats(9), id="reduce seats"),
        pytest.param("reduce-seats", {"to": 0}, BUYER, ReduceSeats(0), id="zero is well-formed"),
        pytest.param("reduce-seats", {"to": -1}, BUYER, ReduceSeats(-1), id="negative is well-formed"),
        pytest.param("change-term", {"term": "year"}, BUYER, ChangeTerm(Term.YEAR), id="year"),
        pytest.param("change-term", {"term": "month"}, BUYER, ChangeTerm(Term.MONTH), id="month"),
        pytest.param("change-term", {"term": "3-years"}, BUYER, ChangeTerm(Term.THREE_YEARS), id="3-years"),
        pytest.param("withdraw-pending", {"what": "seats"}, BUYER, WithdrawPending("seats"), id="withdraw seats"),
        pytest.param("withdraw-pending", {"what": "term"}, BUYER, WithdrawPending("term"), id="withdraw term"),
        pytest.param(
            "set-payment-method",
            {"kind": "card", "token": "ok", "expires": "2030-05"},
            BUYER,
            SetPaymentMethod(MethodKind.CARD, "ok", date(2030, 5, 31)),
            id="a card, good to the last day of its month",
        ),
        pytest.param(
            "set-payment-method",
            {"kind": "card", "token": "insufficient_funds*2", "expires": "2028-02"},
            BUYER,
            SetPaymentMethod(MethodKind.CARD, "insufficient_funds*2", date(2028, 2, 29)),
            id="February of a leap year",
        ),
        pytest.param(
            "set-payment-method",
            {"kind": "paypal", "token": "ok"},
            BUYER,
            SetPaymentMethod(MethodKind.PAYPAL, "ok", None),
            id="PayPal does not expire",
        ),
        pytest.param("record-renewal", {"reference": "PO-1", **WHY}, EVE, RecordRenewal("PO-1"), id="record"),
        pytest.param(
            "record-renewal",
            {"reference": "PO-1", "seats": 5, "term": "month", **WHY},
            EVE,
            RecordRenewal("PO-1", 5, Term.MONTH),
            id="record seats and term",
        ),
        pytest.param("park", WHY, EVE, Park(), id="park"),
        pytest.param("release", WHY, EVE, Release(), id="release"),
        pytest.param("go-live", WHY, EVE, GoLive(), id="go live"),
        pytest.param("resolve-payment", {"outcome": "paid", **WHY}, EVE, ResolvePayment(paid=True), id="paid"),
        pytest.param("resolve-payment", {"outcome": "declined", **WHY}, EVE, ResolvePayment(paid=False), id="declined"),
    ],
)
def test_a_well_formed_command_is_read(
    name: str, args: dict[str, Any], actor: Operator | Person, expected: Command
) -> None:
    assert parse_command(name, args, actor) == expected


@pytest.mark.parametrize(
    ("name", "args"),
    [
        pytest.param("renew-everything", {}, id="no such command"),
        pytest.param("", {}, id="no name"),
        pytest.param(None, {}, id="null name"),
        pytest.param("CANCEL_AUTO_RENEW", {}, id="not in kebab case"),
        pytest.param("cancel-auto-renew", [], id="arguments that are a list"),
        pytest.param("cancel-auto-renew", None, id="no arguments at all"),
        pytest.param("cancel-auto-renew", "{}", id="arguments that are a text"),
        pytest.param("cancel-auto-renew", {"when": "now"}, id="an argument nobody knows"),
        pytest.param("cancel-auto-renew", {"reason": 5}, id="a reason that is a number"),
        pytest.param("cancel-auto-renew", {"reason": "x" * 501}, id="a reason without end"),
        pytest.param("cancel-auto-renew", {"reason": "a\0b"}, id="a reason that no database takes: null"),
        pytest.param("cancel-auto-renew", {"reason": "\ud800"}, id="a reason that no database takes: half a character"),
        pytest.param("cancel-auto-renew", {"reason": "asked\nby phone"}, id="a reason of two lines"),
        pytest.param("cancel-auto-renew", {"reason": "\x1b[2Jbudget"}, id="a reason that clears a screen"),
        pytest.param("cancel-auto-renew", {"reason": "bud\u202eget"}, id="a reason that runs backwards"),
        pytest.param("cancel-auto-renew", {"renewal": "31/03/2027"}, id="a date of another form"),
        pytest.param("cancel-auto-renew", {"renewal": "2027-02-29"}, id="a day that does not exist"),
        pytest.param("cancel-auto-renew", {"renewal": "2027-W13-3"}, id="a week date"),
        pytest.param("cancel-auto-renew", {"renewal": "20270331"}, id="a date without dashes"),
        pytest.param("cancel-auto-renew", {"renewal": 20270331}, id="a date that is a number"),
        pytest.param("cancel-auto-renew", {"renewal": ""}, id="an empty date"),
        pytest.param("reduce-seats", {}, id="seats missing"),
        pytest.param("reduce-seats", {"to": None}, id="seats null"),
        pytest.param("reduce-seats", {"to": "9"}, id="seats as a text"),
        pytest.param("reduce-seats", {"to": 9.0}, id="seats with a decimal point"),
        pytest.param("reduce-seats", {"to": 1e1}, id="seats with an exponent"),
        pytest.param("reduce-seats", {"to": 1e30}, id="seats with a large exponent"),
        pytest.param("reduce-seats", {"to": 8.5}, id="half a seat"),
        pytest.param("reduce-seats", {"to": True}, id="seats that are true"),
        pytest.param("reduce-seats", {"to": 10**30}, id="more seats than any column holds"),
        pytest.param("reduce-seats", {"to": 9, "seats": 9}, id="one argument too many"),
        pytest.param("change-term", {}, id="term missing"),
        pytest.param("change-term", {"term": "yearly"}, id="a term nobody sells"),
        pytest.param("change-term", {"term": "YEAR"}, id="a term in capitals"),
        pytest.param("change-term", {"term": 12}, id="a term in months"),
        pytest.param("change-term", {"term": ["year"]}, id="a list of terms"),
        pytest.param("withdraw-pending", {}, id="what to withdraw is missing"),
        pytest.param("withdraw-pending", {"what": "both"}, id="both at once"),
        pytest.param("set-payment-method", {"token": "ok"}, id="kind missing"),
        pytest.param("set-payment-method", {"kind": "cash", "token": "ok"}, id="cash"),
        pytest.param("set-payment-method", {"kind": "card", "expires": "2030-05"}, id="token missing"),
        pytest.param("set-payment-method", {"kind": "card", "token": "", "expires": "2030-05"}, id="token empty"),
        pytest.param("set-payment-method", {"kind": "card", "token": "  ", "expires": "2030-05"}, id="token blank"),
        pytest.param("set-payment-method", {"kind": "card", "token": "ok", "expires": "05/30"}, id="05/30"),
        pytest.param("set-payment-method", {"kind": "card", "token": "ok", "expires": "2030-13"}, id="month 13"),
        pytest.param("set-payment-method", {"kind": "card", "token": "ok", "expires": "2030-00"}, id="month 0"),
        pytest.param("set-payment-method", {"kind": "card", "token": "ok", "expires": "2030-05-31"}, id="a day"),
        pytest.param("set-payment-method", {"kind": "card", "token": "ok", "expires": 2030}, id="a year"),
        pytest.param(
            "set-payment-method",
            {"kind": "card", "token": "4242424242424242", "expires": "2030-05"},
            id="a card number",
        ),
        pytest.param(
            "set-payment-method",
            {"kind": "card", "token": "4242 4242 4242 4242", "expires": "2030-05"},
            id="a card number with blanks",
        ),
    ],
)
def test_a_malformed_command_is_bad_arguments(name: Any, args: Any) -> None:
    with pytest.raises(BadArguments, match=r"\."):
        parse_command(name, args, BUYER)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        pytest.param("record-renewal", WHY, id="reference missing"),
        pytest.param("record-renewal", {"reference": " ", **WHY}, id="reference blank"),
        pytest.param("record-renewal", {"reference": 7, **WHY}, id="reference that is a number"),
        pytest.param("record-renewal", {"reference": "PO-1", "seats": "5", **WHY}, id="seats as a text"),
        pytest.param("record-renewal", {"reference": "PO-1", "term": "decade", **WHY}, id="a term nobody sells"),
        pytest.param("resolve-payment", WHY, id="outcome missing"),
        pytest.param("resolve-payment", {"outcome": "unknown", **WHY}, id="an outcome that settles nothing"),
        pytest.param("resolve-payment", {"outcome": True, **WHY}, id="an outcome that is true"),
        pytest.param("park", {"until": "2027-01-01", **WHY}, id="an argument nobody knows"),
    ],
)
def test_a_malformed_operators_command_is_bad_arguments(name: str, args: dict[str, Any]) -> None:
    with pytest.raises(BadArguments):
        parse_command(name, args, EVE)


WELL_FORMED: dict[Name, dict[str, Any]] = {
    Name.RECORD_RENEWAL: {"reference": "PO-1"},
    Name.PARK: {},
    Name.RELEASE: {},
    Name.GO_LIVE: {},
    Name.RESOLVE_PAYMENT: {"outcome": "paid"},
    Name.EXTEND_LATE_WINDOW: {"to": "2027-06-30"},
    Name.REINSTATE: {"to": "2027-06-30"},
    Name.CHANGE_BUYER: {"email": "it@northwind.example"},
    Name.CHANGE_CONTACT: {"contact": "ada@northwind.example", "name": "Ada Quill"},
    Name.RE_PLAN: {},
    Name.RELEASE_HOLD: {},
    Name.REFUND: {"order": "0198c1a2-7b1e-7c3d-9a50-3f1de4b0c9aa"},
}


@pytest.mark.parametrize("reason", [pytest.param({}, id="none"), pytest.param({"reason": "  "}, id="blank")])
@pytest.mark.parametrize("name", [pytest.param(name, id=str(name)) for name in WELL_FORMED])
def test_an_operators_command_needs_a_reason(name: Name, reason: dict[str, str]) -> None:
    with pytest.raises(BadArguments, match="reason"):
        parse_command(name, {**WELL_FORMED[name], **reason}, EVE)
    assert parse_command(name, {**WELL_FORMED[name], **WHY}, EVE)


def test_what_an_operator_may_do_and_what_a_buyer_may_do_cover_every_command() -> None:
    assert set(Name) == BUYER_MAY | OPERATOR_MAY
    assert {Name.CANCEL_AUTO_RENEW, Name.RESUME_AUTO_RENEW, Name.RELEASE_HOLD} == BUYER_MAY & OPERATOR_MAY


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param("operator:eve", Operator("eve"), id="operator"),
        pytest.param("operator:temporal", Operator("temporal"), id="the signal's own"),
        pytest.param("ada@northwind.example", Person("ada@northwind.example"), id="a person"),
        pytest.param("o'hara+news@sub.example.org", Person("o'hara+news@sub.example.org"), id="a lively address"),
    ],
)
def test_an_actor_is_read(by: str, expected: Operator | Person) -> None:
    assert parse_actor(by) == expected


@pytest.mark.parametrize(
    "by",
    [
        pytest.param("operator:", id="no name"),
        pytest.param("operator", id="no colon"),
        pytest.param("operator: eve", id="a blank"),
        pytest.param("operator:eve@vendor.example", id="an address as a name"),
        pytest.param("ada", id="a bare name"),
        pytest.param("ada@@northwind.example", id="two ats"),
        pytest.param("ada@northwind.example, eve@vendor.example", id="two people"),
        pytest.param("ada@northwind.example\n", id="a line end"),
        pytest.param("ada\x1b[2J@northwind.example", id="an address that clears a screen"),
        pytest.param("ada\u202e@northwind.example", id="an address that runs backwards"),
        pytest.param(f"{'a' * 300}@northwind.example", id="an address that no server takes"),
        pytest.param("", id="nobody"),
        pytest.param(None, id="null"),
        pytest.param(5, id="a number"),
    ],
)
def test_an_actor_that_is_neither_is_bad_arguments(by: object) -> None:
    with pytest.raises(BadArguments):
        parse_actor(by)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        pytest.param("4242424242424242", True, id="Visa"),
        pytest.param("4242-4242-4242-4242", True, id="with dashes"),
        pytest.param("378282246310005", True, id="Amex, 15 digits"),
        pytest.param("4242424242424241", False, id="the check digit is wrong"),
        pytest.param("424242424242", False, id="12 digits"),
        pytest.param("pm_4242424242424242x", False, id="a token"),
        pytest.param("ok", False, id="ok"),
    ],
)
def test_card_numbers_are_told_from_tokens(text: str, is_one: bool) -> None:
    assert looks_like_card_number(text) is is_one


@pytest.mark.parametrize(
    ("args", "secret"),
    [
        pytest.param({"kind": "card", "token": "4242424242424242"}, "4242", id="a card number as the token"),
        pytest.param({"kind": "card", "token": "pm_" + "s" * 600}, "pm_", id="a token that is too long"),
        pytest.param({"kind": "card", "token": ["pm_secret"]}, "pm_", id="a token in a list"),
        pytest.param({"kind": "4242424242424242", "token": "ok"}, "4242", id="a card number in the wrong place"),
    ],
)
def test_a_refusal_does_not_repeat_what_may_be_a_token_or_a_card_number(args: dict[str, Any], secret: str) -> None:
    """What may never happen (10.6): the sentence goes to logs, answers and rows."""
    with pytest.raises(BadArguments) as refusal:
        parse_command("set-payment-method", args, BUYER)
    assert secret not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2029-08", date(2029, 8, 31), id="August"),
        pytest.param("2027-02", date(2027, 2, 28), id="February"),
        pytest.param("2028-02", date(2028, 2, 29), id="February of a leap year"),
        pytest.param("2028-12", date(2028, 12, 31), id="December"),
    ],
)
def test_a_card_is_good_to_the_last_day_of_its_month(text: str, day: date) -> None:
    assert month_end(text) == day
