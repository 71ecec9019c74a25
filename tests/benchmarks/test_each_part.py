"""Each part of `make bench` still measures: with a crowd that is small here, and to the figures."""

import pytest

from benchmarks.__main__ import MEASURES

SMALL = {
    "renewal-day": (4,),
    "starts": (4, 8),
    "import": (20,),
    "forecast": (4, 8),
    "memory": (10, 0),
    "mails": (20, 5),
    "rehearsal": (2,),
    "commands": (3,),
    "bulk": (3,),
    "pages": (500, 400, 1),
}
"""What each part is given here."""


@pytest.mark.parametrize("part", SMALL)
async def test_it_measures(part: str) -> None:
    figures = await MEASURES[part](*SMALL[part])
    assert figures
    assert all(figure.value > 0 for figure in figures)


def test_none_is_left_out() -> None:
    """A year of one subscription is measured by tests/workflows/test_a_term_in_temporal.py."""
    assert {*SMALL, "year"} == set(MEASURES)
