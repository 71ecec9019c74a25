"""Days on the command line: written as in the files of an import, and within reach of where a clock stands."""

from datetime import date

import typer

from portfolio import fields
from renewals.calendar import add_months

AS_WRITTEN = "YYYY-MM-DD"
"""How a day is written, for the help of an option."""

_FARTHEST_YEARS = 30
"""Farther ahead nobody plans, while each year costs a walk or a play of all that is due in it."""


def day(text: str) -> date:
    """The day that an option names. Raises `typer.BadParameter`."""
    try:
        return fields.day(text)
    except ValueError as wrong:
        raise typer.BadParameter(f"the day {wrong}") from None


def within_reach(until: date, start: date, option: str) -> None:
    """Refuse a day that lies too far beyond `start`. Raises `typer.BadParameter`."""
    farthest = add_months(start, 12 * _FARTHEST_YEARS, start.day)
    if until > farthest:
        raise typer.BadParameter(
            f"{until} lies more than {_FARTHEST_YEARS} years after {start}; name {farthest} or an earlier day.",
            param_hint=option,
        )
