"""domain.md 7: what may be done now is asked with the arguments that ask for least of what can be had."""

from datetime import date
from typing import Any

import pytest

from renewals import commands as c
from renewals.actors import Person
from renewals.decisions import AlreadyTrue, Decision, Eligible, Refused
from renewals.facts import Channel
from renewals.options import Contact, last_day, options, whom_to_ask
from renewals.payments import Hold
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


@pytest.mark.parametrize(
    ("changes", "name", "expected"),
    [
        pytest.param({}, c.Name.CANCEL_AUTO_RENEW, None, id="cancel: any time"),
        pytest.param({"auto_renew": False}, c.Name.RESUME_AUTO_RENEW, "2027-03-30", id="resume: before the renewal"),
        pytest.param({}, c.Name.ADD_SEATS, "2027-03-30", id="add seats: in the paid term"),
        pytest.param({}, c.Name.REDUCE_SEATS, None, id="reduce: a renewal follows the renewal"),
        pytest.param({"auto_renew": False}, c.Name.CHANGE_TERM, "2027-03-30", id="change term: until it expires"),
        pytest.param({}, c.Name.RENEW, "2027-05-15", id="renew: 45 days late"),
        pytest.param({}, c.Name.ASK_FOR_QUOTE, "2027-04-30", id="quote: 30 days late"),
        pytest.param({}, c.Name.ACCEPT_QUOTE, None, id="accept: there is no quote"),
    ],
)
def test_what_is_allowed_is_so_through_a_day(changes: dict[str, Any], name: c.Name, expected: str | None) -> None:
    """domain.md 3 and 7: each end is that of the rule that would refuse on the day after."""
    day = last_day(subscription(**changes), name)
    assert day == (date.fromisoformat(expected) if expected else None)


@pytest.mark.parametrize(
    ("name", "code", "channel", "who"),
    [
        pytest.param(c.Name.RENEW, "sold_by_partner", Channel.PARTNER, Contact.PARTNER, id="what a partner sold"),
        pytest.param(c.Name.RENEW, "lapsed", Channel.PARTNER, Contact.PARTNER, id="lapsed, which a partner sold"),
        pytest.param(c.Name.ADD_SEATS, "lapsed", Channel.DIRECT_ONLINE, Contact.SALES, id="lapsed: to buy anew"),
        pytest.param(c.Name.RENEW, "product_retired", Channel.DIRECT_ONLINE, Contact.SALES, id="retired: to renew"),
        pytest.param(c.Name.ADD_SEATS, "product_retired", Channel.DIRECT_ONLINE, Contact.SUPPORT, id="retired: seats"),
        pytest.param(c.Name.ASK_FOR_QUOTE, "term_not_offered", Channel.DIRECT_ONLINE, Contact.SALES, id="no price"),
        pytest.param(c.Name.CHANGE_TERM, "term_not_offered", Channel.DIRECT_ONLINE, Contact.SUPPORT, id="no such term"),
        pytest.param(c.Name.RENEW, "parked", Channel.DIRECT_ONLINE, Contact.SUPPORT, id="parked"),
        pytest.param(c.Name.RENEW, "window_not_open", Channel.DIRECT_ONLINE, None, id="what time cures"),
        pytest.param(c.Name.RENEW, "method_not_accepted", Channel.DIRECT_ONLINE, None, id="what the buyer cures"),
    ],
)
def test_who_can_help_follows_from_what_stands_against_it(
    name: c.Name, code: str, channel: Channel, who: Contact | None
) -> None:
    assert whom_to_ask(name, code, channel) is who


def test_a_quote_can_be_accepted_through_the_day_it_ends() -> None:
    hold = Hold("quote", utc("2027-03-01T23:00"), quote="Q-1001")
    assert last_day(subscription(hold=hold), c.Name.ACCEPT_QUOTE) == date(2027, 3, 1)
