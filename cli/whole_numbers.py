"""Whole numbers on the command line: plain digits, as in the files of an import. Python would read `1_0` as ten."""

import re

import typer

from portfolio.cells import shaped

AS_WRITTEN = "<int>"
"""How a whole number is called in the help of an option."""

_WHOLE = re.compile(r"-?[0-9]{1,20}")


def whole_number(text: str) -> int:
    """The number that an option names; whether it is in bounds is the command's to say. Raises `typer.BadParameter`."""
    try:
        return int(shaped(_WHOLE, text, "a whole number such as 12"))
    except ValueError as wrong:
        raise typer.BadParameter(f"the number {wrong}") from None
