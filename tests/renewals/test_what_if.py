"""Two walks side by side: what moved, what is no more, what is new, what costs otherwise."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from renewals.facts import Price, Subscription, Term
from renewals.forecast import Coming, Turn, forecast
from renewals.what_if import Change, changes
from tests.renewals.builders import policy, subscription, utc

END = utc("2028-01-01 00:00")


def mail(at: str, kind: str = "reminder") -> Coming:
    return Coming(utc(at), "notice", kind)


def charge(at: str, amount: int) -> Coming:
    return Coming(utc(at), "charge", "automatic", amount, "EUR")


def told(old: list[Coming], new: list[Coming], until: datetime = END) -> list[tuple[str, str | None, str | None]]:
    def on(each: Coming | None) -> str | None:
        return f"{each.at:%m-%d}" if each else None

    return [(each.change.value, on(each.old), on(each.new)) for each in changes(old, new, until)]


THREE = [mail("2027-03-01 09:00"), mail("2027-03-15 09:00"), mail("2027-03-29 09:00")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(THREE, THREE, [], id="nothing"),
        pytest.param(THREE, THREE[1:], [("gone", "03-01", None)], id="the first is no more, the others stay"),
        pytest.param(THREE[1:], THREE, [("anew", None, "03-01")], id="one anew"),
        pytest.param(
            THREE, [mail("2027-02-20 09:00"), *THREE[1:]], [("earlier", "03-01", "02-20")], id="one earlier"
        ),
        pytest.param(
            [mail("2027-03-01 09:00"), mail("2027-03-08 09:00")],
            [mail("2027-03-01 10:00"), mail("2027-03-08 10:00")],
            [("later", "03-01", "03-01"), ("later", "03-08", "03-08")],
            id="all of them an hour later, each still itself",
        ),
        pytest.param(
            [mail("2027-03-01 09:00")],
            [mail("2027-09-01 09:00")],
            [("gone", "03-01", None), ("anew", None, "09-01")],
            id="half a year apart is not the same mail",
        ),
        pytest.param([mail("2027-03-01 09:00")], [mail("2027-03-01 09:00", "expired")],
                     [("gone", "03-01", None), ("anew", None, "03-01")], id="another kind is another mail"),
        pytest.param([charge("2027-03-31 06:00", 100)], [charge("2027-03-31 06:00", 120)],
                     [("dearer", "03-31", "03-31")], id="dearer"),
        pytest.param([charge("2027-03-31 06:00", 100)], [charge("2027-03-31 07:00", 90)],
                     [("later", "03-31", "03-31"), ("cheaper", "03-31", "03-31")], id="later and cheaper"),
        pytest.param([mail("2027-12-30 09:00")], [mail("2028-01-09 09:00")], [("later", "12-30", "01-09")],
                     id="moved beyond the end"),
        pytest.param([mail("2028-01-02 09:00")], [], [], id="what lies beyond the end is not looked at"),
        pytest.param([Coming(utc("2027-03-01 09:00"), "missed", "reminder")], [mail("2027-03-01 09:00")],
                     [("anew", None, "03-01")], id="what is written off was no mail"),
    ],
)  # fmt: skip
def test_what_is_other_under_other_rules(old: list[Coming], new: list[Coming], expected: list[Any]) -> None:
    assert told(old, new) == expected


def test_the_difference_is_what_it_costs_more() -> None:
    (gone,) = changes([charge("2027-03-31 06:00", 100)], [], END)
    (dearer,) = changes([charge("2027-03-31 06:00", 100)], [charge("2027-03-31 06:00", 150)], END)
    assert (gone.change, gone.difference, dearer.difference) == (Change.GONE, -100, 50)


NOW, UNTIL = utc("2027-01-10 00:00"), date(2027, 4, 30)


def priced(sub: Subscription, renewal_price: int) -> Subscription:
    return replace(sub, prices={**sub.prices, Term.YEAR: Price(70000, renewal_price, "2")})


def amounts(*turns: Turn) -> list[int | None]:
    return [each.amount for each in forecast(subscription(), NOW, UNTIL, turns) if each.what == "charge"]


def test_a_price_that_takes_effect_before_the_last_notice_is_announced_and_charged() -> None:
    """The notice 7 days before the renewal date, 31 March 2027, names it."""
    dear = Turn(utc("2027-03-20 00:00"), lambda sub: priced(sub, 60000))
    assert amounts() == [12 * 48600]
    assert amounts(dear) == [12 * 60000]


def test_a_price_that_nobody_is_told_of_any_more_waits_a_term() -> None:
    late = Turn(utc("2027-03-25 00:00"), lambda sub: priced(sub, 60000))
    assert amounts(late) == [12 * 48600]


def test_a_cheaper_price_needs_no_notice() -> None:
    assert amounts(Turn(utc("2027-03-31 00:00"), lambda sub: priced(sub, 40000))) == [12 * 40000]


def test_a_policy_is_planned_under_from_its_turn_on_and_not_before() -> None:
    noon = Turn(utc("2027-03-01 00:00"), lambda sub: replace(sub, policy=policy(notice_time=time(12))))

    def hours(*turns: Turn) -> list[str]:
        coming = forecast(subscription(), NOW, date(2027, 3, 30), turns)
        return [f"{each.at:%m-%d %H}" for each in coming if each.what == "notice"]

    assert hours() == ["01-10 00", "02-21 08", "03-03 08", "03-24 08"]
    assert hours(noon) == ["01-10 00", "02-21 08", "03-03 11", "03-24 11"]


def test_turns_that_come_when_nothing_is_left_to_do_change_nothing() -> None:
    far = Turn(NOW + timedelta(days=4000), lambda sub: sub)
    plain = list(forecast(subscription(), NOW, UNTIL))
    assert list(forecast(subscription(), NOW, UNTIL, [far])) == plain
