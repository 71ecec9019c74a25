"""domain.md 5: when a quote can be had, what it offers, until when it binds, and what happens to it by itself."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.explained import REFUSALS
from renewals.commands import Name
from renewals.decisions import PRECEDENCE, Refused, first_that_applies
from renewals.facts import Phase, Policy, Price, Subscription, Term
from renewals.money import Money
from renewals.payments import MethodKind, PaymentMethod
from renewals.pricing import NotPriced
from renewals.quoting import (
    PriceOutOfBounds,
    QuoteDo,
    QuoteLife,
    QuoteState,
    QuoteTerms,
    code_expires_at,
    ends_after,
    last_day_to_accept,
    may_accept,
    may_ask,
    may_issue,
    quote_steps,
    quote_window_last_day,
    quoted_line,
)
from renewals.windows import late_window_last_day
from tests.renewals.builders import PARIS, card, manual, monthly, paid_ahead, policy, subscription, utc


def code(refused: Refused | None) -> str | None:
    return refused.code if refused else None


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-12-30T22:59:59", "window_not_open", id="a second before the early window"),
        pytest.param("2026-12-30T23:00", None, id="the early window's first second"),
        pytest.param("2027-04-30T21:59:59", None, id="the last second of day 30"),
        pytest.param("2027-04-30T22:00", "too_late", id="day 31, although the late window is open to day 45"),
    ],
)
def test_a_quote_can_be_had_from_90_days_before_to_30_days_after(at: str, expected: str | None) -> None:
    assert code(may_ask(manual(phase=Phase.EXPIRED), None, None, utc(at))) == expected


def test_too_early_names_the_day() -> None:
    refused = may_ask(subscription(), None, None, utc("2026-12-01T12:00"))
    assert refused is not None
    assert "from 2026-12-31 on" in refused.hint


@pytest.mark.parametrize(
    ("sub", "term", "expected"),
    [
        pytest.param(subscription(), None, date(2027, 4, 30), id="yearly"),
        pytest.param(subscription(), Term.THREE_YEARS, date(2027, 4, 30), id="for three years"),
        pytest.param(subscription(), Term.MONTH, date(2027, 4, 29), id="a month that is over before day 30"),
        pytest.param(monthly(), None, date(2027, 5, 14), id="monthly: the lost month's last day"),
        pytest.param(
            subscription(policy=policy(late_window_days={Term.YEAR: 10})), None, date(2027, 4, 10), id="late window"
        ),
        pytest.param(subscription(policy=policy(quote_late_days=5)), None, date(2027, 4, 5), id="policy"),
    ],
)
def test_the_window_never_outlives_the_late_window_or_the_lost_term(
    sub: Subscription, term: Term | None, expected: date
) -> None:
    assert quote_window_last_day(sub, term) == expected


@given(days=st.integers(0, 400), late=st.integers(0, 400), quote=st.integers(1, 400), term=st.sampled_from(Term))
def test_whatever_the_policy_a_quote_ends_inside_every_window(days: int, late: int, quote: int, term: Term) -> None:
    sub = subscription(policy=policy(quote_days=quote, quote_late_days=days, late_window_days={Term.YEAR: late}))
    on = date(2027, 3, 1)
    last = last_day_to_accept([(sub, term), (subscription(), None)], on)
    assert last <= min(quote_window_last_day(sub, term), date(2027, 4, 30), on + timedelta(days=min(quote, 30)))
    assert quote_window_last_day(sub, term) <= late_window_last_day(sub)


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [
        pytest.param(date(2027, 1, 10), date(2027, 2, 9), id="thirty days"),
        pytest.param(date(2027, 4, 20), date(2027, 4, 30), id="the window's end comes first"),
    ],
)
def test_a_quote_binds_thirty_days_but_not_beyond_its_window(issued_on: date, expected: date) -> None:
    assert last_day_to_accept([(subscription(), None)], issued_on) == expected


def test_it_ends_as_its_last_day_does_on_the_customers_clock() -> None:
    assert ends_after(date(2027, 3, 27), PARIS) == utc("2027-03-27T23:00")
    assert ends_after(date(2027, 3, 28), PARIS) == utc("2027-03-28T22:00")


@pytest.mark.parametrize(
    ("sub", "wanted", "expected"),
    [
        pytest.param(subscription(), (None, None), (12, Term.YEAR, 48600, "renewal_price"), id="as it is"),
        pytest.param(subscription(), (9, None), (9, Term.YEAR, 48600, "renewal_price"), id="fewer seats"),
        pytest.param(
            subscription(), (20, Term.THREE_YEARS), (20, Term.THREE_YEARS, 145800, "renewal_price"), id="both"
        ),
        pytest.param(
            subscription(pending_seats=9, pending_term=Term.THREE_YEARS),
            (None, None),
            (9, Term.THREE_YEARS, 145800, "renewal_price"),
            id="pending changes apply at a quote too",
        ),
        pytest.param(
            subscription(pending_seats=9), (15, None), (15, Term.YEAR, 48600, "renewal_price"), id="a wish wins"
        ),
        pytest.param(
            manual(phase=Phase.EXPIRED),
            (None, None),
            (12, Term.YEAR, 54000, "list_price"),
            id="list price once expired",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE), (None, None), (12, Term.YEAR, 48600, "renewal_price"), id="past due"
        ),
    ],
)
def test_what_is_offered_follows_the_price_of_the_moment(sub: Subscription, wanted: Any, expected: Any) -> None:
    line = quoted_line(sub, wanted[0], wanted[1], None)
    assert (line.seats, line.term, line.unit_price, line.basis) == expected
    assert line.amount == line.seats * line.unit_price
    assert (line.starts_on, line.list_price) == (date(2027, 3, 31), sub.prices[line.term].list_price)


@pytest.mark.parametrize("price", [24300, 40000, 54000])
def test_another_price_may_be_agreed_on(price: int) -> None:
    line = quoted_line(subscription(), None, None, price)
    assert (line.unit_price, line.amount, line.basis) == (price, 12 * price, "quoted_price")


@pytest.mark.parametrize("price", [1, 24299, 54001])
def test_but_within_bounds(price: int) -> None:
    with pytest.raises(PriceOutOfBounds, match=r"between EUR 243\.00 and EUR 540\.00"):
        quoted_line(subscription(), None, None, price)


def test_the_lowest_price_is_rounded_up() -> None:
    odd = {Term.YEAR: Price(list_price=101, renewal_price=99, version="odd")}
    with pytest.raises(PriceOutOfBounds, match=r"between EUR 0\.50 and"):
        quoted_line(subscription(prices=odd), None, None, 49)


def test_a_term_without_a_price_cannot_be_quoted() -> None:
    sub = subscription(prices={Term.YEAR: Price(54000, 48600, "1")})
    assert code(may_ask(sub, None, Term.MONTH, utc("2027-02-01T12:00"))) == "term_not_offered"
    with pytest.raises(NotPriced):
        quoted_line(sub, None, Term.MONTH, None)


TERMS = QuoteTerms("Q-1001", QuoteState.ISSUED, date(2027, 3, 31), utc("2027-03-10T23:00"))
CARD = card()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2027-03-10T22:59:59", None, id="the last second"),
        pytest.param("2027-03-10T23:00", "quote_expired", id="the second in which it ends"),
    ],
)
def test_a_quote_can_be_accepted_until_its_last_day_is_over(at: str, expected: str | None) -> None:
    assert code(may_accept(subscription(), TERMS, utc(at), CARD, on_invoice=False)) == expected
    assert code(may_accept(subscription(), TERMS, utc(at), None, on_invoice=True)) == expected


BY_STORE = PaymentMethod("konbini", MethodKind.KONBINI, utc("2027-01-01T00:00"))
BY_TRANSFER = PaymentMethod("transfer", MethodKind.BANK_TRANSFER, utc("2027-01-01T00:00"))


@pytest.mark.parametrize(
    ("method", "total", "expected"),
    [
        pytest.param(BY_TRANSFER, Money(40_000_000, "JPY"), None, id="a transfer of any amount"),
        pytest.param(BY_TRANSFER, Money(100, "EUR"), None, id="a transfer in any currency"),
        pytest.param(BY_STORE, Money(300_000, "JPY"), None, id="as much as a store takes"),
        pytest.param(BY_STORE, Money(300_001, "JPY"), "method_not_accepted", id="more than a store takes"),
        pytest.param(BY_STORE, Money(119, "JPY"), "method_not_accepted", id="less than a store takes"),
        pytest.param(BY_STORE, Money(1000, "EUR"), "method_not_accepted", id="a store takes yen"),
        pytest.param(None, Money(1000, "EUR"), "method_cannot_auto_charge", id="no method"),
    ],
)
def test_what_all_lines_cost_decides_whether_a_code_can_pay_for_a_quote(
    method: PaymentMethod | None, total: Money, expected: str | None
) -> None:
    terms, at = replace(TERMS, total=total), utc("2027-02-01T12:00")
    assert code(may_accept(subscription(), terms, at, method, on_invoice=False)) == expected


def test_a_kind_that_the_policy_leaves_out_pays_for_no_quote() -> None:
    sub = subscription(policy=Policy(methods=(MethodKind.CARD,)))
    assert code(may_accept(sub, TERMS, utc("2027-02-01T12:00"), BY_TRANSFER, on_invoice=False)) == "method_not_accepted"


@pytest.mark.parametrize(
    ("kind", "at", "ends"),
    [
        pytest.param(MethodKind.KONBINI, "2027-02-01T12:00", "2027-02-04T22:59:59", id="three days, at a store"),
        pytest.param(MethodKind.BANK_TRANSFER, "2027-02-01T12:00", "2027-02-08T22:59:59", id="seven, by transfer"),
        pytest.param(
            MethodKind.BANK_TRANSFER, "2027-03-08T12:00", "2027-03-10T22:59:59", id="no longer than the quote"
        ),
    ],
)
def test_a_code_can_be_paid_no_longer_than_the_quote_binds(kind: MethodKind, at: str, ends: str) -> None:
    assert code_expires_at(subscription(), TERMS, kind, utc(at)) == utc(ends)


def test_no_code_is_issued_that_nobody_could_pay_any_more() -> None:
    at, handled_at = utc("2027-03-10T22:59"), utc("2027-03-10T22:59:59")
    late = may_accept(subscription(), TERMS, at, BY_TRANSFER, on_invoice=False, handled_at=handled_at)
    assert code(late) == "too_late"
    over = may_accept(subscription(), TERMS, utc("2027-03-10T23:00"), BY_TRANSFER, on_invoice=False)
    assert code(over) == "quote_expired"


def test_a_term_that_was_paid_meanwhile_is_not_paid_again() -> None:
    at = utc("2027-02-01T12:00")
    ahead = subscription(phase=Phase.RENEWED, paid_ahead=paid_ahead())
    rolled_over = subscription(starts_on=date(2027, 3, 31), renews_on=date(2028, 3, 31))
    for sub in (ahead, rolled_over):
        assert code(may_accept(sub, TERMS, at, CARD, on_invoice=False)) == "already_renewed"
        assert code(may_issue(sub, TERMS, None, None, at)) == "already_renewed"


def life(**changes: Any) -> QuoteLife:
    facts: dict[str, Any] = {
        "state": QuoteState.ISSUED,
        "last_day": date(2027, 3, 29),
        "issued_at": utc("2027-02-27T10:00"),
        "reminded": False,
        "reminds_days": 7,
        "notice_time": time(9),
        "time_zone": PARIS,
    }
    return QuoteLife(**(facts | changes))


REMINDER, END = (utc("2027-03-22T08:00"), QuoteDo.REMIND), (utc("2027-03-29T22:00"), QuoteDo.EXPIRE)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [REMINDER, END], id="reminds, then ends"),
        pytest.param({"reminded": True}, [END], id="reminds once"),
        pytest.param({"issued_at": utc("2027-03-22T08:00")}, [END], id="issued as the reminder was due"),
        pytest.param({"issued_at": utc("2027-03-22T07:59")}, [REMINDER, END], id="issued just before"),
        pytest.param({"state": QuoteState.ASKED, "issued_at": None}, [END], id="only asked for"),
        *(pytest.param({"state": state}, [], id=state) for state in QuoteState if state not in ("asked", "issued")),
    ],
)
def test_what_happens_to_a_quote_by_itself(changes: dict[str, Any], expected: list[tuple[datetime, QuoteDo]]) -> None:
    assert [(step.at, step.do) for step in quote_steps(life(**changes))] == expected


def test_of_what_refuses_several_lines_the_first_code_is_the_answer() -> None:
    held, lapsed = Refused("hold_open", "Wait."), Refused("lapsed", "Buy anew.")
    assert first_that_applies([held, lapsed], Name.ASK_FOR_QUOTE) == lapsed
    assert first_that_applies([], Name.ASK_FOR_QUOTE) is None


def test_the_order_of_codes_is_that_of_the_reference() -> None:
    assert [code for code in PRECEDENCE if code in REFUSALS] == list(REFUSALS)
