"""`make bench`: measure everything side by side, and write each part's table to docs/benchmarks.md.

Speed is told in ratios of two things that were measured in the same run on the same machine. Exit status 1 when a
figure is out of its bounds.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic

from rich.console import Console

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
    year,
)
from benchmarks.figures import Figure, machine, number, table

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
OUT = Console(width=120, highlight=False)

MEASURES: dict[str, Callable[..., Awaitable[list[Figure]]]] = {
    "year": year.measure,
    "renewal-day": renewal_day.measure,
    "starts": starting.measure,
    "import": importing.measure,
    "forecast": forecasting.measure,
    "memory": memory.measure,
    "mails": mailing.measure,
    "rehearsal": rehearsing.measure,
    "commands": commanding.measure,
    "bulk": bulk.measure,
    "pages": paging.measure,
}
"""How each part is measured; given the sizes of a crowd, with that one instead of its own."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=MEASURES, help="one of them; the tables of the others stay")
    only = parser.parse_args().only
    sys.exit(asyncio.run(_run([only] if only else list(MEASURES))))


async def _run(names: list[str]) -> int:
    hold = True
    for name in names:
        started = monotonic()
        figures = await MEASURES[name]()
        for each in figures:
            wanted = f" ({each.demand})" if each.demand else ""
            OUT.print(
                f"{each.what}: {number(each.value)}{wanted}; {each.parts}", style="" if each.holds else "bold red"
            )
        OUT.print(f"[dim]{name}: {monotonic() - started:.0f} s[/dim]")
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), name, figures), encoding="utf-8")
        hold = hold and all(each.holds for each in figures)
    OUT.print(f"Written to {PAGE.relative_to(Path.cwd())}.")
    return 0 if hold else 1


def with_table(page: str, name: str, figures: Sequence[Figure]) -> str:
    """The page with what was measured of one part, between its two marks."""
    begin, end = f"<!-- {name}: -->\n", f"<!-- :{name} -->\n"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{table(figures)}\nMeasured on {machine()}.\n{end}{after}"


if __name__ == "__main__":
    main()
