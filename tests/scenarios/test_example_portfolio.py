"""The example portfolio, rehearsed for a year, tells what the committed record says; that was checked by hand.

Write it anew after a wanted change with `python -m tests.scenarios.test_example_portfolio`, and read the difference.
"""

import asyncio
import json
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cli.rehearse import Rehearsal, rehearse

PORTFOLIO = Path(__file__).parents[2] / "examples" / "portfolio"
RECORD = Path(__file__).parent / "golden" / "example_portfolio.jsonl"
REHEARSAL = Rehearsal(
    folder=PORTFOLIO,
    start=datetime(2026, 11, 22, tzinfo=UTC),
    until=date(2027, 12, 31),
    commands=PORTFOLIO / "commands-buyers.csv",
)


async def test_the_example_portfolio_lives_as_recorded() -> None:
    recorded = [json.loads(line) for line in RECORD.read_text(encoding="utf-8").splitlines()]
    lived = [json.loads(line) for line in await _lived()]
    assert [_untimed(event) for event in lived] == [_untimed(event) for event in recorded]
    for now, then in zip(lived, recorded, strict=True):
        late = datetime.fromisoformat(now["at"]) - datetime.fromisoformat(then["at"])
        assert timedelta(0) <= late <= timedelta(minutes=1), now


def _untimed(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in ("at", "local")}


async def _lived() -> list[str]:
    """What happened, subscription by subscription: between two of them the order within a minute is chance."""
    told = [_without_ids(event) async for event in rehearse(REHEARSAL, lambda done, all_: None, lambda stage: None)]
    told.sort(key=lambda event: str(event["subscription"]))
    return [json.dumps(event, ensure_ascii=False) for event in told]


def _without_ids(event: dict[str, Any]) -> dict[str, Any]:
    """An event to the minute, and without the random half of an occasion such as `attempt:ID`."""
    told = {"at": event["at"][:16] + "Z", "subscription": event["subscription"], "event": event["event"]}
    told["local"] = re.sub(r":\d\d(?=[+-])", "", event["local"])
    rest = {key: value for key, value in sorted(event.items()) if key not in told}
    rest.pop("claim", None)
    if "occasion" in rest:
        rest["occasion"] = rest["occasion"].partition(":")[0]
    return told | rest


if __name__ == "__main__":
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text("\n".join(asyncio.run(_lived())) + "\n", encoding="utf-8")
    sys.stdout.write(f"{RECORD}\n")
