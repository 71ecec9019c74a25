"""domain.md 5: a longer term's saving is shown."""

import pytest

from renewals.facts import Phase, Price, Subscription, Term
from renewals.pricing import NotPriced
from renewals.savings import longer_terms, saved_per_year
from tests.renewals.builders import PRICES, monthly, subscription

CHEAPER = PRICES | {Term.THREE_YEARS: Price(list_price=150000, renewal_price=140000, version="three-2")}


@pytest.mark.parametrize(
    ("sub", "savings"),
    [
        pytest.param(subscription(), [], id="three years cost three times one"),
        pytest.param(subscription(prices=CHEAPER), [("3-years", 1680000, 69600)], id="three years cost less"),
        pytest.param(
            subscription(prices=CHEAPER, phase=Phase.EXPIRED), [("3-years", 1800000, 144000)], id="list prices, expired"
        ),
        pytest.param(
            subscription(prices=CHEAPER, pending_seats=1), [("3-years", 140000, 5800)], id="for the seats of then"
        ),
        pytest.param(subscription(prices=CHEAPER, pending_term=Term.THREE_YEARS), [], id="nothing is longer"),
        pytest.param(subscription(prices={Term.YEAR: PRICES[Term.YEAR]}), [], id="what is not sold is not offered"),
        pytest.param(
            monthly(seats=1, prices=PRICES),
            [("year", 48600, 12 * 6800 - 48600), ("3-years", 145800, 36 * 6800 - 145800)],
            id="monthly",
        ),
    ],
)
def test_a_longer_term_saves_what_its_months_cost_more_at_the_next_one(
    sub: Subscription, savings: list[tuple[str, int, int]]
) -> None:
    assert [(each.term.value, each.total.minor, each.saved.minor) for each in longer_terms(sub)] == savings


def test_without_a_price_of_the_next_term_there_is_nothing_to_compare() -> None:
    with pytest.raises(NotPriced):
        longer_terms(subscription(prices={}))


@pytest.mark.parametrize(
    ("sub", "term", "saved"),
    [
        pytest.param(subscription(prices=CHEAPER), Term.THREE_YEARS, 1680000 // 3 * -1 + 583200, id="three years"),
        pytest.param(subscription(), Term.THREE_YEARS, 0, id="as dear"),
        pytest.param(subscription(seats=1), Term.MONTH, 48600 - 12 * 6800, id="a month at a time costs more"),
        pytest.param(
            subscription(prices=CHEAPER, pending_term=Term.THREE_YEARS),
            Term.YEAR,
            1680000 // 3 - 583200,
            id="back to the running term",
        ),
        pytest.param(subscription(seats=1, prices=CHEAPER), Term.THREE_YEARS, 1933, id="rounded towards zero"),
        pytest.param(
            subscription(seats=1, prices=CHEAPER, pending_term=Term.THREE_YEARS),
            Term.YEAR,
            -1933,
            id="so is the dearer",
        ),
        pytest.param(subscription(), Term.YEAR, None, id="the same term"),
        pytest.param(
            subscription(prices={Term.THREE_YEARS: PRICES[Term.THREE_YEARS]}),
            Term.THREE_YEARS,
            None,
            id="the planned one has no price",
        ),
    ],
)
def test_a_year_at_another_term_is_compared_with_one_at_the_term_that_is_planned(
    sub: Subscription, term: Term, saved: int | None
) -> None:
    found = saved_per_year(sub, term)
    assert (found.minor if found else None) == saved
