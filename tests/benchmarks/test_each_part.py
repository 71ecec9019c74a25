"""Each part of `make bench` still measures: with a crowd that is small here, and to the figures."""

from collections.abc import Awaitable, Callable

import pytest

from benchmarks import (
    bulk,
    commanding,
    forecasting,
    importing,
    mailing,
    memory,
    paging,
    rehearsing,
    renewal_day,
    starting,
)
from benchmarks.__main__ import MEASURES
from benchmarks.figures import Figure

SMALL: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
    "renewal-day": lambda: renewal_day.measure(4),
    "starts": lambda: starting.measure(4, 8),
    "import": lambda: importing.measure(20),
    "forecast": lambda: forecasting.measure(4, 8),
    "memory": lambda: memory.measure(10),
    "mails": lambda: mailing.measure(20, 5),
    "rehearsal": lambda: rehearsing.measure(2),
    "commands": lambda: commanding.measure(3),
    "bulk": lambda: bulk.measure(3),
    "pages": lambda: paging.measure(500, 400, times=1),
}


@pytest.mark.parametrize("part", SMALL)
async def test_it_measures(part: str) -> None:
    figures = await SMALL[part]()
    assert figures
    assert all(figure.value > 0 for figure in figures)


def test_none_is_left_out() -> None:
    """A year of one subscription is measured by tests/workflows/test_a_term_in_temporal.py."""
    assert {*SMALL, "year"} == set(MEASURES)
