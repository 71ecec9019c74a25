"""domain.md 9: the windows of the legal rules, whom they bind, and the notices that they add."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewals.compliance import standings, warning
from renewals.duties import AddedNotice, Duty, added_notices, binds, duties, fewest, unmet
from renewals.facts import Phase, Subscription, Term
from renewals.legal import DEFAULT_RULES, Anchor, Audience, Certainty, LegalRule, Unit
from renewals.letters import Kind
from renewals.notices import dated_notices, due_notices
from renewals.payments import MethodKind
from tests.renewals.builders import card, method, monthly, paid_ahead, policy, subscription, utc

RULES = {rule.id: rule for rule in DEFAULT_RULES}
START_OF_TERM = date(2026, 3, 31)
TERMS = {1: Term.MONTH, 2: Term.YEAR, 6: Term.YEAR, 12: Term.YEAR, 13: Term.THREE_YEARS}


def rule(**changes: Any) -> LegalRule:
    """A rule for everybody in France: a notice 45 to 15 days before the renewal of any term."""
    values: dict[str, Any] = {
        "id": "test",
        "jurisdiction": "FR",
        "audience": None,
        "shortest_term": 1,
        "anchor": Anchor.RENEWAL,
        "earliest": 45,
        "latest": 15,
        "content": (),
        "source": "a test",
        "certainty": Certainty.SECONDARY,
        "verified_on": date(2026, 11, 22),
        **changes,
    }
    return LegalRule(**values)


def bound_by(each: LegalRule, **changes: Any) -> Subscription:
    """The subscription of the shortest term that this rule binds, renewing on 2027-03-31; every rule is in force."""
    country, _, region = each.jurisdiction.partition("-")
    networks = {"card": card(), "sepa": method(MethodKind.DIRECT_DEBIT)}
    place = {"country": country, "region": each.jurisdiction if region else None}
    facts = {
        **(place if country not in networks else {"country": "DE"}),
        "audience": each.audience or Audience.BUSINESS,
        "term": TERMS[each.shortest_term],
        "method": networks.get(country, method(MethodKind.PAYPAL)),
        "legal_rules": DEFAULT_RULES,
    }
    return subscription(**{**facts, **changes})


def window(sub: Subscription, rule_id: str) -> tuple[str, str]:
    (found,) = [duty for duty in duties(sub) if duty.rule.id == rule_id]
    return found.first_on.isoformat(), found.last_on.isoformat()


def advance_notices(sub: Subscription) -> list[tuple[str, str]]:
    """The charge notices of the calendar as (occasion, day). 09:00 in Paris is the same day in UTC."""
    return [
        (notice.occasion, notice.at.date().isoformat())
        for notice in dated_notices(sub)
        if notice.kind is Kind.ADVANCE_CHARGE_NOTICE
    ]


# --- windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule_id", "first", "last"),
    [
        pytest.param("us-ca-17602", "2027-02-14", "2027-03-16", id="California: 45 to 15 days"),
        pytest.param("us-ny-527-a", "2027-02-14", "2027-03-16", id="New York: 45 to 15 days"),
        pytest.param("us-ny-5-903", "2027-03-01", "2027-03-16", id="New York, business too: 30 to 15 days"),
        pytest.param("us-va-59.1-207.46", "2027-01-30", "2027-03-01", id="Virginia: 60 to 30 days"),
        pytest.param("us-il-601-10", "2027-01-30", "2027-03-01", id="Illinois: 60 to 30 days"),
        pytest.param("us-co-6-1-732", "2027-02-19", "2027-03-06", id="Colorado: 40 to 25 days"),
        pytest.param("us-de-renewal", "2027-01-30", "2027-03-01", id="Delaware: 60 to 30 days"),
        pytest.param("us-ma-940-cmr-38", "2027-03-01", "2027-03-26", id="Massachusetts: 30 to 5 days"),
        pytest.param("us-wi-134.49", "2027-01-30", "2027-03-16", id="Wisconsin: 60 to 15 days"),
        pytest.param("fr-l215-1", "2026-12-31", "2027-02-28", id="France: 3 months to 1 month"),
        pytest.param("visa-renewal", "2026-03-31", "2027-03-24", id="Visa: from the first day of the term to day -7"),
        pytest.param("mastercard-renewal", "2027-03-01", "2027-03-24", id="Mastercard: 30 to 7 days"),
        pytest.param("sepa-core", "2026-03-31", "2027-03-17", id="SEPA: from the first day of the term to day -14"),
    ],
)
def test_the_window_of_every_default_rule(rule_id: str, first: str, last: str) -> None:
    assert window(bound_by(RULES[rule_id]), rule_id) == (first, last)


def test_every_default_rule_has_its_window_checked() -> None:
    marks = test_the_window_of_every_default_rule.pytestmark  # type: ignore[attr-defined]
    assert {case.values[0] for mark in marks for case in mark.args[1]} == set(RULES)
    assert len(RULES) == len(DEFAULT_RULES) == 13


@pytest.mark.parametrize(
    ("renews_on", "first", "last"),
    [
        pytest.param(date(2027, 5, 31), "2027-02-28", "2027-04-30", id="months without a 31st"),
        pytest.param(date(2028, 5, 31), "2028-02-29", "2028-04-30", id="a leap year"),
        pytest.param(date(2028, 3, 29), "2027-12-29", "2028-02-29", id="one month before 29 March of a leap year"),
        pytest.param(date(2027, 3, 29), "2026-12-29", "2027-02-28", id="one month before 29 March of another"),
        pytest.param(date(2027, 1, 1), "2026-10-01", "2026-12-01", id="across the year"),
    ],
)
def test_calendar_months_end_on_the_last_day_of_a_short_month(renews_on: date, first: str, last: str) -> None:
    sub = bound_by(RULES["fr-l215-1"], renews_on=renews_on, anchor_day=renews_on.day)
    assert window(sub, "fr-l215-1") == (first, last)


def test_days_before_the_charge_count_from_its_own_local_day() -> None:
    late = policy(charge_time=policy().charge_time.replace(hour=23), charge_spread_seconds=7200)
    overnight = replace(bound_by(RULES["sepa-core"]), policy=late, number="S-4")
    assert window(overnight, "sepa-core") == ("2026-03-31", "2027-03-18")


@pytest.mark.parametrize(
    ("earliest", "latest"), [pytest.param(10, 20, id="backwards"), pytest.param(10, 0, id="on the day itself")]
)
def test_days_that_make_no_window_are_refused(earliest: int, latest: int) -> None:
    with pytest.raises(ValueError, match="earliest"):
        rule(earliest=earliest, latest=latest)


# --- whom a rule binds ------------------------------------------------------------------------------------------------

CALIFORNIA = {"country": "US", "region": "US-CA", "audience": Audience.CONSUMER}


@pytest.mark.parametrize(
    ("rule_id", "changes", "expected"),
    [
        pytest.param("us-ca-17602", CALIFORNIA, True, id="a consumer in California"),
        pytest.param("us-ca-17602", {**CALIFORNIA, "region": "US-NY"}, False, id="another state"),
        pytest.param("us-ca-17602", {**CALIFORNIA, "region": None}, False, id="no state known"),
        pytest.param("us-ca-17602", {**CALIFORNIA, "audience": Audience.BUSINESS}, False, id="a business there"),
        pytest.param("us-ca-17602", {**CALIFORNIA, "auto_renew": False}, False, id="auto-renew off"),
        pytest.param("us-ca-17602", {**CALIFORNIA, "method": None}, False, id="nothing to charge"),
        pytest.param("us-ca-17602", {**CALIFORNIA, "term": Term.MONTH}, False, id="a monthly term"),
        pytest.param("us-ca-17602", {**CALIFORNIA, "term": Term.THREE_YEARS}, True, id="three years"),
        pytest.param(
            "us-ca-17602", {**CALIFORNIA, "pending_term": Term.MONTH}, True, id="the running term counts, not the next"
        ),
        pytest.param("us-co-6-1-732", {"country": "US", "region": "US-CO"}, True, id="Colorado binds businesses"),
        pytest.param("us-wi-134.49", {"country": "US", "region": "US-WI"}, False, id="Wisconsin: a year is too short"),
        pytest.param(
            "us-wi-134.49", {"country": "US", "region": "US-WI", "term": Term.THREE_YEARS}, True, id="three years not"
        ),
        pytest.param(
            "fr-l215-1", {"audience": Audience.CONSUMER, "region": "FR-75"}, True, id="a country binds regions"
        ),
        pytest.param("fr-l215-1", {}, False, id="a French business"),
        pytest.param("visa-renewal", {}, True, id="a card"),
        pytest.param("visa-renewal", {"method": method(MethodKind.PAYPAL)}, False, id="PayPal is no card"),
        pytest.param("visa-renewal", {"term": Term.MONTH}, False, id="a monthly card"),
        pytest.param("sepa-core", {}, False, id="a card is no debit"),
        pytest.param("sepa-core", {"method": method(MethodKind.DIRECT_DEBIT)}, True, id="a debit in euro"),
        pytest.param(
            "sepa-core", {"method": method(MethodKind.DIRECT_DEBIT), "currency": "GBP"}, False, id="a debit in pounds"
        ),
        pytest.param(
            "sepa-core", {"method": method(MethodKind.DIRECT_DEBIT), "term": Term.MONTH}, True, id="a monthly debit"
        ),
    ],
)
def test_whom_a_rule_binds(rule_id: str, changes: dict[str, Any], expected: bool) -> None:
    assert binds(RULES[rule_id], subscription(**changes)) is expected


@pytest.mark.parametrize(
    ("effective_on", "starts_on", "expected"),
    [
        pytest.param(date(2027, 3, 16), START_OF_TERM, ["test"], id="in force on the last day of the window"),
        pytest.param(date(2027, 3, 17), START_OF_TERM, [], id="in force the day after: nothing was owed"),
        pytest.param(None, date(2027, 3, 16), ["test"], id="a term that begins on the last day of the window"),
        pytest.param(None, date(2027, 3, 17), [], id="a term that was bought after it"),
    ],
)
def test_a_window_that_was_over_before_it_could_matter_demands_nothing(
    effective_on: date | None, starts_on: date, expected: list[str]
) -> None:
    sub = subscription(legal_rules=(rule(effective_on=effective_on),), starts_on=starts_on)
    assert [duty.rule.id for duty in duties(sub)] == expected


# --- the default policy meets every default rule ----------------------------------------------------------------------

DAYS = [date(2026, 1, 1) + timedelta(days=days) for days in range((date(2032, 1, 1) - date(2026, 1, 1)).days)]


@pytest.mark.parametrize("rule_id", [pytest.param(rule_id, id=rule_id) for rule_id in RULES])
def test_the_default_days_meet_every_default_rule_on_every_renewal_date(rule_id: str) -> None:
    each = replace(RULES[rule_id], effective_on=None)
    sub = replace(bound_by(each), legal_rules=(each,), starts_on=date(2020, 1, 1))
    for day in DAYS:
        (duty,) = duties(replace(sub, renews_on=day))
        assert unmet([duty], [day - timedelta(days=before) for before in (38, 28, 7)]) == ()


def test_neither_mail_alone_would_do() -> None:
    """The tests around this one can fail: without 38, or without 28, some rule has no notice."""
    every = [duty for each in DEFAULT_RULES for duty in duties(bound_by(each)) if duty.rule is each]
    renewal = date(2027, 3, 31)
    missing = [
        {duty.rule.id for duty in unmet(every, [renewal - timedelta(days=before) for before in days])}
        for days in ((28, 7), (38, 7))
    ]
    assert missing[0] == {"us-va-59.1-207.46", "us-il-601-10", "us-de-renewal", "fr-l215-1"}
    assert missing[1] == {"us-ny-5-903"}


@given(
    renews_on=st.dates(date(2026, 1, 1), date(2031, 12, 31)),
    place=st.sampled_from(sorted({each.jurisdiction for each in DEFAULT_RULES} | {"JP", "US-TX"})),
    audience=st.sampled_from(Audience),
    term=st.sampled_from(Term),
    kind=st.sampled_from([MethodKind.CARD, MethodKind.PAYPAL, MethodKind.DIRECT_DEBIT]),
    zone=st.sampled_from(["Europe/Paris", "America/Los_Angeles", "Pacific/Apia"]),
)
def test_the_default_rules_change_no_default_calendar(
    renews_on: date, place: str, audience: Audience, term: Term, kind: MethodKind, zone: str
) -> None:
    country = place[:2].upper() if place not in ("card", "sepa") else "DE"
    starts_on = date(renews_on.year - 4, 1, 1) if term is not Term.MONTH else renews_on - timedelta(days=28)
    sub = subscription(
        country=country,
        region=place if "-" in place else None,
        audience=audience,
        term=term,
        method=method(kind),
        time_zone=zone,
        starts_on=starts_on,
        renews_on=renews_on,
        anchor_day=renews_on.day,
    )
    bound = replace(sub, legal_rules=tuple(replace(each, effective_on=None) for each in DEFAULT_RULES))
    assert dated_notices(bound) == dated_notices(sub)
    assert {duty.rule.id for duty in duties(bound)} <= {"sepa-core"} or term is not Term.MONTH


# --- the fewest notices -----------------------------------------------------------------------------------------------


def duty(first: int, last: int) -> Duty:
    """A window in March 2027."""
    return Duty(rule(id=f"{first}-{last}"), date(2027, 3, first), date(2027, 3, last))


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        pytest.param([], [], id="nothing missing"),
        pytest.param([(5, 20)], [(5, 20)], id="one: on its first day"),
        pytest.param([(5, 20), (10, 15)], [(10, 15)], id="two that overlap: the first day of both"),
        pytest.param([(1, 5), (5, 9)], [(5, 5)], id="a single common day"),
        pytest.param([(1, 5), (6, 9)], [(1, 5), (6, 9)], id="two apart"),
        pytest.param([(1, 10), (3, 30), (12, 20)], [(3, 10), (12, 20)], id="the long one goes with the earlier"),
        pytest.param([(12, 20), (1, 10), (3, 30)], [(3, 10), (12, 20)], id="in whatever order"),
    ],
)
def test_the_fewest_days_each_as_early_as_possible(
    missing: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    found = list(fewest([duty(first, last) for first, last in missing]))
    assert found == [AddedNotice(date(2027, 3, on), date(2027, 3, last_on)) for on, last_on in expected]


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 5)), max_size=6))
def test_they_meet_every_duty_with_as_few_days_as_can_be(spans: list[tuple[int, int]]) -> None:
    missing = [duty(first, first + length) for first, length in spans]
    days = [added.on for added in fewest(missing)]
    assert unmet(missing, days) == ()
    every_day = [date(2027, 3, day) for day in range(1, 18)]
    fewer = (chosen for chosen in combinations(every_day, len(days) - 1) if not unmet(missing, chosen)) if days else ()
    assert next(iter(fewer), None) is None


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 5)), max_size=6), st.integers(0, 5))
def test_they_still_meet_every_duty_when_resends_take_until_the_last_day(
    spans: list[tuple[int, int]], late: int
) -> None:
    missing = [duty(first, first + length) for first, length in spans]
    sent = [min(added.on + timedelta(days=late), added.last_on) for added in fewest(missing)]
    assert unmet(missing, sent) == ()


# --- the calendar of a term -------------------------------------------------------------------------------------------

FRENCH = {"audience": Audience.CONSUMER, "legal_rules": (RULES["fr-l215-1"],)}


@pytest.mark.parametrize(
    ("sub", "expected"),
    [
        pytest.param(
            subscription(**FRENCH, policy=policy(advance_notice_days=(28, 7))),
            [("90", "2026-12-31"), ("28", "2027-03-03"), ("7", "2027-03-24")],
            id="a policy that meets no duty gets a notice",
        ),
        pytest.param(
            subscription(**FRENCH),
            [("38", "2027-02-21"), ("28", "2027-03-03"), ("7", "2027-03-24")],
            id="one that does",
        ),
        pytest.param(
            subscription(legal_rules=(rule(earliest=25, latest=18), rule(id="other", earliest=20, latest=10))),
            [("38", "2027-02-21"), ("28", "2027-03-03"), ("20", "2027-03-11"), ("7", "2027-03-24")],
            id="one for two rules",
        ),
        pytest.param(
            monthly(legal_rules=(rule(earliest=10, latest=9),)),
            [("10", "2027-04-05"), ("7", "2027-04-08")],
            id="monthly",
        ),
        pytest.param(
            monthly(legal_rules=(rule(earliest=45, latest=30),)),
            [("31", "2027-03-15"), ("7", "2027-04-08")],
            id="never before the term began",
        ),
        pytest.param(
            subscription(**FRENCH, owes_from=utc("2027-02-25T08:00")),
            [("38", "2027-02-21"), ("34", "2027-02-25"), ("28", "2027-03-03"), ("7", "2027-03-24")],
            id="what a command owes no more is made up for, the same morning",
        ),
        pytest.param(
            subscription(**FRENCH, owes_from=utc("2027-02-25T08:00:01")),
            [("38", "2027-02-21"), ("33", "2027-02-26"), ("28", "2027-03-03"), ("7", "2027-03-24")],
            id="a second later: the next morning",
        ),
        pytest.param(
            subscription(**FRENCH, owes_from=utc("2027-02-25T08:00"), advance_noticed_on=(date(2027, 2, 21),)),
            [("38", "2027-02-21"), ("28", "2027-03-03"), ("7", "2027-03-24")],
            id="but not what was sent",
        ),
        pytest.param(
            subscription(**FRENCH, owes_from=utc("2027-03-01T00:00")),
            [("38", "2027-02-21"), ("28", "2027-03-03"), ("7", "2027-03-24")],
            id="nor what is too late",
        ),
    ],
)
def test_the_charge_notices_of_a_term(sub: Subscription, expected: list[tuple[str, str]]) -> None:
    assert advance_notices(sub) == expected


def test_nothing_is_added_for_a_term_that_nobody_charges() -> None:
    manual = subscription(auto_renew=False, legal_rules=(rule(earliest=25, latest=18),))
    assert added_notices(manual, []) == ()
    assert advance_notices(manual) == []


def test_an_added_notice_is_not_sent_once_its_window_is_over() -> None:
    sub = subscription(
        phase=Phase.RENEWABLE,
        legal_rules=(rule(earliest=25, latest=18),),
        recorded=frozenset({(Kind.WINDOW_OPEN, "90"), *((Kind.ADVANCE_CHARGE_NOTICE, day) for day in ("38", "28"))}),
    )
    at_last = due_notices(sub, utc("2027-03-13T22:59:59"))
    assert [notice.occasion for notice in at_last.send] == ["25"]
    too_late = due_notices(sub, utc("2027-03-13T23:00"))
    assert ([notice.occasion for notice in too_late.send], [notice.occasion for notice in too_late.miss]) == (
        [],
        ["25"],
    )


# --- is every duty met? -----------------------------------------------------------------------------------------------

NARROW = rule(earliest=40, latest=35)
DONE_BY_38 = frozenset({(Kind.WINDOW_OPEN, "90"), (Kind.ADVANCE_CHARGE_NOTICE, "38")})


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        pytest.param({}, "2027-01-10T00:00", (None, "2027-02-21"), id="planned"),
        pytest.param(
            {"recorded": DONE_BY_38, "advance_noticed_on": (date(2027, 2, 21),)},
            "2027-02-22T00:00",
            ("2027-02-21", None),
            id="sent",
        ),
        pytest.param({"recorded": DONE_BY_38}, "2027-02-22T00:00", (None, None), id="failed"),
        pytest.param(
            {"recorded": DONE_BY_38, "advance_noticed_on": (date(2027, 2, 25),)},
            "2027-02-26T00:00",
            (None, None),
            id="sent too late",
        ),
        pytest.param({}, "2027-02-24T12:00", (None, "2027-02-24"), id="overdue, and sent in time today"),
        pytest.param({}, "2027-02-24T23:00", (None, None), id="overdue, and sent too late today"),
        pytest.param({"mails_paused": True}, "2027-01-10T00:00", (None, "2027-02-21"), id="paused mails go on"),
    ],
)
def test_what_meets_a_duty(changes: dict[str, Any], now: str, expected: tuple[str | None, str | None]) -> None:
    sub = subscription(**{"phase": Phase.RENEWABLE, "legal_rules": (NARROW,), **changes})
    (found,) = standings(sub, utc(now))
    days = tuple(day.isoformat() if day else None for day in (found.sent_on, found.planned_on))
    assert days == expected
    assert found.is_missing is (days == (None, None))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"paid_ahead": paid_ahead()}, id="paid ahead"),
        pytest.param({"auto_renew": False}, id="auto-renew off"),
        pytest.param({"phase": Phase.EXPIRED}, id="expired"),
        pytest.param({"legal_rules": ()}, id="no rules"),
    ],
)
def test_where_no_charge_is_coming_nothing_is_owed(changes: dict[str, Any]) -> None:
    sub = subscription(**{"phase": Phase.RENEWABLE, "legal_rules": (NARROW,), **changes})
    assert standings(sub, utc("2027-02-24T23:00")) == ()


def test_a_warning_names_rule_window_and_what_to_do_and_stays_the_same() -> None:
    sub = subscription(phase=Phase.RENEWABLE, legal_rules=(NARROW, rule(id="easy")))
    said = [warning(sub, standings(sub, utc(now))) for now in ("2027-01-10T00:00", "2027-02-25T00:00")]
    assert said[0] is None
    assert said[1] == (
        "No charge notice meets test (2027-02-19 to 2027-02-24). Write to the buyer yourself and keep the proof, or "
        "cancel auto-renew so that the term from 2027-03-31 is not charged."
    )
    gone = replace(sub, recorded=DONE_BY_38)
    assert warning(gone, standings(gone, utc("2027-02-27T00:00"))) == said[1]


def test_months_are_a_unit_of_their_own() -> None:
    months = rule(earliest=2, latest=1, unit=Unit.MONTH)
    sub = subscription(legal_rules=(months,))
    assert window(sub, "test") == ("2027-01-31", "2027-02-28")
