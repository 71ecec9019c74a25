"""`make bench`: measure everything side by side, and write the table to docs/benchmarks.md.

Speed is told in ratios of two things that were measured in the same run on the same machine. Exit status 1 when a
figure is out of its bounds.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
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
BEGIN, END = "<!-- measured: -->\n", "<!-- :measured -->\n"
OUT = Console(width=120, highlight=False)

MEASURES: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=MEASURES, help="one of them; the page is left as it is")
    only = parser.parse_args().only
    sys.exit(asyncio.run(_run([only] if only else list(MEASURES), write=only is None)))


async def _run(names: list[str], *, write: bool) -> int:
    figures: list[Figure] = []
    for name in names:
        started = monotonic()
        measured = await MEASURES[name]()
        for each in measured:
            wanted = f" ({each.demand})" if each.demand else ""
            OUT.print(
                f"{each.what}: {number(each.value)}{wanted}; {each.parts}", style="" if each.holds else "bold red"
            )
        OUT.print(f"[dim]{name}: {monotonic() - started:.0f} s[/dim]")
        figures += measured
    if write:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        _, _, after = rest.partition(END)
        result = f"Measured on {machine()}, in one run.\n\n{table(figures)}"
        PAGE.write_text(f"{before}{BEGIN}{result}{END}{after}", encoding="utf-8")
        OUT.print(f"Written to {PAGE.relative_to(Path.cwd())}.")
    return 0 if all(each.holds for each in figures) else 1


if __name__ == "__main__":
    main()
