"""`python -m chaos.perennial --die-at POINT … worker`: the `perennial` command as a process whose plug is pulled."""

import argparse
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

from chaos.haste import haste, watch_closely
from chaos.points import POINTS, arm


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--die-at", choices=sorted(POINTS), help="the point at which the process ends")
    parser.add_argument("--nth", type=int, default=1, help="at which passing of it")
    parser.add_argument("--alone", type=Path, metavar="FILE", help="only where no other process with this file did")
    parser.add_argument("--freeze", action="store_true", help="freeze there instead (SIGSTOP)")
    parser.add_argument("--patient", action="store_true", help="keep the product's own timeouts")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what `perennial` is told")
    chosen = parser.parse_args()
    watch_closely()
    if chosen.die_at:
        arm(chosen.die_at, chosen.nth, signal.SIGSTOP if chosen.freeze else signal.SIGKILL, chosen.alone)
    sys.argv[1:] = chosen.command
    from cli.entry import main as perennial

    with nullcontext() if chosen.patient else haste():
        perennial()


if __name__ == "__main__":
    main()
