"""domain.md 1 and 5: amounts in whole minor units, and what the next term costs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewals.facts import Announcement, Phase, Price, Subscription, Term
from renewals.money import Money, decimals, parse_amount
from renewals.payments import MethodKind
from renewals.pricing import NotPriced, automatic_line, late_line, next_line, renewal_line
from tests.renewals.builders import manual, method, monthly, subscription

CURRENCIES = {"JPY": 0, "KRW": 0, "CLP": 0, "EUR": 2, "USD": 2, "CAD": 2, "CHF": 2, "KWD": 3, "BHD": 3, "TND": 3}


@pytest.mark.parametrize(("code", "places"), [pytest.param(code, n, id=code) for code, n in CURRENCIES.items()])
def test_a_currency_has_its_own_number_of_decimals(code: str, places: int) -> None:
    assert decimals(code) == places


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        pytest.param("505.00", "USD", 50500, id="505.00"),
        pytest.param("505", "USD", 50500, id="without decimals"),
        pytest.param("505.5", "USD", 50550, id="one decimal"),
        pytest.param("0.29", "EUR", 29, id="a float would say 28"),
        pytest.param("64350", "JPY", 64350, id="yen"),
        pytest.param("1.234", "KWD", 1234, id="dinar"),
        pytest.param("0", "EUR", 0, id="free"),
        pytest.param("2668.50", "CAD", 266850, id="2668.50"),
        pytest.param("999999999999.99", "EUR", 99999999999999, id="large"),
    ],
)
def test_a_plain_price_is_read(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        pytest.param("505.005", "USD", id="a tenth of a cent"),
        pytest.param("64350.5", "JPY", id="half a yen"),
        pytest.param("1.2345", "KWD", id="four decimals of a dinar"),
        pytest.param("1." + "0" * 40 + "1", "EUR", id="one more decimal than any context keeps"),
        pytest.param("-5.00", "EUR", id="negative"),
        pytest.param("+5.00", "EUR", id="a plus sign"),
        pytest.param("5,00", "EUR", id="a comma"),
        pytest.param("1 000.00", "EUR", id="a blank"),
        pytest.param("1,000.00", "EUR", id="thousands"),
        pytest.param("5e2", "EUR", id="an exponent"),
        pytest.param("5.", "EUR", id="a point and nothing"),
        pytest.param(".5", "EUR", id="nothing before the point"),
        pytest.param("", "EUR", id="empty"),
        pytest.param(" 5.00", "EUR", id="padded"),
        pytest.param("NaN", "EUR", id="not a number"),
        pytest.param("Infinity", "EUR", id="endless"),
        pytest.param("EUR 5.00", "EUR", id="with its currency"),
        pytest.param("5\n", "EUR", id="a line end"),
    ],
)
def test_what_is_no_plain_price_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        parse_amount(text, currency)


@given(minor=st.integers(0, 10**11), currency=st.sampled_from(sorted(CURRENCIES)))
def test_an_amount_survives_being_written_and_read(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    assert parse_amount(f"{amount.decimal():f}", currency) == amount
    assert amount.decimal().as_tuple().exponent == -CURRENCIES[currency]
    assert amount.decimal() * 10 ** CURRENCIES[currency] == Decimal(minor)


def test_money_of_two_currencies_is_not_added() -> None:
    assert Money(1, "EUR") + Money(2, "EUR") == Money(3, "EUR")
    with pytest.raises(ValueError, match="EUR"):
        Money(1, "EUR") + Money(1, "USD")


def test_money_is_shown_with_its_currency_and_decimals() -> None:
    assert [str(Money(1234567, code)) for code in ("EUR", "JPY", "KWD")] == [
        "EUR 12,345.67",
        "JPY 1,234,567",
        "KWD 1,234.567",
    ]


# --- the price of the next term ---------------------------------------------------------------------------------------

KONBINI = method(MethodKind.KONBINI)


@pytest.mark.parametrize(
    ("sub", "unit_price"),
    [
        pytest.param(subscription(phase=Phase.RENEWABLE), 48600, id="renewable, automatic: renewal price"),
        pytest.param(manual(phase=Phase.RENEWABLE), 48600, id="renewable, manual: renewal price"),
        pytest.param(subscription(phase=Phase.PAST_DUE), 48600, id="past due: renewal price"),
        pytest.param(subscription(phase=Phase.EXPIRED), 54000, id="expired: list price"),
        pytest.param(manual(phase=Phase.EXPIRED), 54000, id="expired, manual: list price"),
        pytest.param(manual(phase=Phase.EXPIRED, pending_term=Term.MONTH), 7000, id="expired: of the pending term"),
        pytest.param(
            manual(phase=Phase.RENEWABLE, pending_term=Term.THREE_YEARS),
            145800,
            id="a longer term: its renewal price all the same",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, announced=Announcement(Term.YEAR, 40000)), 40000, id="as announced"
        ),
        pytest.param(
            manual(phase=Phase.RENEWABLE, announced=Announcement(Term.YEAR, 40000)),
            48600,
            id="an announcement binds the automatic charge only",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, method=KONBINI, announced=Announcement(Term.YEAR, 40000)),
            48600,
            id="Konbini is no automatic charge",
        ),
    ],
)
def test_the_price_that_the_buyer_sees(sub: Subscription, unit_price: int) -> None:
    line = next_line(sub)
    assert (line.unit_price, line.amount) == (unit_price, unit_price * 12)


def test_a_line_is_the_half_open_term_that_is_bought() -> None:
    line = renewal_line(subscription(pending_seats=9, pending_term=Term.MONTH))
    assert (line.starts_on, line.renews_on) == (date(2027, 3, 31), date(2027, 4, 30))
    assert (line.seats, line.term, line.amount) == (9, Term.MONTH, 9 * 6800)
    assert line.total == Money(9 * 6800, "EUR")


def test_a_recorded_renewal_names_its_own_seats_and_term() -> None:
    line = renewal_line(subscription(pending_seats=9), term=Term.MONTH, seats=20)
    assert (line.seats, line.term, line.amount, line.basis) == (20, Term.MONTH, 20 * 6800, "renewal_price")


def test_a_term_without_price_says_so() -> None:
    sub = subscription(prices={Term.YEAR: Price(1, 1, "v")}, pending_term=Term.MONTH)
    for line in (renewal_line, automatic_line, late_line, next_line):
        with pytest.raises(NotPriced):
            line(sub)


@given(
    seats=st.integers(1, 1_000_000),
    pending=st.none() | st.integers(1, 1_000_000),
    price=st.integers(0, 10**9),
    announced=st.none() | st.integers(0, 10**9),
    term=st.sampled_from(Term),
)
def test_an_amount_is_the_unit_price_times_the_seats_and_never_above_the_announced(
    seats: int, pending: int | None, price: int, announced: int | None, term: Term
) -> None:
    sub = subscription(
        term=term,
        seats=seats,
        pending_seats=pending,
        prices={term: Price(price * 2, price, "v")},
        announced=None if announced is None else Announcement(term, announced),
    )
    line = automatic_line(sub)
    assert line.unit_price == (price if announced is None else min(price, announced))
    assert line.amount == line.unit_price * (seats if pending is None else pending)
    receipt = line.receipt()
    assert int(receipt["amount"]) == int(receipt["unit_price"]) * int(receipt["seats"])


def test_a_receipt_holds_all_that_the_amount_was_computed_from() -> None:
    assert renewal_line(monthly()).receipt() == {
        "number": monthly().number,
        "sku": "DRAFT-STD",
        "term": "month",
        "starts_on": "2027-04-15",
        "renews_on": "2027-05-15",
        "seats": 12,
        "unit_price": 6800,
        "amount": 81600,
        "currency": "EUR",
        "basis": "renewal_price",
        "list_price": 7000,
        "price_version": "month-1",
        "purpose": "renewal",
    }
