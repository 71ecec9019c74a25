"""The breaker decides on counts alone: on each bound it does not trip, one beyond it does."""

import doctest
from dataclasses import replace

import pytest

import renewals.breaker
from renewals.breaker import Accepted, Bounds, Seen, Tripped, Usual, tripped

BOUNDS = Bounds(least=50, declines_floor=40, declines_factor=300, volume_floor=500, volume_factor=200)
QUIET = Usual(answered=10_000, declined=800, busiest_hour=300, due=100)
"""8 % are declined as a rule: three times that are 24 %, below the floor."""
RISKY = Usual(answered=10_000, declined=2_000, busiest_hour=300, due=100)
"""20 %: three times that are 60 %, above the floor."""
FALLEN = Usual(answered=10_000, declined=4_000, busiest_hour=300, due=100)
"""40 %, as after weeks of declines that were accepted: three times that are more than all."""
NEW = Usual(answered=0, declined=0, busiest_hour=0, due=0)


def test_the_examples_hold() -> None:
    assert doctest.testmod(renewals.breaker).failed == 0


@pytest.mark.parametrize(
    ("declined", "answered", "usual", "trips"),
    [
        pytest.param(40, 100, QUIET, False, id="on the floor"),
        pytest.param(41, 100, QUIET, True, id="one above the floor"),
        pytest.param(60, 100, RISKY, False, id="on three times the usual share"),
        pytest.param(61, 100, RISKY, True, id="one above it"),
        pytest.param(70, 100, FALLEN, False, id="half as many paid as usual, where three times the share are all"),
        pytest.param(71, 100, FALLEN, True, id="fewer than half of them"),
        pytest.param(49, 49, QUIET, False, id="too few to say"),
        pytest.param(50, 50, QUIET, True, id="just enough"),
        pytest.param(20, 50, NEW, False, id="a new installation, on the floor"),
        pytest.param(21, 50, NEW, True, id="a new installation, above it"),
        pytest.param(26, 50, Usual(49, 49, 0, 0), True, id="too few of before say nothing"),
        pytest.param(50, 50, Usual(50, 50, 0, 0), False, id="all were declined before, too"),
        pytest.param(21, 50, Usual(10_000, 0, 0, 0), True, id="none was declined before"),
        pytest.param(80, 100, replace(QUIET, accepted=Accepted(100, 60)), False, id="half as many paid as accepted"),
        pytest.param(81, 100, replace(QUIET, accepted=Accepted(100, 60)), True, id="fewer than half"),
        pytest.param(100, 100, replace(QUIET, accepted=Accepted(100, 99)), True, id="nothing paid at all"),
        pytest.param(40, 100, replace(QUIET, accepted=Accepted(100, 2)), False, id="the floor holds all the same"),
        pytest.param(333_334, 1_000_000, Usual(9, 1, 0, 0), False, id="no rounding, below"),
        pytest.param(400_001, 1_000_000, Usual(9_000_000, 1_000_000, 0, 1_000_000), True, id="no rounding, above"),
    ],
)
def test_declines(declined: int, answered: int, usual: Usual, trips: bool) -> None:
    seen = Seen(tries=0, answered=answered, declined=declined)
    assert tripped(seen, usual, BOUNDS) is (Tripped.DECLINES if trips else None)


@pytest.mark.parametrize(
    ("tries", "usual", "trips"),
    [
        pytest.param(500, NEW, False, id="on the floor"),
        pytest.param(501, NEW, True, id="above the floor"),
        pytest.param(600, QUIET, False, id="on twice the busiest hour"),
        pytest.param(601, QUIET, True, id="above it"),
        pytest.param(100_000, Usual(0, 0, 300, 100_000), False, id="a month's end: as many as are due"),
        pytest.param(200_000, Usual(0, 0, 300, 100_000), False, id="each of them twice"),
        pytest.param(200_001, Usual(0, 0, 300, 100_000), True, id="more than twice"),
    ],
)
def test_volume(tries: int, usual: Usual, trips: bool) -> None:
    assert tripped(Seen(tries, 0, 0), usual, BOUNDS) is (Tripped.VOLUME if trips else None)


def test_declines_are_named_first_where_both_are_beyond_their_bounds() -> None:
    assert tripped(Seen(tries=1000, answered=1000, declined=1000), NEW, BOUNDS) is Tripped.DECLINES
