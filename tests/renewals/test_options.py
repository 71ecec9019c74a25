"""domain.md 7: what may be done now is asked with the arguments that ask for least of what can be had."""

import pytest

from renewals import commands as c
from renewals.actors import Person
from renewals.decisions import AlreadyTrue, Decision, Eligible, Refused
from renewals.options import options
from tests.renewals.builders import subscription, utc


@pytest.mark.parametrize(
    ("seats", "pending", "expected"),
    [
        pytest.param(12, None, Eligible, id="12"),
        pytest.param(12, 9, Eligible, id="12, 9 from the next term on"),
        pytest.param(12, 1, Eligible, id="12, 1 from the next term on: fewer of fewer can be had"),
        pytest.param(12, 11, Eligible, id="12, 11 from the next term on"),
        pytest.param(2, 1, Refused, id="2, 1 from the next term on: that is all"),
        pytest.param(1, None, Refused, id="1"),
    ],
)
def test_seats_can_be_reduced_while_a_smaller_number_can_be_named(
    seats: int, pending: int | None, expected: type[Decision]
) -> None:
    sub = subscription(seats=seats, pending_seats=pending)
    answers = options(sub, Person("ada@northwind.example"), is_buyer=True, at=utc("2026-10-01T10:00"))
    assert isinstance(answers[c.Name.REDUCE_SEATS], expected)
    assert not isinstance(answers[c.Name.REDUCE_SEATS], AlreadyTrue)
