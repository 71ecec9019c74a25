"""domain.md 2: anchored terms, local instants, DST, import anchors."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewals.calendar import add_months, anchor_of_import, at_local, local_date, midnight, term_end, zone
from renewals.facts import Term
from tests.renewals.builders import utc


@pytest.mark.parametrize(
    ("starts_on", "anchor_day", "ends"),
    [
        pytest.param(
            date(2027, 1, 31),
            31,
            ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30", "2027-07-31", "2027-08-31"],
            id="anchor 31 of an ordinary year",
        ),
        pytest.param(date(2028, 1, 31), 31, ["2028-02-29", "2028-03-31", "2028-04-30"], id="anchor 31 of a leap year"),
        pytest.param(date(2027, 1, 30), 30, ["2027-02-28", "2027-03-30", "2027-04-30"], id="anchor 30"),
        pytest.param(date(2028, 1, 30), 30, ["2028-02-29", "2028-03-30"], id="anchor 30 of a leap year"),
        pytest.param(date(2027, 1, 29), 29, ["2027-02-28", "2027-03-29"], id="anchor 29 of an ordinary year"),
        pytest.param(date(2028, 1, 29), 29, ["2028-02-29", "2028-03-29"], id="anchor 29 of a leap year"),
        pytest.param(date(2028, 1, 28), 28, ["2028-02-28", "2028-03-28"], id="anchor 28 never moves"),
        pytest.param(date(2026, 12, 31), 31, ["2027-01-31", "2027-02-28"], id="over the turn of the year"),
    ],
)
def test_monthly_terms_end_on_the_anchor_day_or_the_last_day_of_a_shorter_month(
    starts_on: date, anchor_day: int, ends: list[str]
) -> None:
    found = []
    for _ in ends:
        starts_on = term_end(starts_on, Term.MONTH, anchor_day)
        found.append(starts_on.isoformat())
    assert found == ends


@pytest.mark.parametrize(
    ("starts_on", "term", "anchor_day", "ends"),
    [
        pytest.param(
            date(2024, 2, 29),
            Term.YEAR,
            29,
            ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"],
            id="29 February yearly comes back in the next leap year",
        ),
        pytest.param(
            date(2024, 2, 29),
            Term.THREE_YEARS,
            29,
            ["2027-02-28", "2030-02-28", "2033-02-28", "2036-02-29"],
            id="S-1009",
        ),
        pytest.param(date(2097, 2, 28), Term.THREE_YEARS, 29, ["2100-02-28"], id="2100 is no leap year"),
        pytest.param(date(2397, 2, 28), Term.THREE_YEARS, 29, ["2400-02-29"], id="2400 is one"),
        pytest.param(date(2026, 3, 31), Term.YEAR, 31, ["2027-03-31", "2028-03-31"], id="S-1001"),
    ],
)
def test_longer_terms_end_on_the_anchor_day(starts_on: date, term: Term, anchor_day: int, ends: list[str]) -> None:
    found = []
    for _ in ends:
        starts_on = term_end(starts_on, term, anchor_day)
        found.append(starts_on.isoformat())
    assert found == ends


@pytest.mark.parametrize(
    ("terms", "end"),
    [
        pytest.param([Term.MONTH, Term.MONTH], date(2028, 3, 31), id="month then month"),
        pytest.param([Term.MONTH, Term.YEAR], date(2029, 2, 28), id="month then year keeps 31"),
        pytest.param([Term.MONTH, Term.YEAR, Term.MONTH], date(2029, 3, 31), id="and back to monthly"),
        pytest.param([Term.THREE_YEARS, Term.MONTH], date(2031, 2, 28), id="three years then month"),
    ],
)
def test_a_term_change_keeps_the_anchor_day(terms: list[Term], end: date) -> None:
    day = date(2028, 1, 31)
    for term in terms:
        day = term_end(day, term, anchor_day=31)
    assert day == end


def test_months_are_counted_backwards_from_the_anchor_too() -> None:
    assert add_months(date(2027, 2, 28), -12, anchor_day=29) == date(2026, 2, 28)
    assert add_months(date(2027, 2, 28), -36, anchor_day=29) == date(2024, 2, 29)
    assert add_months(date(2027, 1, 31), -2, anchor_day=31) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("starts_on", "renews_on", "anchor_day"),
    [
        pytest.param(date(2024, 2, 29), date(2027, 2, 28), 29, id="S-1009: a leap day"),
        pytest.param(date(2026, 10, 31), date(2026, 11, 30), 31, id="S-1002: the last day of October, monthly"),
        pytest.param(date(2026, 3, 31), date(2027, 3, 31), 31, id="S-1001"),
        pytest.param(date(2026, 2, 28), date(2027, 2, 28), 28, id="S-1003: a start day that is no larger"),
        pytest.param(date(2026, 10, 5), date(2026, 11, 30), 30, id="co-termed: smaller start day"),
        pytest.param(date(2026, 10, 31), date(2026, 11, 29), 29, id="renews before the month's last day"),
        pytest.param(date(2026, 1, 31), date(2028, 2, 28), 28, id="28 February of a leap year is not its last day"),
        pytest.param(date(2026, 1, 31), date(2028, 2, 29), 31, id="29 February of a leap year is"),
        pytest.param(date(2026, 1, 30), date(2027, 2, 28), 30, id="30 January to the end of February"),
    ],
)
def test_an_import_without_anchor_day_gets_it_from_its_dates(starts_on: date, renews_on: date, anchor_day: int) -> None:
    assert anchor_of_import(starts_on, renews_on) == anchor_day


@pytest.mark.parametrize(
    ("zone_name", "local", "instant"),
    [
        pytest.param("Europe/Paris", "2027-03-28T02:00", "2027-03-28T01:00", id="Paris, first moment of the gap"),
        pytest.param("Europe/Paris", "2027-03-28T02:59:59", "2027-03-28T01:00", id="Paris, last second of the gap"),
        pytest.param("Europe/Paris", "2027-03-28T03:00", "2027-03-28T01:00", id="Paris, after the gap"),
        pytest.param("Europe/Paris", "2027-03-28T01:59:59", "2027-03-28T00:59:59", id="Paris, before the gap"),
        pytest.param("America/New_York", "2027-03-14T02:30", "2027-03-14T07:00", id="New York"),
        pytest.param("America/Los_Angeles", "2027-03-14T02:30", "2027-03-14T10:00", id="Los Angeles"),
        pytest.param("Australia/Sydney", "2027-10-03T02:30", "2027-10-02T16:00", id="Sydney"),
        pytest.param("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:30", id="Lord Howe, half an hour"),
        pytest.param(
            "Australia/Lord_Howe", "2027-10-03T02:30", "2027-10-02T15:30", id="Lord Howe, after its half hour"
        ),
        pytest.param("Pacific/Apia", "2011-12-30T00:00", "2011-12-30T10:00", id="Apia, midnight of the skipped day"),
        pytest.param("Pacific/Apia", "2011-12-30T06:00", "2011-12-30T10:00", id="Apia, in the skipped day"),
        pytest.param("Pacific/Apia", "2011-12-30T23:59:59", "2011-12-30T10:00", id="Apia, end of the skipped day"),
        pytest.param("Africa/Cairo", "2027-04-30T00:30", "2027-04-29T22:00", id="Cairo, no midnight"),
        pytest.param("Asia/Beirut", "2027-03-28T00:00", "2027-03-27T22:00", id="Beirut, no midnight"),
        pytest.param("America/Santiago", "2027-09-05T00:00", "2027-09-05T04:00", id="Santiago, no midnight"),
        pytest.param("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00", id="São Paulo 2018, no midnight"),
        pytest.param("America/Havana", "2026-03-08T00:30", "2026-03-08T05:00", id="Havana, no midnight"),
        pytest.param("Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T02:00", id="Casablanca after Ramadan"),
        pytest.param("Antarctica/Troll", "2027-03-28T02:00", "2027-03-28T01:00", id="Troll, two hours"),
    ],
)
def test_a_local_time_in_a_gap_is_the_first_instant_after_it(zone_name: str, local: str, instant: str) -> None:
    wall = datetime.fromisoformat(local)
    assert at_local(wall.date(), wall.time(), zone_name) == utc(instant)


@pytest.mark.parametrize(
    ("zone_name", "local", "instant"),
    [
        pytest.param("Europe/Paris", "2027-10-31T02:30", "2027-10-31T00:30", id="Paris"),
        pytest.param("Europe/London", "2027-10-31T01:30", "2027-10-31T00:30", id="London"),
        pytest.param("America/New_York", "2027-11-07T01:30", "2027-11-07T05:30", id="New York"),
        pytest.param("America/St_Johns", "2027-11-07T01:30", "2027-11-07T04:00", id="St John's"),
        pytest.param("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45", id="Lord Howe, half an hour"),
        pytest.param("America/Havana", "2027-11-07T00:00", "2027-11-07T04:00", id="Havana, two midnights"),
        pytest.param("Asia/Beirut", "2027-10-30T23:30", "2027-10-30T20:30", id="Beirut"),
        pytest.param("Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30", id="Casablanca before Ramadan"),
    ],
)
def test_a_local_time_that_exists_twice_is_the_first(zone_name: str, local: str, instant: str) -> None:
    wall = datetime.fromisoformat(local)
    assert at_local(wall.date(), wall.time(), zone_name) == utc(instant)


@pytest.mark.parametrize(
    ("zone_name", "local", "instant"),
    [
        pytest.param("Asia/Tokyo", "2027-04-30T00:00", "2027-04-29T15:00", id="Tokyo"),
        pytest.param("Asia/Kathmandu", "2027-04-30T06:00", "2027-04-30T00:15", id="Kathmandu, three quarters"),
        pytest.param("Pacific/Kiritimati", "2027-01-01T00:00", "2026-12-31T10:00", id="Kiritimati, first of all"),
        pytest.param("America/Vancouver", "2026-07-01T06:00", "2026-07-01T13:00", id="Vancouver, summer of 2026"),
        pytest.param(
            "America/Vancouver", "2027-01-15T06:00", "2027-01-15T13:00", id="Vancouver stays at UTC-7 from 2026"
        ),
        pytest.param("America/Vancouver", "2026-01-15T06:00", "2026-01-15T14:00", id="Vancouver, last winter at UTC-8"),
        pytest.param("Africa/Casablanca", "2027-01-15T06:00", "2027-01-15T06:00", id="Casablanca leaves UTC+1 in 2026"),
        pytest.param("UTC", "2027-03-28T02:30", "2027-03-28T02:30", id="UTC"),
    ],
)
def test_an_ordinary_local_time_follows_the_rules_of_the_pinned_tzdata(
    zone_name: str, local: str, instant: str
) -> None:
    wall = datetime.fromisoformat(local)
    assert at_local(wall.date(), wall.time(), zone_name) == utc(instant)


def test_the_host_has_no_say_in_zone_rules() -> None:
    assert zoneinfo.TZPATH == ()


def test_a_day_is_as_long_as_its_zone_makes_it() -> None:
    def hours(day: date, zone_name: str) -> float:
        return (midnight(day + timedelta(days=1), zone_name) - midnight(day, zone_name)) / timedelta(hours=1)

    assert hours(date(2027, 3, 28), "Europe/Paris") == 23
    assert hours(date(2027, 10, 31), "Europe/Paris") == 25
    assert hours(date(2027, 4, 4), "Australia/Lord_Howe") == 24.5
    assert hours(date(2011, 12, 30), "Pacific/Apia") == 0


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Mars/Olympus", id="unknown"),
        pytest.param("", id="empty"),
        pytest.param("Europe", id="a folder"),
        pytest.param("../etc/passwd", id="a path"),
        pytest.param("/etc/localtime", id="an absolute path"),
        pytest.param("Europe/Paris\0", id="a null"),
    ],
)
def test_a_name_that_is_no_zone_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="is not an IANA time zone"):
        zone(name)


def test_the_customers_date_is_that_of_their_zone() -> None:
    just_before_midnight = utc("2027-03-30T21:59:59")
    assert local_date(just_before_midnight, "Europe/Paris") == date(2027, 3, 30)
    assert local_date(just_before_midnight + timedelta(seconds=1), "Europe/Paris") == date(2027, 3, 31)
    assert local_date(just_before_midnight, "Asia/Tokyo") == date(2027, 3, 31)


@given(
    year=st.integers(1999, 2100),
    month=st.integers(1, 12),
    anchor_day=st.integers(1, 31),
    terms=st.lists(st.sampled_from(Term), min_size=60, max_size=60),
)
def test_sixty_terms_tile_without_gap_or_overlap(year: int, month: int, anchor_day: int, terms: list[Term]) -> None:
    start = add_months(date(year, month, 1), 0, anchor_day)
    day, months = start, 0
    for term in terms:
        end = term_end(day, term, anchor_day)
        months += {Term.MONTH: 1, Term.YEAR: 12, Term.THREE_YEARS: 36}[term]
        # Contiguous by construction; anchored: as if one term of all those months had been bought at once.
        assert end == add_months(start, months, anchor_day)
        assert end > day
        next_day = end + timedelta(days=1)
        assert end.day == anchor_day or (end.day < anchor_day and next_day.month != end.month)
        day = end


ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/Los_Angeles",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "America/Vancouver",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Dublin",
    "Europe/Paris",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
]

NAIVE = st.datetimes(datetime.fromisoformat("2009-01-01"), datetime.fromisoformat("2040-12-31"))
WALL_CLOCKS = NAIVE.map(lambda wall: wall.replace(microsecond=0))


@given(zone_name=st.sampled_from(ZONES), wall=WALL_CLOCKS, minutes=st.integers(0, 60 * 26))
def test_at_local_never_runs_backwards(zone_name: str, wall: datetime, minutes: int) -> None:
    later = wall + timedelta(minutes=minutes)
    assert at_local(wall.date(), wall.time(), zone_name) <= at_local(later.date(), later.time(), zone_name)


@given(zone_name=st.sampled_from(ZONES), wall=WALL_CLOCKS)
def test_at_local_answers_that_very_wall_clock_or_the_end_of_the_gap_that_swallowed_it(
    zone_name: str, wall: datetime
) -> None:
    instant = at_local(wall.date(), wall.time(), zone_name)
    rules = ZoneInfo(zone_name)
    shown = instant.astimezone(rules).replace(tzinfo=None)
    if shown == wall:
        assert instant.astimezone(rules).fold == 0
    else:
        before = (instant - timedelta(seconds=1)).astimezone(rules).replace(tzinfo=None)
        assert before < wall < shown


@given(zone_name=st.sampled_from(ZONES), instant=NAIVE)
def test_an_instant_comes_back_from_its_own_wall_clock_unless_that_comes_twice(
    zone_name: str, instant: datetime
) -> None:
    instant = instant.replace(microsecond=0, tzinfo=UTC)
    local = instant.astimezone(ZoneInfo(zone_name))
    back = at_local(local.date(), time(local.hour, local.minute, local.second), zone_name)
    assert back == instant if local.fold == 0 else back < instant
