"""Tables of a page, and the check that no name stands in one without its meaning."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class NoWords(Exception):
    """The code has a name that is not explained here; the text says which and where."""


def check_words(words: Mapping[Any, object], names: Iterable[str], what: str) -> None:
    missing = sorted(set(names) - set(words))
    if missing:
        raise NoWords(f"{what} {', '.join(missing)}: say what it means in docs/explained.py.")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; `|` and line ends in a cell are made harmless."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(str(cell)) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
