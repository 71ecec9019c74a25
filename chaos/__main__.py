"""`make chaos`: every scenario, the table of verdicts, then the random schedules. Exit status 1 on any violation."""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

from rich.console import Console
from rich.table import Table

from chaos.cast import small_cast
from chaos.scenarios import CALM, IN_SHORT, Result, Scenario, run, run_all, scenarios
from chaos.schedules import Report, run_schedules

OUT = Console(width=120)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few scenarios and schedules, about two minutes")
    parser.add_argument("--full", action="store_true", help="servers away for a minute, the product's own timeouts")
    parser.add_argument("--only", help="scenarios with this in their name, and no schedules")
    parser.add_argument("--schedules", type=int, help="how many random fault schedules (200; 10 with --quick)")
    parser.add_argument("--seed", type=int, help="the seed of the first schedule; each further one adds 1")
    parser.add_argument("--at-once", type=int, default=3, help="how many scenarios run at the same time")
    sys.exit(asyncio.run(_run(parser.parse_args())))


async def _run(chosen: argparse.Namespace) -> int:
    schedules = chosen.schedules if chosen.schedules is not None else 10 if chosen.quick else 200
    wanted = [each for each in scenarios(outage=60 if chosen.full else 10) if _is_chosen(each, chosen)]
    failed = await _pull_plugs(wanted, chosen) if wanted else 0
    if schedules and not chosen.only:
        seed = chosen.seed if chosen.seed is not None else secrets.randbelow(1_000_000)
        OUT.print(f"{schedules} random schedules from seed {seed} …")
        report = await run_schedules(seed, schedules)
        _print_report(report)
        failed += bool(report.violations)
    return 1 if failed else 0


def _is_chosen(scenario: Scenario, chosen: argparse.Namespace) -> bool:
    if chosen.only:
        return chosen.only in scenario.name
    if chosen.seed is not None:
        return False
    return not chosen.quick or any(part in scenario.name for part in IN_SHORT)


async def _pull_plugs(wanted: Sequence[Scenario], chosen: argparse.Namespace) -> int:
    """Run the scenarios; how many ended badly."""
    before, cast = monotonic(), small_cast(datetime.now(UTC).date())
    calm = await run(CALM, cast, calm=None, patient=chosen.full)
    _tell(calm)
    results = [calm]
    if not calm.verdict.violations:
        results += await run_all(wanted, cast, calm=calm.story, at_once=chosen.at_once, patient=chosen.full, tell=_tell)
    table = Table("scenario", "verdict", "terms paid", "mails", "doubled", "seconds", title="Pulled plugs")
    for each in results:
        said = "violated" if each.verdict.violations else "agree"
        figures = (each.verdict.paid, each.verdict.mails, each.verdict.doubled, f"{each.seconds:.0f}")
        table.add_row(each.name, said, *map(str, figures))
    OUT.print(table)
    OUT.print(f"{len(results)} scenarios in {monotonic() - before:.0f} s")
    return sum(bool(each.verdict.violations) for each in results)


def _tell(result: Result) -> None:
    OUT.print(f"{result.name}: {'VIOLATED' if result.verdict.violations else 'agree'} ({result.seconds:.0f} s)")
    for violation in result.verdict.violations:
        OUT.print(f"    {violation}", markup=False)
    if result.kept:
        OUT.print(f"    its logs and data are in {result.kept}")


def _print_report(report: Report) -> None:
    OUT.print(
        f"{report.schedules} schedules, {report.lives} lives of {report.subscriptions} subscriptions, "
        f"{report.faults.total()} faults in {report.seconds:.0f} s: "
        + ("violated" if report.violations else "all agree")
    )
    for what, times in sorted(report.faults.items()):
        OUT.print(f"    {times:5} x {what}", markup=False)
    for seed, violation in report.violations:
        OUT.print(f"    --schedules 1 --seed {seed}: {violation}", markup=False)


if __name__ == "__main__":
    main()
