"""The header line of a CSV file: does it name the columns, each once and no others?"""

from collections.abc import Collection, Iterator, Sequence

from portfolio.cells import many_digits
from renewals.characters import escaped, is_blank

MOST_COLUMNS = 100
TOO_MANY_COLUMNS = f"has too many columns, more than {MOST_COLUMNS}; keep those that the file needs."
_OTHER_DELIMITERS = ";\t|"


def faults_of(
    header: Sequence[str], columns: Collection[str], optional: Collection[str]
) -> Iterator[tuple[str | None, str]]:
    """What is wrong with it: a column, or None of the whole line, and one sentence. `columns` must be there."""
    if len(header) > MOST_COLUMNS:
        yield None, TOO_MANY_COLUMNS
    elif len(header) == 1 and any(other in header[0] for other in _OTHER_DELIMITERS):
        yield None, "its columns are not separated by commas; export the file with commas."
    elif not {*columns, *optional}.intersection(header):
        yield None, f"is no header, but the first line must be {','.join(columns)}"
    else:
        yield from ((name, "is missing in the header; add the column.") for name in columns if name not in header)
        for position, name in enumerate(header):
            if is_blank(name):
                yield None, f"column {position + 1} has no name; name it or remove it."
            elif name not in columns and name not in optional:
                yield _unknown(position, name, f"use {', '.join(columns)}.")
            elif name in header[:position]:
                yield name, "stands in the header twice; keep one of the two columns."


def _unknown(position: int, name: str, use: str) -> tuple[str | None, str]:
    """Never quotes what could be a card number: the line may be one of values."""
    if many_digits(name):
        return None, f"column {position + 1} is no column of this file; {use}"
    shown = escaped(name[:60])
    foreign = next((each for each in name if each.isprintable() and not each.isascii()), None)
    if foreign:  # it may look like a letter of ASCII
        return shown, f"is no column of this file, as it has a U+{ord(foreign):04X}; {use}"
    return shown, f"is no column of this file; {use}"
