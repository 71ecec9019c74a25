"""The late window of one subscription, moved by an operator: which day may be named, and what follows (domain.md 3)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewals import commands as c
from renewals.actors import Operator
from renewals.calendar import days_after, midnight
from renewals.checkout import may_renew
from renewals.decisions import Eligible, Refused
from renewals.effects import after_command
from renewals.eligibility import decide
from renewals.extending import Span, may_extend, may_reinstate, nameable_days
from renewals.facts import PaidAhead, Phase, Subscription, Term
from renewals.letters import Kind
from renewals.payments import DeclineClass
from renewals.plan import Do, plan
from renewals.pricing import checkout_line
from renewals.quoting import quote_window_last_day
from renewals.renewing import with_renewal
from renewals.request import Request
from renewals.windows import access_until, late_window_closes_at, late_window_last_day, retry_dates
from tests.renewals.builders import card, declined, hold, manual, monthly, policy, subscription, utc
from tests.renewals.life import Life

USUAL, LONGEST = date(2027, 5, 15), date(2027, 8, 13)
IN_APRIL = utc("2027-04-20T10:00")
EXPIRED = manual(phase=Phase.EXPIRED, phase_since=utc("2027-03-30T22:00"), noticed=True)


def extend(sub: Subscription, to: date, at: datetime = IN_APRIL) -> Subscription:
    assert may_extend(sub, to, at) is None
    return after_command(sub, c.ExtendLateWindow(to), at=at)


def refused(sub: Subscription, to: date, at: datetime = IN_APRIL) -> str | None:
    refusal = may_extend(sub, to, at)
    return refusal.code if refusal else None


@pytest.mark.parametrize(
    ("sub", "at", "span"),
    [
        pytest.param(manual(), "2027-01-01T10:00", Span(USUAL, LONGEST, USUAL), id="before the renewal date"),
        pytest.param(EXPIRED, "2027-05-10T10:00", Span(USUAL, LONGEST, USUAL), id="in the late window"),
        pytest.param(
            replace(EXPIRED, late_until=date(2027, 7, 1)),
            "2027-06-10T10:00",
            Span(date(2027, 6, 10), LONGEST, USUAL),
            id="extended: no day that has passed",
        ),
        pytest.param(
            manual(policy=policy(late_window_extension_days=10)),
            "2027-01-01T10:00",
            Span(USUAL, date(2027, 5, 25), USUAL),
            id="as far as the policy says",
        ),
        pytest.param(
            monthly(), "2027-04-20T10:00", Span(*[date(2027, 5, 14)] * 3), id="a lost month is over when it is over"
        ),
        pytest.param(
            monthly(pending_term=Term.YEAR),
            "2027-04-20T10:00",
            Span(date(2027, 5, 15), date(2027, 8, 13), date(2027, 5, 15)),
            id="the term that would be bought counts",
        ),
    ],
)
def test_which_days_may_be_named(sub: Subscription, at: str, span: Span) -> None:
    assert nameable_days(sub, utc(at)) == span


@pytest.mark.parametrize(
    ("sub", "to", "code"),
    [
        pytest.param(EXPIRED, LONGEST, None, id="the last one"),
        pytest.param(EXPIRED, date(2027, 8, 14), "day_out_of_range", id="the day after"),
        pytest.param(EXPIRED, date(2027, 5, 14), "day_out_of_range", id="before the usual one"),
        pytest.param(replace(EXPIRED, hold=hold("2027-05-01T00:00")), LONGEST, None, id="held"),
        pytest.param(
            manual(paid_ahead=PaidAhead(Term.YEAR, 12, 48600), phase=Phase.RENEWED),
            LONGEST,
            "already_renewed",
            id="paid ahead",
        ),
        pytest.param(
            replace(EXPIRED, late_until=LONGEST, hold=hold("2027-05-30T21:59:59")),
            USUAL,
            "hold_open",
            id="shorter than what holds it",
        ),
        pytest.param(
            replace(EXPIRED, late_until=LONGEST, hold=hold("2027-05-15T21:59:59")), USUAL, None, id="as long as it"
        ),
        pytest.param(replace(EXPIRED, late_until=LONGEST, hold=hold(None)), USUAL, "hold_open", id="held without end"),
    ],
)
def test_whether_it_may_end_then(sub: Subscription, to: date, code: str | None) -> None:
    assert refused(sub, to) == code


def test_once_the_longest_is_past_none_may_be_named() -> None:
    assert refused(manual(parked=True), LONGEST, utc("2027-08-14T10:00")) == "too_late"


def test_the_usual_day_takes_it_back() -> None:
    longer = extend(EXPIRED, date(2027, 7, 1))
    assert longer.late_until == date(2027, 7, 1)
    assert late_window_last_day(longer) == date(2027, 7, 1)
    again = extend(longer, USUAL)
    assert (again.late_until, late_window_last_day(again)) == (None, USUAL)


def test_it_concerns_one_renewal_only() -> None:
    longer = extend(manual(phase=Phase.RENEWABLE), LONGEST, utc("2027-03-01T10:00"))
    paid = with_renewal(longer, PaidAhead(Term.YEAR, 12, 48600), utc("2027-03-02T10:00"))
    assert paid.late_until is None
    late = with_renewal(longer, PaidAhead(Term.YEAR, 12, 48600), utc("2027-06-20T10:00"))
    assert late_window_last_day(late) == date(2028, 5, 15)


def test_price_and_access_stay_those_of_the_late_window() -> None:
    longer, in_july = extend(EXPIRED, LONGEST), utc("2027-07-20T10:00")
    assert may_renew(longer, in_july, card(), c.When.NOW) is None
    assert may_renew(EXPIRED, in_july, card(), c.When.NOW)
    assert checkout_line(longer).unit_price == 54000
    assert access_until(longer, in_july) == access_until(EXPIRED, in_july) == utc("2027-03-30T22:00")


def test_quotes_are_had_for_no_longer() -> None:
    assert quote_window_last_day(extend(EXPIRED, LONGEST)) == quote_window_last_day(EXPIRED)


def test_retries_stay_within_the_policys_own_window() -> None:
    tight = subscription(
        policy=policy(late_window_days=dict.fromkeys(Term, 10)),
        phase=Phase.PAST_DUE,
        attempts=(declined("2027-03-31T04:00"),),
    )
    at = utc("2027-04-01T03:00")
    assert len(retry_dates(tight)) == 4
    longer = extend(tight, date(2027, 4, 22), at)
    charges = [step.at.date() for step in plan(longer, at).steps if step.do is Do.CHARGE]
    assert charges == [date(2027, 4, day) for day in (1, 3, 5, 7)]


def _late_story(life: Life) -> list[str]:
    shown = {Kind.LATE_WINDOW_CLOSING, Kind.LAPSED}
    told = list[str]()
    for entry in life.diary:
        phases = [str(entry.step.phase)] if entry.step.phase else []
        mails = [f"{ref.kind} {ref.occasion}" for ref in entry.step.notices if ref.kind in shown]
        told += [f"{entry.at:%m-%d} {what}" for what in phases + mails]
    return told


def test_the_mails_before_the_end_and_the_end_follow_the_new_day() -> None:
    longer = extend(EXPIRED, date(2027, 7, 1))
    assert _late_story(Life(longer, IN_APRIL).live_until(utc("2027-09-01T00:00"))) == [
        "06-16 late_window_closing 15:2027-07-01",
        "06-28 late_window_closing 3:2027-07-01",
        "07-01 lapsed",
        "07-02 lapsed 0:2027-07-01",
    ]


def test_who_was_told_of_the_usual_end_is_told_of_the_new_one() -> None:
    life = Life(EXPIRED, IN_APRIL).live_until(utc("2027-05-01T00:00"))
    life.sub = extend(life.sub, date(2027, 7, 1), life.now)
    life.live_until(utc("2027-06-20T00:00"))
    life.sub = extend(life.sub, date(2027, 6, 25), life.now)
    assert _late_story(life.live_until(utc("2027-09-01T00:00"))) == [
        "04-30 late_window_closing 15",
        "06-16 late_window_closing 15:2027-07-01",
        "06-22 late_window_closing 3:2027-06-25",
        "06-25 lapsed",
        "06-26 lapsed 0:2027-06-25",
    ]


def test_taken_back_nobody_is_told_twice_of_the_usual_end() -> None:
    life = Life(EXPIRED, IN_APRIL).live_until(utc("2027-05-01T00:00"))
    life.sub = extend(extend(life.sub, date(2027, 7, 1), life.now), USUAL, life.now)
    assert _late_story(life.live_until(utc("2027-09-01T00:00"))) == [
        "04-30 late_window_closing 15",
        "05-12 late_window_closing 3",
        "05-15 lapsed",
        "05-16 lapsed 0",
    ]


def test_one_that_is_past_due_is_given_up_on_the_last_retry_all_the_same() -> None:
    late = subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-03-31T04:00", DeclineClass.HARD),))
    longer = extend(late, LONGEST, utc("2027-04-02T10:00"))
    steps = [(step.at.date(), step.phase) for step in plan(longer, utc("2027-04-02T10:00")).steps if step.phase]
    assert steps == [(date(2027, 4, 28), Phase.EXPIRED), (LONGEST, Phase.LAPSED)]


TERMS: dict[Term, dict[str, Any]] = {
    Term.MONTH: {"term": Term.MONTH, "starts_on": date(2027, 2, 28)},
    Term.YEAR: {},
    Term.THREE_YEARS: {"term": Term.THREE_YEARS, "starts_on": date(2024, 3, 31)},
}


@given(term=st.sampled_from(Term), day=st.integers(0, 200), pending=st.sampled_from([None, *Term]), more=st.integers(0))
def test_whatever_day_may_be_named_is_the_last_one_and_inside_the_lost_term(
    term: Term, day: int, pending: Term | None, more: int
) -> None:
    sub = manual(phase=Phase.EXPIRED, pending_term=pending, **TERMS[term])
    at = utc("2027-03-31T10:00") + timedelta(days=day)
    span = nameable_days(sub, at)
    if span.is_over:
        return
    to = span.first + timedelta(days=more % ((span.last - span.first).days + 1))
    longer = extend(sub, to, at)
    assert late_window_last_day(longer) == to
    assert at < late_window_closes_at(longer) == midnight(days_after(to, 1), sub.time_zone)
    assert (to - sub.renews_on).days <= sub.policy.late_window_days[term] + 90
    assert late_window_last_day(sub) <= to


LAPSED = manual(phase=Phase.LAPSED, phase_since=utc("2027-05-15T22:00"), noticed=True)
TOLD = frozenset({(Kind.EXPIRED, "0"), (Kind.LATE_WINDOW_CLOSING, "15"), (Kind.LAPSED, "0")})


def test_reinstated_it_waits_in_its_late_window_and_lapses_again_and_its_buyer_is_told_again() -> None:
    at = utc("2027-06-01T10:00")
    back = after_command(replace(LAPSED, recorded=TOLD), c.Reinstate(date(2027, 7, 1)), at=at)
    assert (back.phase, back.late_until) == (Phase.EXPIRED, date(2027, 7, 1))
    assert not plan(back, at).over
    assert _late_story(Life(back, at).live_until(utc("2027-09-01T00:00"))) == [
        "06-16 late_window_closing 15:2027-07-01",
        "06-28 late_window_closing 3:2027-07-01",
        "07-01 lapsed",
        "07-02 lapsed 0:2027-07-01",
    ]
    kept = ("starts_on", "renews_on", "seats", "term", "unit_price", "auto_renew", "method")
    assert [getattr(back, name) for name in kept] == [getattr(LAPSED, name) for name in kept]


def test_reinstated_it_is_not_charged_by_itself_and_costs_the_list_price() -> None:
    at = utc("2027-06-01T10:00")
    lapsed = subscription(phase=Phase.LAPSED, phase_since=utc("2027-05-15T22:00"), noticed=True)
    back = after_command(lapsed, c.Reinstate(date(2027, 7, 1)), at=at)
    assert not [step for step in plan(back, at).steps if step.do is Do.CHARGE]
    assert may_renew(back, at, card(), c.When.NOW) is None
    assert checkout_line(back).unit_price == 54000
    assert access_until(back, at) == access_until(lapsed, at)


def test_one_whose_last_day_has_passed_before_it_is_decided_about_is_not_brought_back_to_lapse_at_once() -> None:
    received, command = utc("2027-06-01T10:00"), c.Reinstate(date(2027, 6, 2))
    asked = Request(command, c.Name.REINSTATE, Operator("ana"), is_buyer=False, received_at=received)
    assert decide(LAPSED, asked) == Eligible()
    late = decide(LAPSED, replace(asked, handled_at=utc("2027-06-05T10:00")))
    assert isinstance(late, Refused)
    assert late.code == "day_out_of_range"


@pytest.mark.parametrize(
    ("sub", "to", "at", "code"),
    [
        pytest.param(LAPSED, LONGEST, "2027-06-01T10:00", None, id="as long as may be"),
        pytest.param(LAPSED, date(2027, 6, 1), "2027-06-01T10:00", None, id="today"),
        pytest.param(LAPSED, date(2027, 5, 31), "2027-06-01T10:00", "day_out_of_range", id="yesterday"),
        pytest.param(LAPSED, date(2027, 8, 14), "2027-06-01T10:00", "day_out_of_range", id="too long"),
        pytest.param(LAPSED, date(2027, 9, 1), "2027-08-20T10:00", "too_late", id="too late"),
        pytest.param(EXPIRED, LONGEST, "2027-05-01T10:00", "not_lapsed", id="expired"),
        pytest.param(monthly(phase=Phase.LAPSED), date(2027, 5, 20), "2027-05-15T10:00", "too_late", id="a lost month"),
    ],
)
def test_whether_it_may_be_reinstated(sub: Subscription, to: date, at: str, code: str | None) -> None:
    refusal = may_reinstate(sub, to, utc(at))
    assert (refusal.code if refusal else None) == code
