"""When unused seats are worth a word, and when nothing may be said."""

from dataclasses import replace
from datetime import date

import pytest

from renewals.facts import PaidAhead, Phase, Policy, Term
from renewals.usage import UnusedSeats, Usage, unused_seats, used_since
from tests.renewals.builders import subscription

TODAY = date(2027, 2, 1)
FRESH = Usage(assigned=9, active_30=5, active_90=7, told_on=date(2027, 1, 30))
SUB = subscription(seats=12)


def test_twelve_seats_of_which_seven_are_used_are_worth_a_word() -> None:
    assert unused_seats(SUB, FRESH, TODAY) == UnusedSeats(seats=12, used=7, days=90, told_on=date(2027, 1, 30))


@pytest.mark.parametrize(
    ("sub", "usage"),
    [
        pytest.param(SUB, Usage(), id="nothing was told"),
        pytest.param(SUB, replace(FRESH, told_on=date(2026, 12, 17)), id="told too long ago"),
        pytest.param(SUB, replace(FRESH, active_90=12), id="all are used"),
        pytest.param(SUB, replace(FRESH, assigned=14, active_90=13), id="more users than seats"),
        pytest.param(replace(SUB, pending_seats=8), FRESH, id="the buyer has decided"),
        pytest.param(replace(SUB, paid_ahead=PaidAhead(Term.YEAR, 12, 50500)), FRESH, id="the next term is paid"),
        pytest.param(replace(SUB, phase=Phase.LAPSED), FRESH, id="it has ended"),
        pytest.param(replace(SUB, seats=1), replace(FRESH, active_90=0), id="one seat always stays"),
    ],
)
def test_nothing_is_said(sub: object, usage: Usage) -> None:
    assert unused_seats(sub, usage, TODAY) is None  # type: ignore[arg-type]


def test_how_old_the_data_may_be_is_a_policy_value() -> None:
    told = replace(FRESH, told_on=date(2026, 12, 18))
    assert unused_seats(SUB, told, TODAY) is not None
    assert unused_seats(replace(SUB, policy=Policy(usage_fresh_days=44)), told, TODAY) is None


def test_a_span_ends_with_the_day_itself() -> None:
    assert used_since(date(2027, 3, 31), 90) == date(2027, 1, 1)


def test_more_users_than_seats_is_an_oddity() -> None:
    assert [Usage(assigned=count).exceeds(12) for count in (12, 13)] == [False, True]
