"""domain.md 5: a preview binds for 15 minutes, its prices and nothing else; a changed fact makes it stale."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewals import commands as c
from renewals.facts import Phase, Price, Subscription, Term
from renewals.preview import Preview, Previewed, bound_lines, lines_of, preview, token_of
from tests.renewals.builders import PRICES, paid_ahead, subscription, utc

KEY = b"a key for tests, of 32 characters"
NOON = utc("2027-02-10T11:00")
DEARER = {**PRICES, Term.YEAR: Price(99000, 90000, "year-2")}
MORE, RENEW, LONGER = c.AddSeats(2), c.Renew(), c.ChangeTerm(Term.THREE_YEARS)


def bound(seen: Subscription, now: Subscription, command: Previewed, *, later: timedelta = timedelta(0)) -> int | None:
    """What is charged for a preview that was made of one state and confirmed in another; None when it is stale."""
    token = token_of(preview(seen, command, NOON), KEY)
    at = NOON + later
    lines = bound_lines(token, lines_of(now, command, at), at, KEY)
    return None if lines is None else sum(line.amount for line in lines)


@pytest.mark.parametrize("command", [MORE, RENEW, LONGER], ids=["seats", "renewal", "term"])
def test_what_was_shown_is_what_is_charged(command: Previewed) -> None:
    sub = subscription()
    assert bound(sub, sub, command) == preview(sub, command, NOON).total.minor


@pytest.mark.parametrize("command", [MORE, RENEW, LONGER], ids=["seats", "renewal", "term"])
def test_a_new_price_list_does_not_change_what_was_shown(command: Previewed) -> None:
    sub = subscription()
    assert bound(sub, replace(sub, prices=DEARER), command) == preview(sub, command, NOON).total.minor
    assert (
        bound(replace(sub, prices=DEARER), sub, command)
        == preview(replace(sub, prices=DEARER), command, NOON).total.minor
    )


def test_it_binds_for_a_quarter_of_an_hour() -> None:
    sub = subscription()
    assert bound(sub, sub, RENEW, later=timedelta(minutes=14, seconds=59)) is not None
    assert bound(sub, sub, RENEW, later=timedelta(minutes=15)) is None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"seats": 13}, id="more seats"),
        pytest.param({"pending_seats": 9}, id="fewer seats from then on"),
        pytest.param({"pending_term": Term.THREE_YEARS}, id="another term from then on"),
        pytest.param({"phase": Phase.EXPIRED}, id="expired: the list price"),
        pytest.param({"number": "S-2"}, id="another subscription"),
        pytest.param({"currency": "USD"}, id="another currency"),
    ],
)
def test_a_changed_fact_makes_it_stale(changes: dict[str, Any]) -> None:
    sub = subscription()
    assert bound(sub, replace(sub, **changes), RENEW) is None


def test_another_term_is_shown_as_its_next_renewal_buys_it() -> None:
    (line,) = preview(subscription(), LONGER, NOON).lines
    assert (line.term, line.seats, str(line.starts_on), str(line.renews_on)) == (
        "3-years",
        12,
        "2027-03-31",
        "2030-03-31",
    )
    assert (line.amount, line.basis) == (12 * 145800, "renewal_price")


def test_after_a_term_that_is_paid_another_one_begins_where_that_ends() -> None:
    (line,) = preview(subscription(paid_ahead=paid_ahead()), LONGER, NOON).lines
    assert (str(line.starts_on), str(line.renews_on)) == ("2028-03-31", "2031-03-31")


def test_the_running_term_withdraws_the_planned_one_and_is_shown_so() -> None:
    (line,) = preview(subscription(pending_term=Term.THREE_YEARS), c.ChangeTerm(Term.YEAR), NOON).lines
    assert (line.term, line.amount) == ("year", 12 * 48600)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"seats": 13}, id="more seats"),
        pytest.param({"pending_seats": 9}, id="fewer seats from then on"),
        pytest.param({"paid_ahead": paid_ahead()}, id="the next term is paid"),
    ],
)
def test_a_changed_fact_makes_another_term_stale(changes: dict[str, Any]) -> None:
    sub = subscription()
    assert bound(sub, replace(sub, **changes), LONGER) is None
    assert bound(sub, replace(sub, pending_term=Term.MONTH), LONGER) is not None


def test_seats_of_another_number_or_day_or_term_are_another_order() -> None:
    sub = subscription()
    token = token_of(preview(sub, MORE, NOON), KEY)
    assert bound_lines(token, lines_of(sub, c.AddSeats(3), NOON), NOON, KEY) is None
    assert bound_lines(token, lines_of(sub, RENEW, NOON), NOON, KEY) is None
    assert bound_lines(token, lines_of(sub, MORE, NOON + timedelta(days=1)), NOON, KEY) is None
    assert bound(sub, replace(sub, paid_ahead=paid_ahead()), MORE) is None


def test_a_token_of_another_key_or_of_none_binds_nothing() -> None:
    sub = subscription()
    shown, lines = preview(sub, RENEW, NOON), lines_of(sub, RENEW, NOON)
    assert bound_lines(token_of(shown, b"another key, as long as the first"), lines, NOON, KEY) is None
    assert bound_lines(token_of(shown, KEY), lines, NOON, b"") is None
    with pytest.raises(ValueError, match="key"):
        token_of(shown, b"")


@given(st.data())
def test_a_token_that_was_touched_binds_nothing(data: st.DataObject) -> None:
    sub = subscription()
    token = token_of(preview(sub, RENEW, NOON), KEY)
    place = data.draw(st.integers(0, len(token) - 1))
    touched = token[:place] + data.draw(st.sampled_from("abcXYZ019-_.=é")) + token[place + 1 :]
    if touched != token:
        assert bound_lines(touched, lines_of(sub, RENEW, NOON), NOON, KEY) is None


@given(st.text(max_size=80))
def test_rubbish_binds_nothing(text: str) -> None:
    assert bound_lines(text, lines_of(subscription(), RENEW, NOON), NOON, KEY) is None


@given(st.integers(1, 1_000_000))
def test_a_token_is_short_enough_to_be_kept(seats: int) -> None:
    ahead = subscription(phase=Phase.RENEWED, paid_ahead=paid_ahead())
    shown: Preview = preview(ahead, c.AddSeats(seats), NOON)
    assert len(token_of(shown, KEY)) <= 500
