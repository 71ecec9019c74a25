"""Two timelines beside each other, down to the first line that differs."""

from itertools import zip_longest
from pathlib import Path

HOW_TO_ACCEPT = "If this is meant: python -m tests.histories.record -k {life}, then read the difference and commit it."


def same(found: str, expected: str, file: Path) -> None:
    """Fail with the first line that differs and the lines before it, and say how to accept a change that is meant."""
    lines = list(zip_longest(found.splitlines(), expected.splitlines()))
    for n, (now, before) in enumerate(lines):
        if now != before:
            context = "".join(f"    {line}\n" for line, _ in lines[max(n - 3, 0) : n])
            raise AssertionError(
                f"{file.name}: the timeline is another.\n{context}  - {before or 'the end'}\n  + {now or 'the end'}\n"
                + HOW_TO_ACCEPT.format(life=file.stem)
            )
